"""Capture: the platform as it is today becomes one snapshot."""

import logging
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from outgrow.domain.days import local_day
from outgrow.domain.errors import ClockError, OutgrowError
from outgrow.domain.metric import PLATFORM, MetricCatalogue
from outgrow.domain.snapshot import Provenance, Snapshot, shortened
from outgrow.service.config import CapacityConfig
from outgrow.service.issue import issue
from outgrow.service.lives import keep_lives
from outgrow.service.recommend import captured
from outgrow.service.view import View
from outgrow.sources.commerce.aggregator import StatsAggregator
from outgrow.sources.commerce.capture import measure_today, rebuild_flows
from outgrow.sources.commerce.platforms import PlatformRef
from outgrow.sources.commerce.savepoint import savepoint
from outgrow.store.snapshots import (
    StoredPlatform,
    claim_day,
    get_snapshot,
    missing_since,
    newest_day,
    remember_platform,
    write_measurements,
    write_snapshot,
)
from outgrow.store.tables import CapacitySnapshot
from outgrow.store.waiting import waiting

LOOK_BACK_DAYS = 62
"""How far back a capture completes the flows of days that were still running when they were captured."""

logger = logging.getLogger(__name__)


def capture(
    source: Session,
    store: Session,
    platform: PlatformRef,
    now: datetime,
    aggregator: StatsAggregator,
    *,
    config: CapacityConfig | None = None,
) -> CapacitySnapshot:
    """Store today's snapshot, or fill what is missing in it; everything else in it stays as it was.

    The forecasts that follow from it are kept with it, and recommendations live on by it; see
    `outgrow.service.issue.issue` and `outgrow.service.lives.keep_lives`.

    Part of the caller's transaction on `store`: flushed, never committed. The day is claimed before anything is
    read, so concurrent captures follow each other and leave one snapshot.

    Args:
        source: a session on the platform's database; only read.
        store: a session on our tables; may be the same.
        config: limits and rules of the forecasts that are kept; the defaults by default.

    Raises:
        ClockError: the newest snapshot is of a later day than `now`.
        DatabaseError: the connection to the platform's database is gone; or ours stayed locked.
    """
    day = local_day(now, platform.zone)
    with waiting():
        newest = newest_day(store, platform.code)
    if newest is not None and newest > day:
        raise ClockError(
            f"today is {day} in {platform.zone.key}, but the newest snapshot of '{platform.code}' is of {newest}",
            "set the machine's clock right, or remove the snapshots of days that have not come yet",
        )
    with waiting():
        claim_day(store, platform.code, day, now)
    remember_platform(store, StoredPlatform(platform.code, str(platform.id), platform.zone.key), now)
    present = get_snapshot(store, platform.code, day)
    if present is None or not _is_complete(present, aggregator):
        write_snapshot(store, _without(present, measure_today(source, platform, day, aggregator)), now)
        logger.info("captured %s of platform %s", day, platform.code)
    _complete_flows(source, store, platform, now, aggregator)
    _keep_what_follows(source, platform, View(store, platform.code, day, config or CapacityConfig()))
    stored = get_snapshot(store, platform.code, day)
    assert stored is not None, "a claimed day has a row"  # noqa: S101
    return stored


def _keep_what_follows(source: Session, platform: PlatformRef, view: View) -> None:
    """Forecasts and recommendations. What keeps them from being made is no reason to lose a day."""
    if not _is_kept("forecast", view, lambda: issue(view)):
        return  # recommendations would fail by the same
    now = replace(view)  # anew, because only the forecasts decide which models are asked
    _is_kept("recommendation", view, lambda: keep_lives(now, captured(source, platform, now)))


def _is_kept(what: str, view: View, keep: Callable[[], object]) -> bool:
    """Whether it could be made: whatever goes wrong in it is told, and undone alone."""
    try:
        with savepoint(view.store):
            keep()
    except Exception as error:  # such as a limit of a metric that is not there yet, or a number beyond all bounds
        reason = error.what if isinstance(error, OutgrowError) else f"{type(error).__name__}: {error}"
        logger.warning("no %s of %s is kept: %s", what, view.today, shortened(reason))
        logger.debug("why no %s is kept", what, exc_info=True)
        return False
    return True


def _without(present: CapacitySnapshot | None, measured: Snapshot) -> Snapshot:
    """What was measured, save for metrics that were observed before: all their scopes stay of one moment."""
    rows = [row for row in present.measurements if row.scope == str(PLATFORM)] if present else []
    known = {row.metric for row in rows if row.value is not None and row.provenance == Provenance.OBSERVED.value}
    return replace(measured, measurements=tuple(m for m in measured.measurements if m.metric.name not in known))


def _is_complete(snapshot: CapacitySnapshot, aggregator: StatsAggregator) -> bool:
    """Whether everything that can be measured while the day is running was observed."""
    wanted = {m.name for m in aggregator.snapshot_metrics() if not m.is_daily_flow}
    observed = {
        row.metric
        for row in snapshot.measurements
        if row.provenance == Provenance.OBSERVED.value and row.value is not None
    }
    return wanted <= observed


def open_reasons(snapshot: CapacitySnapshot) -> dict[str, str]:
    """Why metrics of a snapshot are missing, save for flows of the running day, which nobody can know yet."""
    flows = {m.name for m in MetricCatalogue() if m.is_daily_flow}
    return {name: reason for name, reason in snapshot.missing.items() if name not in flows}


def _complete_flows(
    source: Session, store: Session, platform: PlatformRef, now: datetime, aggregator: StatsAggregator
) -> None:
    """Fill in what happened on earlier days that were still running when they were captured."""
    day = local_day(now, platform.zone)
    flows = [m.name for m in aggregator.snapshot_metrics() if m.is_daily_flow]
    open_days = missing_since(store, platform.code, flows, day - timedelta(days=LOOK_BACK_DAYS), day)
    if not open_days:
        return
    first = open_days[0]
    rebuilt = rebuild_flows(source, platform, first, day - timedelta(days=1), aggregator)
    rows = [
        {
            "platform": platform.code,
            "metric": name,
            "scope": "platform",
            "day": open_day,
            "value": float(values[(open_day - first).days]),
            "reason": None,
            "provenance": Provenance.RECONSTRUCTED.value,
        }
        for name, values in rebuilt.items()
        for open_day in open_days
    ]
    write_measurements(store, rows, now)
