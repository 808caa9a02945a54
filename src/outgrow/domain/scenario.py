"""What may come besides growth: committed projects, and whatever a scenario asks about."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal

import numpy as np
from numpy.typing import NDArray

from outgrow.domain.bounds import AMOUNT, PROBABILITY, check_numbers, sensible_day
from outgrow.domain.days import spoken
from outgrow.domain.errors import ConfigurationError, UsageError, quoted
from outgrow.domain.event import Event
from outgrow.domain.ladder import Ladder
from outgrow.domain.metric import CAPTURED, Metric
from outgrow.domain.resource import COMMERCE, Resources
from outgrow.domain.tenant import UNLIMITED
from outgrow.domain.words import exact, percent

Array = NDArray[np.float64]
WEEK = 7


@dataclass(frozen=True, slots=True)
class Project:
    """Something committed that takes capacity from a day on.

    Attributes:
        on: the first day.
        probability: that it comes, 0 to 1.
        sizes: what it adds, by metric name, in the metric's unit; to a flow, per day.

    Raises:
        ConfigurationError: its day or one of its numbers makes no sense.
    """

    name: str
    on: date
    probability: float
    sizes: Mapping[str, float]

    def __post_init__(self) -> None:
        check_numbers(self, {"probability": PROBABILITY})
        for metric, size in self.sizes.items():
            if not AMOUNT.hold(size):
                raise ConfigurationError(
                    f"project '{self.name}': {metric} = {quoted(size)} makes no sense",
                    f"give a number from {AMOUNT.least:g} to {AMOUNT.most:g}",
                )
        try:
            sensible_day(self.on)
        except UsageError as error:
            raise ConfigurationError(f"project '{self.name}': {error.what}", error.mend) from error

    def sentence(self) -> str:
        """What comes when, and how surely."""
        return f"{self.name} from {spoken(self.on)} on" + (
            f" ({percent(self.probability)})" if self.probability < 1 else ""
        )


@dataclass(frozen=True, slots=True)
class NewStores:
    """Stores that open.

    Attributes:
        on: the day on which the first ones open.
        over_days: the days over which they open evenly; 1 is all at once.
        plan: code of the plan as whose stores they grow; None where `sizes` say how large they are.
        sizes: what each has from its first day on, by metric name; None where the plan's own stores tell.
    """

    count: int
    on: date
    over_days: int = 1
    plan: str | None = None
    sizes: Mapping[str, float] | None = None


@dataclass(frozen=True, slots=True)
class Arrival:
    """A merchant who joins with all that he has.

    Attributes:
        on: the first day.
        sizes: what he brings, by metric name, in the metric's unit; to a flow, per day; to a month's total, per month.
    """

    name: str
    on: date
    sizes: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class LevelStep:
    """A metric that is higher or lower from a day on: a migration, a purge.

    Attributes:
        amount: in the metric's unit, negative for a purge; of a flow, per day.
    """

    metric: str
    on: date
    amount: float


@dataclass(frozen=True, slots=True)
class PlanChange:
    """Other limits of a plan that is sold.

    Attributes:
        code: the plan's.
        limits: by the names of resources; `UNLIMITED` for none.
        resources: of the platform, by which limits are told.
    """

    code: str
    limits: Mapping[str, float]
    resources: Resources = COMMERCE


@dataclass(frozen=True, slots=True)
class GrowthChange:
    """Growth times a factor, 0 or more, of one metric; None is of all that have no factor of their own."""

    factor: float
    metric: str | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Ramp:
    """How the stores of a plan have grown.

    Attributes:
        sizes: by metric, (n_days,) the mean on each day of a store's age, its first day first; later ones have what
            the last has.
        stores: how many stores the first day's mean is of.
    """

    sizes: Mapping[str, Array]
    stores: int


def by_day(weekly: Array) -> Array:
    """The means of weeks as daily values, on straight lines between the middles of the weeks."""
    middles = WEEK * np.arange(len(weekly)) + (WEEK - 1) / 2
    daily: Array = np.interp(np.arange(WEEK * len(weekly)), middles, weekly)
    return daily


@dataclass(frozen=True, slots=True)
class Scenario:
    """Changes that are asked about together.

    Attributes:
        events: each with a multiplier of the orders on its days.
        ladder: another one; None keeps the present one.
        prices: other prices a month, by tier.
    """

    name: str
    description: str = ""
    stores: tuple[NewStores, ...] = ()
    merchants: tuple[Arrival, ...] = ()
    events: tuple[Event, ...] = ()
    steps: tuple[LevelStep, ...] = ()
    plans: tuple[PlanChange, ...] = ()
    ladder: Ladder | None = None
    prices: Mapping[str, Decimal] = field(default_factory=dict)
    growth: tuple[GrowthChange, ...] = ()

    def sentences(self, metrics: Iterable[Metric] = CAPTURED) -> list[str]:
        """Each change in plain words, in the order in which they are made.

        Args:
            metrics: those that are told by their titles and units; any other is told by its name.
        """
        known = {metric.name: metric for metric in metrics}
        return [*_of_growth(self, known), *_of_things(self, known), *_of_events(self), *_of_offers(self)]


Known = Mapping[str, Metric]
"""Metrics by name."""


def _of_growth(scenario: Scenario, known: Known) -> Iterator[str]:
    for growth in scenario.growth:
        metric = known.get(growth.metric or "")
        what = metric.words if metric else growth.metric or "every metric"
        yield f"growth of {what} × {growth.factor:g}"


def _of_things(scenario: Scenario, known: Known) -> Iterator[str]:
    for new in scenario.stores:
        what = f"{new.count:,} new {'store' if new.count == 1 else 'stores'}"
        what += f" of plan {new.plan}" if new.plan else ""
        what += f" with {_sizes(new.sizes, known)}{' each' if new.count > 1 else ''}" if new.sizes is not None else ""
        yield f"{what} {_span(new.on, new.on + timedelta(days=new.over_days - 1))}"
    for joining in scenario.merchants:
        yield f"{joining.name or 'a merchant'} joins with {_sizes(joining.sizes, known)} on {spoken(joining.on)}"
    for step in scenario.steps:
        metric = known.get(step.metric)
        label, unit = (metric.label, f" {metric.unit}{_per(metric)}") if metric else (step.metric, "")
        yield f"{label} {exact(step.amount, '+')}{unit} from {spoken(step.on)} on"


def _of_events(scenario: Scenario) -> Iterator[str]:
    for event in scenario.events:
        multiplier = 1.0 if event.multiplier is None else event.multiplier
        yield f"{event.name or 'an event'}: orders × {multiplier:g} {_span(event.first, event.last)}"


def _of_offers(scenario: Scenario) -> Iterator[str]:
    for plan in scenario.plans:
        tops = [
            f"{'unlimited' if top == UNLIMITED else exact(top)} {plan.resources.resolve(name).noun}"
            for name, top in plan.limits.items()
        ]
        yield f"plan {plan.code} with {_listed(tops)}"
    if scenario.ladder is not None:
        yield f"the ladder {', '.join(tier.name for tier in scenario.ladder)}"
    for tier, price in scenario.prices.items():
        yield f"tier {tier} at {price:f} a month"


def _sizes(sizes: Mapping[str, float], known: Known) -> str:
    """Amounts with what they are of, as a list in a sentence."""
    return _listed([_size(name, size, known.get(name)) for name, size in sizes.items()])


def _size(name: str, size: float, metric: Metric | None) -> str:
    if metric is None:
        return f"{exact(size)} {name}"
    of_what = "" if metric.is_count else f" of {metric.words}"
    return f"{exact(size)} {metric.unit}{of_what}{_per(metric)}"


def _per(metric: Metric) -> str:
    return " a month" if metric.month_total_of else " a day" if metric.is_daily_flow else ""


def _listed(said: list[str]) -> str:
    return " and ".join(filter(None, [", ".join(said[:-1]), *said[-1:]])) or "nothing"


def _span(first: date, last: date) -> str:
    return f"on {spoken(first)}" if first == last else f"from {spoken(first)} to {spoken(last)}"
