"""Backfill: the history that was never captured, rebuilt from time stamps and status history."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy.orm import Session

from outgrow.domain.days import days_between, local_day
from outgrow.domain.errors import UsageError
from outgrow.domain.snapshot import Provenance, Reading
from outgrow.sources.commerce.aggregator import StatsAggregator
from outgrow.sources.commerce.capture import Rebuilding, RebuiltSeries
from outgrow.sources.commerce.platforms import PlatformRef
from outgrow.store.snapshots import (
    StoredPlatform,
    in_chunks,
    remember_metrics,
    remember_platform,
    write_days,
    write_measurements,
)

CHUNK_DAYS = 92
"""Days written in one transaction: what a cut-off backfill loses at the most, and does again when run again."""

Progress = Callable[[str, int, int], None]
"""Told the step, how much of it is done, and how much there is."""


@dataclass(frozen=True, slots=True)
class BackfillReport:
    """What was rebuilt, and what could not be."""

    platform: str
    first_day: date | None
    last_day: date
    metrics: tuple[str, ...]
    unavailable: dict[str, str] = field(default_factory=dict)
    limitations: tuple[str, ...] = ()
    dry_run: bool = False

    @property
    def days(self) -> int:
        """Number of days of the history."""
        return 0 if self.first_day is None else (self.last_day - self.first_day).days + 1


def backfill(
    source: Session,
    store: Session,
    platform: PlatformRef,
    now: datetime,
    aggregator: StatsAggregator,
    *,
    since: date | None = None,
    until: date | None = None,
    dry_run: bool = False,
    progress: Progress | None = None,
    after_chunk: Callable[[], None] | None = None,
) -> BackfillReport:
    """Rebuild every day from `since` (default: the first on which anything happened) to `until` (default: yesterday).

    Reads each table a fixed number of times, whatever the number of days. Observed values stay; running it again
    changes nothing, and after an interruption does what was left.

    Args:
        source: a session on the platform's database; only read.
        store: a session on our tables; flushed, and handed to the caller to commit at each `after_chunk`.
        now: the present instant; the day it falls on in the platform's time zone is not over and cannot be rebuilt.

    Raises:
        UsageError: the span is empty or reaches into a day that is not over.
        DatabaseError: the connection to the platform's database is gone; nothing is stored then.
    """
    yesterday = local_day(now, platform.zone) - timedelta(days=1)
    last = until or yesterday
    if last > yesterday:
        raise UsageError(f"{last} is not over yet in {platform.zone.key}", f"rebuild up to {yesterday} at the latest")
    if since is not None and since > last:
        raise UsageError(f"there is no day from {since} to {last}", "give a --since before --until")
    tell = progress or (lambda _step, _done, _of: None)
    rebuilding = Rebuilding(source, platform, last, aggregator)
    areas = rebuilding.areas()
    for done, area in enumerate(rebuilding.run(), 1):
        tell(f"reading {area}", done, len(areas))
    first = since or rebuilding.first_day
    report = BackfillReport(
        platform.code,
        first,
        last,
        tuple(dict.fromkeys(series.metric.name for series in rebuilding.series)),
        rebuilding.unavailable,
        tuple(rebuilding.limitations),
        dry_run,
    )
    if first is None or dry_run:
        return report
    remember_platform(store, StoredPlatform(platform.code, str(platform.id), platform.zone.key), now)
    remember_metrics(store, (series.metric for series in rebuilding.series))
    for begin, end in in_chunks(first, last, CHUNK_DAYS):
        _write(store, rebuilding, begin, end, now)
        if after_chunk is not None:
            after_chunk()
        tell("writing days", (end - first).days + 1, report.days)
    return report


def _write(store: Session, rebuilding: Rebuilding, first: date, last: date, now: datetime) -> None:
    platform = rebuilding.platform.code
    days = days_between(first, last)
    write_days(store, platform, days)
    rows: list[dict[str, Any]] = []
    for series in rebuilding.series:
        rows.extend(_rows(platform, series, days))
    rows.extend(
        _row(platform, name, "platform", day, Reading.missing(reason))
        for name, reason in rebuilding.unavailable.items()
        for day in days
    )
    write_measurements(store, rows, now)


def _rows(platform: str, series: RebuiltSeries, days: list[date]) -> list[dict[str, Any]]:
    values = series.values(days[0], days[-1]).tolist()
    scope = str(series.scope)
    return [
        _row(platform, series.metric.name, scope, day, Reading.of(value))
        for day, value in zip(days, values, strict=True)
    ]


def _row(platform: str, metric: str, scope: str, day: date, reading: Reading) -> dict[str, Any]:
    return {
        "platform": platform,
        "metric": metric,
        "scope": scope,
        "day": day,
        "value": reading.value,
        "reason": reading.reason,
        "provenance": Provenance.RECONSTRUCTED.value,
    }
