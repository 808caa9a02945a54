"""Our tables of every kind: made once, and empty for each test."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Connection, Engine, create_engine
from sqlalchemy.orm import Session
from tests.support.postgres import PostgresServer
from tests.support.stores import emptied

from outgrow.store.contract import Store
from outgrow.store.database import DatabaseStore
from outgrow.store.memory import MemoryStore
from outgrow.store.schema import upgrade


@pytest.fixture(scope="session")
def sqlite_tables(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    """Our tables in an SQLite file, whose foreign keys hold."""
    engine = create_engine(f"sqlite:///{Path(tmp_path_factory.mktemp('store')) / 'store.db'}")
    upgrade(engine)
    yield engine
    engine.dispose()


@pytest.fixture(scope="session")
def postgresql_tables(postgres_server: PostgresServer) -> Iterator[Engine]:
    """Our tables in a PostgreSQL database."""
    with postgres_server.fresh_database() as url:
        engine = create_engine(url)
        upgrade(engine)
        yield engine
        engine.dispose()


@pytest.fixture(params=["sqlite", "postgresql"])
def tables(request: pytest.FixtureRequest) -> Engine:
    """Our tables in each kind of database in turn, empty."""
    engine: Engine = request.getfixturevalue(f"{request.param}_tables")
    return engine


@pytest.fixture
def connection(tables: Engine) -> Iterator[Connection]:
    """To our tables in each kind of database."""
    with emptied(tables) as connection:
        yield connection


@pytest.fixture(params=["memory", "sqlite", "postgresql"])
def store(request: pytest.FixtureRequest) -> Iterator[Store]:
    """Each store in turn, empty."""
    if request.param == "memory":
        yield MemoryStore()
        return
    with emptied(request.getfixturevalue(f"{request.param}_tables")) as connection:
        yield DatabaseStore(connection, commits=True)


@pytest.fixture
def session(tables: Engine) -> Iterator[Session]:
    """A host's session on the same tables."""
    with emptied(tables), Session(tables) as session:
        yield session
