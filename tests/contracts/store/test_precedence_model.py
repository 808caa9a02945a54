"""Any sequence of writes ends where a plain dictionary would, and what was observed never changes."""

from collections.abc import Iterator
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Engine, create_engine
from sqlalchemy.orm import Session
from tests.support.snapshots import DAY, Stored, missing, observed, rebuilt, row, stored

from outgrow.store.snapshots import write_measurements
from outgrow.store.tables import StoreBase

Key = tuple[str, str, date]

KEYS = st.tuples(
    st.sampled_from(["total_products", "active_stores"]),
    st.sampled_from(["platform", "store:1"]),
    st.sampled_from([DAY, DAY + timedelta(days=1)]),
)
VALUES = st.sampled_from([0.0, 1.0, 2.5])
READINGS = st.one_of(VALUES.map(observed), VALUES.map(rebuilt), st.sampled_from(["down", "timed out"]).map(missing))
WRITES = st.lists(st.lists(st.tuples(KEYS, READINGS), max_size=6), max_size=6)


@pytest.fixture(scope="module")
def memory() -> Iterator[Engine]:
    """Our tables in memory."""
    engine = create_engine("sqlite://")
    StoreBase.metadata.create_all(engine)
    yield engine
    engine.dispose()


def certainty(reading: Stored) -> int:
    return 0 if reading.value is None else {"reconstructed": 1, "observed": 2}[reading.provenance]


def after(old: Stored | None, new: Stored) -> Stored:
    """The rule, said differently: the more certain one stays, and among rebuilt ones the newer."""
    if old is None or certainty(new) > certainty(old):
        return new
    return new if certainty(new) == certainty(old) == 1 else old


@given(writes=WRITES)
def test_writes_end_where_the_dictionary_does(memory: Engine, writes: list[list[tuple[Key, Stored]]]) -> None:
    model: dict[Key, Stored] = {}
    before: dict[Key, Stored] = {}
    with Session(memory) as session:
        for write in writes:
            write_measurements(session, [row(reading, *key_of(key)) for key, reading in write])
            for key, reading in write:
                model[key] = after(model.get(key), reading)
            now = stored(session)
            assert now == model
            assert all(now[key] == reading for key, reading in before.items() if certainty(reading) == 2)
            before = now
        session.rollback()


def key_of(key: Key) -> tuple[str, date, str]:
    """The key in the order in which `row` takes it."""
    metric, scope, day = key
    return metric, day, scope
