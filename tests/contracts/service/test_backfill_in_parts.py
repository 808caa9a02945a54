"""A backfill of a span, of days that are stored already, or one that was cut off ends in what the whole would hold."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from sqlalchemy import Connection, Engine, delete, text
from sqlalchemy.orm import Session
from tests.support.backfills import FIRST, LAST, NOW, everything_of_ours, naive, rebuild
from tests.support.databases import EACH_DATABASE
from tests.support.desks import source_desk
from tests.support.platforms import KnownPlatform, put
from tests.support.snapshots import all_stored, missing, observed, row, write_days, write_measurements

from outgrow.documents.backfill import backfill_document
from outgrow.domain.errors import UsageError
from outgrow.service.backfill import CHUNK_DAYS
from outgrow.service.backfill import backfill as backfill_verb
from outgrow.store.database import DatabaseStore
from outgrow.store.orm import CapacitySnapshot


@EACH_DATABASE
def test_what_was_observed_stays_and_what_was_missed_is_filled(commerce_engine: Engine, known: KnownPlatform) -> None:
    put(commerce_engine, known)
    day = date(2019, 1, 10)
    with Session(commerce_engine) as session, session.begin():
        write_days(session, "main", [day])
        write_measurements(
            session, [row(observed(999_999), day=day), row(missing("the area was down"), "active_stores", day=day)]
        )
    rebuild(commerce_engine)

    expected = naive(known, FIRST, LAST)
    expected["total_products", "platform", day] = observed(999_999)
    assert all_stored(commerce_engine) == expected


@EACH_DATABASE
def test_running_it_again_changes_nothing(commerce_engine: Engine, known: KnownPlatform) -> None:
    put(commerce_engine, known)
    first = rebuild(commerce_engine)
    before = everything_of_ours(commerce_engine)
    second = rebuild(commerce_engine, now=NOW + timedelta(hours=1))

    assert everything_of_ours(commerce_engine) == before
    assert first == second


@EACH_DATABASE
def test_a_hole_is_filled(commerce_engine: Engine, known: KnownPlatform) -> None:
    put(commerce_engine, known)
    rebuild(commerce_engine)
    before = everything_of_ours(commerce_engine)
    hole = CapacitySnapshot.snapshot_date.between(date(2018, 11, 1), date(2019, 1, 31))
    with Session(commerce_engine) as session, session.begin():
        if commerce_engine.dialect.name == "sqlite":
            session.execute(text("PRAGMA foreign_keys = ON"))
        session.execute(delete(CapacitySnapshot).where(hole))
    assert len(everything_of_ours(commerce_engine)["outgrow_snapshots"]) == len(before["outgrow_snapshots"]) - 92
    rebuild(commerce_engine)

    assert everything_of_ours(commerce_engine) == before


@pytest.mark.parametrize(
    ("since", "until"),
    [
        (date(2018, 12, 24), date(2019, 1, 3)),
        (None, date(2018, 10, 1)),
        (date(2019, 3, 15), None),
        (date(2018, 8, 25), date(2018, 9, 5)),
        (date(2019, 2, 17), date(2019, 2, 17)),
    ],
)
def test_a_span_holds_what_the_whole_would_hold(
    commerce_engine: Engine, known: KnownPlatform, since: date | None, until: date | None
) -> None:
    """Totals of a month that began before the span too."""
    put(commerce_engine, known)
    report = rebuild(commerce_engine, since=since, until=until)

    first, last = since or FIRST, until or LAST
    assert (report.first_day, report.last_day) == (first, last)
    assert all_stored(commerce_engine) == naive(known, first, last)


@pytest.mark.parametrize(
    ("since", "until", "said"),
    [
        (None, date(2019, 4, 6), "2019-04-06 is not over yet in Europe/Berlin"),
        (date(2019, 2, 2), date(2019, 2, 1), "there is no day from 2019-02-02 to 2019-02-01"),
        (date(2019, 4, 6), None, "there is no day from 2019-04-06 to 2019-04-05"),
    ],
)
def test_a_span_without_a_day_that_is_over_is_refused(
    commerce_engine: Engine, known: KnownPlatform, since: date | None, until: date | None, said: str
) -> None:
    put(commerce_engine, known)
    with pytest.raises(UsageError) as caught:
        rebuild(commerce_engine, since=since, until=until)

    assert caught.value.what == said
    assert caught.value.mend


def test_a_dry_run_reports_the_same_and_stores_nothing(commerce_engine: Engine, known: KnownPlatform) -> None:
    put(commerce_engine, known)
    dry = rebuild(commerce_engine, dry_run=True)
    assert all(rows == [] for rows in everything_of_ours(commerce_engine).values())

    wet = rebuild(commerce_engine)
    assert {**backfill_document(dry), "dry_run": False} == backfill_document(wet)


class CutOff(DatabaseStore):
    """Keeps so many chunks, and then the process is ended."""

    def __init__(self, connection: Connection, chunks: int) -> None:
        super().__init__(connection, commits=True)
        self.left = chunks

    def keep(self) -> None:
        super().keep()
        self.left -= 1
        if not self.left:
            raise CutOffError


class CutOffError(Exception):
    """The power goes out."""


@pytest.mark.parametrize("chunks", [1, 2])
@EACH_DATABASE
def test_after_an_interruption_the_next_run_does_what_was_left(
    commerce_engine: Engine, known: KnownPlatform, chunks: int
) -> None:
    put(commerce_engine, known)
    with commerce_engine.connect() as connection, Session(connection) as db:
        desk = replace(source_desk(db, db, NOW), store=CutOff(connection, chunks))
        with pytest.raises(CutOffError):
            backfill_verb(desk)
    end = FIRST + timedelta(days=chunks * CHUNK_DAYS - 1)
    assert all_stored(commerce_engine) == naive(known, FIRST, end)

    rebuild(commerce_engine)
    assert all_stored(commerce_engine) == naive(known, FIRST, LAST)
