"""Issued forecasts are scored when their days come, and decide which model is asked."""

from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import pytest
from sqlalchemy import Engine, create_engine, event
from sqlalchemy.orm import Session
from tests.support.databases import EACH_DATABASE
from tests.support.desks import Ours, capture, desk_of, store_of
from tests.support.forecasts import BELL, Products, issued, limit
from tests.support.platforms import KnownPlatform
from tests.support.snapshots import write_days, write_measurements

from outgrow import create_schema
from outgrow.documents.accuracy import AccuracyDocument, accuracy_document
from outgrow.domain.errors import UnknownMetricError
from outgrow.domain.issued import DAYS_AHEAD, KEPT_LEVELS, IssuedForecast
from outgrow.domain.metric import PLATFORM, TOTAL_PRODUCTS, Scope
from outgrow.domain.panel import HistoryPanel
from outgrow.forecasting import projection
from outgrow.forecasting.projection import ForecastRules
from outgrow.forecasting.scoring import LEAST_ISSUES, WINDOW_DAYS
from outgrow.service import desk as desk_module
from outgrow.service.accuracy import AccuracyReport, accuracy
from outgrow.service.config import CapacityConfig
from outgrow.service.desk import Desk
from outgrow.service.forecast import forecast
from outgrow.service.recommend import recommend
from outgrow.service.status import status
from outgrow.service.trends import trends
from outgrow.service.when import when
from outgrow.sources.commerce.aggregator import StatsAggregator
from outgrow.sources.commerce.platforms import find_platform
from outgrow.store.memory import MemoryStore

TODAY = date(2026, 3, 31)
PRODUCTS = TOTAL_PRODUCTS.name


def at(day: date) -> datetime:
    return datetime.combine(day, time(12), UTC)


def ago(days: int) -> date:
    return TODAY - timedelta(days=days)


def keep(db: Ours, *forecasts: IssuedForecast) -> None:
    store_of(db).write_forecasts("main", forecasts)


def store(db: Ours, last: date, *values: float | None, metric: str = PRODUCTS, scope: str = "platform") -> None:
    """Store values, the last one of the last day."""
    days = [last - timedelta(days=len(values) - 1 - n) for n in range(len(values))]
    write_days(db, "main", days)
    rows = [
        {
            "platform": "main",
            "metric": metric,
            "scope": scope,
            "day": day,
            "value": value,
            "reason": None if value is not None else "not known",
            "provenance": "observed",
        }
        for day, value in zip(days, values, strict=True)
    ]
    write_measurements(db, rows)


def view(db: Ours, today: date = TODAY) -> Desk:
    return desk_of(db, "main", today)


def report(db: Ours, today: date = TODAY, *metrics: str) -> AccuracyReport:
    return accuracy(view(db, today), metrics)


