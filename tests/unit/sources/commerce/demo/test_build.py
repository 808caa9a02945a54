"""The rows of the demo platform: complete, repeatable, and history that agrees with the present."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any

import numpy as np
import pytest
from sqlalchemy import Engine, create_engine, event, func, insert, inspect, select, text
from sqlalchemy.orm import Session

from outgrow.domain.errors import DataError, SchemaError, UsageError
from outgrow.sources.commerce.aggregator import installed_providers
from outgrow.sources.commerce.contract import RebuildingProvider
from outgrow.sources.commerce.dayscan import DayScan
from outgrow.sources.commerce.demo import DemoReport, build_demo
from outgrow.sources.commerce.models import (
    CommerceBase,
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
from outgrow.sources.contract import every_metric

TODAY = date(2026, 11, 22)
LATE = datetime(2026, 11, 22, 22, 30, tzinfo=UTC)


def empty_schema() -> Engine:
    engine = create_engine("sqlite://")
    CommerceBase.metadata.create_all(engine)
    return engine


def contents(engine: Engine) -> dict[str, list[Any]]:
    with engine.connect() as connection:
        return {
            table.name: [tuple(row) for row in connection.execute(select(table).order_by(table.c.id))]
            for table in CommerceBase.metadata.sorted_tables
        }


@pytest.fixture(scope="module")
def built() -> Iterator[tuple[Engine, DemoReport]]:
    engine = empty_schema()
    yield engine, build_demo(engine, TODAY, scale=0.02)
    engine.dispose()


@pytest.fixture
def db(built: tuple[Engine, DemoReport]) -> Iterator[Session]:
    with Session(built[0]) as session:
        yield session


def test_the_report_counts_the_rows_of_every_table(built: tuple[Engine, DemoReport]) -> None:
    engine, report = built
    assert report.rows == {name: len(rows) for name, rows in contents(engine).items()}
    assert (report.platform, report.since, report.until) == ("demo", date(2024, 11, 22), TODAY)


def test_the_platform_is_called_synthetic_and_lives_in_berlin(db: Session) -> None:
    platform = db.scalars(select(Platform)).one()
    assert (platform.code, platform.name, platform.time_zone) == (
        "demo",
        "Demo platform (synthetic)",
        "Europe/Berlin",
    )


def test_the_merchants_named_in_the_report_are_close_to_their_limit(
    built: tuple[Engine, DemoReport], db: Session
) -> None:
    used = (
        select(Store.merchant_id, func.count().label("products"))
        .join(Product, Product.store_id == Store.id)
        .where(Product.deleted_at.is_(None))
        .group_by(Store.merchant_id)
        .subquery()
    )
    limit = func.coalesce(MerchantSubscription.products_limit, SubscriptionTier.products_limit)
    query = (
        select(Merchant.name)
        .join(used, used.c.merchant_id == Merchant.id)
        .join(MerchantSubscription, MerchantSubscription.merchant_id == Merchant.id)
        .join(SubscriptionTier, MerchantSubscription.tier_id == SubscriptionTier.id)
        .where(used.c.products >= 0.85 * limit, MerchantSubscription.status == "active")
        .order_by(Merchant.name)
    )
    assert built[1].near_limit == tuple(db.scalars(query))


def test_the_same_day_and_seed_give_the_same_rows(built: tuple[Engine, DemoReport]) -> None:
    again, other = empty_schema(), empty_schema()
    assert build_demo(again, TODAY, 7, scale=0.02) == built[1]
    build_demo(other, TODAY, 8, scale=0.02)
    assert contents(again) == contents(built[0])
    assert contents(other)["products"] != contents(built[0])["products"]


def test_nothing_is_later_than_this_evening_but_the_end_of_a_running_trial(db: Session) -> None:
    for table in CommerceBase.metadata.sorted_tables:
        for column in table.columns:
            if column.name.endswith(("_at", "_from", "_to")) and column.name != "trial_ends_at":
                newest = db.scalar(select(func.max(column)))
                assert newest is not None, column
                assert newest < LATE, column
    ahead = select(MerchantSubscription.status).where(MerchantSubscription.trial_ends_at >= LATE)
    assert set(db.scalars(ahead)) <= {"trial"}


def test_periods_follow_each_other_and_end_in_the_present_state(db: Session) -> None:
    for subscription in db.scalars(select(MerchantSubscription)):
        periods = subscription.periods
        assert periods[0].valid_from == subscription.started_at
        assert [p.valid_to for p in periods] == [*(p.valid_from for p in periods[1:]), None]
        now = periods[-1]
        assert (now.status, now.tier_id) == (subscription.status, subscription.tier_id)
        assert (now.products_limit, now.orders_limit) == (subscription.products_limit, subscription.orders_limit)
        ended = now.valid_from if now.status in {"cancelled", "expired"} else None
        assert subscription.ended_at == ended


def test_the_rebuilt_present_is_what_a_capture_counts(db: Session) -> None:
    source = CommerceSource(db, find_platform(db))
    measured = {(m.metric, m.scope): m.reading.value for m in source.measure(TODAY) if m.reading.value is not None}
    panel = source.past(None, TODAY, every_metric, lambda *_: None).panel
    rebuilt = {
        (metric, key.scope): values[-1]
        for metric, key, values in zip(panel.metrics, panel.keys, panel.values, strict=True)
        if (metric, key.scope) in measured
    }

    assert len(rebuilt) > 12
    assert rebuilt == pytest.approx({which: measured[which] for which in rebuilt})


def test_no_rebuilt_level_was_ever_negative(db: Session) -> None:
    platform = find_platform(db)
    scan = DayScan(db, platform.id, platform.zone, TODAY)
    histories = [
        history
        for provider in installed_providers()
        if isinstance(provider, RebuildingProvider)
        for history in provider.rebuild(scan)
    ]

    assert len(histories) > 12
    for history in histories:
        assert np.min(history.changes.level(TODAY - timedelta(days=740), TODAY)) > -1e-6, history.key


def test_instants_are_stored_as_the_models_store_them(db: Session) -> None:
    stamp = db.scalars(select(Order.created_at).limit(1)).one()
    db.execute(insert(Order), [{"platform_id": 1, "created_at": stamp}])
    written = db.scalars(
        text("SELECT created_at FROM orders WHERE created_at = (SELECT created_at FROM orders LIMIT 1)")
    )
    assert len(list(written)) == 2
    db.rollback()


def test_a_platform_that_is_there_is_left_alone() -> None:
    engine = empty_schema()
    with engine.begin() as connection:
        connection.execute(insert(Platform), [{"code": "main"}])
    with pytest.raises(DataError, match="already holds the platform 'main'") as caught:
        build_demo(engine, TODAY, scale=0.02)
    assert "name another database" in caught.value.mend
    assert [row[1] for row in contents(engine)["platforms"]] == ["main"]


def test_missing_tables_are_named_with_their_mend() -> None:
    engine = create_engine("sqlite://")
    with pytest.raises(SchemaError, match="create_schema"):
        build_demo(engine, TODAY, scale=0.02)
    assert inspect(engine).get_table_names() == []


@pytest.mark.parametrize("scale", [0, -1, float("nan")])
def test_a_scale_of_nothing_is_refused(scale: float) -> None:
    with pytest.raises(UsageError, match="above zero"):
        build_demo(empty_schema(), TODAY, scale=scale)


def test_a_failure_half_way_leaves_nothing_behind() -> None:
    engine = empty_schema()

    @event.listens_for(engine, "before_cursor_execute")
    def fail_at_orders(_c: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        if statement.startswith("INSERT INTO orders"):
            raise RuntimeError("the disk is full")

    with pytest.raises(RuntimeError, match="disk is full"):
        build_demo(engine, TODAY, scale=0.02)
    event.remove(engine, "before_cursor_execute", fail_at_orders)
    assert not any(contents(engine).values())


def test_a_connection_without_a_transaction_is_committed() -> None:
    engine = empty_schema()
    with engine.connect() as connection:
        build_demo(connection, TODAY, scale=0.02)
        assert not connection.in_transaction()
    assert len(contents(engine)["platforms"]) == 1


def test_an_open_transaction_stays_the_callers() -> None:
    engine = empty_schema()
    with engine.connect() as connection, connection.begin() as transaction:
        build_demo(connection, TODAY, scale=0.02)
        transaction.rollback()
    assert not any(contents(engine).values())


def test_later_rows_get_numbers_of_their_own(db: Session) -> None:
    merchant = Merchant(platform_id=1, name="Newcomer")
    db.add(merchant)
    db.flush()
    assert merchant.id == db.scalar(select(func.count()).select_from(Merchant))
    db.rollback()
