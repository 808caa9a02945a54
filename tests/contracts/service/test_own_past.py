"""The ranges are corrected by the platform's own past: by what was known, of what was forecast, and of nothing else."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from random import Random

import pytest
from sqlalchemy import delete, event
from sqlalchemy.orm import Session
from tests.support.desks import Ours, desk_of, store_of
from tests.support.snapshots import store_days

from outgrow.documents.trends import trends_document
from outgrow.domain.metric import (
    ACTIVE_STORES,
    ORDERS_PER_DAY,
    TOTAL_ORDERS_MONTH,
    TOTAL_PRODUCTS,
    TOTAL_STORES,
    TOTAL_SUBSCRIPTIONS,
    TOTAL_TEAM_MEMBERS,
    Kind,
    Metric,
    Scope,
)
from outgrow.forecasting.correction import NO_CORRECTION
from outgrow.forecasting.outlook import days_until_of
from outgrow.forecasting.projection import Projection, project
from outgrow.forecasting.rules import ForecastRules
from outgrow.service import desk as desk_module
from outgrow.service.config import CapacityConfig
from outgrow.service.desk import Desk
from outgrow.service.forecast import forecast
from outgrow.service.status import status
from outgrow.service.trends import trends
from outgrow.service.when import when
from outgrow.store.contract import StoredPlatform
from outgrow.store.memory import MemoryStore
from outgrow.store.tables import MEASUREMENTS

TODAY = date(2026, 3, 20)
DAYS = 400
METRICS = (TOTAL_PRODUCTS, TOTAL_STORES, ACTIVE_STORES, TOTAL_SUBSCRIPTIONS, TOTAL_TEAM_MEMBERS)


def steady(metric: Metric, spread: float = 1.0, step: float = 0.0) -> Callable[[int], float]:
    """Growth by some ten a day that hardly ever leaves its pace; half-way a step, if one is wanted."""
    random = Random(metric.name)
    walk = [1_000.0]
    for _ in range(DAYS):
        walk.append(walk[-1] + max(random.gauss(10, spread), 0))
    return lambda n: walk[n] + (step if n > DAYS // 2 else 0)


def settle(db: Ours) -> None:
    """Five metrics whose future was always much surer than that of most."""
    for metric in METRICS:
        store_days(db, DAYS, steady(metric), TODAY, metric.name)


@pytest.fixture
def steady_platform(memory: MemoryStore) -> MemoryStore:
    settle(memory)
    return memory


def view(session: Ours, today: date = TODAY, rules: ForecastRules | None = None) -> Desk:
    return desk_of(session, "main", today, CapacityConfig(rules=rules or ForecastRules()))


class TestWhatIsLearned:
    def test_where_the_past_was_surer_than_was_said_the_ranges_become_narrower(
        self, steady_platform: MemoryStore
    ) -> None:
        learned = view(steady_platform).correction

        assert learned.width < 0.95
        assert learned.series == len(METRICS)
        assert learned.outcomes > 5

    def test_what_came_later_is_not_known(self, session: Session) -> None:
        settle(session)
        day = TODAY - timedelta(days=60)
        before = view(session, day).correction
        session.execute(delete(MEASUREMENTS).where(MEASUREMENTS.c.day > day))
        for metric in METRICS:
            store_days(session, 60, lambda n: 5_000 + 100 * n, TODAY, metric.name)

        assert before != NO_CORRECTION
        assert view(session, day).correction == before
        assert view(session).correction.width > before.width

    def test_an_import_is_no_outcome(self, session: Session) -> None:
        settle(session)
        before = view(session).correction
        session.execute(delete(MEASUREMENTS))
        for metric in METRICS:
            store_days(session, DAYS, steady(metric, step=30_000), TODAY, metric.name)

        assert view(session).history(TOTAL_PRODUCTS).values.max() > 30_000
        assert view(session).correction.width == pytest.approx(before.width, abs=0.01)

    def test_flows_are_left_out(self, memory: MemoryStore) -> None:
        for metric in (ORDERS_PER_DAY, TOTAL_ORDERS_MONTH, TOTAL_PRODUCTS, TOTAL_STORES):
            store_days(memory, DAYS, steady(metric), TODAY, metric.name)

        assert view(memory).correction == NO_CORRECTION, "two levels are too few"

    @pytest.mark.parametrize("days", [0, 30, 80])
    def test_a_young_platform_has_none(self, memory: MemoryStore, days: int) -> None:
        for metric in METRICS:
            store_days(memory, days, steady(metric), TODAY, metric.name)

        assert view(memory).correction == NO_CORRECTION

    def test_metrics_of_other_lengths_are_held_on_the_same_days(self, memory: MemoryStore) -> None:
        """Some began later, one ended long ago."""
        for at, metric in enumerate(METRICS):
            late = 90 if at == 1 else 0
            store_days(memory, DAYS - 40 * at, steady(metric), TODAY - timedelta(days=late), metric.name)

        assert view(memory).correction.series == len(METRICS)

    def test_of_many_metrics_some_are_enough(self, memory: MemoryStore, monkeypatch: pytest.MonkeyPatch) -> None:
        many = [Metric(f"crates_{n}", Kind.CUMULATIVE, "crates", "Crates") for n in range(30)]
        store_of(memory).remember_platform(StoredPlatform("main", None, "UTC"), datetime(2026, 3, 20, tzinfo=UTC))
        store_of(memory).remember_metrics(many)
        for metric in many[:6]:
            store_days(memory, 200, steady(metric), TODAY, metric.name)
        with_all = view(memory).correction.series
        monkeypatch.setattr(desk_module, "LEARNED_SERIES", 16)

        assert (with_all, view(memory).correction.series) == (6, 4), "twelve built-in levels come first"


class TestWhereItIsApplied:
    def test_to_every_level_of_the_platform(self, steady_platform: MemoryStore) -> None:
        own = view(steady_platform)

        for metric in METRICS:
            assert own.rules(metric).correction == own.correction

    def test_to_nothing_else(self, steady_platform: MemoryStore) -> None:
        """Neither to the drift, nor to flows, nor to what is narrower than the platform."""
        own = view(steady_platform)

        assert own.rules(TOTAL_PRODUCTS, model="drift").correction == NO_CORRECTION
        assert own.rules(TOTAL_PRODUCTS, Scope("store", "17")).correction == NO_CORRECTION
        for flow in (ORDERS_PER_DAY, TOTAL_ORDERS_MONTH):
            assert own.rules(flow).correction == NO_CORRECTION
        drift = view(steady_platform, rules=ForecastRules(model="drift"))
        assert drift.rules(TOTAL_PRODUCTS) == ForecastRules(model="drift")

    def test_the_ranges_are_as_much_narrower(self, steady_platform: MemoryStore) -> None:
        own = view(steady_platform)
        made = forecast(own, "products").projection
        plain = project(own.forecastable(TOTAL_PRODUCTS), TODAY, ForecastRules())
        assert isinstance(made, Projection)
        assert isinstance(plain, Projection)

        wide = [each.quantiles((0.25, 0.75)) for each in (made, plain)]
        ratio = (wide[0][1] - wide[0][0]) / (wide[1][1] - wide[1][0])
        assert ratio == pytest.approx(own.correction.width, rel=0.01)
        assert made.explanation is not None
        assert (made.explanation.width, made.explanation.correction_series) == (own.correction.width, len(METRICS))

    def test_every_verb_tells_the_same(self, steady_platform: MemoryStore) -> None:
        asked = when(view(steady_platform), "stores", 7_000)
        drawn = forecast(view(steady_platform), "stores", 7_000)
        report = status(view(steady_platform))
        listed = next(row for row in report.rows if row.outlook.until.metric == ACTIVE_STORES).outlook.until
        shown = trends_document(trends(view(steady_platform)))["trends"]["stores"]["monthly_projection"]
        plain = project(view(steady_platform).forecastable(ACTIVE_STORES), TODAY, ForecastRules())

        assert isinstance(drawn.projection, Projection)
        assert isinstance(plain, Projection)
        assert drawn.until == asked
        assert listed == when(view(steady_platform), "stores", listed.threshold)
        assert asked.days != days_until_of(plain, view(steady_platform).forecastable(ACTIVE_STORES), 7_000).days
        assert shown == round(drawn.projection.in_30_days())


class TestWhatItCosts:
    def test_one_query_however_often_it_is_asked(self, session: Session) -> None:
        settle(session)
        own, queries = view(session), []
        event.listen(session.get_bind(), "before_cursor_execute", lambda *call: queries.append(call[2]))
        _ = own.metrics
        queries.clear()
        for metric in METRICS:
            own.rules(metric)

        assert len([query for query in queries if "outgrow_measurements" in query]) == 1

    @pytest.mark.parametrize("metric", [ORDERS_PER_DAY, TOTAL_ORDERS_MONTH])
    def test_none_where_it_is_not_applied(
        self, steady_platform: MemoryStore, monkeypatch: pytest.MonkeyPatch, metric: Metric
    ) -> None:
        monkeypatch.setattr(Desk, "correction", property(lambda _: pytest.fail("nobody needs it")))

        view(steady_platform).rules(metric)
        when(view(steady_platform), metric.name, 500)
