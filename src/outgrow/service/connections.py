"""Opens databases, and turns what drivers say into errors that name the address without its password."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, create_engine, event, make_url
from sqlalchemy.engine import URL
from sqlalchemy.exc import ArgumentError, DBAPIError, NoSuchModuleError, SQLAlchemyError

from outgrow.domain.errors import ConfigurationError, DatabaseError, MissingExtraError, SchemaError

BUSY_SECONDS = 60
"""How long to wait for another writer of a SQLite file."""

EXTRAS = {"postgresql": "postgres", "mysql": "mysql", "mariadb": "mysql"}

READ_ONLY = ("readonly database", "read-only", "permission denied", "must be owner")
REFUSED = ("password authentication failed", "authentication", "access denied", "no password supplied")
NO_TABLE = ("no such table", "does not exist", "doesn't exist")


def parse_url(text: str, setting: str) -> URL:
    """A database address.

    Raises:
        ConfigurationError: it is not one.
    """
    try:
        url = make_url(text)
    except ArgumentError as error:
        raise ConfigurationError(
            f"{setting} is not a database address", "write it as postgresql://user@host/name or sqlite:///file.db"
        ) from error
    if url.drivername == "postgresql":
        url = url.set(drivername="postgresql+psycopg")
    return url


def open_engine(text: str, setting: str, *, read_only: bool = False, may_create: bool = False) -> Engine:
    """An engine for a database address; nothing is connected yet.

    Args:
        setting: where the address came from, for messages.
        read_only: the database is only read, and each transaction sees it at one instant.
        may_create: whether a SQLite file that is not there may be made.

    Raises:
        ConfigurationError, DatabaseError, MissingExtraError: bad address, no such file, no driver.
    """
    url = parse_url(text, setting)
    file = url.database if url.get_backend_name() == "sqlite" else None
    if file and file != ":memory:" and not may_create and not Path(file).is_file():
        raise DatabaseError(f"there is no database file {file}", f"check {setting}, or make it with `outgrow init`")
    options: dict[str, Any] = {}
    if file is not None:
        options["connect_args"] = {"timeout": BUSY_SECONDS}
        if may_create and file:
            Path(file).parent.mkdir(parents=True, exist_ok=True)
    if url.drivername == "postgresql+psycopg":
        # Behind pgbouncer in transaction mode, statements that are prepared on a connection meet those of others.
        options["connect_args"] = {"prepare_threshold": None}
    if read_only and url.get_backend_name() == "postgresql":
        options["isolation_level"] = "REPEATABLE READ"
        options["execution_options"] = {"postgresql_readonly": True}
    try:
        engine = create_engine(url, **options)
    except (NoSuchModuleError, ImportError) as error:
        backend = url.get_backend_name()
        if backend in EXTRAS:
            raise MissingExtraError(f"a {backend} database", EXTRAS[backend]) from error
        raise ConfigurationError(f"{setting}: there is no database of the kind '{backend}'") from error
    if url.get_backend_name() == "sqlite":
        _configure_sqlite(engine, read_only=read_only)
    return engine


def _configure_sqlite(engine: Engine, *, read_only: bool) -> None:
    @event.listens_for(engine, "connect")
    def _pragmas(connection: Any, _record: object) -> None:  # noqa: ANN401 - the driver's own connection
        connection.execute(f"PRAGMA query_only = {'ON' if read_only else 'OFF'}")
        connection.execute("PRAGMA foreign_keys = ON")


@contextmanager
def database_errors(url: str) -> Iterator[None]:
    """Turn a driver's error into one of ours, with what to do about it; the password is never part of it."""
    try:
        yield
    except SQLAlchemyError as error:
        raise translate(error, url) from error


def translate(error: SQLAlchemyError, url: str) -> DatabaseError | SchemaError:
    """The error of ours that fits what a driver said."""
    where = parse_url(url, "database_url").render_as_string(hide_password=True)
    said = " ".join(str(error.orig if isinstance(error, DBAPIError) else error).split())
    password = parse_url(url, "database_url").password
    if password:
        said = said.replace(str(password), "***")
    low = said.lower()
    if "permission denied for table" in low and "outgrow_" not in low:
        return DatabaseError(f"{where} cannot be read: {said}", "grant the role SELECT on the platform's tables")
    if any(word in low for word in READ_ONLY):
        return DatabaseError(
            f"{where} cannot be written: {said}",
            "give the role the right to write outgrow's tables, or put them elsewhere with --store-url",
        )
    if any(word in low for word in REFUSED):
        return DatabaseError(f"{where} refuses the login", "check user and password in the address")
    if "locked" in low:
        return DatabaseError(f"{where} stayed locked for {BUSY_SECONDS} seconds", "end the other writer, or try later")
    if any(word in low for word in NO_TABLE) and ("table" in low or "relation" in low):
        return SchemaError(
            f"{where} lacks a table: {said.split(' LINE ')[0]}",
            "check that the address names the platform's database; `outgrow doctor` tells which part is missing",
        )
    return DatabaseError(f"{where} cannot be used: {said}", "check the address, and that the server runs")
