"""Teeth and recurring steps are seen for what they are."""

from datetime import date, timedelta

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from outgrow.domain.history import OBSERVED, History
from outgrow.domain.metric import PLATFORM, STORAGE_USED_GB
from outgrow.forecasting import forecast_panel
from outgrow.forecasting.kernels.normal import Array
from outgrow.forecasting.levels import LevelForecast
from outgrow.forecasting.projection import Projection, project
from outgrow.forecasting.rules import ForecastRules


def _teeth(period: int, trend: float, seed: int) -> np.ndarray:
    rng = np.random.default_rng(seed)
    day = np.arange(400)
    tooth = day // period
    top = 80 + trend * day + rng.uniform(-1, 1, 400)[tooth]
    return 40 + (top - 40) * (day % period + 1) / period


@settings(max_examples=15, deadline=None)
@given(period=st.integers(6, 50), seed=st.integers(0, 99))
def test_a_limit_above_all_tops_has_a_small_chance(period: int, seed: int) -> None:
    cdf = forecast_panel(_teeth(period, 0.0, seed)[None], 90).crossing_cdf(np.array([90.0]))
    assert cdf[0, -1] < 0.1


@settings(max_examples=15, deadline=None)
@given(period=st.integers(6, 40), seed=st.integers(0, 99))
def test_tops_with_a_trend_reach_the_limit_near_the_true_day(period: int, seed: int) -> None:
    cdf = forecast_panel(_teeth(period, 0.05, seed)[None], 365).crossing_cdf(np.array([107.0]))[0]
    median = 1 + np.searchsorted(cdf, 0.5)
    assert abs(median - 140) < 30 + period


def test_a_load_on_the_first_of_each_month_is_dated_to_its_day() -> None:
    days = [date(2026, 11, 28) - timedelta(days=k) for k in range(399, -1, -1)]
    values = 270.0 + 30.0 * np.cumsum([day.day == 1 for day in days])
    cdf = forecast_panel(values[None].repeat(2, axis=0), 365).crossing_cdf(values[-1] + np.array([20.0, 65.0]))
    assert [1 + int(np.searchsorted(row, 0.5)) for row in cdf] == [3, 65]


def test_a_limit_reached_by_a_value_is_reached() -> None:
    panel = forecast_panel(_teeth(20, 0.02, 3)[None], 120)
    middle = panel.quantiles((0.5,))[0, 0]
    limit = 75.0
    cdf = panel.crossing_cdf(np.array([limit]))[0]
    assert (np.diff(cdf) >= 0).all()
    assert (cdf[middle > limit] >= 0.5 - 1e-9).all()


def test_zeros_on_the_newest_days_of_a_panel_are_unknown() -> None:
    values = 600 + np.cumsum(np.full(400, 1.0))
    down = values.copy()
    down[-4:] = 0
    middle = forecast_panel(down[None], 30).quantiles((0.5,))[0, 0]
    assert (middle > values[-5]).all()


TODAY = date(2026, 11, 28)


def _projected(values: np.ndarray) -> Projection:
    first = TODAY - timedelta(days=len(values) - 1)
    history = History(STORAGE_USED_GB, PLATFORM, "main", first, values, np.full(len(values), OBSERVED, dtype=np.int8))
    made = project(history, TODAY, ForecastRules())
    assert isinstance(made, Projection)
    return made


def _rotated(n: int, top: float = 82, floor: float = 58, rate: float = 2.7, seed: int = 0) -> np.ndarray:
    rng = np.random.default_rng(seed)
    values, level = [], floor
    for _ in range(n):
        level += rate * rng.uniform(0.8, 1.2)
        if level > top + rng.uniform(-1, 2):
            level = floor + rng.uniform(0, 2)
        values.append(level)
    return np.array(values)


def _loaded(size: float = 30.0, n: int = 400, months: int = 1, start: float = 270.0) -> np.ndarray:
    days = [TODAY - timedelta(days=k) for k in range(n - 1, -1, -1)]
    return start + size * np.cumsum([day.day == 1 and day.month % months == 0 for day in days])


def _median(cdf: np.ndarray) -> int:
    return 1 + int(np.searchsorted(cdf, 0.5))


