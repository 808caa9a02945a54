"""Days of a flow that are off, or hold the amount of several days; and the seam in a flow."""

import numpy as np
from numpy.typing import NDArray

from outgrow.domain.history import RECONSTRUCTED
from outgrow.domain.note import NoteCode
from outgrow.forecasting.found import MORE, Found, Mask, a_year
from outgrow.forecasting.kernels.faults import Days, around, count_known, forget, median, newest_day, steps
from outgrow.forecasting.kernels.normal import Array
from outgrow.forecasting.partial import find_partial

A_YEAR, BURST = 3, 3.0
"""A day is off beyond this multiple of all but the so many largest days a year ..."""
OF_USUAL = 10.0
"""... if it is also this multiple of the median of the weeks around it."""
EMPTY = 0.1
"""A day below this share of the low days of its row is as good as none ..."""
LOW_DAYS = 0.5
"""... if these low days have this share of the median themselves: of a handful a day, none is no wonder."""
NEEDED = 28
"""Known days that it takes to say what is usual."""
AROUND, BEFORE = 28, 7
"""Days on either side that tell what is usual; so many have to be known before: a flow may begin with a bang."""
SILENCE = 6
"""After more days without an amount than these, the next day is not asked whether it holds theirs."""
CALM = 3.0
"""The days before and after a burst stay below this multiple of the median: a good week is no outlier."""
WEEKS = np.array([-28, -21, -14, -7, 7, 14, 21, 28])
"""The same weekday in the weeks around."""
TWICE, SAME_SUM = 1.5, 0.25
"""A day holds the amount of several if it is this multiple of the largest of its weekday around it, and if with the
days before it makes up what they all usually do, give or take this share ..."""
STEADY, STEADY_WEEKS = 0.6, 6
"""... in a flow whose weekdays are known and steady: so many of eight, the smallest this share of the largest."""
SEAM_RATIO, SEAM_WEEKS = 1.25, 3.0
"""A seam shows if the weeks on either side of it differ by this factor, and (in logarithms) by this multiple of what
any of the weeks around differ by."""
SEAM_OTHERS, WEEK_KNOWN = 4, 4
"""So many other changes from week to week have to be known for that, each week by so many days."""


def mend_flows(values: Array, provenance: NDArray[np.int8] | None) -> list[Found]:
    """Find the faults of a block (n, t) of flows and take them out of it, in place.

    Days that are off become unknown, the newest too: a flow is not continued from its newest day. An amount of
    several days is shared among them as they usually have it. What lies before a seam is scaled to what follows.
    """
    ordered = np.sort(values, axis=1)  # unknown comes last
    known = ~np.isnan(values)
    count = count_known(values)
    newest = newest_day(values)
    seams = _seams(values, provenance)
    off = _off(values, ordered, count, newest - known.argmax(axis=1))
    doubled = _shared_out(values, ordered, count)
    off = off.pick(~np.isnan(values[off.row, off.first]) & (values[off.row, off.first] == off.after))
    forget(values, off.row, off.first, off.last)
    # A newest day that is off already has nothing left to be partly there.
    partial = find_partial(values)
    partial = partial.pick(partial.first == newest[partial.row])
    forget(values, partial.row, partial.first, partial.last)
    late, low = off.first == newest[off.row], off.after < off.before
    column = np.arange(values.shape[1])
    values[seams.row] *= np.where(column < seams.first[:, None], (seams.after / seams.before)[:, None], 1.0)
    return [seams, doubled, off.pick(~late), *_newest(off.pick(late), low[late]), partial]


def _newest(off: Found, low: Mask) -> tuple[Found, Found]:
    """Newest days that are off: those that hold too little are not over yet."""
    return off.pick(~low, NoteCode.UNSETTLED), off.pick(low, NoteCode.PARTIAL)


