"""What needs no database of the store's verbs."""

from datetime import date, timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy.orm import Session
from tests.support.snapshots import DAY, NOON

from outgrow.domain.days import days_between
from outgrow.domain.errors import DatabaseError
from outgrow.store.snapshots import claim_day, in_chunks


@given(n_days=st.integers(0, 40), size=st.integers(1, 12))
def test_chunks_cover_every_day_once_and_in_order(n_days: int, size: int) -> None:
    last = DAY + timedelta(days=n_days - 1)
    chunks = list(in_chunks(DAY, last, size))

    assert [day for chunk in chunks for day in days_between(*chunk)] == days_between(DAY, last)
    assert all((end - start).days == size - 1 for start, end in chunks[:-1])
    assert all(0 <= (end - start).days < size for start, end in chunks)


def test_a_span_shorter_than_a_chunk_is_one() -> None:
    assert list(in_chunks(date(2026, 3, 1), date(2026, 3, 1), 100)) == [(date(2026, 3, 1), date(2026, 3, 1))]


def test_a_database_that_cannot_hold_snapshots_is_refused_with_what_can() -> None:
    class Elsewhere(Session):
        def get_bind(self, *_: Any, **__: Any) -> Any:
            return SimpleNamespace(dialect=SimpleNamespace(name="oracle"))

    with Elsewhere() as session, pytest.raises(DatabaseError) as caught:
        claim_day(session, "main", DAY, NOON)

    assert caught.value.what == "snapshots cannot be stored in a oracle database"
    assert "SQLite or PostgreSQL" in caught.value.mend
