"""Gaps are bridged as pandas does it."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays

from outgrow.forecasting.kernels.series import bridge_gaps, mean_of_known

NAN = np.nan
values_with_gaps = arrays(
    np.float64,
    array_shapes(min_dims=2, max_dims=2, max_side=12),
    elements=st.one_of(st.just(NAN), st.floats(-1e6, 1e6)),
)


@given(values_with_gaps)
def test_bridges_are_those_of_pandas(values: np.ndarray) -> None:
    expected = pd.DataFrame(values.T).interpolate(limit_direction="forward").to_numpy().T

    np.testing.assert_allclose(bridge_gaps(values), expected, rtol=1e-9, atol=1e-6)


@given(values_with_gaps)
def test_what_is_known_stays(values: np.ndarray) -> None:
    known = ~np.isnan(values)
    before = values.copy()

    np.testing.assert_array_equal(bridge_gaps(values)[known], values[known])
    np.testing.assert_array_equal(values, before)


@pytest.mark.parametrize(
    ("values", "bridged"),
    [
        ([1, NAN, NAN, 4], [1, 2, 3, 4]),
        ([NAN, 2, NAN, 4, NAN], [NAN, 2, 3, 4, 4]),
        ([NAN, NAN], [NAN, NAN]),
        ([5], [5]),
    ],
)
def test_a_gap_is_a_straight_line_and_the_end_stays(values: list[float], bridged: list[float]) -> None:
    np.testing.assert_array_equal(bridge_gaps(np.array([values], dtype=float)), [bridged])


@given(values_with_gaps)
def test_the_mean_of_what_is_known(values: np.ndarray) -> None:
    known = ~np.isnan(values)
    expected = [row[mask].mean() if mask.any() else 0.0 for row, mask in zip(values, known, strict=True)]

    np.testing.assert_allclose(mean_of_known(values), expected, rtol=1e-9, atol=1e-6)
