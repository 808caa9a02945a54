"""One history's projection: what it rests on, when it is refused, and months that begin anew."""

from datetime import date, timedelta
from typing import Any

import numpy as np
import pytest
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
from outgrow.domain.note import NoteCode
from outgrow.forecasting.correction import Correction
from outgrow.forecasting.months import MonthTotalForecast
from outgrow.forecasting.outlook import days_until_of
from outgrow.forecasting.panel import MODELS
from outgrow.forecasting.projection import LEVELS, Projection, project
from outgrow.forecasting.refusals import refuse
from outgrow.forecasting.rules import ForecastRules

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
        assert f"the newest value is of 20 Mar 2026, {age} days old (at most 7)" in made.reason


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

    def test_growth_is_the_flow_s_over_thirty_days(self) -> None:
        values = 100 + np.arange(80.0)
        made = projected(past(values, TOTAL_ORDERS_MONTH))
        assert isinstance(made.panel, MonthTotalForecast)

        expected = made.panel.flow.mean[0, :30].sum() - values[-30:].sum()
        assert made.forecast.growth_per_30_days == pytest.approx(expected)
        assert made.in_30_days() == pytest.approx(made.panel.flow.mean[0, :30].sum())


def wandering(seed: int, days: int = 200) -> NDArray[np.float64]:
    """Products that come and go."""
    return np.asarray(5_000 + np.cumsum(np.random.default_rng(seed).normal(6, 30, days)))


METRICS = pytest.mark.parametrize("metric", [TOTAL_PRODUCTS, ORDERS_PER_DAY], ids=["level", "flow"])
each_model = pytest.mark.parametrize("model", MODELS)


@METRICS
@each_model
@pytest.mark.parametrize("days", [1, 77, 365, 10_000])
def test_shifted_dates_change_nothing_but_dates(metric: Metric, model: str, days: int) -> None:
    rules = ForecastRules(model=model)
    later = TODAY + timedelta(days=days)
    one = projected(past(wandering(1), metric), rules)
    two = projected(past(wandering(1), metric, later), rules, later)

    assert two.forecast.as_of - one.forecast.as_of == timedelta(days=days)
    np.testing.assert_array_equal(two.forecast.quantiles, one.forecast.quantiles)
    for limit, falling in ((6_000.0, False), (4_000.0, True)):
        cdf = one.crossing_cdf(limit, falling=falling)
        np.testing.assert_array_equal(two.crossing_cdf(limit, falling=falling), cdf)
    assert two.forecast.growth_per_30_days == one.forecast.growth_per_30_days


@METRICS
@each_model
def test_the_model_that_is_asked_is_the_one_that_answers(metric: Metric, model: str) -> None:
    made = projected(past(wandering(2), metric), ForecastRules(model=model))
    other = projected(past(wandering(2), metric), ForecastRules(model=MODELS[1 - MODELS.index(model)]))

    assert made.forecast.model == model
    assert not np.array_equal(made.forecast.quantiles, other.forecast.quantiles)


@METRICS
@each_model
def test_all_that_is_said_of_a_day_agrees(metric: Metric, model: str) -> None:
    made = projected(past(wandering(3), metric), ForecastRules(model=model))
    middle = made.quantiles(LEVELS)

    np.testing.assert_array_equal(middle, made.forecast.quantiles)
    np.testing.assert_allclose(made.at_days((1, 30, 365), LEVELS), middle[:, [0, 29, 364]], rtol=1e-5)
    limit = 5_400.0
    for at, level in enumerate(LEVELS):
        above = middle[at] >= limit
        assert (made.crossing_cdf(limit)[above] >= 1 - level - 0.01).all()


def test_a_limit_is_asked_about_on_every_day_by_itself() -> None:
    """A panel joins some of its days by straight lines; a date has to be exact."""
    made = projected(past(100 + np.arange(60.0)))
    for days in (16, 17, 18, 19, 20, 21, 33, 103, 207):
        cdf = made.crossing_cdf(159.0 + days)
        assert int(np.searchsorted(cdf, 0.5)) + 1 == days


def test_what_is_amiss_in_the_past_is_told_and_not_extrapolated() -> None:
    values = wandering(4)
    imported = values.copy()
    imported[120:] += 40_000
    plain, made = projected(past(values)), projected(past(imported))

    assert plain.notes == ()
    assert [note.code for note in made.notes] == [NoteCode.IMPORT]
    assert made.notes[0].first == TODAY - timedelta(days=79)
    assert made.forecast.growth_per_30_days == pytest.approx(plain.forecast.growth_per_30_days, abs=60)
    assert made.past.max() > 40_000


def test_the_future_of_a_count_is_not_below_zero_though_its_mended_past_is() -> None:
    values = np.concatenate([10 + np.arange(120.0), 500_000 + 10 - np.arange(80) * 0.1])
    made = projected(past(values))

    assert (made.forecast.quantiles >= 0).all()
    assert (made.quantiles((0.001,)) >= 0).all()
    assert (made.at_days((300,), (0.001,)) >= 0).all()


@pytest.mark.parametrize("width", [0.5, 1.7])
def test_the_platform_s_correction_widens_the_bands(width: float) -> None:
    history = past(wandering(5))
    plain, made = (projected(history, ForecastRules(correction=c)) for c in (Correction(), Correction(width, 9, 50)))
    spans = [m.forecast.quantile(0.9) - m.forecast.quantile(0.1) for m in (plain, made)]

    np.testing.assert_allclose(spans[1][:180], width * spans[0][:180], rtol=0.1)
    assert made.explanation is not None
    assert made.explanation.width == width


@pytest.mark.parametrize("kept", [1, 5])
def test_newest_days_that_are_left_out_leave_an_answer(kept: int) -> None:
    """A frozen source, an outlier yesterday: what is said does not become unknown by it."""
    frozen, zero = wandering(6), wandering(6)
    frozen[-40:] = frozen[-41]
    zero[-kept:] = 0.0
    for values in (frozen, zero):
        made = projected(past(values))
        assert made.notes
        assert np.isfinite(made.forecast.growth_per_30_days)
        assert np.isfinite(made.forecast.quantiles).all()
        assert np.isfinite(made.crossing_cdf(10_000)).all()


@pytest.mark.parametrize("largest", [1.1e30, 1e300])
def test_what_is_too_large_to_be_counted_with_is_refused_and_no_growth_is_told_of_it(largest: float) -> None:
    told = refused(past([5.0] * 30 + [largest] + [5.0] * 30))

    assert told.status is Status.INSUFFICIENT_DATA
    assert "1e+30" in told.reason


def test_the_largest_that_can_be_counted_with_is_forecast() -> None:
    found = projected(past(np.linspace(1e29, 1e30, 60)))

    assert np.isfinite(found.forecast.quantiles).all()


def test_a_day_that_is_not_over_yet_has_not_fallen_to_anything() -> None:
    values = np.round(1_000 * (1 + 0.02 * np.random.default_rng(3).normal(0, 1, 120)))
    values[-1] = 140
    history = past(values, ORDERS_PER_DAY)
    made = projected(history)

    assert [note.code for note in made.notes] == [NoteCode.PARTIAL]
    assert made.forecast.current == pytest.approx(values[-8:-1].mean())
    assert days_until_of(made, history, 500, falling=True).status is not Status.ALREADY_EXCEEDED
    assert days_until_of(made, history, 1_500, falling=True).status is Status.ALREADY_EXCEEDED
