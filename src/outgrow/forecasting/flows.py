"""Flows: every quantile of every future day's amount, and of totals that begin anew each month."""

from dataclasses import dataclass, field, replace
from itertools import pairwise
from statistics import NormalDist
from typing import Self

import numpy as np
from numpy.typing import NDArray

from outgrow.domain.metric import Kind
from outgrow.forecasting.asked import checked_levels, checked_thresholds
from outgrow.forecasting.kernels.faults import forget
from outgrow.forecasting.kernels.flow_network import N_MEANS, SINCE, centres, quantiles_at
from outgrow.forecasting.kernels.flow_own import LOWER, MIDDLE, UPPER, WIDTH80, with_own_course
from outgrow.forecasting.kernels.flow_trend import N_TRENDS
from outgrow.forecasting.kernels.heap import keep_freed_memory
from outgrow.forecasting.kernels.network import Weights
from outgrow.forecasting.kernels.normal import Array
from outgrow.forecasting.kernels.ranks import FARTHEST, at_rank, reached, score_of
from outgrow.forecasting.kernels.restarts import running_sums
from outgrow.forecasting.kernels.rhythm import QUIET, RANKS, SEASON_KNOTS, WEEKS, Rhythm, rhythm, swanson
from outgrow.forecasting.outage import find_outages
from outgrow.forecasting.partial import find_partial

LANES, BLOCK = 16, 128
"""Series at a time, and what a block's size is filled up to: every series is computed alike wherever it stands."""
OUTERMOST = len(RANKS) - 1
"""Where the highest quantile stands in `RANKS`."""
SCORES = tuple(NormalDist().inv_cdf(rank) for rank in RANKS)
"""Their normal scores."""
STRAIGHT = N_MEANS + 2 + N_TRENDS
"""Where the line through the last eight weeks' shares stands among the centres."""
UNSURE = 5.0
"""A slope with this t-value counts half, where nothing but a flow's own past speaks."""
ASLEEP, HALF_ASLEEP = 56, 0.5
"""After so many days of nothing, what others did when they woke counts half."""
HEAVY = 0.9
"""What a step beyond the highest quantile counts: the highest days are higher than those of a normal law."""
CLOSED_WEEKS, CLOSED_DAYS = 13, 8
"""A weekday is closed if it had nothing for so many weeks, on so many known days, while others had mostly something."""
HALF = 0.5
"""Amounts are made whole from here on upwards."""
ROUNDING = 1e-9
"""An amount this little beside a limit is at it."""
NOTHING = 1e-100
"""Spread of a flow of nothing: it has no unit, and must not divide by zero."""
LASTING = 0.9
"""Part of the doubt of the level that all days share: a level that wanders is at its highest only for some of them."""
MOST_DRAWN = 0.15
"""Most that a median is drawn up for bursts, as a share of it."""
ROWS = ("usable", "ranked", "grid", "mean", "noise", "level_sd", "weekday")
"""What a forecast has of each row."""


