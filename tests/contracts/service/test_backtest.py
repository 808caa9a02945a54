"""The backtest of a stored platform."""

from collections.abc import Callable, Mapping
from datetime import date, timedelta
from random import Random
from typing import Any

import pytest
from tests.support.desks import Ours, desk_of
from tests.support.documents import plain
from tests.support.snapshots import write_days, write_measurements

from outgrow.documents.backtest import backtest_document
from outgrow.domain.errors import UnknownMetricError, UsageError
from outgrow.domain.metric import TOTAL_PRODUCTS
from outgrow.forecasting.backtest import BANDS, BASELINES, ENGINE, FLOW_BASELINES
from outgrow.forecasting.rules import ForecastRules
from outgrow.forecasting.yardsticks import Yardstick
from outgrow.service.backtest import BacktestReport, backtest
from outgrow.service.config import CapacityConfig
from outgrow.store.memory import MemoryStore

TODAY = date(2026, 3, 31)
Values = Callable[[int], float | None]
"""A value by the number of its day, from 0 on; None where the day is not known."""


def fill(session: Ours, days: int, **values: Values) -> None:
    """Store as many days, up to today."""
    dates = [TODAY - timedelta(days=days - 1 - n) for n in range(days)]
    rows = [
        {
            "platform": "main",
            "metric": metric,
            "scope": "platform",
            "day": day,
            "value": None if value is None else float(value),
            "reason": "not known" if value is None else None,
            "provenance": "observed",
        }
        for metric, of in values.items()
        for day, value in zip(dates, map(of, range(days)), strict=True)
    ]
    write_days(session, "main", dates)
    write_measurements(session, rows)


def wandering(start: float, step: float) -> Values:
    random, values = Random(start), [start]
    while len(values) < 400:
        values.append(max(values[-1] + random.gauss(step, 3 * step), 0))
    return values.__getitem__


def ask(session: Ours, *metrics: str, today: date = TODAY, **how: Any) -> BacktestReport:
    return backtest(desk_of(session, "main", today), metrics, **how)


def test_every_metric_of_the_platform_is_tested_or_left_out_with_its_reason(memory: MemoryStore) -> None:
    fill(memory, 200, total_products=wandering(9_000, 30), storage_used_gb=wandering(500, 3))
    fill(memory, 40, active_stores=wandering(150, 1))
    document = backtest_document(ask(memory))

    assert [found["metric"] for found in document["metrics"]] == ["total_products", "storage_used_gb"]
    left = {short["metric"]: short for short in document["left_out"]}
    assert (left["active_stores"]["have"], left["active_stores"]["need"]) == (40, 90)
    assert left["active_stores"]["status"] == "insufficient_data"
    assert left["active_stores"]["reason"].startswith("40 days are known, a backtest needs 90")
    assert left["db_size_mb"]["have"] == 0
    assert len(left) + 2 == len(desk_of(memory, "main", TODAY).platform_metrics())


def test_the_document(memory: MemoryStore) -> None:
    fill(memory, 200, total_products=wandering(9_000, 30))
    document = plain(backtest_document(ask(memory, "products", every_days=10, horizon_days=90)))

    said = {"platform": "main", "as_of": "2026-03-31", "every_days": 10, "horizon_days": 90, "model": "shared"}
    assert {key: document[key] for key in said} == said
    assert document["sentence"].startswith("The 80% bands held ")
    assert set(document["brier"]) == {ENGINE, *BASELINES}
    assert set(document["coverage"]) == {"50", "80", "95"}
    assert len(document["reliability"]) == 10
    assert set(document["reliability"][0]) == {"from", "to", "questions", "said", "happened"}
    (found,) = document["metrics"]
    assert {key: found[key] for key in ("metric", "unit", "daily_flow", "origins")} == {
        "metric": "total_products",
        "unit": "products",
        "daily_flow": None,
        "origins": 12,
    }
    assert (found["first_origin"], found["last_origin"]) == ("2025-11-11", "2026-03-01")
    assert set(found["forecasters"]) == {ENGINE, *BASELINES}
    days = {"7", "14", "30", "60", "90"}
    for scores in found["forecasters"].values():
        assert set(scores) == {"error", "scaled_error", "pinball", "brier", "brier_within"}
        for part in ("error", "scaled_error", "pinball", "brier_within"):
            assert set(scores[part]) == days
            assert all(value is not None and value >= 0 for value in scores[part].values())
    assert {band: set(by_day) for band, by_day in found["coverage_by_day"].items()} == dict.fromkeys(
        document["coverage"], days
    )
    assert set(found["skill"]) == set(BASELINES)
    best = found["best_yardstick"]
    assert set(best) == {"name", "days", "yardstick_error", "engine_error", "better"}
    assert best["name"] in BASELINES
    means = {
        name: sum(scores["scaled_error"][str(day)] for day in best["days"]) / len(best["days"])
        for name, scores in found["forecasters"].items()
    }
    assert best["engine_error"] == pytest.approx(means.pop(ENGINE), rel=1e-4)
    assert best["yardstick_error"] == pytest.approx(min(means.values()), rel=1e-4)
    mine, theirs = (found["forecasters"][name]["error"]["30"] for name in (ENGINE, "endpoint"))
    assert found["skill"]["endpoint"]["30"] == pytest.approx(1 - mine / theirs, abs=1e-4)


