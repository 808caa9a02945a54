"""What daily series look like where something broke: steps, runs and neighbourhoods, many rows at once."""

import numpy as np
from numpy.typing import NDArray

from outgrow.forecasting.kernels.normal import Array

Days = NDArray[np.int64]
"""Columns or counts of days."""


def steps(values: Array) -> tuple[Array, Days]:
    """Change of every known day against the known day before it, and how many days lie between the two.

    Args:
        values: (n, t), NaN where unknown.

    Returns:
        Both (n, t); a day that is unknown, or the first known, has a change of 0 over 0 days.
    """
    n, t = values.shape
    known = ~np.isnan(values)
    if known.all():
        change, days = np.zeros((n, t)), np.ones((n, t), dtype=np.int64)
        np.subtract(values[:, 1:], values[:, :-1], out=change[:, 1:])
        days[:, :1] = 0
        return change, days
    column = np.arange(t)
    before = np.full((n, t), -1)
    np.maximum.accumulate(np.where(known, column, -1)[:, :-1], axis=1, out=before[:, 1:])
    known &= before >= 0
    previous = np.take_along_axis(values, np.maximum(before, 0), axis=1)
    return np.where(known, values - previous, 0.0), np.where(known, column - before, 0)


def count_known(values: Array) -> Days:
    """How many values along the last axis are known."""
    count: Days = np.count_nonzero(~np.isnan(values), axis=-1)
    return count


def newest_day(values: Array) -> Days:
    """Column of the newest known day of each row, (n,); the last column where nothing is known."""
    newest: Days = values.shape[1] - 1 - (~np.isnan(values[:, ::-1])).argmax(axis=1)
    return newest


def usual_size(change: Array, days: Days) -> tuple[Array, Days]:
    """How much a row moves on a day on which it moves, and how many such days there are, both (n,).

    The median of the changes a day that are not zero: half of all days may be mad before it is. 0 for a row that
    stands still.
    """
    size = np.abs(change)
    if (days > 1).any():
        size /= np.maximum(days, 1)
    size.sort(axis=1)
    moved = np.count_nonzero(size, axis=1)
    at = size.shape[1] - 1 - moved // 2
    return np.where(moved > 0, size[np.arange(len(size)), np.maximum(at, 0)], 0.0), moved


def around(values: Array | Days, row: Days, at: Days, offsets: Days) -> Array:
    """The values at some offsets from some days, (n_days, n_offsets); NaN outside of the array."""
    column = at[:, None] + offsets
    inside = (column >= 0) & (column < values.shape[1])
    found: Array = np.where(inside, values[row[:, None], np.where(inside, column, 0)], np.nan)
    return found


def median(values: Array) -> Array:
    """Median of what is known along the last axis; NaN where nothing is."""
    ordered = np.sort(values, axis=-1)  # unknown comes last
    count = count_known(values)[..., None]
    low = np.take_along_axis(ordered, np.maximum((count - 1) // 2, 0), axis=-1)
    high = np.take_along_axis(ordered, np.minimum(count // 2, values.shape[-1] - 1), axis=-1)
    middle: Array = (0.5 * (low + high))[..., 0]
    return middle


def still_runs(change: Array, days: Days, least: int) -> tuple[Days, Days, Days]:
    """Stretches of at least `least` known days without a change.

    Args:
        change, days: (n, t), from `steps`.

    Returns:
        row, first and last day of each stretch, both known; the known day before `first` had the value already.
    """
    t = change.shape[1]
    moved = np.zeros((len(change), t + 1), dtype=np.int32)
    np.cumsum(change != 0, axis=1, out=moved[:, 1:])
    rows = np.flatnonzero((moved[:, least:] == moved[:, :-least]).any(axis=1))
    # An unknown day neither ends a stretch nor counts.
    known = days[rows] > 0
    edge = np.diff(np.pad(change[rows] == 0, ((0, 0), (1, 1))).astype(np.int8), axis=1)
    row, first = np.nonzero(edge == 1)
    last = np.nonzero(edge == -1)[1] - 1
    seen = np.pad(np.cumsum(known, axis=1), ((0, 0), (1, 0)))
    long = seen[row, last + 1] - seen[row, first] >= least
    row, first, last = row[long], first[long], last[long]
    column = np.arange(t)
    newest = np.maximum.accumulate(np.where(known, column, -1), axis=1)
    oldest = np.minimum.accumulate(np.where(known, column, t)[:, ::-1], axis=1)[:, ::-1]
    return rows[row], oldest[row, first], newest[row, last]


def lift_history(values: Array, row: Days, at: Days, amount: Array) -> None:
    """Add amounts to everything before some days, in place: takes a step out without touching what came after."""
    rows, slot = np.unique(row, return_inverse=True)
    lift = np.zeros((len(rows), values.shape[1] + 1))
    np.add.at(lift, (slot, at), amount)
    values[rows] += np.cumsum(lift[:, ::-1], axis=1)[:, ::-1][:, 1:]


def forget(values: Array, row: Days, first: Days, last: Days) -> None:
    """Make stretches of days unknown, in place; `first` and `last` are both included."""
    length = last - first + 1
    offset = np.arange(length.sum()) - np.repeat(np.cumsum(length) - length, length)
    values[np.repeat(row, length), np.repeat(first, length) + offset] = np.nan
