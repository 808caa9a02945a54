"""Tables that stand in the settings and in scenarios alike: tiers of infrastructure, and events."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from outgrow.domain.bounds import AMOUNT, DAYS, FACTOR, Bounds
from outgrow.domain.event import Event, EventKind
from outgrow.domain.ladder import MOST_COST, Tier
from outgrow.domain.metric import ALIASES
from outgrow.domain.resource import COMMERCE
from outgrow.service.readers import MisreadError, Reader, Table, currency, day, key, money, name, named, number, whole

MAXIMUM = "max_"
"""Begins the keys by which tiers limit something."""
cost = money(Bounds(0, MOST_COST))
factor = number(FACTOR, above=True)
days = whole(DAYS)
_amount = number(AMOUNT)


@dataclass(frozen=True, slots=True)
class TierTable:
    """`[[ladder]]`: an infrastructure tier, from the smallest to the largest.

    Attributes:
        maxima: by the metric's name; what is not in it is unlimited.
        currency: None where none is named.
        lead_time_days: None is as the policy says.
    """

    name: str
    maxima: Mapping[str, float]
    cost_monthly: Decimal
    currency: str | None = None
    lead_time_days: int | None = None

    def to_tier(self, currency: str) -> Tier:
        """As the domain knows it, priced in this currency."""
        return Tier(self.name, self.maxima, self.cost_monthly, currency, self.lead_time_days)


def maximum(told: object) -> float:
    """What a tier holds of something; a whole number stays one."""
    value = _amount(told)
    return int(value) if value.is_integer() else value


def _tier(
    *, name: str, cost_monthly: Decimal, maxima: Mapping[str, float] | None = None, currency: str | None = None,
    lead_time_days: int | None = None, **short: float,
) -> TierTable:  # fmt: skip
    found: dict[str, float] = {}
    for place, called, top in (
        *(((each,), each.removeprefix(MAXIMUM), top) for each, top in short.items()),
        *((("maxima", each), each, top) for each, top in (maxima or {}).items()),
    ):
        metric = limited(called)
        if metric in found:
            raise MisreadError(f"is a second maximum of {metric}", place, "leave one of the two out")
        found[metric] = top
    known = [each.metric.name for each in COMMERCE if each.metric.name in found]
    return TierTable(
        name, {metric: found[metric] for metric in (*known, *found)}, cost_monthly, currency, lead_time_days
    )


def limited(called: str) -> str:
    """The metric that a maximum of this name is of: that of the resource of this name, or the metric itself."""
    return next((each.metric.name for each in COMMERCE if each.name == called), ALIASES.get(called, called))


def _maximum_of(key: str) -> Reader[float] | None:
    return maximum if key.startswith(MAXIMUM) and key != MAXIMUM else None


TIER: Table[TierTable] = Table(
    _tier,
    {
        "name": key, **{f"{MAXIMUM}{each.name}": maximum for each in COMMERCE}, "maxima": named(maximum),
        "cost_monthly": cost, "currency": currency, "lead_time_days": days,
    },
    required=("name", "cost_monthly"),
    more=_maximum_of,
)  # fmt: skip


def to_event(first: date, last: date | None = None, name: str = "", multiplier: float | None = None) -> Event:
    """`[[events]]`: a campaign; both days are included."""
    if last is not None and last < first:
        raise ValueError(f"the last day, {last}, lies before the first, {first}")
    return Event(name, first, last or first, EventKind.CAMPAIGN, multiplier)


EVENT_KEYS: Mapping[str, Reader[Any]] = {"name": name, "first": day, "last": day, "multiplier": factor}
EVENT: Table[Event] = Table(to_event, EVENT_KEYS, required=("name", "first"))
