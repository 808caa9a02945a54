"""A product whose sums leave nothing to round: whatever adds them up gives the same bytes."""

from types import ModuleType
from typing import Any

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from outgrow.forecasting.kernels.exact import REACH, exact_product

Array = NDArray[Any]
sizes = st.sampled_from([1e-6, 0.05, 1.0, 30.0, 1e6])


def drawn(seed: int, shape: tuple[int, int], size: float) -> Array:
    return np.random.default_rng(seed).normal(0, size, shape).astype(np.float32)


@given(st.integers(0, 2**32 - 1), st.integers(1, 90), st.integers(1, 40), sizes)
def test_the_order_of_adding_cannot_be_seen(seed: int, terms: int, columns: int, size: float) -> None:
    weights = drawn(seed, (5, terms), size)
    inputs = np.clip(drawn(seed + 1, (terms, columns), 3.0), -REACH, REACH)
    whole = exact_product(weights, inputs)

    for order in (np.arange(terms)[::-1], np.random.default_rng(seed).permutation(terms)):
        assert exact_product(weights[:, order], inputs[order]).tobytes() == whole.tobytes()
    one_by_one = np.concatenate([exact_product(weights, inputs[:, k : k + 1]) for k in range(columns)], axis=1)
    assert one_by_one.tobytes() == whole.tobytes()


@given(st.integers(0, 2**32 - 1), sizes)
def test_it_is_as_near_as_single_precision(seed: int, size: float) -> None:
    weights, inputs = drawn(seed, (8, 64), size), np.clip(drawn(seed + 1, (64, 16), 2.0), -REACH, REACH)
    true = weights.astype(np.float64) @ inputs.astype(np.float64)
    largest = np.abs(weights).sum(axis=1)[:, None].astype(np.float64)

    error = np.abs(exact_product(weights, inputs) - true)

    # At worst 64 weights are half a step off, 2^-27 of the largest row's sum, and each is multiplied by 8.
    assert (error <= 2**-17 * largest.max()).all()
    assert np.sqrt((error**2).mean()) <= 2**-22 * largest.max()


def test_nothing_times_anything_is_nothing() -> None:
    np.testing.assert_array_equal(exact_product(np.zeros((3, 4), np.float32), np.ones((4, 2), np.float32)), 0.0)


def test_whole_numbers_are_multiplied_as_they_are() -> None:
    found = exact_product(np.array([[1, 2], [3, -4]], np.float32), np.array([[5], [6]], np.float32))

    np.testing.assert_array_equal(found, [[17], [-9]])


def test_another_library_takes_its_own_product() -> None:
    weights, inputs = drawn(1, (4, 30), 1.0), drawn(2, (30, 5), 1.0)

    np.testing.assert_allclose(
        exact_product(weights, inputs, ModuleType("another")), weights @ inputs, rtol=1e-6, atol=1e-5
    )
