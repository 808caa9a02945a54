"""Every rebuilt day is what a plain count over the events says, on every database and in every time zone."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import Connection, Engine, delete, event, func, select, text
from sqlalchemy.orm import Session
from tests.support.databases import EACH_DATABASE
from tests.support.desks import backfill, source_desk
from tests.support.platforms import KnownPlatform, Span, Thing, eventful_platform, tables_of
from tests.support.snapshots import Stored, missing, observed, row, stored, write_days, write_measurements

from outgrow.documents.backfill import backfill_document
from outgrow.domain.days import days_between
from outgrow.domain.errors import UsageError
from outgrow.service.backfill import CHUNK_DAYS, BackfillReport
from outgrow.service.backfill import backfill as backfill_verb
from outgrow.sources.commerce.aggregator import BUILT_IN, StatsAggregator, stats_aggregator
from outgrow.sources.commerce.areas.catalog import CatalogMetrics
from outgrow.sources.commerce.contract import CountHistory
from outgrow.sources.commerce.dayscan import DayScan
from outgrow.sources.commerce.models import (
    CommerceBase,
    Merchant,
    MerchantSubscription,
    Platform,
    SubscriptionPeriod,
    SubscriptionTier,
)
from outgrow.sources.commerce.platforms import find_platform
from outgrow.store.database import DatabaseStore
from outgrow.store.orm import CapacitySnapshot, StoreBase

FIRST, LAST = date(2018, 9, 1), date(2019, 4, 5)
"""Clocks change in Berlin and São Paulo, twice each; in São Paulo at midnight."""
NOW = datetime(2019, 4, 6, 12, tzinfo=UTC)
ZONES = ("UTC", "Europe/Berlin", "America/Sao_Paulo", "Asia/Kathmandu")
NO_TRACE = "database leaves no time stamps to rebuild it from"


@pytest.fixture
def known() -> KnownPlatform:
    return eventful_platform("Europe/Berlin", FIRST, LAST)


def put(engine: Engine, known: KnownPlatform, code: str = "main") -> None:
    with Session(engine) as session, session.begin():
        known.put(session, code)


def rebuild(
    engine: Engine, now: datetime = NOW, aggregator: StatsAggregator = stats_aggregator, **options: Any
) -> BackfillReport:
    """As the command does it: what is read and what is written in the same database, committed at the end."""
    with Session(engine) as session:
        platform = find_platform(session, options.pop("platform", None))
        report = backfill(session, session, platform, now, aggregator, **options)
        session.commit()
    return report


def all_stored(engine: Engine) -> dict[tuple[str, str, date], Stored]:
    with Session(engine) as session:
        return stored(session)


def everything_of_ours(engine: Engine) -> dict[str, list[tuple[Any, ...]]]:
    with Session(engine) as session:
        return tables_of(session, StoreBase)


def naive(known: KnownPlatform, first: date, last: date) -> dict[tuple[str, str, date], Any]:
    """What should be stored, by the plain count."""
    expected: dict[tuple[str, str, date], Any] = {}
    not_yet = {f"plan:{plan}" for plan in known.plans() - known.plans(until=last)}
    for day in days_between(first, last):
        for (metric, scope), value in known.on(day).items():
            if scope not in not_yet:
                expected[metric, scope, day] = (pytest.approx(value, abs=1e-9), None, "reconstructed")
        expected["db_size_mb", "platform", day] = (None, NO_TRACE, "reconstructed")
    return expected


@pytest.mark.parametrize("zone", ZONES)
@EACH_DATABASE
def test_every_metric_on_every_day_is_the_plain_count(commerce_engine: Engine, zone: str) -> None:
    known = eventful_platform(zone, FIRST, LAST)
    put(commerce_engine, known)
    report = rebuild(commerce_engine)

    assert all_stored(commerce_engine) == naive(known, FIRST, LAST)
    assert (report.first_day, report.last_day, report.days) == (FIRST, LAST, len(days_between(FIRST, LAST)))
    with Session(commerce_engine) as session:
        days = session.execute(select(CapacitySnapshot.snapshot_date, CapacitySnapshot.captured_at_ms)).all()
    assert sorted(tuple(day) for day in days) == [(day, None) for day in days_between(FIRST, LAST)]


@pytest.mark.parametrize("zone", ZONES)
@EACH_DATABASE
def test_the_last_microsecond_of_a_day_belongs_to_it(commerce_engine: Engine, zone: str) -> None:
    midnight = datetime.fromisoformat("2019-01-15T00:00:00")
    offset = {"UTC": 0, "Europe/Berlin": 60, "America/Sao_Paulo": -120, "Asia/Kathmandu": 345}[zone]
    first = midnight.replace(tzinfo=UTC) - timedelta(minutes=offset)
    put(commerce_engine, KnownPlatform(zone, orders=[first - timedelta(microseconds=1), first, first]))
    rebuild(commerce_engine, since=date(2019, 1, 14), until=date(2019, 1, 15))

    rebuilt = all_stored(commerce_engine)
    assert [rebuilt["orders_per_day", "platform", date(2019, 1, day)].value for day in (14, 15)] == [1, 2]


def test_what_happens_today_is_not_counted(commerce_engine: Engine) -> None:
    """Today is the platform's: in Kathmandu, that is from a quarter past six in the evening of the day before."""
    late = [datetime(2019, 4, 5, 18, minute, tzinfo=UTC) for minute in (14, 15)]
    put(commerce_engine, KnownPlatform("Asia/Kathmandu", orders=late, files=[Thing(at, size=10**9) for at in late]))
    report = rebuild(commerce_engine, now=datetime(2019, 4, 5, 18, 30, tzinfo=UTC))

    rebuilt = all_stored(commerce_engine)
    assert report.last_day == date(2019, 4, 5)
    assert {key[2] for key in rebuilt} == {date(2019, 4, 5)}
    assert rebuilt["orders_per_day", "platform", date(2019, 4, 5)].value == 1
    assert rebuilt["storage_used_gb", "platform", date(2019, 4, 5)].value == 1


