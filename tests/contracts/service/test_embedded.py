"""The service inside a host's own code: the host's session, the host's transaction, the host's snapshots."""

from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import Engine, event, insert, text
from sqlalchemy.orm import Session
from tests.support.databases import EACH_DATABASE
from tests.support.desks import store_of
from tests.support.documents import plain
from tests.support.platforms import KnownPlatform, Span, Thing, eventful_platform, tables_of

from outgrow import (
    CapacityForecastService,
    CapacitySnapshot,
    OutgrowError,
    Product,
    capacity_forecast_service,
    media_service,
    platform_health_service,
)
from outgrow.documents.recommendation import RecommendationDocument
from outgrow.domain.errors import (
    BadThresholdError,
    ClockError,
    SchemaError,
    UnknownMetricError,
    UnknownPlatformError,
    UsageError,
)
from outgrow.domain.metric import ALIASES, CAPTURED
from outgrow.sources.commerce.models import CommerceBase
from outgrow.store.orm import StoreBase

TODAY = date(2026, 3, 31)
NOW = datetime(2026, 3, 31, 12, tzinfo=UTC)
GB = 10**9

Method = Callable[[CapacityForecastService, Session], object]
METHODS: dict[str, Method] = {
    "capture_daily_snapshot": lambda service, db: service.capture_daily_snapshot(db),
    "get_growth_trends": lambda service, db: service.get_growth_trends(db),
    "get_growth_trends of a quarter": lambda service, db: service.get_growth_trends(db, days=90),
    "get_scaling_recommendations": lambda service, db: service.get_scaling_recommendations(db),
    "get_days_until_threshold": lambda service, db: service.get_days_until_threshold(db, "stores", 200),
}


@pytest.fixture
def service() -> CapacityForecastService:
    return CapacityForecastService(clock=lambda: NOW)


@pytest.fixture
def db(store_engine: Engine) -> Iterator[Session]:
    """A host that has none of the commerce tables."""
    with Session(store_engine) as session:
        yield session


@pytest.fixture
def shop(commerce_engine: Engine) -> Iterator[Session]:
    """A host with the commerce tables, empty as yet."""
    with Session(commerce_engine) as session:
        yield session


def put(db: Session, known: KnownPlatform, code: str = "main") -> None:
    known.put(db, code)
    db.commit()


def snapshots(db: Session, days: int, **values: Callable[[int], Any]) -> None:
    """Snapshots of as many days, the newest of today; each value is told of the day's number from 0 on."""
    for n in range(days):
        day = TODAY - timedelta(days=days - 1 - n)
        db.add(CapacitySnapshot(snapshot_date=day, **{name: value(n) for name, value in values.items()}))
    db.flush()


@pytest.mark.parametrize("method", METHODS.values(), ids=METHODS)
@EACH_DATABASE
def test_every_method_leaves_commit_and_rollback_to_the_caller(
    commerce_engine: Engine, service: CapacityForecastService, method: Method
) -> None:
    with Session(commerce_engine) as session:
        eventful_platform("Europe/Berlin", date(2026, 1, 1), date(2026, 3, 30)).put(session)
        for n in range(20):
            session.add(CapacitySnapshot(snapshot_date=date(2026, 3, 11) + timedelta(days=n), active_stores=100 + n))
        session.commit()
    with Session(commerce_engine) as session:
        before = tables_of(session, StoreBase, CommerceBase)
    with Session(commerce_engine) as session:
        commits: list[object] = []
        event.listen(commerce_engine, "commit", commits.append)
        session.add(CapacitySnapshot(snapshot_date=date(2026, 3, 1), active_stores=1))  # waits for a flush
        assert method(service, session) is not None
        assert session.in_transaction()
        assert commits == []
        session.rollback()

    with Session(commerce_engine) as session:
        assert tables_of(session, StoreBase, CommerceBase) == before


@EACH_DATABASE
def test_what_the_caller_commits_stays(shop: Session, service: CapacityForecastService) -> None:
    put(shop, KnownPlatform("Europe/Berlin", products=[Thing(NOW)] * 3, stores=[Thing(NOW)]))
    snapshot = service.capture_daily_snapshot(shop)
    shop.commit()

    with Session(shop.get_bind()) as other:
        stored = other.get(CapacitySnapshot, (snapshot.platform, TODAY))
        assert stored is not None
        assert (stored.total_products, stored.active_stores) == (3, 1)
        assert service.capture_daily_snapshot(other) is stored


