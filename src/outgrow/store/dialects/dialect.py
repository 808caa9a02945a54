"""What our statements need to know of a database, and which file knows it."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from datetime import date
from importlib import import_module
from typing import Any, NamedTuple, NoReturn

from sqlalchemy import ColumnElement, Connection, Engine, Subquery, Table

from outgrow.domain.errors import DatabaseError

UPSERTING = ("postgresql", "sqlite")
"""The databases whose upsert we can spell: each has a file here, of its name."""
EPOCH = date(1970, 1, 1)
MANY = 20_000
"""Values from which on their writing is worth preparations."""


class Block(NamedTuple):
    """Some values on their way into the table, as columns; days as ISO texts."""

    metrics: Sequence[str]
    scopes: Sequence[str]
    days: Sequence[str]
    values: Sequence[float]


Constant = Callable[[str, Any], ColumnElement[Any]]
"""A value that is the same for all rows of a block, by its name and type."""
Making = Callable[["Dialect", Subquery, Constant], Any]
"""Makes a statement of a block, as a subquery of its columns; each constant once, and none behind the block."""


class Dialect:
    """A database; as it stands, one that nothing special is known of: it can be read, and not be written.

    Attributes:
        name: as SQLAlchemy calls it.
        rows: how many rows of a block are sent together.
        many: values from which on their writing is worth preparations.
        locked: what it says when it gave up waiting for others, in small letters.
        waits: the argument of its driver that says how many seconds may be waited for it; None where it is not known.
        patience: how many seconds a connection of ours waits for other writers; 0 where it is not for us to say.
    """

    name = "another"
    rows = 1
    many = MANY
    locked: tuple[str, ...] = ()
    waits: str | None = None
    patience = 0

    def __init__(self, name: str | None = None) -> None:
        self.name = name or type(self).name

    def says_locked(self, said: str) -> bool:
        """Whether an error of it says that others kept it locked for too long."""
        return any(word in said.lower() for word in self.locked)

    # opening

    def options(self, driver: str, *, read_only: bool) -> dict[str, Any]:  # noqa: ARG002
        """What `create_engine` is given for it.

        Args:
            driver: its name as SQLAlchemy writes it, `postgresql+psycopg`.
            read_only: the database is only read, and each transaction sees it at one instant.
        """
        return {}

    def configure(self, engine: Engine, *, read_only: bool) -> None:
        """What is done to an engine's connections."""

    # reading

    def among(self, column: ColumnElement[str], names: Sequence[str]) -> ColumnElement[bool]:
        """Whether a column is one of some names, however many they are."""
        return column.in_(names)

    def day_of(self, column: ColumnElement[date]) -> ColumnElement[Any]:
        """A day as it is read fastest."""
        return column

    def day_numbers(self, days: Iterable[Any]) -> list[int]:
        """Days that were read so, as numbers of days since 1970."""
        days = list(days)
        numbers = {day: (day - EPOCH).days for day in set(days)}
        return [numbers[day] for day in days]

    # writing

    def insert(self, table: Table) -> Any:  # noqa: ANN401, ARG002 - the dialects share no type for it
        """Its own INSERT, which knows what to do on a conflict.

        Raises:
            DatabaseError: it has none that we can spell.
        """
        self._refuse()

    def run(self, connection: Connection, making: Making, block: Block, constants: dict[str, Any]) -> Any:  # noqa: ANN401, ARG002
        """Execute a statement on a block, and give SQLAlchemy's result."""
        self._refuse()

    def at_once(self, connection: Connection) -> AbstractContextManager[None]:  # noqa: ARG002
        """Around several rows: all in one transaction also where each would be committed by itself."""
        return nullcontext()

    def claim_recommendations(self, connection: Connection, platform: str) -> None:  # noqa: ARG002
        """Take the lock under which one writer of a platform's lives works at a time."""
        self._refuse()

    def bulk_write(self, connection: Connection, values: int) -> AbstractContextManager[None]:  # noqa: ARG002
        """Around the writing of very many values: makes it cheap where it can be."""
        return nullcontext()

    def _refuse(self) -> NoReturn:
        raise DatabaseError(
            f"snapshots cannot be stored in a {self.name} database", "set store_url to SQLite or PostgreSQL"
        )


def dialect_named(name: str) -> Dialect:
    """What is known of a database."""
    if name not in UPSERTING:
        return Dialect(name)
    # Imported here: a dialect brings all its drivers' modules with it.
    dialect: Dialect = import_module(f"outgrow.store.dialects.{name}").DIALECT
    return dialect


def says_locked(said: str) -> bool:
    """Whether an error, of whatever database, says that others kept it locked for too long."""
    return any(dialect_named(name).says_locked(said) for name in UPSERTING)


def dialect_of(connection: Connection) -> Dialect:
    """What is known of the database of a connection."""
    return dialect_named(connection.dialect.name)


def commits_itself(connection: Connection) -> bool:
    """Whether each statement is committed by itself (`isolation_level="AUTOCOMMIT"`)."""
    driver = connection.connection.dbapi_connection
    assert driver is not None, "a connection that is used is open"  # noqa: S101
    return connection.dialect.detect_autocommit_setting(driver)


@contextmanager
def savepoint(connection: Connection) -> Iterator[None]:
    """A savepoint; nothing where there is no transaction to save a point of."""
    if commits_itself(connection):
        yield
        return
    with connection.begin_nested():
        yield
