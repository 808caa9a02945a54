"""The tenants of a platform, from its database to the list, on every kind of database."""

from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from sqlalchemy import Engine
from sqlalchemy.orm import Session
from tests.support.databases import EACH_DATABASE
from tests.support.known_merchants import KnownMerchant, eventful_merchants, put
from tests.support.platforms import tables_of

from outgrow.domain.errors import ConfigurationError, UsageError
from outgrow.domain.forecast import Status
from outgrow.domain.ladder import Ladder, Tier
from outgrow.domain.resource import COMMERCE
from outgrow.service.tenants import TenantReport, tenants
from outgrow.setup.settings import Settings
from outgrow.setup.workspace import Workspace

FIRST, LAST = date(2025, 12, 1), date(2026, 6, 20)
NOW = datetime(2026, 6, 20, 18, tzinfo=UTC)
ZONE = "America/Sao_Paulo"


@pytest.fixture
def workspace(commerce_engine: Engine, database_url: str) -> Iterator[Workspace]:
    with Session(commerce_engine) as db, db.begin():
        put(db, eventful_merchants(ZONE, FIRST, LAST, n=30), ZONE)
    made = Workspace(Settings(database_url=database_url), clock=lambda: NOW)
    yield made
    made.close()


def ask(workspace: Workspace, day: date | None = None) -> TenantReport:
    with workspace.source_desk(day, stores=False) as desk:
        return tenants(desk)


@EACH_DATABASE
def test_the_list_agrees_with_a_count_by_hand(workspace: Workspace) -> None:
    for day in (date(2026, 3, 31), LAST):
        agree(ask(workspace, day), eventful_merchants(ZONE, FIRST, LAST, n=30), day)


def agree(report: TenantReport, merchants: Sequence[KnownMerchant], day: date) -> None:
    there = [merchant for merchant in merchants if merchant.exists(day, ZONE)]
    active = [merchant for merchant in there if merchant.state(day, ZONE)]
    assert (report.platform, report.plan.as_of) == ("main", day)
    assert (report.plan.tenants, report.plan.subscribed) == (len(there), len(active))
    told = {one.tenant.name: one for one in report.plan.upsells}
    for n, merchant in enumerate(merchants):
        state = merchant.state(day, ZONE) if merchant.exists(day, ZONE) else None
        if state is None:
            assert f"Shop {n}" not in told
            continue
        top = state.override or {"free": 10, "pro": 1_000, "unlimited": None}[state.plan]
        products = merchant.used(day, ZONE)[0]
        reached = {
            need.resource
            for need in (told[f"Shop {n}"].needs if f"Shop {n}" in told else ())
            if need.status is Status.ALREADY_EXCEEDED
        }
        assert ("products" in reached) == (top is not None and products >= top)


def test_today_is_the_day_where_the_platform_is(workspace: Workspace) -> None:
    workspace.clock = lambda: datetime(2026, 6, 21, 1, tzinfo=UTC)
    assert ask(workspace).plan.as_of == LAST
    with pytest.raises(UsageError, match="2026-06-21 has not come yet"):
        ask(workspace, date(2026, 6, 21))


def test_money_is_in_the_ladders_currency(workspace: Workspace) -> None:
    ladder = Ladder((Tier.of("One", Decimal(10), currency="BRL"),))
    workspace.config = type(workspace.config)(ladder=ladder)
    assert ask(workspace).plan.currency == "BRL"


@EACH_DATABASE
def test_asking_writes_nothing(workspace: Workspace, commerce_engine: Engine) -> None:
    with Session(commerce_engine) as db:
        before = tables_of(db)
    ask(workspace, date(2026, 5, 1))
    with Session(commerce_engine) as db:
        assert tables_of(db) == before


def test_our_tables_are_not_needed(engine: Engine, database_url: str) -> None:
    from outgrow.sources.commerce.models import CommerceBase

    CommerceBase.metadata.create_all(engine)
    with Session(engine) as db, db.begin():
        put(db, eventful_merchants(ZONE, FIRST, LAST, n=5), ZONE)
    made = Workspace(Settings(database_url=database_url), clock=lambda: NOW)
    assert ask(made).plan.tenants == 4 + (eventful_merchants(ZONE, FIRST, LAST, n=5)[4].exists(LAST, ZONE))
    made.close()


@EACH_DATABASE
def test_a_database_without_a_platform_is_told_of(store_engine: Engine, database_url: str) -> None:
    made = Workspace(Settings(database_url=database_url), clock=lambda: NOW)
    with pytest.raises(ConfigurationError, match="holds no platform"):
        ask(made)
    made.close()
    with pytest.raises(ConfigurationError, match="database_url is not set"):
        ask(Workspace(Settings(store_url=database_url), clock=lambda: NOW))


@pytest.mark.parametrize(
    ("name", "resource"),
    [("products", "products"), ("total_products", "products"), ("orders", "orders_month"), ("storage_gb", "storage_gb"),
     ("total_orders_month", "orders_month"), ("team_members", "team_members"), ("storage_used_gb", "storage_gb")],
)  # fmt: skip
def test_resources_go_by_several_names(name: str, resource: str) -> None:
    assert COMMERCE.resolve(name).name == resource
