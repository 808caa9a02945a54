"""One history's projection: what it rests on, when it is refused, and months that begin anew."""

from datetime import date, timedelta
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from outgrow.domain.forecast import Refusal, Status
from outgrow.domain.history import MISSING, OBSERVED, RECONSTRUCTED, History
from outgrow.domain.metric import (
    ORDERS_PER_DAY,
    PLATFORM,
    TOTAL_ORDERS_MONTH,
    TOTAL_PRODUCTS,
    Metric,
)
from outgrow.forecasting.projection import LEVELS, ForecastRules, Projection, month_to_date, project, refuse

RULES = ForecastRules()
TODAY = date(2026, 3, 20)


def past(values: Any, metric: Metric = TOTAL_PRODUCTS, last: date = TODAY) -> History:
    """A history of these values, the newest of the last day; NaN is unknown."""
    array: NDArray[np.float64] = np.asarray(values, dtype=np.float64)
    provenance = np.where(np.isnan(array), MISSING, OBSERVED).astype(np.int8)
    return History(metric, PLATFORM, "main", last - timedelta(days=len(array) - 1), array, provenance)


def projected(history: History, rules: ForecastRules = RULES, today: date = TODAY) -> Projection:
    made = project(history, today, rules)
    assert isinstance(made, Projection)
    return made


def refused(history: History, rules: ForecastRules = RULES, today: date = TODAY) -> Refusal:
    made = project(history, today, rules)
    assert isinstance(made, Refusal)
    assert made == refuse(history, today, rules)
    return made


@given(st.dates(date(2000, 1, 1), date(2030, 12, 31)), st.lists(st.integers(0, 1_000), max_size=120))
def test_month_to_date_is_the_sum_since_the_first(first: date, amounts: list[int]) -> None:
    days = [first + timedelta(days=n) for n in range(len(amounts))]
    expected = [sum(a for d, a in zip(days, amounts, strict=True) if day.replace(day=1) <= d <= day) for day in days]

    assert month_to_date(np.array(amounts, dtype=float), first).tolist() == expected


def test_nothing_is_stored_yet() -> None:
    assert refused(past([])) == Refusal(Status.INSUFFICIENT_DATA, "nothing is stored yet", have=0, need=14)
    assert refused(past([np.nan] * 30)).have == 0


@pytest.mark.parametrize(("have", "said"), [(1, "1 day is known"), (2, "2 days are known"), (13, "13 days are known")])
def test_too_few_days(have: int, said: str) -> None:
    found = refused(past(np.arange(have)))

    assert (found.status, found.have, found.need) == (Status.INSUFFICIENT_DATA, have, 14)
    assert found.reason == f"{said}, a forecast needs 14"


def test_days_that_are_not_known_do_not_count() -> None:
    values = np.full(60, np.nan)
    values[::5] = 1.0
    values[-1] = 1.0

    assert refused(past(values)).have == 13


def test_fourteen_days_are_enough() -> None:
    assert projected(past(np.arange(14))).forecast.history.observed_days == 14


@pytest.mark.parametrize(("age", "stale"), [(0, False), (7, False), (8, True), (400, True)])
def test_what_is_old_says_nothing_of_today(age: int, stale: bool) -> None:
    made = project(past(np.arange(60)), TODAY + timedelta(days=age), RULES)

    assert isinstance(made, Refusal) == stale
    if isinstance(made, Refusal):
        assert made.status is Status.STALE
        assert f"the newest value is of 2026-03-20, {age} days old (at most 7)" in made.reason


def test_unknown_days_at_the_end_make_the_answer_older() -> None:
    made = projected(past([*np.arange(60.0), np.nan, np.nan]))

    assert made.forecast.as_of == TODAY - timedelta(days=2)
    assert made.forecast.current == 59


def test_no_more_than_the_wanted_days_are_looked_at() -> None:
    values = np.arange(1_000.0)
    wild = values.copy()
    wild[:950] = 10.0**9
    rules = ForecastRules(history_days=50)
    made, other = (projected(past(each), rules) for each in (values, wild))

    assert made.forecast.history.observed_days == 50
    np.testing.assert_array_equal(made.forecast.quantiles, other.forecast.quantiles)
    np.testing.assert_array_equal(made.crossing_cdf(1_010), other.crossing_cdf(1_010))


