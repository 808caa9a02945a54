"""What a database is asked, whichever it is."""

from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple, Protocol

from outgrow.sources.sql.tally import Keyed, Pass, Tally
from outgrow.sources.sql.times import TimeKind


class Column(NamedTuple):
    """A column that a query gives."""

    name: str
    kind: TimeKind


class Database(Protocol):
    """A platform's database, only ever read: each question in a short transaction of its own.

    What fails raises `QueryError` where it is the question's fault, and SQLAlchemy's own error where the database is
    gone.
    """

    def columns(self, query: str) -> Sequence[Column]:
        """What a query would give; no row is read."""
        ...

    def rows(self, query: str, most: int) -> Sequence[tuple[Any, ...]]:
        """The first rows of a query."""
        ...

    def tally(self, asked: Pass) -> Tally:
        """What came and went, counted in one pass."""
        ...

    def keyed(self, asked: Pass) -> Iterator[Keyed]:
        """The same of the pass's only column, by whose it is; a key and a place may come again."""
        ...


class Patience(NamedTuple):
    """How long a question may take.

    Attributes:
        statement_seconds: all of it.
        lock_seconds: the time it waits for a lock of the platform's, and keeps others waiting.
    """

    statement_seconds: int
    lock_seconds: int
