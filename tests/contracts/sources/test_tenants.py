"""The tenants of any day, and how their use changed, against a count in plain loops."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import NamedTuple

import numpy as np
import pytest
from sqlalchemy import Engine, event, update
from sqlalchemy.orm import Session
from tests.support.known_merchants import PLANS, KnownMerchant, eventful_merchants, put
from tests.support.platforms import local_date
from tests.support.tenants import RESOURCES

from outgrow.domain.tenant import UNLIMITED
from outgrow.sources.commerce.models import Merchant, MerchantSubscription, SubscriptionTier
from outgrow.sources.commerce.platforms import PlatformRef, find_platform
from outgrow.sources.commerce.tenant_changes import read_tenant_changes
from outgrow.sources.commerce.tenants import read_tenants

FIRST, LAST = date(2026, 2, 10), date(2026, 6, 20)
DAYS = [FIRST, date(2026, 3, 28), date(2026, 3, 29), date(2026, 3, 31), date(2026, 4, 1), date(2026, 5, 31), LAST]
CHEAPEST_FIRST = ["free", "pro", "unlimited"]
Known = tuple[KnownMerchant, ...]


class World(NamedTuple):
    db: Session
    platform: PlatformRef
    merchants: Known
    zone: str


@pytest.fixture(params=["UTC", "Europe/Berlin", "America/Sao_Paulo"])
def world(request: pytest.FixtureRequest, commerce_engine: Engine) -> Iterator[World]:
    """Two platforms; what belongs to the second is nobody's business."""
    zone = request.param
    merchants = eventful_merchants(zone, FIRST, LAST)
    with Session(commerce_engine) as db:
        put(db, merchants, zone)
        put(db, eventful_merchants(zone, FIRST, LAST, n=4, seed=8), zone, code="other")
        yield World(db, find_platform(db, "main"), merchants, zone)


@pytest.mark.parametrize("day", DAYS)
def test_every_merchant_as_counted_by_hand(world: World, day: date) -> None:
    tenants = read_tenants(world.db, world.platform, day)
    there = [(n, merchant) for n, merchant in enumerate(world.merchants) if merchant.exists(day, world.zone)]
    assert tenants.as_of == day
    assert tenants.names.tolist() == [f"Shop {n}" for n, _ in there]
    assert tenants.joined.tolist() == [local_date(merchant.created_at, world.zone) for _, merchant in there]
    assert tenants.used == pytest.approx(
        np.array([merchant.used(day, world.zone) for _, merchant in there]).reshape(len(there), 4)
    )
    for row, (_, merchant) in enumerate(there):
        state = merchant.state(day, world.zone)
        if state is None:
            assert tenants.plan[row] == -1
            assert np.isnan(tenants.limits[row]).all()
            continue
        assert CHEAPEST_FIRST[tenants.plan[row]] == state.plan
        assert tenants.trial[row] == (state.status == "trial")
        allowed = [UNLIMITED if top is None else top for top in PLANS[state.plan][1]]
        assert tenants.limits[row].tolist() == [state.override or allowed[0], *allowed[1:]]


def test_plans_are_told_cheapest_first_with_their_prices_to_the_cent(world: World) -> None:
    plans = read_tenants(world.db, world.platform, LAST).plans
    assert [(plan.code, plan.name, plan.price_monthly) for plan in plans] == [
        ("free", "Free", Decimal(0)),
        ("pro", "Pro", Decimal("79.50")),
        ("unlimited", "Unlimited", Decimal(399)),
    ]
    assert plans[1].limits == (1_000, UNLIMITED, 10, 100)


@pytest.mark.parametrize("resource", RESOURCES)
@pytest.mark.parametrize(("day", "n_days"), [(LAST, 131), (LAST, 40), (date(2026, 3, 31), 10), (FIRST, 5)])
def test_every_day_of_the_past_is_told_back_from_the_newest(
    world: World, resource: str, day: date, n_days: int
) -> None:
    tenants = read_tenants(world.db, world.platform, day)
    changes = read_tenant_changes(world.db, world.platform, tenants, resource, n_days)
    column, rows = RESOURCES.index(resource), np.arange(len(tenants))
    there = [merchant for merchant in world.merchants if merchant.exists(day, world.zone)]
    days = [day - timedelta(days=back) for back in reversed(range(n_days))]
    if resource == "orders_month":
        told = changes.flow(rows)
        counted = [[float(merchant.placed_on(one, world.zone)) for one in days] for merchant in there]
    else:
        told = changes.level(rows, tenants.used[:, column])
        counted = [[merchant.used(one, world.zone)[column] for one in days] for merchant in there]
    assert told == pytest.approx(np.array(counted, dtype=float).reshape(len(there), n_days), abs=1e-9)


def test_the_number_of_queries_does_not_hang_on_the_number_of_merchants(commerce_engine: Engine) -> None:
    asked: list[str] = []
    event.listen(commerce_engine, "before_cursor_execute", lambda *said: asked.append(said[2]))
    counts = []
    for code, n in (("few", 3), ("many", 14)):
        with Session(commerce_engine) as db:
            put(db, eventful_merchants("UTC", FIRST, LAST, n=n), code=code)
            platform = find_platform(db, code)
            asked.clear()
            tenants = read_tenants(db, platform, LAST)
            for resource in RESOURCES:
                read_tenant_changes(db, platform, tenants, resource, 100)
            counts.append(len(asked))
    assert counts[0] == counts[1] <= 20


def test_of_several_active_subscriptions_the_last_one_counts(commerce_engine: Engine) -> None:
    merchant = KnownMerchant(datetime.fromisoformat("2026-02-10T12:00+00:00"))
    with Session(commerce_engine) as db:
        platform = put(db, [merchant])
        number = db.query(Merchant.id).scalar()
        tiers = {tier.code: tier for tier in db.query(SubscriptionTier)}
        for month, code in ((4, "unlimited"), (3, "free")):
            started = datetime.fromisoformat(f"2026-0{month}-01T00:00+00:00")
            db.add(
                MerchantSubscription(
                    platform_id=platform.id, merchant_id=number, tier=tiers[code], status="active", started_at=started
                )
            )
        db.flush()
        ref = find_platform(db, "main")
        on = {day: read_tenants(db, ref, day).plan.tolist() for day in (FIRST, date(2026, 3, 5), date(2026, 4, 5))}
    assert on == {FIRST: [-1], date(2026, 3, 5): [0], date(2026, 4, 5): [2]}


def test_a_plan_without_a_name_goes_by_its_code_and_a_merchant_by_its_id(commerce_engine: Engine) -> None:
    with Session(commerce_engine) as db:
        put(db, [KnownMerchant(datetime.fromisoformat("2026-02-10T12:00+00:00"))])
        db.execute(update(SubscriptionTier).values(name=""))
        db.execute(update(Merchant).values(name=""))
        tenants = read_tenants(db, find_platform(db), LAST)
    assert [plan.name for plan in tenants.plans] == CHEAPEST_FIRST
    assert tenants.names.tolist() == tenants.keys.tolist()


def test_an_empty_platform_has_nobody(commerce_engine: Engine) -> None:
    with Session(commerce_engine) as db:
        put(db, eventful_merchants("UTC", FIRST, LAST, n=2))
        platform = find_platform(db)
        nobody = read_tenants(db, platform, FIRST - timedelta(days=1))
        changes = read_tenant_changes(db, platform, nobody, "products", 30)
    assert len(nobody) == 0
    assert nobody.used.shape == nobody.limits.shape == (0, 4)
    assert len(changes.day) == 0
    assert changes.newest_day is None
