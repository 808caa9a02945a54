"""What embedding asks for besides the service: whose data are meant, and snapshots that a host makes itself."""

from collections import Counter
from collections.abc import Sequence
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, event, select
from sqlalchemy.orm import Session

from outgrow.domain.days import Clock, local_day, system_clock, time_zone
from outgrow.domain.errors import DataError, UsageError, quoted
from outgrow.domain.platform import DEFAULT_PLATFORM
from outgrow.service.config import CapacityConfig
from outgrow.service.view import View
from outgrow.sources.commerce.platforms import PlatformRef, has_platforms, known_platform, platform_codes
from outgrow.store.database import DatabaseStore
from outgrow.store.orm import CapacitySnapshot
from outgrow.store.schema import check_schema
from outgrow.store.tables import SNAPSHOTS

LARGEST_ID = 2**63
"""What no key of a table reaches."""

__all__ = ["CapacitySnapshot", "embedded_view", "host_s_store", "known_source", "stored_platform", "stored_zone"]


def host_s_store(db: Session) -> DatabaseStore:
    """Our tables in a host's transaction, with whatever its session has still to write."""
    db.flush()
    return DatabaseStore(_connection(db), commits=False)


def _connection(db: Session) -> Connection:
    """Where a session that is bound to several databases keeps our tables."""
    return db.connection(bind_arguments={"mapper": CapacitySnapshot.__mapper__})


def stored_platform(db: Session | Connection, asked: str | int | None = None) -> str:
    """Whose snapshots are meant where no commerce schema tells: the asked for, the first stored, or `main`."""
    if asked is not None:
        return str(asked)
    store = DatabaseStore(db, commits=False) if isinstance(db, Connection) else host_s_store(db)
    return next(iter(store.platform_codes()), DEFAULT_PLATFORM)


def stored_zone(db: Session, code: str) -> ZoneInfo:
    """The time zone that is kept of a platform; UTC where none is."""
    kept = {platform.code: platform.time_zone for platform in host_s_store(db).platforms()}
    return time_zone(kept.get(code, "UTC"), f"platform '{code}'")


def known_source(db: Session, asked: str | int | None) -> PlatformRef | None:
    """The platform in the commerce schema; None where the session's database has no such schema or rows.

    Raises:
        SchemaError: our tables are missing, of another version, or half-migrated.
        UnknownPlatformError: there are platforms, and none of this code or id.
        UsageError: it can be neither.
    """
    if not (asked is None or isinstance(asked, str) or (isinstance(asked, int) and abs(asked) < LARGEST_ID)):
        raise UsageError(f"there is no platform {quoted(asked)}", "give its code, a text, or its id, a number")
    check_schema(db.connection())
    db.flush()
    return known_platform(db, asked)


def embedded_view(
    db: Session, source: PlatformRef | None, asked: str | int | None, config: CapacityConfig, clock: Clock
) -> View:
    """The platform as it is stored up to today: of the commerce schema, or else what a host hands over."""
    code = source.code if source else stored_platform(db, asked)
    zone = source.zone if source else stored_zone(db, code)
    return View(db, code, local_day(clock(), zone), config)


@event.listens_for(Session, "before_flush")
def _complete_new_snapshots(session: Session, _context: object, _instances: object) -> None:
    """Give a host's new snapshots what it left out, and refuse a second one of a day; all in a few queries at once.

    Raises:
        SchemaError: our tables are missing, of another version, or half-migrated.
        DataError: a snapshot has no day, or there is one of its platform and day already.
    """
    new = [made for made in session.new if isinstance(made, CapacitySnapshot)]
    if not new:
        return
    connection = _connection(session)
    check_schema(connection)
    if any(made.platform is None for made in new):
        known = has_platforms(connection)
        default = platform_codes(connection)[0] if known else stored_platform(connection)
        for made in new:
            made.platform = made.platform or default
    now = int(system_clock().timestamp() * 1000)
    for made in new:
        if made.snapshot_date is None:
            raise DataError(f"a snapshot of platform '{made.platform}' has no day", "give it a snapshot_date")
        if made.captured_at_ms is None:
            made.captured_at_ms = now
    _refuse_second_ones(session, connection, new)


def _refuse_second_ones(session: Session, connection: Connection, new: Sequence[CapacitySnapshot]) -> None:
    days = [made.snapshot_date for made in new]
    stored = select(SNAPSHOTS.c.platform, SNAPSHOTS.c.snapshot_date).where(
        SNAPSHOTS.c.platform.in_({made.platform for made in new}),
        SNAPSHOTS.c.snapshot_date.between(min(days), max(days)),
    )
    gone = {(old.platform, old.snapshot_date) for old in session.deleted if isinstance(old, CapacitySnapshot)}
    there = {(platform, day) for platform, day in connection.execute(stored)} - gone
    wanted = Counter((made.platform, made.snapshot_date) for made in new)
    for (platform, day), number in wanted.items():
        if number > 1 or (platform, day) in there:
            raise DataError(
                f"there is a snapshot of platform '{platform}' of {day} already",
                "change that one, or hand the day's numbers over with outgrow.record, which may be called again",
            )
