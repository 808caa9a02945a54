"""A history's newest 400 days as weeks, in its own mean daily change; many series at once.

A block of series lies in memory with the days as rows, so that every operation runs along the series, and each day is
touched once: all windows are summed from weekly totals. Single precision is enough once a history is told in its own
mean daily change.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from outgrow.forecasting.kernels.normal import Array
from outgrow.forecasting.kernels.series import bridge_gaps

Single = NDArray[np.float32]

WEEKS = 57
LENGTH = 7 * WEEKS + 1
"""Days of history that are looked at: 57 weeks of changes."""
WINDOWS = (1, 2, 4, 8, 13, 26, 52)
"""Weeks over which changes are averaged; a shorter history gives what it has."""
MONTH, QUARTER, HALF, YEAR = 2, 4, 5, 6
"""Where 4, 13, 26 and 52 weeks stand in `WINDOWS`."""
CLIP = 4.0
"""A day's change counts up to this multiple of the window's mean change on days with one: an import is not growth."""


def newest_days(values: Array) -> tuple[Array, NDArray[np.bool_], NDArray[np.int64]]:
    """The newest 400 days without gaps, which of them are known, and the first known one."""
    n = len(values)
    days = np.full((n, LENGTH), np.nan)
    width = min(LENGTH, values.shape[1])
    days[:, LENGTH - width :] = values[:, values.shape[1] - width :]
    known = ~np.isnan(days)
    if known.all():
        return days, known, np.zeros(n, dtype=np.int64)
    old = ~known.any(axis=1)
    if old.any():  # all that is known is older than the window: its newest value is all there is to say
        days[old, -1] = bridge_gaps(values[old])[:, -1]
        known[old, -1] = True
    first = known.argmax(axis=1)
    open_rows = np.flatnonzero(~known.all(axis=1))
    filled = bridge_gaps(days[open_rows])
    days[open_rows] = np.where(np.isnan(filled), days[open_rows, first[open_rows]][:, None], filled)
    return days, known, first


@dataclass(frozen=True, slots=True, eq=False)
class Past:
    """A block of histories in their own mean daily change, days or weeks down (newest week first), series across.

    Attributes:
        unit: (n,) mean absolute daily change; 1 where nothing ever changed.
        age: (n,) days between first and newest known day.
        changes: (399, n) of each day, oldest first.
        weekly: (58, n) level at the end of each week minus the newest level, oldest first.
        moved, largest, level, peak, trough: (57, n) days with a change, largest change, summed, highest and lowest
            level, newest first.
        lived: (57, n) known days of the week, newest first.
        days: (7, n) known days in each of `WINDOWS`, at least 1.
        total, count, net: (7, n) absolute change, days with a change, and net change over each window.
        capped: quarter's and year's clipped changes, (399, n) each.
        pace: (10, n) as in `Inputs`, without the last, in units.
        bottom: (n,) lowest level minus the newest, at most 0.
        standing: (n,) size of the newest level.
        sign: (n,) -1 for a history that fell, all in all, and is looked at upside down; else 1. A leap counts little.
    """

    unit: Array
    age: Single
    changes: Single
    weekly: Single
    moved: Single
    largest: Single
    level: Single
    peak: Single
    trough: Single
    lived: Single
    days: Single
    total: Single
    count: Single
    net: Single
    capped: tuple[Single, Single]
    pace: Single
    bottom: Single
    standing: Single
    sign: Single

    @classmethod
    def of(cls, filled: Array, current: Array, age: Single) -> "Past":
        down = np.ascontiguousarray(filled.T)
        steps = np.diff(down, axis=0)
        unit = np.abs(steps).sum(axis=0) / np.maximum(age, 1)
        unit = np.where(unit > 0, unit, 1.0)
        changes = (steps / unit).astype(np.float32)
        level = ((down - current) / unit).astype(np.float32)
        size = np.abs(changes)
        moved = weeks_of(np.sign(size))
        lived = np.clip(age - 7 * np.arange(WEEKS, dtype=np.float32)[:, None], 0, 7)
        days = np.maximum(np.minimum(7 * np.array(WINDOWS, dtype=np.float32)[:, None], age), 1)
        total, count = over_windows(weeks_of(size)), over_windows(moved)
        caps = [np.float32(CLIP) * total[k] / np.maximum(count[k], 1) for k in (QUARTER, YEAR)]
        quarter, year = (np.minimum(np.maximum(changes, -cap), cap) for cap in caps)
        sign = np.where(year.sum(axis=0) < 0, np.float32(-1), np.float32(1))
        if (sign < 0).any():
            changes, level, quarter, year = (part * sign for part in (changes, level, quarter, year))
        pace = [over_windows(weeks_of(quarter)) / days, (over_windows(weeks_of(year)) / days)[QUARTER:]]
        return cls(
            unit=unit,
            age=age,
            changes=changes,
            weekly=level[::7],
            moved=moved,
            largest=weeks_of(size, np.maximum),
            level=weeks_of(level[1:]),
            peak=weeks_of(level[1:], np.maximum),
            trough=weeks_of(level[1:], np.minimum),
            lived=lived,
            days=days,
            total=total,
            count=count,
            net=over_windows(weeks_of(changes)),
            capped=(quarter, year),
            pace=np.concatenate(pace),
            bottom=np.minimum(level.min(axis=0), 0),
            standing=(np.abs(current) / unit).astype(np.float32),
            sign=sign,
        )


def weeks_of(days: Single, operation: np.ufunc = np.add) -> Single:
    """Days (399, n) as weeks (57, n), newest first."""
    weeks: Single = operation.reduce(days.reshape(WEEKS, 7, -1), axis=1)[::-1]
    return weeks


def over_windows(weeks: Single) -> Single:
    """Weeks (57, n), newest first, summed over each of `WINDOWS`, (7, n)."""
    return np.cumsum(weeks[: WINDOWS[-1]], axis=0)[[w - 1 for w in WINDOWS]]
