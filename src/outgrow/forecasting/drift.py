"""A plain robust drift: the growth of the recent past goes on, give or take what it has been giving and taking."""

from dataclasses import dataclass
from statistics import NormalDist
from typing import Self

import numpy as np

from outgrow.domain.metric import Kind
from outgrow.forecasting.kernels.normal import Array, normal_cdf
from outgrow.forecasting.kernels.passage import first_passage_cdf
from outgrow.forecasting.kernels.series import bridge_gaps, mean_of_known

WINDOW = 91
"""Days of changes that the drift is taken from."""
CLIP = 4.0
"""A day's change counts up to this multiple of the window's mean change on days with one: an import is not growth."""
DRIFT_DOUBT = 0.35
"""How much of the drift may go or come over the horizon, as a share of it: growth rates wander."""
LEAST_SIGMA = 0.05
"""Smallest volatility, as a share of the mean absolute change: no series is certain."""
LEAST_OF_LEVEL = 1e-5
"""The same for a series that stands still, as a share of its level."""
NOTHING = 1e-100
"""Spread of a series of zeros: it has no scale, and must not divide by zero."""
FLOW_WINDOW = 56
"""Days that a flow's level, weekdays and noise are taken from: eight of each weekday."""


@dataclass(frozen=True, slots=True, eq=False)
class LevelDrift:
    """Levels and counters: a Brownian motion with an uncertain drift, per row.

    Attributes:
        current: (n,) newest value.
        drift, sigma, drift_sd: (n,) change a day, volatility a square-root day, doubt of the drift.
        falls: whether values may fall below the current one (False for counters).
    """

    horizon: int
    current: Array
    drift: Array
    sigma: Array
    drift_sd: Array
    falls: bool

    @classmethod
    def fit(cls, values: Array, horizon: int, kind: str) -> Self:
        """Take drift and spread from the last 91 days of each row (n, t)."""
        filled = bridge_gaps(values[:, -(WINDOW + 1) :])
        current = bridge_gaps(values)[:, -1]
        changes = np.diff(filled, axis=1)
        size = mean_of_known(np.abs(changes))
        # Against the size of a change when there is one: a count that moves once a week moves as it does.
        moved = mean_of_known(np.where(changes == 0, np.nan, np.abs(changes)))
        clipped = np.clip(changes, -CLIP * moved[:, None], CLIP * moved[:, None])
        drift = mean_of_known(clipped)
        days = np.maximum((~np.isnan(changes)).sum(axis=1), 1)
        noise = clipped - drift[:, None]
        # Weekly sums see what daily changes hide: runs of good and bad days that do not cancel out.
        weeks = noise[:, noise.shape[1] % 7 :].reshape(len(noise), noise.shape[1] // 7, 7).sum(axis=2)
        variance = np.maximum(mean_of_known(noise**2), mean_of_known(weeks**2) / 7)
        sigma = np.maximum(np.sqrt(variance), LEAST_SIGMA * size) + LEAST_OF_LEVEL * np.abs(current)
        sigma = np.maximum(sigma, NOTHING)
        drift_sd = np.sqrt(sigma**2 / days + (DRIFT_DOUBT * drift) ** 2)
        return cls(horizon, current, drift, sigma, drift_sd, kind == Kind.LEVEL)

    def quantiles(self, levels: tuple[float, ...]) -> Array:
        """Quantiles of each day's value, (n, n_levels, horizon); never below zero where the series never was."""
        d = np.arange(1.0, self.horizon + 1)[None, :]
        spread = np.sqrt((self.sigma**2)[:, None] * d + (self.drift_sd[:, None] * d) ** 2)
        z = np.array([NormalDist().inv_cdf(level) for level in levels])
        centre = self.current[:, None] + self.drift[:, None] * d
        values = centre[:, None, :] + z[None, :, None] * spread[:, None, :]
        floor = np.minimum(self.current, 0.0) if self.falls else self.current
        result: Array = np.maximum(values, floor[:, None, None])
        return result

    def crossing_cdf(self, thresholds: Array) -> Array:
        """P(first day at or above the threshold <= d), (n, horizon)."""
        gap = np.asarray(thresholds, dtype=np.float64) - self.current
        return first_passage_cdf(gap, self.drift, self.sigma, self.drift_sd, self.horizon)


@dataclass(frozen=True, slots=True, eq=False)
class FlowDrift:
    """Flows: a level with a weekday rhythm and a damped trend, normal noise, never below zero.

    Attributes:
        mean: (n, horizon) expected value of each day.
        noise: (n, horizon) standard deviation of a day around its mean.
        level_sd: (n, horizon) doubt of the level, common to all days.
    """

    horizon: int
    mean: Array
    noise: Array
    level_sd: Array

    @classmethod
    def fit(cls, values: Array, horizon: int) -> Self:
        """Take level, rhythm, trend and noise from the last eight weeks of each row (n, t)."""
        recent = np.full((len(values), FLOW_WINDOW), np.nan)
        width = min(FLOW_WINDOW, values.shape[1])
        recent[:, FLOW_WINDOW - width :] = values[:, -width:]
        by_week = recent.reshape(len(values), FLOW_WINDOW // 7, 7)
        average = mean_of_known(recent)
        weekday = np.stack([mean_of_known(by_week[:, :, day]) for day in range(7)], axis=1)
        # A weekday without any known day, or a flow of nothing, has no rhythm of its own.
        seen = ~np.isnan(by_week).all(axis=1)
        factor = np.where(seen & (average[:, None] > 0), weekday / np.maximum(average, 1e-12)[:, None], 1.0)
        rhythm = np.tile(factor, (1, FLOW_WINDOW // 7))
        residual = recent - average[:, None] * rhythm
        noise = np.maximum(np.sqrt(mean_of_known(residual**2)) + 0.02 * average, NOTHING)
        half = FLOW_WINDOW // 2
        late, early = mean_of_known(recent[:, half:]), mean_of_known(recent[:, :half])
        both = (~np.isnan(recent[:, half:])).any(axis=1) & (~np.isnan(recent[:, :half])).any(axis=1)
        trend = np.where(both, 0.5 * (late - early) / half, 0.0)  # half of it: trends of flows seldom last
        d = np.arange(1.0, horizon + 1)[None, :]
        days = np.maximum((~np.isnan(recent)).sum(axis=1), 1)
        level = np.maximum(late[:, None] + trend[:, None] * (d + half / 2), 0.0)
        ahead = np.tile(factor, (1, horizon // 7 + 1))[:, :horizon]
        level_sd = (noise / np.sqrt(days))[:, None] + DRIFT_DOUBT * np.abs(trend)[:, None] * d
        wander = 0.1 * noise[:, None] * np.sqrt(d / 7)
        return cls(horizon, level * ahead, noise[:, None] * np.sqrt(ahead.clip(0.05)), level_sd + wander)

    def quantiles(self, levels: tuple[float, ...]) -> Array:
        """Quantiles of each day's value, (n, n_levels, horizon), zero at the least."""
        z = np.array([NormalDist().inv_cdf(level) for level in levels])
        spread = np.sqrt(self.noise**2 + self.level_sd**2)
        result: Array = np.maximum(self.mean[:, None, :] + z[None, :, None] * spread[:, None, :], 0.0)
        return result

    def crossing_cdf(self, thresholds: Array) -> Array:
        """P(first day at or above the threshold <= d), (n, horizon), taking the days' noise as independent."""
        gap = np.asarray(thresholds, dtype=np.float64)[:, None] - self.mean
        below = normal_cdf(gap / np.sqrt(self.noise**2 + self.level_sd**2))
        return np.asarray(1.0 - np.cumprod(below, axis=1), dtype=np.float64)

    def running_total(self, restart: Array, start: Array) -> tuple[Array, Array]:
        """Mean and standard deviation, (n, horizon) each, of totals that begin anew on certain days.

        Args:
            restart: (horizon,) 1.0 on the days that begin a new total (the first of a month), else 0.0.
            start: (n,) the total so far.
        """
        mean, noise, doubt = (np.empty_like(self.mean) for _ in range(3))
        total, variance, common = start.copy(), np.zeros(len(start)), np.zeros(len(start))
        for d in range(self.horizon):
            keep = 1.0 - restart[d]
            total = total * keep + self.mean[:, d]
            variance = variance * keep + self.noise[:, d] ** 2
            common = common * keep + self.level_sd[:, d]
            mean[:, d], noise[:, d], doubt[:, d] = total, variance, common
        return mean, np.sqrt(noise + doubt**2)
