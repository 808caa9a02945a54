"""Forecasts of two days, issued in the fewest words, and why the date moved between them."""

from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal
from random import Random

from tests.support.desks import Ours, desk_of
from tests.support.snapshots import store_days

from outgrow.domain.forecast import Status
from outgrow.domain.ladder import Ladder, Tier
from outgrow.domain.limit import Limit
from outgrow.domain.movement import Movement, Mover
from outgrow.forecasting.rules import ForecastRules
from outgrow.service.config import CapacityConfig
from outgrow.service.explain import explain
from outgrow.service.issue import issue

THEN = date(2026, 3, 10)
NOW = THEN + timedelta(days=14)
LADDER = Ladder((Tier.of("Only", Decimal(1)),))
PRODUCTS, DAYS = "total_products", 200
Value = Callable[[int], float]
"""A value by the number of its day, from 0 on; day 0 is 200 days before `THEN`."""


def config(maximum: float = 2_600, rules: ForecastRules | None = None, name: str = "catalogue") -> CapacityConfig:
    """One limit of products, and a tier that holds anything."""
    return CapacityConfig(LADDER, (Limit("products", maximum, name),), rules=rules or ForecastRules())


def wobbling(pace: float, seed: int = 1) -> Value:
    """Growth of so much a day, as days are."""
    random = Random(seed)
    steps = [random.gauss(pace, 3) for _ in range(600)]
    return lambda n: round(500 + sum(steps[:n]), 3)


def fill(session: Ours, value: Value, first: int = 0, last: int = DAYS + 14, metric: str = PRODUCTS) -> None:
    """Store the days from one number up to and with another."""
    day = THEN + timedelta(days=last - DAYS)
    store_days(session, last - first + 1, lambda n: value(first + n), day, metric)


def keep(session: Ours, day: date, using: CapacityConfig) -> None:
    """Issue a day's forecasts."""
    issue(desk_of(session, "main", day, using))


def ask(session: Ours, using: CapacityConfig, since: date | None = THEN, level: object = None) -> Movement:
    """Why the date of products moved, as known `NOW`."""
    return explain(desk_of(session, "main", NOW, using), "products", since, level)


def parts(movement: Movement) -> dict[str, int | None]:
    """The parts that moved the date, which are checked to add up."""
    assert movement.status is Status.OK, movement.reason
    assert movement.before is not None
    assert movement.after is not None
    assert movement.before.median is not None
    assert movement.after.median is not None
    assert [part.mover for part in movement.parts] == list(Mover)
    moved = (movement.after.median - movement.before.median).days
    assert sum(part.days or 0 for part in movement.parts) == moved == movement.moved_days
    return {part.mover.value: part.days for part in movement.parts if part.days != 0}


def sentence(movement: Movement, mover: Mover) -> str:
    """What is said of one part."""
    return next(part.sentence for part in movement.parts if part.mover is mover)