@EACH_DATABASE
def test_subscriptions_that_wrote_their_own_history(commerce_engine: Engine) -> None:
    """A month of trial, then two of paying, then gone: told by the dates that the application set."""
    with Session(commerce_engine) as session, session.begin():
        platform = Platform(code="main", time_zone="UTC")
        merchant = Merchant(platform=platform)
        tier = SubscriptionTier(platform=platform, code="pro", price_monthly=9, products_limit=500)
        session.add_all([platform, merchant, tier])
        session.flush()
        session.add(
            MerchantSubscription(
                platform_id=platform.id,
                merchant=merchant,
                tier=tier,
                status="cancelled",
                started_at=datetime(2019, 1, 1, tzinfo=UTC),
                trial_ends_at=datetime(2019, 2, 1, tzinfo=UTC),
                ended_at=datetime(2019, 4, 1, tzinfo=UTC),
            )
        )
    rebuild(commerce_engine)

    rebuilt = all_stored(commerce_engine)

    def on(day: date) -> list[float | None]:
        names = ("trial_stores", "active_subscriptions", "total_subscriptions", "theoretical_products_limit")
        return [rebuilt[name, "platform", day].value for name in names]

    assert on(date(2019, 1, 31)) == [1, 1, 1, 500]
    assert on(date(2019, 2, 1)) == [0, 1, 1, 500]
    assert on(date(2019, 3, 31)) == [0, 1, 1, 500]
    assert on(date(2019, 4, 1)) == [0, 0, 1, 0]


@EACH_DATABASE
def test_one_platform_says_nothing_of_another(commerce_engine: Engine, known: KnownPlatform) -> None:
    put(commerce_engine, eventful_platform("Asia/Kathmandu", FIRST, LAST, seed=2), "other")
    put(commerce_engine, known)
    report = rebuild(commerce_engine, platform="main")

    assert report.platform == "main"
    assert all_stored(commerce_engine) == naive(known, FIRST, LAST)
    with Session(commerce_engine) as session:
        assert session.scalar(select(func.count()).where(CapacitySnapshot.platform == "other")) == 0


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


def test_nothing_ever_happened(commerce_engine: Engine) -> None:
    put(commerce_engine, KnownPlatform())
    report = rebuild(commerce_engine)

    assert (report.first_day, report.days) == (None, 0)
    assert all(rows == [] for rows in everything_of_ours(commerce_engine).values())


