"""Desks over a session of the test's own: the platform as it is stored, with the commerce schema for its source."""

from datetime import UTC, date, datetime, time
from typing import overload
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from outgrow.domain.platform import SourcePlatform
from outgrow.service.backfill import BackfillReport
from outgrow.service.backfill import backfill as backfill_verb
from outgrow.service.capture import capture as capture_verb
from outgrow.service.config import CapacityConfig
from outgrow.service.desk import Desk
from outgrow.sources.commerce.aggregator import StatsAggregator
from outgrow.sources.commerce.opening import open_source, source_at_hand
from outgrow.sources.commerce.platforms import PlatformRef
from outgrow.sources.commerce.source import CommerceSource
from outgrow.sources.contract import Progress
from outgrow.sources.null import NullSource
from outgrow.store.database import DatabaseStore
from outgrow.store.memory import MemoryStore
from outgrow.store.orm import CapacitySnapshot

Ours = Session | MemoryStore
"""Where a test keeps our tables: a session on a database, or memory, which is as good where no SQL is asked about."""


@overload
def store_of(db: Session) -> DatabaseStore: ...
@overload
def store_of(db: MemoryStore) -> MemoryStore: ...
@overload
def store_of(db: Ours) -> DatabaseStore | MemoryStore: ...
def store_of(db: Ours) -> DatabaseStore | MemoryStore:
    """Our tables: in the session's transaction, with what was added to it."""
    if isinstance(db, MemoryStore):
        return db
    db.flush()
    return DatabaseStore(db.connection(bind_arguments={"mapper": CapacitySnapshot.__mapper__}), commits=False)


def desk_of(
    db: Ours,
    platform: str = "main",
    today: date = date(2026, 3, 31),
    config: CapacityConfig | None = None,
    zone: ZoneInfo | None = None,
    *,
    source: Session | None = None,
    captures: bool = True,
    now: datetime | None = None,
) -> Desk:
    """The platform as it is known on a day.

    Args:
        zone: where set, the day is past: what captured days were given later does not count.
        source: the platform's database, where merchants are asked about.
    """
    at = now or datetime.combine(today, time(12), UTC)
    there = None if source is None else source_at_hand(source, platform, clock=lambda: at)
    known = there.platform if there else SourcePlatform(platform, platform, zone or ZoneInfo("UTC"))

    return Desk(
        store_of(db),
        known,
        today,
        at,
        lambda: there or NullSource(known),
        config or CapacityConfig(),
        captures=captures,
        is_past=zone is not None,
        is_present=source is not None,
    )


def source_desk(
    source: Session,
    store: Session,
    now: datetime,
    platform: str | int | PlatformRef | None = None,
    aggregator: StatsAggregator | None = None,
    *,
    config: CapacityConfig | None = None,
) -> Desk:
    """The platform of a commerce schema, to be captured or rebuilt."""
    if isinstance(platform, PlatformRef):
        there = CommerceSource(source, platform, aggregator, lambda: now)
    else:
        there = open_source(source, platform, aggregator, lambda: now)
    today = now.astimezone(there.platform.zone).date()
    return Desk(store_of(store), there.platform, today, now, lambda: there, config or CapacityConfig())


def capture(
    source: Session,
    store: Session,
    platform: str | int | PlatformRef | None,
    now: datetime,
    aggregator: StatsAggregator | None = None,
    *,
    config: CapacityConfig | None = None,
) -> CapacitySnapshot:
    """Capture as the verb does; gives the day as it is stored."""
    report = capture_verb(source_desk(source, store, now, platform, aggregator, config=config))
    stored = store.get(CapacitySnapshot, (report.platform, report.day), populate_existing=True)
    assert stored is not None
    return stored


def backfill(
    source: Session,
    store: Session,
    platform: str | int | PlatformRef | None,
    now: datetime,
    aggregator: StatsAggregator | None = None,
    *,
    since: date | None = None,
    until: date | None = None,
    dry_run: bool = False,
    progress: Progress | None = None,
) -> BackfillReport:
    """Rebuild as the verb does."""
    desk = source_desk(source, store, now, platform, aggregator)
    return backfill_verb(desk, since=since, until=until, dry_run=dry_run, progress=progress)
