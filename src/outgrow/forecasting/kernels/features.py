"""What a history says of its future, free of its unit; many series at once, days down and series across."""

from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from outgrow.forecasting.kernels.normal import Array
from outgrow.forecasting.kernels.past import (
    LENGTH,
    MONTH,
    QUARTER,
    WEEKS,
    WINDOWS,
    YEAR,
    Past,
    Single,
    newest_days,
    weeks_of,
)
from outgrow.forecasting.kernels.steady import Steady

LEAST_SIGMA = 0.05
"""Smallest volatility, as a share of the mean absolute change: no series is certain."""
LEAST_OF_LEVEL = 1e-5
"""The same for a series that stands still, as a share of its level."""
STRAIGHT, ROUGH = 1e-3, 1e-2
"""Departures of the daily changes from their mean, as shares of the mean absolute change: of a straight line, and of
a series like any other."""
RECORDS = (1, 4, 13, 26)
"""Weeks over which a pace is held against the pace of as many weeks before: the history's own record of how far "it
goes on like this" was off."""
MOVES = (4, 13)
"""Weeks over which the largest rise and fall are taken."""
CROSSED_RECORDS = ((0, 4), (0, 13), (4, 13), (13, 4), (26, 13))
"""The same for a pace of so many weeks, 0 for none, over so many weeks ahead: which memory has served this history."""
REACHES = (4, 13)
"""Weeks over which the highest and the lowest level are looked up."""
RATES = (4, 13, 26)
"""Weeks whose pace is held against that of as many weeks before: how fast it speeds up or slows down."""
FASTEST_RATE = 0.02
"""Largest size of that rate, a day."""
HELD = 3.0
"""Growth of the level, and of its logarithm, are held within this bound."""
LITTLE = 0.02
"""Added to a ratio before its logarithm."""


class Inputs(NamedTuple):
    """What the shared model looks at, per series and without unit; every array ends with the axis n.

    All is said of the history as it rises: one that falls is looked at upside down. The level itself counts only
    where it never falls: what is used of a disk and what is free of it are one history.

    Attributes:
        table: (N_FEATURES, n), see `features`.
        pace: (11, n) mean daily change in scales: clipped against the last quarter's changes over each of `WINDOWS`,
            against the last year's over the last three of them, and since the pace last changed.
        pull: (4, n) newest value minus its mean over 7, 28, 91 and 364 days, in scales.
        rate: (3, n) how fast the pace went up, as a rate a day, over each of `RATES` and as many weeks before.
        days: (n,) known changes of the last 91 days, at least 1.
        rough: (n,) 0 for a straight line or a stand-still, 1 for a series like any other.
        sign: (n,) 1 for a history that rises, -1 for one that falls.
    """

    table: Any
    pace: Any
    pull: Any
    rate: Any
    days: Any
    rough: Any
    sign: Any


@dataclass(frozen=True, slots=True, eq=False)
class Features:
    """Per series, (n,) each, in the series' unit.

    Attributes:
        inputs: what the model looks at.
        current: newest value.
        scale: volatility a square-root day: the larger of what days and weeks show over 91 days; 1 for zeros.
        lowest: smallest value.
        steady: the history as a law of constant growth.
    """

    inputs: Inputs
    current: Array
    scale: Array
    lowest: Array
    steady: Steady


def features(values: Array) -> Features:
    """Features of the newest 400 days of each row (n, t), NaN where unknown; every row has a known day."""
    filled, known, first = newest_days(values)
    current, lowest = filled[:, -1].copy(), filled.min(axis=1)
    past = Past.of(filled, current, (LENGTH - 1 - first).astype(np.float32))
    spread = _Spread.of(past)
    scale = np.where(spread.sigma > 0, spread.sigma, np.float32(1))
    broken = _Break.of(past)
    rate = np.stack([_rate(past, scale, weeks) for weeks in RATES])
    pull = np.stack([-past.level[:w].sum(axis=0) / np.float32(7 * w) for w in (1, 4, 13, 52)])
    columns = [
        *_growth_columns(past, scale),
        *(r / np.float32(FASTEST_RATE) for r in rate),
        *_break_columns(broken, scale),
        *_level_columns(past, scale, current * past.sign),
        *_spread_columns(past, spread, scale),
        *_shape_columns(past, scale, known),
        *_record_columns(past, scale),
        *(np.arcsinh(p / scale / np.float32(np.sqrt(d))) for p, d in zip(pull, (7, 28, 91, 364), strict=True)),
    ]
    table = np.stack(columns).astype(np.float32, copy=False)
    pace = np.concatenate([past.pace, broken.after[None]]) / scale
    inputs = Inputs(table, pace, pull / scale, rate, past.days[QUARTER], spread.rough, past.sign)
    return Features(inputs, current, past.unit * scale, lowest, Steady.of(past, scale, current))


