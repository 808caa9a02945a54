"""How whole series reach a database: in blocks, with any name, and past an index that is made anew."""

from datetime import timedelta

import pytest
from sqlalchemy import Connection, Engine, inspect
from tests.support.snapshots import DAY, NOON, observed
from tests.support.stores import day, emptied, series, stored

from outgrow.domain.metric import TOTAL_PRODUCTS, Scope
from outgrow.domain.snapshot import Provenance
from outgrow.store.contract import Differing
from outgrow.store.database import DatabaseStore
from outgrow.store.dialects.dialect import Dialect, dialect_of
from outgrow.store.tables import DAY_INDEX

NAME = TOTAL_PRODUCTS.name


@pytest.fixture
def store(connection: Connection) -> DatabaseStore:
    made = DatabaseStore(connection, commits=True)
    made.write_days("main", [DAY + timedelta(days=n) for n in range(100)])
    return made


def test_blocks_are_cut_anywhere(store: DatabaseStore, connection: Connection, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(type(dialect_of(connection)), "rows", 7)
    three = [series(*range(20)), series(name="none"), series(*range(8), name="vans")]
    assert store.write_series("main", three, Provenance.OBSERVED, NOON).changed == 28
    written = store.write_series("main", [series(*[1.0] * 30)], Provenance.OBSERVED, NOON)

    assert (written.changed, written.differing, [one.stored for one in written.first]) == (10, 19, [0, 2, 3, 4, 5])
    values = [found.value for (metric, _, _), found in sorted(stored(store).items()) if metric == NAME]
    assert values == [*range(20), *[1.0] * 10]


@pytest.mark.parametrize("key", ["web a", "it's", 'a"b', "a\\b", "a,b", "{a}", "100%", "%(x)s", ":name", "ü", "NULL"])
def test_any_scope_and_any_platform_comes_back(store: DatabaseStore, key: str) -> None:
    store.write_days(key, [DAY])
    of_host = Scope("host", key)
    for platform in ("main", key):
        store.write_series(platform, [series(0.1, scope=of_host)], Provenance.OBSERVED, NOON)

    assert stored(store) == {(NAME, f"host:{key}", DAY): observed(0.1)}
    assert store.panel(key, [TOTAL_PRODUCTS], of_host).values.tolist() == [[0.1]]
    written = store.write_series(key, [series(2, scope=of_host)], Provenance.OBSERVED, NOON)
    assert written.first == [Differing(NAME, of_host, DAY, 0.1, 2.0)]


def test_numbers_come_back_to_the_last_bit(store: DatabaseStore) -> None:
    given = [0.1, 1 / 3, 1e-300, 1.7976931348623157e308, 2.0**53 + 2, 0.1 + 0.2, 5e-324]
    store.write_series("main", [series(*given)], Provenance.OBSERVED, NOON)

    assert store.panel("main", [TOTAL_PRODUCTS], Scope("platform")).values.tolist() == [given]


def test_the_index_of_days_is_there_after_a_bulk_write(tables: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Dialect, "many", 10)
    with emptied(tables) as connection:
        store = DatabaseStore(connection, commits=True)

        def indexes() -> set[str | None]:
            return {index["name"] for index in inspect(connection).get_indexes("outgrow_measurements")}

        store.write_days("main", [day(number) for number in range(50)])
        store.keep()
        for values in (3, 50, 20):  # few; more than are stored; fewer than are stored
            with store.bulk_write(values):
                store.write_series("main", [series(*range(values))], Provenance.OBSERVED, NOON)
            assert DAY_INDEX in indexes()
            store.keep()

        def cut_off() -> None:
            with store.bulk_write(200):
                raise KeyboardInterrupt

        store.write_days("main", [day(-1)])
        with pytest.raises(KeyboardInterrupt):
            cut_off()
        connection.rollback()
        assert DAY_INDEX in indexes()
