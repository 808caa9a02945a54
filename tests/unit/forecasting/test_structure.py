"""Teeth and recurring steps are seen for what they are."""

from datetime import date, timedelta

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from outgrow.forecasting import forecast_panel


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
