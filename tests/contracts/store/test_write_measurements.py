"""What gives way to what: observed before rebuilt before missing, on every database."""

import pytest
from sqlalchemy import insert
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session
from tests.support.snapshots import DAY, Stored, missing, observed, rebuilt, row, snapshot, store, stored

from outgrow.domain.metric import (
    ACTIVE_STORES,
    ORDERS_PER_DAY,
    TIER_SUBSCRIPTIONS,
    TOTAL_PRODUCTS,
    Kind,
    Metric,
    Scope,
)
from outgrow.domain.snapshot import Provenance
from outgrow.store.snapshots import catalogue, write_days, write_measurements
from outgrow.store.tables import MeasurementRow

PRODUCTS = (TOTAL_PRODUCTS.name, "platform", DAY)


@pytest.fixture
def day(session: Session) -> None:
    """The measurements' day is there."""
    write_days(session, "main", [DAY])


@pytest.mark.usefixtures("day")
@pytest.mark.parametrize(
    ("old", "new", "kept"),
    [
        pytest.param(missing(), rebuilt(5), rebuilt(5), id="rebuilt fills missing"),
        pytest.param(missing(), observed(5), observed(5), id="observed fills missing"),
        pytest.param(missing(), observed(0), observed(0), id="zero is a value"),
        pytest.param(missing("first"), missing("second"), missing("first"), id="the first reason stays"),
        pytest.param(rebuilt(5), missing(), rebuilt(5), id="missing never overwrites rebuilt"),
        pytest.param(rebuilt(5), rebuilt(6), rebuilt(6), id="rebuilt gives way to other rebuilt"),
        pytest.param(rebuilt(5), rebuilt(0), rebuilt(0), id="rebuilt gives way to rebuilt zero"),
        pytest.param(rebuilt(5), observed(6), observed(6), id="rebuilt gives way to observed"),
        pytest.param(rebuilt(5), observed(5), observed(5), id="rebuilt becomes observed at the same value"),
        pytest.param(observed(5), missing(), observed(5), id="missing never overwrites observed"),
        pytest.param(observed(5), rebuilt(6), observed(5), id="rebuilt never overwrites observed"),
        pytest.param(observed(5), observed(6), observed(5), id="observed never changes"),
        pytest.param(observed(0), observed(6), observed(0), id="observed zero never changes"),
    ],
)
@pytest.mark.parametrize("at_once", [False, True], ids=["two writes", "one write"])
def test_precedence(session: Session, old: Stored, new: Stored, kept: Stored, at_once: bool) -> None:
    for rows in [[row(old), row(new)]] if at_once else [[row(old)], [row(new)]]:
        write_measurements(session, rows)

    assert stored(session) == {PRODUCTS: kept}


@pytest.mark.usefixtures("day")
def test_metrics_and_scopes_are_apart(session: Session) -> None:
    write_measurements(session, [row(observed(1)), row(observed(2), scope="store:7"), row(missing(), "active_stores")])
    write_measurements(session, [])

    assert stored(session) == {
        PRODUCTS: observed(1),
        (TOTAL_PRODUCTS.name, "store:7", DAY): observed(2),
        (ACTIVE_STORES.name, "platform", DAY): missing(),
    }


@pytest.mark.usefixtures("day")
@pytest.mark.parametrize(
    "impossible",
    [
        pytest.param(Stored(1.0, "and a reason", "observed"), id="both value and reason"),
        pytest.param(Stored(None, None, "observed"), id="neither value nor reason"),
        pytest.param(Stored(1.0, None, "guessed"), id="unknown provenance"),
    ],
)
def test_the_database_itself_refuses_what_cannot_be(session: Session, impossible: Stored) -> None:
    with pytest.raises(IntegrityError):
        session.execute(insert(MeasurementRow).values(row(impossible)))


def test_a_snapshot_is_stored_with_its_scopes_and_reasons(session: Session) -> None:
    plan = Scope("plan", "starter")
    store(session, snapshot({TOTAL_PRODUCTS: 7, ACTIVE_STORES: "timed out", (TIER_SUBSCRIPTIONS, plan): 3}))

    assert stored(session) == {
        PRODUCTS: observed(7),
        (ACTIVE_STORES.name, "platform", DAY): missing("timed out"),
        (TIER_SUBSCRIPTIONS.name, "plan:starter", DAY): observed(3),
    }


def test_a_rebuilt_snapshot_fills_and_a_second_capture_changes_nothing_else(session: Session) -> None:
    store(session, snapshot({TOTAL_PRODUCTS: 7, ACTIVE_STORES: "timed out"}))
    store(session, snapshot({TOTAL_PRODUCTS: 9, ACTIVE_STORES: 2}))
    store(session, snapshot({TOTAL_PRODUCTS: 11, ORDERS_PER_DAY: 4}, provenance=Provenance.RECONSTRUCTED))

    assert stored(session) == {
        PRODUCTS: observed(7),
        (ACTIVE_STORES.name, "platform", DAY): observed(2),
        (ORDERS_PER_DAY.name, "platform", DAY): rebuilt(4),
    }


def test_the_catalogue_knows_what_was_written_besides_the_built_in(session: Session) -> None:
    disk = Metric("disk_gb", Kind.LEVEL, "GB", "Disk")
    store(session, snapshot({disk: 1, TOTAL_PRODUCTS: 2}), snapshot({disk: 3}, platform="other"))

    known = catalogue(session)
    assert known.resolve("disk_gb") == disk
    assert known.resolve("products") == TOTAL_PRODUCTS
    assert [metric for metric in known if metric.name == TOTAL_PRODUCTS.name] == [TOTAL_PRODUCTS]


def test_a_metric_keeps_the_description_it_was_first_given(session: Session) -> None:
    first = Metric("disk_gb", Kind.LEVEL, "GB", "Disk")
    store(session, snapshot({first: 1}), snapshot({Metric("disk_gb", Kind.FLOW, "MB", "Other"): 1}))

    assert catalogue(session).resolve("disk_gb") == first
