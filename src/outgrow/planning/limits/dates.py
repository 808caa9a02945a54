"""When simulated futures reach a limit, and by when something has to be done about it."""

from dataclasses import dataclass
from datetime import date

import numpy as np
from numpy.typing import NDArray

from outgrow.domain.forecast import DayBand, Status
from outgrow.domain.limit import AlertPolicy, Limit
from outgrow.domain.paths import Paths


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


def limit_date(paths: Paths, limit: Limit, policy: AlertPolicy) -> LimitDate:
    """When a limit is reached: the first day on which as much is used as may be.

    Args:
        limit: of a metric that is in the paths.
        policy: the general one; the limit's own times come first.
    """
    days = paths.first_days(limit.metric, limit.usable)
    status, band = crossing_of(days, paths.n_days)
    early = band.dates(paths.as_of)["p10"]
    return LimitDate(
        limit=limit,
        as_of=paths.as_of,
        status=status,
        days=band,
        probability=float((days <= paths.n_days).mean()),
        act_by=limit.policy(policy).act_by(early) if early else None,
    )


def crossing_of(days: NDArray[np.int64], n_days: int) -> tuple[Status, DayBand]:
    """What equally likely days of a crossing, as of `Paths.first_days`, come to."""
    if not days.all():
        return Status.ALREADY_EXCEEDED, DayBand()
    band = DayBand.of_days(days, n_days)
    return (Status.BEYOND_HORIZON if band.p50 is None else Status.OK), band
