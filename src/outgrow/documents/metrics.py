"""The document of `outgrow metrics`: what is known by name, and whose it is."""

from typing import TYPE_CHECKING, TypedDict

from outgrow.documents.kinds import Day, KindWord
from outgrow.domain.forecast import as_number

if TYPE_CHECKING:
    from outgrow.service.metrics import KnownMetric, MetricsReport


class SeriesDocument(TypedDict):
    """What is stored of a metric in one scope."""

    scope: str
    """`platform`, or another such as `store:17`"""
    days: int
    """known days"""
    newest_date: Day
    """the newest of them"""
    newest_value: float | None
    """the value on that day, in the unit"""


class MetricDocument(TypedDict):
    """A metric by its names."""

    metric: str
    """the name by which commands take it"""
    short_name: str | None
    """a shorter one; null without one"""
    title: str
    """what tables call it; commands take that too"""
    unit: str
    """in which its values are told, see metrics.md"""
    kind: KindWord
    """how it behaves from one day to the next, see metrics.md"""
    scopes: list[SeriesDocument]
    """whose values are stored, the platform's own first; empty where nothing is"""


class MetricsDocument(TypedDict):
    """All metrics that are known."""

    platform: str
    """code of the platform"""
    as_of: Day
    """the day up to which is looked"""
    metrics: list[MetricDocument]
    """all metrics that are known, those with values first"""


def metrics_document(report: "MetricsReport") -> MetricsDocument:
    """The metrics of a platform, in the order of the report."""
    return {
        "platform": report.platform,
        "as_of": report.today.isoformat(),
        "metrics": [_metric_document(known) for known in report.metrics],
    }


def _metric_document(known: "KnownMetric") -> MetricDocument:
    return {
        "metric": known.metric.name,
        "short_name": known.short_name,
        "title": known.metric.label,
        "unit": known.metric.unit,
        "kind": known.metric.kind.value,
        "scopes": [
            {
                "scope": str(series.scope),
                "days": series.days,
                "newest_date": series.newest_day.isoformat(),
                "newest_value": as_number(series.newest_value),
            }
            for series in known.stored
        ],
    }
