"""Backfill: the history that was never captured, rebuilt from time stamps and status history."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta

import numpy as np

from outgrow.domain.days import days_between, local_day
from outgrow.domain.errors import UsageError
from outgrow.domain.history import MISSING
from outgrow.domain.panel import HistoryPanel
from outgrow.domain.snapshot import Measurement, Provenance, Reading, Snapshot
from outgrow.service.desk import Desk
from outgrow.sources.contract import Past, Progress, every_metric
from outgrow.store.contract import SeriesValues, StoredPlatform

CHUNK_DAYS = 92
"""Days written in one transaction: what a cut-off backfill loses at the most, and does again when run again."""


@dataclass(frozen=True, slots=True)
class BackfillReport:
    """What was rebuilt, and what could not be."""

    platform: str
    first_day: date | None
    last_day: date
    metrics: tuple[str, ...]
    unavailable: Mapping[str, str] = field(default_factory=dict)
    limitations: tuple[str, ...] = ()
    dry_run: bool = False

    @property
    def days(self) -> int:
        """Number of days of the history."""
        return 0 if self.first_day is None else (self.last_day - self.first_day).days + 1


def backfill(
    desk: Desk,
    *,
    since: date | None = None,
    until: date | None = None,
    dry_run: bool = False,
    progress: Progress | None = None,
) -> BackfillReport:
    """Rebuild every day from `since` (default: the first on which anything happened) to `until` (default: yesterday).

    The source is read a fixed number of times, whatever the number of days. Observed values stay; running it again
    changes nothing, and after an interruption does what was left: each chunk of days is kept by itself.

    Raises:
        ConfigurationError: the platform has no source that could be asked.
        UsageError: the span is empty or reaches into a day that is not over.
        DatabaseError: the source is gone; nothing is stored then.
    """
    zone, store = desk.platform.zone, desk.store
    yesterday = local_day(desk.now, zone) - timedelta(days=1)
    last = until or yesterday
    if last > yesterday:
        raise UsageError(f"{last} is not over yet in {zone.key}", f"rebuild up to {yesterday} at the latest")
    if since is not None and since > last:
        raise UsageError(f"there is no day from {since} to {last}", "give a --since before --until")
    tell = progress or (lambda _step, _done, _of: None)
    past = desk.source.past(since, last, every_metric, tell).checked()
    panel = past.panel
    first = since or (panel.first_day if panel.n_days else None)
    report = BackfillReport(
        desk.code,
        first,
        last,
        tuple(dict.fromkeys(metric.name for metric in panel.metrics)),
        past.unavailable,
        tuple(past.limitations),
        dry_run,
    )
    if first is None or dry_run:
        return report
    store.remember_platform(StoredPlatform(desk.code, desk.platform.source_id, zone.key), desk.now)
    store.remember_metrics(panel.metrics)
    for begin, end in _in_chunks(first, last, CHUNK_DAYS):
        days = days_between(begin, end)
        store.write_days(desk.code, days)
        store.write_series(desk.code, _series(panel.between(begin, end)), Provenance.RECONSTRUCTED, desk.now)
        store.write_missing(desk.code, past.unavailable, days, desk.now)
        for day, refused in _refused(past, begin, end).items():
            store.write_snapshot(Snapshot(desk.code, day, Provenance.RECONSTRUCTED, tuple(refused)), desk.now)
        store.keep()
        tell("writing days", (end - first).days + 1, report.days)
    return report


def _series(panel: HistoryPanel) -> Iterator[SeriesValues]:
    days = np.datetime64(panel.first_day, "D") + np.arange(panel.n_days)
    for key, metric, values, provenance in zip(panel.keys, panel.metrics, panel.values, panel.provenance, strict=True):
        known = provenance != MISSING
        yield SeriesValues(metric.name, key.scope, days[known], values[known])


def _refused(past: Past, begin: date, end: date) -> Mapping[date, Sequence[Measurement]]:
    """What was told of days from `begin` to `end` and cannot be true, by its day."""
    panel, found = past.panel, defaultdict[date, list[Measurement]](list)
    for (row, column), reason in past.refused.items():
        day = panel.first_day + timedelta(days=column)
        if begin <= day <= end:
            found[day].append(Measurement(panel.metrics[row], Reading.missing(reason), panel.keys[row].scope))
    return found


def _in_chunks(first: date, last: date, days: int) -> Iterator[tuple[date, date]]:
    """The span from `first` to `last` cut into pieces of at most so many days."""
    while first <= last:
        end = min(first + timedelta(days=days - 1), last)
        yield first, end
        first = end + timedelta(days=1)
