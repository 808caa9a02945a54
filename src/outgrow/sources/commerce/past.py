"""Every day that is over, as time stamps and status history tell it: area by area, a fixed number of scans."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date

import numpy as np
from numpy.typing import NDArray
from sqlalchemy.orm import Session

from outgrow.domain.days import month_start
from outgrow.domain.history import RECONSTRUCTED
from outgrow.domain.metric import Kind, Metric, Scope
from outgrow.domain.panel import NO_DAY, HistoryPanel, Key
from outgrow.domain.snapshot import shortened
from outgrow.sources.commerce.aggregator import StatsAggregator
from outgrow.sources.commerce.contract import MetricsProvider, RebuildingProvider
from outgrow.sources.commerce.dayscan import Changes, DayScan
from outgrow.sources.commerce.platforms import PlatformRef
from outgrow.sources.commerce.reading import apart, see_that_it_is_there
from outgrow.sources.contract import Past, Progress

HARD_DELETED = "rows that were deleted for good (not marked as deleted) left no trace: past counts are too low by them"


@dataclass(frozen=True, slots=True, eq=False)
class RebuiltSeries:
    """One metric's changes over all time."""

    metric: Metric
    scope: Scope
    changes: Changes

    def values(self, first: date, last: date) -> NDArray[np.float64]:
        """Its value on each day, float64 (n_days,): a level at the day's end, a flow over the day."""
        if self.metric.month_total_of is not None:
            return self.changes.month_to_date(first, last)
        if self.metric.kind is Kind.FLOW:
            return self.changes.flow(first, last)
        # Ends before beginnings are a fault of the source; a negative count would be a second one, of ours.
        return np.maximum(np.round(self.changes.level(first, last), 9), 0.0)


@dataclass(slots=True)
class _Found:
    """What the areas told, one after the other."""

    series: list[RebuiltSeries] = field(default_factory=list)
    unavailable: dict[str, str] = field(default_factory=dict)
    limitations: list[str] = field(default_factory=lambda: [HARD_DELETED])


def read_past(
    db: Session,
    platform: PlatformRef,
    aggregator: StatsAggregator,
    *,
    since: date | None,
    until: date,
    wanted: Callable[[Metric], bool],
    tell: Progress,
) -> Past:
    """Each wanted metric on each day from `since` to `until`; None: from the first on which anything happened.

    Reads each table a fixed number of times, whatever the number of days. An area that fails costs its own metrics
    alone: they are `unavailable`.

    Args:
        db: a session on the platform's database; only read.
        tell: told of each area that was read.

    Raises:
        DatabaseError: the connection is gone.
    """
    asked, found = list(_asked(aggregator, wanted)), _Found()
    for done, (provider, metrics) in enumerate(asked, 1):
        scan = DayScan(db, platform.id, platform.zone, until, _enough(list(metrics.values()), since))
        _rebuild(provider, metrics, scan, found)
        tell(f"reading {provider.area}", done, len(asked))
    first = since or min((day for one in found.series if (day := one.changes.first_day)), default=None)
    panel = _panel(platform.code, found.series, first, until)
    return Past(panel, unavailable=found.unavailable, limitations=tuple(found.limitations)).checked()


def _asked(
    aggregator: StatsAggregator, wanted: Callable[[Metric], bool]
) -> Iterator[tuple[MetricsProvider, dict[str, Metric]]]:
    """The areas that have a wanted metric, with those that they have, by key."""
    for provider in aggregator.providers:
        if metrics := {key: m for key, m in provider.metrics.items() if m is not None and wanted(m)}:
            yield provider, metrics


def _enough(metrics: Sequence[Metric], since: date | None) -> date | None:
    """From which day on changes are enough: levels need all of them."""
    if since is None or any(metric.kind is not Kind.FLOW for metric in metrics):
        return None
    return since if all(metric.is_daily_flow for metric in metrics) else month_start(since)


def _rebuild(provider: MetricsProvider, metrics: dict[str, Metric], scan: DayScan, found: _Found) -> None:
    if not isinstance(provider, RebuildingProvider):
        reason = f"{provider.area} leaves no time stamps to rebuild it from"
        found.unavailable |= {metric.name: reason for metric in metrics.values()}
        return
    found.limitations.extend(provider.limitations)
    try:
        with apart(scan.db):
            histories = provider.rebuild(scan)
            found.series += [RebuiltSeries(metrics[h.key], h.scope, h.changes) for h in histories if h.key in metrics]
    except Exception as error:  # any failure of an area is its own: recorded, never spread
        see_that_it_is_there(scan.db, provider.area, error)
        reason = f"{provider.area} could not be rebuilt: {type(error).__name__}: {error}"
        found.unavailable |= {metric.name: shortened(reason) for metric in metrics.values()}


def _panel(platform: str, series: Sequence[RebuiltSeries], first: date | None, last: date) -> HistoryPanel:
    """All of them by the calendar."""
    days = 0 if first is None else (last - first).days + 1
    values = np.empty((len(series), days))
    if first is not None:
        for row, one in enumerate(series):
            values[row] = one.values(first, last)
    return HistoryPanel(
        keys=tuple(Key(platform, one.scope) for one in series),
        metrics=tuple(one.metric for one in series),
        first_day=first or NO_DAY,
        values=values,
        provenance=np.full(values.shape, RECONSTRUCTED, dtype=np.int8),
    )
