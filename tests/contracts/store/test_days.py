"""Days are claimed once, by whoever comes first; what they hold is counted and found, in every store."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier, Thread

import pytest
from sqlalchemy import Engine
from tests.support.snapshots import DAY, NOON, missing, observed, rebuilt, snapshot
from tests.support.stores import STORE, day, emptied, write, write_whole

from outgrow.domain.metric import ACTIVE_STORES, TIER_SUBSCRIPTIONS, TOTAL_PRODUCTS, Kind, Metric, Scope
from outgrow.domain.snapshot import Provenance
from outgrow.store.contract import Store, StoredMeasurement, StoredSnapshot
from outgrow.store.database import DatabaseStore

LATER = NOON + timedelta(hours=3)
EMPTY = StoredSnapshot("main", DAY, NOON, ())


def test_a_claim_makes_the_day_and_keeps_the_instant(store: Store) -> None:
    assert store.snapshot("main", DAY) is None

    store.claim_day("main", DAY, NOON)
    store.claim_day("main", DAY, LATER)
    store.claim_day("other", DAY, LATER)

    assert store.snapshot("main", DAY) == EMPTY
    assert store.platform_codes() == ["main", "other"]


def test_claiming_a_day_that_was_rebuilt_says_when_it_was_captured(store: Store) -> None:
    store.write_days("main", [DAY])
    assert store.snapshot("main", DAY) == StoredSnapshot("main", DAY, None, ())

    store.claim_day("main", DAY, NOON)
    assert store.snapshot("main", DAY) == EMPTY


def test_days_that_are_there_stay_as_they_are(store: Store) -> None:
    store.claim_day("main", DAY, NOON)
    store.write_days("main", [day(-1), DAY])
    store.write_days("main", [])

    assert store.snapshot_days("main", None, None) == [day(-1), DAY]
    assert store.snapshot("main", DAY) == EMPTY


def test_a_snapshot_comes_back_with_its_scopes_and_reasons(store: Store) -> None:
    plan = Scope("plan", "starter")
    write_whole(store, snapshot({TOTAL_PRODUCTS: 7, ACTIVE_STORES: "timed out", (TIER_SUBSCRIPTIONS, plan): 3}))

    found = store.snapshot("main", DAY)
    assert found is not None
    assert (found.platform, found.day, found.captured_at) == ("main", DAY, NOON)
    assert set(found.measurements) == {
        StoredMeasurement("total_products", Scope("platform"), 7.0, None, Provenance.OBSERVED),
        StoredMeasurement("active_stores", Scope("platform"), None, "timed out", Provenance.OBSERVED),
        StoredMeasurement("tier_subscriptions", plan, 3.0, None, Provenance.OBSERVED),
    }


def test_what_the_store_holds(store: Store) -> None:
    assert (store.platform_codes(), store.newest_day("main")) == ([], None)

    store.write_days("main", [day(3), day(0), day(1)])
    store.write_days("another", [day(9)])

    assert store.platform_codes() == ["another", "main"]
    assert (store.newest_day("main"), store.newest_day("main", day(2)), store.newest_day("main", day(-1))) == (
        day(3),
        day(1),
        None,
    )
    assert store.snapshot_days("main", None, None) == [day(0), day(1), day(3)]
    assert store.snapshot_days("main", day(1), day(2)) == [day(1)]


def test_only_values_are_counted_of_whatever_scope(store: Store) -> None:
    names, span = [TOTAL_PRODUCTS.name], (day(0), day(2))
    assert store.count("main", names, *span) == 0

    write(store, {0: observed(0), 1: rebuilt(1), 2: missing(), 3: observed(4)})
    write(store, {0: observed(0)}, scope=STORE)
    write(store, {0: observed(0)}, ACTIVE_STORES.name)
    write(store, {0: observed(0)}, platform="b")

    assert store.count("main", names, *span) == 3
    assert store.count("main", [*names, ACTIVE_STORES.name], *span) == 4
    assert store.count("main", [], *span) == 0


def test_days_on_which_something_is_missing(store: Store) -> None:
    write(store, {0: missing(), 1: observed(1), 2: missing(), 3: missing()})
    write(store, {2: missing(), 1: missing()}, ACTIVE_STORES.name)
    write(store, {1: missing()}, scope=STORE)

    names = [TOTAL_PRODUCTS.name, ACTIVE_STORES.name]
    assert store.missing_since("main", names, day(1), day(3)) == [day(1), day(2)]
    assert store.missing_since("main", [TOTAL_PRODUCTS.name], day(1), day(3)) == [day(2)]
    assert store.missing_since("other", names, day(0), day(9)) == []


def test_what_came_from_elsewhere_was_observed_on_days_that_nobody_captured(store: Store) -> None:
    write_whole(store, snapshot({TOTAL_PRODUCTS: 1}))
    write(store, {1: rebuilt(2)})
    assert store.imported_metrics() == []

    write(store, {1: observed(2)}, ACTIVE_STORES.name)
    store.remember_metrics([Metric("disk_gb", Kind.LEVEL, "GB", "Disk")])
    assert store.imported_metrics() == ["active_stores", "disk_gb"]


def test_what_is_written_apart_is_undone_alone(store: Store) -> None:
    write(store, {0: observed(1)})

    def fails() -> None:
        with store.apart():
            write(store, {0: observed(1), 1: observed(2)}, ACTIVE_STORES.name)
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        fails()
    with store.apart():
        write(store, {0: observed(3)}, "disk_gb")

    assert {series.metric for series in store.described("main")} == {"total_products", "disk_gb"}
    assert store.snapshot_days("main", None, None) == [DAY]


def test_what_is_kept_outlives_the_transaction_unless_it_is_a_host_s(tables: Engine) -> None:
    for commits, stays in ((False, []), (True, ["main"])):
        with emptied(tables) as connection:
            kept = DatabaseStore(connection, commits=commits)
            kept.write_days("main", [DAY])
            kept.keep()
            connection.rollback()
            assert kept.platform_codes() == stays


def test_a_claim_waits_for_the_one_before_it(tables: Engine) -> None:
    def claim_later() -> None:
        with tables.connect() as connection:
            second = DatabaseStore(connection, commits=True)
            second.claim_day("main", DAY, LATER)
            second.keep()

    later = Thread(target=claim_later)
    with emptied(tables) as connection:
        first = DatabaseStore(connection, commits=True)
        first.claim_day("main", DAY, NOON)
        later.start()
        later.join(timeout=0.3)
        waited = later.is_alive()
        first.keep()
        later.join()

        assert waited
        assert first.snapshot("main", DAY) == EMPTY


def test_four_claims_at_once_leave_one_day(tables: Engine) -> None:
    together = Barrier(4)

    def claim(_: int) -> None:
        with tables.connect() as connection:
            together.wait()
            one = DatabaseStore(connection, commits=True)
            one.claim_day("main", DAY, NOON)
            one.keep()

    with emptied(tables) as connection:
        with ThreadPoolExecutor(4) as pool:
            list(pool.map(claim, range(4)))

        assert DatabaseStore(connection, commits=True).snapshot_days("main", None, None) == [DAY]
