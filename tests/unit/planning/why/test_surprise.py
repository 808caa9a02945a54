"""What came against what had been forecast: nothing where it came so, and else apart by level and slope."""

from datetime import date

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from outgrow.domain.history import MISSING, OBSERVED, RECONSTRUCTED, History
from outgrow.domain.metric import ORDERS_PER_DAY, PLATFORM, TOTAL_PRODUCTS, Metric
from outgrow.planning.why.surprise import FLOW_LEVEL_DAYS, Array, at_level_of, level_of, on_course

FIRST = date(2026, 1, 1)
AMOUNTS = st.floats(1, 1e6)
PASTS = arrays(np.float64, st.integers(1, 60), elements=AMOUNTS)
PATHS = arrays(np.float64, st.integers(0, 40), elements=AMOUNTS)
METRICS = pytest.mark.parametrize("metric", [TOTAL_PRODUCTS, ORDERS_PER_DAY], ids=lambda metric: metric.name)


def history(values: Array, metric: Metric = TOTAL_PRODUCTS) -> History:
    provenance = np.where(np.isnan(values), MISSING, OBSERVED).astype(np.int8)
    return History(metric, PLATFORM, "main", FIRST, values, provenance)


@METRICS
@given(past=PASTS, path=PATHS)
def test_what_comes_as_forecast_is_no_surprise(metric: Metric, past: Array, path: Array) -> None:
    came = history(np.concatenate([past, path]), metric)
    course = on_course(history(past, metric), path, came)

    assert course.values.tolist() == came.values.tolist()
    assert course.provenance.tolist() == came.provenance.tolist()
    assert at_level_of(came, course).values.tolist() == came.values.tolist()


@METRICS
@given(past=PASTS, path=PATHS, scale=st.floats(0.1, 10))
def test_the_course_is_moved_to_the_level_that_came(metric: Metric, past: Array, path: Array, scale: float) -> None:
    came = history(np.concatenate([past, path * scale]), metric)
    moved = at_level_of(came, on_course(history(past, metric), path, came))

    assert len(moved) == len(came)
    assert level_of(moved) == pytest.approx(level_of(came))


def test_a_level_is_shifted_as_a_whole() -> None:
    came = history(np.array([10.0, 12.0, 14.0, 20.0]))
    course = on_course(history(np.array([10.0, 12.0])), np.array([15.0, 17.0]), came)

    assert course.values.tolist() == [10, 12, 15, 17]
    assert at_level_of(came, course).values.tolist() == [13, 15, 18, 20]


def test_zeros_of_a_level_stay_what_they_are() -> None:
    """Before a start, or in an outage: moved with the rest they would be an ordinary day."""
    came = history(np.array([0.0, 12.0, 0.0, 14.0, 20.0]))
    course = on_course(history(np.array([0.0, 12.0, 0.0, 14.0])), np.array([18.0]), came)

    assert at_level_of(came, course).values.tolist() == [0, 14, 0, 16, 20]


def test_daily_amounts_are_scaled_so_that_four_weeks_come_to_the_same() -> None:
    came = history(np.array([5.0] * 40 + [9.0] * 7), ORDERS_PER_DAY)
    course = on_course(history(np.full(40, 5.0), ORDERS_PER_DAY), np.full(7, 5.0), came)
    factor = (21 * 5 + 7 * 9) / (FLOW_LEVEL_DAYS * 5)

    assert at_level_of(came, course).values == pytest.approx(np.full(47, 5 * factor))


def test_amounts_of_nothing_stay_nothing() -> None:
    course = history(np.zeros(30), ORDERS_PER_DAY)
    came = history(np.array([0.0] * 29 + [4.0]), ORDERS_PER_DAY)

    assert at_level_of(came, course).values.tolist() == [0] * 30


def test_days_that_are_not_known_are_not_known_on_course_either() -> None:
    came = history(np.array([1.0, 2.0, np.nan, 4.0]))
    came.provenance[3] = RECONSTRUCTED
    course = on_course(history(np.array([1.0, 2.0])), np.array([7.0, 8.0]), came)

    assert np.isnan(course.values).tolist() == [False, False, True, False]
    assert course.provenance.tolist() == [OBSERVED, OBSERVED, MISSING, RECONSTRUCTED]
