"""Trends: what changed over the last days, and what the forecast says of the next thirty."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, timedelta

from outgrow.domain.errors import UsageError, quoted
from outgrow.domain.forecast import Refusal
from outgrow.domain.history import History
from outgrow.domain.metric import ALIASES, Metric
from outgrow.forecasting.growth import PastGrowth, growth_over
from outgrow.forecasting.projection import Projection
from outgrow.service.desk import Desk

LEAST_SNAPSHOTS = 2
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
    growth: PastGrowth | None
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


def trends(desk: Desk, days: int = 30, always: Collection[Metric] = ()) -> TrendsReport:
    """Growth of every metric that ever had a value over the last `days` days.

    Of a flow it is that of its pace from the period's first week to the last, per day, and of a month's total the same
    per 30 days.

    Args:
        always: metrics that are told of even so.

    Raises:
        UsageError: the period is no whole number of days, or none.
    """
    days = _checked_period(days)
    start = desk.today - timedelta(days=min(days, (desk.today - date.min).days))
    available = desk.store.snapshot_days(desk.code, start, desk.today)
    if len(available) < LEAST_SNAPSHOTS:
        only = available[0] if available else None
        return TrendsReport(days, len(available), only, only)
    metrics = sorted(desk.platform_metrics(), key=lambda m: (m.name not in SHORT_NAMES, m.name))
    known = desk.forecastables(metrics)
    histories = [history for history in known if history.known_days or history.metric in always]
    first, last = available[0], available[-1]
    found = (
        _trend(history.between(start, None), projection)
        for history, projection in zip(histories, desk.projected(histories), strict=True)
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


def _trend(period: History, projection: Projection | Refusal) -> Trend:
    growth = growth_over(period)
    if isinstance(projection, Refusal):
        return Trend(period.metric, growth, None, projection)
    return Trend(period.metric, growth, projection.in_30_days(), None)
