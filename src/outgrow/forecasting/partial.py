"""A newest day of a flow that is only partly there: the day so far, not a fall."""

import numpy as np

from outgrow.domain.note import NoteCode
from outgrow.forecasting.found import MORE, Found, Mask
from outgrow.forecasting.kernels.faults import Days, around, count_known, median, newest_day
from outgrow.forecasting.kernels.normal import Array

WEEKS_AGO = -7 * np.arange(1, 5)
"""The same weekday in these weeks tells what is usual of a day."""
MEMORY = 182
"""Days before whose ratios to what was usual of them tell how low a day may fall."""
NEEDED = 28
"""So many of them have to be known."""
PARTLY, LOWEST = 0.8, 0.75
"""A day is partly there below this share of what is usual of it, and of the lowest ratio that was ever seen ..."""
FAR = 5.0
"""... and this many standard deviations below what is usual, all as logarithms."""


def find_partial(values: Array) -> Found:
    """Newest days far below the same weekday before, in flows whose days never were.

    What is low on one day alone may be a fall that has just begun: the next day tells, and until then it is no fall.

    Args:
        values: (n, t), a value a day, newest last; NaN where unknown.

    Returns:
        For each such row its newest day, what is usual of it and what it holds.
    """
    n, t = values.shape
    row = np.arange(n if t > NEEDED else 0)
    if not len(row):
        return Found(NoteCode.PARTIAL, row, row, row, np.empty(0), np.empty(0))
    at = newest_day(values)
    usual, value = median(around(values, row, at, WEEKS_AGO)), values[row, at]
    # Nearly every row is done with here. A day of nothing is an outage, if anything.
    low = (value > 0) & (MORE * value < PARTLY * usual)
    row, at, usual, value = row[low], at[low], usual[low], value[low]
    found = Found(NoteCode.PARTIAL, row, at, at, usual, value)
    return found.pick(_unheard_of(values[row], at, value / usual)) if len(row) else found


def _unheard_of(values: Array, at: Days, ratio: Array) -> Mask:
    """Whether no day before the newest fell nearly as far below its weekday, (m,)."""
    day = np.arange(1, MEMORY + 1)
    row = np.arange(len(values))
    before = around(values, row, at, -day)
    usual = median(np.stack([around(values, row, at, ago - day) for ago in WEEKS_AGO], axis=2))
    compared = np.where((usual > 0) & ~np.isnan(before), before / np.where(usual > 0, usual, 1.0), np.nan)
    known = count_known(compared)
    lowest = np.fmin.reduce(compared, axis=1, initial=np.inf)
    size = np.log(np.where(compared > 0, compared, np.nan))
    held = np.maximum(count_known(size), 1)
    middle = np.nansum(size, axis=1) / held
    spread = np.sqrt(np.nansum((size - middle[:, None]) ** 2, axis=1) / held)
    unheard: Mask = (
        (known >= NEEDED) & (MORE * ratio < LOWEST * lowest) & (np.log(ratio) < middle - FAR * spread) & (lowest > 0)
    )
    return unheard
