"""Steps and glitches of levels and counters: resets, clean-ups, imports, outliers, seams, and how they are mended."""

import numpy as np
from numpy.typing import NDArray

from outgrow.domain.metric import Kind
from outgrow.domain.note import NoteCode
from outgrow.forecasting.found import MORE, Found, Mask, a_year
from outgrow.forecasting.kernels.faults import Days, around, forget, lift_history, median, newest_day, steps, usual_size
from outgrow.forecasting.kernels.normal import Array
from outgrow.forecasting.kernels.set_up import set_up_until

Bounds = tuple[float, float]

JUMP = (30.0, 0.15)
"""A step is blatant beyond this multiple of what the row moves on a day on which it moves, if it is also beyond this
share of the larger of the two levels."""
GLITCH = (15.0, 0.05)
"""The same of a step that is taken back within days: that it is says much already."""
SEAM = (5.0, 0.02)
"""The same where reconstructed and observed days meet: a step is likely there."""
A_YEAR, LEAST_STEPS, LEAST_GLITCHES = 3, 2, 3
"""So many steps of one size a year are faults, and so many at the least in less; more are how the row lives."""
COMPARABLE = 0.25
"""Changes of this share of a step are of its size; a difference of this share of it is none."""
NEEDED = 10
"""Days with a change that it takes to say what is usual. Of a row with fewer ..."""
STILL, STILL_DAYS = 0.6, 28
"""... a step is blatant beyond this share of the larger level, after so many known days, if none is of its size."""
BACK_WITHIN = 3
"""A level that is back after so many days, a long weekend, was off; later than that, it has fallen and risen."""
NEARBY, CALM = 3, 0.5
"""So many days on either side of a step move together by less than this share of it: a good week is no import."""
AROUND = 7
"""Days on either side of a step that tell what the row would have done without it."""
ALMOST_NOTHING = 0.1
"""A fall to this share of the level before is a reset."""
COUNTED_TWICE = (1.98, 2.02)
"""Ratio of a level that was counted twice to the level around it."""


def mend_levels(values: Array, kind: Kind, provenance: NDArray[np.int8] | None) -> list[Found]:
    """Find the faults of a block (n, t) of levels and take them out of it, in place.

    Steps leave the changes: the history before is lifted so that it runs on smoothly to the level after. Glitches,
    and the zeros before a start far above zero, become unknown. The newest value stays.
    """
    set_up = _set_up(values)
    forget(values, set_up.row, set_up.first, set_up.last - 1)
    change, days = steps(values)
    usual, moved = usual_size(change, days)
    usual = np.where(moved >= NEEDED, usual, 0.0)
    glitches = _glitches(values, change, days, usual, kind)
    forget(values, glitches.row, glitches.first, glitches.last)
    rows = np.unique(glitches.row)
    change[rows], days[rows] = steps(values[rows])

    starts, seams = _starts(values), _seams(values, change, days, provenance)
    bold = _bold(values, change, days, usual, JUMP)
    bold = bold.pick(~_among(bold.row, bold.first, seams.row, seams.first))
    begins = _among(bold.row, bold.first, starts.row, starts.last + 1)
    jumps = _jumps(change, days, usual, bold.pick(~begins), kind)
    for some, surplus in [(some, _surplus(change, days, some)) for some in (seams, jumps)]:
        lift_history(values, some.row, some.first, surplus)
    begun = bold.pick(begins & (bold.first < newest_day(values)[bold.row]))
    forget(values, begun.row, np.zeros_like(begun.row), begun.first - 1)
    return [set_up, *_named_glitches(glitches), starts, seams, *_named_jumps(jumps, newest_day(values))]


def _bold(values: Array, change: Array, days: Days, usual: Array, bounds: Bounds) -> Found:
    """Steps beyond a multiple of what is usual, over all the days that they took, and beyond a share of the level."""
    row, at = np.nonzero(np.abs(change) > bounds[0] * usual[:, None])
    bold = _at(values, change, row, at)
    still = usual[row] == 0
    heard = np.count_nonzero((days[row[still]] > 0) & (np.arange(values.shape[1]) < at[still, None]), axis=1)
    beyond = _beyond(bold, days, usual, bounds)
    # A row that hardly moves and is at zero tells nothing of what a large step would be: 1 may be a lot.
    beyond &= ~still | (bold.before != 0) & _beyond(bold, days, usual, (0.0, STILL))
    beyond[still] &= heard >= STILL_DAYS
    return bold.pick(beyond)


def _at(values: Array, change: Array, row: Days, at: Days) -> Found:
    """The steps of some days, not named yet."""
    after = values[row, at]
    return Found(NoteCode.UNSETTLED, row, at, at, after - change[row, at], after)


def _beyond(found: Found, days: Days, usual: Array, bounds: Bounds) -> Mask:
    size = np.abs(found.after - found.before)
    larger = np.maximum(np.abs(found.after), np.abs(found.before))
    far = size > MORE * bounds[0] * usual[found.row] * days[found.row, found.first]
    mask: Mask = far & (size > MORE * bounds[1] * larger)
    return mask


def _among(row: Days, at: Days, rows: Days, days: Days) -> Mask:
    """Which of some places are among others."""
    width = 1 + max(at.max(initial=0), days.max(initial=0))
    mask: Mask = np.isin(row * width + at, rows * width + days)
    return mask


