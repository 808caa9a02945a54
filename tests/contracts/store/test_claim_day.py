"""A day is claimed once, by whoever comes first, on every database."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier, Thread

from sqlalchemy import Engine, func, select
from sqlalchemy.orm import Session
from tests.support.snapshots import DAY, NOON

from outgrow.store.snapshots import claim_day, get_snapshot, write_days
from outgrow.store.tables import CapacitySnapshot

LATER = NOON + timedelta(hours=3)


def test_a_claim_makes_the_row_and_keeps_the_instant(session: Session) -> None:
    claim_day(session, "main", DAY, NOON)

    snapshot = get_snapshot(session, "main", DAY)
    assert snapshot is not None
    assert snapshot.captured_at == NOON


def test_a_second_claim_changes_nothing(session: Session) -> None:
    claim_day(session, "main", DAY, NOON)
    claim_day(session, "main", DAY, LATER)

    assert session.scalars(select(CapacitySnapshot.captured_at_ms)).all() == [int(NOON.timestamp() * 1000)]


def test_claiming_a_day_that_was_rebuilt_says_when_it_was_captured(session: Session) -> None:
    write_days(session, "main", [DAY])
    claim_day(session, "main", DAY, NOON)

    assert session.scalars(select(CapacitySnapshot.captured_at_ms)).all() == [int(NOON.timestamp() * 1000)]


def test_each_platform_has_its_own_day(session: Session) -> None:
    claim_day(session, "main", DAY, NOON)
    claim_day(session, "other", DAY, LATER)

    assert session.scalar(select(func.count()).select_from(CapacitySnapshot)) == 2


def test_a_claim_waits_for_the_one_before_it(store_engine: Engine) -> None:
    def claim_later() -> None:
        with Session(store_engine) as session:
            claim_day(session, "main", DAY, LATER)
            session.commit()

    second = Thread(target=claim_later)
    with Session(store_engine) as first:
        claim_day(first, "main", DAY, NOON)
        second.start()
        second.join(timeout=0.3)
        waited = second.is_alive()
        first.commit()
    second.join()

    assert waited
    with Session(store_engine) as session:
        assert [row.captured_at for row in session.scalars(select(CapacitySnapshot))] == [NOON]


def test_four_claims_at_once_leave_one_row(store_engine: Engine) -> None:
    together = Barrier(4)

    def claim(_: int) -> None:
        with Session(store_engine) as session:
            together.wait()
            claim_day(session, "main", DAY, NOON)
            session.commit()

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(claim, range(4)))

    with Session(store_engine) as session:
        assert session.scalar(select(func.count()).select_from(CapacitySnapshot)) == 1


def test_days_that_are_there_stay_as_they_are(session: Session) -> None:
    claim_day(session, "main", DAY, NOON)
    write_days(session, "main", [DAY - timedelta(days=1), DAY])
    write_days(session, "main", [])

    rows = session.execute(
        select(CapacitySnapshot.snapshot_date, CapacitySnapshot.captured_at_ms).order_by(CapacitySnapshot.snapshot_date)
    )
    assert [tuple(row) for row in rows] == [(DAY - timedelta(days=1), None), (DAY, int(NOON.timestamp() * 1000))]
