"""What fails in a capture is missing with its reason, and costs nothing else."""

import math
from collections.abc import Callable, Sequence
from datetime import date, timedelta
from typing import cast

import pytest
from sqlalchemy import Engine, text
from sqlalchemy.orm import Session
from tests.support.captures import FIRST, LAST, NOW, Vans, platform_with, reasons, take
from tests.support.databases import EACH_DATABASE
from tests.support.desks import backfill, capture
from tests.support.platforms import eventful_platform, put
from tests.support.snapshots import all_stored

from outgrow.domain.limit import Limit
from outgrow.domain.metric import CAPTURED
from outgrow.forecasting.rules import ForecastRules
from outgrow.service import capture as capturing
from outgrow.service.config import CapacityConfig
from outgrow.service.desk import Desk
from outgrow.sources.commerce.aggregator import BUILT_IN, StatsAggregator, stats_aggregator
from outgrow.sources.commerce.areas.catalog import CatalogMetrics
from outgrow.sources.commerce.areas.orders import OrderMetrics
from outgrow.sources.commerce.contract import Count, CountHistory, MetricsContext
from outgrow.sources.commerce.dayscan import DayScan
from outgrow.sources.commerce.platforms import find_platform
from outgrow.store.orm import CapacitySnapshot


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
