"""What gives way to what: observed before rebuilt before missing, in every store and however it is written."""

from collections.abc import Iterator
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Connection, create_engine, insert
from sqlalchemy.exc import IntegrityError
from tests.support.snapshots import DAY, NOON, Stored, missing, observed, rebuilt, row, snapshot
from tests.support.stores import day, metric, series, stored, write, write_whole

from outgrow.domain.metric import ACTIVE_STORES, ORDERS_PER_DAY, PLATFORM, TOTAL_PRODUCTS, Kind, Metric, Scope
from outgrow.domain.snapshot import Measurement, Provenance, Reading, Snapshot
from outgrow.store.contract import Differing, Store
from outgrow.store.database import DatabaseStore
from outgrow.store.memory import MemoryStore
from outgrow.store.tables import MEASUREMENTS, METADATA

NAME = TOTAL_PRODUCTS.name
PRODUCTS = (NAME, "platform", DAY)


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
def test_precedence(store: Store, old: Stored, new: Stored, kept: Stored) -> None:
    write(store, {0: old})
    write(store, {0: new})

    assert stored(store) == {PRODUCTS: kept}


@pytest.mark.parametrize("old", [missing(), rebuilt(5), rebuilt(6), observed(5), observed(6)])
@pytest.mark.parametrize("new", [missing("gone"), rebuilt(6), observed(6)])
@pytest.mark.parametrize("whole", [False, True], ids=["snapshot", "series"])
def test_replacing_leaves_what_was_given_but_for_what_is_missing(
    store: Store, old: Stored, new: Stored, whole: bool
) -> None:
    write(store, {0: old})
    if new.value is None:
        write(store, {0: new}, replace=True)
    elif whole:
        written = store.write_series("main", [series(new.value)], Provenance(new.provenance), NOON, replace=True)
        assert (written.changed, written.differing) == (old != new, 0)
    else:
        write(store, {0: new}, replace=True)

    assert stored(store) == {PRODUCTS: old if new.value is None else new}


@pytest.mark.parametrize("old", [missing(), rebuilt(5), observed(5), None])
@pytest.mark.parametrize("new", [rebuilt(5), rebuilt(6), observed(0), observed(6), observed(5)])
def test_a_series_says_what_came_of_it(store: Store, old: Stored | None, new: Stored) -> None:
    write(store, {0: old} if old else {})
    store.write_days("main", [DAY])
    assert new.value is not None
    written = store.write_series("main", [series(new.value)], Provenance(new.provenance), NOON)

    stays = old == observed(5) and new.value != 5
    assert written.changed == (stored(store)[PRODUCTS] != old)
    assert written.differing == stays
    assert written.first == ([Differing(NAME, PLATFORM, DAY, 5.0, new.value)] if stays else [])


def test_of_many_that_differ_five_are_told(store: Store) -> None:
    store.write_days("main", [day(number) for number in range(30)])
    store.write_series("main", [series(*range(20)), series(*range(3), name="vans")], Provenance.OBSERVED, NOON)
    written = store.write_series("main", [series(*[1.0] * 30)], Provenance.OBSERVED, NOON)

    assert (written.changed, written.differing, len(written.first)) == (10, 19, 5)
    assert [one.stored for one in written.first] == [0, 2, 3, 4, 5]
    values = [found.value for (name, _, _), found in sorted(stored(store).items()) if name == NAME]
    assert values == [*range(20), *[1.0] * 10]
    assert store.write_series("main", [], Provenance.OBSERVED, NOON).changed == 0


def test_what_cannot_be_rebuilt_is_kept_with_its_reason_where_nothing_is_known(store: Store) -> None:
    write(store, {0: observed(1), 1: missing("down")})
    store.write_days("main", [day(2)])
    store.write_missing("main", {NAME: "no  time stamps", "disk_gb": ""}, [DAY, day(1), day(2)], NOON)

    found = stored(store)
    assert [found[NAME, "platform", day(n)] for n in range(3)] == [
        observed(1),
        missing("down"),
        Stored(None, "no time stamps", "reconstructed"),
    ]
    assert found["disk_gb", "platform", DAY] == Stored(None, "no reason was given", "reconstructed")


def test_a_rebuilt_snapshot_fills_and_a_second_capture_changes_nothing_else(store: Store) -> None:
    write_whole(store, snapshot({TOTAL_PRODUCTS: 7, ACTIVE_STORES: "timed out"}))
    write_whole(store, snapshot({TOTAL_PRODUCTS: 9, ACTIVE_STORES: 2}))
    write_whole(store, snapshot({TOTAL_PRODUCTS: 11, ORDERS_PER_DAY: 4}, provenance=Provenance.RECONSTRUCTED))

    assert stored(store) == {
        PRODUCTS: observed(7),
        (ACTIVE_STORES.name, "platform", DAY): observed(2),
        (ORDERS_PER_DAY.name, "platform", DAY): rebuilt(4),
    }


