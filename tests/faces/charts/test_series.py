"""Weekly means of daily flows."""

from datetime import date

import numpy as np

from outgrow.domain.forecast import Forecast, HistoryNote
from outgrow.domain.history import MISSING, OBSERVED, History
from outgrow.domain.metric import ORDERS_PER_DAY, PLATFORM, TOTAL_ORDERS_MONTH, TOTAL_PRODUCTS, Metric
from outgrow.faces.charts.series import Series

WEEK = np.array([100.0, 110, 120, 130, 140, 60, 40])


def flow(values: np.ndarray, metric: Metric = ORDERS_PER_DAY) -> History:
    provenance = np.where(np.isnan(values), MISSING, OBSERVED).astype(np.int8)
    return History(metric, PLATFORM, "main", date(2026, 1, 1), values, provenance)


def test_a_whole_week_has_the_mean_of_its_days() -> None:
    series = Series.of(flow(np.tile(WEEK, 4)), None)
    assert np.allclose(series.past.values[6:], 100)
    assert series.single_days.values[1] == 110


def test_a_week_with_too_few_known_days_has_no_mean() -> None:
    values = np.tile(WEEK, 4)
    values[10:14] = np.nan
    means = Series.of(flow(values), None).past
    assert np.isnan(means.values[10:18]).tolist() == [True] * 7 + [False]
    assert np.array_equal(np.isnan(means.values), means.provenance == MISSING)


def test_levels_month_totals_and_short_flows_stay_as_they_are() -> None:
    for history in (
        flow(np.tile(WEEK, 4), TOTAL_PRODUCTS),
        flow(np.tile(WEEK, 4), TOTAL_ORDERS_MONTH),
        flow(WEEK),
    ):
        series = Series.of(history, None)
        assert series.past is history
        assert series.single_days is history


def test_bands_become_means_around_each_day_and_the_days_stay_known() -> None:
    past = flow(np.tile(WEEK, 4))
    daily = np.tile(WEEK, 6)
    quantiles = np.stack([0.5 * daily, daily, 2 * daily])
    made = Forecast(
        past.metric, "platform:main", past.last_day, 100, (0.05, 0.5, 0.95), quantiles, 0, HistoryNote.of(past)
    )
    series = Series.of(past, made)
    assert series.forecast is not None
    assert series.daily_median is not None
    assert series.forecast.quantiles.shape == quantiles.shape
    assert np.allclose(series.forecast.quantiles, [[50], [100], [200]])
    assert np.array_equal(series.daily_median, daily)