@dataclass(frozen=True, slots=True, eq=False)
class _Spread:
    """What days, weeks and months vary by around the mean change, a square-root day, in units.

    Attributes:
        month, quarter, year: (3, n) of days, of weeks and of months, over 4, 13 and 52 weeks.
        sigma: (n,) volatility.
        rough: (n,) as in `Features`.
    """

    month: Single
    quarter: Single
    year: Single
    sigma: Single
    rough: Single

    @classmethod
    def of(cls, past: Past) -> "_Spread":
        recent, all_year = past.capped
        month = _noise(past, recent, MONTH, past.pace[MONTH])
        quarter = _noise(past, recent, QUARTER, past.pace[QUARTER])
        year = _noise(past, all_year, YEAR, past.pace[-1])
        size = past.total[QUARTER] / past.days[QUARTER]
        sigma = np.maximum(np.maximum(quarter[0], quarter[1]), np.float32(LEAST_SIGMA) * size)
        departure = quarter[0] / np.where(size > 0, size, 1)
        rough = np.clip((departure - np.float32(STRAIGHT)) / np.float32(ROUGH - STRAIGHT), 0, 1)
        least = np.float32(LEAST_OF_LEVEL) * past.standing
        return cls(month, quarter, year, np.where(size > 0, sigma, least), rough)


def _noise(past: Past, capped: Single, window: int, pace: Single) -> Single:
    weeks = WINDOWS[window]
    days = 7 * weeks
    # Days before the first known one have no change and no noise.
    born = np.arange(days, 0, -1, dtype=np.float32)[:, None] <= past.age
    noise = (capped[-days:] - pace) * born
    by_week = noise.reshape(weeks, 7, -1).sum(axis=1)
    months = weeks // 4
    by_month = by_week[weeks - 4 * months :].reshape(months, 4, -1).sum(axis=1)
    spread: Single = np.sqrt(np.stack([(x * x).sum(axis=0) / past.days[window] for x in (noise, by_week, by_month)]))
    return spread


def _growth_columns(past: Past, scale: Single) -> list[Single]:
    """Mean changes, raw and clipped."""
    root = np.sqrt(7 * np.array(WINDOWS, dtype=np.float32))[:, None]
    raw = np.arcsinh(past.net / past.days * root / scale)
    clipped = np.arcsinh(past.pace * np.concatenate([root, root[QUARTER:]]) / scale)
    return [*raw, *clipped]


def _level_columns(past: Past, scale: Single, current: Array) -> list[Single]:
    """How the level stands to its changes, of what never falls: it was counted from nothing.

    What rises and falls fills something whose size is not known: its level says nothing.
    """
    counted = ((past.changes >= 0).all(axis=0) & (current > 0)).astype(np.float32)
    standing = np.maximum(past.standing, np.float32(1e-30))
    columns = [counted, np.log(np.clip(past.standing / scale, np.float32(1e-3), np.float32(1e8)))]
    for days, pace, k in ((91, past.pace[QUARTER], QUARTER), (364, past.pace[-1], YEAR)):
        before = past.standing - past.net[k]
        usable = before > 0
        ratio = np.where(usable, past.standing, 1) / np.where(usable, before, 1)
        columns += [
            np.clip(days * pace / standing, -HELD, HELD),
            np.clip(np.log(np.maximum(ratio, np.float32(1e-30))), -HELD, HELD),
        ]
    return [column * counted for column in columns]


def _rate(past: Past, scale: Single, weeks: int) -> Single:
    """How fast the pace of so many weeks grew since as many weeks before, a day; 0 where it is not known."""
    capped = past.capped[1]
    days = 7 * weeks
    now, before = capped[-days:].sum(axis=0), capped[-2 * days : -days].sum(axis=0)
    # A pace within its own noise says nothing of how it changes.
    noise = np.float32(0.5 * np.sqrt(days)) * scale
    ratio = (np.maximum(now, 0) + noise) / (np.maximum(before, 0) + noise)
    rate = np.clip(np.log(ratio) / np.float32(days), np.float32(-FASTEST_RATE), np.float32(FASTEST_RATE))
    known: Single = np.where(past.age >= 2 * days, rate, np.float32(0))
    return known


@dataclass(frozen=True, slots=True, eq=False)
class _Break:
    """Where weekly changes fall best into an earlier and a later part of one pace each.

    The likeliest single change of a mean (D. V. Hinkley, Inference about the change-point, 1970).

    Attributes:
        weeks: (n,) since then, at least 1.
        after: (n,) mean daily change since then, in units.
        apart: (n,) how much more that is than before.
        gain: (n,) squares that the break explains, in units.
    """

    weeks: Single
    after: Single
    apart: Single
    gain: Single

    @classmethod
    def of(cls, past: Past) -> "_Break":
        changes, days = np.cumsum(weeks_of(past.capped[1]), axis=0), np.cumsum(past.lived, axis=0)
        late, early = days[:-1], days[-1] - days[:-1]
        after = changes[:-1] / np.maximum(late, 1)
        before = (changes[-1] - changes[:-1]) / np.maximum(early, 1)
        apart = after - before
        gain = np.where(early > 0, late * early / np.maximum(days[-1], 1) * apart * apart, np.float32(-1))
        best = gain.argmax(axis=0)
        there = gain.max(axis=0) > 0
        picked = [np.take_along_axis(x, best[None], axis=0)[0] for x in (after, apart, gain)]
        whole = changes[-1] / np.maximum(days[-1], 1)
        return cls(
            np.where(there, best + 1, WEEKS).astype(np.float32),
            np.where(there, picked[0], whole),
            np.where(there, picked[1], np.float32(0)),
            np.where(there, picked[2], np.float32(0)),
        )


