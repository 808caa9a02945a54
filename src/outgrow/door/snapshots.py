"""Snapshots that a host makes itself: completed and checked when its session is flushed."""

from collections import Counter
from collections.abc import Sequence

from sqlalchemy import Connection, event, select
from sqlalchemy.orm import Session

from outgrow.domain.days import system_clock
from outgrow.domain.errors import DataError
from outgrow.domain.platform import DEFAULT_PLATFORM
from outgrow.sources.commerce.platforms import has_platforms, platform_codes
from outgrow.store.database import DatabaseStore
from outgrow.store.orm import CapacitySnapshot
from outgrow.store.schema import check_schema
from outgrow.store.tables import SNAPSHOTS

__all__ = ["CapacitySnapshot"]


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
    connection = session.connection(bind_arguments={"mapper": CapacitySnapshot.__mapper__})
    check_schema(connection)
    if any(made.platform is None for made in new):
        known = has_platforms(connection)
        default = platform_codes(connection)[0] if known else _first_stored(connection)
        for made in new:
            made.platform = made.platform or default
    now = int(system_clock().timestamp() * 1000)
    for made in new:
        if made.snapshot_date is None:
            raise DataError(f"a snapshot of platform '{made.platform}' has no day", "give it a snapshot_date")
        if made.captured_at_ms is None:
            made.captured_at_ms = now
    _refuse_second_ones(session, connection, new)


def _first_stored(connection: Connection) -> str:
    """Whose snapshots are meant where no commerce schema tells: the first stored, or `main`."""
    codes = DatabaseStore(connection, commits=False).platform_codes()
    return next(iter(codes), DEFAULT_PLATFORM)


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
