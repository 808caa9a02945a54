"""A metric's future with what committed projects take of its room."""

from dataclasses import dataclass, field, fields
from typing import Self

import numpy as np

from outgrow.forecasting.kernels.normal import Array
from outgrow.forecasting.projection import Projection


@dataclass(frozen=True, slots=True, eq=False)
class ReservedProjection(Projection):
    """A projection whose limits are reached as simulated futures with the projects reach them.

    Attributes:
        peaks: (n_paths, n_days) the highest value up to each day after `lag` days from the newest known one.
    """

    peaks: Array = field(default_factory=lambda: np.empty((1, 0)))
    lag: int = 0

    @classmethod
    def of(cls, alone: Projection, peaks: Array, lag: int) -> Self:
        """The same projection with these peaks."""
        return cls(**{one.name: getattr(alone, one.name) for one in fields(Projection)}, peaks=peaks, lag=lag)

    def crossing_cdf(self, threshold: float, *, falling: bool = False) -> Array:
        """P(first day at or above the threshold <= d), (horizon,), never less than without the projects.

        Projects only add: of a fall, `falling`, the projection alone tells.
        """
        # Not super(): a class with slots is made anew, and would look for itself in vain.
        cdf = Projection.crossing_cdf(self, threshold, falling=falling)
        if falling:
            return cdf
        reached = (self.peaks >= threshold).mean(axis=0)[: len(cdf) - self.lag]
        there = slice(self.lag, self.lag + len(reached))
        cdf[there] = np.maximum(cdf[there], reached)
        result: Array = np.maximum.accumulate(cdf)
        return result
