"""`--as-of D` knows what was known at the end of D: models counted by hand, day by day."""

from datetime import UTC, date, datetime, timedelta
from math import isnan
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from sqlalchemy import Engine
from sqlalchemy.orm import Session
from tests.support.databases import EACH_DATABASE
from tests.support.desks import backfill, capture, desk_of, store_of
from tests.support.platforms import KnownPlatform, Thing
from tests.support.snapshots import missing, observed, rebuilt, row, write_days, write_measurements

from outgrow.domain.metric import ORDERS_PER_DAY, PLATFORM, TOTAL_PRODUCTS, Metric
from outgrow.domain.snapshot import Provenance
from outgrow.setup.settings import Settings
from outgrow.setup.workspace import Workspace
from outgrow.sources.commerce.aggregator import stats_aggregator
from outgrow.sources.commerce.platforms import find_platform
from outgrow.store.contract import SeriesValues, StoredPlatform
from outgrow.store.orm import CapacitySnapshot

ZONE = ZoneInfo("Europe/Berlin")
FIRST = date(2026, 3, 1)
"""Three days of history that was rebuilt on the fourth, and four days with a capture late in the evening."""


def day(number: int) -> date:
    return FIRST + timedelta(days=number)


def evening(number: int) -> datetime:
    return datetime(2026, 3, 1, 23, 30, tzinfo=ZONE) + timedelta(days=number)


def known(engine: Engine, metric: Metric, as_of: int, today: int = 6) -> dict[int, float]:
    """What the command line knows of a metric: value by number of the day."""
    settings = Settings(database_url=engine.url.render_as_string(hide_password=False))
    workspace = Workspace(settings, clock=lambda: evening(today))
    with workspace.desk(day(as_of)) as view:
        found = view.history(metric)
        values = {(found.day(i) - FIRST).days: float(value) for i, value in enumerate(found.values) if not isnan(value)}
    workspace.close()
    return values


def rebuild(db: Session, value: float, at: datetime) -> None:
    """Products of the first day, as a backfill stores them."""
    of_the_day = SeriesValues(
        TOTAL_PRODUCTS.name, PLATFORM, np.array([day(0)], dtype="datetime64[D]"), np.array([value])
    )
    store_of(db).write_series("main", [of_the_day], Provenance.RECONSTRUCTED, at)


@pytest.fixture
def captured(commerce_engine: Engine) -> Engine:
    """Each day brings as many orders as its number and one, at noon, and a product that stays."""
    noons = [datetime(2026, 3, 1 + number, 12, tzinfo=ZONE) for number in range(7)]
    orders = [noon for number, noon in enumerate(noons) for _ in range(number + 1)]
    platform = KnownPlatform(
        ZONE.key, stores=[Thing(noons[0])], products=[Thing(noon) for noon in noons], orders=orders
    )
    with Session(commerce_engine) as db, db.begin():
        platform.put(db)
    for number in range(3, 7):
        with Session(commerce_engine) as db, db.begin():
            if number == 3:
                backfill(db, db, find_platform(db), evening(3), stats_aggregator)
            capture(db, db, find_platform(db), evening(number), stats_aggregator)
    return commerce_engine


@EACH_DATABASE
def test_the_orders_of_a_day_that_was_captured_are_known_on_the_next(captured: Engine) -> None:
    all_orders = {number: number + 1.0 for number in range(6)}

    assert known(captured, ORDERS_PER_DAY, 6) == all_orders
    for as_of in (3, 4, 5):
        assert known(captured, ORDERS_PER_DAY, as_of) == {n: v for n, v in all_orders.items() if n < as_of}


def test_what_is_observed_is_known_on_its_day(captured: Engine) -> None:
    """The captures counted all seven products of the known platform, whatever the day."""
    for as_of in range(3, 7):
        products = known(captured, TOTAL_PRODUCTS, as_of)
        assert set(products) == set(range(as_of + 1))


def test_history_that_was_rebuilt_is_known_from_the_end_of_its_days(captured: Engine) -> None:
    for as_of in range(3):
        assert known(captured, ORDERS_PER_DAY, as_of) == {number: number + 1.0 for number in range(as_of + 1)}
        assert known(captured, TOTAL_PRODUCTS, as_of) == {number: number + 1.0 for number in range(as_of + 1)}


@EACH_DATABASE
def test_a_value_that_a_later_backfill_filled_in(store_engine: Engine) -> None:
    """Day 0 was captured without products; a backfill on day 2 found them, another on day 4 corrected them."""
    with Session(store_engine) as db, db.begin():
        store_of(db).remember_platform(StoredPlatform("main", None, ZONE.key), evening(0))
        store_of(db).claim_day("main", day(0), evening(0))
        write_measurements(db, [row(missing(), day=day(0))], evening(0))
        rebuild(db, 5.0, evening(2))

    assert [known(store_engine, TOTAL_PRODUCTS, as_of) for as_of in range(3)] == [{}, {}, {0: 5.0}]

    with Session(store_engine) as db, db.begin():
        rebuild(db, 5.0, evening(4))  # the same again
    assert known(store_engine, TOTAL_PRODUCTS, 3) == {0: 5.0}

    with Session(store_engine) as db, db.begin():
        rebuild(db, 6.0, evening(4))
    assert [known(store_engine, TOTAL_PRODUCTS, as_of) for as_of in range(2, 6)] == [{}, {}, {0: 6.0}, {0: 6.0}]


@EACH_DATABASE
def test_days_end_at_the_platform_s_midnight(store_engine: Engine) -> None:
    """A capture at 00:10 in Berlin is of the new day, though the old one is not over in UTC."""
    late = datetime(2026, 3, 1, 23, 10, tzinfo=UTC)
    with Session(store_engine) as db, db.begin():
        store_of(db).remember_platform(StoredPlatform("main", None, ZONE.key), evening(0))
        store_of(db).claim_day("main", day(0), evening(0))
        write_measurements(db, [row(observed(5.0), day=day(0))], late)

    assert [known(store_engine, TOTAL_PRODUCTS, as_of) for as_of in range(2)] == [{}, {0: 5.0}]


@EACH_DATABASE
def test_what_was_imported_or_handed_over_after_its_day_is_known_from_its_end(store_engine: Engine) -> None:
    with Session(store_engine) as db, db.begin():
        store_of(db).remember_platform(StoredPlatform("main", None, ZONE.key), evening(6))
        write_days(db, "main", [day(0)])
        write_measurements(db, [row(observed(1.0), day=day(0))], evening(6))
        db.add(CapacitySnapshot(platform="main", snapshot_date=day(1), total_products=2))

    assert [known(store_engine, TOTAL_PRODUCTS, as_of) for as_of in range(3)] == [{0: 1.0}, *[{0: 1.0, 1: 2.0}] * 2]


@EACH_DATABASE
def test_values_of_older_releases_bear_no_time_and_are_known_from_the_end_of_their_days(store_engine: Engine) -> None:
    with Session(store_engine) as db, db.begin():
        store_of(db).remember_platform(StoredPlatform("main", None, ZONE.key), evening(6))
        store_of(db).claim_day("main", day(0), evening(0))
        write_measurements(db, [row(rebuilt(1.0), day=day(0))])

    assert known(store_engine, TOTAL_PRODUCTS, 0) == {0: 1.0}


def test_today_takes_all_that_is_stored(captured: Engine) -> None:
    with Session(captured) as db:
        assert desk_of(db, "main", day(6)).history(ORDERS_PER_DAY).known_days == 6
    assert len(known(captured, ORDERS_PER_DAY, 6, today=6)) == 6