@EACH_DATABASE
def test_the_ready_instance_captures_the_first_platform_today(shop: Session) -> None:
    put(shop, KnownPlatform("UTC", products=[Thing(NOW)] * 3, stores=[Thing(NOW)]), "first")
    put(shop, KnownPlatform("UTC"), "second")
    days = [datetime.now(UTC).date()]
    snapshot = capacity_forecast_service.capture_daily_snapshot(shop)
    days.append(datetime.now(UTC).date())

    assert (snapshot.platform, snapshot.total_products) == ("first", 3)
    assert snapshot.snapshot_date in days


def test_every_platform_can_be_asked_for(shop: Session) -> None:
    put(shop, KnownPlatform("UTC"), "first")
    put(shop, KnownPlatform("Pacific/Auckland", products=[Thing(NOW)] * 5, stores=[Thing(NOW)]), "second")
    for asked in ("second", 2, "2"):
        snapshot = CapacityForecastService(asked, clock=lambda: NOW).capture_daily_snapshot(shop)
        assert (snapshot.platform, snapshot.snapshot_date) == ("second", date(2026, 4, 1))
        assert snapshot.total_products == 5

    with pytest.raises(UnknownPlatformError, match="use one of: first, second"):
        CapacityForecastService("third").capture_daily_snapshot(shop)


@EACH_DATABASE
def test_before_a_platform_is_there_the_rows_of_the_first_one_to_be_are_counted(
    shop: Session, service: CapacityForecastService
) -> None:
    snapshot = service.capture_daily_snapshot(shop)

    assert (snapshot.platform, snapshot.snapshot_date) == ("main", TODAY)
    assert (snapshot.active_stores, snapshot.total_products, snapshot.storage_used_gb) == (0, 0, Decimal(0))
    assert set(snapshot.missing) == {"orders_per_day"}, "what was counted is observed, to the last metric"
    assert service.get_days_until_threshold(shop, "stores", 10) is None


# SQLite alone may hold rows of a platform without its own.
def test_rows_of_a_platform_that_has_none_itself_are_counted(shop: Session, service: CapacityForecastService) -> None:
    shop.execute(insert(Product).values(platform_id=1, store_id=1, created_at=NOW))

    assert service.capture_daily_snapshot(shop).total_products == 1


@pytest.mark.parametrize("asked", ["first", 1])
def test_a_platform_that_was_asked_for_is_never_made_up(shop: Session, asked: str | int) -> None:
    with pytest.raises(UnknownPlatformError, match=f"holds no platform, and so none called '{asked}'"):
        CapacityForecastService(asked, clock=lambda: NOW).capture_daily_snapshot(shop)
    assert shop.query(CapacitySnapshot).all() == []


@EACH_DATABASE
def test_a_host_without_the_commerce_schema_is_told_what_it_can_do(
    db: Session, service: CapacityForecastService
) -> None:
    with pytest.raises(SchemaError, match="lacks a table of the commerce schema") as caught:
        service.capture_daily_snapshot(db)
    assert "outgrow.record" in caught.value.mend
    for ask in (media_service.get_storage_stats, platform_health_service.get_full_health_report):
        with pytest.raises(SchemaError, match="lacks a table of the commerce schema"):
            ask(db)


@pytest.mark.parametrize("method", METHODS.values(), ids=METHODS)
@EACH_DATABASE
def test_a_host_that_made_no_tables_is_told_so(
    engine: Engine, service: CapacityForecastService, method: Method
) -> None:
    with Session(engine) as session:
        with pytest.raises(SchemaError, match="there are no outgrow tables") as caught:
            method(service, session)
        assert "outgrow.create_schema" in caught.value.mend
        assert session.scalar(text("SELECT 7")) == 7, "the host's transaction goes on"


def test_a_clock_that_went_back_is_an_error_of_ours(shop: Session, service: CapacityForecastService) -> None:
    put(shop, KnownPlatform())
    service.capture_daily_snapshot(shop)
    yesterday = CapacityForecastService(clock=lambda: NOW - timedelta(days=1))
    with pytest.raises(ClockError):
        yesterday.capture_daily_snapshot(shop)


