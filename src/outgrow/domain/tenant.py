"""Who lives on the platform, what each may use by its plan, and what each uses."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

import numpy as np
from numpy.typing import NDArray

RESOURCES = ("products", "orders_month", "team_members", "storage_gb")
"""What plans limit. Orders are limited by the calendar month."""
UNLIMITED = np.inf

Array = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Plan:
    """A plan that merchants can buy.

    Attributes:
        price_monthly: in the ladder's currency.
        limits: of each of `RESOURCES`; `UNLIMITED` where there is none.
    """

    code: str
    name: str
    price_monthly: Decimal
    limits: tuple[float, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Tenants:
    """The n merchants that exist on a day.

    Attributes:
        keys: (n,) of str, the merchant's id in the platform's database.
        names: (n,) of str.
        plans: those that can be bought, cheapest first.
        plan: int64 (n,), the place of each one's plan in `plans`; -1 without an active or trial subscription.
        trial: bool (n,), whether the subscription is on trial.
        joined: datetime64[D] (n,).
        limits: float64 (n, 4), of `RESOURCES`, with a subscription's own limits in place of its plan's; `UNLIMITED`
            where there is none, NaN without a subscription.
        used: float64 (n, 4), at the end of the day; of orders, those of the month so far.
    """

    as_of: date
    keys: NDArray[np.str_]
    names: NDArray[np.str_]
    plans: tuple[Plan, ...]
    plan: NDArray[np.int64]
    trial: NDArray[np.bool_]
    joined: NDArray[np.datetime64]
    limits: Array
    used: Array

    def __len__(self) -> int:
        return len(self.keys)
