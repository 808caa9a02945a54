"""A capture stores what is there today, fills what was missing, and changes nothing else."""

import math
from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any, cast

import pytest
from sqlalchemy import Engine, delete, select, text
from sqlalchemy.orm import Session
from tests.support.databases import EACH_DATABASE
from tests.support.desks import backfill, capture, store_of
from tests.support.platforms import KnownPlatform, Span, Thing, eventful_platform, tables_of
from tests.support.snapshots import Stored, stored

from outgrow.domain.errors import ClockError, UnknownPlatformError, UnknownTimeZoneError
from outgrow.domain.limit import Limit
from outgrow.domain.metric import CAPTURED, TOTAL_PRODUCTS, Kind, Metric
from outgrow.forecasting.rules import ForecastRules
from outgrow.service import capture as capturing
from outgrow.service.capture import open_reasons
from outgrow.service.config import CapacityConfig
from outgrow.service.desk import Desk
from outgrow.sources.commerce.aggregator import BUILT_IN, StatsAggregator, stats_aggregator
from outgrow.sources.commerce.areas.catalog import CatalogMetrics
from outgrow.sources.commerce.areas.orders import OrderMetrics
from outgrow.sources.commerce.contract import Count, CountHistory, MetricsContext
from outgrow.sources.commerce.dayscan import DayScan
from outgrow.sources.commerce.models import CommerceBase, Merchant, MerchantSubscription, Product, SubscriptionTier
from outgrow.sources.commerce.platforms import find_platform
from outgrow.store.orm import CapacitySnapshot, StoreBase

FIRST, LAST = date(2026, 1, 15), date(2026, 3, 20)
NOW = datetime(2026, 3, 20, 23, 30, tzinfo=UTC)
"""Still the 20th in Berlin? No: there the 21st has begun. All that happened is over, everywhere."""


def put(engine: Engine, known: KnownPlatform, code: str = "main") -> None:
    with Session(engine) as session, session.begin():
        known.put(session, code)


def take(engine: Engine, now: datetime = NOW, aggregator: StatsAggregator = stats_aggregator) -> date:
    """Capture and commit; gives the day."""
    with Session(engine) as session, session.begin():
        return capture(session, session, find_platform(session), now, aggregator).snapshot_date


def reasons(db: Session, taken: CapacitySnapshot) -> dict[str, str]:
    """What the capture tells of missing values."""
    found = store_of(db).snapshot(taken.platform, taken.snapshot_date)
    assert found is not None
    return open_reasons(found)


def all_stored(engine: Engine) -> dict[tuple[str, str, date], Stored]:
    with Session(engine) as session:
        return stored(session)


def everything(engine: Engine) -> dict[str, list[tuple[Any, ...]]]:
    with Session(engine) as session:
        return tables_of(session, StoreBase, CommerceBase)


def platform_with(products: int, zone: str = "UTC") -> KnownPlatform:
    began = NOW - timedelta(days=30)
    return KnownPlatform(
        zone,
        stores=[Thing(began)],
        products=[Thing(began)] * products,
        subscriptions=[[Span("pro", "active", began)], [Span("free", "trial", began)]],
    )


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


class Sometimes(CatalogMetrics):
    """Fails until it is told to work."""

    def __init__(self, fail: Callable[[Session], object]) -> None:
        self.fail: Callable[[Session], object] | None = fail

    def collect(self, db: Session, context: MetricsContext) -> Sequence[Count]:
        if self.fail is not None:
            self.fail(db)
        return super().collect(db, context)


def no_table(db: Session) -> None:
    db.execute(text("SELECT * FROM there_is_no_such_table"))


def no_idea(_db: Session) -> None:
    raise RuntimeError("the index is being\nrebuilt")


