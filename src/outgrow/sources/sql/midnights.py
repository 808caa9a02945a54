"""Where days begin: local midnights as instants, and as whatever a column of times holds.

They are computed here, from the time-zone data that Python uses: so the zones of a server and of its sessions change
nothing, and no server needs zones of its own.
"""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import cached_property, lru_cache
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

from outgrow.domain.days import day_start

Instants = NDArray[np.datetime64]
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class Midnights:
    """The beginnings of n days that follow each other, and the end of the last: n + 1 bounds, ascending.

    The place of a time among them, `searchsorted(bounds, time, side="right")`, is 0 before the first day, 1 to n
    within one of them, and n + 1 after the last.
    """

    first: date
    n_days: int
    zone: ZoneInfo

    @property
    def last(self) -> date:
        """The last of the days."""
        return self.first + timedelta(days=self.n_days - 1)

    @cached_property
    def days(self) -> Instants:
        """The days themselves, with the one after, datetime64[s] (n + 1,): the bounds of dates, which have no time."""
        return np.datetime64(self.first, "s") + np.arange(self.n_days + 1) * np.timedelta64(86_400, "s")

    @cached_property
    def instants(self) -> Instants:
        """In UTC, datetime64[s] (n + 1,)."""
        starts = [day_start(self.first + timedelta(days=at), self.zone) for at in range(self.n_days + 1)]
        return np.array([int((start - EPOCH).total_seconds()) for start in starts], dtype="datetime64[s]")

    def on_the_wall(self, zone: ZoneInfo) -> Instants:
        """As the clocks of a zone show them, datetime64[s] (n + 1,), for times that come without their zone.

        Where a clock is set back over one of them, what it shows twice belongs to the earlier day.
        """
        return _on_the_wall(self, zone)


@lru_cache(maxsize=16)
def _on_the_wall(midnights: Midnights, zone: ZoneInfo) -> Instants:
    seconds = midnights.instants.astype(np.int64).tolist()
    shown = [datetime.fromtimestamp(at, zone).replace(tzinfo=None) for at in seconds]
    return np.array(shown, dtype="datetime64[s]")
