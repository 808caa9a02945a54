"""What it costs to move to the next tier too early or too late."""

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

import numpy as np
from numpy.typing import NDArray

from outgrow.domain.forecast import day_by
from outgrow.domain.money import cents
from outgrow.domain.paths import Paths

MONTH_DAYS = 30
SHIFTS = (-2, -1, 0, 1, 2)
"""Months before (negative) and after the median date that are weighed."""
DAYS_A_MONTH = Decimal(365) / Decimal(12)


@dataclass(frozen=True, slots=True)
class RegretRow:
    """The next tier from one day on.

    Attributes:
        shift_days: from the median date; negative is earlier.
        days_early, days_above: expected days on which it is paid but not needed yet, and needed but not there yet.
        probability_late: that it is needed before that day.
        cost_early, cost_above: what these days cost; the second is None where a day's price is not set.
    """

    on: date
    shift_days: int
    days_early: float
    days_above: float
    probability_late: float
    cost_early: Decimal
    cost_above: Decimal | None

    @property
    def total(self) -> Decimal | None:
        """Both together; None where one is not known."""
        return None if self.cost_above is None else self.cost_early + self.cost_above


@dataclass(frozen=True, slots=True)
class Regret:
    """Moves of the upgrade against each other.

    Attributes:
        rows: from the earliest to the latest.
        best_on: the day with the least expected cost; None where the price of a day above the limit is not set.
        day_over_cost: that price.
    """

    rows: tuple[RegretRow, ...]
    best_on: date | None
    day_over_cost: Decimal | None


def regret_of(days: NDArray[np.int64], paths: Paths, extra_monthly: Decimal, day_over_cost: Decimal | None) -> Regret:
    """Weigh upgrading a month or two early against late, in expectation over the paths.

    Without a change of tier the next tier's price is paid for nothing on each early day; each late day is one above
    the limit. A path that never comes to the limit counts as coming the day after the horizon, so that the days paid
    early are at least those told.

    Args:
        days: (n_paths,) the first day ahead above the limit, n_days + 1 for never; the median lies within the horizon.
        extra_monthly: price of the next tier less that of the present one.
        day_over_cost: of a day above the limit; None where nobody knows.
    """
    daily = extra_monthly / DAYS_A_MONTH
    middle = int(np.sort(days)[(len(days) - 1) // 2])
    shifts = [MONTH_DAYS * shift for shift in SHIFTS if middle + MONTH_DAYS * shift >= 0]
    rows = tuple(_row(days, paths, shift, middle, (daily, day_over_cost)) for shift in shifts)
    return Regret(rows, _best(days, paths, daily, day_over_cost), day_over_cost)


def _row(
    days: NDArray[np.int64], paths: Paths, shift: int, middle: int, prices: tuple[Decimal, Decimal | None]
) -> RegretRow:
    (daily, day_over_cost), n, day = prices, len(days), middle + shift
    early, above = int(np.maximum(days - day, 0).sum()), int(np.maximum(day - days, 0).sum())
    return RegretRow(
        on=paths.as_of + timedelta(days=day),
        shift_days=shift,
        days_early=early / n,
        days_above=above / n,
        probability_late=float((days < day).mean()),
        cost_early=cents(daily * early / n),
        cost_above=None if day_over_cost is None else cents(day_over_cost * above / n),
    )


def _best(days: NDArray[np.int64], paths: Paths, daily: Decimal, day_over_cost: Decimal | None) -> date | None:
    """The newsvendor's day: the first by which the limit is reached with probability early / (early + late cost)."""
    if day_over_cost is None or daily + day_over_cost == 0:
        return None
    share = float(daily / (daily + day_over_cost))
    day = day_by(np.sort(days), share)
    return paths.as_of + timedelta(days=day) if day <= paths.n_days else None
