"""Scenarios on a small demo: how stores have grown, and whom a scenario touches."""

from collections.abc import Iterator
from datetime import UTC, date, datetime
from typing import Any

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session
from tests.support.databases import connected, sqlite_file
from tests.support.desks import backfill

from outgrow.documents.ladder import ladder_plan_document
from outgrow.domain.limit import Headroom, Limit
from outgrow.domain.metric import PLATFORM
from outgrow.domain.tenant import Tenants
from outgrow.service.desk import Desk
from outgrow.service.futures import joint_future
from outgrow.service.ladder import ladder
from outgrow.service.scenarios import ScenarioRequest, Written
from outgrow.service.whatif import WhatIf, whatif
from outgrow.setup.settings import Settings
from outgrow.setup.workspace import Workspace
from outgrow.sources.commerce.demo import build_demo
from outgrow.sources.commerce.models import Order, Product, Store

TODAY = date(2026, 3, 31)
NOW = datetime(2026, 3, 31, 6, tzinfo=UTC)


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> str:
    """A small demo, rebuilt, of which every test only asks."""
    file = tmp_path_factory.mktemp("whatif") / "shop.db"
    file.write_bytes(sqlite_file())
    url = f"sqlite:///{file}"
    with connected(url) as engine:
        build_demo(engine, TODAY, scale=0.02)
        with Session(engine) as session, session.begin():
            backfill(session, session, None, NOW)
    return url


@pytest.fixture
def workspace(shop: str) -> Iterator[Workspace]:
    made = Workspace(Settings(database_url=shop), clock=lambda: NOW)
    yield made
    made.close()


def ask(workspace: Workspace, *tables: dict[str, Any]) -> WhatIf:
    def asked(number: int, table: dict[str, Any]) -> list[ScenarioRequest]:
        of_options = ScenarioRequest.of_options(table, {(): Written("", "")})
        return [ScenarioRequest(f"s{number}", of_options.table, of_options.fault)]

    with workspace.desk() as desk:
        return whatif(desk, [asked(n, table) for n, table in enumerate(tables)])


def tenants_of(desk: Desk) -> Tenants:
    assert desk.tenant_source is not None
    return desk.tenant_source.tenants(TODAY)


def test_the_baseline_is_the_plan_and_its_limits(workspace: Workspace) -> None:
    found = ask(workspace, {"growth": 2})
    with workspace.desk() as view:
        assert ladder_plan_document(found.baseline.plan) == ladder_plan_document(ladder(view).plan)

    assert [(d.limit.name, d.limit.metric) for d in found.baseline.limits] == [
        ("tier Medium", "active_stores"),
        ("tier Medium", "total_products"),
        ("media storage", "storage_used_gb"),
    ]
    assert found.unknown.keys() == set()
    assert found.horizon_days == 365


def test_stores_of_a_plan_grow_as_its_stores_have_grown(workspace: Workspace) -> None:
    stores = {"stores": [{"plan": "pro", "count": 1_000, "on": "2026-04-01"}]}
    limits = [Limit("total_products", top, f"{top}") for top in (100_000, 150_000)]
    with workspace.desk() as desk:
        assert desk.tenant_source is not None
        ramp = desk.tenant_source.ramp("pro", TODAY).sizes["total_products"]
        now = joint_future(desk).paths.now()["total_products"]
    object.__setattr__(workspace.config, "limits", tuple(limits))
    (scenario,) = ask(workspace, stores).scenarios

    for limit in limits:
        found = scenario.of(limit)
        assert found is not None
        assert found.days.p50 is not None
        # What was there grows meanwhile, so the new ones need to bring a little less than what is missing.
        assert 0.8 * (limit.maximum - now) <= 1_000 * ramp[found.days.p50 - 1] <= 1.1 * (limit.maximum - now)


