"""The ordered infrastructure tiers: what each holds and what it costs a month."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from itertools import pairwise

from outgrow.domain.errors import ConfigurationError
from outgrow.domain.metric import ACTIVE_STORES, TOTAL_PRODUCTS

LADDER_METRICS: Mapping[str, str] = {"max_stores": ACTIVE_STORES.name, "max_products": TOTAL_PRODUCTS.name}
"""Which metric each dimension of a tier limits."""


@dataclass(frozen=True, slots=True)
class Tier:
    """One rung: its maxima (None is unlimited) and its price."""

    name: str
    max_stores: int | None
    max_products: int | None
    cost_monthly: Decimal

    def maxima(self) -> dict[str, int | None]:
        """The maximum of each limited metric, by the metric's name."""
        return {
            LADDER_METRICS["max_stores"]: self.max_stores,
            LADDER_METRICS["max_products"]: self.max_products,
        }

    def holds(self, usage: Mapping[str, float]) -> bool:
        """Whether the usage lies below every maximum: a tier is outgrown on the day its maximum is reached."""
        return all(top is None or usage.get(metric, 0) < top for metric, top in self.maxima().items())


@dataclass(frozen=True, slots=True)
class Ladder:
    """Tiers from the smallest to the largest.

    Raises:
        ConfigurationError: there is no tier, or a tier is not larger than the one below it.
    """

    tiers: tuple[Tier, ...]

    def __post_init__(self) -> None:
        if not self.tiers:
            raise ConfigurationError("the ladder has no tier", "give at least one [[ladder]] with a name and maxima")
        for below, above in pairwise(self.tiers):
            if above.maxima() == below.maxima():
                raise ConfigurationError(
                    f"ladder: tier '{above.name}' holds no more than '{below.name}' below it",
                    "leave one of the two out",
                )
            for metric, top in above.maxima().items():
                under = below.maxima()[metric]
                if top is not None and (under is None or top < under):
                    raise ConfigurationError(
                        f"ladder: tier '{above.name}' holds less of {metric} than '{below.name}' below it",
                        "order the tiers from the smallest to the largest; only the last may be unlimited",
                    )

    def __iter__(self) -> Iterator[Tier]:
        return iter(self.tiers)

    def required(self, usage: Mapping[str, float]) -> Tier:
        """The smallest tier that holds the usage; the last one if none does."""
        return next((tier for tier in self.tiers if tier.holds(usage)), self.tiers[-1])

    def above(self, tier: Tier) -> Tier | None:
        """The next larger tier; None above the last."""
        at = self.tiers.index(tier) + 1
        return self.tiers[at] if at < len(self.tiers) else None


DEFAULT_LADDER = Ladder(
    (
        Tier("Starter", 50, 10_000, Decimal(30)),
        Tier("Small", 100, 30_000, Decimal(80)),
        Tier("Medium", 300, 100_000, Decimal(150)),
        Tier("Large", 500, 250_000, Decimal(350)),
        Tier("Scale", 1_000, 500_000, Decimal(700)),
        Tier("Enterprise", None, None, Decimal(1_500)),
    )
)
