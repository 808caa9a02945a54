"""Opens databases, and turns what drivers say into errors that name the address without its secrets."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, create_engine, event, make_url
from sqlalchemy.engine import URL, Dialect
from sqlalchemy.exc import ArgumentError, DBAPIError, NoSuchModuleError, SQLAlchemyError

from outgrow.domain.address import Address, presentable, secrets_of, without_secrets
from outgrow.domain.errors import (
    LONGEST_QUOTE,
    ConfigurationError,
    DatabaseError,
    MissingExtraError,
    SchemaError,
    quoted,
)
from outgrow.domain.text import LONGEST_SAID, cleaned
from outgrow.setup.database_faults import fault_of
from outgrow.store.dialects.dialect import dialect_named

EXTRAS = {"postgresql+psycopg": "postgres", "mysql+pymysql": "mysql", "mariadb+pymysql": "mysql"}
"""The extra that brings each driver of ours."""
DRIVERS = {driver.partition("+")[0]: driver for driver in EXTRAS} | {"postgres": "postgresql+psycopg"}
"""The driver that is meant where an address names none."""


def parse_url(text: str, setting: str) -> URL:
    """A database address.

    Raises:
        ConfigurationError: it is not one, or its parts are not clear; no part of it is quoted.
    """
    Address.parse(text, setting)
    try:
        url = make_url(text)
    except (ArgumentError, ValueError):  # what it says may quote a password
        raise ConfigurationError(f"{setting} is not a database address", "see docs/reference/settings.md") from None
    return url.set(drivername=DRIVERS.get(url.drivername, url.drivername))


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
    file = _checked_file(url, setting, may_create=may_create) if url.get_backend_name() == "sqlite" else None
    if file is not None and may_create:
        _create_private(Path(file))
    try:
        dialect = dialect_named(url.get_backend_name())
        engine = create_engine(url, **dialect.options(url.drivername, read_only=read_only))
    except (NoSuchModuleError, ImportError) as error:
        if url.drivername in EXTRAS and isinstance(error, ImportError):
            raise MissingExtraError(f"a {url.get_backend_name()} database", EXTRAS[url.drivername]) from error
        raise _no_driver(setting, url, "is not there") from error
    except (ArgumentError, TypeError, ValueError):
        raise _bad_option(setting) from None
    if engine.dialect.is_async:
        raise _no_driver(setting, url, "is one for asynchronous programs")
    _check_options(engine, setting)
    dialect.configure(engine, read_only=read_only)
    return engine


def _checked_file(url: URL, setting: str, *, may_create: bool) -> str:
    """The file of an SQLite address; it has to be one, and be there unless it may be made."""
    file = url.database
    if not file or file == ":memory:":
        raise ConfigurationError(
            f"{setting}: an SQLite database in memory is gone when a command ends",
            "name a file, such as sqlite:///outgrow.db",
        )
    try:
        if Path(file).is_dir():
            raise DatabaseError(f"{file} is a folder, not a database file", f"name a file in it, in {setting}")
        if not may_create and not Path(file).is_file() and not file.startswith("file:"):
            raise DatabaseError(f"there is no database file {file}", f"check {setting}, or make it with `outgrow init`")
    except (OSError, ValueError) as error:  # a name that is too long, or a folder that nobody may look into
        why = getattr(error, "strerror", None) or str(error)
        raise DatabaseError(f"the database file {quoted(file)} cannot be read: {why}", f"check {setting}") from error
    return file


def _no_driver(setting: str, url: URL, why: str) -> ConfigurationError:
    return ConfigurationError(
        f"{setting}: the driver '{cleaned(url.drivername, LONGEST_QUOTE)}' {why}",
        "write postgresql://, mysql:// or sqlite:///, which mean drivers that outgrow knows",
    )


def _create_private(file: Path) -> None:
    """Make a file that its owner alone may read; one that is there stays as it is."""
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        if not file.exists():
            os.close(os.open(file, os.O_CREAT | os.O_WRONLY, 0o600))  # SQLite's own would be open to all
    except OSError as error:
        raise DatabaseError(
            f"the database file {file} cannot be made: {error.strerror}", "give a folder that you may write to"
        ) from error


def _check_options(engine: Engine, setting: str) -> None:
    """An option that the driver does not take is a wrong setting; what the driver says of it may quote a secret."""

    @event.listens_for(engine, "do_connect")
    def _connect(dialect: Dialect, _record: object, given: Any, named: Any) -> Any:  # noqa: ANN401 - the driver's own
        try:
            return dialect.connect(*given, **named)
        except (TypeError, ValueError, AttributeError):
            raise _bad_option(setting) from None


def _bad_option(setting: str) -> ConfigurationError:
    return ConfigurationError(
        f"{setting} gives the driver an option that it does not take",
        "check the names and values after the question mark",
    )


@contextmanager
def database_errors(url: str) -> Iterator[None]:
    """Turn a driver's error into one of ours, with what to do about it; no secret of the address is part of it.

    The driver's error stays its cause, unless it holds a secret.
    """
    try:
        yield
    except SQLAlchemyError as error:
        raise translate(error, url) from (None if _tells(error, secrets_of(url)) else error)


def _tells(error: BaseException | None, secrets: frozenset[str]) -> bool:
    """Whether an error or one that caused it holds a secret."""
    while error is not None:
        if without_secrets(f"{error} {error!r}", secrets) != f"{error} {error!r}":
            return True
        error = error.__cause__ or error.__context__
    return False


def translate(error: SQLAlchemyError, url: str) -> DatabaseError | SchemaError:
    """The error of ours that fits what a driver said."""
    where = presentable(url)
    raw = " ".join(str(error.orig if isinstance(error, DBAPIError) else error).split())
    said = cleaned(without_secrets(raw, secrets_of(url)), LONGEST_SAID)
    if "row-level security" in raw.lower():
        from outgrow.sources.commerce.reading import SEE_ALL

        return DatabaseError(f"{where} cannot be read: {said}", SEE_ALL)
    file = dialect_named("sqlite")
    if file.says_locked(raw):
        return DatabaseError(f"{where} stayed locked for {file.patience} seconds", "end the other writer, or try later")
    state = getattr(getattr(error, "orig", None), "sqlstate", None)
    fault = fault_of(raw, state)
    return fault.error(f"{where} {fault.what.format(said=said.split(' LINE ')[0])}", fault.mend)
