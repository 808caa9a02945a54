"""What a platform's metrics are in its own database, as its owner declares them."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from outgrow.domain.metric import Metric


class UnixUnit(StrEnum):
    """In what a number counts the time since the beginning of 1970 in UTC."""

    SECONDS = "s"
    MILLISECONDS = "ms"
    MICROSECONDS = "us"

    @property
    def a_second(self) -> int:
        """How many of them are one."""
        return {"s": 1, "ms": 1_000, "us": 1_000_000}[self.value]


@dataclass(frozen=True, slots=True)
class TimeExpression:
    """An SQL expression that says when something was.

    Attributes:
        sql: sent as it is.
        unix: of a number, its unit; None where it is a time.
        zone: IANA name of the zone that a time without one is in; None as the source says for all of them.
    """

    sql: str
    unix: UnixUnit | None = None
    zone: str | None = None


@dataclass(frozen=True, slots=True)
class Counted:
    """Rows, each of which counts from its beginning to its end.

    Attributes:
        table: a FROM clause, without the word.
        created: when a row began; None where the rows do not say, and only today's number is known.
        deleted: when it ended.
        where: an SQL condition on the rows.
        amount: an SQL expression that is added up, in the place of counting rows.
    """

    table: str
    created: TimeExpression | None = None
    deleted: TimeExpression | None = None
    where: str | None = None
    amount: str | None = None


@dataclass(frozen=True, slots=True)
class Rows:
    """A query that gives the rows itself, in columns `created`, and, as it likes, `deleted` and `amount`."""

    query: str
    created: TimeExpression
    deleted: TimeExpression


@dataclass(frozen=True, slots=True)
class Value:
    """A query that gives today's number: one row of one column. It has no past."""

    query: str


@dataclass(frozen=True, slots=True)
class DeclaredMetric:
    """A metric, and how its numbers are told.

    Attributes:
        place: where it is declared, for messages: `outgrow.toml, line 12`.
    """

    metric: Metric
    told_by: Counted | Rows | Value
    place: str = "[[metrics]]"


@dataclass(frozen=True, slots=True)
class SqlRules:
    """How a platform's own database is asked.

    Attributes:
        naive_times: IANA name of the zone of times that come without one.
        statement_seconds: how long a single statement of ours may take.
        lock_seconds: how long one may wait for a lock of the platform's, and how long it may keep others waiting.
    """

    naive_times: str = "UTC"
    statement_seconds: int = 600
    lock_seconds: int = 1


@dataclass(frozen=True, slots=True)
class SqlDeclaration:
    """Everything that is declared of a platform."""

    metrics: Sequence[DeclaredMetric]
    rules: SqlRules = SqlRules()
