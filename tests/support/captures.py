"""Platforms of which a day is captured, and what is stored of them then."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any

from sqlalchemy import Engine
from sqlalchemy.orm import Session
from tests.support.desks import capture, store_of
from tests.support.platforms import KnownPlatform, Span, Thing, tables_of

from outgrow.domain.metric import Kind, Metric
from outgrow.service.capture import open_reasons
from outgrow.sources.commerce.aggregator import StatsAggregator, stats_aggregator
from outgrow.sources.commerce.contract import Count, MetricsContext
from outgrow.sources.commerce.models import CommerceBase
from outgrow.sources.commerce.platforms import find_platform
from outgrow.store.orm import CapacitySnapshot, StoreBase

FIRST, LAST = date(2026, 1, 15), date(2026, 3, 20)
NOW = datetime(2026, 3, 20, 23, 30, tzinfo=UTC)
"""Still the 20th in Berlin? No: there the 21st has begun. All that happened is over, everywhere."""


def take(engine: Engine, now: datetime = NOW, aggregator: StatsAggregator = stats_aggregator) -> date:
    """Capture and commit; gives the day."""
    with Session(engine) as session, session.begin():
        return capture(session, session, find_platform(session), now, aggregator).snapshot_date


def reasons(db: Session, taken: CapacitySnapshot) -> dict[str, str]:
    """What the capture tells of missing values."""
    found = store_of(db).snapshot(taken.platform, taken.snapshot_date)
    assert found is not None
    return open_reasons(found, store_of(db).catalogue())


def everything(engine: Engine) -> dict[str, list[tuple[Any, ...]]]:
    """Every row of our tables and of the platform's."""
    with Session(engine) as session:
        return tables_of(session, StoreBase, CommerceBase)


def platform_with(products: int, zone: str = "UTC") -> KnownPlatform:
    """A store, so many products, and two subscriptions, all of a month ago."""
    began = NOW - timedelta(days=30)
    return KnownPlatform(
        zone,
        stores=[Thing(began)],
        products=[Thing(began)] * products,
        subscriptions=[[Span("pro", "active", began)], [Span("free", "trial", began)]],
    )


FLEET = Metric("vans", Kind.LEVEL, "vans", "Vans")
PARCELS = Metric("parcels", Kind.LEVEL, "parcels", "Parcels")


class Vans:
    """Another package's area, of which one number cannot be true."""

    area = "vans"
    metrics = {"vans": FLEET, "parcels": PARCELS, "seen": None}  # noqa: RUF012

    def __init__(self, parcels: float) -> None:
        self.parcels = parcels

    def collect(self, db: Session, context: MetricsContext) -> Sequence[Count]:
        return [Count("vans", 3), Count("parcels", self.parcels), Count("seen", 1)]
