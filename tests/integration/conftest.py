"""Databases of a customer and of ours on one server, and the command to run on them."""

import subprocess
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine, create_engine
from sqlalchemy.orm import Session
from tests.support.cli import Told
from tests.support.platforms import eventful_platform
from tests.support.postgres import PostgresServer
from tests.support.roles import address, as_role, role_of
from tests.support.warm import Run, run_in, warm_process

from outgrow.sources.commerce.models import CommerceBase


@pytest.fixture(scope="session")
def warm() -> Iterator[subprocess.Popen[str]]:
    """One such process per test process, started when the first test asks for it."""
    with warm_process() as process:
        yield process


@pytest.fixture
def run(warm: subprocess.Popen[str], tmp_path: Path) -> Run:
    """Runs the command in a folder of the test's own, without any setting from outside."""

    def command(*words: str) -> Told:
        return run_in(tmp_path, warm, words)

    return command


@pytest.fixture
def customer(postgres_url: str) -> Iterator[Engine]:
    """A customer's database with a platform in it, and nothing of ours."""
    engine = create_engine(postgres_url)
    CommerceBase.metadata.create_all(engine)
    yesterday = datetime.now(UTC).date() - timedelta(days=1)
    with Session(engine) as session, session.begin():
        eventful_platform("UTC", yesterday - timedelta(days=60), yesterday).put(session)
    yield engine
    engine.dispose()


@pytest.fixture
def reader_url(customer: Engine) -> Iterator[str]:
    """The customer's database, for somebody who may only look."""
    tables = ", ".join(CommerceBase.metadata.tables)
    with role_of(customer, f"SELECT ON {tables}") as role:
        yield as_role(address(customer), role)


@pytest.fixture
def store_url(postgres_server: PostgresServer) -> Iterator[str]:
    """A database of our own."""
    with postgres_server.fresh_database() as url:
        yield url
