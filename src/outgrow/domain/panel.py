"""Many histories as one value: a row for each series, a column for each calendar day."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import NamedTuple, Self

import numpy as np
from numpy.typing import NDArray

from outgrow.domain.history import MISSING, History
from outgrow.domain.metric import Metric, Scope

NO_DAY = date(1970, 1, 1)
"""The first day of a panel that has no days."""


class Key(NamedTuple):
    """Whose series it is: of which platform, and of whom on it."""

    platform: str
    scope: Scope


@dataclass(frozen=True, slots=True, eq=False)
class HistoryPanel:
    """Daily values of n series over t days that all of them share.

    Attributes:
        keys: (n,), whose each is.
        metrics: (n,), of what each is.
        first_day: the day of the first column; each further column is the next calendar day.
        values: float64 (n, t), in each metric's unit; NaN where a day is not known.
        provenance: int8 (n, t), one of MISSING, RECONSTRUCTED, OBSERVED.
    """

    keys: tuple[Key, ...]
    metrics: tuple[Metric, ...]
    first_day: date
    values: NDArray[np.float64]
    provenance: NDArray[np.int8]

    @classmethod
    def of(cls, histories: Sequence[History]) -> Self:
        """Histories of any span, aligned by the calendar."""
        known = [history for history in histories if len(history)]
        first = min((history.first_day for history in known), default=NO_DAY)
        days = max(((history.last_day - first).days + 1 for history in known), default=0)
        values = np.full((len(histories), days), np.nan)
        provenance = np.full((len(histories), days), MISSING, dtype=np.int8)
        for row, history in enumerate(histories):
            begin = (history.first_day - first).days if len(history) else 0
            at = slice(begin, begin + len(history))
            values[row, at], provenance[row, at] = history.values, history.provenance
        keys = tuple(Key(history.platform, history.scope) for history in histories)
        return cls(keys, tuple(history.metric for history in histories), first, values, provenance)

    def __len__(self) -> int:
        return len(self.keys)

    @property
    def n_days(self) -> int:
        """How many days, t."""
        return int(self.values.shape[1])

    @property
    def last_day(self) -> date:
        """The day of the last column; the day before `first_day` when there are no days."""
        return self.first_day + timedelta(days=self.n_days - 1)

    def known(self) -> NDArray[np.bool_]:
        """Which rows have any value, (n,)."""
        told: NDArray[np.bool_] = (self.provenance != MISSING).any(axis=1)
        return told

    def history(self, row: int) -> History:
        """One of them, from its first known day to its last; empty, and of the panel's last day, without any."""
        key, there = self.keys[row], np.flatnonzero(self.provenance[row] != MISSING)
        begin, end = (int(there[0]), int(there[-1]) + 1) if len(there) else (max(self.n_days - 1, 0), 0)
        return History(
            self.metrics[row],
            key.scope,
            key.platform,
            self.first_day + timedelta(days=begin),
            self.values[row, begin:end],
            self.provenance[row, begin:end],
        )

    def __iter__(self) -> Iterator[History]:
        return (self.history(row) for row in range(len(self)))

    def take(self, rows: Sequence[int] | NDArray[np.int64]) -> Self:
        """Some of them, in the order asked for."""
        places = [int(row) for row in rows]
        return replace(
            self,
            keys=tuple(self.keys[row] for row in places),
            metrics=tuple(self.metrics[row] for row in places),
            values=self.values[places],
            provenance=self.provenance[places],
        )

    def between(self, since: date | None, until: date | None) -> Self:
        """The days from `since` to `until`, both included, as far as there are any."""
        begin = 0 if since is None else min(max((since - self.first_day).days, 0), self.n_days)
        end = self.n_days if until is None else max(min((until - self.first_day).days + 1, self.n_days), begin)
        return replace(
            self,
            first_day=self.first_day + timedelta(days=begin),
            values=self.values[:, begin:end],
            provenance=self.provenance[:, begin:end],
        )

    def blocks(self, size: int) -> Iterator[Self]:
        """The same cut into panels of at most so many rows, in their order."""
        for begin in range(0, len(self), size):
            yield self.take(range(begin, min(begin + size, len(self))))

    def newest_last(self) -> Self:
        """Each row moved to the right until its newest known day stands last; the columns are no days any more.

        So a forecast sees them: it counts from each one's own newest day. There are as many columns as the longest
        row takes, and `first_day` is of no meaning.
        """
        there = self.provenance != MISSING
        lag = np.argmax(there[:, ::-1], axis=1)[:, None] if there.size else np.zeros((len(self), 1), dtype=np.int64)
        # What would come from before the first day is not known.
        at = np.arange(self.n_days) - np.where(there.any(axis=1, keepdims=True), lag, self.n_days)
        provenance = np.where(at >= 0, np.take_along_axis(self.provenance, np.maximum(at, 0), axis=1), MISSING)
        values = np.where(at >= 0, np.take_along_axis(self.values, np.maximum(at, 0), axis=1), np.nan)
        told = (provenance != MISSING).any(axis=0)
        begin = int(np.argmax(told)) if told.any() else self.n_days
        return replace(self, values=values[:, begin:], provenance=provenance[:, begin:].astype(np.int8))
