"""Sold against used, against sums of plain Python."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from random import Random

import pytest
from sqlalchemy import Engine
from sqlalchemy.orm import Session
from tests.support.databases import EACH_DATABASE
from tests.support.desks import desk_of
from tests.support.documents import plain
from tests.support.platforms import tables_of
from tests.support.snapshots import store_days

from outgrow.documents.exposure import exposure_document
from outgrow.domain.errors import ConfigurationError
from outgrow.domain.ladder import Ladder, Tier
from outgrow.domain.ladder_rules import LadderRules
from outgrow.domain.metric import ACTIVE_STORES, TOTAL_PRODUCTS
from outgrow.planning.tenants.exposure import NO_DATABASE
from outgrow.service.config import CapacityConfig
from outgrow.service.exposure import exposure
from outgrow.service.sold import ExposureReport
from outgrow.service.when import when
from outgrow.sources.commerce.models import (
    CommerceBase,
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
from outgrow.store.orm import StoreBase

TODAY = date(2026, 3, 20)
NOON = datetime(2026, 3, 20, 12, tzinfo=UTC)
Limits = tuple[int | None, ...]
PLANS: dict[str, Limits] = {"free": (10, 50, 1, 2), "pro": (40, None, 5, 20), "vast": (None, None, None, None)}
LADDER = Ladder(
    (
        Tier.of("S", Decimal(90), stores=100, products=300, orders_month=1_000, team_members=60, storage_gb=50),
        Tier.of("M", Decimal(190), stores=200, products=4_000, orders_month=20_000, team_members=500, storage_gb=900),
        Tier.of("L", Decimal(480)),
    )
)
CONFIG = CapacityConfig(ladder=LADDER)


@dataclass
class Business:
    """A merchant: what it may use, and what it uses."""

    status: str
    limits: tuple[int | None, ...]
    products: int
    orders: int
    last_orders: int
    team: int
    sizes: list[int] = field(default_factory=list)

    @property
    def counts(self) -> bool:
        return self.status in {"active", "trial"}

    def used(self, column: int) -> float:
        return (self.products, self.orders, self.team, sum(self.sizes) / 1e9)[column]

    def if_all_used(self, column: int) -> float:
        limit, used = self.limits[column] if self.counts else None, self.used(column)
        if limit is not None:
            return max(limit, used)
        return max(used, self.last_orders) if column == 1 else used


def business(random: Random) -> Business:
    limits = list(PLANS[random.choice(list(PLANS))])
    return Business(
        status=random.choice(["active", "active", "trial", "cancelled"]),
        limits=tuple(limits),
        products=random.randrange(30),
        orders=random.randrange(20),
        last_orders=random.randrange(40),
        team=random.randrange(8),
        sizes=[random.randrange(10**9) for _ in range(random.randrange(3))],
    )


def put(session: Session, businesses: list[Business]) -> None:
    """Write them, each with two stores, with things that are gone and orders of long ago."""
    platform = Platform(code="main")
    plans = {
        limits: SubscriptionTier(
            platform=platform, code=code, price_monthly=9,
            **dict(zip(("products_limit", "orders_limit", "team_limit", "storage_limit_gb"), limits, strict=True)),
        )
        for code, limits in PLANS.items()
    }  # fmt: skip
    began, gone = NOON - timedelta(days=200), NOON - timedelta(days=3)
    for each in businesses:
        merchant = Merchant(platform=platform, created_at=began)
        stores = [Store(platform=platform, merchant=merchant, created_at=began) for _ in range(2)]
        ended = None if each.counts else gone
        session.add(
            MerchantSubscription(
                platform=platform, merchant=merchant, tier=plans[each.limits], status=each.status, started_at=began,
                ended_at=ended,
            )
        )  # fmt: skip
        where = [{"platform": platform, "store": stores[n % 2]} for n in range(400)]
        for n in range(each.products):
            session.add(Product(created_at=began, **where[n]))
        session.add(Product(created_at=began, deleted_at=gone, **where[0]))
        for days, many in ((5, each.orders), (35, each.last_orders), (100, 9)):
            session.add_all(Order(created_at=NOON - timedelta(days=days), **where[n]) for n in range(many))
        session.add_all(StoreUser(created_at=began, **where[n]) for n in range(each.team))
        session.add(StoreUser(created_at=began, deactivated_at=gone, **where[0]))
        session.add_all(MediaFile(created_at=began, bytes=size, **where[n]) for n, size in enumerate(each.sizes))
    session.flush()


@pytest.fixture
def db(commerce_engine: Engine) -> Iterator[Session]:
    with Session(commerce_engine) as session:
        yield session


def ask(session: Session, config: CapacityConfig = CONFIG, *, source: bool = True, day: date = TODAY) -> ExposureReport:
    return exposure(desk_of(session, "main", day, config, source=session if source else None))


@pytest.mark.parametrize("seed", range(3))
@EACH_DATABASE
def test_every_sum_is_that_of_plain_loops(db: Session, seed: int) -> None:
    random = Random(seed)
    businesses = [business(random) for _ in range(25)]
    put(db, businesses)
    store_days(db, 20, lambda n: 50, TODAY, ACTIVE_STORES.name)
    found = ask(db).exposure
    subscribed = [each for each in businesses if each.counts]

    assert found.tenants == len(businesses)
    for column, row in enumerate(found.resources):
        limited = [each for each in subscribed if each.limits[column] is not None]
        sold = {
            status: sum(each.limits[column] or 0 for each in limited if each.status == status)
            for status in ("active", "trial")
        }
        unlimited = {
            status: sum(each.limits[column] is None for each in subscribed if each.status == status)
            for status in ("active", "trial")
        }
        use = row.use
        assert use.active is not None
        assert use.trial is not None
        assert (use.active.amount, use.trial.amount, use.sold) == (*sold.values(), sum(sold.values()))
        assert (use.active.unlimited, use.trial.unlimited) == tuple(unlimited.values())
        assert use.used == pytest.approx(sum(each.used(column) for each in businesses))
        assert use.used_limited == pytest.approx(sum(each.used(column) for each in limited))
        assert use.if_all_used == pytest.approx(sum(each.if_all_used(column) for each in businesses))
        amounts = sorted((each.used(column) for each in businesses), reverse=True)
        assert use.largest == {1: pytest.approx(amounts[0] / sum(amounts)),
                               10: pytest.approx(sum(amounts[:3]) / sum(amounts))}  # fmt: skip
        rented = LADDER.rented({each.use.metric.name: each.use.used or 0 for each in found.resources})
        maximum = rented.maximum(use.metric.name)
        assert maximum is not None
        assert row.overcommit == sum(sold.values()) / maximum


def some(session: Session, *, seed: int = 1, store: Callable[[int], float] | None = None) -> None:
    random = Random(seed)
    put(session, [business(random) for _ in range(6)])
    if store is not None:
        store_days(session, 60, lambda n: 30, TODAY, ACTIVE_STORES.name)
        store_days(session, 60, store, TODAY, TOTAL_PRODUCTS.name)


def grown(n: int) -> float:
    return 100 + 2 * n + Random(n).randrange(5)


def test_chances_are_those_of_the_single_forecast(db: Session) -> None:
    some(db, store=grown)
    products = ask(db).exposure.resources[0]
    with_view = when(desk_of(db, "main", TODAY, CONFIG), TOTAL_PRODUCTS.name, 300)

    assert products.maximum == 300
    assert products.probability_within == pytest.approx(with_view.probability_within)
    assert (products.probability_within[365] or 0) > 0.5


def test_what_is_reached_already_is_sure(db: Session) -> None:
    some(db, store=grown)
    tiny = Ladder(
        (
            Tier.of("Tiny", Decimal(5), stores=60, products=50, orders_month=500, team_members=30, storage_gb=20),
            *LADDER.tiers[1:],
        )
    )
    reached = ask(db, CapacityConfig(ladder=tiny, plan=LadderRules(current_tier="Tiny"))).exposure.resources[0]
    assert reached.probability_within == dict.fromkeys((30, 90, 180, 365), 1.0)


def test_of_what_is_not_stored_no_chance_is_told(db: Session) -> None:
    some(db, store=grown)
    team = ask(db).exposure.resources[2]
    assert team.probability_within == dict.fromkeys((30, 90, 180, 365))
    assert team.unknown["probability_within"] == "nothing is stored yet"


def test_the_tier_that_is_rented_may_be_said(db: Session) -> None:
    some(db, store=grown)
    found = [ask(db, CapacityConfig(ladder=LADDER, plan=LadderRules(current_tier=name))) for name in (None, "M", "L")]

    assert [report.exposure.tier.name for report in found] == ["S", "M", "L"]
    assert [report.exposure.resources[0].maximum for report in found] == [300, 4_000, None]
    with pytest.raises(ConfigurationError, match=r"\[plan\] current_tier.*'XXL'"):
        ask(db, CapacityConfig(ladder=LADDER, plan=LadderRules(current_tier="XXL")))


def test_where_nothing_is_stored_the_tier_is_that_of_what_is_counted(db: Session) -> None:
    put(db, [Business("active", PLANS["vast"], 310, 0, 0, 0)])
    found = ask(db).exposure

    assert found.tier.name == "M"
    assert found.if_all_used is None
    assert found.if_all_used_unknown == "not known: no count of active stores is stored"


@EACH_DATABASE
def test_a_past_day_is_told_as_it_was(db: Session) -> None:
    some(db, seed=4)
    now, then = (ask(db, day=day).exposure.resources for day in (TODAY, TODAY - timedelta(days=10)))
    gone = 6
    assert then[0].use.used == (now[0].use.used or 0) + gone  # each merchant has deleted a product since
    assert then[1].use.used == 0
    assert ask(db, day=date(2020, 1, 1)).exposure.tenants == 0


def test_without_the_platforms_database_stored_values_tell_what_they_can(session: Session) -> None:
    store_days(session, 60, lambda n: 30, TODAY, ACTIVE_STORES.name)
    store_days(session, 60, grown, TODAY, TOTAL_PRODUCTS.name)
    store_days(session, 60, lambda n: 600, TODAY, "theoretical_products_limit")
    report = exposure(desk_of(session, "main", TODAY, CONFIG))
    document = plain(exposure_document(report))
    products, storage = document["resources"][0], document["resources"][3]

    assert (document["platform"], document["as_of"], document["tier"]) == ("main", "2026-03-20", "S")
    assert (products["sold"], products["used"], products["overcommit"]) == (600, grown(59), 2.0)
    assert products["probability_within"]["365"] > 0.5
    assert (products["utilisation"], products["unknown"]["utilisation"]) == (None, NO_DATABASE)
    assert (storage["sold"], storage["used"], storage["unknown"]["used"]) == (None, None, "no value is stored")
    assert (document["if_all_used"], document["if_all_used_unknown"]) == (None, NO_DATABASE)


@EACH_DATABASE
def test_asking_changes_nothing(db: Session) -> None:
    some(db, store=grown)
    before = tables_of(db, CommerceBase, StoreBase)
    assert ask(db) is not None
    assert ask(db, source=False) is not None
    assert not db.new
    assert not db.dirty
    assert tables_of(db, CommerceBase, StoreBase) == before
