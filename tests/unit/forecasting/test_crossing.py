"""The middle date of a crossing is the forecast's own, within its horizon and beyond it."""

from dataclasses import replace
from datetime import date, timedelta

import numpy as np
import pytest

from outgrow.domain.forecast import Refusal, Status
from outgrow.domain.history import OBSERVED, History
from outgrow.domain.metric import ORDERS_PER_DAY, PLATFORM, TOTAL_ORDERS_MONTH, TOTAL_PRODUCTS, Metric
from outgrow.forecasting import crossing
from outgrow.forecasting.asked import LONGEST_HORIZON
from outgrow.forecasting.crossing import expected_path, find_crossing
from outgrow.forecasting.kernels.restarts import month_starts
from outgrow.forecasting.outlook import days_until
from outgrow.forecasting.projection import Projection, project
from outgrow.forecasting.rules import ForecastRules
from outgrow.forecasting.totals import flow_of_total, month_to_date

FIRST, DAYS = date(2026, 1, 1), 120
TODAY = FIRST + timedelta(days=DAYS - 1)
RULES = ForecastRules()
LONG = replace(RULES, horizon_days=LONGEST_HORIZON)


def history(metric: Metric = TOTAL_PRODUCTS, pace: float = 10, seed: int = 3) -> History:
    daily = np.random.default_rng(seed).poisson(pace, DAYS).astype(np.float64)
    values = 1_000 + daily.cumsum() if metric == TOTAL_PRODUCTS else daily
    return History(metric, PLATFORM, "main", FIRST, values, np.full(DAYS, OBSERVED, np.int8))