@EACH_DATABASE
def test_snapshots_made_by_hand_belong_to_the_host_s_first_platform(shop: Session) -> None:
    put(shop, KnownPlatform(), "zebra")
    put(shop, KnownPlatform(), "ant")
    made = CapacitySnapshot(snapshot_date=TODAY, active_stores=5)
    shop.add(made)
    shop.flush()

    assert made.platform == "zebra"
    assert made.captured_at is not None


def test_without_any_platform_they_belong_to_main(db: Session) -> None:
    made = CapacitySnapshot(snapshot_date=TODAY, active_stores=5)
    db.add(made)
    db.flush()

    assert made.platform == "main"


def test_without_platform_tables_they_join_those_that_are_stored(db: Session) -> None:
    store_of(db).claim_day("shops", TODAY - timedelta(days=1), NOW)
    made = CapacitySnapshot(snapshot_date=TODAY, active_stores=5)
    db.add(made)
    db.flush()

    assert made.platform == "shops"


@EACH_DATABASE
def test_every_field_of_a_snapshot_made_by_hand_is_kept(db: Session) -> None:
    fields: dict[str, Any] = {
        "total_stores": 12,
        "active_stores": 11,
        "trial_stores": 2,
        "total_subscriptions": 15,
        "active_subscriptions": 10,
        "total_products": 4_711,
        "total_orders_month": 333,
        "total_team_members": 29,
        "storage_used_gb": Decimal("12.34"),
        "db_size_mb": Decimal("56.7"),
        "theoretical_products_limit": 10_000,
        "theoretical_orders_limit": 5_000,
        "theoretical_team_limit": 100,
        "tier_distribution": {"free": 7, "pro": 3},
    }
    db.add(CapacitySnapshot(snapshot_date=TODAY, **fields))
    db.commit()

    stored = db.query(CapacitySnapshot).one()
    assert {name: getattr(stored, name) for name in fields} == fields
    assert db.query(CapacitySnapshot).filter(CapacitySnapshot.total_products > 4_000).one() is stored


@EACH_DATABASE
def test_two_snapshots_made_by_hand_in_one_transaction(db: Session, service: CapacityForecastService) -> None:
    snapshots(db, 2, active_stores=lambda n: 100 + n)

    assert service.get_growth_trends(db)["snapshots_available"] == 2


SEED_KEYS = {
    "start_value",
    "current_value",
    "change",
    "growth_rate_percent",
    "daily_growth_rate",
    "monthly_projection",
}


def growing(db: Session, days: int = 31) -> None:
    snapshots(
        db,
        days,
        active_stores=lambda n: 100 + n,
        total_products=lambda n: 1_000 + 10 * n,
        total_team_members=lambda n: 40,
        storage_used_gb=lambda n: Decimal(200) + n * Decimal("0.5"),
        total_orders_month=lambda n: 10 * (TODAY - timedelta(days=days - 1 - n)).day,
    )


def test_trends_have_every_key_for_every_metric(db: Session, service: CapacityForecastService) -> None:
    growing(db)
    told = plain(service.get_growth_trends(db))

    assert {key: told[key] for key in ("period_days", "snapshots_available", "start_date", "end_date")} == {
        "period_days": 30,
        "snapshots_available": 31,
        "start_date": "2026-03-01",
        "end_date": "2026-03-31",
    }
    assert "message" not in told
    assert set(list(told["trends"])[:5]) == set(ALIASES)
    assert set(told["trends"]) == {*ALIASES, *({m.name for m in CAPTURED} - set(ALIASES.values()))}
    for name, trend in told["trends"].items():
        assert set(trend) >= SEED_KEYS, name
    for alias in ALIASES:
        assert None not in [told["trends"][alias][key] for key in SEED_KEYS], alias


def test_trends_describe_what_was(db: Session, service: CapacityForecastService) -> None:
    growing(db)
    told = plain(service.get_growth_trends(db))["trends"]

    def described(name: str) -> list[float]:
        keys = ("start_value", "current_value", "change", "growth_rate_percent", "daily_growth_rate")
        return [told[name][key] for key in keys]

    assert described("stores") == [100, 130, 30, 30.0, 1.0]
    assert described("products") == [1_000, 1_300, 300, 30.0, 1.0]
    assert described("team_members") == [40, 40, 0, 0.0, 0.0]
    assert described("storage_gb") == [200, 215, 15, 7.5, 0.25]
    assert told["stores"]["monthly_projection"] == pytest.approx(160, abs=1)
    assert told["storage_gb"]["monthly_projection"] == pytest.approx(230, abs=0.5)


