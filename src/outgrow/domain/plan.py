"""How the plan of the months ahead is made."""

from dataclasses import dataclass
from decimal import Decimal


@dataclass(frozen=True, slots=True)
class PlanRules:
    """What the plan rests on besides forecasts and limits.

    Attributes:
        current_tier: name of the tier that is rented now; None for the one that today's use needs.
        day_over_cost: what a day above the tier's limit costs, in the ladder's currency; None where nobody knows.
        seed: of the simulated futures; the same seed gives the same plan.
    """

    current_tier: str | None = None
    day_over_cost: Decimal | None = None
    seed: int = 1
