"""What a flow's history says of its future, free of its unit: weekdays, level, the spread of its days."""

from dataclasses import dataclass

import numpy as np

from outgrow.forecasting.kernels.flow_trend import Trend, trend
from outgrow.forecasting.kernels.normal import Array

WEEKS = 52
"""Weeks of history that are looked at."""
RANKS = (0.025, 0.1, 0.25, 0.5, 0.75, 0.9, 0.975)
"""Quantile levels of the history's days, and of the model."""
QUIET = 0.2
"""Added to a day's share of the level before its logarithm: a day of nothing is finite."""
SPANS = (7, 14, 28, 56, 91, 182, 364)
"""Days over which the level is averaged."""
WHOLE = 1e-6
"""Largest departure from a whole number that is rounding."""
FOUR_WEEKS = 28
"""Days with something on them that it takes to tell a unit."""
MOST_DOUBT = 30.0
"""Most weeks of no rhythm at all that the seen weeks are averaged with."""
CLOSED = 0.03
"""A weekday with at most this share of an average day is closed."""
SMALLEST_WEEKDAY = 0.02
"""A weekday has at least this share of an average day: shops that close may open."""
ONCE = 0.993
"""What is above this quantile of a year, two days, may have been once."""
MOST_BURST = 1.0
"""Most that bursts add to the mean, as a share of it."""
CALM = 0.01
"""Standard deviation of the days' logarithms around their own weeks up to which a flow is more and more its rhythm."""
NEAR_WEEKS = 1
"""A week's level is averaged with so many on either side."""
SEASON_KNOTS = (1, 7, 14, 30, 60, 90, 135, 180, 270, 365)
"""Days ahead for which last year's course is looked up."""
YEAR = 364
"""Days: a year of whole weeks."""
SEASON_HELD = 2.0
"""Largest size of the logarithm of a season's ratio."""
OUTSTANDING = 4.0
"""A day of last year counts up to this multiple of the level."""


@dataclass(frozen=True, slots=True, eq=False)
class Rhythm:
    """Per flow.

    Attributes:
        level: (n,) average day of the last eight weeks, without outliers.
        weekday: (n, 7) share of each weekday; column 0 is the weekday of the first day ahead.
        ranked: (n, 7) quantiles `RANKS` of the last 26 weeks' days, as log(share of the level + QUIET).
        around: (n, 7) the same of the days around the level of their own weeks, which trends and shifts do not widen.
        weekly: (n, 52) mean logarithm of each week's days, NaN where most of it is not known.
        trend: where the weeks are heading.
        static: (n, 74) features without unit.
        grid: (n,) the unit of which every day is a whole multiple; 0 where there is none.
        rough: (n,) 0 where the days of the last half-year keep to their rhythm and course exactly, 1 where they vary.
        burst: (n,) what days far above all others add to the mean, as a share of it: they come again, now and then.
        season: (n, 10) how a year ago the level went on up to each of `SEASON_KNOTS`, as the logarithm of a ratio; 0
            where it is not known.
        season_known: (n, 10) 1.0 where it is.
    """

    level: Array
    weekday: Array
    ranked: Array
    around: Array
    weekly: Array
    trend: Trend
    static: Array
    grid: Array
    rough: Array
    burst: Array
    season: Array
    season_known: Array


