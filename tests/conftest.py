"""Databases for every test that needs one: SQLite in a file, and a real PostgreSQL."""

import gc
import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings
from sqlalchemy import Engine, create_engine
from sqlalchemy.orm import Session
from tests.support.components import leave_out, said
from tests.support.databases import Tables, sqlite_file
from tests.support.mariadb import MariadbServer, running_mariadb
from tests.support.pgbouncer import running_pgbouncer
from tests.support.postgres import PostgresServer, running_postgres

# No deadline, because machines are shared; the same examples each time where a failure would block others' work. Some
# dozens of them, because other ones come with every run, and most are of several rows or days.
settings.register_profile("outgrow", deadline=None, max_examples=30, derandomize=os.environ.get("CI") == "true")
settings.load_profile("outgrow")

SQLITE = "platform.db"
ENGINES = {"commerce_engine": Tables.COMMERCE, "store_engine": Tables.STORE}
"""The engines that find tables, and which; the first one that a test asks for says what its database holds."""


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave the tests out that need a program which is not installed."""
    leave_out(config, items)


def pytest_sessionstart() -> None:
    """Collect the tests without looking for garbage: there is hardly any in half a million objects that all stay."""
    gc.disable()


def pytest_collection_finish() -> None:
    """From here on look for it, but never again among the tests themselves."""
    gc.freeze()
    gc.enable()


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say so, in one line."""
    if line := said():
        terminalreporter.write_line(line)


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[PostgresServer]:
    """One server per test process, started when the first test asks for it."""
    with running_postgres() as server:
        yield server


@pytest.fixture
def postgres_url(postgres_server: PostgresServer) -> Iterator[str]:
    """An empty PostgreSQL database of the test's own."""
    with postgres_server.fresh_database() as url:
        yield url


@pytest.fixture(scope="session")
def pgbouncer(postgres_server: PostgresServer) -> Iterator[Path]:
    """The folder of the socket on which pgbouncer, in transaction mode, stands before the server."""
    with running_pgbouncer(postgres_server) as home:
        yield home


@pytest.fixture(scope="session")
def mariadbd() -> Iterator[MariadbServer]:
    """One server per test process, started when the first test asks for it."""
    with running_mariadb() as server:
        yield server


@pytest.fixture
def mariadb_url(mariadbd: MariadbServer) -> Iterator[str]:
    """An empty MariaDB database of the test's own."""
    with mariadbd.fresh_database() as url:
        yield url


@pytest.fixture
def sqlite_url(tmp_path: Path) -> str:
    """An SQLite file that does not exist yet."""
    return f"sqlite:///{tmp_path / SQLITE}"


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """A database of each kind in turn, with the tables that the test asks for by the name of an engine, or empty."""
    yield from database_of(request.param, request, tmp_path)


def database_of(kind: str, request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """A database of a kind, for `database_url`."""
    asked = [tables for name, tables in ENGINES.items() if name in request.fixturenames]
    if not asked:
        yield request.getfixturevalue({"sqlite": "sqlite_url", "postgresql": "postgres_url"}[kind])
    elif kind == "sqlite":
        url: str = request.getfixturevalue("sqlite_url")
        (tmp_path / SQLITE).write_bytes(sqlite_file(asked[0]))
        yield url
    else:
        server: PostgresServer = request.getfixturevalue("postgres_server")
        with server.fresh_database(asked[0]) as url:
            yield url


@pytest.fixture
def engine(database_url: str) -> Iterator[Engine]:
    """On an empty database of each kind in turn."""
    engine = create_engine(database_url)
    yield engine
    engine.dispose()


@pytest.fixture
def store_engine(engine: Engine) -> Engine:
    """On a database that holds our tables."""
    return engine


@pytest.fixture
def session(store_engine: Engine) -> Iterator[Session]:
    """A session on a database that holds our tables."""
    with Session(store_engine) as session:
        yield session


@pytest.fixture
def commerce_engine(store_engine: Engine) -> Engine:
    """On a database that holds our tables and the commerce schema."""
    return store_engine
