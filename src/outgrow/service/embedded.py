"""What embedding asks for besides the service: snapshots that a host makes itself, without naming a platform."""

from sqlalchemy import Connection, event
from sqlalchemy.orm import Mapper, Session

from outgrow.domain.days import system_clock
from outgrow.sources.commerce.platforms import has_platforms, platform_codes
from outgrow.store.snapshots import stored_platforms
from outgrow.store.tables import CapacitySnapshot

DEFAULT_PLATFORM = "main"
"""Whose snapshots they are when nobody said so and no platform is known."""

__all__ = ["CapacitySnapshot", "stored_platform"]


def stored_platform(db: Session, asked: str | int | None = None) -> str:
    """Whose snapshots are meant where no commerce schema tells: the asked for, the first stored, or `main`."""
    return str(asked) if asked is not None else next(iter(stored_platforms(db)), DEFAULT_PLATFORM)


@event.listens_for(CapacitySnapshot, "before_insert")
def _belong_to_the_first_platform(
    _mapper: Mapper[CapacitySnapshot], connection: Connection, target: CapacitySnapshot
) -> None:
    if target.captured_at_ms is None:
        target.captured_at_ms = int(system_clock().timestamp() * 1000)
    if target.platform is None:
        with Session(connection, join_transaction_mode="create_savepoint", autoflush=False) as db:
            target.platform = platform_codes(db)[0] if has_platforms(db) else stored_platform(db)
