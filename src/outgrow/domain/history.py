"""A metric's past: one value a day on an unbroken day index, with its provenance."""

from dataclasses import dataclass, replace
from datetime import date, timedelta
from statistics import median
from typing import Self

import numpy as np
from numpy.typing import NDArray

from outgrow.domain.metric import Metric, Scope
from outgrow.domain.snapshot import Provenance

MISSING, RECONSTRUCTED, OBSERVED = 0, 1, 2
"""Provenance codes of `History.provenance`."""

PROVENANCE_NAMES: dict[int, Provenance | None] = {
    MISSING: None,
    RECONSTRUCTED: Provenance.RECONSTRUCTED,
    OBSERVED: Provenance.OBSERVED,
}


RHYTHM = 12
"""The newest gaps between known days that tell a rhythm: a year of a monthly file."""


def usual_gap(days: NDArray[np.integer]) -> int:
    """The usual number of days from one to the next: 1 if daily, 7 if weekly, about 30 if monthly.

    It is the middle one of the newest gaps, so that a day left out here and there is no rhythm.

    Args:
        days: ascending, (n_days,), as numbers of days since any day; with fewer than three, the answer is 1.
    """
    gaps = np.diff(days[-RHYTHM - 1 :])
    return int(median(gaps.tolist())) if len(gaps) > 1 else 1


def allowed_age(usual_gap: int, stale_after_days: int) -> int:
    """How old the newest value may be to say something of today: so many days, or twice the usual gap if that is more.

    So one value of a weekly or monthly file may be late.
    """
    return max(stale_after_days, 2 * usual_gap)


@dataclass(frozen=True, slots=True, eq=False)
class History:
    """Daily values of one metric of one scope.

    Attributes:
        values: float64 (n_days,), in the metric's unit; NaN where a day is not known.
        provenance: int8 (n_days,), one of MISSING, RECONSTRUCTED, OBSERVED.
        first_day: the day of `values[0]`; each further element is the next calendar day.
    """

    metric: Metric
    scope: Scope
    platform: str
    first_day: date
    values: NDArray[np.float64]
    provenance: NDArray[np.int8]

    def __len__(self) -> int:
        return len(self.values)

    @property
    def last_day(self) -> date:
        """The last day of the index; the day before `first_day` when there are no days."""
        return self.first_day + timedelta(days=len(self.values) - 1)

    @property
    def scope_name(self) -> str:
        """The scope with its key, `platform:main`."""
        return str(self.scope) if self.scope.key else f"{self.scope.kind}:{self.platform}"

    @property
    def observed_days(self) -> int:
        """Days captured on the day itself."""
        return int((self.provenance == OBSERVED).sum())

    @property
    def reconstructed_days(self) -> int:
        """Days rebuilt later."""
        return int((self.provenance == RECONSTRUCTED).sum())

    @property
    def known_days(self) -> int:
        """Days with a value."""
        return int((self.provenance != MISSING).sum())

    @property
    def missing_days(self) -> int:
        """Days of the index without a value."""
        return len(self.values) - self.known_days

    @property
    def newest(self) -> tuple[date, float] | None:
        """The last known day and its value; None when nothing is known."""
        known = np.flatnonzero(self.provenance != MISSING)
        if not len(known):
            return None
        at = int(known[-1])
        return self.day(at), float(self.values[at])

    @property
    def usual_gap(self) -> int:
        """The usual number of days from one known day to the next, see `usual_gap`."""
        return usual_gap(np.flatnonzero(self.provenance != MISSING))

    def day(self, index: int) -> date:
        """The calendar day of an index."""
        return self.first_day + timedelta(days=index)

    def days(self) -> NDArray[np.datetime64]:
        """The day index, datetime64[D] (n_days,)."""
        return np.datetime64(self.first_day, "D") + np.arange(len(self.values))

    def between(self, since: date | None, until: date | None) -> Self:
        """The part from `since` to `until`, both included, as far as it exists."""
        begin = 0 if since is None else min(max((since - self.first_day).days, 0), len(self))
        end = len(self) if until is None else max(min((until - self.first_day).days + 1, len(self)), begin)
        return replace(
            self,
            first_day=self.first_day + timedelta(days=begin),
            values=self.values[begin:end],
            provenance=self.provenance[begin:end],
        )

    def to_known(self) -> Self:
        """The same history without unknown days at either end."""
        known = np.flatnonzero(self.provenance != MISSING)
        if not len(known):
            return self.between(self.first_day, self.first_day - timedelta(days=1))
        return self.between(self.day(int(known[0])), self.day(int(known[-1])))
