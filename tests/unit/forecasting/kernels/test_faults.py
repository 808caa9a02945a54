"""Steps, runs and neighbourhoods, against the obvious way to find them."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays
from numpy.typing import NDArray

from outgrow.forecasting.kernels.faults import (
    around,
    forget,
    lift_history,
    median,
    newest_day,
    steps,
    still_runs,
    usual_size,
)

Array = NDArray[np.float64]
NAN = np.nan
shapes = array_shapes(min_dims=2, max_dims=2, max_side=20)
values_with_gaps = arrays(np.float64, shapes, elements=st.one_of(st.just(NAN), st.integers(0, 3).map(float)))


@given(values_with_gaps)
def test_a_step_is_against_the_known_day_before(values: Array) -> None:
    change, days = steps(values)

    for row, its_change, its_days in zip(values, change, days, strict=True):
        known = pd.Series(row).dropna()
        expected = known.diff().reindex(range(len(row))).fillna(0)
        apart = pd.Series(known.index, known.index).diff().reindex(range(len(row))).fillna(0)
        np.testing.assert_array_equal(its_change, expected)
        np.testing.assert_array_equal(its_days, apart)


@given(values_with_gaps)
def test_the_usual_size_is_a_median_of_what_moved(values: Array) -> None:
    change, days = steps(values)
    usual, moved = usual_size(change, days)

    for row in range(len(values)):
        sizes = sorted(abs(c) / d for c, d in zip(change[row], days[row], strict=True) if c != 0)
        assert moved[row] == len(sizes)
        assert usual[row] == (sizes[(len(sizes) - 1) // 2] if sizes else 0)


@given(values_with_gaps)
def test_the_median_is_that_of_what_is_known(values: Array) -> None:
    expected = pd.DataFrame(values).median(axis=1)

    np.testing.assert_allclose(median(values), expected)


@given(values_with_gaps, st.integers(1, 5))
def test_a_stretch_without_change_is_found_whole(values: Array, least: int) -> None:
    change, days = steps(values)
    expected = []
    for at, row in enumerate(values):
        known = pd.Series(row).dropna()
        for _, run in known.groupby((known.diff() != 0).cumsum()):
            if len(run) > least:
                expected.append((at, run.index[1], run.index[-1]))

    assert list(zip(*(part.tolist() for part in still_runs(change, days, least)), strict=True)) == expected


@pytest.mark.parametrize(("row", "day"), [([1, 2, 3], 2), ([1, NAN, NAN], 0), ([NAN, 4, NAN], 1), ([NAN, NAN], 1)])
def test_the_newest_known_day(row: list[float], day: int) -> None:
    assert newest_day(np.array([row])).tolist() == [day]


def test_around_is_unknown_outside() -> None:
    found = around(np.array([[1.0, 2, 3]]), np.array([0, 0]), np.array([0, 2]), np.array([-1, 0, 1]))

    np.testing.assert_array_equal(found, [[NAN, 1, 2], [2, 3, NAN]])


def test_the_history_is_lifted_and_the_present_stays() -> None:
    values = np.array([[1.0, 2, 13, 14, 4], [5, 5, 5, 5, 5]])
    lift_history(values, np.array([0, 0]), np.array([2, 4]), np.array([10.0, -11.0]))

    np.testing.assert_array_equal(values, [[0, 1, 2, 3, 4], [5, 5, 5, 5, 5]])


def test_stretches_are_forgotten() -> None:
    values = np.arange(10.0).reshape(2, 5)
    forget(values, np.array([0, 1, 1]), np.array([1, 0, 4]), np.array([3, 0, 4]))

    np.testing.assert_array_equal(values, [[0, NAN, NAN, NAN, 4], [NAN, 6, 7, 8, NAN]])