def _break_columns(broken: _Break, scale: Single) -> list[Single]:
    root = np.sqrt(7 * broken.weeks)
    return [
        np.log1p(broken.weeks),
        np.arcsinh(broken.after * root / scale),
        np.arcsinh(broken.apart * root / scale),
        np.log(broken.gain / (scale * scale) + np.float32(LITTLE)),
    ]


def _spread_columns(past: Past, spread: _Spread, scale: Single) -> list[Single]:
    """How much days, weeks and months vary, and the size of changes, in logarithms."""
    size = [past.total[k] / past.days[k] for k in (MONTH, QUARTER, YEAR)]
    ratios = np.concatenate([spread.month, spread.quarter, spread.year, np.stack(size)]) / scale
    return [*np.log(ratios + np.float32(LITTLE))]


def _shape_columns(past: Past, scale: Single, known: NDArray[np.bool_]) -> list[Single]:
    """Gauge or counter, stillness, jumps, records, grain, age, and how much was seen."""
    columns = []
    largest = np.maximum.accumulate(past.largest, axis=0)
    for k in (MONTH, QUARTER, YEAR):
        there = np.where(past.total[k] > 0, past.total[k], 1)
        columns += [
            (past.total[k] - np.abs(past.net[k])) / there,
            1 - past.count[k] / past.days[k],
            largest[WINDOWS[k] - 1] / there,
        ]
    record = np.maximum(past.peak.max(axis=0), 0)
    moved = past.moved > 0
    since_change = np.minimum(np.where(moved.any(axis=0), moved.argmax(axis=0), WEEKS) * np.float32(7), past.age)
    grain = np.where(past.changes != 0, np.abs(past.changes), np.float32(np.inf)).min(axis=0)
    seen = [known[:, -d:].sum(axis=1) / np.minimum(past.age + 1, d) for d in (28, 91)]
    return [
        *columns,
        np.arcsinh(record / scale / np.float32(np.sqrt(91))),
        np.arcsinh(past.bottom / scale / np.float32(np.sqrt(364))),
        np.log1p((past.peak >= record).argmax(axis=0).astype(np.float32)),
        np.log1p(since_change.astype(np.float32)),
        np.log1p(past.age),
        *(
            np.arcsinh(reach / scale / np.float32(np.sqrt(7 * weeks)))
            for weeks in REACHES
            for reach in (past.peak[:weeks].max(axis=0), past.trough[:weeks].min(axis=0))
        ),
        np.log(np.where(np.isfinite(grain), grain, 0) / scale + np.float32(1e-3)),
        *seen,
    ]


def _record_columns(past: Past, scale: Single) -> list[Single]:
    """How far "it goes on like this" was off before, how much of it upwards, and the largest moves."""
    columns = []
    weekly = past.weekly
    lived = (7 * np.arange(WEEKS, -1, -1, dtype=np.float32)[:, None] <= past.age + np.float32(0.5)).astype(np.float32)
    for weeks in RECORDS:
        root = np.float32(np.sqrt(7 * weeks))
        use = lived[: -2 * weeks]
        turn = (weekly[2 * weeks :] - 2 * weekly[weeks:-weeks] + weekly[: -2 * weeks]) * use
        count, off, rise = use.sum(axis=0), np.abs(turn).sum(axis=0), np.maximum(turn, 0).sum(axis=0)
        typical = np.log(off / np.maximum(count, 1) / root / scale + np.float32(LITTLE))
        columns += [
            np.where(count > 0, typical, 0),
            np.minimum(count, 10) / 10,
            np.where(off > 0, rise / np.where(off > 0, off, 1), np.float32(0.5)),
        ]
    for back, ahead in CROSSED_RECORDS:
        here = weekly[back : -ahead or None]
        gone = (here - weekly[: len(here)]) * np.float32(ahead / max(back, 1))
        use = lived[: len(here)]
        off, count = (np.abs(weekly[back + ahead :] - here - gone) * use).sum(axis=0), use.sum(axis=0)
        typical = np.log(off / np.maximum(count, 1) / np.float32(np.sqrt(7 * ahead)) / scale + np.float32(LITTLE))
        columns.append(np.where(count > 0, typical, 0))
    for weeks in MOVES:
        move = (weekly[weeks:] - weekly[:-weeks]) * lived[:-weeks] / scale / np.float32(np.sqrt(7 * weeks))
        columns += [np.arcsinh(move.max(axis=0)), np.arcsinh(move.min(axis=0))]
    return columns
