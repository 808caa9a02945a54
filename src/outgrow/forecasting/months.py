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
from outgrow.forecasting.kernels.series import bridge_gaps, mean_of_known
from outgrow.forecasting.kernels.smoothing import QUIET_SHARE, SPANS, smoothed

OWN_ABOVE, OWN_BELOW = 2 / 3, 1 / 3
"""Weight of the flow's own smoothed level beside the model's, in logarithms, where it lies above and where below: what
has risen of late mostly stays, what has fallen mostly comes back."""
OWN_DAYS = 30
"""It weighs so much over as many days, and fades after them."""
COMPARED = 28
"""Days ahead, whole weeks, by which the two levels are compared."""
LONGEST = 31
"""Days of the longest month."""
SURE = 1e-6
"""Least relative doubt: a division by it must do no harm."""
MOST_APART = 4.0
"""The model's level is moved as if the flow's own differed from it by this factor at the most."""
CUBE = 3.0
"""A sum of amounts is as good as normal in its cube root: E. B. Wilson and M. M. Hilferty, The distribution of
chi-square, 1931. It is never negative, and skewed the more the less certain it is."""

OWN_CHANCE = 1 / 2
"""Share of the nearest total's variance that is each month's own chance where the past is too short to tell; the rest,
and what is added further ahead, is doubt of the level, which lasts from month to month."""
BLOCK, BLOCKS, FAR = 28, 14, 4
"""Days of a block of whole weeks, blocks that are looked at, and how many blocks apart a wandering level shows."""
BLOCK_DAYS = 20
"""Known days that a block needs."""
FEW_PAIRS = 2.0
"""So many pairs of blocks weigh as much as what holds without them: the past is believed the more the longer it is."""
LEVELS = tuple(NormalDist().inv_cdf((part + 0.5) / 16) for part in range(16))
"""Scores of equally likely levels, over which the chance is averaged."""


