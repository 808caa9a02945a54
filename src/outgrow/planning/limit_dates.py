"""When simulated futures reach a limit, and by when something has to be done about it."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import numpy as np

from outgrow.domain.forecast import DayBand, Status, as_number
from outgrow.domain.limit import AlertPolicy, Limit
from outgrow.domain.paths import Paths

LEVELS = (0.1, 0.5, 0.9)


@dataclass(frozen=True, slots=True)
class LimitDate:
    """The day on which a limit is reached.

    Attributes:
        status: `ok`, `beyond_horizon` where the median lies beyond it, `already_exceeded`.
        days: from `as_of`.
        probability: that it is reached within the horizon.
        act_by: the early date less the lead time and the review interval.
    """

    limit: Limit
    as_of: date
    status: Status
    days: DayBand
    probability: float
    act_by: date | None

    @property
    def dates(self) -> dict[str, date | None]:
        """Early, middle and late date."""
        return self.days.dates(self.as_of)

    def later_than(self, other: "LimitDate") -> int | None:
        """By how many days the middle date comes after another one; None where one of the two has none."""
        if self.days.p50 is None or other.days.p50 is None:
            return None
        return self.days.p50 - other.days.p50

    def to_document(self) -> dict[str, Any]:
        """As JSON."""
        return {
            "name": self.limit.name,
            "metric": self.limit.metric,
            "example": bool(self.limit.example),
            "limit": as_number(self.limit.usable),
            "status": self.status.value,
            "days": self.days.to_document(),
            "date": {key: day.isoformat() if day else None for key, day in self.dates.items()},
            "probability": round(self.probability, 4),
            "act_by": self.act_by.isoformat() if self.act_by else None,
        }


def limit_date(paths: Paths, limit: Limit, policy: AlertPolicy) -> LimitDate:
    """When a limit is reached: the first day on which as much is used as may be.

    Args:
        limit: of a metric that is in the paths.
        policy: the general one; the limit's own times come first.
    """
    if paths.now()[limit.metric] >= limit.usable:
        return LimitDate(limit, paths.as_of, Status.ALREADY_EXCEEDED, DayBand(), 1.0, None)
    first = np.sort((paths.of(limit.metric)[1] < limit.usable).sum(axis=1) + 1)
    at = (int(first[int(np.ceil(level * len(first) - 1e-9)) - 1]) for level in LEVELS)
    days = DayBand(*(day if day <= paths.n_days else None for day in at))
    own = limit.policy(policy)
    early = days.dates(paths.as_of)["p10"]
    ahead = timedelta(days=own.lead_time_days + own.review_interval_days)
    return LimitDate(
        limit=limit,
        as_of=paths.as_of,
        status=Status.OK if days.p50 is not None else Status.BEYOND_HORIZON,
        days=days,
        probability=float((first <= paths.n_days).mean()),
        act_by=early - ahead if early else None,
    )