def test_nothing_has_happened_until_today(commerce_engine: Engine) -> None:
    """Also not where subscriptions left no history, and their own dates have to tell."""
    since = [NOW, NOW + timedelta(days=40)]
    put(commerce_engine, KnownPlatform(orders=since, subscriptions=[[Span("pro", "active", at)] for at in since]))
    with Session(commerce_engine) as session, session.begin():
        session.execute(delete(SubscriptionPeriod))
    report = rebuild(commerce_engine)

    assert (report.first_day, report.days) == (None, 0)
    assert all(rows == [] for rows in everything_of_ours(commerce_engine).values())


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


def test_progress_is_told_from_nothing_to_all(commerce_engine: Engine, known: KnownPlatform) -> None:
    put(commerce_engine, known)
    told: list[tuple[str, int, int]] = []
    report = rebuild(commerce_engine, progress=lambda *step: told.append(step))

    assert told[:6] == [
        (f"reading {area}", n, 6)
        for n, area in enumerate(("tenancy", "billing", "catalog", "orders", "media", "database"), 1)
    ]
    assert told[6:] == [("writing days", days, report.days) for days in (92, 184, report.days)]


def selects_of_a_backfill(engine: Engine, days: int, code: str) -> int:
    """How many statements it takes to read and rebuild a platform of so many days."""
    first = LAST - timedelta(days=days - 1)
    put(engine, eventful_platform("Europe/Berlin", first, LAST), code)
    statements: list[str] = []

    def note(_connection: Connection, _cursor: object, statement: str, *_rest: object) -> None:
        statements.append(statement.lstrip().partition(" ")[0])

    event.listen(engine, "before_cursor_execute", note)
    report = rebuild(engine, platform=code, since=first)
    event.remove(engine, "before_cursor_execute", note)
    assert report.days == days
    return statements.count("SELECT")


@EACH_DATABASE
def test_the_number_of_reading_statements_does_not_depend_on_the_number_of_days(commerce_engine: Engine) -> None:
    short = selects_of_a_backfill(commerce_engine, 30, "short")
    long = selects_of_a_backfill(commerce_engine, 700, "long")

    assert short == long
    assert 5 <= short <= 40  # two of each area see to it that row security hides nothing


def test_what_cannot_be_rebuilt_is_missing_with_its_reason(commerce_engine: Engine, known: KnownPlatform) -> None:
    put(commerce_engine, known)
    report = rebuild(commerce_engine)

    assert report.unavailable == {"db_size_mb": NO_TRACE}
    assert "db_size_mb" not in report.metrics
    assert set(report.metrics) == {metric for metric, _ in known.on(LAST)}
    assert any("deleted for good" in limitation for limitation in report.limitations)
    assert any("activated again" in limitation for limitation in report.limitations)


class BrokenCatalog(CatalogMetrics):
    """Asks for a table that is not there."""

    def rebuild(self, scan: DayScan) -> Sequence[CountHistory]:
        scan.db.execute(text("SELECT * FROM there_is_no_such_table"))
        return []


class ShyCatalog(CatalogMetrics):
    """Raises without having asked anything."""

    def rebuild(self, scan: DayScan) -> Sequence[CountHistory]:
        raise ValueError("not\ntoday")


@pytest.mark.parametrize(
    ("catalog", "reason"),
    [(BrokenCatalog, "there_is_no_such_table"), (ShyCatalog, "catalog could not be rebuilt: ValueError: not today")],
)
@EACH_DATABASE
def test_a_failing_area_costs_only_its_own(
    commerce_engine: Engine, known: KnownPlatform, catalog: type[CatalogMetrics], reason: str
) -> None:
    put(commerce_engine, known)
    areas = [catalog() if area is CatalogMetrics else area() for area in BUILT_IN]
    report = rebuild(commerce_engine, aggregator=StatsAggregator(areas))

    said = report.unavailable["total_products"]
    assert reason in said
    expected = naive(known, FIRST, LAST)
    for day in days_between(FIRST, LAST):
        expected["total_products", "platform", day] = (None, said, "reconstructed")
    assert all_stored(commerce_engine) == expected

    rebuild(commerce_engine)  # once it is mended
    assert all_stored(commerce_engine) == naive(known, FIRST, LAST)


@EACH_DATABASE
def test_the_platform_s_own_tables_stay_as_they_were(commerce_engine: Engine, known: KnownPlatform) -> None:
    put(commerce_engine, known)
    with Session(commerce_engine) as session:
        before = tables_of(session, CommerceBase)
    rebuild(commerce_engine)

    with Session(commerce_engine) as session:
        assert tables_of(session, CommerceBase) == before
