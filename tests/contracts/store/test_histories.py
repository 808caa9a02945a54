"""Histories come back as an unbroken row of days, from every store."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from tests.support.snapshots import DAY, missing, observed, rebuilt, snapshot
from tests.support.stores import STORE, day, metric, write, write_whole

from outgrow.domain.history import MISSING, OBSERVED, RECONSTRUCTED, History
from outgrow.domain.metric import ACTIVE_STORES, ORDERS_PER_DAY, PLATFORM, TOTAL_PRODUCTS, Metric, Scope
from outgrow.domain.panel import NO_DAY, Key
from outgrow.domain.snapshot import Provenance
from outgrow.store.contract import KnownOn, Store, StoredSeries


def read(store: Store, metric: Metric = TOTAL_PRODUCTS, scope: Scope = PLATFORM, platform: str = "main") -> History:
    """One history alone."""
    return store.panel(platform, [metric], scope).history(0)


def test_gaps_are_nan_and_missing(store: Store) -> None:
    write(store, {5: observed(9), 0: rebuilt(4), 2: missing(), 3: observed(0)})

    panel = store.panel("main", [TOTAL_PRODUCTS], PLATFORM)

    assert (panel.first_day, panel.last_day) == (DAY, day(5))
    np.testing.assert_array_equal(panel.values, [[4, np.nan, np.nan, 0, np.nan, 9]])
    assert panel.provenance.tolist() == [[RECONSTRUCTED, MISSING, MISSING, OBSERVED, MISSING, OBSERVED]]
    assert (panel.values.dtype.name, panel.provenance.dtype.name) == ("float64", "int8")


def test_missing_days_at_the_ends_are_left_out(store: Store) -> None:
    write(store, {0: missing(), 1: observed(4), 2: missing()})

    history = read(store)
    assert (history.first_day, history.last_day, len(history)) == (day(1), day(1), 1)


@pytest.mark.parametrize(
    ("since", "until", "values"),
    [(None, None, [0, 1, 2, 3]), (None, 1, [0, 1]), (2, None, [2, 3]), (1, 2, [1, 2]), (3, 0, []), (None, -1, [])],
)
def test_nothing_outside_the_span_is_read(
    store: Store, since: int | None, until: int | None, values: list[float]
) -> None:
    write(store, {number: observed(number) for number in range(4)})

    known = KnownOn(None if until is None else day(until))
    panel = store.panel("main", [TOTAL_PRODUCTS], PLATFORM, known, None if since is None else day(since))

    assert panel.values.tolist() == [values]


@pytest.mark.parametrize("until", [None, DAY])
def test_an_empty_history_can_be_asked_everything(store: Store, until: date | None) -> None:
    panel = store.panel("main", [TOTAL_PRODUCTS], PLATFORM, KnownOn(until))
    history = panel.history(0)

    assert (panel.n_days, panel.first_day) == (0, until or NO_DAY)
    assert len(history) == len(history.to_known()) == len(history.between(DAY, day(3))) == len(history.days()) == 0
    assert history.last_day == history.first_day - timedelta(days=1)
    assert (history.newest, history.known_days, history.missing_days) == (None, 0, 0)
    assert history.scope_name == "platform:main"


def test_platforms_and_scopes_do_not_mix(store: Store) -> None:
    write_whole(
        store, snapshot({TOTAL_PRODUCTS: 1, (TOTAL_PRODUCTS, STORE): 2}), snapshot({TOTAL_PRODUCTS: 3}, platform="b")
    )

    found = read(store), read(store, scope=STORE), read(store, platform="b")
    assert [h.values.tolist() for h in found] == [[1], [2], [3]]
    assert [h.scope_name for h in found] == ["platform:main", "store:7", "platform:b"]


def test_a_panel_keeps_the_order_of_its_metrics_and_shares_its_days(store: Store) -> None:
    write(store, {0: observed(1), 1: observed(2)})
    write(store, {1: observed(8)}, ACTIVE_STORES.name)
    asked = [TOTAL_PRODUCTS, metric("disk_gb"), ACTIVE_STORES, TOTAL_PRODUCTS]

    panel = store.panel("main", asked, PLATFORM)

    assert (panel.metrics, panel.keys) == (tuple(asked), (Key("main", PLATFORM),) * 4)
    np.testing.assert_array_equal(panel.values, [[1, 2], [np.nan, np.nan], [np.nan, 8], [1, 2]])
    assert panel.known().tolist() == [True, False, True, True]
    assert panel.history(2).first_day == day(1)


def test_no_metrics_no_rows(store: Store) -> None:
    panel = store.panel("main", [], PLATFORM)

    assert (len(panel), panel.n_days) == (0, 0)


def test_the_fleet_is_every_series_of_every_platform_in_their_order(store: Store) -> None:
    assert len(store.fleet()) == 0

    write(store, {1: observed(3)}, platform="b")
    write(store, {0: observed(1), 2: rebuilt(2)}, "disk_gb", STORE)
    write(store, {1: observed(5)})
    write(store, {0: missing()}, ACTIVE_STORES.name)

    fleet = store.fleet()
    assert fleet.keys == (Key("b", PLATFORM), Key("main", PLATFORM), Key("main", STORE))
    assert [one.name for one in fleet.metrics] == ["total_products", "total_products", "disk_gb"]
    assert fleet.first_day == DAY
    np.testing.assert_array_equal(fleet.values, [[np.nan, 3, np.nan], [np.nan, 5, np.nan], [1, np.nan, 2]])


def test_series_are_described_by_metric_and_scope(store: Store) -> None:
    write(store, {0: observed(1), 3: rebuilt(7), 4: missing()})
    write(store, {2: observed(5)}, scope=STORE)
    write(store, {1: observed(4)}, ACTIVE_STORES.name)
    write(store, {1: missing()}, "disk_gb")
    write(store, {9: observed(4)}, platform="b")

    assert store.described("main") == [
        StoredSeries("active_stores", PLATFORM, 1, day(1), 4.0),
        StoredSeries("total_products", PLATFORM, 2, day(3), 7.0),
        StoredSeries("total_products", STORE, 1, day(2), 5.0),
    ]
    assert store.described("main", KnownOn(day(1)))[1] == StoredSeries("total_products", PLATFORM, 1, DAY, 1.0)
    assert store.described("nobody") == []


def test_a_captured_day_s_value_that_came_later_was_not_known_on_that_day(store: Store) -> None:
    zone = ZoneInfo("Europe/Berlin")
    late = datetime.combine(DAY, time(23, 30), zone)
    store.claim_day("main", day(0), late)
    store.claim_day("main", day(1), late + timedelta(days=1))
    write(store, {-1: rebuilt(7)})
    write(store, {0: observed(8)}, at=late)
    write(store, {0: rebuilt(3)}, ORDERS_PER_DAY.name, at=datetime.combine(day(1), time.min, zone))

    for until, orders, products in ((0, [], 2), (1, [3.0], 2)):
        known = KnownOn(day(until), zone)
        found = {series.metric: series for series in store.described("main", known)}

        assert store.panel("main", [ORDERS_PER_DAY], PLATFORM, known).values.tolist() == [orders]
        assert found[TOTAL_PRODUCTS.name].days == products
        assert (ORDERS_PER_DAY.name in found) is bool(orders)


def test_a_day_that_nobody_captured_is_known_from_its_end_whenever_it_was_rebuilt(store: Store) -> None:
    write(store, {0: rebuilt(3)}, at=datetime(2030, 1, 1, tzinfo=UTC))

    (found,) = store.described("main", KnownOn(DAY, ZoneInfo("UTC")))

    assert (found.newest_day, found.newest_value, found.days) == (DAY, 3.0, 1)


def test_a_day_that_was_claimed_after_its_end_was_not_captured_while_it_ran(store: Store) -> None:
    store.claim_day("main", DAY, datetime(2026, 3, 5, tzinfo=UTC))
    write(store, {0: observed(3)}, at=datetime(2026, 3, 5, tzinfo=UTC))

    assert store.panel("main", [TOTAL_PRODUCTS], PLATFORM, KnownOn(DAY, ZoneInfo("UTC"))).values.tolist() == [[3]]


def test_what_was_observed_is_told_by_name(store: Store) -> None:
    write_whole(store, snapshot({TOTAL_PRODUCTS: 1, ACTIVE_STORES: "down", (metric("seats"), STORE): 0}))
    write_whole(store, snapshot({ORDERS_PER_DAY: 4}, provenance=Provenance.RECONSTRUCTED))
    write_whole(store, snapshot({ORDERS_PER_DAY: 4}, day=day(1)), snapshot({ORDERS_PER_DAY: 4}, platform="b"))

    assert store.observed_metrics("main", DAY) == {"total_products", "seats"}
    assert store.observed_metrics("main", day(2)) == frozenset()
