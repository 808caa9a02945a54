"""Simulated futures, and how fast they grow."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.support.futures import futures, straight

seeds = st.integers(0, 2**32 - 1)


def test_one_metric_is_told_by_its_name() -> None:
    paths = straight(10, 1)

    values, peaks = paths.of("active_stores")

    assert values.shape == peaks.shape == (paths.n_paths, paths.n_days) == (10, 365)
    assert values[3, 0] == peaks[3, 0] == 11
    assert paths.now() == {"active_stores": 10, "total_products": 10}
    with pytest.raises(ValueError, match=r"tuple\.index"):
        paths.of("happiness")


@given(seeds)
def test_growth_as_it_is_changes_nothing(seed: int) -> None:
    paths = futures(seed)

    same = paths.grown("active_stores", 1.0)

    np.testing.assert_allclose(same.values, paths.values, rtol=1e-12)
    np.testing.assert_allclose(same.peaks, paths.peaks, rtol=1e-12)
    np.testing.assert_array_equal(same.of("total_products"), paths.of("total_products"))


@given(seeds, st.floats(0, 3), st.floats(0, 3))
def test_more_growth_is_never_reached_later(seed: int, one: float, other: float) -> None:
    paths, (less, more) = futures(seed), sorted((one, other))

    slow, fast = (paths.grown("active_stores", factor).of("active_stores")[1] for factor in (less, more))

    assert (fast >= slow - 1e-9).all()


def test_growth_of_nothing_stands_still() -> None:
    values, peaks = straight(10, 1).grown("active_stores", 0.0).of("active_stores")

    assert (values == 10).all()
    assert (peaks == 10).all()