def test_what_is_measured_twice_in_a_snapshot_is_written_in_order(store: Store) -> None:
    store.write_days("main", [DAY])
    readings = Reading.missing("down"), Reading(5.0), Reading(6.0)
    measured = tuple(Measurement(TOTAL_PRODUCTS, reading) for reading in readings)
    for provenance, kept in ((Provenance.RECONSTRUCTED, rebuilt(6)), (Provenance.OBSERVED, observed(5))):
        store.write_snapshot(Snapshot("main", DAY, provenance, measured), NOON)
        assert stored(store) == {PRODUCTS: kept}


@pytest.mark.parametrize(
    "impossible",
    [
        pytest.param(Stored(1.0, "and a reason", "observed"), id="both value and reason"),
        pytest.param(Stored(None, None, "observed"), id="neither value nor reason"),
        pytest.param(Stored(1.0, None, "guessed"), id="unknown provenance"),
    ],
)
def test_the_database_itself_refuses_what_cannot_be(connection: Connection, impossible: Stored) -> None:
    DatabaseStore(connection, commits=False).write_days("main", [DAY])
    with pytest.raises(IntegrityError):
        connection.execute(insert(MEASUREMENTS).values(row(impossible)))


Key = tuple[str, str, date]

KEYS = st.tuples(
    st.sampled_from(["total_products", "active_stores"]),
    st.sampled_from(["platform", "store:1"]),
    st.sampled_from([DAY, day(1)]),
)
VALUES = st.sampled_from([0.0, 1.0, 2.5])
READINGS = st.one_of(VALUES.map(observed), VALUES.map(rebuilt), st.sampled_from(["down", "timed out"]).map(missing))
WRITES = st.lists(st.tuples(KEYS, READINGS, st.booleans()), max_size=12)


@pytest.fixture(scope="module")
def in_memory() -> Iterator[Connection]:
    """Our tables in an SQLite database that no file holds."""
    engine = create_engine("sqlite://")
    METADATA.create_all(engine)
    with engine.connect() as connection:
        yield connection
    engine.dispose()


def certainty(reading: Stored) -> int:
    return 0 if reading.value is None else {"reconstructed": 1, "observed": 2}[reading.provenance]


def after(old: Stored | None, new: Stored) -> Stored:
    """The rule, said differently: the more certain one stays, and among rebuilt ones the newer."""
    if old is None or certainty(new) > certainty(old):
        return new
    return new if certainty(new) == certainty(old) == 1 else old


@given(writes=WRITES)
def test_any_writes_end_where_a_dictionary_does(in_memory: Connection, writes: list[tuple[Key, Stored, bool]]) -> None:
    model: dict[Key, Stored] = {}
    stores: list[Store] = [MemoryStore(), DatabaseStore(in_memory, commits=False)]
    for store in stores:
        store.write_days("main", [DAY, day(1)])
    for (name, scope, of), reading, whole in writes:
        for store in stores:
            _write(store, name, scope, of, reading, whole=whole)
        model[name, scope, of] = after(model.get((name, scope, of)), reading)
    for store in stores:
        assert stored(store) == model
    in_memory.rollback()


def _write(store: Store, name: str, scope: str, of: date, reading: Stored, *, whole: bool) -> None:
    if whole and reading.value is not None:
        days = (of - DAY).days
        one = series(*[0.0] * days, reading.value, name=name, scope=Scope.parse(scope))
        one = type(one)(one.metric, one.scope, one.days[days:], one.values[days:])
        store.write_series("main", [one], Provenance(reading.provenance), NOON)
        return
    measured = Measurement(metric(name), Reading(reading.value, reading.reason), Scope.parse(scope))
    store.write_snapshot(Snapshot("main", of, Provenance(reading.provenance), (measured,)), NOON)


def test_the_catalogue_knows_what_was_written_besides_the_built_in(store: Store) -> None:
    disk = Metric("disk_gb", Kind.LEVEL, "GB", "Disk")
    write_whole(store, snapshot({disk: 1, TOTAL_PRODUCTS: 2}), snapshot({disk: 3}, platform="other"))

    known = store.catalogue()
    assert known.resolve("disk_gb") == disk
    assert known.resolve("products") == TOTAL_PRODUCTS
    assert [one for one in known if one.name == TOTAL_PRODUCTS.name] == [TOTAL_PRODUCTS]


def test_a_metric_keeps_the_description_it_was_first_given_unless_it_is_given_anew(store: Store) -> None:
    first, other = Metric("disk_gb", Kind.LEVEL, "GB", "Disk"), Metric("disk_gb", Kind.FLOW, "MB", "Other")
    write_whole(store, snapshot({first: 1}), snapshot({other: 1}))
    assert store.catalogue().resolve("disk_gb") == first

    store.remember_metrics([other, Metric(NAME, Kind.FLOW, "none", "None")], anew=True)
    assert store.catalogue().resolve("disk_gb") == Metric("disk_gb", Kind.FLOW, "MB", "Disk")
    assert store.catalogue().resolve(NAME) == TOTAL_PRODUCTS
