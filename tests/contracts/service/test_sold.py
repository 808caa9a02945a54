"""What was sold and what is used of it is one number each, whoever tells it."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any

import pytest
from sqlalchemy import Engine, insert
from sqlalchemy.orm import Session
from tests.support.databases import EACH_DATABASE
from tests.support.desks import capture, desk_of

from outgrow.documents.drivers import drivers_document
from outgrow.documents.exposure import exposure_document
from outgrow.domain.metric import ACTIVE_SUBSCRIPTIONS, THEORETICAL_PRODUCTS_LIMIT
from outgrow.domain.scenario import PlanChange, Scenario
from outgrow.service.affected import whom_they_touch
from outgrow.service.drivers import drivers
from outgrow.service.exposure import exposure as ask
from outgrow.service.findings import captured_use, use_to_judge
from outgrow.sources.commerce.aggregator import stats_aggregator
from outgrow.sources.commerce.health import platform_health_service
from outgrow.sources.commerce.models import (
    Merchant,
    MerchantSubscription,
    Order,
    Platform,
    Product,
    Store,
    SubscriptionTier,
)
from outgrow.sources.commerce.platforms import find_platform
from outgrow.sources.commerce.source import CommerceSource
from outgrow.sources.commerce.tenants import read_tenants

NOW = datetime.now(UTC)
TODAY = NOW.date()
BEGAN = NOW - timedelta(days=40)


@pytest.fixture
def db(commerce_engine: Engine) -> Iterator[Session]:
    with Session(commerce_engine) as session:
        yield session


class World:
    """A platform with the plans basic (100 products), small (70) and vast (without limits)."""

    def __init__(self, db: Session) -> None:
        self.db, self.platform = db, Platform(code="main")
        self.plans = {
            code: SubscriptionTier(platform=self.platform, code=code, price_monthly=price, products_limit=limit)
            for code, price, limit in (("basic", 20, 100), ("small", 10, 70), ("vast", 90, None))
        }
        db.add_all([self.platform, *self.plans.values()])

    def merchant(self, name: str, *subscriptions: str | tuple[str, dict[str, Any]], products: int = 0) -> Merchant:
        """One with a store and these subscriptions, the first of which began first."""
        merchant = Merchant(platform=self.platform, name=name, created_at=BEGAN)
        store = Store(platform=self.platform, merchant=merchant, created_at=BEGAN)
        for later, one in enumerate(subscriptions):
            code, more = (one, {}) if isinstance(one, str) else one
            self.db.add(
                MerchantSubscription(
                    platform=self.platform, merchant=merchant, tier=self.plans[code],
                    **{"status": "active", "started_at": BEGAN + timedelta(days=later), **more},
                )
            )  # fmt: skip
        self.db.add_all(Product(platform=self.platform, store=store, created_at=BEGAN) for _ in range(products))
        self.db.flush()
        return merchant


def told(db: Session) -> dict[str, tuple[float | None, float | None]]:
    """Sold and used on limited plans of products, by who tells it."""
    ref, desk = find_platform(db), desk_of(db, "main", TODAY, source=db, now=NOW)
    health = platform_health_service.get_subscription_capacity(db)["products"]
    row = exposure_document(ask(desk))["resources"][0]
    now, after_capture = (found(desk).sold[0] for found in (use_to_judge, captured_use))
    snapshot = capture(db, db, ref, NOW, stats_aggregator)
    past = CommerceSource(db, ref).past(
        TODAY, TODAY, lambda metric: metric == THEORETICAL_PRODUCTS_LIMIT, lambda *_: None
    )
    return {
        "health": (health["theoretical_limit"], health["limited_actual"]),
        "ladder": (row["sold"], row["used_limited"]),
        "recommend": (now.sold, now.used),
        "recommend after a capture": (after_capture.sold, after_capture.used),
        "capture": (snapshot.theoretical_products_limit, None),
        "backfill": (past.panel.values[0, 0], None),
    }


def all_say(db: Session, sold: float, used: float) -> None:
    for who, said in told(db).items():
        assert said in {(sold, used), (sold, None)}, who


def test_two_subscriptions_of_a_merchant_add_up(db: Session) -> None:
    World(db).merchant("a", "basic", "small", products=80)

    all_say(db, 170, 80)
    assert platform_health_service.get_subscription_capacity(db)["tier_distribution"] == {"basic": 1, "small": 1}


def test_and_the_merchant_comes_to_a_limit_at_their_sum_on_the_plan_that_began_last(db: Session) -> None:
    world = World(db)
    world.merchant("a", "basic", "small", products=80)
    world.merchant("b", "basic", "small", products=170)
    tenants = read_tenants(db, find_platform(db), TODAY)

    assert tenants.limits[:, 0].tolist() == [170, 170]
    assert [tenants.plans[place].code for place in tenants.plan] == ["small", "small"]
    assert (tenants.used >= tenants.limits)[:, 0].tolist() == [False, True]


@EACH_DATABASE
def test_drivers_and_tenants_name_the_same_plan(db: Session) -> None:
    world, month = World(db), timedelta(days=30)
    world.merchant("a", "small", ("basic", {"status": "trial"}), products=3)
    world.merchant("b", "basic", ("small", {"status": "cancelled", "ended_at": NOW - month}), products=5)
    world.merchant("c", ("small", {"status": "cancelled", "ended_at": NOW - month}), products=7)
    ref = find_platform(db)
    tenants = read_tenants(db, ref, TODAY)
    desk = desk_of(db, "main", TODAY, source=db, now=NOW)
    split = drivers(desk, "products", since=TODAY - timedelta(days=60), by="plan")

    assert [tenants.plans[place].code if place >= 0 else None for place in tenants.plan] == ["basic", "basic", None]
    assert tenants.trial.tolist() == [True, False, False]
    world.merchant("d", ("small", {"status": "trial"}), "basic")
    assert read_tenants(db, ref, TODAY).trial.tolist() == [True, False, False, False]
    brought = {group["group"]: group["change"] for group in drivers_document(split)["groups"]}
    assert brought == {"basic": 3 + 5, "small": 7}  # who has left is told of under the plan that was left


def test_one_without_a_limit_takes_it_from_the_merchant(db: Session) -> None:
    """What the limited one allows was sold all the same; the use is held against nothing."""
    world = World(db)
    world.merchant("a", "basic", "vast", products=150)
    world.merchant("b", "vast", "small", products=30)
    world.merchant("c", "small", products=20)

    all_say(db, 240, 20)
    tenants = read_tenants(db, find_platform(db), TODAY)
    assert tenants.limits[:, 0].tolist() == [float("inf"), float("inf"), 70]


def test_what_merchants_who_are_gone_still_pay_for_is_sold_and_all_use_is_used(db: Session) -> None:
    world = World(db)
    world.merchant("a", "basic", products=10)
    world.merchant("gone", "small", products=4).deleted_at = NOW - timedelta(days=1)
    db.add(Order(platform=world.platform, store=None, created_at=NOW))
    db.flush()
    row, orders = exposure_document(ask(desk_of(db, "main", TODAY, source=db, now=NOW)))["resources"][:2]

    all_say(db, 170, 10)
    assert row["used"] == platform_health_service.get_subscription_capacity(db)["products"]["actual"] == 14
    assert row["if_all_used"] == 100 + 4
    assert (orders["used"], orders["if_all_used"]) == (1, 1)  # of no store


def test_other_limits_of_a_plan_change_that_subscription_alone(db: Session) -> None:
    world = World(db)
    world.merchant("a", "basic", ("basic", {"products_limit": 30}), "small", products=120)
    scenario = Scenario("less", plans=(PlanChange("basic", {"products": 10.0}),))
    touched = whom_they_touch(desk_of(db, "main", TODAY, source=db, now=NOW), [scenario], 365)[0]
    assert touched is not None

    assert (touched[0].sold_before, touched[0].sold_after) == (200, 110)
    assert [(one.use, one.limit) for one in touched[0].reach] == [(120, 110)]


@pytest.mark.parametrize("seed", range(3))
@EACH_DATABASE
def test_whoever_tells_it_says_the_sum_of_plain_loops(db: Session, seed: int) -> None:
    random, world, sold, used = Random(seed), World(db), 0, 0
    for n in range(12):
        held, products, limits = [], random.randrange(60), []
        for _ in range(random.randrange(4)):
            code, status = random.choice(list(world.plans)), random.choice(["active", "trial", "past_due", "cancelled"])
            own = random.choice([None, None, 45])
            held.append((code, {"status": status, "products_limit": own}))
            if status in {"active", "trial"}:
                limits.append(own if own is not None else world.plans[code].products_limit)
        world.merchant(str(n), *held, products=products)
        sold += sum(limit for limit in limits if limit is not None)
        used += products if limits and None not in limits else 0

    all_say(db, sold, used)
    snapshot = capture(db, db, find_platform(db), NOW, stats_aggregator)
    held_now = read_tenants(db, find_platform(db), TODAY, now=True).subscribed
    assert len(held_now.plan) == getattr(snapshot, ACTIVE_SUBSCRIPTIONS.name)


@EACH_DATABASE
def test_subscriptions_that_were_written_past_the_orm_count_too(db: Session) -> None:
    world = World(db)
    merchant = world.merchant("a", "basic", products=80)
    db.execute(
        insert(MerchantSubscription).values(
            platform_id=world.platform.id, merchant_id=merchant.id, tier_id=world.plans["small"].id, status="active",
            started_at=BEGAN + timedelta(days=3),
        )
    )  # fmt: skip
    tenants = read_tenants(db, find_platform(db), TODAY)

    all_say(db, 170, 80)
    assert tenants.plans[tenants.plan[0]].code == "small"
