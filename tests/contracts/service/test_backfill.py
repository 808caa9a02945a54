"""Every rebuilt day is what a plain count over the events says, on every database and in every time zone."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import Connection, Engine, delete, event, func, select, text
from sqlalchemy.orm import Session
from tests.support.backfills import FIRST, LAST, NO_TRACE, NOW, everything_of_ours, naive, rebuild
from tests.support.databases import EACH_DATABASE
from tests.support.platforms import KnownPlatform, Span, Thing, eventful_platform, put, tables_of
from tests.support.snapshots import all_stored

from outgrow.domain.days import days_between
from outgrow.sources.commerce.aggregator import BUILT_IN, StatsAggregator
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
from outgrow.store.orm import CapacitySnapshot

ZONES = ("UTC", "Europe/Berlin", "America/Sao_Paulo", "Asia/Kathmandu")


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