def rhythm(values: Array) -> Rhythm:
    """Rhythm of the newest 364 days of each row (n, t), NaN where unknown; every row has a known day."""
    n, days = len(values), 7 * WEEKS
    known = np.full((n, days), np.nan)
    width = min(days, values.shape[1])
    known[:, days - width :] = values[:, values.shape[1] - width :]
    seen = ~np.isnan(known)
    amount = np.where(seen, np.maximum(known, 0.0), 0.0)
    count = np.maximum(seen.sum(axis=1), 1)
    top = quantiles_of_known(known, (0.95,))[:, 0]
    mean = amount.sum(axis=1) / count
    cap = np.maximum(2.0 * top, 2.0 * mean)
    tame = np.minimum(amount, cap[:, None])
    weekday = _weekdays(tame[:, -182:], seen[:, -182:])
    plain = tame / np.tile(weekday, (1, WEEKS))
    level = _level(plain, seen)
    # A day that is always closed says nothing of how the open days vary.
    opened = seen & np.tile(weekday > CLOSED, (1, WEEKS))
    seen = np.where(opened.any(axis=1)[:, None], opened, seen)
    count = np.maximum(seen.sum(axis=1), 1)
    share = np.where(seen, np.log(amount / np.tile(weekday, (1, WEEKS)) / level[:, None] + QUIET), np.nan)
    ranked = quantiles_of_known(share[:, -182:], RANKS)
    recent = quantiles_of_known(share[:, -56:], (0.1, 0.5, 0.9))
    ranked = np.where(np.isnan(ranked), quantiles_of_known(share, RANKS), ranked)
    ranked = np.where(np.isnan(ranked), np.log(1.0 + QUIET), ranked)
    recent = np.where(np.isnan(recent), ranked[:, [1, 3, 5]], recent)
    held = ranked[:, 3]
    means = []
    for span in reversed(SPANS):
        held = mean_of(share[:, -span:], seen[:, -span:], held)
        means.append(held)
    weeks = np.where(seen, share, 0.0).reshape(n, WEEKS, 7).sum(axis=2)
    there = seen.reshape(n, WEEKS, 7).sum(axis=2)
    weekly = np.where(there >= 4, weeks / np.maximum(there, 1), np.nan)  # noqa: PLR2004  most of a week
    jumps = np.abs(np.diff(weekly, axis=1))
    wander = mean_of(jumps, ~np.isnan(jumps), np.full(n, 0.3))
    drift = np.abs(weekly[:, 4:] - weekly[:, :-4])
    wander4 = mean_of(drift, ~np.isnan(drift), wander)
    far = np.abs(weekly[:, 13:] - weekly[:, :-13])
    wander13 = mean_of(far, ~np.isnan(far), wander4)
    positive = np.where(seen & (amount > 0), amount, np.inf).min(axis=1)
    grain = np.log(np.where(np.isfinite(positive), positive, 1.0) / level + 1e-3)
    way = trend(weekly, ranked[:, 3], QUIET)
    around, rough, burst = _around(share, weekly, way, ranked)
    season, season_known = _season(values, weekday, level)
    static = np.concatenate(
        [
            ranked,
            recent,
            np.stack(means, axis=1),
            np.stack(
                [
                    wander,
                    wander4,
                    wander13,
                    (seen & (amount == 0)).sum(axis=1) / count,
                    np.minimum(grain, 5.0),
                    np.log1p(days - seen.argmax(axis=1)),
                ],
                axis=1,
            ),
            around,
            way.since[:, None],
            way.log.end,
            way.log.slope,
            way.plain.end,
            way.plain.slope,
            np.arcsinh(way.log.sure),
            way.evidence,
            np.log(np.maximum(rough, 0.0) * CALM + 0.002)[:, None],
            season[:, [3, 5, 7]],
        ],
        axis=1,
    )
    rough = np.clip(rough, 0.0, 1.0)
    return Rhythm(level, weekday, ranked, around, weekly, way, static, _grid(known), rough, burst, season, season_known)