def _off(values: Array, ordered: Array, count: Days, span: Days) -> Found:
    """Days far above or below all but a few others of their row and the median of the weeks around."""
    n, t = values.shape
    few = a_year(span, A_YEAR, A_YEAR)
    enough = count >= np.maximum(NEEDED, 2 * few + 1)
    rows = np.arange(n)
    high = np.where(enough, ordered[rows, np.maximum(count - 1 - few, 0)], np.inf)
    low = np.where(enough, ordered[rows, np.minimum(few, t - 1)], -np.inf)
    high, low = np.where(high > 0, MORE * BURST * high, np.inf), np.where(low > 0, EMPTY * low / MORE, -np.inf)
    row, at = np.nonzero((values > high[:, None]) | (values < low[:, None]))
    near = around(values, row, at, np.delete(np.arange(-AROUND, AROUND + 1), AROUND))
    usual, heard = median(near), count_known(near[:, :AROUND]) >= BEFORE
    value = values[row, at]
    beside = np.fmax.reduce(around(values, row, at, np.array([-1, 1])), axis=1, initial=0)
    burst = (value > MORE * OF_USUAL * usual) & (usual > 0) & (beside < CALM * usual / MORE)
    slump = (value < EMPTY * usual / MORE) & (low[row] > MORE * EMPTY * LOW_DAYS * usual)
    keep = heard & (burst | slump)
    row, at, usual, value = row[keep], at[keep], usual[keep], value[keep]
    return Found(NoteCode.OUTLIER, row, at, at, usual, value)


def _shared_out(values: Array, ordered: Array, count: Days) -> Found:
    """Days that hold the amount of the empty or unknown days before them too; their amount is shared, in place."""
    n, t = values.shape
    low = ordered[np.arange(n), np.minimum(count // 10, t - 1)]
    empty = np.where((count >= NEEDED) & (low > 0), EMPTY * low, -np.inf)
    lean = np.where(values > MORE * empty[:, None], values, np.nan)
    rows = np.flatnonzero((count >= NEEDED) & (count_known(lean) < t))
    days = steps(lean[rows])[1]
    some, at = np.nonzero((days > 1) & (days <= SILENCE + 1))
    row, length = rows[some], days[some, at]
    large = values[row, at] > MORE * TWICE * np.fmax.reduce(around(lean, row, at, WEEKS), axis=1)
    row, at, length = row[large], at[large], length[large]
    ago = np.arange(SILENCE + 1)
    silent = ago < length[:, None]
    weeks = np.stack([around(lean, row, at - day, WEEKS) for day in ago], axis=1)
    largest, smallest = np.fmax.reduce(weeks, axis=2), np.fmin.reduce(weeks, axis=2)
    steady = (count_known(weeks) >= STEADY_WEEKS) & (MORE * smallest >= STEADY * largest)
    share = np.where(silent, median(weeks), 0.0)
    usual = share.sum(axis=1)
    total = np.nansum(np.where(silent, around(values, row, at, -ago), 0.0), axis=1)
    keep = (np.abs(total - usual) <= MORE * SAME_SUM * usual) & (steady | ~silent).all(axis=1)
    row, at, share, usual, total = row[keep], at[keep], share[keep], usual[keep], total[keep]
    found = Found(NoteCode.DOUBLED, row, at, at, share[:, 0], values[row, at])
    which, day = np.nonzero(share > 0)
    values[row[which], at[which] - day] = (total / usual)[which] * share[which, day]
    return found


def _seams(values: Array, provenance: NDArray[np.int8] | None) -> Found:
    """Where observed days follow reconstructed ones, and the weeks on either side differ as no others do."""
    rebuilt = np.zeros(values.shape, dtype=np.bool_) if provenance is None else provenance == RECONSTRUCTED
    row = np.flatnonzero(rebuilt.any(axis=1))
    at = values.shape[1] - rebuilt[row, ::-1].argmax(axis=1)
    near = np.arange(-AROUND, AROUND)
    weeks = around(values, row, at, near).reshape(len(row), len(near) // 7, 7)
    seen = count_known(weeks)
    mean = np.nansum(weeks, axis=2) / np.maximum(seen, 1)
    level = np.log(np.where((seen >= WEEK_KNOWN) & (mean > 0), mean, np.nan))
    change = np.diff(level, axis=1)
    middle = change.shape[1] // 2
    step, others = np.abs(change[:, middle]), np.abs(np.delete(change, middle, axis=1))
    calm = np.fmax.reduce(others, axis=1, initial=0)
    enough = count_known(others) >= SEAM_OTHERS
    keep = enough & (step > np.log(SEAM_RATIO)) & (step > SEAM_WEEKS * calm)
    ends = np.exp(level[keep][:, middle : middle + 2])
    return Found(NoteCode.SEAM, row[keep], at[keep], at[keep], ends[:, 0], ends[:, 1])
