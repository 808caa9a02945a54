"""Months' running totals of flows: what this month will have come to, and the next ones."""

from dataclasses import dataclass
from datetime import date, timedelta
from statistics import NormalDist
from typing import Self

import numpy as np
from numpy.typing import NDArray

from outgrow.forecasting.flows import HALF, ROUNDING, FlowForecast
from outgrow.forecasting.kernels.normal import Array, normal_cdf
from outgrow.forecasting.kernels.series import bridge_gaps


@dataclass(frozen=True, slots=True, eq=False)
class MonthTotalForecast:
    """The future of n totals that begin anew on the first of each month.

    Attributes:
        flow: the forecast of the daily amounts.
        sofar: (n,) this month's total up to the newest day.
        left: (horizon,) True on the days of the month that is running.
        mean, spread: (n, horizon) expected total on each day, and its standard deviation.
    """

    flow: FlowForecast
    sofar: Array
    left: NDArray[np.bool_]
    mean: Array
    spread: Array

    @classmethod
    def of(cls, flow: FlowForecast, values: Array, last_day: date) -> Self:
        """Add up a forecast of amounts.

        Args:
            flow: of n rows.
            values: (n, t) the daily amounts that it rests on.
            last_day: the day of the newest amounts.
        """
        past = [month_to_date(row, last_day - timedelta(days=len(row) - 1))[-1] for row in values]
        restart = month_starts(last_day + timedelta(days=1), flow.horizon)
        sofar = np.array(past)
        mean, spread = flow.running_total(restart.astype(np.float64), sofar)
        return cls(flow, sofar, np.cumsum(restart) == 0, mean, spread)

    @property
    def horizon(self) -> int:
        """Days ahead."""
        return self.flow.horizon

    @property
    def usable(self) -> NDArray[np.bool_]:
        """(n,) False for rows that nothing can be said of."""
        return self.flow.usable

    def quantiles(self, levels: tuple[float, ...]) -> Array:
        """Quantiles of each day's total, (n, n_levels, horizon); this month's cannot shrink."""
        scores = np.array([NormalDist().inv_cdf(level) for level in levels])
        values = self.mean[:, None, :] + scores[None, :, None] * self.spread[:, None, :]
        floor = np.where(self.left, self.sofar[:, None], 0.0)[:, None, :]
        grid = self.flow.grid[:, None, None]
        unit = np.where(grid > 0, grid, 1.0)
        # What came so far may lie between whole amounts: gaps are bridged.
        result: Array = np.maximum(np.where(grid > 0, np.floor(values / unit + HALF) * unit, values), floor)
        result[~self.usable] = np.nan
        return result

    def until(self, horizon: int) -> "MonthTotalForecast":
        """The same for fewer days ahead."""
        flow = self.flow.until(horizon)
        return MonthTotalForecast(
            flow, self.sofar, self.left[:horizon], self.mean[:, :horizon], self.spread[:, :horizon]
        )

    def at_days(self, days: tuple[int, ...], levels: tuple[float, ...]) -> Array:
        """The same for some days alone, (n, n_levels, n_days)."""
        return self.quantiles(levels)[:, :, np.array(days) - 1]

    def crossing_cdf(self, thresholds: Array, *, falling: bool = False) -> Array:
        """P(the total of some day up to d is at or above the threshold), (n, horizon).

        Within a month the total only grows, so "reached by then" is "above on that day"; months follow the same
        level, so the likeliest month so far bounds them all. A total falls to nothing on every first: `falling` is
        certain from the next month on.
        """
        limit = np.asarray(thresholds, dtype=np.float64)
        if falling:
            cdf = np.where((limit >= 0)[:, None], (~self.left).astype(np.float64), 0.0)
            cdf[limit >= self.sofar] = 1.0
        else:
            grid = self.flow.grid
            unit = np.where(grid > 0, grid, 1.0)
            held = np.where(grid > 0, (np.ceil(limit / unit - ROUNDING) - HALF) * unit, limit)
            reached = 1.0 - normal_cdf((held[:, None] - self.mean) / self.spread)
            cdf = np.maximum.accumulate(reached, axis=1)
            cdf[limit <= self.sofar] = 1.0
        return np.where((np.isfinite(limit) & self.usable)[:, None], cdf, np.nan)

    def crossing_at(self, thresholds: Array, days: tuple[int, ...], *, falling: bool = False) -> Array:
        """The same for some days alone, (n, n_days)."""
        return self.crossing_cdf(thresholds, falling=falling)[:, np.array(days) - 1]


def month_to_date(values: Array, first_day: date) -> Array:
    """Running totals that begin anew on the first of each month, (n_days,), from daily amounts; gaps are bridged."""
    restart = month_starts(first_day, len(values))
    totals = np.empty_like(values)
    total = 0.0
    for at, amount in enumerate(np.nan_to_num(bridge_gaps(values[None, :])[0])):
        total = (0.0 if restart[at] else total) + amount
        totals[at] = total
    return totals


def month_starts(first_day: date, n_days: int) -> NDArray[np.bool_]:
    """Which of the days are the first of a month, (n_days,)."""
    days = np.datetime64(first_day, "D") + np.arange(n_days)
    starts: NDArray[np.bool_] = days == days.astype("datetime64[M]").astype("datetime64[D]")
    return starts
