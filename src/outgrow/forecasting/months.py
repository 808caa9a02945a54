"""Months' running totals of flows, whatever day a month begins on: what this one will have come to, and the next."""

from dataclasses import dataclass, replace
from datetime import date, timedelta
from statistics import NormalDist
from typing import Self

import numpy as np
from numpy.typing import NDArray

from outgrow.forecasting.flows import HALF, NOTHING, ROUNDING, FlowForecast
from outgrow.forecasting.kernels.normal import Array, normal_cdf
from outgrow.forecasting.kernels.restarts import month_starts
from outgrow.forecasting.kernels.series import bridge_gaps
from outgrow.forecasting.kernels.stillness import Stillness, stillness
from outgrow.forecasting.kernels.tries import STAYING, any_reached
from outgrow.forecasting.month_levels import (
    days_added,
    days_begun,
    own_chance,
    own_level,
    staying_total,
    without_weekdays,
)

SURE = 1e-6
"""Least relative doubt: a division by it must do no harm."""
CUBE = 3.0
"""A sum of amounts is as good as normal in its cube root: E. B. Wilson and M. M. Hilferty, The distribution of
chi-square, 1931. It is never negative, and skewed the more the less certain it is."""


@dataclass(frozen=True, slots=True, eq=False)
class MonthTotalForecast:
    """The future of n totals that begin anew on a day of each month, the first as a rule, or of each week.

    Attributes:
        flow: the forecast of the daily amounts.
        sofar: (n,) this month's total up to the newest day.
        left: (horizon,) True on the days of the month that is running.
        restart: (horizon,) True on the days on which they begin anew.
        own: (n, horizon) relative standard deviation of what each month adds to a total by its own chance.
        still: whether the flow stays where it was, and how months vary if it does.
        staying: (n, horizon) the total on each day if it does.
        mean, spread: (n, horizon) middle of the total on each day, and standard deviation of what is still to come.
    """

    flow: FlowForecast
    sofar: Array
    left: NDArray[np.bool_]
    restart: NDArray[np.bool_]
    own: Array
    still: Stillness
    staying: Array
    mean: Array
    spread: Array

    @classmethod
    def of(
        cls,
        flow: FlowForecast,
        values: Array,
        last_day: date,
        ordinary: Array | None = None,
        *,
        begins_on: int = 1,
        sofar: Array | None = None,
    ) -> Self:
        """Add up a forecast of amounts.

        The level lies between the model's and the flow's own, as exponential smoothing tells it; the doubt is the
        larger of what both give.

        Args:
            flow: of n rows.
            values: (n, t) the daily amounts that it rests on.
            last_day: the day of the newest amounts.
            ordinary: (n, t) the same without what is amiss in them, if that is known.
            begins_on: the day on which they begin anew; see `kernels.restarts`.
            sofar: (n,) this month's totals, where they are known by themselves; NaN where not.
        """
        added = np.nan_to_num(bridge_gaps(values)[:, -days_begun(last_day, begins_on) :]).sum(axis=1)
        sofar = added if sofar is None else np.where(np.isnan(sofar), added, sofar)
        restart = month_starts(last_day + timedelta(days=1), flow.horizon, begins_on).astype(np.float64)
        left = np.cumsum(restart) == 0
        nothing = np.zeros(len(sofar))
        expected, spread = flow.running_total(restart, nothing)
        moved, past = own_level(flow, values if ordinary is None else ordinary, restart)
        come = replace(flow, mean=flow.mean * moved).running_total(restart, nothing)[0]
        doubt = np.fmax(np.sqrt(np.log1p((spread / np.maximum(expected, NOTHING)) ** 2)), past)
        mean = come + np.where(left, sofar[:, None], 0.0)
        own = np.sqrt(np.log1p(own_chance(flow, restart) ** 2))
        still = stillness(without_weekdays(flow, values if ordinary is None else ordinary))
        staying = staying_total(flow, still.level, restart)
        return cls(flow, sofar, left, restart > 0, own, still, staying, mean, come * doubt)

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
        scores = np.array([NormalDist().inv_cdf(level) for level in levels])[None, :, None]
        sofar, come, doubt = (part[:, None, :] for part in self._to_come())
        values = sofar + come * np.maximum(1.0 + scores * doubt / CUBE, 0.0) ** CUBE
        grid = self.flow.grid[:, None, None]
        unit = np.where(grid > 0, grid, 1.0)
        # What came so far may lie between whole amounts: gaps are bridged.
        result: Array = np.maximum(np.where(grid > 0, np.floor(values / unit + HALF) * unit, values), sofar)
        result[..., self.left] = np.maximum.accumulate(result[..., self.left], axis=2)
        result[~self.usable] = np.nan
        return result

    def until(self, horizon: int) -> Self:
        """The same for fewer days ahead."""
        cut = {
            name: getattr(self, name)[..., :horizon] for name in ("left", "restart", "own", "staying", "mean", "spread")
        }
        return replace(self, flow=self.flow.until(horizon), **cut)

    def pick(self, rows: NDArray[np.int64]) -> Self:
        """Some of its rows as a panel of their own, in any order, each as often as it is named."""
        picked = {name: getattr(self, name)[rows] for name in ("sofar", "own", "staying", "mean", "spread")}
        return replace(self, flow=self.flow.pick(rows), still=self.still.pick(rows), **picked)

    def at_days(self, days: tuple[int, ...], levels: tuple[float, ...]) -> Array:
        """The same for some days alone, (n, n_levels, n_days)."""
        return self.quantiles(levels)[:, :, np.array(days) - 1]

    def crossing_cdf(self, thresholds: Array, *, falling: bool = False) -> Array:
        """P(the total of some day up to d is at or above the threshold), (n, horizon).

        Within a month the total only grows, so "reached by then" is "above on that day". Each month is a new try;
        what the months share is the doubt of their level. As far as the flow's own past says that it stays where it
        was, months are as they were. A total falls to nothing with each: `falling` is certain from the next month on.
        """
        limit = np.asarray(thresholds, dtype=np.float64)
        if falling:
            cdf = np.where((limit >= 0)[:, None], (~self.left).astype(np.float64), 0.0)
            cdf[limit >= self.sofar] = 1.0
        else:
            grid = self.flow.grid
            unit = np.where(grid > 0, grid, 1.0)
            held = np.where(grid > 0, (np.ceil(limit / unit - ROUNDING) - HALF) * unit, limit)
            sofar, come, doubt = self._to_come()
            lacking = np.maximum(np.nan_to_num(held)[:, None] - sofar, 0.0)
            away = _away(lacking, come)
            own = np.clip(self.own, SURE, doubt)
            lasting = np.sqrt(np.maximum(doubt**2 - own**2, 0.0))
            # No less than on the day itself: an average over some courses is near that, not at it.
            on_the_day = 1.0 - normal_cdf(away / doubt)
            share, asked = self.still.share[:, None], np.isfinite(limit) & self.usable & (limit > self.sofar)
            moving, still = np.zeros_like(away), np.zeros_like(away)
            # Most of the work is here: of a row whose answer is known, or has no weight, none is done.
            if len(some := np.flatnonzero(asked & (self.still.share < 1.0))):
                moving[some] = any_reached(away[some], own[some], lasting[some], self.restart)
            if len(some := np.flatnonzero(asked & (self.still.share > 0.0))):
                still[some] = self._if_still(lacking, some)
            cdf = (1.0 - share) * moving + share * still
            cdf = np.maximum.accumulate(np.maximum(cdf, on_the_day), axis=1)
            cdf[limit <= self.sofar] = 1.0
        return np.where((np.isfinite(limit) & self.usable)[:, None], cdf, np.nan)

    def crossing_at(self, thresholds: Array, days: tuple[int, ...], *, falling: bool = False) -> Array:
        """The same for some days alone, (n, n_days)."""
        return self.until(max(days)).crossing_cdf(thresholds, falling=falling)[:, np.array(days) - 1]

    def _if_still(self, lacking: Array, rows: NDArray[np.int64]) -> Array:
        """P(any month so far is at the limit), (n_rows, horizon), if the flow stays.

        Args:
            lacking: (n, horizon) what each day's total has to bring for that.
        """
        away = _away(lacking[rows], np.maximum(self.staying[rows], NOTHING))
        still = self.still.pick(rows)
        own = np.maximum(still.own(days_added(self.restart.astype(np.float64))), SURE)
        return any_reached(away, own, still.lasting(self.horizon), self.restart, STAYING)

    def _to_come(self) -> tuple[Array, Array, Array]:
        """What each day's total begins with, the middle of what is to come, and its relative doubt, (n, horizon)."""
        sofar = np.where(self.left, self.sofar[:, None], 0.0)
        come = np.maximum(self.mean - sofar, NOTHING)
        return sofar, come, np.maximum(self.spread / come, SURE)


def _away(lacking: Array, come: Array) -> Array:
    """How far what is lacking is from the middle of what is to come, as its relative doubt is told: see `CUBE`."""
    away: Array = (np.cbrt(lacking / come) - 1.0) * CUBE
    return away
