"""Sums by key, whoever adds them up, and however many rows come at a time."""

from collections.abc import Iterator
from datetime import UTC, datetime

import numpy as np
import pytest
from sqlalchemy import Engine, func, insert, select
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from outgrow.domain.errors import DataError
from outgrow.sources.commerce import tallies as module
from outgrow.sources.commerce.models import MediaFile, Merchant, Platform, Store
from outgrow.sources.commerce.tallies import added_up, all_whole_numbers, columns, tallies

LARGE = 2**53 + 1
"""What no float tells from its neighbour."""
FILES = [(1, LARGE), (2, 5), (1, 1), (2, 7), (1, 2)]


@pytest.fixture(params=[1, 2, 50_000])
def db(request: pytest.FixtureRequest, commerce_engine: Engine, monkeypatch: pytest.MonkeyPatch) -> Iterator[Session]:
    monkeypatch.setattr(module, "FETCHED", request.param)
    monkeypatch.setattr(module, "MERGED", request.param)
    with Session(commerce_engine) as session:
        session.add(Platform(id=1, code="main"))
        session.flush()
        session.add(Merchant(id=1, platform_id=1, name="m"))
        session.flush()
        session.add_all(Store(id=number, platform_id=1, merchant_id=1) for number in (1, 2))
        session.flush()
        at = datetime(2026, 1, 1, tzinfo=UTC)
        rows = [{"platform_id": 1, "store_id": store, "bytes": size, "created_at": at} for store, size in FILES]
        session.execute(insert(MediaFile), rows)
        yield session


def test_counts_and_sums_are_exact(db: Session) -> None:
    parts = tallies(db, MediaFile, [MediaFile.store_id], [None, MediaFile.bytes], [MediaFile.platform_id == 1])
    keys, sums = added_up(((keys[:, 0], some) for keys, some in parts), 2)
    assert keys.tolist() == [1, 2]
    assert sums.tolist() == [[3, LARGE + 3], [2, 12]]


def test_of_nothing_there_is_nothing(db: Session) -> None:
    parts = tallies(db, MediaFile, [MediaFile.store_id], [None], [MediaFile.platform_id == 2])
    keys, sums = added_up((keys[:, 0], some) for keys, some in parts)
    assert (keys.shape, sums.shape) == ((0,), (0, 1))
    assert all_whole_numbers(db, select(Store.id, Store.merchant_id).where(Store.id == 7), 2).shape == (0, 2)
    assert columns(db, select(Store.id, Store.code).where(Store.id == 7), 2) == [[], []]


def test_rows_come_whole_and_in_their_order(db: Session) -> None:
    query = select(MediaFile.store_id, MediaFile.bytes).order_by(MediaFile.id)
    assert all_whole_numbers(db, query, 2).tolist() == [list(row) for row in FILES]
    assert columns(db, query, 2) == [list(column) for column in zip(*FILES, strict=True)]
    assert all_whole_numbers(db, query, 2).dtype == np.int64


def test_what_fails_on_the_way_is_an_error_as_of_any_query(db: Session) -> None:
    db.execute(insert(MediaFile), {"platform_id": 1, "bytes": -(2**63), "created_at": datetime(2026, 1, 1, tzinfo=UTC)})
    query = select(func.abs(MediaFile.bytes)).order_by(MediaFile.id)  # of which no whole number is
    with pytest.raises(DBAPIError):
        all_whole_numbers(db, query, 1)


def test_a_row_without_a_number_is_an_error(db: Session) -> None:
    nothing = func.nullif(MediaFile.store_id, 2)
    with pytest.raises(DataError, match="by which they are counted"):
        all_whole_numbers(db, select(MediaFile.id, nothing), 2)


def test_what_waits_in_the_session_is_counted(db: Session) -> None:
    db.add(Store(id=3, platform_id=1, merchant_id=1))
    assert all_whole_numbers(db, select(Store.id).order_by(Store.id), 1)[:, 0].tolist() == [1, 2, 3]
