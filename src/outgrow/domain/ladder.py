"""The ordered infrastructure tiers: what each holds and what it costs a month."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from itertools import pairwise
from types import MappingProxyType
from typing import Self

from outgrow.domain.bounds import AMOUNT, DAYS, Bounds, check_numbers
from outgrow.domain.errors import ConfigurationError, quoted
from outgrow.domain.figures import WHOLE_FROM
from outgrow.domain.metric import MetricCatalogue
from outgrow.domain.resource import COMMERCE
from outgrow.domain.words import percent

EUR = "EUR"
"""Currency of prices that name none."""
MOST_COST = 10**11
"""A month, in any currency: what the digits of amounts bear."""


@dataclass(frozen=True, slots=True)
class Tier:
    """One rung: its maxima, its price, and how long it takes to get it.

    Attributes:
        maxima: of each metric that it limits, by the metric's name, in the metric's unit; a metric that it does not
            name is unlimited. Read-only; those of the commerce schema first, in their order.
        cost_monthly: in `currency`, an ISO 4217 code.
        lead_time_days: from the order to its being there; None is as the policy says.

    Raises:
        ConfigurationError: a number makes no sense.
    """

    name: str
    maxima: Mapping[str, float]
    cost_monthly: Decimal
    currency: str = EUR
    lead_time_days: int | None = None

    def __post_init__(self) -> None:
        if isinstance(self.cost_monthly, int):
            object.__setattr__(self, "cost_monthly", Decimal(self.cost_monthly))
        for metric, top in self.maxima.items():
            if not AMOUNT.hold(top):
                raise ConfigurationError(
                    f"Tier: max_{COMMERCE.key(metric)} = {quoted(top)} makes no sense",
                    f"give a number from {AMOUNT.least:,.10g} to {AMOUNT.most:,.10g}",
                )
        ordered = {name: self.maxima[name] for name in in_order(self.maxima)}
        object.__setattr__(self, "maxima", MappingProxyType(ordered))
        check_numbers(self, {"cost_monthly": Bounds(0, MOST_COST), "lead_time_days": DAYS})

    @classmethod
    def of(
        cls,
        name: str,
        cost_monthly: Decimal,
        currency: str = EUR,
        lead_time_days: int | None = None,
        **maxima: float | None,
    ) -> Self:
        """From maxima by short names: `Tier.of("Small", Decimal(80), stores=100)`; None is unlimited.

        Args:
            maxima: by the name of a resource of the commerce schema, or of any metric.
        """
        known = {COMMERCE.metric_name(short): top for short, top in maxima.items() if top is not None}
        return cls(name, known, cost_monthly, currency, lead_time_days)

    def __hash__(self) -> int:
        return hash((self.name, frozenset(self.maxima.items()), self.cost_monthly, self.currency, self.lead_time_days))

    def __reduce__(self) -> tuple[object, ...]:
        # A read-only view cannot be copied or sent elsewhere; what it shows can.
        return type(self), (self.name, dict(self.maxima), self.cost_monthly, self.currency, self.lead_time_days)

    def maximum(self, metric: str) -> float | None:
        """The maximum of a metric, by its name; None where it is unlimited."""
        return self.maxima.get(metric)

    def holds(self, usage: Mapping[str, float]) -> bool:
        """Whether the usage lies below every maximum: a tier is outgrown on the day its maximum is reached."""
        return all(usage.get(metric, 0) < top for metric, top in self.maxima.items())


@dataclass(frozen=True, slots=True)
class Ladder:
    """Tiers from the smallest to the largest.

    Attributes:
        example: whether it is the one that outgrow brings: nobody said that it is theirs.

    Raises:
        ConfigurationError: there is no tier, two have one name or different currencies, an unlimited one is not the
            last, or a tier is not larger than the one below it, or costs less.
    """

    tiers: tuple[Tier, ...]
    example: bool = False

    def __post_init__(self) -> None:
        if not self.tiers:
            raise ConfigurationError("the ladder has no tier", "give at least one [[ladder]] with a name and maxima")
        names = [tier.name for tier in self.tiers]
        for name in names:
            if names.count(name) > 1:
                raise ConfigurationError(f"ladder: two tiers are called '{name}'", "give each tier a name of its own")
        for below, above in pairwise(self.tiers):
            _check_order(below, above)

    @property
    def currency(self) -> str:
        """The currency of all prices."""
        return self.tiers[0].currency

    @property
    def metrics(self) -> tuple[str, ...]:
        """Every metric that some tier limits, by name: those of the commerce schema first, then as they are named."""
        return in_order(metric for tier in self.tiers for metric in tier.maxima)

    def __iter__(self) -> Iterator[Tier]:
        return iter(self.tiers)

    def required(self, usage: Mapping[str, float]) -> Tier:
        """The smallest tier that holds the usage; the last one if none does."""
        return next((tier for tier in self.tiers if tier.holds(usage)), self.tiers[-1])

    def rented(self, usage: Mapping[str, float], name: str | None = None) -> Tier:
        """The tier that is rented now: the one of this name, or the smallest that holds the usage where none is said.

        Raises:
            ConfigurationError: there is no tier of this name.
        """
        if name is None:
            return self.required(usage)
        found = next((tier for tier in self.tiers if tier.name == name), None)
        if found is None:
            names = ", ".join(tier.name for tier in self.tiers)
            raise ConfigurationError(f"[plan] current_tier: the ladder has no tier '{name}'", f"use one of: {names}")
        return found

    def above(self, tier: Tier) -> Tier | None:
        """The next larger tier; None above the last."""
        at = self.tiers.index(tier) + 1
        return self.tiers[at] if at < len(self.tiers) else None


def next_tier_trigger(ladder: Ladder, tier: Tier, usage: Mapping[str, float], metrics: MetricCatalogue) -> str | None:
    """One sentence on what will make the next tier necessary; None on the last tier.

    Args:
        usage: by metric; what it does not name is no trigger, unless nothing else is known.
        metrics: those that the ladder limits, at the least.
    """
    following = ladder.above(tier)
    shares = {name: usage[name] / top for name, top in tier.maxima.items() if name in usage}
    if following is None or not tier.maxima:
        return None
    metric = max(shares or tier.maxima, key=lambda name: shares.get(name, 0.0))
    limit = metrics.resolve(metric).amount(tier.maxima[metric])
    now = f"{_about(usage[metric])} now, {percent(shares[metric])}" if shares else "nothing is stored of it yet"
    return f"{following.name} at {limit} ({now})"


def _about(value: float) -> str:
    """In whole numbers, where that says enough."""
    return f"{round(value):,}" if value >= WHOLE_FROM or float(value).is_integer() else f"{value:.2g}"


def in_order(metrics: Iterable[str]) -> tuple[str, ...]:
    """Names of metrics, each once: those of the commerce schema in their order, then the others as they are named."""
    named = dict.fromkeys(metrics)
    first = [resource.metric.name for resource in COMMERCE if resource.metric.name in named]
    return tuple(dict.fromkeys((*first, *named)))


def _check_order(below: Tier, above: Tier) -> None:
    """See that a tier is larger than the one below it, and that the two prices can be compared."""
    where = f"ladder: tier '{above.name}'"
    if above.currency != below.currency:
        raise ConfigurationError(
            f"{where} is priced in {above.currency}, but '{below.name}' below it in {below.currency}",
            "give all tiers the same `currency`, or leave it out of all",
        )
    if above.cost_monthly < below.cost_monthly:
        raise ConfigurationError(
            f"{where} costs {above.cost_monthly}, less than '{below.name}' below it ({below.cost_monthly})",
            "order the tiers from the smallest to the largest, or leave the smaller, dearer one out",
        )
    if not below.maxima:
        raise ConfigurationError(
            f"ladder: tier '{below.name}' is unlimited, but '{above.name}' stands above it",
            "only the last tier may be unlimited",
        )
    if above.maxima == below.maxima:
        raise ConfigurationError(f"{where} holds no more than '{below.name}' below it", "leave one of the two out")
    for metric, top in above.maxima.items():
        under = below.maximum(metric)
        if under is None or top < under:
            why = ", which names no maximum of it and so is unlimited" if under is None else ""
            raise ConfigurationError(
                f"{where} holds less of {metric} than '{below.name}' below it{why}",
                "order the tiers from the smallest to the largest; only the last may be unlimited",
            )


DEFAULT_LADDER = Ladder(
    (
        Tier.of("Starter", Decimal(30), stores=50, products=10_000),
        Tier.of("Small", Decimal(80), stores=100, products=30_000),
        Tier.of("Medium", Decimal(150), stores=300, products=100_000),
        Tier.of("Large", Decimal(350), stores=500, products=250_000),
        Tier.of("Scale", Decimal(700), stores=1_000, products=500_000),
        Tier.of("Enterprise", Decimal(1_500)),
    ),
    example=True,
)
"""The example ladder: it stands in until somebody sets theirs."""