@pytest.mark.parametrize("fail", [no_table, no_idea])
@EACH_DATABASE
def test_what_failed_is_missing_and_the_next_capture_fills_it_alone(
    commerce_engine: Engine, fail: Callable[[Session], object]
) -> None:
    put(commerce_engine, platform_with(7))
    catalog = Sometimes(fail)
    areas = [catalog if area is CatalogMetrics else area() for area in BUILT_IN]
    day = take(commerce_engine, aggregator=StatsAggregator(areas))

    first = all_stored(commerce_engine)
    assert first["total_products", "platform", day].value is None
    assert (first["total_products", "platform", day].reason or "").startswith("catalog: ")
    assert {key[0] for key, value in first.items() if value.value is None} == {"total_products", "orders_per_day"}

    catalog.fail = None
    with Session(commerce_engine) as session, session.begin():
        session.execute(text("UPDATE stores SET deleted_at = created_at"))
        # A plan that nobody had: what was observed before stays of one moment, in all its scopes.
        session.execute(text("UPDATE merchant_subscriptions SET tier_id = (SELECT max(id) FROM subscription_tiers)"))
    take(commerce_engine, NOW + timedelta(minutes=10), StatsAggregator(areas))

    assert all_stored(commerce_engine) == {**first, ("total_products", "platform", day): (7, None, "observed")}


@EACH_DATABASE
def test_one_failing_area_does_not_void_the_caller_s_transaction(commerce_engine: Engine) -> None:
    put(commerce_engine, platform_with(7))
    areas = [Sometimes(no_table), *(area() for area in BUILT_IN if area is not CatalogMetrics)]
    with Session(commerce_engine) as session, session.begin():
        session.execute(text("UPDATE platforms SET name = 'before'"))
        snapshot = capture(session, session, find_platform(session), NOW, StatsAggregator(areas))
        session.execute(text("UPDATE merchants SET name = 'after'"))
        assert snapshot.total_products is None
        assert snapshot.active_stores == 1
        assert "there_is_no_such_table" in reasons(session, snapshot)["total_products"]

    with Session(commerce_engine) as session:
        assert session.scalar(text("SELECT name FROM platforms")) == "before"
        assert session.scalar(text("SELECT min(name) FROM merchants")) == "after"
        assert session.query(CapacitySnapshot).one().active_stores == 1


FLEET = Metric("vans", Kind.LEVEL, "vans", "Vans")
PARCELS = Metric("parcels", Kind.LEVEL, "parcels", "Parcels")


class Vans:
    """Another package's area, of which one number cannot be true."""

    area = "vans"
    metrics = {"vans": FLEET, "parcels": PARCELS, "seen": None}  # noqa: RUF012

    def __init__(self, parcels: float) -> None:
        self.parcels = parcels

    def collect(self, db: Session, context: MetricsContext) -> Sequence[Count]:
        return [Count("vans", 3), Count("parcels", self.parcels), Count("seen", 1)]


@pytest.mark.parametrize(
    ("parcels", "reason"),
    [
        (-1, "the source gave -1, and a count or size cannot be negative"),
        (math.nan, "the source gave nan, which is not a finite number"),
        (math.inf, "the source gave inf, which is not a finite number"),
        (-math.inf, "the source gave -inf, which is not a finite number"),
    ],
)
def test_what_cannot_be_true_is_missing(commerce_engine: Engine, parcels: float, reason: str) -> None:
    put(commerce_engine, platform_with(7))
    day = take(commerce_engine, aggregator=StatsAggregator([CatalogMetrics(), Vans(parcels)]))

    assert all_stored(commerce_engine) == {
        ("total_products", "platform", day): (7, None, "observed"),
        ("vans", "platform", day): (3, None, "observed"),
        ("parcels", "platform", day): (None, reason, "observed"),
    }


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


class UnreadableOrders(OrderMetrics):
    """Orders can be counted, but not rebuilt."""

    def rebuild(self, scan: DayScan) -> Sequence[CountHistory]:
        scan.db.execute(text("SELECT * FROM a_table_that_is_not_there"))
        raise AssertionError("the statement before has failed")