class TestScores:
    def test_one_forecast_by_hand(self, memory: MemoryStore) -> None:
        """Said: 100, within 99.5 and 100.5, 99 and 101, 98 and 102; the drift one less. A day later there are 101."""
        keep(memory, issued(ago(1), shared=100, drift=99, limits=(limit(105, {30: 0.5}),)))
        store(memory, TODAY, 100, 101)
        (found,) = report(memory).metrics
        day, *later = found.recent.horizons

        assert found.metric == TOTAL_PRODUCTS
        assert (found.issued, found.first_issued) == (1, ago(1))
        assert found.next_due == TODAY + timedelta(days=6)
        assert (day.days_ahead, day.due, day.mean_absolute_error) == (1, 1, 1)
        assert day.pinball == {
            "issued": pytest.approx(1.55 / 7), "shared": pytest.approx(1.55 / 7), "drift": pytest.approx(4.05 / 7),
        }  # fmt: skip
        assert day.coverage == {50: 0, 80: 1, 95: 1}
        assert [(score.due, score.mean_absolute_error, score.coverage[80]) for score in later] == [(0, None, None)] * 7
        assert (found.recent.together.due, found.recent.together.mean_absolute_error) == (1, 1)
        assert found.ever == found.recent
        assert [score.due for score in found.recent.limits] == [0, 0, 0, 0], "thirty days are not over"

    def test_what_was_issued_by_the_drift_is_judged_as_the_drift(self, memory: MemoryStore) -> None:
        keep(memory, issued(ago(1), shared=100, drift=104, model="drift", reason="it won"))
        store(memory, TODAY, 100, 101)
        day = report(memory).metrics[0].ever.horizons[0]

        assert day.mean_absolute_error == 3
        assert day.pinball["issued"] == day.pinball["drift"] != day.pinball["shared"]
        assert day.coverage == {50: 0, 80: 0, 95: 0}

    def test_probabilities_of_limits_by_hand(self, memory: MemoryStore) -> None:
        """Of three limits told 30 days ago, with .5, .25 and .1, the one of 110 products was reached in between."""
        limits = (limit(110, {30: 0.5, 90: 0.9}), limit(120, {30: 0.25}), limit(130, {30: 0.1}))
        keep(memory, issued(ago(30), 100, 100, limits=limits))
        store(memory, TODAY, *[100.0] * 20, 111.0, *[105.0] * 10)
        month, *later = report(memory).metrics[0].ever.limits

        assert (month.within_days, month.due) == (30, 3)
        assert month.brier == pytest.approx((0.5**2 + 0.25**2 + 0.1**2) / 3)
        assert month.said == pytest.approx(0.85 / 3)
        assert month.came == pytest.approx(1 / 3)
        assert [score.due for score in later] == [0, 0, 0]

    def test_chances_of_the_last_days_and_ever_are_told_apart(self, memory: MemoryStore) -> None:
        """Chances of thirty days, told 120 and 119 days ago: the first came due 90 days ago. No other is kept."""
        told = limit(110, {30: 0.5})
        keep(memory, issued(ago(120), 100, 100, limits=(told,)), issued(ago(119), 100, 100, limits=(told,)))
        store(memory, TODAY, *[100.0] * 130)
        found = report(memory).metrics[0]

        assert [score.due for score in found.ever.limits] == [2, 0, 0, 0]
        assert [score.due for score in found.recent.limits] == [1, 0, 0, 0]

    def test_the_last_days_and_ever_are_told_apart(self, memory: MemoryStore) -> None:
        """A forecast is of the last 90 days if it came due in them: 89 days ago is in, 90 is not."""
        keep(memory, issued(ago(91), 110, 110), issued(ago(90), 120, 120))
        store(memory, TODAY, *[100.0] * 100)
        found = report(memory).metrics[0]

        assert [score.due for score in found.ever.horizons] == [2, 2, 2, 2, 2, 2, 0, 0]
        assert [score.due for score in found.recent.horizons] == [1, 2, 2, 2, 2, 2, 0, 0]
        assert found.recent.horizons[0].mean_absolute_error == 20
        assert found.ever.horizons[0].mean_absolute_error == 15

    def test_a_day_without_a_value_is_not_scored(self, memory: MemoryStore) -> None:
        keep(memory, issued(ago(2), 100, 100), issued(ago(1), 100, 100))
        store(memory, TODAY, 100.0, None, 101.0)

        assert report(memory).metrics[0].ever.horizons[0].due == 1

    def test_a_flow_is_scored_by_days_and_a_month_s_total_by_the_sum_so_far(self, memory: MemoryStore) -> None:
        store(memory, TODAY, *[10.0] * 60, metric="orders_per_day")
        keep(memory, issued(ago(1), 12, 12, metric="orders_per_day"))
        keep(memory, issued(ago(1), 300, 300, metric="total_orders_month"))
        flow, total = report(memory).metrics

        assert flow.ever.horizons[0].mean_absolute_error == 2
        assert total.ever.horizons[0].mean_absolute_error == 10, "March has 31 days of ten orders"

    def test_metrics_can_be_chosen_by_either_name(self, memory: MemoryStore) -> None:
        keep(memory, issued(ago(1), 1, 1), issued(ago(1), 1, 1, metric="active_stores"))

        assert [found.metric.name for found in report(memory, TODAY, "products").metrics] == [PRODUCTS]
        assert len(report(memory).metrics) == 2
        assert report(memory, TODAY, "storage_gb").metrics == ()
        with pytest.raises(UnknownMetricError):
            report(memory, TODAY, "produkts")

    def test_nothing_kept_and_nothing_due(self, memory: MemoryStore) -> None:
        empty = report(memory)
        assert (empty.metrics, empty.due, empty.next_due) == ((), 0, None)

        keep(memory, issued(TODAY, 100, 100), issued(TODAY, 100, 100, metric="active_stores", as_of=ago(0)))
        young = report(memory)
        assert (len(young.metrics), young.due, young.next_due) == (2, 0, TODAY + timedelta(days=1))
        assert accuracy_document(young)["metrics"][0]["ever"]["all"]["mean_absolute_error"] is None


