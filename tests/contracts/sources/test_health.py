"""Use, sold capacity, tier and next trigger of a small platform that can be counted by hand."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from outgrow import (
    MediaFile,
    Merchant,
    MerchantSubscription,
    Order,
    Platform,
    PlatformHealthService,
    Product,
    Store,
    StoreUser,
    SubscriptionTier,
    media_service,
    platform_health_service,
)
from outgrow.domain.ladder import Ladder, Tier

NOW = datetime.now(UTC)


@pytest.fixture
def db(commerce_engine: Engine) -> Iterator[Session]:
    """Merchant a on a limited plan (with an override), b on an unlimited one, c without a running subscription."""
    with Session(commerce_engine) as session:
        platform = Platform(code="main", time_zone="Europe/Berlin")
        other = Platform(code="other")
        basic = SubscriptionTier(
            platform=platform, code="basic", price_monthly=9, products_limit=10, orders_limit=100, team_limit=2,
            storage_limit_gb=1,
        )  # fmt: skip
        vast = SubscriptionTier(platform=platform, code="vast", price_monthly=99)
        session.add_all([platform, other, basic, vast])
        for name, tier, status, products in (
            ("a", basic, "active", 9),
            ("b", vast, "trial", 40),
            ("c", basic, "cancelled", 5),
        ):
            merchant = Merchant(platform=platform, name=name)
            store = Store(platform=platform, merchant=merchant)
            override = 20 if name == "a" else None
            session.add(
                MerchantSubscription(
                    platform=platform, merchant=merchant, tier=tier, status=status, products_limit=override
                )
            )
            session.add_all(Product(platform=platform, store=store) for _ in range(products))
            session.add(Product(platform=platform, store=store, deleted_at=NOW))
            session.add_all([StoreUser(platform=platform, store=store), Order(platform=platform, store=store)])
            session.add(Order(platform=platform, store=store, created_at=NOW - timedelta(days=40)))
            session.add(MediaFile(platform=platform, store=store, bytes=250_000_000))
        session.flush()
        elsewhere = Store(platform=other, merchant=Merchant(platform=other))
        session.add_all([elsewhere, Product(platform=other, store=elsewhere), Order(platform=platform, store=None)])
        session.flush()
        yield session


def test_sold_capacity_counts_active_subscriptions_with_their_overrides(db: Session) -> None:
    capacity = platform_health_service.get_subscription_capacity(db)
    assert capacity["products"] == {
        "actual": 54,
        "limited_actual": 9,
        "theoretical_limit": 20,
        "utilization_percent": 45.0,
        "headroom": 11,
        "unlimited_subscriptions": 1,
    }
    assert capacity["orders_monthly"]["actual"] == 4
    assert (capacity["orders_monthly"]["limited_actual"], capacity["orders_monthly"]["theoretical_limit"]) == (1, 100)
    assert capacity["team_members"]["utilization_percent"] == 50.0
    assert capacity["storage_gb"]["actual"] == 0.75
    assert capacity["storage_gb"]["utilization_percent"] == 25.0
    assert capacity["tier_distribution"] == {"basic": 1, "vast": 1}
    assert capacity["active_subscriptions"] == 2


def test_nothing_limited_has_no_utilisation(db: Session) -> None:
    for subscription in db.query(MerchantSubscription).filter_by(status="active"):
        subscription.status = "expired"
    db.flush()
    products = platform_health_service.get_subscription_capacity(db)["products"]
    assert (products["theoretical_limit"], products["utilization_percent"], products["headroom"]) == (0, None, None)


def test_storage_statistics(db: Session) -> None:
    assert media_service.get_storage_stats(db) == {
        "total_files": 3,
        "total_size_bytes": 750_000_000,
        "total_size_gb": 0.75,
        "average_size_bytes": 250_000_000,
    }


def test_the_report_names_tier_and_next_trigger(db: Session) -> None:
    ladder = Ladder((Tier.of("Tiny", Decimal(5), stores=10, products=60), Tier.of("Big", Decimal(50))))
    report = PlatformHealthService(ladder).get_full_health_report(db)
    assert report["infrastructure_tier"] == {
        "name": "Tiny",
        "max_stores": 10,
        "max_products": 60,
        "cost_monthly": Decimal(5),
    }
    assert report["next_tier_trigger"] == "Big at 60 products (54 now, 90%)"
    assert report["usage"] == {"active_stores": 3, "total_products": 54}
    assert report["database"]["size_mb"] > 0


def test_the_last_tier_has_no_trigger(db: Session) -> None:
    ladder = Ladder((Tier.of("Only", Decimal(5)),))
    assert PlatformHealthService(ladder).get_full_health_report(db)["next_tier_trigger"] is None


def test_the_seeds_private_name_is_there(db: Session) -> None:
    assert platform_health_service._get_database_size(db) > 0
