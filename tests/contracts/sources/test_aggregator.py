"""Collecting from areas, the built-in ones and those of other packages."""

from collections.abc import Iterator
from importlib.metadata import EntryPoint

import pytest
from sqlalchemy import Engine, text
from sqlalchemy.orm import Session

from outgrow import MetricsContext, Platform, StatsAggregator, stats_aggregator
from outgrow.domain.metric import Kind, Metric
from outgrow.sources.commerce import aggregator as module
from outgrow.sources.commerce.areas.catalog import CatalogMetrics
from outgrow.sources.commerce.contract import Count

WISHES = Metric("wishes", Kind.LEVEL, "wishes", "Wishes")


class Wishlist:
    """An area of another package."""

    area = "wishlist"
    metrics = {"total": WISHES, "lists": None}  # noqa: RUF012

    def __init__(self, value: float = 3) -> None:
        self.value = value

    def collect(self, db: Session, context: MetricsContext) -> list[Count]:
        return [Count("total", self.value), Count("lists", 1)]


class Broken(Wishlist):
    area = "broken"

    def collect(self, db: Session, context: MetricsContext) -> list[Count]:
        db.execute(text("SELECT * FROM a_table_that_is_not_there"))
        return []


@pytest.fixture
def db(commerce_engine: Engine) -> Iterator[Session]:
    with Session(commerce_engine) as session:
        session.add(Platform(code="main"))
        session.flush()
        yield session


def test_flat_names(db: Session) -> None:
    flat = stats_aggregator.get_admin_stats_flat(db, 1, context=MetricsContext())
    assert flat["catalog.total_products"] == 0
    assert {"orders.in_period", "orders.total", "tenancy.active_stores", "media.total_size_gb"} <= set(flat)
    assert (flat["database.size_mb"] or 0) > 0


def test_a_failing_area_costs_its_own_metrics_alone_and_not_the_transaction(db: Session) -> None:
    areas = StatsAggregator([Broken(), CatalogMetrics(), Wishlist()])
    flat = areas.get_admin_stats_flat(db, 1)
    assert flat == {
        "broken.total": None,
        "broken.lists": None,
        "catalog.total_products": 0,
        "wishlist.total": 3,
        "wishlist.lists": 1,
    }
    measured = {m.metric.name: m.reading for m in StatsAggregator([Broken(), CatalogMetrics()]).measure(db, 1)}
    assert measured["total_products"].value == 0
    assert measured["wishes"].value is None
    assert "a_table_that_is_not_there" in (measured["wishes"].reason or "")
    assert db.query(Platform).count() == 1  # the transaction lives on, and what it held is still there


@pytest.mark.parametrize("value", [-1.0, float("nan"), float("inf")])
def test_a_number_that_cannot_be_true_is_missing(db: Session, value: float) -> None:
    (measured,) = StatsAggregator([Wishlist(value)]).measure(db, 1)
    assert measured.reading.value is None
    assert f"the source gave {value:g}" in (measured.reading.reason or "")


def test_other_packages_add_areas_by_entry_point(db: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    points = [
        EntryPoint("wishlist", f"{__name__}:Wishlist", module.ENTRY_POINTS),
        EntryPoint("gone", "a_package_that_is_not_there:Area", module.ENTRY_POINTS),
    ]
    monkeypatch.setattr(module, "entry_points", lambda group: points if group == "outgrow.metrics" else [])
    monkeypatch.setattr(
        EntryPoint, "load", lambda self: Wishlist if self.name == "wishlist" else __import__("gone_too")
    )
    module.installed_providers.cache_clear()
    try:
        flat = StatsAggregator().get_admin_stats_flat(db, 1)
    finally:
        module.installed_providers.cache_clear()
    assert flat["wishlist.total"] == 3
    assert "catalog.total_products" in flat  # the broken one was logged and left out