@dataclass(frozen=True, slots=True, eq=False)
class MonthTotalForecast:
    """The future of n totals that begin anew on a day of each month, the first as a rule.

    Attributes:
        flow: the forecast of the daily amounts.
        sofar: (n,) this month's total up to the newest day.
        left: (horizon,) True on the days of the month that is running.
        restart: (horizon,) True on the days on which they begin anew.
        past: what blocks of days in the past say of how totals vary.
        mean, spread: (n, horizon) middle of the total on each day, and standard deviation of what is still to come.
    """

    flow: FlowForecast
    sofar: Array
    left: NDArray[np.bool_]
    restart: NDArray[np.bool_]
    past: "BlockVariance"
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
            begins_on: the day of the month on which they begin anew; see `kernels.restarts`.
            sofar: (n,) this month's totals, where they are known by themselves; NaN where not.
        """
        added = np.nan_to_num(bridge_gaps(values)[:, -_days_begun(last_day, begins_on) :]).sum(axis=1)
        sofar = added if sofar is None else np.where(np.isnan(sofar), added, sofar)
        restart = month_starts(last_day + timedelta(days=1), flow.horizon, begins_on).astype(np.float64)
        left = np.cumsum(restart) == 0
        nothing = np.zeros(len(sofar))
        expected, spread = flow.running_total(restart, nothing)
        moved, own = _own_level(flow, values if ordinary is None else ordinary, restart)
        come = replace(flow, mean=flow.mean * moved).running_total(restart, nothing)[0]
        doubt = np.fmax(np.sqrt(np.log1p((spread / np.maximum(expected, NOTHING)) ** 2)), own)
        mean = come + np.where(left, sofar[:, None], 0.0)
        past = BlockVariance.of(values if ordinary is None else ordinary, flow.weekday)
        return cls(flow, sofar, left, restart > 0, past, mean, come * doubt)

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
        cut = {name: getattr(self, name)[..., :horizon] for name in ("left", "restart", "mean", "spread")}
        return replace(self, flow=self.flow.until(horizon), **cut)

    def at_days(self, days: tuple[int, ...], levels: tuple[float, ...]) -> Array:
        """The same for some days alone, (n, n_levels, n_days)."""
        return self.quantiles(levels)[:, :, np.array(days) - 1]

    def crossing_cdf(self, thresholds: Array, *, falling: bool = False) -> Array:
        """P(the total of some day up to d is at or above the threshold), (n, horizon).

        Within a month the total only grows, so "reached by then" is "above on that day". Each month is a new try;
        what the months share is the doubt of their level. A total falls to nothing with each: `falling` is
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
            sofar, come, doubt = self._to_come()
            times = np.maximum(np.nan_to_num(held)[:, None] - sofar, 0.0) / come
            away = (np.cbrt(times) - 1.0) * CUBE
            # No less than on the day itself: an average over some levels is near that, not at it.
            on_the_day = 1.0 - normal_cdf(away / doubt)
            cdf = np.maximum.accumulate(np.maximum(self._of_any_month(away, doubt), on_the_day), axis=1)
            cdf[limit <= self.sofar] = 1.0
        return np.where((np.isfinite(limit) & self.usable)[:, None], cdf, np.nan)

    def crossing_at(self, thresholds: Array, days: tuple[int, ...], *, falling: bool = False) -> Array:
        """The same for some days alone, (n, n_days)."""
        return self.crossing_cdf(thresholds, falling=falling)[:, np.array(days) - 1]

    def _of_any_month(self, away: Array, doubt: Array) -> Array:
        """P(this month's total or that of one before is at the limit), (n, horizon), averaged over levels.

        Args:
            away: (n, horizon) how far the limit is from each day's total, as a cube root's `doubt` is told.
            doubt: (n, horizon) relative doubt of each day's total.
        """
        starts = np.flatnonzero(self.restart).tolist()
        begins = [0, *(at for at in starts if at > 0)]
        spans = [slice(at, end) for at, end in zip(begins, [*begins[1:], self.horizon], strict=True)]
        own = np.empty_like(doubt)
        least = np.full(len(doubt), np.inf)
        for span in spans:
            own[:, span] = np.sqrt(OWN_CHANCE) * np.minimum(doubt[:, span], least[:, None])
            # A month that is nearly over has little doubt left: it says nothing of how whole months differ.
            if self.restart[span.start]:
                least = np.minimum(least, doubt[:, span.stop - 1])
        lasting = np.sqrt(np.maximum(doubt**2 - own**2, 0.0))
        own, lasting = self.past.parted(own, lasting, doubt, _days_added(self.restart.astype(np.float64)))
        result = np.zeros_like(away)
        for level in LEVELS:
            missed = np.ones(len(away))
            below = normal_cdf((away - lasting * level) / own)
            for span in spans:
                result[:, span] += (1.0 - missed[:, None] * below[:, span]) / len(LEVELS)
                missed = missed * below[:, span.stop - 1]
        return result

    def _to_come(self) -> tuple[Array, Array, Array]:
        """What each day's total begins with, the middle of what is to come, and its relative doubt, (n, horizon)."""
        sofar = np.where(self.left, self.sofar[:, None], 0.0)
        come = np.maximum(self.mean - sofar, NOTHING)
        return sofar, come, np.maximum(self.spread / come, SURE)


@dataclass(frozen=True, slots=True, eq=False)
class BlockVariance:
    """How the amounts of past blocks of `BLOCK` days varied, as a random walk of their level with white noise.

    The two are told apart by differences of blocks near and far apart, as in the variogram of a local level model:
    A. C. Harvey, Forecasting, structural time series models and the Kalman filter, 1989.

    Attributes:
        own, walk: (n,) relative variances, of each block's own chance and of a block's step of the level.
        blocks: (n,) how many are known.
        share: (n,) how far they are believed, 0 to 1.
    """

    own: Array
    walk: Array
    blocks: Array
    share: Array

    @classmethod
    def of(cls, values: Array, weekday: Array) -> Self:
        """Look at (n, t) daily amounts; `weekday` is the share of each, (n, 7)."""
        # So many days whatever the width of the batch: sums hang on how many numbers there are.
        days = BLOCK * BLOCKS
        held = np.full((len(values), days), np.nan)
        kept = min(days, values.shape[1])
        plain = values / weekday[:, (np.arange(values.shape[1]) - values.shape[1]) % 7]
        held[:, days - kept :] = plain[:, values.shape[1] - kept :]
        parts = held.reshape(len(values), BLOCKS, BLOCK)
        known = (~np.isnan(parts)).sum(axis=2)
        sums = np.nan_to_num(parts).sum(axis=2)
        there = (known >= BLOCK_DAYS) & (sums > 0)
        means = np.where(there, sums / np.maximum(known, 1), 0.0)
        # Against their sum, so that the unit is nothing but a unit.
        logs = np.where(
            there, np.log(np.where(there, means / np.maximum(means.sum(axis=1), NOTHING)[:, None], 1.0)), np.nan
        )
        near, _ = _squares_apart(logs, 1)
        far, pairs = _squares_apart(logs, FAR)
        walk = np.clip((far - near) / (FAR - 1), 0.0, near)
        share: Array = pairs / (pairs + FEW_PAIRS)
        return cls((near - walk) / 2, walk, there.sum(axis=1).astype(np.float64), share)

    def parted(self, own: Array, lasting: Array, doubt: Array, added: Array) -> tuple[Array, Array]:
        """The own and the lasting doubt of each day's total, (n, horizon), both together no more than all of it.

        Args:
            own, lasting: what is held of them without a past.
            doubt: all of it.
            added: (horizon,) days ahead that each total adds up.
        """
        ahead = np.arange(1.0, doubt.shape[1] + 1) / BLOCK
        chance = np.sqrt(self.own[:, None] * BLOCK / added)
        level = np.sqrt((self.own / np.maximum(self.blocks, 1.0))[:, None] + self.walk[:, None] * ahead)
        share = self.share[:, None]
        own = np.minimum(_between(own, chance, share), np.maximum(doubt, SURE))
        most = np.sqrt(np.maximum(doubt**2 - own**2, 0.0))
        return own, np.minimum(_between(lasting, level, share), most)


