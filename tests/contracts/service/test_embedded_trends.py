"""Trends, and days until a threshold, as a host asks for them."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy.orm import Session
from tests.support.documents import plain
from tests.support.hosts import growing, snapshots
from tests.support.reading import NOW, TODAY

from outgrow import CapacityForecastService, OutgrowError
from outgrow.domain.errors import BadThresholdError, UnknownMetricError, UsageError
from outgrow.domain.metric import ALIASES, CAPTURED

SEED_KEYS = {
    "start_value",
    "current_value",
    "change",
    "growth_rate_percent",
    "daily_growth_rate",
    "monthly_projection",
}


def test_trends_have_every_key_for_every_metric(session: Session, service: CapacityForecastService) -> None:
    growing(session)
    told = plain(service.get_growth_trends(session))

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


def test_trends_describe_what_was(session: Session, service: CapacityForecastService) -> None:
    growing(session)
    told = plain(service.get_growth_trends(session))["trends"]

    def described(name: str) -> list[float]:
        keys = ("start_value", "current_value", "change", "growth_rate_percent", "daily_growth_rate")
        return [told[name][key] for key in keys]

    assert described("stores") == [100, 130, 30, 30.0, 1.0]
    assert described("products") == [1_000, 1_300, 300, 30.0, 1.0]
    assert described("team_members") == [40, 40, 0, 0.0, 0.0]
    assert described("storage_gb") == [200, 215, 15, 7.5, 0.25]
    assert told["stores"]["monthly_projection"] == pytest.approx(160, abs=1)
    assert told["storage_gb"]["monthly_projection"] == pytest.approx(230, abs=0.5)


def test_trends_of_a_shorter_period(session: Session, service: CapacityForecastService) -> None:
    growing(session)
    told = service.get_growth_trends(session, days=7)

    assert (told["period_days"], told["snapshots_available"], told["start_date"]) == (7, 8, "2026-03-24")
    assert told["trends"]["stores"]["change"] == 7
    with pytest.raises(UsageError):
        service.get_growth_trends(session, days=0)


@pytest.mark.parametrize("days", [0, 1])
def test_too_few_snapshots_for_a_trend(session: Session, service: CapacityForecastService, days: int) -> None:
    snapshots(session, days, active_stores=lambda n: 100)
    told = service.get_growth_trends(session)

    assert told["trends"] == {}
    assert told["message"] == "Insufficient data for trend analysis"
    assert (told["period_days"], told["snapshots_available"]) == (30, days)
    assert service.get_days_until_threshold(session, "stores", 200) is None


def test_two_snapshots_a_day_apart_are_no_forecast(session: Session, service: CapacityForecastService) -> None:
    snapshots(session, 2, active_stores=lambda n: 100 + 10 * n)
    trend = service.get_growth_trends(session)["trends"]["stores"]

    assert (trend["start_value"], trend["current_value"], trend["change"]) == (100, 110, 10)
    assert trend["monthly_projection"] is None
    assert trend["projection_status"] == "insufficient_data"
    assert trend["projection_reason"] == "2 days are known, a forecast needs 14"
    assert service.get_days_until_threshold(session, "stores", 200) is None


@pytest.mark.parametrize("unit", [1, 10, 1_000])
def test_one_a_day_from_100_to_130_reaches_200_in_70_days(
    session: Session, service: CapacityForecastService, unit: int
) -> None:
    snapshots(session, 31, active_stores=lambda n: unit * (100 + n))

    assert service.get_days_until_threshold(session, "active_stores", 200 * unit) == 70


@pytest.mark.parametrize(("alias", "name"), ALIASES.items())
def test_a_short_name_and_a_full_name_are_the_same(
    session: Session, service: CapacityForecastService, alias: str, name: str
) -> None:
    growing(session, days=60)
    limits = {"stores": 200, "products": 2_000, "orders": 250, "team_members": 50, "storage_gb": 260}
    eleven_days_ago = CapacityForecastService(clock=lambda: NOW - timedelta(days=11))
    for asked in (service, eleven_days_ago):
        assert asked.get_days_until_threshold(session, alias, limits[alias]) == asked.get_days_until_threshold(
            session, name, limits[alias]
        )
    told = eleven_days_ago.get_days_until_threshold(session, name, limits[alias])
    assert (told is None) == (alias == "team_members")


@pytest.mark.parametrize("threshold", [130, 129.5, 100, 1])
def test_already_there_is_none_and_never_zero(
    session: Session, service: CapacityForecastService, threshold: float
) -> None:
    growing(session)

    assert service.get_days_until_threshold(session, "stores", threshold) is None


def test_the_next_step_is_a_day_away_at_least(session: Session, service: CapacityForecastService) -> None:
    growing(session)

    assert service.get_days_until_threshold(session, "stores", 131) == 1


@pytest.mark.parametrize(
    "value",
    [
        pytest.param(lambda n: 500, id="it stands still"),
        pytest.param(lambda n: 900 - 5 * n, id="it falls"),
        pytest.param(lambda n: 500 + n // 30, id="years away"),
    ],
)
def test_no_day_within_a_year_is_none(
    session: Session, service: CapacityForecastService, value: Callable[[int], int]
) -> None:
    snapshots(session, 60, total_products=value)

    assert service.get_days_until_threshold(session, "products", 10_000) is None


@pytest.mark.parametrize("asked", ["products_total", "store", "active_store"])
def test_an_unknown_metric_names_the_nearest(session: Session, service: CapacityForecastService, asked: str) -> None:
    with pytest.raises(UnknownMetricError) as caught:
        service.get_days_until_threshold(session, asked, 10)

    nearest = {"products_total": "products", "store": "stores", "active_store": "active_stores"}[asked]
    assert caught.value.what == f"there is no metric '{asked}'"
    assert caught.value.mend.startswith("did you mean ")
    assert nearest in caught.value.mend


@pytest.mark.parametrize(
    "threshold", [0, -4, float("nan"), float("inf"), "many", None, pytest.param(-(10**5_000), id="huge")]
)
def test_a_threshold_is_a_positive_number(session: Session, service: CapacityForecastService, threshold: Any) -> None:
    growing(session)
    with pytest.raises(BadThresholdError) as caught:
        service.get_days_until_threshold(session, "stores", threshold)

    assert isinstance(caught.value, ValueError)
    assert isinstance(caught.value, OutgrowError)


@pytest.mark.parametrize("today", [TODAY, date(2026, 3, 20), date(2026, 3, 1)], ids=str)
@pytest.mark.parametrize("days", [40, 150])
def test_a_steady_hundred_orders_a_day_is_no_sawtooth(session: Session, days: int, today: date) -> None:
    """Whatever the days of the month on which the period begins and ends."""
    snapshots(session, days, total_orders_month=lambda n: 100 * (TODAY - timedelta(days=days - 1 - n)).day)
    asked = CapacityForecastService(clock=lambda: NOW - (TODAY - today))
    for period in (days, 30, 20):
        trend = asked.get_growth_trends(session, period)["trends"]["orders"]
        assert trend["growth_rate_percent"] == pytest.approx(0, abs=1)
        if trend["projection_status"] == "ok":
            assert trend["monthly_projection"] == pytest.approx(3_000, rel=0.01)


@pytest.mark.parametrize("period", [27, 30, 33])
def test_weekends_at_either_end_are_no_trend(session: Session, service: CapacityForecastService, period: int) -> None:
    def so_far(n: int) -> int:
        day = TODAY - timedelta(days=79 - n)
        return sum(30 if day.replace(day=d).weekday() >= 5 else 140 for d in range(1, day.day + 1))

    snapshots(session, 80, total_orders_month=so_far)
    trend = service.get_growth_trends(session, period)["trends"]["orders"]

    assert trend["growth_rate_percent"] == pytest.approx(0, abs=1)
    assert trend["monthly_projection"] == pytest.approx(30 * (5 * 140 + 2 * 30) / 7, rel=0.05)


def test_steady_orders_reach_their_month_s_end_and_no_more(session: Session, service: CapacityForecastService) -> None:
    snapshots(session, 80, total_orders_month=lambda n: 100 * (date(2026, 1, 11) + timedelta(days=n)).day)

    assert service.get_days_until_threshold(session, "orders", 4_000) is None
    april = CapacityForecastService(clock=lambda: datetime(2026, 3, 20, 12, tzinfo=UTC))
    assert april.get_days_until_threshold(session, "orders", 2_550) in range(5, 8)
