"""What a forecast has to beat: a straight line, the endpoint formula, a random walk with drift, and a flow's weekdays.

Each is a `PanelForecast`: fitted to a panel (n, t), newest day last, NaN where unknown. The first two know no spread:
all their quantiles are the one point, and their crossing is sure or out of the question.
"""

from dataclasses import dataclass
from statistics import NormalDist
from typing import Self

import numpy as np

from outgrow.forecasting.kernels.mixture import Components, crossing
from outgrow.forecasting.kernels.normal import Array, normal_cdf
from outgrow.forecasting.kernels.series import bridge_gaps, mean_of_known

LINE_DAYS = 90
"""Days that the straight line is laid through, and whose changes the random walk goes by."""
ENDPOINT_DAYS = 30
"""Days between the two points of the endpoint formula."""
WEEKS = 8
"""Weeks whose weekdays the weekly median is taken from."""
ROUNDING = 1e-9
"""A line that misses a limit by this share of it has reached it: the rest is rounding."""


@dataclass(frozen=True, slots=True, eq=False)
class Line:
    """A value that changes by the same amount every day.

    Attributes:
        level: (n,) value on the newest day.
        slope: (n,) change a day.
    """

    horizon: int
    level: Array
    slope: Array

    def points(self) -> Array:
        """The value of each day ahead, (n, horizon)."""
        d = np.arange(1.0, self.horizon + 1)
        result: Array = self.level[:, None] + self.slope[:, None] * d
        return result

    def quantiles(self, levels: tuple[float, ...]) -> Array:
        """The points, once for every level, (n, n_levels, horizon)."""
        return np.repeat(self.points()[:, None, :], len(levels), axis=1)

    def crossing_cdf(self, thresholds: Array) -> Array:
        """1.0 from the first day on which the line is at or above the threshold, else 0.0, (n, horizon)."""
        limits = np.asarray(thresholds, dtype=np.float64)[:, None]
        above = self.points() >= limits - ROUNDING * np.abs(limits)
        result: Array = np.maximum.accumulate(above, axis=1).astype(np.float64)
        return result


def straight_line(values: Array, horizon: int) -> Line:
    """Least squares through the known of the last 90 days, as `predict_linear` of Prometheus does.

    The line starts where it stands on the newest day, which need not be the newest value. One known day gives a
    level line.
    """
    window = values[:, -LINE_DAYS:]
    day = np.arange(window.shape[1]) - window.shape[1] + 1.0
    x = np.where(np.isnan(window), np.nan, day)
    mean_x, mean_y = mean_of_known(x), mean_of_known(window)
    # A row of which nothing is known for so long stays where it was seen last.
    mean_y = np.where(np.isnan(window).all(axis=1), bridge_gaps(values)[:, -1], mean_y)
    from_mean = x - mean_x[:, None]
    variance = mean_of_known(from_mean**2)
    covariance = mean_of_known(from_mean * (window - mean_y[:, None]))
    slope = np.divide(covariance, variance, out=np.zeros_like(variance), where=variance > 0)
    return Line(horizon, mean_y - slope * mean_x, slope)


def endpoint(values: Array, horizon: int) -> Line:
    """The endpoint formula: days = remaining / (current x percent growth per day over the last 30 days).

    Growth is that from the first to the last known day of the span, as a share of the first; a series that began at
    nothing has none.
    """
    window = values[:, -(ENDPOINT_DAYS + 1) :]
    known = ~np.isnan(window)
    rows, last_column = np.arange(len(window)), window.shape[1] - 1
    first, last = known.argmax(axis=1), last_column - known[:, ::-1].argmax(axis=1)
    start, span = window[rows, first], np.maximum(last - first, 1)
    change = window[rows, last] - start
    share = np.divide(change, start, out=np.zeros(len(window)), where=np.abs(start) > 0)
    current = bridge_gaps(values)[:, -1]
    return Line(horizon, current, np.where(known.any(axis=1), current * share / span, 0.0))


