"""Simulated futures, and what may be added to them."""

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


@given(seeds, st.floats(0, 1e6))
def test_what_is_added_from_a_day_on_moves_values_and_peaks(seed: int, amount: float) -> None:
    paths = futures(seed)
    curve = np.where(np.arange(paths.n_days) >= 100, amount, 0.0)

    more = paths.plus("total_products", curve)

    values, peaks = paths.of("total_products")
    np.testing.assert_array_equal(more.of("total_products")[0], values + curve)
    np.testing.assert_allclose(more.of("total_products")[1], peaks + curve, rtol=1e-12)
    np.testing.assert_array_equal(more.of("active_stores"), paths.of("active_stores"))
    assert paths.of("total_products")[0] is not more.of("total_products")[0]


@given(seeds)
def test_what_was_reached_before_a_purge_stays_reached(seed: int) -> None:
    paths = futures(seed)
    purge = np.where(np.arange(paths.n_days) >= 50, -5_000.0, 0.0)

    values, peaks = paths.plus("total_products", purge).of("total_products")

    np.testing.assert_array_equal(peaks[:, :50], paths.of("total_products")[1][:, :50])
    assert (np.diff(peaks, axis=1) >= 0).all()
    assert (peaks >= values - 1e-9).all()


@given(seeds)
def test_nothing_added_and_growth_as_it_is_change_nothing(seed: int) -> None:
    paths = futures(seed)

    for same in (paths.plus("active_stores", np.zeros(paths.n_days)), paths.grown("active_stores", 1.0)):
        np.testing.assert_allclose(same.values, paths.values, rtol=1e-12)
        np.testing.assert_allclose(same.peaks, paths.peaks, rtol=1e-12)


@given(seeds, st.floats(0, 3), st.floats(0, 3))
def test_more_growth_is_never_reached_later(seed: int, one: float, other: float) -> None:
    paths, (less, more) = futures(seed), sorted((one, other))

    slow, fast = (paths.grown("active_stores", factor).of("active_stores")[1] for factor in (less, more))

    assert (fast >= slow - 1e-9).all()


def test_growth_of_nothing_stands_still() -> None:
    values, peaks = straight(10, 1).grown("active_stores", 0.0).of("active_stores")

    assert (values == 10).all()
    assert (peaks == 10).all()
