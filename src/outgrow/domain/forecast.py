"""What is said of the future: bands, refusals, and the answer to "when is this limit reached?"."""

import math
from dataclasses import dataclass, field
from datetime import date, timedelta
from enum import StrEnum
from typing import Self

import numpy as np
from numpy.typing import NDArray

from outgrow.domain.history import History
from outgrow.domain.metric import Metric
from outgrow.domain.note import Note, NoteCode
from outgrow.domain.scenario import Project

BAND = (0.1, 0.5, 0.9)
"""Levels of the early, the middle and the late day."""
WITHIN_DAYS = (30, 90, 180, 365)
"""The spans for which the probability of a crossing is always told."""


class Status(StrEnum):
    """Whether there is a date, and if not, why not.

    Of a limit that is fallen to, `already_exceeded` says that the value is at or below it, `no_growth` that it does
    not come nearer, be it that it stands or that it grows; `declining` is not said.
    """

    OK = "ok"
    ALREADY_EXCEEDED = "already_exceeded"
    NO_GROWTH = "no_growth"
    DECLINING = "declining"
    BEYOND_HORIZON = "beyond_horizon"
    INSUFFICIENT_DATA = "insufficient_data"
    NO_LIMIT = "no_limit"
    STALE = "stale"


@dataclass(frozen=True, slots=True)
class DayBand:
    """Early, middle and late quantile of a day count from `as_of`; None where beyond the horizon."""

    p10: int | None = None
    p50: int | None = None
    p90: int | None = None

    @classmethod
    def of_chances(cls, cdf: NDArray[np.float64]) -> Self:
        """From the probability that the day has come by each day ahead, (horizon,), non-decreasing."""
        firsts = (first_reached(cdf, level) for level in BAND)
        return cls(*(None if at is None else at + 1 for at in firsts))

    @classmethod
    def of_days(cls, days: NDArray[np.int64], n_days: int) -> Self:
        """From equally likely days, (n,), those after `n_days` being beyond the horizon."""
        ordered = np.sort(days)
        found = (day_by(ordered, level) for level in BAND)
        return cls(*(day if day <= n_days else None for day in found))

    def dates(self, as_of: date) -> dict[str, date | None]:
        """The same three as calendar days."""
        return {
            key: None if days is None else as_of + timedelta(days=days)
            for key, days in (("p10", self.p10), ("p50", self.p50), ("p90", self.p90))
        }


def first_reached(chances: NDArray[np.float64], level: float) -> int | None:
    """The place of the first chance that is at a level or above; None where none is."""
    reached = chances >= level
    return int(reached.argmax()) if reached.any() else None


def day_by(ordered: NDArray[np.int64], share: float) -> int:
    """The first of equally likely days, in order, by which this share of them has come; at least one has."""
    place = int(np.ceil(share * len(ordered) - 1e-9)) - 1
    return int(ordered[min(len(ordered) - 1, max(0, place))])


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why there is no forecast: a value, not an exception."""

    status: Status
    reason: str
    have: int | None = None
    need: int | None = None


@dataclass(frozen=True, slots=True)
class HistoryNote:
    """How much of the past a statement rests on, in days."""

    observed_days: int
    reconstructed_days: int
    missing_days: int

    @classmethod
    def of(cls, history: History) -> "HistoryNote":
        """Count a history's days."""
        return cls(history.observed_days, history.reconstructed_days, history.missing_days)

    @property
    def observed_share(self) -> float | None:
        """Share of the known days that were captured on the day; None when no day is known."""
        known = self.observed_days + self.reconstructed_days
        return self.observed_days / known if known else None


@dataclass(frozen=True, slots=True, eq=False)
class Forecast:
    """Quantiles of a metric's daily value, for each day after `as_of`.

    Attributes:
        levels: increasing quantile levels, (n_levels,).
        quantiles: float64 (n_levels, horizon), in the metric's unit, non-decreasing along the levels.
        growth_per_30_days: what the median rises by in 30 days, in the metric's unit; for a flow, how much
            the 30 days ahead exceed the 30 days past.
        as_of: the last day that was known.
        model: which model was asked, `shared` or `drift`.
    """

    metric: Metric
    scope_name: str
    as_of: date
    current: float
    levels: tuple[float, ...]
    quantiles: NDArray[np.float64]
    growth_per_30_days: float
    history: HistoryNote
    model: str = "shared"

    def quantile(self, level: float) -> NDArray[np.float64]:
        """One quantile over the horizon, (horizon,); the level has to be one of `levels`."""
        row: NDArray[np.float64] = self.quantiles[self.levels.index(level)]
        return row


@dataclass(frozen=True, slots=True)
class DaysUntil:
    """When a metric reaches a limit: the one document that every face gives.

    `days` counts from `as_of`, the newest known day; the crossing is the first day at or above `threshold`, or where
    the limit is `falling`, the first at or below it. `notes` tell what was found amiss in the past, `projects` which
    committed ones are counted in.
    """

    metric: Metric
    scope_name: str
    threshold: float | None
    status: Status
    reason: str | None
    current: float | None
    as_of: date | None
    history: HistoryNote
    days: DayBand = DayBand()
    probability_within: dict[int, float] = field(default_factory=dict)
    growth_per_30_days: float | None = None
    days_ago: int | None = None
    have: int | None = None
    need: int | None = None
    falling: bool = False
    notes: tuple[Note, ...] = ()
    example: bool = False
    """Whether the limit is one that nobody set: see `Limit.example`."""
    projects: tuple[Project, ...] = ()

    @property
    def used_share(self) -> float | None:
        """Current value as a share of the limit."""
        if self.current is None or not self.threshold:
            return None
        return self.current / self.threshold

    @property
    def outage(self) -> Note | None:
        """The zeros since `as_of` that are taken as an outage; None where there are none."""
        return next((note for note in self.notes if note.code is NoteCode.OUTAGE), None)

    def date(self, key: str) -> date | None:
        """The calendar day of one of the quantiles `p10`, `p50`, `p90`."""
        return None if self.as_of is None else self.days.dates(self.as_of)[key]


def as_number(value: float | None) -> float | None:
    """A measurement as documents hold it: always with a decimal point, and null where there is no finite number.

    100 beside 249.5 would be a whole number beside another kind of number, and who reads the first takes the second
    for one too.
    """
    return None if value is None or not math.isfinite(value) else float(value)