def test_a_month_s_total_is_tested_as_its_daily_flow_under_its_own_name(memory: MemoryStore) -> None:
    flow = wandering(100, 0.5)
    fill(memory, 150, orders_per_day=flow, total_orders_month=lambda n: 5.0)
    total, daily = backtest_document(ask(memory, "orders", "orders_per_day"))["metrics"]

    assert (total["metric"], total["daily_flow"]) == ("total_orders_month", "orders_per_day")
    assert (daily["metric"], daily["daily_flow"]) == ("orders_per_day", None)
    assert total["forecasters"] == daily["forecasters"]


def test_short_and_full_names_are_the_same_and_are_asked_about_once(memory: MemoryStore) -> None:
    fill(memory, 120, total_products=wandering(9_000, 30))

    assert len(ask(memory, "products", "total_products").result.metrics) == 1


def test_as_of_a_day_nothing_later_is_looked_at(memory: MemoryStore) -> None:
    products = wandering(9_000, 30)
    fill(memory, 200, total_products=products)
    day = TODAY - timedelta(days=60)
    before = backtest_document(ask(memory, today=day))
    fill(memory, 60, total_products=lambda n: 1e6 + n)

    assert backtest_document(ask(memory, today=day)) == before
    assert before["metrics"][0]["last_origin"] == (day - timedelta(days=30)).isoformat()


def test_the_model_and_the_history_are_those_of_the_settings(memory: MemoryStore) -> None:
    fill(memory, 200, total_products=wandering(9_000, 30))
    config = CapacityConfig(rules=ForecastRules(history_days=70, model="drift"))
    report = backtest(desk_of(memory, "main", TODAY, config))

    assert backtest_document(report)["model"] == "drift"
    assert report.result.metrics[0].origins.past.shape[1] == 70


def test_nothing_stored_is_no_error(memory: MemoryStore) -> None:
    report = ask(memory, "stores")

    assert report.sentence == "No metric has enough history for a backtest."
    assert backtest_document(report)["coverage"] == {"50": None, "80": None, "95": None}
    assert backtest_document(report)["metrics"] == []


@pytest.mark.parametrize(
    ("held", "words"),
    [
        ({"a": 0.78}, "The 80% bands held 78% of what came: the forecasts keep their word."),
        ({"a": 0.74}, "held 74% of what came: they are too narrow"),
        ({"a": 0.86}, "held 86% of what came: they are wider"),
        ({"a": 0.6}, "held 60% of what came: they are too narrow"),
        ({"a": 0.95}, "held 95% of what came: they are wider than they need to be"),
        ({"a": 0.99, "b": 0.6}, "keep their word. Not so for Team members (60%)."),
        ({"a": None}, "No metric has enough history"),
    ],
)
def test_the_sentence_says_whether_they_keep_their_word(
    memory: MemoryStore, monkeypatch: pytest.MonkeyPatch, held: Mapping[str, float | None], words: str
) -> None:
    names = ["products", "team_members"][: len(held)]
    fill(memory, 200, total_products=wandering(9_300, 30), total_team_members=wandering(90, 1))
    report = ask(memory, *names)
    shares = dict(zip((found.metric for found in report.result.metrics), held.values(), strict=True))
    monkeypatch.setattr(
        "outgrow.forecasting.backtest.MetricBacktest.coverage", lambda found, _band: shares[found.metric]
    )

    assert words in report.sentence


@pytest.mark.parametrize(("days", "told"), [(90, "from 1 day: too few"), (179, "from 86 days: too few"), (184, "word")])
def test_a_short_past_is_not_judged_by(
    memory: MemoryStore, monkeypatch: pytest.MonkeyPatch, days: int, told: str
) -> None:
    fill(memory, days, total_products=wandering(9_000, 30))
    monkeypatch.setattr("outgrow.forecasting.backtest.MetricBacktest.coverage", lambda _found, _band: 0.8)

    assert told in ask(memory).sentence


def yardsticks(monkeypatch: pytest.MonkeyPatch, errors: Mapping[str, tuple[float, float]], held: float = 0.8) -> None:
    """Let the bands hold so much, and the random walk and the engine err so much, by metric."""
    best = {name: Yardstick("random_walk", (7, 30), *each) for name, each in errors.items()}
    monkeypatch.setattr("outgrow.forecasting.backtest.MetricBacktest.coverage", lambda _found, _band: held)
    monkeypatch.setattr("outgrow.service.backtest.best_yardstick", lambda found: best.get(found.metric.name))


