"""Recommendations as a host asks for them."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy.orm import Session
from tests.support.databases import EACH_DATABASE
from tests.support.documents import plain
from tests.support.hosts import growing, put, snapshots
from tests.support.platforms import KnownPlatform, Span, Thing
from tests.support.reading import NOW

from outgrow import CapacityForecastService
from outgrow.documents.recommendation import RecommendationDocument

GB = 10**9


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
def test_stores_that_grow_fast(session: Session, service: CapacityForecastService, grown: int, is_told: bool) -> None:
    snapshots(session, 31, active_stores=lambda n: round(1_000 + n * 10 * grown / 30))
    told = found(service.get_scaling_recommendations(session), "growth")

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


def test_the_next_tier_has_its_trigger_and_its_date(session: Session, service: CapacityForecastService) -> None:
    growing(session, 60)  # 159 stores: Medium, which holds less than 300
    told = found(service.get_scaling_recommendations(session), "infrastructure")

    assert [one["title"] for one in told] == ["Current tier: Medium"]
    assert "Next upgrade trigger: Large at 300 active stores (159 now, 53%)" in told[0]["description"]
    assert "300 active stores reached about" in told[0]["description"]
    assert told[0]["severity"] == "warning", "the day to act by comes within three months"
    assert told[0]["action"].startswith("Order Large (350 a month); act by ")


def test_a_tier_that_lasts_is_told_of_all_the_same(session: Session, service: CapacityForecastService) -> None:
    snapshots(session, 60, active_stores=lambda n: 100 + n // 30)
    (told,) = found(service.get_scaling_recommendations(session), "infrastructure")

    assert (told["title"], told["severity"]) == ("Current tier: Medium", "info")
    assert told["action"] == "Monitor growth and plan for infrastructure scaling"


def test_a_tier_that_lasts_a_week_is_critical(session: Session, service: CapacityForecastService) -> None:
    snapshots(session, 60, active_stores=lambda n: 294 - 59 + n)
    told = service.get_scaling_recommendations(session)

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


def test_a_host_without_anything_is_told_of_its_tier_alone(session: Session, service: CapacityForecastService) -> None:
    assert [(one["category"], one["title"]) for one in service.get_scaling_recommendations(session)] == [
        ("infrastructure", "Current tier: Starter")
    ]
