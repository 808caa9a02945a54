"""What kind of time a column holds, and the bounds of days among its values."""

from dataclasses import dataclass
from enum import StrEnum
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

from outgrow.domain.days import time_zone
from outgrow.sources.sql.declaration import TimeExpression
from outgrow.sources.sql.midnights import Instants, Midnights


class TimeKind(StrEnum):
    """What an expression of time gives."""

    AWARE = "aware"
    """An instant, whatever zone it is shown in."""
    NAIVE = "naive"
    """What a clock showed, without its zone."""
    DAY = "day"
    """A date, which is one of the platform's own days."""
    TEXT = "text"
    """A time in ISO 8601, with its zone or without."""
    NUMBER = "number"
    """Since the beginning of 1970."""
    NONE = "none"
    """No time at all."""


@dataclass(frozen=True, slots=True)
class Timed:
    """An expression of time that was looked at.

    Attributes:
        zone: of what is naive in it.
    """

    told: TimeExpression
    kind: TimeKind
    zone: ZoneInfo

    @classmethod
    def of(cls, told: TimeExpression, kind: TimeKind, naive_times: str) -> "Timed":
        """With its own zone, or that of the whole source."""
        return cls(told, kind, time_zone(told.zone or naive_times, f"the time `{told.sql}`"))

    def bounds(self, midnights: Midnights) -> Instants:
        """The bounds of days as its values are, datetime64[s] (n + 1,); of a text, those of one without a zone."""
        if self.kind is TimeKind.DAY:
            return midnights.days
        if self.kind in {TimeKind.NAIVE, TimeKind.TEXT}:
            return midnights.on_the_wall(self.zone)
        return midnights.instants

    def numbers(self, midnights: Midnights) -> NDArray[np.int64]:
        """The bounds of a number of its unit, (n + 1,)."""
        assert self.told.unix is not None, "a number has a unit"  # noqa: S101
        return midnights.instants.astype(np.int64) * self.told.unix.a_second
