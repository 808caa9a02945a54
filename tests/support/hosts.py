"""What a host's database holds on the day on which it asks."""

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy.orm import Session
from tests.support.platforms import KnownPlatform
from tests.support.reading import TODAY

from outgrow import CapacitySnapshot


def put(db: Session, known: KnownPlatform, code: str = "main") -> None:
    """Put a platform into it, and commit."""
    known.put(db, code)
    db.commit()


def snapshots(db: Session, days: int, **values: Callable[[int], Any]) -> None:
    """Snapshots of as many days, the newest of today; each value is told of the day's number from 0 on."""
    for n in range(days):
        day = TODAY - timedelta(days=days - 1 - n)
        db.add(CapacitySnapshot(snapshot_date=day, **{name: value(n) for name, value in values.items()}))
    db.flush()


def growing(db: Session, days: int = 31) -> None:
    """Snapshots of as many days, on which all but the team grew steadily."""
    snapshots(
        db,
        days,
        active_stores=lambda n: 100 + n,
        total_products=lambda n: 1_000 + 10 * n,
        total_team_members=lambda n: 40,
        storage_used_gb=lambda n: Decimal(200) + n * Decimal("0.5"),
        total_orders_month=lambda n: 10 * (TODAY - timedelta(days=days - 1 - n)).day,
    )
