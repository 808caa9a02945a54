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
LIMIT_SUFFIX = "_limit"
SHORT_LIMITS = {
    "products_limit": "products",
    "orders_limit": "orders_month",
    "team_limit": "team_members",
    "storage_limit_gb": "storage_gb",
}
"""The keys of plans' limits in the commerce schema, and whose they are."""
_factor = number(FACTOR)
_sizes = named(number(Bounds(0, MOST_AMOUNT)))
_limit = number(Bounds(0, MOST_AMOUNT))


@dataclass(frozen=True, slots=True)
class PlanTable:
    """`[[scenario.NAME.plans]]`: other limits of a plan, `RESOURCE_limit` of each; those left out stay.

    Attributes:
        given: as they are written, by key.
    """

    code: str
    given: Mapping[str, float]

    def limits(self) -> dict[str, float]:
        """By the names of resources."""
        return {resource_of(key): top for key, top in self.given.items()}

    def key(self, name: str) -> str:
        """The key at which the limit of a resource stands."""
        return next((key for key in self.given if resource_of(key) == name), limit_key(name))


def resource_of(key: str) -> str:
    """The name of the resource that a key limits."""
    return SHORT_LIMITS.get(key, key.removesuffix(LIMIT_SUFFIX))


def limit_key(name: str) -> str:
    """How the limit of a resource is called in a plan's table."""
    return next((key for key, short in SHORT_LIMITS.items() if short == name), f"{name}{LIMIT_SUFFIX}")


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
    in_order = [*(key for key in SHORT_LIMITS if key in limits), *limits]
    return PlanTable(code, {key: limits[key] for key in in_order})


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
PLAN: Table[PlanTable] = Table(
    _plan,
    {"code": key, **dict.fromkeys(SHORT_LIMITS, _plan_limit)},
    required=("code",),
    more=lambda key: _plan_limit if key.endswith(LIMIT_SUFFIX) else None,
)
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
