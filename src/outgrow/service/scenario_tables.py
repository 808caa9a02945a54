"""The tables of a scenario: what may stand in each, in `scenarios.toml` and as options on the command line."""

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from datetime import date
from decimal import Decimal
from typing import Any

from outgrow.domain.bounds import FACTOR, MOST_AMOUNT, MOST_FACTOR, SOME_DAYS, Bounds
from outgrow.domain.event import Event
from outgrow.domain.scenario import Arrival, LevelStep, NewStores
from outgrow.domain.tenant import UNLIMITED
from outgrow.domain.text import LONGEST_SAID, cleaned
from outgrow.service.readers import MisreadError, Table, day, key, listed, name, named, number, text, whole
from outgrow.service.tables import EVENT_KEYS, TIER, TierTable, cost, to_event

EVERY = "*"
"""Whose growth is meant where no metric is named."""
PLAN_LIMITS = {
    "products_limit": "products",
    "orders_limit": "orders_month",
    "team_limit": "team_members",
    "storage_limit_gb": "storage_gb",
}
"""By key, the resource that it limits."""
_factor = number(FACTOR)
_sizes = named(number(Bounds(0, MOST_AMOUNT)))
_limit = number(Bounds(0, MOST_AMOUNT))


@dataclass(frozen=True, slots=True)
class PlanTable:
    """`[[scenario.NAME.plans]]`: other limits of a plan, by resource; those left out stay."""

    code: str
    given: Mapping[str, float]

    def limits(self) -> dict[str, float]:
        """By name out of `RESOURCES`."""
        return dict(self.given)


@dataclass(frozen=True, slots=True)
class PriceTable:
    """`[[scenario.NAME.prices]]`: another price of a tier."""

    tier: str
    cost_monthly: Decimal


@dataclass(frozen=True, slots=True)
class ScenarioTable:
    """`[scenario.NAME]`: changes that are asked about together, as they were written.

    Attributes:
        growth: factors by metric; `EVERY` for one of all.
    """

    description: str = ""
    stores: tuple[NewStores, ...] = ()
    merchants: tuple[Arrival, ...] = ()
    events: tuple[Event, ...] = ()
    steps: tuple[LevelStep, ...] = ()
    plans: tuple[PlanTable, ...] = ()
    ladder: tuple[TierTable, ...] | None = None
    prices: tuple[PriceTable, ...] = ()
    growth: Mapping[str, float] = field(default_factory=dict)

    def kinds(self) -> list[str]:
        """The keys that change something."""
        return [each.name for each in fields(self) if each.name != "description" and getattr(self, each.name)]


def _stores(
    *, count: int, on: date, over_days: int = 1, plan: str | None = None, sizes: Mapping[str, float] | None = None
) -> NewStores:
    if (plan is None) == (sizes is None):
        raise ValueError("give either `plan`, to grow as its stores have grown, or `sizes`")
    return NewStores(count, on, over_days, plan, sizes)


def _merchant(*, on: date, sizes: Mapping[str, float], name: str = "") -> Arrival:
    return Arrival(name, on, sizes)


def _plan(*, code: str, **limits: float) -> PlanTable:
    if not limits:
        raise ValueError("no limit is given")
    return PlanTable(code, {resource: limits[told] for told, resource in PLAN_LIMITS.items() if told in limits})


def _plan_limit(told: object) -> float:
    if told == "unlimited":
        return UNLIMITED
    try:
        return _limit(told)
    except MisreadError as fault:
        raise MisreadError(f'{fault.what}; or "unlimited"') from fault


def _growth(told: object) -> dict[str, float]:
    """A factor of everything, or some by metric."""
    try:
        return named(_factor)(told if isinstance(told, Mapping) else {EVERY: told})
    except MisreadError as fault:
        fault.keys = tuple(each for each in fault.keys if each != EVERY)
        raise


def _description(told: object) -> str:
    return cleaned(text(told), LONGEST_SAID)


STORES = Table(
    _stores,
    {"count": whole(Bounds(1, MOST_FACTOR)), "on": day, "over_days": whole(SOME_DAYS), "plan": key, "sizes": _sizes},
    required=("count", "on"),
)
MERCHANT = Table(_merchant, {"name": name, "on": day, "sizes": _sizes}, required=("on", "sizes"))
MULTIPLIED = Table(to_event, {**EVENT_KEYS, "multiplier": _factor}, required=("first", "multiplier"))
STEP = Table(
    LevelStep,
    {"metric": text, "on": day, "amount": number(Bounds(-MOST_AMOUNT, MOST_AMOUNT))},
    required=("metric", "on", "amount"),
)
PLAN: Table[PlanTable] = Table(_plan, {"code": key, **dict.fromkeys(PLAN_LIMITS, _plan_limit)}, required=("code",))
PRICE = Table(PriceTable, {"tier": key, "cost_monthly": cost}, required=("tier", "cost_monthly"))
SCENARIO = Table(
    ScenarioTable,
    {
        "description": _description,
        "stores": listed(STORES),
        "merchants": listed(MERCHANT),
        "events": listed(MULTIPLIED),
        "steps": listed(STEP),
        "plans": listed(PLAN),
        "ladder": listed(TIER),
        "prices": listed(PRICE),
        "growth": _growth,
    },
)


def _file(scenario: Mapping[str, Any] | None = None) -> Mapping[str, ScenarioTable]:
    return scenario or {}


SCENARIOS: Table[Mapping[str, ScenarioTable]] = Table(_file, {"scenario": named(SCENARIO, key)})
"""A whole file: its scenarios by name."""
