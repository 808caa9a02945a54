"""How stores of a plan have grown: what every database tells, against plain loops over all that happened."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from random import Random

import numpy as np
import pytest
from sqlalchemy import Engine, event
from sqlalchemy.orm import Session
from tests.support.platforms import local_date

from outgrow.domain.errors import ConfigurationError
from outgrow.sources.commerce.models import (
    MediaFile,
    Merchant,
    MerchantSubscription,
    Order,
    Platform,
    Product,
    Store,
    StoreUser,
    SubscriptionTier,
)
from outgrow.sources.commerce.platforms import find_platform
from outgrow.sources.commerce.ramps import plan_codes, read_ramp

TODAY = date(2026, 3, 31)
ZONE = "America/New_York"
PLANS = ("free", "pro", "dear")


@dataclass
class Shop:
    """A store and the instants at which things came and went."""

    opened: datetime
    products: list[tuple[datetime, datetime | None]] = field(default_factory=list)
    team: list[tuple[datetime, datetime | None]] = field(default_factory=list)
    files: list[tuple[datetime, datetime | None, int]] = field(default_factory=list)
    orders: list[datetime] = field(default_factory=list)
    closed: datetime | None = None


def before(days: float) -> datetime:
    """So many days before today's noon."""
    return datetime(2026, 3, 31, 16, tzinfo=UTC) - timedelta(days=days)


def eventful(random: Random, age: float) -> Shop:
    """A store in which things come at any time since it opened, and some go again."""
    shop = Shop(before(age))

    def some(most: int) -> Iterable[datetime]:
        return (before(random.uniform(0, age)) for _ in range(random.randrange(most)))

    shop.products = [(at, at + timedelta(days=30) if random.random() < 0.3 else None) for at in some(60)]
    shop.team = [(at, at + timedelta(days=9) if random.random() < 0.2 else None) for at in some(6)]
    shop.files = [(at, None, random.randrange(1, 3 * 10**9)) for at in some(20)]
    shop.orders = list(some(80))
    return shop


def put(session: Session, shops: dict[str, list[Shop]], **subscription: object) -> None:
    """A platform with a merchant for every store."""
    platform = Platform(code="main", time_zone=ZONE, created_at=before(900))
    session.add(platform)
    tiers = [
        SubscriptionTier(platform=platform, code=code, price_monthly=Decimal(9 * n)) for n, code in enumerate(PLANS)
    ]
    session.add_all(reversed(tiers))
    for tier in tiers:
        for shop in shops.get(tier.code, []):
            add(session, platform, tier, shop, **subscription)
    session.flush()


def add(session: Session, platform: Platform, tier: SubscriptionTier, shop: Shop, **subscription: object) -> None:
    merchant = Merchant(platform=platform, created_at=shop.opened)
    told = {"status": "active", "started_at": shop.opened, **subscription}
    session.add(MerchantSubscription(platform=platform, merchant=merchant, tier=tier, **told))
    store = Store(platform=platform, merchant=merchant, created_at=shop.opened, deactivated_at=shop.closed)
    of = {"platform": platform, "store": store}
    session.add_all(Product(**of, created_at=at, deleted_at=gone) for at, gone in shop.products)
    session.add_all(StoreUser(**of, created_at=at, deactivated_at=gone) for at, gone in shop.team)
    session.add_all(MediaFile(**of, created_at=at, deleted_at=gone, bytes=size) for at, gone, size in shop.files)
    session.add_all(Order(**of, created_at=at) for at in shop.orders)
    session.add(store)


def age(shop: Shop, at: datetime) -> int:
    return max((local_date(at, ZONE) - local_date(shop.opened, ZONE)).days, 0)


def there(shop: Shop, things: list[tuple[datetime, datetime | None]], day: int) -> int:
    return sum(age(shop, at) <= day and (gone is None or age(shop, gone) > day) for at, gone in things)


def weekly(shops: list[Shop], week: int) -> dict[str, float] | None:
    """What stores had in a week of their age, in the mean of those that lived through it."""
    old = [shop for shop in shops if (TODAY - local_date(shop.opened, ZONE)).days >= 7 * (week + 1)]
    if len(old) < 3:
        return None
    days = [(shop, 7 * week + n) for shop in old for n in range(7)]
    totals = {
        "total_products": sum(there(shop, shop.products, day) for shop, day in days),
        "total_team_members": sum(there(shop, shop.team, day) for shop, day in days),
        "storage_used_gb": sum(size for shop, day in days for at, _, size in shop.files if age(shop, at) <= day) / 1e9,
        "orders_per_day": sum(age(shop, at) == day for shop, day in days for at in shop.orders),
    }
    return {metric: total / len(days) for metric, total in totals.items()}


