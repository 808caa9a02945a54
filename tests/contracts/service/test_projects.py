"""A limit has one date, whoever is asked: committed projects count wherever one is told, and are named."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import numpy as np
import pytest
from sqlalchemy.orm import Session
from tests.support.desks import Ours, desk_of, store_of
from tests.support.documents import plain
from tests.support.snapshots import observed, row, write_days, write_measurements

from outgrow import CapacityForecastService
from outgrow.documents.days_until import days_until_document
from outgrow.documents.forecast import forecast_document
from outgrow.documents.ladder import ladder_plan_document
from outgrow.documents.movement import movement_document
from outgrow.documents.status import status_document
from outgrow.domain.errors import ConfigurationError
from outgrow.domain.ladder import Ladder, Tier
from outgrow.domain.limit import Limit
from outgrow.domain.metric import Scope
from outgrow.domain.scenario import Project
from outgrow.faces.charts.answer import answer_chart
from outgrow.faces.cli.text import until_lines
from outgrow.forecasting.joint import simulate_paths
from outgrow.forecasting.projection import Projection
from outgrow.service import futures
from outgrow.service.check import check
from outgrow.service.config import CapacityConfig
from outgrow.service.desk import Desk
from outgrow.service.explain import explain
from outgrow.service.exposure import exposure
from outgrow.service.findings import find, stored_use
from outgrow.service.forecast import forecast
from outgrow.service.issue import issue
from outgrow.service.ladder import ladder
from outgrow.service.status import status
from outgrow.service.whatif import whatif
from outgrow.service.when import when
from outgrow.store.memory import MemoryStore

TODAY = date(2026, 3, 31)
LADDER = Ladder((Tier.of("Small", Decimal(10), stores=200, products=1_500), Tier.of("Huge", Decimal(90))))
SURE = Project("the move", TODAY + timedelta(days=20), 1.0, {"products": 400.0, "stores": 30.0})
PERHAPS = Project("the fair", TODAY + timedelta(days=40), 0.5, {"orders_per_day": 60.0})
LATER = Project("next decade", TODAY + timedelta(days=4_000), 1.0, {"storage_gb": 500.0})


def fill(db: Ours, days: int = 120, **values: Callable[[int], float]) -> None:
    dates = [TODAY - timedelta(days=days - 1 - n) for n in range(days)]
    write_days(db, "main", dates)
    for metric, value in values.items():
        write_measurements(db, [row(observed(float(value(n))), metric, day) for n, day in enumerate(dates)])


def grow(db: Ours) -> None:
    """Six products more a day, up to 1,000, a store more every four days, and more orders and files."""
    fill(
        db,
        total_products=lambda n: 1_000 - 6 * (119 - n) + n % 3,
        active_stores=lambda n: 100 - (119 - n) // 4,
        total_stores=lambda n: 120 - (119 - n) // 4,
        orders_per_day=lambda n: 100 + n / 4 + n % 7,
        storage_used_gb=lambda n: 100 + n + n % 2,
    )


@pytest.fixture
def db(memory: MemoryStore) -> MemoryStore:
    grow(memory)
    return memory


def view(db: Ours, *projects: Project, limits: tuple[Limit, ...] = ()) -> Desk:
    return desk_of(db, "main", TODAY, CapacityConfig(ladder=LADDER, limits=limits, projects=projects))


def test_every_verb_says_the_same_date_of_a_limit(session: Session) -> None:
    grow(session)
    seen = view(session, SURE, PERHAPS)
    asked = when(seen, "products", 1_500)
    service = CapacityForecastService(config=seen.config, clock=lambda: datetime(2026, 3, 31, 12, tzinfo=UTC))
    line = next(row.outlook.until for row in status(seen).rows if row.outlook.until.metric.name == "total_products")
    found = next(each.said for each in find(seen, stored_use(seen)) if each.said and each.said.key == "tier:Small")
    exposed = next(each.until for each in exposure(seen).exposure.resources if each.use.resource == "products")
    baseline = next(each for each in whatif(seen, []).baseline.limits if each.limit.metric == "total_products")
    evidence = next(each for each in found.evidence if each.get("metric") == "total_products")
    told = {
        "status": line.date("p50"),
        "forecast": forecast(seen, "products").until.date("p50"),
        "recommend": date.fromisoformat(evidence["date"]["p50"]),
        "ladder": ladder(seen).plan.steps[0].dates["p50"],
        "exposure": exposed.date("p50") if exposed else None,
        "embedded": TODAY + timedelta(days=service.get_days_until_threshold(session, "products", 1_500) or 0),
        "whatif": baseline.dates["p50"],
    }  # fmt: skip

    assert asked.date("p50") is not None
    assert told == dict.fromkeys(told, asked.date("p50"))
    assert asked.days.p50 == pytest.approx(20, abs=3)  # 400 of the 500 come at once
    assert (line.days, line.probability_within) == (asked.days, asked.probability_within)


def test_and_without_projects_the_date_is_the_forecasts_alone(db: MemoryStore) -> None:
    seen, plain = view(db, SURE).without_projects(), view(db)

    assert days_until_document(when(seen, "products", 1_500)) == days_until_document(when(plain, "products", 1_500))
    assert status_document(status(seen)) == status_document(status(plain))
    ours, theirs = ladder(seen), ladder(plain)
    assert ladder_plan_document(ours.plan) == ladder_plan_document(theirs.plan)
    assert replace(ours, plan=theirs.plan) == theirs
    assert when(plain, "products", 1_500).days.p50 == pytest.approx(83, abs=5)


def test_who_is_counted_in_is_named(db: MemoryStore) -> None:
    seen = view(db, SURE, PERHAPS, LATER)
    until, drawn = when(seen, "products", 1_500), forecast(seen, "products")
    report = status(seen)

    sizes = {"total_products": 400, "active_stores": 30}
    named = {"name": "the move", "date": "2026-04-20", "probability": 1.0, "sizes": sizes}
    assert days_until_document(until)["projects"] == [named]
    assert "Committed projects are in it: the move from 20 Apr 2026 on." in until_lines(until)
    assert [each["name"] for each in plain(forecast_document(drawn))["projects"]] == ["the move"]
    assert "the move from 20 Apr 2026 on" in str(answer_chart(drawn))
    assert report.sentence.endswith("; committed: the move.")
    assert "; committed: the move." in check(seen).line
    found = next(each.said for each in find(seen, stored_use(seen)) if each.said and each.said.key == "tier:Small")
    evidence = next(each for each in found.evidence if each.get("metric") == "total_products")
    assert [each["name"] for each in evidence["projects"]] == ["the move"]


@pytest.mark.parametrize(
    ("metric", "level", "names"),
    [
        ("total_products", 1_500.0, ["the move"]),
        ("active_stores", 150.0, ["the move"]),
        ("total_stores", 160.0, ["the move"]),  # open stores are stores
        ("orders_per_day", 190.0, ["the fair"]),
        ("total_orders_month", 6_000.0, ["the fair"]),  # which adds up orders of a day
        ("storage_used_gb", 400.0, []),  # of which only comes what lies beyond the horizon
    ],
)
def test_a_project_counts_for_what_it_takes_room_of(
    db: MemoryStore, metric: str, level: float, names: list[str]
) -> None:
    plain, counted = when(view(db), metric, level), when(view(db, SURE, PERHAPS, LATER), metric, level)

    assert [project.name for project in counted.projects] == names
    if names:
        assert counted.probability_within[90] > plain.probability_within[90]
    else:
        assert days_until_document(counted) == days_until_document(plain)


def test_where_nothing_is_touched_no_future_is_simulated(db: MemoryStore, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(futures, "simulate_paths", lambda *_, **__: pytest.fail("futures were simulated"))
    seen = view(db, SURE)

    assert when(seen, "storage_gb", 400).projects == ()
    assert when(seen, "products", 1_500, Scope("store", "17")).projects == ()
    assert isinstance(forecast(seen, "storage_gb", 400).projection, Projection)


def test_the_same_futures_are_simulated_once(db: MemoryStore, monkeypatch: pytest.MonkeyPatch) -> None:
    times: list[object] = []

    def counted(*given: Any, **more: Any) -> Any:
        times.append(given)
        return simulate_paths(*given, **more)

    monkeypatch.setattr(futures, "simulate_paths", counted)
    seen = view(db, SURE)
    ladder(seen)
    exposure(seen)
    status(seen)
    assert len(times) == 1


def test_the_bands_and_the_growth_move_with_them(db: MemoryStore) -> None:
    plain, counted = (forecast(view(db, *some), "products").projection for some in ((), (SURE,)))
    assert isinstance(plain, Projection)
    assert isinstance(counted, Projection)
    more = counted.forecast.quantiles - plain.forecast.quantiles

    assert more[:, 19:] == pytest.approx(400.0, abs=1e-6)
    assert more[:, :19] == pytest.approx(0.0, abs=1e-6)
    assert counted.forecast.growth_per_30_days == pytest.approx(plain.forecast.growth_per_30_days + 400)
    assert (np.diff(counted.forecast.quantiles, axis=0) >= 0).all()


def test_the_growth_of_orders_is_that_of_the_amounts(db: MemoryStore) -> None:
    soon = Project("the fair", TODAY + timedelta(days=1), 1.0, {"orders_per_day": 60.0})
    for metric, more in (("orders_per_day", 60.0), ("total_orders_month", 1_800.0)):
        plain, counted = (when(view(db, *some), metric, 99_999) for some in ((), (soon,)))
        assert counted.growth_per_30_days == pytest.approx((plain.growth_per_30_days or 0) + more, rel=0.02)


def test_a_fall_comes_no_nearer_by_what_only_adds(db: MemoryStore) -> None:
    plain, counted = (when(view(db, *some), "products", 900, falling=True) for some in ((), (SURE,)))
    assert days_until_document(counted) == days_until_document(plain)


def test_where_the_date_is_past_they_are_named_for_the_growth(db: MemoryStore) -> None:
    plain, counted = (when(view(db, *some), "products", 500) for some in ((), (SURE,)))
    assert (counted.status, counted.days_ago) == (plain.status, plain.days_ago)
    assert (counted.growth_per_30_days or 0) == pytest.approx((plain.growth_per_30_days or 0) + 400)
    assert [project.name for project in counted.projects] == ["the move"]


def test_what_is_kept_is_kept_without_and_explain_says_so(db: MemoryStore) -> None:
    for seen in (view(db, SURE), view(db)):
        issue(seen)
    kept = store_of(db).forecast_of("main", "total_products", TODAY)
    assert kept is not None
    with_them, alone = when(view(db, SURE), "products", 1_500), when(view(db), "products", 1_500)
    assert {limit.days for limit in kept.limits if limit.threshold == 1_500} == {alone.days}

    moved = explain(view(db, SURE), "products", since=TODAY)
    assert moved.with_projects is not None
    assert movement_document(moved)["with_projects"]["date"]["p50"] == str(with_them.date("p50"))
    assert explain(view(db), "products", since=TODAY).with_projects is None
    assert explain(view(db, SURE), "storage_gb", since=TODAY).with_projects is None


def test_a_metric_that_nobody_knows_is_an_error_of_the_settings(db: MemoryStore) -> None:
    with pytest.raises(ConfigurationError, match=r"\[\[projects\]\] 'odd', sizes: there is no metric"):
        when(view(db, Project("odd", SURE.on, 1.0, {"gigglebytes": 1.0})), "products", 1_500)
