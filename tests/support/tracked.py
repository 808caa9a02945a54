"""A platform to which something is recommended of two limits and a tier, and what is kept of that from day to day."""

from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any

from sqlalchemy.orm import Session
from tests.support.desks import Ours, desk_of, store_of
from tests.support.snapshots import store_days

from outgrow.domain.limit import Limit
from outgrow.domain.recommendation import TrackedRecommendation
from outgrow.service.config import CapacityConfig
from outgrow.service.desk import Desk
from outgrow.service.findings import stored_use
from outgrow.service.tracking import track

TODAY = date(2026, 3, 20)
NOW = datetime(2026, 3, 20, 12, tzinfo=UTC)
DISK, SEATS, TIER = (
    "limit:platform:total_products:catalogue", "limit:platform:total_team_members:seats", "tier:Starter",
)  # fmt: skip
CONFIG = CapacityConfig(limits=(Limit("products", 1_000, "catalogue"), Limit("team_members", 100, "seats")))


def settle(ours: Ours) -> None:
    """Let products and team members be known for forty days, and hardly move."""
    store_days(ours, 40, lambda n: 850, TODAY)
    store_days(ours, 40, lambda n: 85, TODAY, "total_team_members")


def keep(ours: Ours) -> None:
    """Commit, where there is a transaction."""
    if isinstance(ours, Session):
        ours.commit()


def view(db: Ours, day: date = TODAY, config: CapacityConfig = CONFIG) -> Desk:
    return desk_of(db, "main", day, config)


def look(
    db: Ours, day: date = TODAY, config: CapacityConfig = CONFIG, **values: float
) -> dict[str, TrackedRecommendation]:
    """Store these values for a day, and let the lives take the look of it."""
    for metric, value in values.items():
        store_days(db, 1, lambda n, value=value: value, day, metric)  # type: ignore[misc]
    seen = view(db, day, config)
    found = track(seen, stored_use(seen))
    keep(db)
    return {tracked.key: tracked for tracked in found}


def known(db: Ours) -> dict[str, tuple[str, str]]:
    """State and severity of what is kept, by key."""
    return {
        key: (tracked.state.value, tracked.severity.word)
        for key, tracked in store_of(db).recommendations("main").items()
    }


def change(
    db: Ours, verb: Callable[..., list[TrackedRecommendation]], *arguments: Any, day: date = TODAY
) -> list[TrackedRecommendation]:
    """Acknowledge or put off, and keep it."""
    seen = view(db, day)
    changed = verb(seen, stored_use(seen), *arguments)
    keep(db)
    return changed
