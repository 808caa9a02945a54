"""The demo's span of days, and the way from a moment on it to an instant in UTC.

Everything is drawn as a *moment*: local days since the first one, so that 12.75 is six in the evening of the
thirteenth day. A moment at or after `DemoClock.now`, infinity included, has not happened.
"""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

from outgrow.domain.days import day_start

DAYS_BACK = 730
"""The platform opened so many days before today."""
NEVER = np.inf
TOLD_UNTIL = time(23, 30)
"""Today is told up to this local time, at which platforms are captured: so the newest day is as whole as others."""
DAYS_AHEAD = 30
"""Days after today that still have instants, for what is agreed on already, such as a trial's end."""


@dataclass(frozen=True, slots=True, eq=False)
class DemoClock:
    """The days of the demo.

    Attributes:
        first_day: the local day on which the platform opened.
        starts: datetime64[s] (n,), the first instant of each day in UTC, up to `DAYS_AHEAD` days after today.
        now: the moment up to which everything is told.
    """

    first_day: date
    starts: NDArray[np.datetime64]
    now: float

    @classmethod
    def until(cls, today: date, zone: ZoneInfo) -> "DemoClock":
        """The clock that stands at half past eleven in the evening of `today` in a zone."""
        first_day = today - timedelta(days=DAYS_BACK)
        days = [first_day + timedelta(days=i) for i in range(DAYS_BACK + DAYS_AHEAD + 1)]
        starts = np.array([day_start(day, zone).replace(tzinfo=None) for day in days], dtype="datetime64[s]")
        stands_at = datetime.combine(today, TOLD_UNTIL, tzinfo=zone).astimezone(UTC).replace(tzinfo=None)
        gone, whole = np.datetime64(stands_at, "s") - starts[DAYS_BACK], starts[DAYS_BACK + 1] - starts[DAYS_BACK]
        return cls(first_day, starts, DAYS_BACK + float(gone / whole))

    def weekdays(self) -> NDArray[np.int64]:
        """The weekday of each day up to today, 0 for Monday, int64 (DAYS_BACK + 1,)."""
        return (self.first_day.weekday() + np.arange(DAYS_BACK + 1)) % 7

    def instants(self, moments: NDArray[np.float64]) -> NDArray[np.datetime64]:
        """Instants in UTC, datetime64[s] of the shape of `moments`; NaT for what has not happened."""
        return np.where(moments < self.now, self.planned(moments), np.datetime64("NaT"))

    def planned(self, moments: NDArray[np.float64]) -> NDArray[np.datetime64]:
        """Instants in UTC also of what is still to come; NaT for what never will.

        A day on which the clocks change is stretched or squeezed, so that no moment leaves its day.
        """
        last = len(self.starts) - 1
        known = moments < last
        day = np.where(known, moments, 0).astype(np.int64)
        length = (self.starts[day + 1] - self.starts[day]).astype(np.int64)
        seconds = ((np.where(known, moments, 0) - day) * length).astype("timedelta64[s]")
        return np.where(known, self.starts[day] + seconds, np.datetime64("NaT"))


def by_daylight(moments: NDArray[np.float64]) -> NDArray[np.float64]:
    """Moments of the same days, between seven in the morning and nine in the evening."""
    day = np.floor(moments)
    return day + (7 + 14 * (moments - day)) / 24