def _squares_apart(logs: Array, lag: int) -> tuple[Array, Array]:
    """Mean squared difference of blocks so far apart, (n,), 0 where there are none, and how many there are."""
    apart = logs[:, lag:] - logs[:, :-lag]
    known = (~np.isnan(apart)).sum(axis=1).astype(np.float64)
    return (np.nan_to_num(apart) ** 2).sum(axis=1) / np.maximum(known, 1.0), known


def _between(one: Array, other: Array, share: Array) -> Array:
    """Geometric mean of two positive numbers, `share` of the other."""
    result: Array = np.maximum(one, SURE) ** (1.0 - share) * np.maximum(other, SURE) ** share
    return result


def _own_level(flow: FlowForecast, values: Array, restart: Array) -> tuple[Array, Array]:
    """What the model's amounts are multiplied by, and the doubt of totals as the flow's own past has it; (n, horizon).

    For a row with too short a past 1, and NaN.
    """
    days = values.shape[1]
    plain = values / flow.weekday[:, (np.arange(days) - days) % 7]
    own, quiet = smoothed(plain), QUIET_SHARE * mean_of_known(plain)
    ahead = min(COMPARED, flow.horizon)
    week = np.tile(flow.weekday, (1, COMPARED // 7))[:, :ahead]
    model = (flow.mean / flow.uplift)[:, :ahead].sum(axis=1) / week.sum(axis=1)
    there = (model > NOTHING) & (quiet > 0)
    apart = np.clip((own.level + quiet) / np.where(there, model + quiet, 1.0), 1.0 / MOST_APART, MOST_APART)
    fading = np.minimum(1.0, OWN_DAYS / np.arange(1.0, flow.horizon + 1))
    share = np.where(apart > 1.0, OWN_ABOVE, OWN_BELOW)[:, None] * fading
    moved = np.where(there & ~np.isnan(own.level), apart, 1.0)[:, None] ** share
    return moved, _at_spans(own.doubt, _days_added(restart))


def _days_begun(last_day: date, begins_on: int) -> int:
    """How many days of the running month are over on a day, itself included."""
    begun = np.flatnonzero(month_starts(last_day - timedelta(days=LONGEST - 1), LONGEST, begins_on))
    return LONGEST - int(begun[-1])


def _days_added(restart: Array) -> Array:
    """How many of the days ahead are in each day's total, (horizon,)."""
    day = np.arange(1.0, len(restart) + 1)
    result: Array = day - np.maximum.accumulate(np.where(restart > 0, day - 1.0, 0.0))
    return result


def _at_spans(at_spans: Array, days: Array) -> Array:
    """Values (n, n_spans) at `SPANS` days on straight lines to other numbers of days, (n, n_days)."""
    held = np.clip(days, SPANS[0], SPANS[-1])
    right = np.clip(np.searchsorted(SPANS, held), 1, len(SPANS) - 1)
    spans = np.array(SPANS, dtype=np.float64)
    share = (held - spans[right - 1]) / (spans[right] - spans[right - 1])
    result: Array = at_spans[:, right - 1] * (1.0 - share) + at_spans[:, right] * share
    return result
