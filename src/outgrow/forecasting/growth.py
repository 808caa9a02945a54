"""What a history changed over its days, as a description: what comes is the forecast's."""

from dataclasses import dataclass

import numpy as np

from outgrow.domain.history import History
from outgrow.domain.metric import Kind
from outgrow.forecasting.projection import MONTH_DAYS

LEAST_KNOWN = 2
"""Days that have to be known."""
PACE_DAYS = 7
"""A flow's pace is taken over whole weeks, so that a weekend at either end is no trend."""


@dataclass(frozen=True, slots=True)
class PastGrowth:
    """From where to where, in the metric's unit, over how many days."""

    start: float
    end: float
    days: int

    @property
    def percent(self) -> float:
        """Growth in percent; from nothing to something it is 100."""
        if self.start > 0:
            return (self.end - self.start) / self.start * 100
        return 0.0 if self.end == 0 else 100.0

    @property
    def percent_a_day(self) -> float:
        """The same spread evenly over the days; 0 where it grew from nothing."""
        return self.percent / self.days if self.start > 0 else 0.0


def growth_over(history: History) -> PastGrowth | None:
    """What a history changed from its first to its last known day; None with fewer than two."""
    known = history.to_known()
    if known.known_days < LEAST_KNOWN:
        return None
    span = len(known) - 1
    if known.metric.kind is not Kind.FLOW:
        return PastGrowth(float(known.values[0]), float(known.values[-1]), span)
    scale = MONTH_DAYS if known.metric.month_total_of else 1
    week = min(PACE_DAYS, max(len(known) // 2, 1))
    first, last = np.nanmean(known.values[:week]), np.nanmean(known.values[-week:])
    return PastGrowth(float(first) * scale, float(last) * scale, max(len(known) - week, 1))
