"""What is drawn of a metric: its days as they are, or a flow's weekly mean with the single days behind."""

from dataclasses import dataclass, replace
from datetime import date

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

from outgrow.domain.forecast import Forecast
from outgrow.domain.history import MISSING, OBSERVED, History
from outgrow.domain.metric import Kind

WEEK = 7
LEAST_KNOWN = 4
"""Known days that a week needs to have a mean."""


@dataclass(frozen=True, slots=True)
class Series:
    """Past and future of one metric as drawn.

    A daily flow swings with the weekday, far faster than a year's picture can show: bold lines and bands are then means
    of seven days, and `daily` and `daily_median` hold the days themselves.

    Attributes:
        past: the bold line.
        forecast: the bands and the bold median.
        daily: a flow's single days; None where `past` has them.
        daily_median: a flow's median day by day, (horizon,); None likewise.
    """

    past: History
    forecast: Forecast | None
    daily: History | None = None
    daily_median: NDArray[np.float64] | None = None

    @classmethod
    def of(cls, history: History, forecast: Forecast | None) -> "Series":
        """Take weekly means of a daily flow with at least two weeks of past; leave anything else as it is."""
        metric = history.metric
        # A month's running total is a flow by kind, but restarts each month: its mean would say nothing.
        if metric.kind is not Kind.FLOW or metric.month_total_of is not None or len(history.to_known()) < 2 * WEEK:
            return cls(history, forecast)
        if forecast is None or forecast.quantiles.shape[1] < WEEK:
            return cls(_weekly(history), forecast, history)
        means = replace(forecast, quantiles=_centred(forecast.quantiles))
        return cls(_weekly(history), means, history, forecast.quantile(0.5))

    @property
    def single_days(self) -> History:
        """Every known day, whether bold or behind."""
        return self.daily or self.past

    def with_medians(self, last: date) -> History:
        """Every known day, and the medians of a flow's days ahead up to `last`, of which single ones may stand out."""
        days = self.single_days
        if self.daily_median is None or self.forecast is None:
            return days
        until = days.between(None, self.forecast.as_of)
        values = np.concatenate([until.values, self.daily_median])
        ahead = np.full(len(self.daily_median), OBSERVED, dtype=np.int8)
        return replace(until, values=values, provenance=np.concatenate([until.provenance, ahead])).between(None, last)

    @property
    def axis_title(self) -> str:
        """The unit, and what the bold line is where it is not the days themselves."""
        unit = self.past.metric.unit
        return unit if self.daily is None else f"{unit}, in bold the mean of seven days"

    def between(self, first: date, last: date) -> "Series":
        """The same with only the past from `first` to `last`, both included."""
        daily = self.daily.between(first, last) if self.daily is not None else None
        return replace(self, past=self.past.between(first, last), daily=daily)


def _weekly(history: History) -> History:
    """Each known day as the mean of the week that ends with it; unknown where too little of the week is known."""
    padded = np.concatenate([np.full(WEEK - 1, np.nan), history.values])
    weeks = sliding_window_view(padded, WEEK)
    count = np.isfinite(weeks).sum(axis=1)
    means = np.nansum(weeks, axis=1) / np.maximum(count, 1)
    known = (count >= LEAST_KNOWN) & (history.provenance != MISSING)
    return replace(
        history,
        values=np.where(known, means, np.nan),
        provenance=np.where(known, history.provenance, MISSING).astype(np.int8),
    )


def _centred(quantiles: NDArray[np.float64]) -> NDArray[np.float64]:
    """Means of seven days around each day, (n_levels, horizon); three days at either end repeat their neighbour."""
    means = sliding_window_view(quantiles, WEEK, axis=1).mean(axis=-1)
    return np.pad(means, ((0, 0), (WEEK // 2, WEEK // 2)), mode="edge")