@dataclass(frozen=True, slots=True, eq=False)
class FlowForecast:
    """The future of n flows.

    Attributes:
        usable: (n,) False for rows that nothing can be said of, also for want of a known day in the last year; their
            answers are NaN.
        ranked: (n, 7, horizon) quantiles `RANKS` of each day, before they are made whole.
        grid: (n,) unit that days come in, 0 where there is none.
        mean, noise: (n, horizon) expected value of each day, and standard deviation of a day around its level.
        level_sd: (n, horizon) doubt of the level, common to all days.
        weekday: (n, 7) share of each weekday in a mean day; column 0 is the weekday of the first day ahead.
        uplift: (n, horizon), or (1, 1) of all of them, what the days have been multiplied by for being unlike others.
    """

    horizon: int
    usable: NDArray[np.bool_]
    ranked: Array
    grid: Array
    mean: Array
    noise: Array
    level_sd: Array
    weekday: Array
    uplift: Array = field(default_factory=lambda: np.ones((1, 1)))

    @classmethod
    def fit(cls, values: Array, horizon: int, nets: list[Weights]) -> Self:
        """Read the histories (n, t); without networks the days of the last half-year come again."""
        keep_freed_memory()
        unknown = np.isnan(values[:, -7 * WEEKS :]).all(axis=1)
        bad = np.isinf(values).any(axis=1) | unknown | (values < 0).any(axis=1)
        usable = np.asarray(~bad)
        sound = _without_newest_faults(np.where(usable[:, None], values, 0.0))
        parts = [_days_ahead(sound[at : at + BLOCK], horizon, nets) for at in range(0, max(1, len(values)), BLOCK)]
        ranked, grid, week, mean, noise, level_sd = (np.concatenate(part) for part in zip(*parts, strict=True))
        return cls(horizon, usable, ranked, grid, mean, noise, level_sd, week)

    def with_uplift(self, factor: Array, doubt: Array) -> Self:
        """The same with some days unlike others.

        Args:
            factor: (n, horizon) what a day's amounts are multiplied by; 1 leaves a day as it is.
            doubt: (n, horizon) standard deviation of the factor's logarithm. It is common to all days of an event.
        """
        scores = np.array(SCORES)[None, :, None]
        middle = self.ranked[:, MIDDLE : MIDDLE + 1]
        away = self.ranked - middle
        # Two causes of doubt that know nothing of each other: their squares add up.
        wider = np.sign(scores) * np.hypot(away, middle * np.expm1(doubt[:, None, :] * scores))
        ranked = np.where(doubt[:, None, :] > 0, np.maximum(middle + wider, 0.0), self.ranked) * factor[:, None, :]
        level_sd = np.where(doubt > 0, np.hypot(self.level_sd, self.mean * doubt), self.level_sd)
        mean, noise, level_sd = (part * factor for part in (self.mean, self.noise, level_sd))
        uplift = self.uplift * factor
        return replace(self, ranked=ranked, mean=mean, noise=noise, level_sd=level_sd, uplift=uplift)

    def quantiles(self, levels: tuple[float, ...]) -> Array:
        """Quantiles of each day's value, (n, n_levels, horizon), zero at the least, whole where days are."""
        values = np.stack([at_rank(self.ranked, RANKS, level) for level in checked_levels(levels)], axis=1)
        values = np.maximum(values, 0.0)
        grid = self.grid[:, None, None]
        unit = np.where(grid > 0, grid, 1.0)
        result: Array = np.where(grid > 0, np.floor(values / unit + HALF) * unit, values)
        result[~self.usable] = np.nan
        return result

    def until(self, horizon: int) -> Self:
        """The same for fewer days ahead."""
        mean, noise, level_sd = (part[:, :horizon] for part in (self.mean, self.noise, self.level_sd))
        ranked, uplift = self.ranked[:, :, :horizon], self.uplift[:, :horizon]
        return replace(self, horizon=horizon, ranked=ranked, mean=mean, noise=noise, level_sd=level_sd, uplift=uplift)

    def pick(self, rows: NDArray[np.int64]) -> Self:
        """Some of its rows as a panel of their own, in any order, each as often as it is named."""
        picked = {name: getattr(self, name)[rows] for name in ROWS}
        return replace(self, **picked, uplift=self.uplift[rows] if len(self.uplift) > 1 else self.uplift)

    def at_days(self, days: tuple[int, ...], levels: tuple[float, ...]) -> Array:
        """The same for some days alone, (n, n_levels, n_days)."""
        return self.quantiles(levels)[:, :, np.array(days) - 1]

    def crossing_cdf(self, thresholds: Array, *, falling: bool = False) -> Array:
        """P(first day at or above the threshold <= d), (n, horizon); days share the doubt about their level.

        Args:
            thresholds: (n,); a row whose threshold is not finite is answered by NaN.
            falling: of the first day at or below it instead.
        """
        limit = checked_thresholds(thresholds, len(self.usable))
        finite = np.isfinite(limit) & self.usable
        limit = np.where(finite, limit, 0.0)
        unit = np.where(self.grid > 0, self.grid, 1.0)
        hair = NOTHING + ROUNDING * np.maximum(np.abs(limit), self.mean.max(axis=1))
        common = LASTING * self.level_sd**2 / (self.level_sd**2 + self.noise**2)
        # A whole amount is at the limit as soon as what it was made whole from is half a unit away.
        if falling:
            held = np.where(self.grid > 0, (np.floor(limit / unit + ROUNDING) + HALF) * unit, limit + hair)
            cdf = reached(-score_of(self.ranked, RANKS, held), common)
            cdf[limit < 0] = 0.0
        else:
            held = np.where(self.grid > 0, (np.ceil(limit / unit - ROUNDING) - HALF) * unit, limit - hair)
            cdf = reached(self._far_above(score_of(self.ranked, RANKS, held), held), common)
            cdf[limit <= 0] = 1.0
        return np.where(finite[:, None], cdf, np.nan)

    def _far_above(self, score: Array, limit: Array) -> Array:
        """The scores (n, horizon) of a limit (n,), where it lies above all quantiles told on the scale of logarithms.

        Amounts are skewed: equal steps of the score are equal shares of the amount, not equal amounts.
        """
        inner, outer = self.ranked[:, UPPER], self.ranked[:, OUTERMOST]
        beyond = limit[:, None] > outer
        if not beyond.any():
            return score
        more = QUIET * self.mean + NOTHING
        step = np.log((outer + more) / (inner + more))
        there = beyond & (step > 0)
        far = np.log((np.maximum(limit[:, None], inner) + more) / (inner + more)) / np.where(there, step, 1.0)
        low, high = SCORES[UPPER], SCORES[OUTERMOST]
        return np.where(there, np.minimum(high + HEAVY * (far - 1.0) * (high - low), FARTHEST), score)

    def crossing_at(self, thresholds: Array, days: tuple[int, ...], *, falling: bool = False) -> Array:
        """The same for some days alone, (n, n_days)."""
        return self.crossing_cdf(thresholds, falling=falling)[:, np.array(days) - 1]

    def running_total(self, restart: Array, start: Array) -> tuple[Array, Array]:
        """Mean and standard deviation, (n, horizon) each, of totals that begin anew on certain days.

        Args:
            restart: (horizon,) 1.0 on the days that begin a new total (the first of a month), else 0.0.
            start: (n,) the total so far.
        """
        amounts = self.mean.copy()
        amounts[:, 0] += np.where(restart[0] > 0, 0.0, start)
        variance, common = running_sums(self.noise**2, restart), running_sums(self.level_sd, restart)
        return running_sums(amounts, restart), np.sqrt(variance + common**2)