def _rare(change: Array, steps: Found, few: Days, kind: Kind) -> Mask:
    """Which steps have few like them, up and down. A counter's falls are faults, however often it falls."""
    relative = MORE * change[steps.row] / (steps.after - steps.before)[:, None]
    alike = np.maximum(*(np.count_nonzero(sign * relative >= COMPARABLE, axis=1) for sign in (1, -1)))
    rare: Mask = (alike <= few[steps.row]) | ((steps.after < steps.before) & (kind is Kind.CUMULATIVE))
    return rare


def _jumps(change: Array, days: Days, usual: Array, bold: Found, kind: Kind) -> Found:
    """The rare ones, with little around them: a rise over several days is a good week, no import."""
    near = np.delete(np.arange(-NEARBY, NEARBY + 1), NEARBY)
    restless = np.nansum(np.abs(around(change, bold.row, bold.first, near)), axis=1)
    calm = restless <= MORE * CALM * np.abs(bold.after - bold.before)
    few = np.where(usual > 0, a_year(days.sum(axis=1), A_YEAR, LEAST_STEPS), 1)
    return bold.pick(calm & _rare(change, bold, few, kind))


def _glitches(values: Array, change: Array, days: Days, usual: Array, kind: Kind) -> Found:
    """Stretches of a few days that are off, each from its step out or its step back."""
    bold = _bold(values, change, days, usual, GLITCH)
    bold = bold.pick(_rare(change, bold, a_year(days.sum(axis=1), A_YEAR, LEAST_GLITCHES), kind))
    row, at, before, after = bold.row, bold.first, bold.before, bold.after
    near = MORE * COMPARABLE * np.abs(after - before)[:, None]
    ahead = around(values, row, at, np.arange(1, BACK_WITHIN + 1))
    behind = around(values, row, at, -np.arange(2, BACK_WITHIN + 2))
    returns, returned = np.abs(ahead - before[:, None]) <= near, np.abs(behind - after[:, None]) <= near
    out, home = returns.any(axis=1), returned.any(axis=1)
    first = np.where(out, at, at - 1 - returned.argmax(axis=1))
    last = np.where(out, at + returns.argmax(axis=1), at - 1)
    usually, off = np.where(out, before, after), np.where(out, after, before)
    _, once = np.unique(np.stack([row, first, last])[:, out | home], axis=1, return_index=True)
    pick = np.flatnonzero(out | home)[once]
    return Found(NoteCode.OUTLIER, row[pick], first[pick], last[pick], usually[pick], off[pick])


def _seams(values: Array, change: Array, days: Days, provenance: NDArray[np.int8] | None) -> Found:
    """Steps between a reconstructed and an observed day that the row does not take elsewhere."""
    if provenance is None:
        nowhere = np.empty(0, dtype=np.int64)
        return _at(values, change, nowhere, nowhere)
    before = np.take_along_axis(provenance, np.maximum(np.arange(values.shape[1]) - days, 0), axis=1)
    meet = (days > 0) & (before != provenance)
    usual, _ = usual_size(np.where(meet, 0.0, change), days)
    row, at = np.nonzero(meet & (change != 0))
    met = _at(values, change, row, at)
    return met.pick(_beyond(met, days, usual, SEAM), NoteCode.SEAM)


def _starts(values: Array) -> Found:
    """Rows that begin at zero, up to the day before the first other value."""
    known = ~np.isnan(values)
    something = known & (values != 0)
    born, begin = known.argmax(axis=1), something.argmax(axis=1)
    row = np.flatnonzero(something.any(axis=1) & (begin > born))
    return Found(NoteCode.STARTS_AT_ZERO, row, born[row], begin[row] - 1, np.zeros(len(row)), values[row, begin[row]])


def _set_up(values: Array) -> Found:
    """Rows that were filled within their first days, up to the day on which they were."""
    row, first, last = set_up_until(values)
    return Found(NoteCode.SET_UP, row, first, last, values[row, first], values[row, last])


def _surplus(change: Array, days: Days, found: Found) -> Array:
    """What a step has beyond the median change of the days around it, (m,)."""
    near = np.delete(np.arange(-AROUND, AROUND + 1), AROUND)
    span = around(days, found.row, found.first, near)
    with np.errstate(invalid="ignore", divide="ignore"):
        rate = np.where(span > 0, around(change, found.row, found.first, near) / span, np.nan)
    usual = np.nan_to_num(median(rate)) * days[found.row, found.first]
    surplus: Array = change[found.row, found.first] - usual
    return surplus


def _named_glitches(glitches: Found) -> list[Found]:
    with np.errstate(invalid="ignore", divide="ignore"):
        ratio = glitches.after / glitches.before
    doubled = (ratio >= COUNTED_TWICE[0]) & (ratio <= COUNTED_TWICE[1])
    return [glitches.pick(~doubled), glitches.pick(doubled, NoteCode.DOUBLED)]


def _named_jumps(jumps: Found, newest: Days) -> list[Found]:
    settled = jumps.first < newest[jumps.row]
    rose = jumps.after > jumps.before
    emptied = np.abs(jumps.after) <= MORE * ALMOST_NOTHING * np.abs(jumps.before)
    return [
        jumps.pick(~settled),
        jumps.pick(settled & rose, NoteCode.IMPORT),
        jumps.pick(settled & ~rose & emptied, NoteCode.RESET),
        jumps.pick(settled & ~rose & ~emptied, NoteCode.CLEANUP),
    ]