def _around(share: Array, weekly: Array, way: Trend, otherwise: Array) -> tuple[Array, Array, Array]:
    """Quantiles `RANKS` of half a year's days around the level of their weeks; their scatter over `CALM`; bursts."""
    n = len(share)
    there = ~np.isnan(weekly)
    total = np.pad(np.where(there, weekly, 0.0), ((0, 0), (NEAR_WEEKS, NEAR_WEEKS)))
    count = np.pad(there.astype(np.float64), ((0, 0), (NEAR_WEEKS, NEAR_WEEKS)))
    near, known = (sum(part[:, k : k + WEEKS] for k in range(2 * NEAR_WEEKS + 1)) for part in (total, count))
    level = np.where(known > 0, near / np.maximum(known, 1.0), np.nan)
    # Within a week a flow goes on as it does from week to week.
    slope = way.log.slope[:, 2, None, None] * (np.arange(7) - 3.0) / 7.0
    course = (level[:, :, None] + slope).reshape(n, 7 * WEEKS)
    whole = share - course
    off = whole[:, -182:]
    ranked = quantiles_of_known(off, RANKS)
    ranked = np.where(np.isnan(ranked), otherwise - otherwise[:, 3:4], ranked)
    seen = ~np.isnan(off)
    # Bursts are rare: only the whole year holds enough of them.
    highest = quantiles_of_known(whole, (ONCE,))
    ever = ~np.isnan(whole)
    size = np.exp(np.where(ever, np.minimum(whole, highest), 0.0))
    usual = swanson(*(np.exp(ranked[:, k]) for k in (1, 3, 5)))
    burst = np.clip(mean_of(size, ever, usual) / usual - 1.0, 0.0, MOST_BURST)
    middle = mean_of(off, seen, np.zeros(n))
    scatter = np.sqrt(mean_of((off - middle[:, None]) ** 2, seen, np.zeros(n)))
    return ranked, scatter / CALM, burst


def swanson(low: Array, middle: Array, high: Array) -> Array:
    """Mean of skewed amounts from their 10, 50 and 90 % quantiles (Swanson's rule, Hurst et al. 2000)."""
    return 0.3 * low + 0.4 * middle + 0.3 * high


def _grid(known: Array) -> Array:
    """The unit that all amounts are whole multiples of if there are four weeks to tell, else 0.

    It is the smallest amount or the smallest difference between two.
    """
    amounts = np.sort(np.where(known > 0, known, np.nan), axis=1)
    smallest = np.where(np.isnan(amounts[:, 0]), 1.0, amounts[:, 0])
    steps = np.diff(amounts, axis=1)
    apart = np.where(steps > WHOLE * smallest[:, None], steps, np.inf).min(axis=1)
    unit = np.minimum(smallest, apart)
    multiple = np.where(np.isnan(amounts), 0.0, amounts) / unit[:, None]
    whole = (np.abs(multiple - np.round(multiple)) < WHOLE).all(axis=1)
    enough = (~np.isnan(amounts)).sum(axis=1) >= FOUR_WEEKS
    result: Array = np.where(whole & enough, unit, 0.0)
    return result


def mean_of(values: Array, use: np.ndarray, otherwise: Array) -> Array:
    """Mean along the rows over `use`, (n,); `otherwise` where nothing is in use."""
    count = use.sum(axis=1)
    total = np.where(use, values, 0.0).sum(axis=1)
    result: Array = np.where(count > 0, total / np.maximum(count, 1), otherwise)
    return result


def quantiles_of_known(values: Array, levels: tuple[float, ...]) -> Array:
    """Quantiles along the rows of what is known, (n, n_levels); NaN for a row without anything."""
    ordered = np.sort(values, axis=1)  # unknown days end up last
    count = (~np.isnan(values)).sum(axis=1)
    rows = np.arange(len(values))
    columns = []
    for level in levels:
        place = np.maximum(count - 1, 0) * level
        low = place.astype(np.int64)
        high = np.minimum(low + 1, np.maximum(count - 1, 0))
        columns.append(ordered[rows, low] + (place - low) * (ordered[rows, high] - ordered[rows, low]))
    return np.stack(columns, axis=1)