@EACH_DATABASE
def test_orders_that_cannot_be_rebuilt_do_not_cost_the_next_capture(commerce_engine: Engine) -> None:
    known = platform_with(2)
    known.orders = [NOW.replace(hour=hour) for hour in (1, 2, 3)]
    put(commerce_engine, known)
    take(commerce_engine)
    broken = StatsAggregator([UnreadableOrders() if area is OrderMetrics else area() for area in BUILT_IN])

    assert take(commerce_engine, NOW + timedelta(days=1), broken) == date(2026, 3, 21)
    after = all_stored(commerce_engine)
    assert after["orders_per_day", "platform", date(2026, 3, 20)].value is None
    assert after["total_products", "platform", date(2026, 3, 21)].value == 2

    take(commerce_engine, NOW + timedelta(days=1))
    assert all_stored(commerce_engine)["orders_per_day", "platform", date(2026, 3, 20)].value == 3


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


class FailsAmongTheForecasts:
    """Settings of a kind that only a forecast trips over."""

    def __init__(self, error: Exception) -> None:
        self.error = error

    def __getattr__(self, name: str) -> object:
        raise self.error


def unchecked(**days: float) -> CapacityConfig:
    """Rules that no check has seen, as a host may bend them."""
    rules = ForecastRules()
    for name, value in days.items():
        object.__setattr__(rules, name, value)
    return CapacityConfig(rules=rules)


HUGE = 10**12
UNBOUNDED = {
    "a horizon beyond all days": unchecked(horizon_days=HUGE),
    "a history beyond all days": unchecked(history_days=HUGE),
    "an endless history": unchecked(history_days=math.inf),
    "a limit of a metric that is not there": CapacityConfig(limits=(Limit("vans", 3, "vans"),)),
    "a name that does not fit": CapacityConfig(limits=(Limit("total_products", 9, "x" * 300),)),
    "no number at all": CapacityConfig(rules=cast("ForecastRules", FailsAmongTheForecasts(ZeroDivisionError("0 / 0")))),
    "a failing query": CapacityConfig(rules=cast("ForecastRules", FailsAmongTheForecasts(RuntimeError("no " * 200)))),
}


@pytest.mark.parametrize("config", UNBOUNDED.values(), ids=UNBOUNDED)
def test_the_day_is_kept_whatever_its_forecasts_do(
    commerce_engine: Engine, caplog: pytest.LogCaptureFixture, config: CapacityConfig
) -> None:
    put(commerce_engine, eventful_platform("UTC", FIRST, LAST - timedelta(days=1)))
    with Session(commerce_engine) as session, session.begin():
        backfill(session, session, find_platform(session), NOW, stats_aggregator)
    with Session(commerce_engine) as session, session.begin():
        taken = capture(session, session, find_platform(session), NOW, stats_aggregator, config=config)
        assert taken.total_products is not None
    found = all_stored(commerce_engine)

    assert sum(key[2] == LAST and row.value is not None for key, row in found.items()) > len(CAPTURED)
    told = [record.getMessage() for record in caplog.records if record.levelname == "WARNING"]
    assert any(" is kept: " in line for line in told), told
    assert all(len(line) < 400 and "\n" not in line for line in told)


def test_an_interruption_is_no_failing_forecast(commerce_engine: Engine) -> None:
    put(commerce_engine, platform_with(7))
    error = cast("Exception", KeyboardInterrupt())
    config = CapacityConfig(rules=cast("ForecastRules", FailsAmongTheForecasts(error)))
    with pytest.raises(KeyboardInterrupt), Session(commerce_engine) as session, session.begin():
        capture(session, session, find_platform(session), NOW, stats_aggregator, config=config)

    assert all_stored(commerce_engine) == {}


@EACH_DATABASE
def test_a_failing_statement_among_the_forecasts_does_not_void_the_transaction(
    commerce_engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(commerce_engine, platform_with(7))
    with Session(commerce_engine) as session, session.begin():

        def fails(_desk: Desk) -> None:
            session.connection().execute(text("SELECT 1 FROM no_such_table"))

        monkeypatch.setattr(capturing, "issue", fails)
        day = capture(session, session, find_platform(session), NOW, stats_aggregator).snapshot_date

    assert all_stored(commerce_engine)["total_products", "platform", day].value == 7
