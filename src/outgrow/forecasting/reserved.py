"""A metric's future with what committed projects take of its room."""

from dataclasses import dataclass, fields, replace
from typing import Self

import numpy as np

from outgrow.domain.scenario import Project
from outgrow.forecasting.kernels.normal import Array
from outgrow.forecasting.projection import LEVELS, Projection


@dataclass(frozen=True, slots=True, eq=False)
class Reserved:
    """Simulated futures of a metric, (n_paths, n_days) each, from a day `lag` days after the newest known one.

    Attributes:
        before, after: the value on each day, without and with the projects.
        peaks: with them, the highest value up to each day.
        nearer: whether any peak is higher with them; else no limit is reached otherwise than without.
    """

    before: Array
    after: Array
    peaks: Array
    lag: int
    nearer: bool = True


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class ReservedProjection(Projection):
    """A projection whose limits are reached as simulated futures with the projects reach them."""

    reserved: Reserved

    @classmethod
    def of(cls, alone: Projection, reserved: Reserved, projects: tuple[Project, ...], growth: float) -> Self:
        """The same projection with what these projects take.

        Args:
            growth: over 30 days, with them.
        """
        kept = {one.name: getattr(alone, one.name) for one in fields(Projection)}
        kept |= {"forecast": replace(alone.forecast, growth_per_30_days=growth), "projects": projects}
        return cls(**kept, reserved=reserved)

    def crossing_cdf(self, threshold: float, *, falling: bool = False) -> Array:
        """P(first day at or above the threshold <= d), (horizon,), never less than without the projects.

        Projects only add: of a fall, `falling`, the projection alone tells.
        """
        # Not super(): a class with slots is made anew, and would look for itself in vain.
        cdf = Projection.crossing_cdf(self, threshold, falling=falling)
        if falling or not self.reserved.nearer:
            return cdf
        reached, there = (self.reserved.peaks >= threshold).mean(axis=0), self._there(len(cdf))
        cdf[there] = np.maximum(cdf[there], reached[: there.stop - there.start])
        result: Array = np.maximum.accumulate(cdf)
        return result

    def with_bands(self) -> Self:
        """The same with the projects in the forecast's quantiles: each moves as that of the futures does."""
        quantiles = self.forecast.quantiles.copy()
        there = self._there(quantiles.shape[1])
        n_days = there.stop - there.start
        both = (self.reserved.before, self.reserved.after)
        before, after = (np.quantile(values[:, :n_days], LEVELS, axis=0) for values in both)
        quantiles[:, there] = np.maximum.accumulate(quantiles[:, there] + (after - before), axis=0)
        return replace(self, forecast=replace(self.forecast, quantiles=quantiles))

    def _there(self, horizon: int) -> slice:
        """The days of the forecast that the futures tell of."""
        lag = self.reserved.lag
        return slice(lag, min(horizon, lag + self.reserved.peaks.shape[1]))
