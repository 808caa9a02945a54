"""What a platform's metrics are in its own database, as its owner declares them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from outgrow.domain.metric import Metric

PREFIX = "{prefix}"
"""Stands in what a user writes for what makes a member's tables its own."""
MARK = "\ue000"
"""Stands for it where it is meant so, for a user's SQL may hold the same signs for another reason."""


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
class TenantKey:
    """Whose a row is.

    Attributes:
        scope: what tenants are called.
        sql: an expression that gives the tenant's key.
        join: what has to be joined for it; it is the tenants' alone, so that the platform's total is not multiplied.
    """

    scope: str
    sql: str
    join: str = ""


@dataclass(frozen=True, slots=True)
class Counted:
    """Rows, each of which counts from its beginning to its end.

    Attributes:
        table: a FROM clause, without the word.
        created: when a row began; None where the rows do not say, and only today's number is known.
        deleted: when it ended.
        where: an SQL condition on the rows.
        amount: an SQL expression that is added up, in the place of counting rows.
        tenant: whose each is; None where that is not known.
    """

    table: str
    created: TimeExpression | None = None
    deleted: TimeExpression | None = None
    where: str | None = None
    amount: str | None = None
    tenant: TenantKey | None = None


@dataclass(frozen=True, slots=True)
class Rows:
    """A query that gives the rows itself, in columns `created`, and, as it likes, `deleted` and `amount`.

    Attributes:
        tenant: the column that names whose a row is.
    """

    query: str
    created: TimeExpression
    deleted: TimeExpression
    tenant: TenantKey | None = None


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
class DeclaredScope:
    """Who the tenants are.

    Attributes:
        name: what one of them is called: `organizer`.
        query: gives `key`, and, as it likes, `label` and `created`.
        place: where it is declared.
    """

    name: str
    query: str
    place: str = "[[scopes]]"


@dataclass(frozen=True, slots=True)
class DeclaredPlan:
    """A plan that can be bought, or a query that says who is on which.

    Attributes:
        code: None of a query.
        maxima: what it allows, by metric.
        query: gives `key`, `plan`, and, as it likes, `start`, `end` and `trial`; None of a plan.
    """

    code: str | None
    name: str
    price_monthly: Decimal
    maxima: Mapping[str, float]
    query: str | None = None
    place: str = "[[plans]]"


@dataclass(frozen=True, slots=True)
class DeclaredLimits:
    """What each tenant may use of a metric, by a query that gives `key` and `maximum`."""

    metric: str
    query: str
    place: str = "[[limits]]"


@dataclass(frozen=True, slots=True)
class SqlRules:
    """How a platform's own database is asked.

    Attributes:
        naive_times: IANA name of the zone of times that come without one.
        statement_seconds: how long a single statement of ours may take.
        lock_seconds: how long one may wait for a lock of the platform's, and how long it may keep others waiting.
        most_tenants: how many tenants are told apart; of more, those that come last are one.
    """

    naive_times: str = "UTC"
    statement_seconds: int = 600
    lock_seconds: int = 1
    most_tenants: int = 200_000


@dataclass(frozen=True, slots=True)
class SqlDeclaration:
    """Everything that is declared of a platform."""

    metrics: Sequence[DeclaredMetric]
    rules: SqlRules = SqlRules()
    scope: DeclaredScope | None = None
    plans: Sequence[DeclaredPlan] = ()
    limits: Sequence[DeclaredLimits] = ()
