"""What is known of databases, without one."""

from datetime import date
from types import SimpleNamespace
from typing import Any

import pytest
from sqlalchemy import Connection
from tests.support.snapshots import DAY, NOON, snapshot

from outgrow.domain.errors import DatabaseError
from outgrow.domain.metric import TOTAL_PRODUCTS, Kind, Metric
from outgrow.store.contract import Store, StoredPlatform
from outgrow.store.database import DatabaseStore
from outgrow.store.dialects.dialect import UPSERTING, dialect_named, says_locked


class Elsewhere(Connection):
    """A connection to a database whose upsert nobody spelled."""

    def __init__(self) -> None:
        self.dialect: Any = SimpleNamespace(name="oracle")


@pytest.mark.parametrize(
    "write",
    [
        lambda store: store.claim_day("main", DAY, NOON),
        lambda store: store.write_days("main", [DAY]),
        lambda store: store.write_snapshot(snapshot({TOTAL_PRODUCTS: 1}), NOON),
        lambda store: store.write_missing("main", {"total_products": "down"}, [DAY], NOON),
        lambda store: store.remember_platform(StoredPlatform("main", None, "UTC"), NOON),
        lambda store: store.remember_metrics([Metric("vans", Kind.LEVEL, "vans", "Vans")]),
        lambda store: store.claim_recommendations("main"),
    ],
)
def test_a_database_that_cannot_hold_snapshots_is_refused_with_what_can(write: Any) -> None:
    store: Store = DatabaseStore(Elsewhere(), commits=False)
    with pytest.raises(DatabaseError) as caught:
        write(store)

    assert caught.value.what == "snapshots cannot be stored in a oracle database"
    assert "SQLite or PostgreSQL" in caught.value.mend


def test_days_are_numbered_from_1970_on_however_they_are_read() -> None:
    days = [date(1970, 1, 2), date(1969, 12, 31), date(2026, 3, 1), date(1970, 1, 2)]
    numbers = [1, -1, 20_513, 1]

    assert dialect_named("oracle").day_numbers(days) == numbers
    assert dialect_named("sqlite").day_numbers(day.isoformat() for day in days) == numbers
    assert dialect_named("postgresql").day_numbers(numbers) == numbers


@pytest.mark.parametrize(
    ("said", "locked"),
    [
        ("(sqlite3.OperationalError) database is locked", True),
        ("database table is locked: outgrow_snapshots", True),
        ("canceling statement due to lock timeout", True),
        ("canceling statement due to statement timeout", False),
        ("no such table: locks", False),
    ],
)
def test_what_says_that_others_kept_it_locked(said: str, locked: bool) -> None:
    assert says_locked(said) is locked


def test_each_database_that_can_be_written_has_a_file_of_its_name() -> None:
    assert [dialect_named(name).name for name in UPSERTING] == list(UPSERTING)
    assert not dialect_named("oracle").options("oracle+oracledb", read_only=True)
