"""The snapshot as an object of a session, with the attributes that its users know it by."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import Engine, delete, event, func, select
from sqlalchemy.orm import Session, aliased
from tests.support.snapshots import DAY, NOON, observed, snapshot
from tests.support.stores import stored, write_whole

import outgrow.door.snapshots  # noqa: F401 - completes what a host leaves out
from outgrow.domain.errors import DataError
from outgrow.domain.metric import PLATFORM, TIER_SUBSCRIPTIONS, TOTAL_PRODUCTS, Scope
from outgrow.domain.snapshot import Provenance
from outgrow.store.database import DatabaseStore
from outgrow.store.orm import CapacitySnapshot, MeasurementRow, get_snapshot

KEYWORDS: dict[str, Any] = {
    "snapshot_date": DAY,
    "total_stores": 42,
    "active_stores": 37,
    "trial_stores": 5,
    "total_subscriptions": 60,
    "active_subscriptions": 40,
    "total_products": 23_456,
    "total_orders_month": 1_200,
    "total_team_members": 99,
    "storage_used_gb": Decimal("812.75"),
    "db_size_mb": Decimal("1024.1"),
    "theoretical_products_limit": 100_000,
    "theoretical_orders_limit": 50_000,
    "theoretical_team_limit": 0,
    "tier_distribution": {"starter": 30, "pro": 10},
}


def count(session: Session, table: type[Any]) -> int:
    return session.scalar(select(func.count()).select_from(table)) or 0


def tables_of(session: Session) -> DatabaseStore:
    return DatabaseStore(session.connection(), commits=False)


def add(session: Session, **fields: Any) -> CapacitySnapshot:
    """A snapshot of the platform `main` that is in the database and no longer in memory."""
    made = CapacitySnapshot(**{"platform": "main", "snapshot_date": DAY, **fields})
    session.add(made)
    session.commit()
    return made


def test_every_keyword_comes_back_as_it_was_given(session: Session) -> None:
    made = add(session, **KEYWORDS)

    assert {name: getattr(made, name) for name in KEYWORDS} == KEYWORDS
    assert type(made.storage_used_gb) is type(made.db_size_mb) is Decimal
    assert type(made.total_products) is int


def test_what_is_not_given_is_not_stored(session: Session) -> None:
    made = add(session, total_stores=1)

    assert [made.total_products, made.storage_used_gb, made.tier_distribution] == [None] * 3
    assert made.missing == {}
    assert count(session, MeasurementRow) == 1


@pytest.mark.parametrize("value", [-1, float("nan"), float("inf"), Decimal("-0.5")])
def test_what_cannot_be_true_is_refused_with_the_metric_s_name(value: float) -> None:
    with pytest.raises(ValueError, match="storage_used_gb: the source gave"):
        CapacitySnapshot(storage_used_gb=value)


@pytest.mark.parametrize(
    "value", ["7", b"7", [7], True, 1j, 10**400, object, Decimal("sNaN")], ids=lambda it: type(it).__name__
)
def test_what_is_no_number_is_refused_with_the_metric_s_name(value: Any) -> None:
    with pytest.raises(DataError, match="total_products: "):
        CapacitySnapshot(total_products=value)
    with pytest.raises(DataError, match="tier_distribution of pro: "):
        CapacitySnapshot(tier_distribution={"pro": value})


@pytest.mark.parametrize(
    "fields",
    [
        {"snapshot_date": "2026-03-01"},
        {"snapshot_date": None},
        {"platform": ""},
        {"platform": "x" * 65},
        {"platform": "a\x1b[31m"},
        {"platform": 7},
        {"tier_distribution": 7},
        {"tier_distribution": {7: 7}},
        {"tier_distribution": {"": 7}},
    ],
    ids=str,
)
def test_what_is_no_day_and_no_name_is_refused(fields: dict[str, Any]) -> None:
    with pytest.raises(DataError):
        CapacitySnapshot(**fields)


def test_an_instant_is_taken_for_its_day(session: Session) -> None:
    made = add(session, snapshot_date=datetime(2026, 3, 1, tzinfo=UTC), total_products=7)

    assert type(made.snapshot_date) is date
    assert session.get(CapacitySnapshot, ("main", DAY)) is made


def test_an_unknown_keyword_is_refused() -> None:
    with pytest.raises(TypeError, match="total_shops"):
        CapacitySnapshot(total_shops=1)


def test_a_snapshot_of_a_session_is_read_as_history(session: Session) -> None:
    session.add(CapacitySnapshot(platform="main", snapshot_date=DAY, total_products=5))

    session.flush()
    history = tables_of(session).panel("main", [TOTAL_PRODUCTS], PLATFORM).history(0)

    assert (history.values.tolist(), history.observed_days) == ([5], 1)


def test_values_can_be_changed_forgotten_and_set_again(session: Session) -> None:
    made = add(session, total_stores=1, total_products=2)
    made.total_stores = 8
    made.total_products = None
    session.commit()

    assert (made.total_stores, made.total_products, count(session, MeasurementRow)) == (8, None, 1)

    made.total_stores = None
    made.total_stores = 9
    session.commit()
    assert made.total_stores == 9


def test_setting_a_value_by_hand_makes_it_observed(session: Session) -> None:
    write_whole(tables_of(session), snapshot({TOTAL_PRODUCTS: 7}, provenance=Provenance.RECONSTRUCTED))
    found = get_snapshot(session, "main", DAY)
    assert found is not None
    found.total_products = 8
    session.flush()

    assert stored(tables_of(session)) == {(TOTAL_PRODUCTS.name, "platform", DAY): observed(8)}


def test_the_reasons_of_what_is_missing_are_told(session: Session) -> None:
    write_whole(
        tables_of(session),
        snapshot({TOTAL_PRODUCTS: "catalog: timed out", (TOTAL_PRODUCTS, Scope("store", "7")): "gone"}),
    )
    found = get_snapshot(session, "main", DAY)

    assert found is not None
    assert (found.total_products, found.missing) == (None, {"total_products": "catalog: timed out"})
    assert found.captured_at == NOON


def test_get_snapshot_reads_anew(session: Session) -> None:
    write_whole(tables_of(session), snapshot({TOTAL_PRODUCTS: "down"}))
    before = get_snapshot(session, "main", DAY)
    assert before is not None
    assert before.total_products is None

    write_whole(tables_of(session), snapshot({TOTAL_PRODUCTS: 7}))
    after = get_snapshot(session, "main", DAY)
    assert after is not None
    assert after.total_products == 7
    assert get_snapshot(session, "main", DAY + timedelta(days=1)) is None


def test_a_new_tier_distribution_replaces_the_old_one(session: Session) -> None:
    made = add(session, tier_distribution={"starter": 3, "pro": 1})
    made.tier_distribution = {"pro": 5}
    session.commit()

    assert made.tier_distribution == {"pro": 5}
    assert made.value(TIER_SUBSCRIPTIONS) == 5

    made.tier_distribution = None
    session.commit()
    assert made.tier_distribution is None
    assert count(session, MeasurementRow) == 0


def test_no_subscriptions_is_another_thing_than_not_measured(session: Session) -> None:
    assert add(session, tier_distribution={}).tier_distribution == {}


def test_an_attribute_of_the_class_is_sql_for_the_value(session: Session) -> None:
    for number, products in enumerate([3, 9, 6]):
        add(session, snapshot_date=DAY + timedelta(days=number), total_products=products, total_stores=1)
    add(session, snapshot_date=DAY + timedelta(days=9), total_stores=1)
    add(session, platform="other", total_products=100)

    query = (
        select(CapacitySnapshot.snapshot_date, CapacitySnapshot.total_products)
        .where(CapacitySnapshot.platform == "main", CapacitySnapshot.total_products > 4)
        .order_by(CapacitySnapshot.total_products.desc())
    )
    assert [tuple(found) for found in session.execute(query)] == [
        (DAY + timedelta(days=1), 9),
        (DAY + timedelta(days=2), 6),
    ]

    empty = select(CapacitySnapshot.snapshot_date).where(CapacitySnapshot.total_products.is_(None))
    assert session.scalars(empty).all() == [DAY + timedelta(days=9)]


def test_an_attribute_of_the_class_stands_alone_and_follows_an_alias(session: Session) -> None:
    for number, products in enumerate([3, 9]):
        add(session, snapshot_date=DAY + timedelta(days=number), total_products=products)

    assert set(session.scalars(select(CapacitySnapshot.total_products))) == {3, 9}
    assert session.scalar(select(func.max(CapacitySnapshot.total_products))) == 9

    before = aliased(CapacitySnapshot)
    grown = select(CapacitySnapshot.snapshot_date).where(CapacitySnapshot.total_products > before.total_products)
    assert session.scalars(grown).all() == [DAY + timedelta(days=1)]


@pytest.mark.parametrize("loaded", [True, False], ids=["loaded", "not loaded"])
def test_deleting_a_snapshot_deletes_its_measurements(session: Session, loaded: bool) -> None:
    made = add(session, **KEYWORDS)
    if loaded:
        assert made.measurements
    session.delete(made)
    session.commit()

    assert (count(session, CapacitySnapshot), count(session, MeasurementRow)) == (0, 0)
    assert add(session, total_stores=2).total_stores == 2


def test_deleting_by_statement_cascades_where_foreign_keys_are_enforced(session: Session) -> None:
    if session.get_bind().dialect.name == "sqlite":
        session.connection().exec_driver_sql("PRAGMA foreign_keys = ON")
    add(session, **KEYWORDS)
    session.execute(delete(CapacitySnapshot))

    assert count(session, MeasurementRow) == 0


def test_a_hundred_take_a_few_statements(session: Session, tables: Engine) -> None:
    """Written in one flush, and read with all that they hold."""
    statements: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        statements.append(statement)

    event.listen(tables, "before_cursor_execute", note)
    try:
        for number in range(100):
            values = {**KEYWORDS, "snapshot_date": DAY + timedelta(days=number), "total_stores": number}
            session.add(CapacitySnapshot(**values))
        session.commit()
        written = len(statements)
        session.expunge_all()
        found = session.scalars(select(CapacitySnapshot).order_by(CapacitySnapshot.snapshot_date)).all()
        assert [(made.platform, made.total_stores) for made in found] == [("main", number) for number in range(100)]
        assert all(made.tier_distribution == KEYWORDS["tier_distribution"] for made in found)
    finally:
        event.remove(tables, "before_cursor_execute", note)

    assert written <= 20
    assert len(statements) <= 30