def test_a_limit_is_held_against_the_whole_past() -> None:
    """Also against what lies before the days that the forecast rests on: since when it is exceeded is known."""
    made = projected(past(np.arange(1_000.0)), ForecastRules(history_days=50))

    assert len(made.past) == 1_000


def test_the_forecast_says_what_it_rests_on() -> None:
    history = past([5.0] * 20 + [np.nan] * 3 + [6.0] * 20)
    history.provenance[:10] = RECONSTRUCTED
    made = projected(history).forecast

    assert (made.history.observed_days, made.history.reconstructed_days, made.history.missing_days) == (30, 10, 3)
    assert (made.as_of, made.scope_name, made.levels) == (TODAY, "platform:main", LEVELS)
    assert made.quantiles.shape == (len(LEVELS), 365)


def test_growth_is_the_median_s_over_thirty_days() -> None:
    made = projected(past(100 + 2.0 * np.arange(90)))

    assert made.forecast.growth_per_30_days == pytest.approx(60, rel=0.01)
    assert made.forecast.quantile(0.5)[29] - made.forecast.current == pytest.approx(made.forecast.growth_per_30_days)


def test_a_flow_s_current_value_is_its_week() -> None:
    values = np.tile([7.0, 0, 7, 7, 7, 0, 7], 10)
    made = projected(past(values, ORDERS_PER_DAY)).forecast

    assert made.current == pytest.approx(5)
    assert made.growth_per_30_days == pytest.approx(0, abs=0.7)


class TestMonthTotals:
    """Of a steady hundred a day: on the 20th of March, 2,000."""

    @pytest.fixture
    def made(self) -> Projection:
        return projected(past([100.0] * 80, TOTAL_ORDERS_MONTH))

    def test_the_total_so_far(self, made: Projection) -> None:
        assert made.forecast.current == 2_000
        assert made.past[-1] == 2_000
        assert made.past.max() == 3_100

    def test_it_rises_to_the_month_s_end_and_begins_anew(self, made: Projection) -> None:
        middle = made.forecast.quantile(0.5)

        assert middle[10] == pytest.approx(3_100, rel=0.01)
        assert middle[11] == pytest.approx(100, rel=0.05)
        assert middle[11 + 29] == pytest.approx(3_000, rel=0.01)

    def test_a_total_of_this_month_does_not_shrink(self, made: Projection) -> None:
        assert (made.forecast.quantiles[:, :11] >= 2_000).all()
        assert (np.diff(made.forecast.quantiles, axis=0) >= 0).all()

    def test_growth_compares_thirty_days_with_thirty_days(self, made: Projection) -> None:
        assert made.forecast.growth_per_30_days == pytest.approx(0, abs=30)

    def test_a_limit_that_was_passed_in_an_earlier_month_is_not_passed_now(self, made: Projection) -> None:
        assert made.crossing_cdf(1_900).tolist() == [1.0] * 365
        assert made.crossing_cdf(2_050)[0] > 0.99
        assert made.crossing_cdf(3_050)[9] < 0.5 < made.crossing_cdf(3_050)[10]
        assert made.crossing_cdf(4_000)[-1] < 0.01

    def test_a_crossing_is_a_distribution(self, made: Projection) -> None:
        for threshold in (2_001, 2_500, 3_100, 3_500):
            cdf = made.crossing_cdf(threshold)
            assert ((cdf >= 0) & (cdf <= 1)).all()
            assert (np.diff(cdf) >= 0).all()

    def test_crossed_by_a_day_is_likelier_than_above_on_that_day(self, made: Projection) -> None:
        for threshold in (2_500, 3_050, 3_110):
            cdf = made.crossing_cdf(threshold)
            for level in LEVELS:
                above = made.forecast.quantile(level) >= threshold
                assert (cdf[above] >= 1 - level - 1e-6).all()

    def test_unknown_days_are_bridged(self) -> None:
        values = np.full(80, 100.0)
        values[40:43] = np.nan

        assert projected(past(values, TOTAL_ORDERS_MONTH)).forecast.current == 2_000

    def test_growing_orders_grow(self) -> None:
        made = projected(past(100 + np.arange(80.0), TOTAL_ORDERS_MONTH)).forecast

        assert made.growth_per_30_days > 100