def test_other_limits_touch_those_who_use_more(workspace: Workspace) -> None:
    (scenario,) = ask(workspace, {"plans": [{"code": "pro", "products_limit": 100}]}).scenarios
    with Session(workspace.source_engine) as db, workspace.source_desk() as desk:
        alive = select(Store.merchant_id, func.count()).join(Product).where(Product.deleted_at.is_(None))
        counts = {str(merchant): count for merchant, count in db.execute(alive.group_by(Store.merchant_id)).all()}
        who = tenants_of(desk)
    pro = {  # a subscription's own limit stays
        key
        for key, plan, limit in zip(who.keys.tolist(), who.plan.tolist(), who.limits[:, 0].tolist(), strict=True)
        if who.plans[plan].code == "pro" and limit == 1_000
    }
    (products,) = scenario.tenants or ()

    assert {each.key for each in products.reach} == {key for key in pro if 100 <= counts.get(key, 0) < 1_000}
    assert products.after == products.before + len(products.reach)
    assert products.likely_before is not None
    assert products.likely_after is not None
    assert products.likely_after >= products.after
    assert products.likely_before < products.likely_after


def test_a_sale_touches_those_whose_months_orders_reach_the_limit(workspace: Workspace) -> None:
    first, last = date(2026, 4, 1), date(2026, 4, 30)
    event = {"events": [{"first": first, "last": last, "multiplier": 10_000}]}
    (scenario,) = ask(workspace, event).scenarios
    with Session(workspace.source_engine) as db, workspace.source_desk() as desk:
        lately = datetime(2026, 3, 2, 23, tzinfo=UTC), datetime(2026, 3, 30, 22, tzinfo=UTC)  # 28 days in Berlin
        placed = select(Store.merchant_id, func.count()).join(Order).where(Order.created_at.between(*lately))
        counts = {str(merchant): count for merchant, count in db.execute(placed.group_by(Store.merchant_id)).all()}
        who = tenants_of(desk)
    (orders,) = scenario.tenants or ()

    assert orders.month == first
    told = {each.key: each.use for each in orders.reach}
    limited = {key for key, top in zip(who.keys.tolist(), who.limits[:, 1].tolist(), strict=True) if top < 1e9}
    assert told.keys() == limited & counts.keys()
    young = {key for key, day in zip(who.keys.tolist(), who.joined.tolist(), strict=True) if day > date(2026, 3, 3)}
    for key in told.keys() - young:
        assert told[key] == pytest.approx(10_000 * 30 * counts[key] / 28)


def test_headroom_and_platform_limits_alone_are_dated(workspace: Workspace) -> None:
    half = Limit("total_products", 200_000, "half of it", headroom=Headroom(keep_free=0.5))
    shop = Limit("total_products", 10, "one shop's", scope="store:1")
    object.__setattr__(workspace.config, "limits", (half, shop))
    found = ask(workspace, {"steps": [{"metric": "products", "on": "2026-04-10", "amount": 1e6}]})
    (scenario,) = found.scenarios

    assert [limit.name for limit in found.limits()] == ["tier Medium", "tier Medium", "half of it"]
    dated = scenario.of(half)
    assert dated is not None
    assert (dated.limit.usable, dated.days.p10, dated.days.p90) == (100_000, 10, 10)
    assert str(PLATFORM) == half.scope


def test_another_ladder_stands_beside_the_present_one(workspace: Workspace) -> None:
    tiers = [
        {"name": "Box", "max_products": 40_000, "cost_monthly": "99.90"},
        {"name": "Rack", "cost_monthly": "300"},
    ]
    found = ask(workspace, {"ladder": tiers, "prices": [{"tier": "Rack", "cost_monthly": "301.5"}]})
    (scenario,) = found.scenarios

    assert scenario.plan.tier.name in {"Box", "Rack"}
    assert {str(tier) for month in scenario.plan.months for tier in month.tiers} <= {"Box", "Rack"}
    names = [limit.name for limit in found.limits()]
    assert names[:2] == ["tier Medium", "tier Medium"]
    assert found.baseline.of(found.limits()[0]) is not None
    assert scenario.of(found.limits()[0]) is None
