"""What real data does: gaps, resets, clean-ups, imports, outliers, frozen sources. Found, named and mended.

A fault is only named where it is blatant. Real series have heavy tails, weekly batches and monthly releases; what
recurs is how a series lives, however large it is.
"""

from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
from numpy.typing import NDArray

from outgrow.domain.errors import UsageError
from outgrow.domain.metric import Kind
from outgrow.domain.note import Note, NoteCode
from outgrow.forecasting.flow_faults import mend_flows
from outgrow.forecasting.found import Found, Mask
from outgrow.forecasting.kernels.faults import Days, around, forget, newest_day, steps, still_runs
from outgrow.forecasting.kernels.normal import Array
from outgrow.forecasting.level_faults import mend_levels

LEAST_GAP, GAP_SPACING = 3, 3.0
"""A gap is worth a note from so many unknown days, and from this multiple of the usual distance of known days."""
FROZEN_DAYS, FROZEN_RUN = 14, 6
"""A stretch without change is frozen from so many days, and from this multiple of the longest in the weeks before."""
MEMORY, LIVELY = 56, 0.7
"""The days before a stretch that tell how lively it was: this share of them has to have moved."""
BLOCK = 512
"""Rows at a time, so that they stay in the processor's cache."""
CODES = tuple(NoteCode)


@dataclass(frozen=True, slots=True, eq=False)
class Faults:
    """All faults of a panel, ordered by row and day.

    Attributes:
        mended: (n, t), what a forecast should see. The newest value of a level is always as it was. The past of a
            level may lie below zero, or be no whole number: its changes are meant.
        code: index into `CODES`, (m,).
        row, first, last: row, first and last column, (m,).
        before, after: values as in `outgrow.domain.note.Note`, (m,).
    """

    mended: Array
    code: Days
    row: Days
    first: Days
    last: Days
    before: Array
    after: Array

    def __len__(self) -> int:
        return len(self.code)

    def has(self, code: NoteCode) -> Mask:
        """Which rows have a fault of this kind, (n,)."""
        mask = np.zeros(len(self.mended), dtype=np.bool_)
        mask[self.row[self.code == CODES.index(code)]] = True
        return mask

    def notes(self, row: int, first_day: date) -> tuple[Note, ...]:
        """The faults of one row, oldest first; `first_day` is the day of column 0."""
        begin, end = np.searchsorted(self.row, (row, row + 1))
        return tuple(
            Note(
                CODES[self.code[i]],
                first_day + timedelta(days=int(self.first[i])),
                first_day + timedelta(days=int(self.last[i])),
                float(self.before[i]),
                float(self.after[i]),
            )
            for i in range(begin, end)
        )


def find_faults(values: Array, kind: str, provenance: NDArray[np.int8] | None = None) -> Faults:
    """Find, name and mend the faults of every row.

    Args:
        values: (n, t), a value a day, newest last; NaN where unknown.
        kind: `level`, `cumulative` or `flow`.
        provenance: (n, t), the codes of `outgrow.domain.history`; without it no seam is looked for.

    Raises:
        UsageError: wrong shape or kind, or infinite values.
    """
    panel = np.asarray(values, dtype=np.float64)
    if panel.ndim != 2:  # noqa: PLR2004
        raise UsageError(f"values have the shape {panel.shape}", "give (n_series, n_days), one row a series")
    if provenance is not None and provenance.shape != panel.shape:
        raise UsageError(f"the provenance has the shape {provenance.shape}", f"give {panel.shape}, as of the values")
    if kind not in set(Kind):
        raise UsageError(f"there is no kind '{kind}'", f"use one of: {', '.join(Kind)}")
    if np.isinf(panel).any():
        raise UsageError(f"row {int(np.isinf(panel).any(axis=1).argmax())} has infinite values", "use NaN for unknown")
    mended = panel.copy()
    found: list[tuple[int, Found]] = []
    for at in range(0, len(panel) if panel.shape[1] else 0, BLOCK):
        block = slice(at, at + BLOCK)
        origin = None if provenance is None else provenance[block]
        found += [(at, some) for some in _find(mended[block], Kind(kind), origin) if len(some)]
    return _collect(mended, found)


def _collect(mended: Array, found: list[tuple[int, Found]]) -> Faults:
    if not found:
        none, nothing = np.empty(0, dtype=np.int64), np.empty(0)
        return Faults(mended, none, none, none, none, nothing, nothing)
    code = np.concatenate([np.full(len(some), CODES.index(some.code)) for _, some in found])
    row = np.concatenate([some.row + at for at, some in found])
    first, last = (np.concatenate([getattr(some, name) for _, some in found]) for name in ("first", "last"))
    before, after = (np.concatenate([getattr(some, name) for _, some in found]) for name in ("before", "after"))
    order = np.lexsort((first, row))
    return Faults(mended, code[order], row[order], first[order], last[order], before[order], after[order])


def _find(values: Array, kind: Kind, provenance: NDArray[np.int8] | None) -> list[Found]:
    """The faults of a block, whose values are mended in place."""
    change, days = steps(values)
    found = [_gaps(values, change, days), _frozen(values, change, days)]
    return found + (mend_flows(values, provenance) if kind is Kind.FLOW else mend_levels(values, kind, provenance))


def _gaps(values: Array, change: Array, days: Days) -> Found:
    """Stretches without a value that are long for how densely the row is known."""
    row, at = np.nonzero(days > LEAST_GAP)
    length = days[row, at]
    others = (days.sum(axis=1)[row] - length) / np.maximum(np.count_nonzero(days, axis=1)[row] - 1, 1)
    long = length > GAP_SPACING * others
    row, at, length = row[long], at[long], length[long]
    after = values[row, at]
    return Found(NoteCode.GAP, row, at - length + 1, at - 1, after - change[row, at], after)


def _frozen(values: Array, change: Array, days: Days) -> Found:
    """Weeks of one value in a lively row. Their days become unknown, unless they are the newest.

    What had moved on behind them is so a rise over all of them, not of the day on which it showed. A tail that stands
    still stays as it is: a source that broke and a shop that rests look alike, and the last value is all that is known.
    """
    row, first, last = still_runs(change, days, FROZEN_DAYS)
    lively = _is_lively(change, days, row, first, last - first + 1)
    row, first, last = row[lively], first[lively], last[lively]
    held = values[row, first]
    inner = last < newest_day(values)[row]
    forget(values, row[inner], first[inner], last[inner])
    return Found(NoteCode.FROZEN, row, first, last, held, held)


def _is_lively(change: Array, days: Days, row: Days, at: Days, length: Days) -> Mask:
    """Whether nearly every day of the weeks before `at` moved, and no pause among them came near a length."""
    order = np.arange(MEMORY)
    known = np.nan_to_num(around(days, row, at, order - MEMORY)) > 0
    moved = known & (around(change, row, at, order - MEMORY) != 0)
    counted = known.sum(axis=1)
    born = np.where(counted > 0, known.argmax(axis=1), 0)[:, None] - 1
    pause = order - np.maximum(np.maximum.accumulate(np.where(moved, order, -1), axis=1), born)
    short = FROZEN_RUN * pause.max(axis=1, initial=0) <= length
    lively: Mask = short & (2 * counted >= MEMORY) & (moved.sum(axis=1) >= LIVELY * counted)
    return lively