@pytest.mark.parametrize(
    ("products", "members", "words"),
    [
        ((4.0, 2.0), (4.0, 4.15), ": the forecasts keep their word."),
        ((4.0, 5.0), (4.0, 2.0), ": the forecasts keep their word. Not so for Products (a random walk errs 20% less)."),
        (
            (4.0, 5.0),
            (4.0, 8.0),
            (
                ", but the forecasts do not keep their word: Team members (a random walk errs 50% less), "
                "Products (a random walk errs 20% less)."
            ),
        ),
    ],
    ids=["none", "some", "all"],
)
def test_metrics_of_which_a_plain_yardstick_is_better_are_named(
    memory: MemoryStore,
    monkeypatch: pytest.MonkeyPatch,
    products: tuple[float, float],
    members: tuple[float, float],
    words: str,
) -> None:
    fill(memory, 200, total_products=wandering(9_000, 30), total_team_members=wandering(90, 1))
    yardsticks(monkeypatch, {"total_products": products, "total_team_members": members})

    assert ask(memory).sentence == f"The 80% bands held 80% of what came{words}"


@pytest.mark.parametrize("held", [0.5, 0.9])
def test_they_are_named_where_the_bands_are_off_as_well(
    memory: MemoryStore, monkeypatch: pytest.MonkeyPatch, held: float
) -> None:
    fill(memory, 200, total_products=wandering(9_000, 30))
    yardsticks(monkeypatch, {"total_products": (4.0, 5.0)}, held)

    assert ask(memory).sentence.endswith(" say. Plain yardsticks do better for Products (a random walk errs 20% less).")


def test_a_metric_that_fails_twice_is_named_once(memory: MemoryStore, monkeypatch: pytest.MonkeyPatch) -> None:
    fill(memory, 200, total_products=wandering(9_000, 30), total_team_members=wandering(90, 1))
    yardsticks(monkeypatch, {"total_products": (4.0, 5.0)})
    monkeypatch.setattr(
        "outgrow.forecasting.backtest.MetricBacktest.coverage",
        lambda found, _band: 0.6 if found.metric is TOTAL_PRODUCTS else 0.98,
    )

    assert ask(memory).sentence.endswith("Not so for Products (60%; a random walk errs 20% less).")


def test_a_flow_is_held_against_the_weekly_median_and_a_level_is_not(memory: MemoryStore) -> None:
    fill(memory, 200, total_products=wandering(9_000, 30), orders_per_day=wandering(100, 0.5))
    products, orders = backtest_document(ask(memory, "products", "orders_per_day", horizon_days=30))["metrics"]

    assert set(products["skill"]) == set(BASELINES)
    assert set(orders["skill"]) == {*BASELINES, *FLOW_BASELINES}


def test_a_metric_of_a_short_past_is_no_exception(memory: MemoryStore, monkeypatch: pytest.MonkeyPatch) -> None:
    fill(memory, 200, total_products=wandering(9_000, 30))
    fill(memory, 120, total_team_members=wandering(90, 1))
    monkeypatch.setattr(
        "outgrow.forecasting.backtest.MetricBacktest.coverage",
        lambda found, _band: 0.99 if found.metric is TOTAL_PRODUCTS else 0.6,
    )

    assert "Not so" not in ask(memory).sentence


def test_progress_is_told(memory: MemoryStore) -> None:
    fill(memory, 120, total_products=wandering(9_000, 30))
    told: list[tuple[str, int, int]] = []
    report = backtest(desk_of(memory, "main", TODAY), progress=lambda *so_far: told.append(so_far))
    origins = len(report.result.metrics[0].origins)

    assert told == [("forecasting the past", origins, origins)]
    assert len(BANDS) == 3


@pytest.mark.parametrize(
    ("how", "said"),
    [
        ({"every_days": 0}, "origins 0 days apart make no sense"),
        ({"every_days": -3}, "origins -3 days apart make no sense"),
        ({"horizon_days": 29}, "a backtest over 29 days cannot be made"),
        ({"horizon_days": 366}, "a backtest over 366 days cannot be made"),
    ],
)
def test_what_makes_no_sense_is_refused_with_its_mend(memory: MemoryStore, how: dict[str, Any], said: str) -> None:
    with pytest.raises(UsageError, match=said) as caught:
        ask(memory, **how)

    assert caught.value.mend


def test_an_unknown_metric_is_named(memory: MemoryStore) -> None:
    with pytest.raises(UnknownMetricError, match="total_product"):
        ask(memory, "total_product")
