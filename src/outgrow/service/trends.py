"""Trends: what changed over the last days, and what the forecast says of the next thirty."""

from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np

from outgrow.domain.errors import UsageError, quoted
from outgrow.domain.forecast import Refusal
from outgrow.domain.history import History
from outgrow.domain.metric import ALIASES, Kind, Metric
from outgrow.forecasting.projection import MONTH_DAYS, Projection, project_all
from outgrow.service.view import View
from outgrow.store.snapshots import snapshot_days

LEAST_SNAPSHOTS = 2
PACE_DAYS = 7
"""A flow's pace is taken over whole weeks, so that a weekend at either end is no trend."""
SHORT_NAMES = {name: alias for alias, name in ALIASES.items()}
"""By which metrics go in trends, where they have one."""


@dataclass(frozen=True, slots=True)
class Trend:
    """How a metric grew over the period, and what the next 30 days bring.

    Attributes:
        growth: None with fewer than two known days.
        in_30_days: of a level the forecast's median 30 days after the newest value, of a flow the expected amount a day
            over the next 30, of a month's total what they bring together; None where no forecast may be made.
        refusal: why there is none.
    """

    metric: Metric
    growth: "Growth | None"
    in_30_days: float | None
    refusal: Refusal | None

    @property
    def name(self) -> str:
        """The metric's short name, where it has one."""
        return SHORT_NAMES.get(self.metric.name, self.metric.name)


@dataclass(frozen=True, slots=True)
class TrendsReport:
    """The growth of every captured metric.

    Attributes:
        period_days: from the first to the last snapshot; as many as were asked for, where there are fewer than two.
        snapshots: days with one in the period.
        first, last: of them; None without any.
        trends: those with a short name first; none where there are fewer than two snapshots.
    """

    period_days: int
    snapshots: int
    first: date | None
    last: date | None
    trends: tuple[Trend, ...] = ()

    @property
    def message(self) -> str | None:
        """Why there is no trend; None where there may be one."""
        return "Insufficient data for trend analysis" if self.snapshots < LEAST_SNAPSHOTS else None


def trends(view: View, days: int = 30) -> TrendsReport:
    """Growth of every captured metric over the last `days` days.

    Of a flow it is that of its pace from the period's first week to the last, per day, and of a month's total the same
    per 30 days.

    Raises:
        UsageError: the period is no whole number of days, or none.
    """
    days = _checked_period(days)
    start = view.today - timedelta(days=min(days, (view.today - date.min).days))
    available = snapshot_days(view.store, view.platform, start, view.today)
    if len(available) < LEAST_SNAPSHOTS:
        only = available[0] if available else None
        return TrendsReport(days, len(available), only, only)
    metrics = sorted(view.platform_metrics(), key=lambda m: (m.name not in SHORT_NAMES, m.name))
    histories = view.forecastables(metrics)
    projections = project_all([(history, view.rules(history.metric)) for history in histories], view.today)
    first, last = available[0], available[-1]
    found = (
        _trend(history.between(start, None), projection)
        for history, projection in zip(histories, projections, strict=True)
    )
    return TrendsReport((last - first).days, len(available), first, last, tuple(found))


def _checked_period(days: object) -> int:
    try:
        whole = int(days)  # type: ignore[call-overload]
        fits = whole == days and whole >= 1
    except (TypeError, ValueError, ArithmeticError):
        fits = False
    if not fits:
        raise UsageError(f"a period of {quoted(days)} days has no trend", "give a whole number of days, at least one")
    return int(whole)


@dataclass(frozen=True, slots=True)
class Growth:
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


def growth_over(history: History) -> Growth | None:
    """What a history changed from its first to its last known day; None with fewer than two."""
    known = history.to_known()
    if known.known_days < LEAST_SNAPSHOTS:
        return None
    span = len(known) - 1
    if known.metric.kind is not Kind.FLOW:
        return Growth(float(known.values[0]), float(known.values[-1]), span)
    scale = MONTH_DAYS if known.metric.month_total_of else 1
    week = min(PACE_DAYS, max(len(known) // 2, 1))
    first, last = np.nanmean(known.values[:week]), np.nanmean(known.values[-week:])
    return Growth(float(first) * scale, float(last) * scale, max(len(known) - week, 1))


def _trend(period: History, projection: Projection | Refusal) -> Trend:
    growth = growth_over(period)
    if isinstance(projection, Refusal):
        return Trend(period.metric, growth, None, projection)
    return Trend(period.metric, growth, projection.in_30_days(), None)
