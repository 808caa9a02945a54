"""How the plan of the months ahead is made."""

from dataclasses import dataclass
from decimal import Decimal

from outgrow.domain.bounds import SEED, Bounds, check_numbers
from outgrow.domain.ladder import MOST_COST


@dataclass(frozen=True, slots=True)
class LadderRules:
    """What the plan rests on besides forecasts and limits.

    Attributes:
        current_tier: name of the tier that is rented now; None for the one that today's use needs.
        day_over_cost: what a day above the tier's limit costs, in the ladder's currency; None where nobody knows.
        seed: of the simulated futures; the same seed gives the same plan.

    Raises:
        ConfigurationError: a number makes no sense.
    """

    current_tier: str | None = None
    day_over_cost: Decimal | None = None
    seed: int = 1

    def __post_init__(self) -> None:
        check_numbers(self, {"day_over_cost": Bounds(0, MOST_COST), "seed": SEED})