def test_trends_of_a_shorter_period(db: Session, service: CapacityForecastService) -> None:
    growing(db)
    told = service.get_growth_trends(db, days=7)

    assert (told["period_days"], told["snapshots_available"], told["start_date"]) == (7, 8, "2026-03-24")
    assert told["trends"]["stores"]["change"] == 7
    with pytest.raises(UsageError):
        service.get_growth_trends(db, days=0)


@pytest.mark.parametrize("days", [0, 1])
def test_too_few_snapshots_for_a_trend(db: Session, service: CapacityForecastService, days: int) -> None:
    snapshots(db, days, active_stores=lambda n: 100)
    told = service.get_growth_trends(db)

    assert told["trends"] == {}
    assert told["message"] == "Insufficient data for trend analysis"
    assert (told["period_days"], told["snapshots_available"]) == (30, days)
    assert service.get_days_until_threshold(db, "stores", 200) is None


def test_two_snapshots_a_day_apart_are_no_forecast(db: Session, service: CapacityForecastService) -> None:
    snapshots(db, 2, active_stores=lambda n: 100 + 10 * n)
    trend = service.get_growth_trends(db)["trends"]["stores"]

    assert (trend["start_value"], trend["current_value"], trend["change"]) == (100, 110, 10)
    assert trend["monthly_projection"] is None
    assert trend["projection_status"] == "insufficient_data"
    assert trend["projection_reason"] == "2 days are known, a forecast needs 14"
    assert service.get_days_until_threshold(db, "stores", 200) is None


@pytest.mark.parametrize("unit", [1, 10, 1_000])
def test_one_a_day_from_100_to_130_reaches_200_in_70_days(
    db: Session, service: CapacityForecastService, unit: int
) -> None:
    snapshots(db, 31, active_stores=lambda n: unit * (100 + n))

    assert service.get_days_until_threshold(db, "active_stores", 200 * unit) == 70


@pytest.mark.parametrize(("alias", "name"), ALIASES.items())
def test_a_short_name_and_a_full_name_are_the_same(
    db: Session, service: CapacityForecastService, alias: str, name: str
) -> None:
    growing(db, days=60)
    limits = {"stores": 200, "products": 2_000, "orders": 250, "team_members": 50, "storage_gb": 260}
    eleven_days_ago = CapacityForecastService(clock=lambda: NOW - timedelta(days=11))
    for asked in (service, eleven_days_ago):
        assert asked.get_days_until_threshold(db, alias, limits[alias]) == asked.get_days_until_threshold(
            db, name, limits[alias]
        )
    told = eleven_days_ago.get_days_until_threshold(db, name, limits[alias])
    assert (told is None) == (alias == "team_members")


@pytest.mark.parametrize("threshold", [130, 129.5, 100, 1])
def test_already_there_is_none_and_never_zero(db: Session, service: CapacityForecastService, threshold: float) -> None:
    growing(db)

    assert service.get_days_until_threshold(db, "stores", threshold) is None


def test_the_next_step_is_a_day_away_at_least(db: Session, service: CapacityForecastService) -> None:
    growing(db)

    assert service.get_days_until_threshold(db, "stores", 131) == 1