@pytest.fixture
def platform(commerce_engine: Engine) -> Engine:
    return commerce_engine


def test_means_are_those_of_the_stores_that_reached_each_week(platform: Engine) -> None:
    random = Random(1)
    shops = [eventful(random, random.uniform(1, 150)) for _ in range(14)]
    others = [eventful(random, 80) for _ in range(4)]
    with Session(platform) as session:
        put(session, {"pro": shops, "free": others})
        ramp = read_ramp(session, find_platform(session), "pro", TODAY)

    told = [found for week in range(30) if (found := weekly(shops, week)) is not None]
    assert len(told) > 8
    assert ramp.stores == sum((TODAY - local_date(shop.opened, ZONE)).days >= 7 for shop in shops)
    for metric, daily in ramp.sizes.items():
        assert len(daily) == 7 * len(told)
        assert daily[3::7] == pytest.approx([week[metric] for week in told])
        assert daily[5] == pytest.approx(np.interp(5, [3, 10], [told[0][metric], told[1][metric]]))
        assert daily[:4] == pytest.approx(told[0][metric])


def test_a_ramp_goes_on_for_a_year_at_the_most(platform: Engine) -> None:
    random = Random(2)
    with Session(platform) as session:
        put(session, {"pro": [eventful(random, 500) for _ in range(3)]})
        ramp = read_ramp(session, find_platform(session), "pro", TODAY)

    assert {len(daily) for daily in ramp.sizes.values()} == {371}


def test_closed_stores_and_todays_things_do_not_count(platform: Engine) -> None:
    lasting = [Shop(before(20), products=[(before(20), None)]) for _ in range(3)]
    closed = Shop(before(20), products=[(before(19), None)] * 50, closed=before(2))
    lasting[0].products += [(before(0), None)] * 50
    with Session(platform) as session:
        put(session, {"pro": [*lasting, closed]})
        ramp = read_ramp(session, find_platform(session), "pro", TODAY)

    assert ramp.stores == 3
    assert ramp.sizes["total_products"] == pytest.approx(1.0)


@pytest.mark.parametrize(
    ("subscription", "counts"),
    [
        ({"status": "trial"}, True),
        ({"status": "past_due"}, False),
        ({"status": "cancelled", "ended_at": before(3)}, False),
        ({"status": "cancelled", "ended_at": datetime(2027, 1, 1, tzinfo=UTC)}, True),
    ],
)
@pytest.mark.parametrize("recorded", [True, False])
def test_only_active_and_trial_subscriptions_are_of_a_plan(
    platform: Engine, subscription: dict[str, object], counts: bool, recorded: bool
) -> None:
    shops = [Shop(before(20), products=[(before(20), None)]) for _ in range(3)]
    with Session(platform) as session:
        put(session, {"pro": shops}, **subscription)
        if not recorded:  # a past that was never written down is told by the subscription's own dates
            from outgrow.sources.commerce.models import SubscriptionPeriod

            session.query(SubscriptionPeriod).delete()
        found = find_platform(session)
        if counts:
            assert read_ramp(session, found, "pro", TODAY).stores == 3
        else:
            with pytest.raises(ConfigurationError, match="0 of its stores are open"):
                read_ramp(session, found, "pro", TODAY)


@pytest.mark.parametrize("shops", [[], [Shop(before(90))] * 2, [Shop(before(6))] * 9])
def test_too_few_stores_are_no_measure(platform: Engine, shops: list[Shop]) -> None:
    with Session(platform) as session:
        put(session, {"pro": shops})
        with pytest.raises(ConfigurationError) as caught:
            read_ramp(session, find_platform(session), "pro", TODAY)

    assert f"plan 'pro' grow cannot be told: {len(shops)} of its stores" in caught.value.what
    assert "sizes = {" in caught.value.mend


def test_another_platforms_stores_are_not_looked_at(platform: Engine) -> None:
    with Session(platform) as session:
        session.add(Platform(code="first", time_zone="UTC", created_at=before(999)))
        put(session, {"pro": [Shop(before(20)) for _ in range(3)]})
        with pytest.raises(ConfigurationError):
            read_ramp(session, find_platform(session, "first"), "pro", TODAY)
        assert plan_codes(session, find_platform(session, "first")) == []
        assert plan_codes(session, find_platform(session, "main")) == list(PLANS)


def test_a_few_queries_do_whatever_the_number_of_stores(platform: Engine) -> None:
    random = Random(3)
    asked: list[str] = []
    with Session(platform) as session:
        put(session, {"pro": [eventful(random, 60 + n) for n in range(20)]})
        found = find_platform(session)
        event.listen(platform, "before_cursor_execute", lambda *told: asked.append(told[2]))
        read_ramp(session, found, "pro", TODAY)

    assert len(asked) <= 10