class TestCases:
    def test_log_rotation(self) -> None:
        made = _projected(_rotated(240))
        far, near = made.crossing_cdf(100.0), made.crossing_cdf(85.0)
        assert 0 < far[-1] < 0.5
        assert far[29] < 0.02
        assert far[89] < 0.1
        assert near[-1] >= near[89] >= near[6]
        assert near[-1] > far[-1]

    def test_a_load_each_month(self) -> None:
        made = _projected(_loaded())
        level = made.forecast.current
        assert _median(made.crossing_cdf(level + 20)) == 3
        assert _median(made.crossing_cdf(level + 65)) == 65

    def test_a_burst_on_the_newest_day(self) -> None:
        values = 259 - 0.5 * np.arange(239, -1, -1.0)
        values[-1] += 70
        cdf = _projected(values).crossing_cdf(400.0)
        assert 141 - 14 <= _median(cdf) <= 280 + 14
        assert cdf[4] < 0.1


@settings(max_examples=10, deadline=None)
@given(period=st.integers(5, 55), seed=st.integers(0, 99))
def test_what_falls_back_again_and_again_is_not_mended(period: int, seed: int) -> None:
    made = _projected(_teeth(period, 0.0, seed))
    assert not made.notes
    assert made.explanation is not None
    assert made.explanation.pattern is not None
    assert abs(made.explanation.pattern.every_days - period) < 1


@settings(max_examples=10, deadline=None)
@given(size=st.floats(1, 1e4), months=st.sampled_from([1, 2, 3]), start=st.floats(1, 1e4))
def test_what_is_loaded_again_and_again_is_not_mended(size: float, months: int, start: float) -> None:
    made = _projected(_loaded(size, 400, months, start))
    assert not made.notes
    assert made.explanation is not None
    assert made.explanation.pattern is not None
    assert made.explanation.pattern.next == TODAY.replace(month=12, day=1)


@settings(max_examples=10, deadline=None)
@given(seed=st.integers(0, 99), steps=st.booleans(), beyond=st.floats(-20, 100))
def test_upside_down_and_falling_is_the_same(seed: int, steps: bool, beyond: float) -> None:
    values = _loaded(20 + seed) if steps else _teeth(6 + seed % 40, 0.03, seed)
    limit = values[-1] + beyond
    up = forecast_panel(values[None], 200).crossing_cdf(np.array([limit]))
    down = forecast_panel(10_000 - values[None], 200).crossing_cdf(np.array([10_000 - limit]), falling=True)
    np.testing.assert_allclose(down, up, atol=0.02)


def test_a_fall_over_some_days_is_one_fall() -> None:
    values = _teeth(20, 0.0, 1)
    low = np.arange(19, 400, 20)
    for day in low[low < 398]:
        values[day + 1] = values[day] * 0.6 + values[day + 2] * 0.4
    made = _projected(values)
    assert made.explanation is not None
    assert made.explanation.pattern is not None
    assert made.crossing_cdf(95.0)[89] < 0.1


def test_imports_that_follow_no_clock_have_no_law() -> None:
    rng = np.random.default_rng(5)
    values = 500 + np.cumsum(rng.binomial(1, 0.02, (60, 400)) * rng.lognormal(3, 0.8, (60, 400)), axis=1)
    panel = forecast_panel(values, 30)
    assert isinstance(panel, LevelForecast)
    assert len(panel.structure.laws) <= 1


def test_the_pattern_is_said_in_words() -> None:
    teeth, steps = (_projected(values).explanation for values in (_rotated(240), _loaded()))
    assert teeth is not None
    assert steps is not None
    assert "the tops decide" in teeth.sentences(STORAGE_USED_GB)[0]
    assert steps.sentences(STORAGE_USED_GB)[0] == "It grows by about 30 GB every month; next on 1 Dec 2026."
    assert teeth.causes == steps.causes == {}


def test_the_floors_of_teeth_climb_with_their_tops() -> None:
    """A third of what was added is cleared away every 20 days: on no day does all of the past come back."""
    day = np.arange(500, dtype=np.float64)
    values: Array = 500 + 2 * day - 30 * np.floor(day / 20)
    panel = forecast_panel(values[None, :400], 100)
    low, high = panel.quantiles((0.05, 0.95))[0]

    assert isinstance(panel, LevelForecast)
    assert 0 in panel.structure.laws
    # One path in fourteen is of a clearing that does not come any more: it lies above.
    assert (low >= values[400:] - 12).all()
    assert (low <= values[400:] + 12).all()
    assert (high >= values[400:] - 1e-6).all()
