"""Where verbs are asked: in memory, on one database where SQL counts, and on each kind where they differ."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine
from sqlalchemy.orm import Session
from tests.conftest import database_of
from tests.support.backfills import FIRST, LAST
from tests.support.platforms import KnownPlatform, eventful_platform
from tests.support.reading import NOW, Opener
from tests.support.tracked import settle

from outgrow import CapacityForecastService
from outgrow.domain.days import Clock
from outgrow.setup.settings import Settings
from outgrow.setup.workspace import Workspace
from outgrow.store.memory import MemoryStore


@pytest.fixture
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """One kind of database; of each kind in turn for tests marked with `EACH_DATABASE`."""
    yield from database_of(getattr(request, "param", "sqlite"), request, tmp_path)


@pytest.fixture
def memory() -> MemoryStore:
    """Our tables, without any database."""
    return MemoryStore()


@pytest.fixture
def service() -> CapacityForecastService:
    """As a host has it, on a day of ours."""
    return CapacityForecastService(clock=lambda: NOW)


@pytest.fixture
def shop(commerce_engine: Engine) -> Iterator[Session]:
    """A host with the commerce tables, empty as yet; `session` is one that has none of them."""
    with Session(commerce_engine) as session:
        yield session


@pytest.fixture
def settled(commerce_engine: Engine) -> Iterator[Session]:
    """A platform whose products and team members are known for forty days, and hardly move."""
    with Session(commerce_engine) as session:
        KnownPlatform("UTC").put(session)
        settle(session)
        session.commit()
        yield session


@pytest.fixture
def known() -> KnownPlatform:
    """A platform in Berlin to be rebuilt."""
    return eventful_platform("Europe/Berlin", FIRST, LAST)


@pytest.fixture
def opened() -> Iterator[Opener]:
    """Opens workspaces, and closes their databases in the end."""
    made: list[Workspace] = []

    def open_workspace(clock: Clock = lambda: NOW, **settings: Any) -> Workspace:
        made.append(Workspace(Settings(**settings), clock=clock))
        return made[-1]

    yield open_workspace
    for workspace in made:
        for engine in (value for value in vars(workspace).values() if isinstance(value, Engine)):
            engine.dispose()
