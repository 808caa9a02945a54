"""Metrics: what is known by name, whose it is, and what its newest value is."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from outgrow.domain.metric import ALIASES, CAPTURED, PLATFORM, Metric
from outgrow.service.desk import Desk
from outgrow.store.contract import StoredSeries


@dataclass(frozen=True, slots=True)
class KnownMetric:
    """A metric, and what is stored of it: the platform's own series first, then those of other scopes."""

    metric: Metric
    stored: tuple[StoredSeries, ...]

    @property
    def short_name(self) -> str | None:
        """The other name that it goes by; None without one."""
        return next((short for short, name in ALIASES.items() if name == self.metric.name), None)


@dataclass(frozen=True, slots=True)
class MetricsReport:
    """The metrics of a platform: those with values first, the built-in ones in their order."""

    platform: str
    today: date
    metrics: tuple[KnownMetric, ...]


def metrics(desk: Desk) -> MetricsReport:
    """Every metric that is known, with what is stored of it up to the desk's day."""
    stored: dict[str, list[StoredSeries]] = {}
    for series in desk.store.described(desk.code, desk.known):
        stored.setdefault(series.metric, []).append(series)
    built_in = [metric.name for metric in CAPTURED]
    known = [KnownMetric(metric, _own_first(stored.get(metric.name, ()))) for metric in desk.metrics]
    known.sort(key=lambda one: (not one.stored, one.metric.name not in built_in))
    return MetricsReport(desk.code, desk.today, tuple(known))


def _own_first(series: Iterable[StoredSeries]) -> tuple[StoredSeries, ...]:
    return tuple(sorted(series, key=lambda one: one.scope != PLATFORM))