def _weekdays(tame: Array, seen: np.ndarray) -> Array:
    """Share of each weekday in an average day, drawn towards 1 as long as few weeks are known."""
    n = len(tame)
    shape = (n, tame.shape[1] // 7, 7)
    by_week, there = np.where(seen, tame, 0.0).reshape(shape), seen.reshape(shape)
    by_week = by_week / _course(by_week, there)[:, :, None]
    amount, weeks = by_week.sum(axis=1), there.sum(axis=1)
    count = np.maximum(weeks.sum(axis=1), 1)
    mean = amount.sum(axis=1) / count
    own = np.where(weeks > 0, amount / np.maximum(weeks, 1), mean[:, None])
    noise = np.where(there, by_week - own[:, None, :], 0.0)
    within = (noise**2).sum(axis=(1, 2)) / np.maximum(count - 7, 1)
    between = np.maximum(((own - mean[:, None]) ** 2).mean(axis=1) - within / np.maximum(count / 7, 1), 0.0)
    # Weeks of no rhythm that the seen ones are averaged with: as many as make the noise as large as the rhythm.
    doubt = np.minimum(within / np.where(between > 0, between, 1.0), MOST_DOUBT)
    doubt = np.where(between > 0, doubt, MOST_DOUBT)[:, None]
    expected = (amount + doubt * mean[:, None]) / np.maximum(weeks + doubt, 1e-9)
    expected = np.where(weeks + doubt > 0, expected, mean[:, None])
    share = np.where(mean[:, None] > 0, expected / np.where(mean > 0, mean, 1.0)[:, None], 1.0)
    share = np.maximum(share, SMALLEST_WEEKDAY)
    result: Array = share / (share.sum(axis=1, keepdims=True) / 7)
    return result


def _course(by_week: Array, there: np.ndarray) -> Array:
    """Level of each week with those beside it against that of all, (n, n_weeks); 1 where too little is known."""
    amount, count = by_week.sum(axis=2), there.sum(axis=2).astype(np.float64)
    whole = amount.sum(axis=1) / np.maximum(count.sum(axis=1), 1.0)
    pad = ((0, 0), (1, 1))
    total, days = np.pad(amount, pad), np.pad(count, pad)
    near = total[:, :-2] + total[:, 1:-1] + total[:, 2:]
    known = days[:, :-2] + days[:, 1:-1] + days[:, 2:]
    usual = np.where(whole > 0, whole, 1.0)[:, None]
    ratio = near / np.maximum(known, 1.0) / usual
    clear = (known >= 14) & (there.all(axis=2)) & (ratio > 0.1)  # noqa: PLR2004  two weeks; not as good as nothing
    result: Array = np.where(clear, ratio, 1.0)
    return result


def _level(plain: Array, seen: np.ndarray) -> Array:
    """Average of the last 56 days, or a fifth of the whole history's if it has gone quiet; never 0."""
    whole = mean_of(plain, seen, np.zeros(len(plain)))
    recent = mean_of(plain[:, -56:], seen[:, -56:], whole)
    level = np.maximum(recent, 0.2 * whole)
    result: Array = np.where(level > 0, level, 1.0)
    return result


def _season(values: Array, weekday: Array, level: Array) -> tuple[Array, Array]:
    """Last year's level around the same day of the year as each knot, over last year's before today."""
    days = YEAR + 36
    known = np.full((len(values), days), np.nan)
    width = min(days, values.shape[1])
    known[:, days - width :] = values[:, values.shape[1] - width :]
    share = known / weekday[:, (np.arange(days) - days) % 7]
    seen = ~np.isnan(share)
    tame = np.where(seen, np.minimum(share, OUTSTANDING * level[:, None]), 0.0)
    total, count = (np.cumsum(x, axis=1) for x in (tame, seen))

    def average(first: int, last: int) -> Array:
        last = min(last, days - 1)
        amount = total[:, last] - (total[:, first - 1] if first > 0 else 0.0)
        there = count[:, last] - (count[:, first - 1] if first > 0 else 0)
        return np.where(there >= 7, amount / np.maximum(there, 1), np.nan) / level  # noqa: PLR2004  a week

    today = days - 1 - YEAR
    before = average(today - 28, today)
    seasons, certain = [], []
    for knot in SEASON_KNOTS:
        around = 7 if knot < 30 else 10  # noqa: PLR2004  the nearer, the sharper
        then = average(today + min(knot, YEAR) - around, today + min(knot, YEAR) + around)
        there = (before > 0) & ~np.isnan(then)
        ratio = (np.where(there, then, 1.0) + 0.05) / (np.where(there, before, 1.0) + 0.05)
        seasons.append(np.where(there, np.clip(np.log(ratio), -SEASON_HELD, SEASON_HELD), 0.0))
        certain.append(there.astype(np.float64))
    return np.stack(seasons, axis=1), np.stack(certain, axis=1)
