"""The document of `outgrow trends` and of `get_growth_trends`: what changed, and what the next 30 days bring."""

from typing import TYPE_CHECKING, TypedDict

from outgrow.documents.kinds import Day, StatusWord
from outgrow.domain.forecast import as_number
from outgrow.domain.metric import Metric
from outgrow.domain.words import Figures

if TYPE_CHECKING:
    from outgrow.service.trends import Trend, TrendsReport


class TrendDocument(TypedDict):
    """How one metric grew."""

    start_value: float | None
    """where it came from, in the unit; of a daily flow the pace of the first week of the period, of a month's total the
    same per 30 days; null with fewer than two known days"""
    current_value: float | None
    """where it is; of a daily flow the pace of the last week; null with fewer than two known days"""
    change: float | None
    """from the first to the second; null with fewer than two known days"""
    growth_rate_percent: float | None
    """the change in percent; from nothing to something it is 100"""
    daily_growth_rate: float | None
    """the same spread evenly over the days, in percent"""
    monthly_projection: float | None
    """of a level the median 30 days after the newest value; of a flow the expected amount a day over the next 30 days;
    of a month's total, as of `orders`, what these bring together; null where no forecast may be made"""
    projection_status: StatusWord
    """`ok`, or why there is no projection, see statuses.md"""
    projection_reason: str | None
    """the same in words; null with `ok`"""


class PeriodDocument(TypedDict, total=False):
    """What is only there where it is."""

    start_date: Day
    """the first day with a snapshot in the period; not there without any"""
    end_date: Day
    """the last of them; not there without any"""
    message: str
    """with fewer than two snapshots, and then `trends` is empty; else it is not there"""


class TrendsDocument(PeriodDocument):
    """What grew over a period."""

    period_days: int
    """days from the first to the last snapshot; the days asked for, if there are fewer than two snapshots"""
    snapshots_available: int
    """days with a snapshot in the period"""
    trends: dict[str, TrendDocument]
    """one entry for each captured metric, by its short name if it has one"""


def trends_document(report: "TrendsReport") -> TrendsDocument:
    """What grew, by metric."""
    first, last = report.first, report.last
    period: PeriodDocument = {"start_date": first.isoformat(), "end_date": last.isoformat()} if first and last else {}
    document: TrendsDocument = {
        "period_days": report.period_days,
        "snapshots_available": report.snapshots,
        **period,
        "trends": {trend.name: trend_document(trend) for trend in report.trends},
    }
    if report.message:
        document["message"] = report.message
    return document


def trend_document(trend: "Trend") -> TrendDocument:
    """One metric's growth and the projection, with as many decimals as its values have."""
    metric, growth, refusal = trend.metric, trend.growth, trend.refusal
    ahead = trend.in_30_days
    return {
        "start_value": None if growth is None else _shown(growth.start, metric),
        "current_value": None if growth is None else _shown(growth.end, metric),
        "change": None if growth is None else _shown(growth.end - growth.start, metric),
        "growth_rate_percent": None if growth is None else as_number(round(growth.percent, 2)),
        "daily_growth_rate": None if growth is None else as_number(round(growth.percent_a_day, 3)),
        "monthly_projection": None if ahead is None else _shown(max(ahead, 0.0), metric),
        "projection_status": "ok" if refusal is None else refusal.status.value,
        "projection_reason": None if refusal is None else refusal.reason,
    }


def _shown(value: float, metric: Metric) -> float | None:
    return as_number(round(value, Figures.of(metric, (value,)).decimals))
