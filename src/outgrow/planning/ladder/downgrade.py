"""Smaller tiers: proposed only where they would last."""

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

import numpy as np

from outgrow.domain.ladder import Ladder, Tier
from outgrow.domain.paths import Paths

SURE = 0.9
"""Probability with which a smaller tier has to hold the use through to the horizon."""
LEAST_DAYS = 180
"""Days that it has to last at least: below, the move is not worth its trouble."""


@dataclass(frozen=True, slots=True)
class Downgrade:
    """A smaller tier that would do from a day on.

    Attributes:
        days: how long it lasts at least, up to the horizon.
        probability: that it lasts so long.
        saving_monthly: what is paid less.
    """

    tier: Tier
    on: date
    days: int
    probability: float
    saving_monthly: Decimal


def lasting_downgrade(paths: Paths, ladder: Ladder, rented: Tier) -> Downgrade | None:
    """The smallest tier below the rented one that would last, from the first day on which it would."""
    for tier in ladder.tiers[: ladder.tiers.index(rented)]:
        if any(metric not in paths.metrics for metric in tier.maxima):
            continue  # of what nothing is known, nothing can be promised
        holds = np.ones((paths.n_paths, paths.n_days + 1), dtype=bool)
        for metric, top in tier.maxima.items():
            values = np.column_stack([np.full(paths.n_paths, paths.now()[metric]), paths.of(metric)[0]])
            # The highest from each day on.
            holds &= np.maximum.accumulate(values[:, ::-1], axis=1)[:, ::-1] < top
        chance = holds.mean(axis=0)[: max(0, paths.n_days - LEAST_DAYS + 1)]
        lasting = np.flatnonzero(chance >= SURE)
        if len(lasting):
            day = int(lasting[0])
            return Downgrade(
                tier,
                paths.as_of + timedelta(days=day),
                paths.n_days - day,
                float(chance[day]),
                rented.cost_monthly - tier.cost_monthly,
            )
    return None