def _without_newest_faults(values: Array) -> Array:
    """The same without newest days that are only partly there, and without the zeros of an outage."""
    mended = values
    for found in (find_outages(values, Kind.FLOW), find_partial(values)):
        if len(found):
            mended = mended.copy()
            forget(mended, found.row, found.first, found.last)
    return mended


def _days_ahead(values: Array, horizon: int, nets: list[Weights]) -> tuple[Array, ...]:
    """Quantiles of each day (rows, 7, horizon), unit (rows,), share of each weekday (rows, 7), and `_moments`."""
    n = len(values)
    filled = np.zeros((-(-n // LANES) * LANES, values.shape[1]))
    filled[:n] = values
    r = rhythm(filled)
    shares = np.repeat(r.ranked[:, :, None], 1 + len(SEASON_KNOTS), axis=2)
    if nets:
        shares = _exactly(r)
        # Where days have always kept to their rhythm, what other flows do after wilder days says nothing.
        trust = np.where(np.nan_to_num(filled[:, -ASLEEP:]).any(axis=1), r.rough, np.minimum(r.rough, HALF_ASLEEP))
        shares = with_own_course(_learned(r, nets), shares, trust, r)
    shares.sort(axis=1)
    level = _over_days(shares, horizon)
    weekday = np.tile(r.weekday, (1, horizon // 7 + 1))[:, :horizon]
    # In place: these arrays are far larger than all others.
    ranked = np.exp(level, out=level)
    np.subtract(ranked, QUIET, out=ranked)
    np.maximum(ranked, 0.0, out=ranked)
    ranked *= (r.level[:, None] * weekday)[:, None, :]
    ranked[~np.nan_to_num(filled[:, -7 * WEEKS :]).any(axis=1)] = 0.0
    mean, noise, level_sd = _moments(ranked, weekday, r.burst)
    _draw_up(ranked, r.burst)
    closed = np.tile(_closed(filled), (1, horizon // 7 + 1))[:, :horizon]
    if closed.any():
        ranked[:, :OUTERMOST] *= ~closed[:, None, :]
        mean, noise, level_sd = mean * ~closed, noise * ~closed + NOTHING, level_sd * ~closed + NOTHING
    return tuple(part[:n] for part in (ranked, r.grid, r.weekday, mean, noise, level_sd))


def _closed(values: Array) -> NDArray[np.bool_]:
    """Weekdays of nothing among days of something, (rows, 7); the first is the weekday of the first day ahead."""
    weeks = min(values.shape[1] // 7, CLOSED_WEEKS)
    recent = values[:, values.shape[1] - 7 * weeks :].reshape(len(values), weeks, 7)
    known, busy = (part.sum(axis=1) for part in (~np.isnan(recent), np.nan_to_num(recent) > 0))
    open_days = busy > 0
    among = np.where(open_days, known, 0).sum(axis=1, keepdims=True)
    lively = 2 * np.where(open_days, busy, 0).sum(axis=1, keepdims=True) > among
    result: NDArray[np.bool_] = ~open_days & (known >= CLOSED_DAYS) & lively
    return result


def _draw_up(ranked: Array, burst: Array) -> None:
    """Draw the medians towards the mean where bursts come again, in place: else their sums miss all bursts.

    A median of a day alone knows no bursts, and a month of such medians is short by all of them.
    """
    ranked[:, MIDDLE] *= 1.0 + np.minimum(burst, MOST_DRAWN)[:, None]
    for rank in range(MIDDLE + 1, len(RANKS)):
        np.maximum(ranked[:, rank], ranked[:, rank - 1], out=ranked[:, rank])


def _exactly(r: Rhythm) -> Array:
    """How a flow that has kept to its rhythm exactly goes on, today's as of the first day, (n, 7, 1 + n_knots)."""
    days = np.array([SEASON_KNOTS[0], *SEASON_KNOTS], dtype=np.float64)
    static = r.static.T
    straight = [centres(static, day)[STRAIGHT] for day in days]
    # A slope that is no more than noise is none.
    sure = r.trend.plain.sure[:, 0] ** 2
    share = sure / (sure + UNSURE**2)
    flat = static[SINCE] + r.around[:, MIDDLE]
    middle = np.stack([flat + share * (one - flat) for one in straight], axis=1)
    result: Array = middle[:, None, :] + (r.around - r.around[:, MIDDLE : MIDDLE + 1])[:, :, None]
    return result


def _learned(r: Rhythm, nets: list[Weights]) -> Array:
    """What the networks say of each knot, today's as of the first, (n, 7, 1 + n_knots)."""
    static = np.ascontiguousarray(r.static.T, dtype=np.float32)
    season, known = (np.ascontiguousarray(part.T, dtype=np.float32) for part in (r.season, r.season_known))
    answers = np.mean([quantiles_at(net, static, season, known, SEASON_KNOTS) for net in nets], axis=0)
    return np.concatenate([answers[:, :1], answers], axis=1).transpose(2, 0, 1).astype(np.float64)


def _over_days(at_knots: Array, horizon: int) -> Array:
    """Values today and at the knots on straight lines to every day; beyond the last knot they stay."""
    places = (0, *SEASON_KNOTS)
    days = np.arange(1, horizon + 1)
    result = np.empty((*at_knots.shape[:-1], horizon))
    for k, (first, last) in enumerate(pairwise(places)):
        share = (days[first:last] - first) / (last - first)
        left, right = at_knots[..., k : k + 1], at_knots[..., k + 1 : k + 2]
        result[..., first:last] = left + (right - left) * share
    result[..., places[-1] :] = at_knots[..., -1:]
    return result


def _moments(ranked: Array, weekday: Array, burst: Array) -> tuple[Array, Array, Array]:
    """Mean, noise of a day, and doubt of the level: what of the spread the first days do not have yet."""
    mean = swanson(ranked[:, LOWER], ranked[:, MIDDLE], ranked[:, UPPER]) * (1.0 + burst)[:, None]
    spread = (ranked[:, UPPER] - ranked[:, LOWER]) / WIDTH80
    relative = spread / np.maximum(weekday, 1e-9)
    first = relative[:, : min(7, relative.shape[1])].mean(axis=1, keepdims=True)
    noise = np.minimum(first, relative) * weekday
    weekly = 0.38 * noise  # a week's average of independent days still moves by 1 / sqrt(7) of a day's noise
    level_sd = np.sqrt(np.maximum(spread**2 - noise**2, 0.0)) + 0.25 * weekly
    tiny = NOTHING + 1e-6 * np.abs(mean)
    return mean, noise + tiny, level_sd + tiny
