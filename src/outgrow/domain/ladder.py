"""The ordered infrastructure tiers: what each holds and what it costs a month."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from itertools import pairwise

from outgrow.domain.bounds import DAYS, MOST_AMOUNT, Bounds, check_numbers
from outgrow.domain.errors import ConfigurationError
from outgrow.domain.metric import (
    ACTIVE_STORES,
    STORAGE_USED_GB,
    TOTAL_ORDERS_MONTH,
    TOTAL_PRODUCTS,
    TOTAL_TEAM_MEMBERS,
)

LADDER_METRICS: Mapping[str, str] = {
    "max_stores": ACTIVE_STORES.name,
    "max_products": TOTAL_PRODUCTS.name,
    "max_orders_month": TOTAL_ORDERS_MONTH.name,
    "max_team_members": TOTAL_TEAM_MEMBERS.name,
    "max_storage_gb": STORAGE_USED_GB.name,
}
"""Which metric each dimension of a tier limits."""
EUR = "EUR"
"""Currency of prices that name none."""
MOST_COST = 10**11
"""A month, in any currency: what the digits of amounts bear."""


@dataclass(frozen=True, slots=True)
class Tier:
    """One rung: its maxima (None is unlimited), its price, and how long it takes to get it.

    Attributes:
        cost_monthly: in `currency`, an ISO 4217 code.
        lead_time_days: from the order to its being there; None is as the policy says.

    Raises:
        ConfigurationError: a number makes no sense.
    """

    name: str
    max_stores: int | None
    max_products: int | None
    cost_monthly: Decimal
    max_orders_month: int | None = None
    max_team_members: int | None = None
    max_storage_gb: int | None = None
    currency: str = EUR
    lead_time_days: int | None = None

    def __post_init__(self) -> None:
        maxima = dict.fromkeys(LADDER_METRICS, Bounds(1, MOST_AMOUNT))
        check_numbers(self, {**maxima, "cost_monthly": Bounds(0, MOST_COST), "lead_time_days": DAYS})

    def maxima(self) -> dict[str, int | None]:
        """The maximum of each metric that a tier may limit, by the metric's name."""
        return {metric: getattr(self, dimension) for dimension, metric in LADDER_METRICS.items()}

    def holds(self, usage: Mapping[str, float]) -> bool:
        """Whether the usage lies below every maximum: a tier is outgrown on the day its maximum is reached."""
        return all(top is None or usage.get(metric, 0) < top for metric, top in self.maxima().items())


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
    if all(top is None for top in below.maxima().values()):
        raise ConfigurationError(
            f"ladder: tier '{below.name}' is unlimited, but '{above.name}' stands above it",
            "only the last tier may be unlimited",
        )
    if above.maxima() == below.maxima():
        raise ConfigurationError(f"{where} holds no more than '{below.name}' below it", "leave one of the two out")
    for metric, top in above.maxima().items():
        under = below.maxima()[metric]
        if top is not None and (under is None or top < under):
            raise ConfigurationError(
                f"{where} holds less of {metric} than '{below.name}' below it",
                "order the tiers from the smallest to the largest; only the last may be unlimited",
            )


DEFAULT_LADDER = Ladder(
    (
        Tier("Starter", 50, 10_000, Decimal(30)),
        Tier("Small", 100, 30_000, Decimal(80)),
        Tier("Medium", 300, 100_000, Decimal(150)),
        Tier("Large", 500, 250_000, Decimal(350)),
        Tier("Scale", 1_000, 500_000, Decimal(700)),
        Tier("Enterprise", None, None, Decimal(1_500)),
    ),
    example=True,
)
"""The example ladder: it stands in until somebody sets theirs."""