class TestFindCrossing:
    @pytest.mark.parametrize("ahead", [20, 700, 3_000])
    def test_within_the_horizon_it_is_what_when_says(self, ahead: float) -> None:
        known = history()
        level = known.values[-1] + ahead
        found, said = find_crossing(known, level, RULES), days_until(known, level, TODAY, RULES)

        assert said.status is Status.OK
        assert (found.status, found.day, found.reason) == (Status.OK, said.date("p50"), None)
        assert (found.current, found.growth) == (said.current, said.growth_per_30_days)

    @pytest.mark.parametrize("ahead", [5_000, 9_000, 20_000, 25_000])
    def test_beyond_it_it_is_what_a_longer_horizon_says(self, ahead: float) -> None:
        known = history()
        level = known.values[-1] + ahead
        assert days_until(known, level, TODAY, RULES).status is Status.BEYOND_HORIZON

        found = find_crossing(known, level, RULES)
        assert found.day == days_until(known, level, TODAY, LONG).date("p50")
        assert found.day is not None
        assert found.status is Status.OK

    @pytest.mark.parametrize("metric", [ORDERS_PER_DAY, TOTAL_ORDERS_MONTH])
    def test_of_flows_and_months_too(self, metric: Metric) -> None:
        known = history(metric, pace=100)
        for level in (90, 130, 3_050, 10_000):
            found, said = find_crossing(known, level, RULES), days_until(known, level, TODAY, LONG)
            assert said.status is not Status.ALREADY_EXCEEDED or found.status is said.status
            if said.days.p50 is not None:
                assert found.day == said.date("p50")

    def test_where_there_is_no_date_there_is_a_reason(self) -> None:
        found = find_crossing(history(pace=0), 5_000, RULES)

        assert (found.status, found.day) == (Status.NO_GROWTH, None)
        assert found.reason is not None
        assert found.reason.startswith("it does not grow")

    def test_a_level_that_is_reached_has_the_day_on_which_it_was(self) -> None:
        known = history()
        found = find_crossing(known, known.values[-11], RULES)

        assert (found.status, found.day) == (Status.ALREADY_EXCEEDED, TODAY - timedelta(days=10))

    def test_too_little_is_refused(self) -> None:
        found = find_crossing(history().between(None, FIRST + timedelta(days=5)), 5_000, RULES)

        assert (found.status, found.day) == (Status.INSUFFICIENT_DATA, None)

    @pytest.mark.parametrize(
        "days", [1, 2, 29, 59, 60, 61, 62, 119, 120, 121, 180, 1_094, LONGEST_HORIZON - 1, LONGEST_HORIZON - 70]
    )
    def test_whatever_the_stride_it_is_the_first_day_with_an_even_chance(self, days: int) -> None:
        """Even where the coarse look falls on the day itself, or on the one before or after."""
        known = straight()
        level = known.values[-1] + 10.0 * days
        found, said = find_crossing(known, level, SHORT), days_until(known, level, TODAY, LONG)

        assert said.days.p50 == pytest.approx(days, abs=max(1, days // 50))
        assert (found.status, found.day, found.reason) == (Status.OK, said.date("p50"), None)

    def test_within_the_horizon_nothing_longer_is_asked(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """A forecast of years costs many times one of a month."""
        asked: list[int] = []

        def counted(known: History, today: date, rules: ForecastRules) -> Projection | Refusal:
            asked.append(rules.horizon_days)
            return project(known, today, rules)

        monkeypatch.setattr(crossing, "project", counted)
        known = straight()
        for level in (known.values[-1] + 100.0, known.values[-1] - 100.0, known.values[-1] + 1_000.0):
            find_crossing(known, level, SHORT)
        assert asked == [30, 30, 30, LONGEST_HORIZON]

    def test_beyond_the_longest_horizon_there_is_none_and_why(self) -> None:
        known = straight()
        level = known.values[-1] + 10.0 * 2 * LONGEST_HORIZON
        found, said = find_crossing(known, level, SHORT), days_until(known, level, TODAY, SHORT)

        assert (found.status, found.day, found.reason) == (Status.BEYOND_HORIZON, None, said.reason)

    def test_a_decline_is_said_as_one(self) -> None:
        known = straight(a_day=-4.0)
        found = find_crossing(known, 5_000, RULES)

        assert (found.status, found.day) == (Status.DECLINING, None)
        assert found.reason is not None
        assert found.reason.startswith("it falls by")

    def test_what_is_reached_or_dated_has_no_reason_and_what_is_refused_has(self) -> None:
        known = history()
        reached = find_crossing(known, known.values[-11], RULES)
        refused = find_crossing(known.between(None, FIRST + timedelta(days=5)), 500, RULES)

        assert (reached.reason, reached.growth is not None) == (None, True)
        assert (refused.status, refused.day) == (Status.INSUFFICIENT_DATA, None)  # though it stands above
        assert refused.reason == "6 days are known, a forecast needs 14"


SHORT = ForecastRules(horizon_days=30)


def straight(a_day: float = 10.0) -> History:
    """The same every day, so that a crossing is nearly sure."""
    values = 1_000 + a_day * np.arange(DAYS, dtype=np.float64)
    return History(TOTAL_PRODUCTS, PLATFORM, "main", FIRST, values, np.full(DAYS, OBSERVED, np.int8))


class TestExpectedPath:
    def test_a_level_goes_on_along_its_median(self) -> None:
        known = history()
        path = expected_path(known, 30, RULES)

        assert path is not None
        assert path.shape == (30,)
        assert path[-1] == pytest.approx(known.values[-1] + 300, abs=40)
        assert (np.diff(path) >= 0).all()

    def test_days_go_on_by_their_mean_even_where_most_bring_nothing(self) -> None:
        path = expected_path(history(ORDERS_PER_DAY, pace=0.4), 28, RULES)

        assert path is not None
        assert path.sum() == pytest.approx(28 * 0.4, rel=0.4)

    def test_months_go_on_by_amounts_that_add_up_to_their_totals(self) -> None:
        """From the 30th of April on: this month's total, and the next one's."""
        known = history(TOTAL_ORDERS_MONTH, pace=90).between(None, TODAY - timedelta(days=10))
        path, made = expected_path(known, 41, RULES), project(known, known.last_day, RULES)

        assert path is not None
        assert isinstance(made, Projection)
        totals = made.quantiles((0.5,))[0]
        assert made.forecast.current + path[:10].sum() == pytest.approx(totals[9], abs=1)
        assert path[10:41].sum() == pytest.approx(totals[40], abs=1)

    @pytest.mark.parametrize("begins_on", [1, 15])
    def test_of_a_total_under_another_name_it_is_the_total_that_goes_on(self, begins_on: int) -> None:
        days = history(pace=90)
        totals = month_to_date(np.random.default_rng(3).poisson(90, DAYS).astype(np.float64), FIRST, begins_on)
        known = replace(days, values=totals)
        path = expected_path(known, 60, RULES)

        assert path is not None
        restart = month_starts(TODAY + timedelta(days=1), 60, begins_on)
        assert path[0] == pytest.approx(90 if restart[0] else totals[-1] + 90, rel=0.1)
        assert path[restart] == pytest.approx(np.full(restart.sum(), 90), rel=0.1)
        assert (np.diff(path)[~restart[1:]] > 0).all()

    @pytest.mark.parametrize("begins_on", [15, 31])
    def test_of_months_that_begin_on_another_day_too_it_is_the_amounts(self, begins_on: int) -> None:
        values = month_to_date(history(TOTAL_ORDERS_MONTH, pace=90).values, FIRST, begins_on)
        known = flow_of_total(replace(history(TOTAL_ORDERS_MONTH), values=values))
        path = expected_path(known, 60, RULES)

        assert known.metric.begins_on == begins_on
        assert path == pytest.approx(np.full(60, 90), rel=0.15)

    def test_it_may_be_longer_than_the_horizon(self) -> None:
        path = expected_path(history(), 90, replace(RULES, horizon_days=10))

        assert path is not None
        assert path.shape == (90,)

    def test_no_day_is_an_empty_path(self) -> None:
        path = expected_path(history(), 0, RULES)

        assert path is not None
        assert path.shape == (0,)

    def test_of_too_little_there_is_none(self) -> None:
        assert expected_path(history().between(None, FIRST), 7, RULES) is None

    @pytest.mark.parametrize("metric", [TOTAL_PRODUCTS, ORDERS_PER_DAY])
    def test_after_an_outage_it_still_begins_on_the_next_day(self, metric: Metric) -> None:
        known = history(metric, pace=100)
        good = known.between(None, TODAY - timedelta(days=3))
        broken = replace(known, values=np.where(np.arange(DAYS) < DAYS - 3, known.values, 0.0))
        path, earlier = expected_path(broken, 10, RULES), expected_path(good, 13, RULES)

        assert path is not None
        assert earlier is not None
        np.testing.assert_array_equal(path, earlier[3:])
