"""Faults on their way from the detectors to the notes: arrays, one entry a fault."""

from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray

from outgrow.domain.note import NoteCode
from outgrow.forecasting.kernels.faults import Days
from outgrow.forecasting.kernels.normal import Array

Mask = NDArray[np.bool_]
MORE = 1 + 1e-9
"""What is more has to be more by this: counts often hit a bound exactly, and rounding must not decide by their unit."""


@dataclass(frozen=True, slots=True, eq=False)
class Found:
    """Faults of one kind.

    Attributes:
        row, first, last: row and first and last column of each, (m,).
        before, after: values as in `outgrow.domain.note.Note`, (m,).
    """

    code: NoteCode
    row: Days
    first: Days
    last: Days
    before: Array
    after: Array

    def __len__(self) -> int:
        return len(self.row)

    def pick(self, mask: Mask, code: NoteCode | None = None) -> Self:
        """Some of them, under another name if one is given."""
        return type(self)(
            code or self.code,
            self.row[mask],
            self.first[mask],
            self.last[mask],
            self.before[mask],
            self.after[mask],
        )


def a_year(span: Days, number: int, least: int) -> Days:
    """So many a year, in some spans of days; at least `least`."""
    return np.maximum(least, np.rint(number * span / 365).astype(np.int64))
