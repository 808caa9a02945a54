"""The present day's snapshot, and every past day's, from the commerce schema."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date

import numpy as np
from numpy.typing import NDArray
from sqlalchemy.orm import Session

from outgrow.domain.days import day_start, month_start
from outgrow.domain.metric import PLATFORM, Metric
from outgrow.domain.snapshot import Provenance, Snapshot, shortened
from outgrow.sources.commerce.aggregator import StatsAggregator
from outgrow.sources.commerce.contract import CountHistory, MetricsContext, MetricsProvider, RebuildingProvider
from outgrow.sources.commerce.dayscan import DayScan
from outgrow.sources.commerce.past import HARD_DELETED, RebuiltSeries
from outgrow.sources.commerce.platforms import PlatformRef
from outgrow.sources.commerce.reading import apart, see_that_it_is_there

__all__ = ["Rebuilding", "RebuiltSeries", "measure_today", "rebuild_flows"]


def measure_today(db: Session, platform: PlatformRef, day: date, aggregator: StatsAggregator) -> Snapshot:
    """All metrics as they are now; those that could not be measured are missing with their reason.

    Args:
        db: a session on the platform's database; only read.
        day: today in the platform's time zone.

    Raises:
        DatabaseError: the connection is gone.
    """
    context = MetricsContext(date_from=day_start(month_start(day), platform.zone), platform_id=platform.id)
    measured = aggregator.measure(db, platform.id, context)
    return Snapshot(platform.code, day, Provenance.OBSERVED, measured)


@dataclass(slots=True)
class Rebuilding:
    """Reads the areas' histories one after the other, so that progress can be shown.

    Attributes:
        since: where set, changes of earlier days are left out: enough for flows, never for levels.
        wanted: which metrics; areas that have none of them are not read.
        series: what has been rebuilt so far.
        unavailable: the metrics that cannot be rebuilt, with the reason.
        limitations: what the time stamps cannot tell.
    """

    db: Session
    platform: PlatformRef
    until: date
    aggregator: StatsAggregator
    since: date | None = None
    wanted: Callable[[Metric], bool] = lambda _metric: True
    series: list[RebuiltSeries] = field(default_factory=list)
    unavailable: dict[str, str] = field(default_factory=dict)
    limitations: list[str] = field(default_factory=lambda: [HARD_DELETED])

    def areas(self) -> Sequence[str]:
        """The names of the areas that will be read."""
        return [provider.area for provider, _ in self._asked()]

    def run(self) -> Iterator[str]:
        """Read one area at each step and say which.

        A failing area costs its own metrics alone: they are `unavailable`.

        Raises:
            DatabaseError: the connection is gone.
        """
        for provider, metrics in self._asked():
            if isinstance(provider, RebuildingProvider):
                self.limitations.extend(provider.limitations)
                scan = DayScan(self.db, self.platform.id, self.platform.zone, self.until, self.since)
                try:
                    with apart(self.db):
                        self._keep(metrics, provider.rebuild(scan))
                except Exception as error:
                    see_that_it_is_there(self.db, provider.area, error)
                    reason = f"{provider.area} could not be rebuilt: {type(error).__name__}: {error}"
                    self.unavailable |= {m.name: shortened(reason) for m in metrics.values()}
            else:
                reason = f"{provider.area} leaves no time stamps to rebuild it from"
                self.unavailable |= {m.name: reason for m in metrics.values()}
            yield provider.area

    def _asked(self) -> Iterator[tuple[MetricsProvider, dict[str, Metric]]]:
        for provider in self.aggregator.providers:
            metrics = {key: m for key, m in provider.metrics.items() if m is not None and self.wanted(m)}
            if metrics:
                yield provider, metrics

    def _keep(self, metrics: dict[str, Metric], histories: Sequence[CountHistory]) -> None:
        for history in histories:
            if metric := metrics.get(history.key):
                self.series.append(RebuiltSeries(metric, history.scope, history.changes))

    @property
    def first_day(self) -> date | None:
        """The earliest day on which anything happened; None for an empty platform."""
        return min((day for s in self.series if (day := s.changes.first_day) is not None), default=None)


def rebuild_flows(
    db: Session, platform: PlatformRef, since: date, until: date, aggregator: StatsAggregator
) -> dict[str, NDArray[np.float64]]:
    """What happened on each day of a span, float64 (n_days,) by metric name, for the metrics that are daily flows.

    An area that fails leaves its own out.

    Raises:
        DatabaseError: the connection is gone.
    """
    rebuilding = Rebuilding(db, platform, until, aggregator, since, lambda metric: metric.is_daily_flow)
    for _ in rebuilding.run():
        pass
    return {s.metric.name: s.values(since, until) for s in rebuilding.series if s.scope == PLATFORM}
