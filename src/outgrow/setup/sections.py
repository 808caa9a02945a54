"""The tables of `outgrow.toml`: what may stand in each, and what is made of it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from outgrow.domain.bounds import AMOUNT, DAYS, MOST_DAYS, MOST_FACTOR, PROBABILITY, SEED, SHARE, SOME_DAYS, Bounds
from outgrow.domain.event import CalendarRules
from outgrow.domain.ladder_rules import LadderRules
from outgrow.domain.limit import AlertPolicy, Headroom, Limit
from outgrow.domain.metric import Scope
from outgrow.domain.scenario import Project
from outgrow.forecasting.rules import ForecastRules
from outgrow.service.readers import (
    MisreadError,
    Reader,
    Table,
    anything,
    day,
    flag,
    key,
    name,
    named,
    number,
    text,
    whole,
)
from outgrow.service.tables import cost, days
from outgrow.setup.sql_sections import limits_of_tenants, sql
from outgrow.sources.sql.declaration import DeclaredLimits

_share, _amount = number(SHARE), number(AMOUNT)


@dataclass(frozen=True, slots=True)
class SourceSettings:
    """`[source]`: where the platform lives.

    Attributes:
        kind: the kind of source; None where an address of a database says it.
        options: what else stands there, as it is: for whoever makes a source of that kind. It may hold secrets.
    """

    kind: str | None = None
    options: Mapping[str, Any] = field(default_factory=dict, repr=False)


def _source(*, kind: str | None = None, **more: Any) -> SourceSettings:  # noqa: ANN401 - whatever a file holds
    return SourceSettings(kind, more)


def _limit(*, metric: str, rows: str | None = None, **told: Any) -> Limit | DeclaredLimits:  # noqa: ANN401
    """A limit of the platform or of one scope; or, by a query, those of all tenants."""
    if rows is None:
        if "maximum" not in told:
            raise MisreadError("is required", ("maximum",))
        return _own_limit(metric=metric, **told)
    if told:
        raise MisreadError("does not go with `rows`", (next(iter(told)),), "leave it out")
    return limits_of_tenants(metric=metric, rows=rows)


def _own_limit(
    *, metric: str, maximum: float, name: str = "", keep_free: float = 0.0, nodes: int = 1, spare_nodes: int = 0,
    **own: Any,  # noqa: ANN401 - what a limit may have of its own
) -> Limit:  # fmt: skip
    if spare_nodes >= nodes:
        raise ValueError(f"spare_nodes = {spare_nodes} of nodes = {nodes} leaves none to work")
    return Limit(metric, maximum, name, headroom=Headroom(keep_free, nodes, spare_nodes), **own)


def _project(*, probability: float = 1.0, **told: Any) -> Project:  # noqa: ANN401
    return Project(probability=probability, **told)


def _scope(told: object) -> str:
    """As scopes are stored; one without a kind stays, for the limits' own message."""
    scope = text(told)
    return scope if scope.startswith(":") or not scope else str(Scope.parse(scope))


SOURCE: Table[SourceSettings] = Table(_source, {"kind": text}, more=lambda _: anything)
FORECAST: Table[ForecastRules] = Table(
    ForecastRules,
    {
        "horizon_days": whole(Bounds(30, 3650)),
        "need_days": whole(Bounds(7, MOST_DAYS)),
        "stale_after_days": whole(SOME_DAYS),
        "history_days": whole(Bounds(28, MOST_DAYS)),
    },
)
POLICY: Mapping[str, Reader[Any]] = {
    "warning_share": _share, "critical_share": _share, "lead_time_days": days, "review_interval_days": days,
}  # fmt: skip
"""What a limit may have of its own."""
ALERTS: Table[AlertPolicy] = Table(
    AlertPolicy, {**POLICY, "growth_percent": number(Bounds(0, MOST_FACTOR), above=True), "warning_days": whole(DAYS)}
)
PLAN: Table[LadderRules] = Table(LadderRules, {"current_tier": key, "day_over_cost": cost, "seed": whole(SEED)})
CALENDAR: Table[CalendarRules] = Table(CalendarRules, {"country": text, "subdivision": text, "sales": flag})
LIMIT: Table[Limit | DeclaredLimits] = Table(
    _limit,
    {
        "metric": text,
        "rows": sql,
        "maximum": _amount,
        "name": key,
        "scope": _scope,
        **POLICY,
        "keep_free": number(PROBABILITY, below=True),
        "nodes": whole(Bounds(1, MOST_FACTOR)),
        "spare_nodes": whole(Bounds(0, MOST_FACTOR)),
    },
    required=("metric",),
)
PROJECT: Table[Project] = Table(
    _project,
    {"name": name, "on": day, "probability": number(PROBABILITY), "sizes": named(_amount)},
    required=("name", "on", "sizes"),
)