class TestFallback:
    """Forty days on which the shared model says 500 and the drift 100, where there are 100 all the time."""

    @pytest.fixture
    def platform(self, commerce_engine: Engine) -> Engine:
        with Session(commerce_engine) as db, db.begin():
            KnownPlatform("UTC").put(db)
            store(db, TODAY, *[100.0] * 60)
        return commerce_engine

    def lose(self, db: Session, days: int = 40, last: date = TODAY, *, shared: float = 500, drift: float = 100) -> None:
        keep(db, *(issued(last - timedelta(days=n), shared, drift) for n in range(1, days + 1)))

    def take(self, db: Session, day: date = TODAY) -> None:
        capture(db, db, find_platform(db), at(day), StatsAggregator([]))

    @EACH_DATABASE
    def test_a_model_that_loses_is_left_at_the_next_capture(self, platform: Engine) -> None:
        with Session(platform) as db:
            self.lose(db)
            assert view(db).rules(TOTAL_PRODUCTS).model == "shared", "captures decide, not readers"
            self.take(db)

            assert view(db).rules(TOTAL_PRODUCTS).model == "drift"
            assert view(db).fallbacks.keys() == {PRODUCTS}
            (found,) = report(db).metrics
            assert found.model == "drift"
            assert found.reason == view(db).fallback(TOTAL_PRODUCTS)
            # Off by 400 the mean level, one half, costs; a band around what comes costs .55 over seven quantiles.
            assert "mean loss 200 against 0.0786 products, 40 forecasts" in (found.reason or "")

    def test_what_was_said_a_season_before_counts_however_short_the_history_that_forecasts_look_at(
        self, platform: Engine
    ) -> None:
        """Said 100 to 140 days ago, of ninety days later: due 10 to 50 days ago."""
        with Session(platform) as db:
            self.lose(db, 40, ago(100))
            rules = ForecastRules(history_days=28)
            capture(db, db, find_platform(db), at(TODAY), StatsAggregator([]), config=CapacityConfig(rules=rules))

            assert view(db).rules(TOTAL_PRODUCTS).model == "drift"

    def test_too_few_forecasts_are_no_reason(self, platform: Engine) -> None:
        with Session(platform) as db:
            self.lose(db, LEAST_ISSUES - 1)
            self.take(db)

            assert view(db).rules(TOTAL_PRODUCTS).model == "shared"
            assert view(db).fallbacks == {}

    def test_the_model_that_wins_again_is_asked_again(self, platform: Engine) -> None:
        later = TODAY + timedelta(days=WINDOW_DAYS)
        with Session(platform) as db:
            self.lose(db)
            self.take(db)
            store(db, later, *[100.0] * WINDOW_DAYS)
            self.lose(db, WINDOW_DAYS - 1, later, shared=100, drift=900)
            self.take(db, later)

            assert view(db, later).rules(TOTAL_PRODUCTS).model == "shared"
            assert view(db, later).fallbacks == {}
            assert view(db).rules(TOTAL_PRODUCTS).model == "drift", "on that day it was so"

    def test_it_stays_the_drift_for_as_long_as_the_shared_model_loses(self, platform: Engine) -> None:
        """What the drift is asked for is judged by what the shared model would have said."""
        tomorrow = TODAY + timedelta(days=1)
        with Session(platform) as db:
            self.lose(db)
            self.take(db)
            store(db, tomorrow, 100.0)
            self.take(db, tomorrow)

            assert view(db, tomorrow).rules(TOTAL_PRODUCTS).model == "drift"

    def test_an_old_decision_decides_nothing(self, platform: Engine) -> None:
        with Session(platform) as db:
            self.lose(db)
            self.take(db)

            assert view(db, TODAY + timedelta(days=7)).rules(TOTAL_PRODUCTS).model == "drift"
            assert view(db, TODAY + timedelta(days=8)).rules(TOTAL_PRODUCTS).model == "shared"

    def test_a_day_before_the_decision_does_not_know_of_it(self, platform: Engine) -> None:
        with Session(platform) as db:
            self.lose(db)
            self.take(db)

            assert view(db, ago(1)).rules(TOTAL_PRODUCTS).model == "shared"

    def test_other_metrics_and_scopes_keep_the_shared_model(self, platform: Engine) -> None:
        with Session(platform) as db:
            self.lose(db)
            self.take(db)
            seen = view(db)

            assert seen.rules(seen.metrics.resolve("active_stores")).model == "shared"
            assert seen.rules(TOTAL_PRODUCTS, Scope("store", "7")).model == "shared"
            assert seen.fallback(TOTAL_PRODUCTS, PLATFORM) is not None

    VERBS: dict[str, Callable[[Desk], object]] = {  # noqa: RUF012
        "when": lambda desk: when(desk, "products", 120),
        "forecast": lambda desk: forecast(desk, "products"),
        "status": status,
        "trends": trends,
        "recommend": recommend,
    }

    @pytest.mark.parametrize("verb", VERBS)
    def test_every_verb_asks_the_model_that_was_decided_with_one_query(
        self, platform: Engine, monkeypatch: pytest.MonkeyPatch, verb: str
    ) -> None:
        plain, asked, queries = projection.project_panel, {}, []

        def spy(panel: HistoryPanel, rules: Sequence[ForecastRules], today: date) -> Any:
            asked.update({metric.name: one.model for metric, one in zip(panel.metrics, rules, strict=True)})
            return plain(panel, rules, today)

        with Session(platform) as db:
            self.lose(db)
            self.take(db)
            monkeypatch.setattr(desk_module, "project_panel", spy)
            event.listen(platform, "before_cursor_execute", lambda *call: queries.append(call[2]))
            self.VERBS[verb](view(db))

        assert asked[PRODUCTS] == "drift"
        assert {model for metric, model in asked.items() if metric != PRODUCTS} <= {"shared"}
        assert len([query for query in queries if "outgrow_forecasts" in query]) == 1


