"""All metrics of one platform on one day, each with where it came from or why it is missing."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from numbers import Real

from outgrow.domain.bounds import EARLIEST_DAY
from outgrow.domain.errors import DataError
from outgrow.domain.metric import PLATFORM, Metric, Scope
from outgrow.domain.text import LONGEST_SAID, cleaned


class Provenance(StrEnum):
    """How a value came to be known."""

    OBSERVED = "observed"
    """Captured on the day."""
    RECONSTRUCTED = "reconstructed"
    """Rebuilt later from time stamps and status history."""


def shortened(reason: str) -> str:
    """A reason on one line, fit to be shown; where it is too long to be kept, an ellipsis says that there was more."""
    return cleaned(" ".join(reason.split()), LONGEST_SAID)


@dataclass(frozen=True, slots=True)
class Reading:
    """A value, or the reason why there is none; never both, never neither.

    A value that cannot be true (negative, infinite, not a number) becomes missing, with that as its reason.
    """

    value: float | None
    reason: str | None = None

    def __post_init__(self) -> None:
        if (self.value is None) == (self.reason is None):
            raise ValueError("a reading has either a value or a reason for having none")

    @classmethod
    def of(cls, value: float) -> "Reading":
        """Take a number from outside, refusing what cannot be a size or a count."""
        number = float(value)
        if not math.isfinite(number):
            return cls.missing(f"the source gave {number}, which is not a finite number")
        if number < 0:
            return cls.missing(f"the source gave {number:g}, and a count or size cannot be negative")
        return cls(number)

    @classmethod
    def missing(cls, reason: str) -> "Reading":
        """A value that is not known, and why. A long reason ends with an ellipsis."""
        return cls(None, shortened(reason) or "no reason was given")


@dataclass(frozen=True, slots=True)
class Measurement:
    """One reading of one metric of one scope."""

    metric: Metric
    reading: Reading
    scope: Scope = PLATFORM


@dataclass(frozen=True, slots=True)
class Snapshot:
    """What is known of one platform on one day."""

    platform: str
    day: date
    provenance: Provenance
    measurements: tuple[Measurement, ...]

    @property
    def missing(self) -> Mapping[str, str]:
        """Reason by name for every metric that could not be measured."""
        return {m.metric.name: m.reading.reason for m in self.measurements if m.reading.reason is not None}


def checked_value(metric: str, value: object) -> float:
    """A value that a host hands over, as a number.

    Raises:
        DataError: it is no number, infinite or negative; the message names the metric.
    """
    reading = None
    if isinstance(value, (Real, Decimal)) and not isinstance(value, bool):
        try:
            reading = Reading.of(float(value))
        except (OverflowError, ValueError):  # an integer beyond all floats, a signalling NaN
            reading = Reading.missing("the source gave a number that is too large")
    if reading is None or reading.value is None:
        why = reading.reason if reading else f"{type(value).__name__} is no number"
        raise DataError(f"{metric}: {why}", "give a number from zero on, or leave the metric out where it is not known")
    return reading.value


def checked_day(day: object) -> date:
    """A day that a host hands over; of an instant its date, for a day at midnight is meant.

    Raises:
        DataError: it is no date, or lies too far back.
    """
    if not isinstance(day, date):
        raise DataError(f"a day is given as {type(day).__name__}", "give a datetime.date")
    found = day.date() if isinstance(day, datetime) else day
    if found < EARLIEST_DAY:
        raise DataError(f"the day {found} lies too far back", f"give a day from {EARLIEST_DAY} on")
    return found


def checked_text(what: str, text: object, longest: int) -> str:
    """A name that a host hands over.

    Raises:
        DataError: it is no text, empty, longer than its column, or holds what cannot be printed.
    """
    if not isinstance(text, str):
        raise DataError(f"{what} is given as {type(text).__name__}", "give a text")
    if not 0 < len(text) <= longest or text != text.strip() or not text.isprintable():
        raise DataError(
            f"{what} cannot be {text[:longest]!r}",
            f"give 1 to {longest} characters that can be printed, without spaces at either end",
        )
    return text
