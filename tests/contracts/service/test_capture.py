"""A capture stores what is there today, fills what was missing, and changes nothing else."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import Engine, delete, select, text
from sqlalchemy.orm import Session
from tests.support.captures import FIRST, FLEET, LAST, NOW, PARCELS, Vans, everything, platform_with, reasons, take
from tests.support.databases import EACH_DATABASE
from tests.support.desks import capture
from tests.support.platforms import KnownPlatform, eventful_platform, put, tables_of
from tests.support.snapshots import all_stored, stored

from outgrow.domain.errors import ClockError, UnknownPlatformError, UnknownTimeZoneError
from outgrow.domain.metric import CAPTURED, TOTAL_PRODUCTS
from outgrow.sources.commerce.aggregator import BUILT_IN, StatsAggregator, stats_aggregator
from outgrow.sources.commerce.areas.catalog import CatalogMetrics
from outgrow.sources.commerce.models import CommerceBase, Merchant, MerchantSubscription, Product, SubscriptionTier
from outgrow.sources.commerce.platforms import find_platform
from outgrow.store.orm import CapacitySnapshot


@pytest.mark.parametrize("zone", ["UTC", "Europe/Berlin", "America/Sao_Paulo", "Asia/Kathmandu"])
@EACH_DATABASE
def test_a_capture_holds_what_a_plain_count_says(commerce_engine: Engine, zone: str) -> None:
    known = eventful_platform(zone, FIRST, LAST - timedelta(days=1))
    put(commerce_engine, known)
    put(commerce_engine, eventful_platform(zone, FIRST, LAST, seed=2), "other")
    day = take(commerce_engine)

    today = all_stored(commerce_engine)
    expected: dict[tuple[str, str, date], Any] = {
        (metric, scope, day): (pytest.approx(value), None, "observed")
        for (metric, scope), value in known.on(day).items()
        if metric != "orders_per_day" and (value or not scope.startswith("plan:"))
    }
    size, running = (today.pop((name, "platform", day)) for name in ("db_size_mb", "orders_per_day"))
    assert today == expected
    assert size.value is not None
    assert 0.1 < size.value < 100
    assert running == (None, "orders does not tell this while the day is running", "observed")


@EACH_DATABASE
def test_the_snapshot_that_is_returned_says_the_same(commerce_engine: Engine) -> None:
    put(commerce_engine, platform_with(7))
    with Session(commerce_engine) as session, session.begin():
        snapshot = capture(session, session, find_platform(session), NOW, stats_aggregator)

        assert (snapshot.platform, snapshot.snapshot_date, snapshot.captured_at) == ("main", date(2026, 3, 20), NOW)
        assert (snapshot.total_products, snapshot.active_stores, snapshot.trial_stores) == (7, 1, 1)
        assert snapshot.theoretical_products_limit == 1_010
        assert snapshot.tier_distribution == {"pro": 1, "free": 1}
        assert set(snapshot.missing) == {"orders_per_day"}
        assert reasons(session, snapshot) == {}
        assert {row.metric for row in snapshot.measurements} >= {metric.name for metric in CAPTURED}


@pytest.mark.parametrize(
    ("zone", "now", "day"),
    [
        ("UTC", NOW, date(2026, 3, 20)),
        ("Pacific/Auckland", NOW, date(2026, 3, 21)),
        ("Europe/Berlin", datetime(2026, 3, 28, 23, 30, tzinfo=UTC), date(2026, 3, 29)),
        ("Europe/Berlin", datetime(2026, 3, 29, 22, 30, tzinfo=UTC), date(2026, 3, 30)),
        ("Europe/Berlin", datetime(2026, 3, 29, 21, 59, 59, tzinfo=UTC), date(2026, 3, 29)),
        ("Asia/Kathmandu", datetime(2026, 3, 20, 18, 14, 59, tzinfo=UTC), date(2026, 3, 20)),
        ("Asia/Kathmandu", datetime(2026, 3, 20, 18, 15, tzinfo=UTC), date(2026, 3, 21)),
        ("America/Los_Angeles", datetime(2026, 4, 1, 6, 59, tzinfo=UTC), date(2026, 3, 31)),
    ],
)
def test_the_day_is_the_platform_s_own(commerce_engine: Engine, zone: str, now: datetime, day: date) -> None:
    put(commerce_engine, KnownPlatform(zone))

    assert take(commerce_engine, now) == day


@EACH_DATABASE
def test_the_month_is_the_platform_s_own(commerce_engine: Engine) -> None:
    """In Auckland, March begins at eleven in the morning of the 28th of February."""
    begin = datetime(2026, 2, 28, 11, tzinfo=UTC)
    orders = [begin - timedelta(seconds=1), begin, begin + timedelta(days=2)]
    put(commerce_engine, KnownPlatform("Pacific/Auckland", orders=orders))
    day = take(commerce_engine)

    assert all_stored(commerce_engine)["total_orders_month", "platform", day].value == 2


@EACH_DATABASE
def test_a_second_capture_changes_nothing(commerce_engine: Engine) -> None:
    """Whatever has happened since: new products, and the first subscriber of a plan."""
    put(commerce_engine, platform_with(7))
    take(commerce_engine)
    before = all_stored(commerce_engine)
    with Session(commerce_engine) as session, session.begin():
        session.execute(delete(Product))
        tier = session.scalars(select(SubscriptionTier).filter_by(code="unlimited")).one()
        merchant = session.scalars(select(Merchant)).first()
        session.add(MerchantSubscription(platform_id=tier.platform_id, merchant=merchant, tier=tier, status="active"))
    take(commerce_engine, NOW + timedelta(minutes=10))

    assert all_stored(commerce_engine) == before
    with Session(commerce_engine) as session:
        assert [s.captured_at for s in session.query(CapacitySnapshot)] == [NOW]


@EACH_DATABASE
def test_yesterday_s_orders_are_completed_by_the_next_capture(commerce_engine: Engine) -> None:
    noon, evening = (datetime(2026, 3, 20, hour, tzinfo=UTC) for hour in (12, 21))
    orders = [noon - timedelta(hours=1), evening, evening, evening + timedelta(hours=2)]
    put(commerce_engine, KnownPlatform("Europe/Berlin", orders=orders))
    take(commerce_engine, noon)
    before = all_stored(commerce_engine)
    take(commerce_engine, noon + timedelta(days=1))

    after = all_stored(commerce_engine)
    yesterday = ("orders_per_day", "platform", date(2026, 3, 20))
    assert after[yesterday] == (3, None, "reconstructed")
    assert {key: after[key] for key in before if key != yesterday} == {
        key: value for key, value in before.items() if key != yesterday
    }
    assert after["orders_per_day", "platform", date(2026, 3, 21)].value is None


def test_days_without_a_capture_in_between_are_not_made_up(commerce_engine: Engine) -> None:
    """Only days that have a snapshot are completed; a backfill makes the others."""
    put(commerce_engine, KnownPlatform(orders=[NOW - timedelta(days=n) for n in range(5)]))
    take(commerce_engine, NOW - timedelta(days=4))
    take(commerce_engine)

    placed = {
        key[2].day: value.value for key, value in all_stored(commerce_engine).items() if key[0] == "orders_per_day"
    }
    assert placed == {16: 1, 20: None}


def test_a_clock_that_is_behind_the_newest_snapshot_is_an_error(commerce_engine: Engine) -> None:
    put(commerce_engine, platform_with(7))
    take(commerce_engine)
    before = everything(commerce_engine)
    with pytest.raises(ClockError) as caught:
        take(commerce_engine, NOW - timedelta(days=1))

    assert caught.value.what == "today is 2026-03-19 in UTC, but the newest snapshot of 'main' is of 2026-03-20"
    assert "clock" in caught.value.mend
    assert everything(commerce_engine) == before


@EACH_DATABASE
def test_a_transaction_that_is_rolled_back_leaves_no_trace(commerce_engine: Engine) -> None:
    put(commerce_engine, platform_with(7))
    before = everything(commerce_engine)
    with Session(commerce_engine) as session:
        aggregator = StatsAggregator([*(area() for area in BUILT_IN), Vans(5)])
        capture(session, session, find_platform(session), NOW, aggregator)
        assert stored(session) != {}
        session.rollback()

    assert everything(commerce_engine) == before


@EACH_DATABASE
def test_a_capture_only_reads_the_platform_s_tables(commerce_engine: Engine) -> None:
    put(commerce_engine, platform_with(7))
    with Session(commerce_engine) as session:
        before = tables_of(session, CommerceBase)
    take(commerce_engine)

    with Session(commerce_engine) as session:
        assert tables_of(session, CommerceBase) == before


@pytest.mark.parametrize("asked", ["other", "2", 2])
@EACH_DATABASE
def test_a_platform_is_found_by_code_or_id(commerce_engine: Engine, asked: str | int) -> None:
    put(commerce_engine, platform_with(7))
    put(commerce_engine, platform_with(11, "Asia/Kathmandu"), "other")
    with Session(commerce_engine) as session, session.begin():
        snapshot = capture(session, session, find_platform(session, asked), NOW, stats_aggregator)

        assert (snapshot.platform, snapshot.total_products) == ("other", 11)


def test_an_unknown_platform_names_those_there_are(commerce_engine: Engine) -> None:
    put(commerce_engine, platform_with(7))
    with Session(commerce_engine) as session, pytest.raises(UnknownPlatformError) as caught:
        find_platform(session, "mian")

    assert caught.value.what == "there is no platform 'mian'"
    assert caught.value.mend == "use one of: main"


def test_a_time_zone_that_is_none(commerce_engine: Engine) -> None:
    put(commerce_engine, KnownPlatform("UTC"))
    with Session(commerce_engine) as session, session.begin():
        session.execute(text("UPDATE platforms SET time_zone = 'Mars/Olympus'"))
        with pytest.raises(UnknownTimeZoneError) as caught:
            find_platform(session)

    assert caught.value.what == "platform 'main' has the time zone 'Mars/Olympus', which is not an IANA time zone"


def test_metrics_that_others_bring_keep_their_description(commerce_engine: Engine) -> None:
    put(commerce_engine, platform_with(7))
    take(commerce_engine, aggregator=StatsAggregator([CatalogMetrics(), Vans(5)]))

    assert everything(commerce_engine)["outgrow_metrics"] == [
        (metric.name, metric.kind.value, metric.unit, metric.label) for metric in (PARCELS, FLEET)
    ]
    assert TOTAL_PRODUCTS.name not in str(everything(commerce_engine)["outgrow_metrics"])
