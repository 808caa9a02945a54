"""The four plans of the demo platform, and what their customers are like."""

from dataclasses import dataclass
from decimal import Decimal

import numpy as np
from numpy.typing import NDArray

from outgrow.sources.commerce.models.billing import LIMITS


@dataclass(frozen=True, slots=True)
class Habits:
    """What merchants of a plan typically have in each of their stores.

    Attributes:
        merchants: how many of the merchants who ever joined end up on the plan.
        stores: the most stores of one merchant.
        products, files: in a store that is a good year old.
        orders: weight of a store among all stores.
        team: fewest and most members of a store.
    """

    merchants: int
    stores: int
    products: float
    files: float
    orders: float
    team: tuple[int, int]


@dataclass(frozen=True, slots=True)
class Plan:
    """A plan: price a month in euros, and limits per merchant (None is unlimited)."""

    code: str
    name: str
    price_monthly: Decimal
    products_limit: int | None
    orders_limit: int | None
    team_limit: int | None
    storage_limit_gb: int | None
    habits: Habits


PLANS = (
    Plan("free", "Free", Decimal("0.00"), 50, 200, 3, 2, Habits(38, 1, 27, 12, 0.1, (1, 2))),
    Plan("basic", "Basic", Decimal("19.00"), 300, 1_000, 10, 25, Habits(64, 2, 150, 120, 0.5, (1, 3))),
    Plan("pro", "Pro", Decimal("79.00"), 1_000, 5_000, 25, 120, Habits(40, 3, 330, 350, 1.3, (2, 6))),
    Plan("enterprise", "Enterprise", Decimal("399.00"), None, None, None, None, Habits(8, 3, 620, 560, 3.5, (4, 8))),
)
"""From the smallest to the largest; the first is free of charge and has no trial."""

FREE, BASIC, PRO, ENTERPRISE = range(len(PLANS))
TRIAL_DAYS = 14.0


def limits(name: str) -> NDArray[np.float64]:
    """One limit of every plan, float64 (n_plans,), infinite where unlimited.

    Args:
        name: one of `LIMITS`.
    """
    return np.array([getattr(plan, name) or np.inf for plan in PLANS], dtype=np.float64)


def limits_of(plan: Plan) -> dict[str, int | None]:
    """The four limits of a plan by column."""
    return {name: getattr(plan, name) for name in LIMITS}
