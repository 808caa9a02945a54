"""A history comes back as an unbroken row of days, on every database."""

from collections.abc import Mapping
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from sqlalchemy import Engine, event
from sqlalchemy.orm import Session
from tests.support.snapshots import DAY, Stored, missing, observed, rebuilt, row, snapshot, store

from outgrow.domain.history import MISSING, OBSERVED, RECONSTRUCTED
from outgrow.domain.metric import ACTIVE_STORES, ORDERS_PER_DAY, TOTAL_PRODUCTS, Metric, Scope
from outgrow.store.histories import HistoryReader
from outgrow.store.snapshots import (
    claim_day,
    count_measurements,
    missing_since,
    newest_day,
    snapshot_days,
    stored_platforms,
    write_days,
    write_measurements,
)

STORE = Scope("store", "7")


def day(number: int) -> date:
    return DAY + timedelta(days=number)


def write(session: Session, readings: Mapping[int, Stored], metric: Metric = TOTAL_PRODUCTS) -> None:
    """Store these readings, by the number of days after DAY."""
    write_days(session, "main", [day(number) for number in readings])
    write_measurements(session, [row(reading, metric.name, day(number)) for number, reading in readings.items()])


def test_gaps_are_nan_and_missing(session: Session) -> None:
    write(session, {5: observed(9), 0: rebuilt(4), 2: missing(), 3: observed(0)})

    (history,) = HistoryReader(session, "main").read([TOTAL_PRODUCTS])

    assert (history.first_day, history.last_day) == (DAY, day(5))
    np.testing.assert_array_equal(history.values, [4, np.nan, np.nan, 0, np.nan, 9])
    assert history.provenance.tolist() == [RECONSTRUCTED, MISSING, MISSING, OBSERVED, MISSING, OBSERVED]
    assert (history.observed_days, history.reconstructed_days, history.missing_days) == (2, 1, 3)


def test_missing_days_at_the_ends_are_left_out(session: Session) -> None:
    write(session, {0: missing(), 1: observed(4), 2: missing()})

    (history,) = HistoryReader(session, "main").read([TOTAL_PRODUCTS])

    assert (history.first_day, history.last_day, len(history)) == (day(1), day(1), 1)


@pytest.mark.parametrize(
    ("since", "until", "values"),
    [(None, None, [0, 1, 2, 3]), (None, 1, [0, 1]), (2, None, [2, 3]), (1, 2, [1, 2]), (3, 0, []), (None, -1, [])],
)
def test_nothing_outside_the_span_is_read(
    session: Session, since: int | None, until: int | None, values: list[float]
) -> None:
    write(session, {number: observed(number) for number in range(4)})

    reader = HistoryReader(session, "main", None if until is None else day(until))
    (history,) = reader.read([TOTAL_PRODUCTS], since=None if since is None else day(since))

    assert history.values.tolist() == values


@pytest.mark.parametrize("until", [None, DAY])
def test_an_empty_history_can_be_asked_everything(session: Session, until: date | None) -> None:
    (history,) = HistoryReader(session, "main", until).read([TOTAL_PRODUCTS])

    assert len(history) == len(history.to_known()) == len(history.between(DAY, day(3))) == len(history.days()) == 0
    assert history.last_day == history.first_day - timedelta(days=1)
    assert (history.newest, history.known_days, history.missing_days) == (None, 0, 0)
    assert history.scope_name == "platform:main"


def test_platforms_and_scopes_do_not_mix(session: Session) -> None:
    store(
        session, snapshot({TOTAL_PRODUCTS: 1, (TOTAL_PRODUCTS, STORE): 2}), snapshot({TOTAL_PRODUCTS: 3}, platform="b")
    )

    (mine,) = HistoryReader(session, "main").read([TOTAL_PRODUCTS])
    (of_store,) = HistoryReader(session, "main").read([TOTAL_PRODUCTS], STORE)
    (of_other,) = HistoryReader(session, "b").read([TOTAL_PRODUCTS])

    assert [h.values.tolist() for h in (mine, of_store, of_other)] == [[1], [2], [3]]
    assert [h.scope_name for h in (mine, of_store, of_other)] == ["platform:main", "store:7", "platform:b"]


