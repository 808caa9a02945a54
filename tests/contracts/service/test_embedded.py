"""The service inside a host's own code: the host's session, the host's transaction, the host's snapshots."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import Engine, event, insert, text
from sqlalchemy.orm import Session
from tests.support.databases import EACH_DATABASE
from tests.support.desks import store_of
from tests.support.hosts import put, snapshots
from tests.support.platforms import KnownPlatform, Thing, eventful_platform, tables_of
from tests.support.reading import NOW, TODAY

from outgrow import (
    CapacityForecastService,
    CapacitySnapshot,
    Product,
    capacity_forecast_service,
    media_service,
    platform_health_service,
)
from outgrow.domain.errors import ClockError, SchemaError, UnknownPlatformError
from outgrow.sources.commerce.models import CommerceBase
from outgrow.store.orm import StoreBase

Method = Callable[[CapacityForecastService, Session], object]
METHODS: dict[str, Method] = {
    "capture_daily_snapshot": lambda service, db: service.capture_daily_snapshot(db),
    "get_growth_trends": lambda service, db: service.get_growth_trends(db),
    "get_growth_trends of a quarter": lambda service, db: service.get_growth_trends(db, days=90),
    "get_scaling_recommendations": lambda service, db: service.get_scaling_recommendations(db),
    "get_days_until_threshold": lambda service, db: service.get_days_until_threshold(db, "stores", 200),
}


@pytest.mark.parametrize("method", METHODS.values(), ids=METHODS)
@EACH_DATABASE
def test_every_method_leaves_commit_and_rollback_to_the_caller(
    commerce_engine: Engine, service: CapacityForecastService, method: Method
) -> None:
    with Session(commerce_engine) as session:
        eventful_platform("Europe/Berlin", date(2026, 1, 1), date(2026, 3, 30)).put(session)
        for n in range(20):
            session.add(CapacitySnapshot(snapshot_date=date(2026, 3, 11) + timedelta(days=n), active_stores=100 + n))
        session.commit()
    with Session(commerce_engine) as session:
        before = tables_of(session, StoreBase, CommerceBase)
    with Session(commerce_engine) as session:
        commits: list[object] = []
        event.listen(commerce_engine, "commit", commits.append)
        session.add(CapacitySnapshot(snapshot_date=date(2026, 3, 1), active_stores=1))  # waits for a flush
        assert method(service, session) is not None
        assert session.in_transaction()
        assert commits == []
        session.rollback()

    with Session(commerce_engine) as session:
        assert tables_of(session, StoreBase, CommerceBase) == before


@EACH_DATABASE
def test_what_the_caller_commits_stays(shop: Session, service: CapacityForecastService) -> None:
    put(shop, KnownPlatform("Europe/Berlin", products=[Thing(NOW)] * 3, stores=[Thing(NOW)]))
    snapshot = service.capture_daily_snapshot(shop)
    shop.commit()

    with Session(shop.get_bind()) as other:
        stored = other.get(CapacitySnapshot, (snapshot.platform, TODAY))
        assert stored is not None
        assert (stored.total_products, stored.active_stores) == (3, 1)
        assert service.capture_daily_snapshot(other) is stored


@EACH_DATABASE
def test_the_ready_instance_captures_the_first_platform_today(shop: Session) -> None:
    put(shop, KnownPlatform("UTC", products=[Thing(NOW)] * 3, stores=[Thing(NOW)]), "first")
    put(shop, KnownPlatform("UTC"), "second")
    days = [datetime.now(UTC).date()]
    snapshot = capacity_forecast_service.capture_daily_snapshot(shop)
    days.append(datetime.now(UTC).date())

    assert (snapshot.platform, snapshot.total_products) == ("first", 3)
    assert snapshot.snapshot_date in days


def test_every_platform_can_be_asked_for(shop: Session) -> None:
    put(shop, KnownPlatform("UTC"), "first")
    put(shop, KnownPlatform("Pacific/Auckland", products=[Thing(NOW)] * 5, stores=[Thing(NOW)]), "second")
    for asked in ("second", 2, "2"):
        snapshot = CapacityForecastService(asked, clock=lambda: NOW).capture_daily_snapshot(shop)
        assert (snapshot.platform, snapshot.snapshot_date) == ("second", date(2026, 4, 1))
        assert snapshot.total_products == 5

    with pytest.raises(UnknownPlatformError, match="use one of: first, second"):
        CapacityForecastService("third").capture_daily_snapshot(shop)


@EACH_DATABASE
def test_before_a_platform_is_there_the_rows_of_the_first_one_to_be_are_counted(
    shop: Session, service: CapacityForecastService
) -> None:
    snapshot = service.capture_daily_snapshot(shop)

    assert (snapshot.platform, snapshot.snapshot_date) == ("main", TODAY)
    assert (snapshot.active_stores, snapshot.total_products, snapshot.storage_used_gb) == (0, 0, Decimal(0))
    assert set(snapshot.missing) == {"orders_per_day"}, "what was counted is observed, to the last metric"
    assert service.get_days_until_threshold(shop, "stores", 10) is None


# SQLite alone may hold rows of a platform without its own.
def test_rows_of_a_platform_that_has_none_itself_are_counted(shop: Session, service: CapacityForecastService) -> None:
    shop.execute(insert(Product).values(platform_id=1, store_id=1, created_at=NOW))

    assert service.capture_daily_snapshot(shop).total_products == 1


@pytest.mark.parametrize("asked", ["first", 1])
def test_a_platform_that_was_asked_for_is_never_made_up(shop: Session, asked: str | int) -> None:
    with pytest.raises(UnknownPlatformError, match=f"holds no platform, and so none called '{asked}'"):
        CapacityForecastService(asked, clock=lambda: NOW).capture_daily_snapshot(shop)
    assert shop.query(CapacitySnapshot).all() == []


@EACH_DATABASE
def test_a_host_without_the_commerce_schema_is_told_what_it_can_do(
    session: Session, service: CapacityForecastService
) -> None:
    with pytest.raises(SchemaError, match="lacks a table of the commerce schema") as caught:
        service.capture_daily_snapshot(session)
    assert "outgrow.record" in caught.value.mend
    for ask in (media_service.get_storage_stats, platform_health_service.get_full_health_report):
        with pytest.raises(SchemaError, match="lacks a table of the commerce schema"):
            ask(session)


@pytest.mark.parametrize("method", METHODS.values(), ids=METHODS)
@EACH_DATABASE
def test_a_host_that_made_no_tables_is_told_so(
    engine: Engine, service: CapacityForecastService, method: Method
) -> None:
    with Session(engine) as session:
        with pytest.raises(SchemaError, match="there are no outgrow tables") as caught:
            method(service, session)
        assert "outgrow.create_schema" in caught.value.mend
        assert session.scalar(text("SELECT 7")) == 7, "the host's transaction goes on"


def test_a_clock_that_went_back_is_an_error_of_ours(shop: Session, service: CapacityForecastService) -> None:
    put(shop, KnownPlatform())
    service.capture_daily_snapshot(shop)
    yesterday = CapacityForecastService(clock=lambda: NOW - timedelta(days=1))
    with pytest.raises(ClockError):
        yesterday.capture_daily_snapshot(shop)


@EACH_DATABASE
def test_snapshots_made_by_hand_belong_to_the_host_s_first_platform(shop: Session) -> None:
    put(shop, KnownPlatform(), "zebra")
    put(shop, KnownPlatform(), "ant")
    made = CapacitySnapshot(snapshot_date=TODAY, active_stores=5)
    shop.add(made)
    shop.flush()

    assert made.platform == "zebra"
    assert made.captured_at is not None


def test_without_any_platform_they_belong_to_main(session: Session) -> None:
    made = CapacitySnapshot(snapshot_date=TODAY, active_stores=5)
    session.add(made)
    session.flush()

    assert made.platform == "main"


def test_without_platform_tables_they_join_those_that_are_stored(session: Session) -> None:
    store_of(session).claim_day("shops", TODAY - timedelta(days=1), NOW)
    made = CapacitySnapshot(snapshot_date=TODAY, active_stores=5)
    session.add(made)
    session.flush()

    assert made.platform == "shops"


@EACH_DATABASE
def test_every_field_of_a_snapshot_made_by_hand_is_kept(session: Session) -> None:
    fields: dict[str, Any] = {
        "total_stores": 12,
        "active_stores": 11,
        "trial_stores": 2,
        "total_subscriptions": 15,
        "active_subscriptions": 10,
        "total_products": 4_711,
        "total_orders_month": 333,
        "total_team_members": 29,
        "storage_used_gb": Decimal("12.34"),
        "db_size_mb": Decimal("56.7"),
        "theoretical_products_limit": 10_000,
        "theoretical_orders_limit": 5_000,
        "theoretical_team_limit": 100,
        "tier_distribution": {"free": 7, "pro": 3},
    }
    session.add(CapacitySnapshot(snapshot_date=TODAY, **fields))
    session.commit()

    stored = session.query(CapacitySnapshot).one()
    assert {name: getattr(stored, name) for name in fields} == fields
    assert session.query(CapacitySnapshot).filter(CapacitySnapshot.total_products > 4_000).one() is stored


@EACH_DATABASE
def test_two_snapshots_made_by_hand_in_one_transaction(session: Session, service: CapacityForecastService) -> None:
    snapshots(session, 2, active_stores=lambda n: 100 + n)

    assert service.get_growth_trends(session)["snapshots_available"] == 2