class TestSevenMonths:
    """A platform that is captured every day, with a product more on most days and two days without."""

    DAYS = 220
    """Enough for a forecast of half a year ahead to come due."""
    LOST = (120, 121)
    LOOKED = (40, 90, 123, DAYS - 1)

    @pytest.fixture
    def platform_engine(self, sqlite_url: str) -> Iterator[Engine]:
        """One kind of database will do: it takes its time."""
        engine = create_engine(sqlite_url)
        create_schema(engine)
        yield engine
        engine.dispose()

    def test_captured_every_day(self, platform_engine: Engine) -> None:
        first = date(2025, 4, 1)
        today = [0]
        areas = StatsAggregator([Products(lambda: None if today[0] in self.LOST else self.value(today[0]))])
        told: dict[int, AccuracyDocument] = {}
        with Session(platform_engine) as db:
            KnownPlatform("UTC").put(db)
            platform = find_platform(db)
            for number in range(self.DAYS):
                today[0] = number
                day = first + timedelta(days=number)
                capture(db, db, platform, at(day), areas)
                db.commit()
                if number in self.LOOKED:
                    told[number] = accuracy_document(report(db, day))
            found = report(db, first + timedelta(days=self.DAYS - 1)).metrics[0]
            record = store_of(db).forecasts("main", first + timedelta(days=self.DAYS - 1))[PRODUCTS]

            # What was known on a day is told for it ever after.
            assert {n: accuracy_document(report(db, first + timedelta(days=n))) for n in self.LOOKED} == told

        assert found.issued == self.DAYS - 13, "a forecast needs 14 days"
        assert found.first_issued == first + timedelta(days=13)
        assert found.next_due == first + timedelta(days=self.DAYS)
        for score, ahead in zip(found.ever.horizons, DAYS_AHEAD, strict=True):
            expected = self.by_hand(record, ahead, first)
            assert score.due == len(expected["error"])
            if not expected["error"]:
                assert ahead == 365
                continue
            assert score.mean_absolute_error == pytest.approx(mean(expected["error"]))
            assert score.pinball["issued"] == pytest.approx(mean(expected["loss"]))
            assert score.coverage[80] == pytest.approx(mean(expected["held"]))
        # The newest speaks of tomorrow; three speak of the first lost day, two of them from that day and the next.
        assert found.ever.horizons[0].due == self.DAYS - 13 - 1 - 3

    def value(self, number: int) -> float:
        return 100 + number + (number * number) % 7

    def by_hand(self, record: Any, ahead: int, first: date) -> dict[str, list[float]]:
        """One issue after the other."""
        made: dict[str, list[float]] = {"error": [], "loss": [], "held": []}
        for n in range(len(record)):
            as_of = record.as_of[n].item()
            number = (as_of - first).days + ahead
            if number >= self.DAYS or number in self.LOST:
                continue
            came = self.value(number)
            said = record.quantiles[str(record.models[n])][n, :, DAYS_AHEAD.index(ahead)]
            made["error"].append(abs(came - said[3]))
            over = [came - q for q in said]
            costs = zip(KEPT_LEVELS, over, strict=True)
            made["loss"].append(mean([level * max(o, 0) + (1 - level) * max(-o, 0) for level, o in costs]))
            made["held"].append(float(said[1] <= came <= said[5]))
        return made


def mean(values: list[float]) -> float:
    return sum(values) / len(values)


def test_the_bands_of_the_test_s_forecasts_are_as_told() -> None:
    assert dict(zip(KEPT_LEVELS, BELL.tolist(), strict=True))[0.9] == 1