def test_several_metrics_take_one_query_and_keep_their_order(session: Session, store_engine: Engine) -> None:
    write(session, {0: observed(1), 1: observed(2)})
    write(session, {1: observed(8)}, ACTIVE_STORES)
    statements: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        statements.append(statement)

    event.listen(store_engine, "before_cursor_execute", note)
    products, nothing, stores = HistoryReader(session, "main").read(
        [TOTAL_PRODUCTS, Metric("disk_gb", TOTAL_PRODUCTS.kind, "GB", "Disk"), ACTIVE_STORES]
    )

    assert len(statements) == 1
    assert (products.values.tolist(), nothing.values.tolist(), stores.values.tolist()) == ([1, 2], [], [8])
    assert stores.first_day == day(1)


def test_no_metrics_no_histories(session: Session) -> None:
    assert HistoryReader(session, "main").read([]) == []


def test_what_the_store_holds(session: Session) -> None:
    assert (stored_platforms(session), newest_day(session, "main")) == ([], None)

    write_days(session, "main", [day(3), day(0), day(1)])
    write_days(session, "another", [day(9)])

    assert stored_platforms(session) == ["another", "main"]
    assert newest_day(session, "main") == day(3)
    assert snapshot_days(session, "main", None, None) == [day(0), day(1), day(3)]
    assert snapshot_days(session, "main", day(1), day(2)) == [day(1)]


def test_only_values_are_counted(session: Session) -> None:
    assert count_measurements(session, "main") == 0

    write(session, {0: observed(0), 1: rebuilt(1), 2: missing()})
    store(session, snapshot({TOTAL_PRODUCTS: 1}, platform="b"))
    assert count_measurements(session, "main") == 2


def test_days_on_which_something_is_missing(session: Session) -> None:
    write(session, {0: missing(), 1: observed(1), 2: missing(), 3: missing()})
    write(session, {2: missing(), 1: missing()}, ACTIVE_STORES)

    names = [TOTAL_PRODUCTS.name, ACTIVE_STORES.name]
    assert missing_since(session, "main", names, day(1), day(3)) == [day(1), day(2)]
    assert missing_since(session, "main", [TOTAL_PRODUCTS.name], day(1), day(3)) == [day(2)]
    assert missing_since(session, "other", names, day(0), day(9)) == []


def test_a_captured_day_s_value_that_came_later_was_not_known_on_that_day(session: Session) -> None:
    zone = ZoneInfo("Europe/Berlin")
    late = datetime.combine(DAY, time(23, 30), zone)
    claim_day(session, "main", day(0), late)
    claim_day(session, "main", day(1), late + timedelta(days=1))
    write(session, {-1: rebuilt(7)})
    write_measurements(session, [row(observed(8), day=DAY)], late)
    flow = [row(rebuilt(3), ORDERS_PER_DAY.name, DAY)]
    write_measurements(session, flow, late + timedelta(days=1))

    for until, orders, products in ((0, [], 2), (1, [3.0], 2)):
        reader = HistoryReader(session, "main", day(until), zone)
        found = {series.metric: series for series in reader.described()}

        assert reader.read([ORDERS_PER_DAY])[0].values.tolist() == orders
        assert found[TOTAL_PRODUCTS.name].days == products
        assert (ORDERS_PER_DAY.name in found) is bool(orders)


def test_a_day_that_nobody_captured_is_known_from_its_end_whenever_it_was_rebuilt(session: Session) -> None:
    write_days(session, "main", [DAY])
    write_measurements(session, [row(rebuilt(3))], datetime(2030, 1, 1, tzinfo=UTC))

    (found,) = HistoryReader(session, "main", DAY, ZoneInfo("UTC")).described()

    assert (found.newest_day, found.newest_value, found.days) == (DAY, 3.0, 1)