@dataclass(frozen=True, slots=True, eq=False)
class RandomWalk:
    """A random walk with drift, normal, both taken from the daily changes of the last 90 days.

    R. J. Hyndman and G. Athanasopoulos, Forecasting: Principles and Practice, 3rd ed. 2021, section 5.2; the first
    passage of the walk is that of the Brownian motion with its drift and volatility.

    Attributes:
        current: (n,) newest value.
        drift, sigma: (n,) change a day, volatility a square-root day.
    """

    horizon: int
    current: Array
    drift: Array
    sigma: Array

    @classmethod
    def fit(cls, values: Array, horizon: int) -> Self:
        """Take drift and spread from each row (n, t); a change over a gap counts as so many equal ones."""
        filled = bridge_gaps(values)
        changes = np.diff(filled[:, -(LINE_DAYS + 1) :], axis=1)
        drift = mean_of_known(changes)
        sigma = np.sqrt(mean_of_known((changes - drift[:, None]) ** 2))
        current = filled[:, -1]
        # A walk that never strayed has no spread, and the first passage divides by it.
        return cls(horizon, current, drift, np.maximum(sigma, ROUNDING * np.maximum(np.abs(current), 1.0)))

    def quantiles(self, levels: tuple[float, ...]) -> Array:
        """Quantiles of each day's value, (n, n_levels, horizon)."""
        d = np.arange(1.0, self.horizon + 1)
        z = np.array([NormalDist().inv_cdf(level) for level in levels])
        centre = self.current[:, None] + self.drift[:, None] * d
        spread = self.sigma[:, None] * np.sqrt(d)
        result: Array = centre[:, None, :] + z[None, :, None] * spread[:, None, :]
        return result

    def crossing_cdf(self, thresholds: Array) -> Array:
        """P(first day at or above the threshold <= d), (n, horizon)."""
        gap = np.asarray(thresholds, dtype=np.float64) - self.current
        sure = np.zeros((1, len(gap)))
        walk = Components(sure + 1.0, self.drift[None], sure, self.sigma[None], sure, sure, sure, sure + 1.0)
        days = np.arange(1.0, self.horizon + 1)[:, None, None]
        cdf = np.maximum.accumulate(crossing(walk, days, np.maximum(gap, 0.0)), axis=0).T
        result: Array = np.where((gap > 0)[:, None], cdf, 1.0)
        return result


@dataclass(frozen=True, slots=True, eq=False)
class WeeklyMedian:
    """The median of the same weekday over the last eight weeks, normal around it; of flows alone.

    The seasonal naive method (R. J. Hyndman and G. Athanasopoulos, Forecasting: Principles and Practice, 3rd ed. 2021,
    section 5.2), with the median of eight seasons in place of the last one, so that one odd day moves nothing. The
    spread is that of the residuals, the same on every day ahead (section 5.5); days vary independently.

    Attributes:
        weekday: (n, 7) median of each weekday; column 0 is the weekday of the first day ahead.
        sigma: (n,) standard deviation of the days around the median of their weekday.
    """

    horizon: int
    weekday: Array
    sigma: Array

    @classmethod
    def fit(cls, values: Array, horizon: int) -> Self:
        """Take medians and spread from each row (n, t); a weekday without a known day has the median of all days."""
        n, days = len(values), 7 * WEEKS
        window = np.hstack([np.full((n, days), np.nan), values])[:, -days:]
        silent = np.isnan(window).all(axis=1)
        window[silent, -1] = bridge_gaps(values)[silent, -1]  # last seen long ago: it stays where it was
        weeks = window.reshape(n, WEEKS, 7)
        unknown = np.isnan(weeks).all(axis=1)
        middle = np.nanmedian(window, axis=1)
        weekday = np.nanmedian(np.where(unknown[:, None, :], middle[:, None, None], weeks), axis=1)
        residuals = (weeks - weekday[:, None, :]).reshape(n, days)
        sigma = np.sqrt(mean_of_known(residuals**2))
        return cls(horizon, weekday, np.maximum(sigma, ROUNDING * np.maximum(np.abs(middle), 1.0)))

    def points(self) -> Array:
        """The median of each day ahead, (n, horizon)."""
        return self.weekday[:, np.arange(self.horizon) % 7]

    def quantiles(self, levels: tuple[float, ...]) -> Array:
        """Quantiles of each day's value, (n, n_levels, horizon)."""
        z = np.array([NormalDist().inv_cdf(level) for level in levels])
        result: Array = self.points()[:, None, :] + z[None, :, None] * self.sigma[:, None, None]
        return result

    def crossing_cdf(self, thresholds: Array) -> Array:
        """P(first day at or above the threshold <= d), (n, horizon)."""
        gap = np.asarray(thresholds, dtype=np.float64)[:, None] - self.points()
        result: Array = 1.0 - np.cumprod(normal_cdf(gap / self.sigma[:, None]), axis=1)
        return result