@pytest.mark.parametrize(
    "value",
    [
        pytest.param(lambda n: 500, id="it stands still"),
        pytest.param(lambda n: 900 - 5 * n, id="it falls"),
        pytest.param(lambda n: 500 + n // 30, id="years away"),
    ],
)
def test_no_day_within_a_year_is_none(
    db: Session, service: CapacityForecastService, value: Callable[[int], int]
) -> None:
    snapshots(db, 60, total_products=value)

    assert service.get_days_until_threshold(db, "products", 10_000) is None


@pytest.mark.parametrize("asked", ["products_total", "store", "active_store"])
def test_an_unknown_metric_names_the_nearest(db: Session, service: CapacityForecastService, asked: str) -> None:
    with pytest.raises(UnknownMetricError) as caught:
        service.get_days_until_threshold(db, asked, 10)

    nearest = {"products_total": "products", "store": "stores", "active_store": "active_stores"}[asked]
    assert caught.value.what == f"there is no metric '{asked}'"
    assert caught.value.mend.startswith("did you mean ")
    assert nearest in caught.value.mend


@pytest.mark.parametrize(
    "threshold", [0, -4, float("nan"), float("inf"), "many", None, pytest.param(-(10**5_000), id="huge")]
)
def test_a_threshold_is_a_positive_number(db: Session, service: CapacityForecastService, threshold: Any) -> None:
    growing(db)
    with pytest.raises(BadThresholdError) as caught:
        service.get_days_until_threshold(db, "stores", threshold)

    assert isinstance(caught.value, ValueError)
    assert isinstance(caught.value, OutgrowError)


@pytest.mark.parametrize("today", [TODAY, date(2026, 3, 20), date(2026, 3, 1)], ids=str)
@pytest.mark.parametrize("days", [40, 150])
def test_a_steady_hundred_orders_a_day_is_no_sawtooth(db: Session, days: int, today: date) -> None:
    """Whatever the days of the month on which the period begins and ends."""
    snapshots(db, days, total_orders_month=lambda n: 100 * (TODAY - timedelta(days=days - 1 - n)).day)
    asked = CapacityForecastService(clock=lambda: NOW - (TODAY - today))
    for period in (days, 30, 20):
        trend = asked.get_growth_trends(db, period)["trends"]["orders"]
        assert trend["growth_rate_percent"] == pytest.approx(0, abs=1)
        if trend["projection_status"] == "ok":
            assert trend["monthly_projection"] == pytest.approx(3_000, rel=0.01)


@pytest.mark.parametrize("period", [27, 30, 33])
def test_weekends_at_either_end_are_no_trend(db: Session, service: CapacityForecastService, period: int) -> None:
    def so_far(n: int) -> int:
        day = TODAY - timedelta(days=79 - n)
        return sum(30 if day.replace(day=d).weekday() >= 5 else 140 for d in range(1, day.day + 1))

    snapshots(db, 80, total_orders_month=so_far)
    trend = service.get_growth_trends(db, period)["trends"]["orders"]

    assert trend["growth_rate_percent"] == pytest.approx(0, abs=1)
    assert trend["monthly_projection"] == pytest.approx(30 * (5 * 140 + 2 * 30) / 7, rel=0.05)


def test_steady_orders_reach_their_month_s_end_and_no_more(db: Session, service: CapacityForecastService) -> None:
    snapshots(db, 80, total_orders_month=lambda n: 100 * (date(2026, 1, 11) + timedelta(days=n)).day)

    assert service.get_days_until_threshold(db, "orders", 4_000) is None
    april = CapacityForecastService(clock=lambda: datetime(2026, 3, 20, 12, tzinfo=UTC))
    assert april.get_days_until_threshold(db, "orders", 2_550) in range(5, 8)


def found(told: Sequence[RecommendationDocument], category: str) -> list[Any]:
    return [one for one in told if one["category"] == category]


def subscribed(products: int, plan: str = "pro", zone: str = "UTC") -> KnownPlatform:
    """A merchant on a plan (`pro` allows 1,000 products) with one store."""
    began = NOW - timedelta(days=20)
    return KnownPlatform(
        zone,
        stores=[Thing(began)],
        products=[Thing(began)] * products,
        subscriptions=[[Span(plan, "active", began)]],
    )


@pytest.mark.parametrize(
    ("products", "severity"), [(700, None), (800, None), (850, "warning"), (999, "warning"), (1_000, "critical")]
)
def test_sold_products_that_are_nearly_used_up(
    shop: Session, service: CapacityForecastService, products: int, severity: str | None
) -> None:
    put(shop, subscribed(products))
    told = found(service.get_scaling_recommendations(shop), "capacity")

    assert [one["severity"] for one in told] == ([severity] if severity else [])
    if severity == "warning":
        assert told[0]["title"] == "Product capacity approaching limit"
        assert told[0]["description"].startswith(f"Currently at {products / 1_000:.0%} of theoretical product")


def test_plans_without_a_limit_are_never_used_up(shop: Session, service: CapacityForecastService) -> None:
    put(shop, subscribed(5_000, "unlimited"))

    assert found(service.get_scaling_recommendations(shop), "capacity") == []


@EACH_DATABASE
def test_orders_are_those_of_the_clock_s_month(shop: Session, service: CapacityForecastService) -> None:
    """`free` allows fifty a month."""
    known = subscribed(1, "free")
    known.orders = [NOW - timedelta(hours=n) for n in range(45)]
    put(shop, known)
    told = found(service.get_scaling_recommendations(shop), "capacity")

    assert [one["title"] for one in told] == ["Orders monthly capacity approaching limit"]


@pytest.mark.parametrize(("grown", "is_told"), [(19, False), (21, True), (60, True)])
def test_stores_that_grow_fast(db: Session, service: CapacityForecastService, grown: int, is_told: bool) -> None:
    snapshots(db, 31, active_stores=lambda n: round(1_000 + n * 10 * grown / 30))
    told = found(service.get_scaling_recommendations(db), "growth")

    assert [one["title"] for one in told] == (["High store growth rate"] if is_told else [])
    assert all(one["severity"] == "info" for one in told)
    if is_told:
        assert f"{grown}.0%" in told[0]["description"]


@pytest.mark.parametrize(
    ("used", "severity"),
    [(790, None), (801, "warning"), (999, "warning"), (1_000, "critical"), (2_000, "critical")],
)
def test_storage_is_told_of_from_four_fifths_of_a_terabyte(
    shop: Session, service: CapacityForecastService, used: int, severity: str | None
) -> None:
    put(shop, KnownPlatform(files=[Thing(NOW - timedelta(days=3), size=used * GB)]))
    service.capture_daily_snapshot(shop)
    told = found(service.get_scaling_recommendations(shop), "storage")

    assert [one["severity"] for one in told] == ([severity] if severity else [])
    if severity:
        assert told[0]["title"] == "Storage usage high"
        assert f"{used:,}.00 of 1,000 GB" in told[0]["description"]


def test_storage_that_nobody_has_captured_yet_is_told_of_too(shop: Session, service: CapacityForecastService) -> None:
    put(shop, KnownPlatform(files=[Thing(NOW - timedelta(days=3), size=900 * GB)]))

    assert [one["severity"] for one in found(service.get_scaling_recommendations(shop), "storage")] == ["warning"]


def test_the_next_tier_has_its_trigger_and_its_date(db: Session, service: CapacityForecastService) -> None:
    growing(db, 60)  # 159 stores: Medium, which holds less than 300
    told = found(service.get_scaling_recommendations(db), "infrastructure")

    assert [one["title"] for one in told] == ["Current tier: Medium"]
    assert "Next upgrade trigger: Large at 300 active stores (159 now, 53%)" in told[0]["description"]
    assert "300 active stores reached about" in told[0]["description"]
    assert told[0]["severity"] == "warning", "the day to act by comes within three months"
    assert told[0]["action"].startswith("Order Large (350 a month); act by ")


def test_a_tier_that_lasts_is_told_of_all_the_same(db: Session, service: CapacityForecastService) -> None:
    snapshots(db, 60, active_stores=lambda n: 100 + n // 30)
    (told,) = found(service.get_scaling_recommendations(db), "infrastructure")

    assert (told["title"], told["severity"]) == ("Current tier: Medium", "info")
    assert told["action"] == "Monitor growth and plan for infrastructure scaling"


def test_a_tier_that_lasts_a_week_is_critical(db: Session, service: CapacityForecastService) -> None:
    snapshots(db, 60, active_stores=lambda n: 294 - 59 + n)
    told = service.get_scaling_recommendations(db)

    assert told[0]["category"] == "infrastructure"
    assert told[0]["severity"] == "critical"
    assert told[0]["action"].startswith("Order Large (350 a month)")


def test_the_most_severe_comes_first_and_every_key_is_there(shop: Session, service: CapacityForecastService) -> None:
    known = subscribed(850)
    known.files = [Thing(NOW - timedelta(days=3), size=1_100 * GB)]
    put(shop, known)
    snapshots(shop, 31, active_stores=lambda n: 1, total_products=lambda n: 550 + 10 * n)
    told = plain(service.get_scaling_recommendations(shop))

    assert [one["severity"] for one in told] == ["critical", "warning", "info", "info"]
    assert [one["category"] for one in told] == ["storage", "capacity", "infrastructure", "growth"]
    seeds = ["category", "severity", "title", "description", "action"]
    for one in told:
        assert list(one)[:5] == seeds
        assert all(isinstance(one[key], str) and one[key] for key in (*seeds, "key", "state", "sentence"))


def test_a_host_without_anything_is_told_of_its_tier_alone(db: Session, service: CapacityForecastService) -> None:
    assert [(one["category"], one["title"]) for one in service.get_scaling_recommendations(db)] == [
        ("infrastructure", "Current tier: Starter")
    ]
