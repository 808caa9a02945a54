"""The level of a flow by its own past, and what it is worth."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray
from tests.support.growth_panels import flows

from outgrow.forecasting.kernels.smoothing import LANES, SPANS, Smoothed, smoothed

Array = NDArray[np.float64]


def of(values: Array) -> Smoothed:
    return smoothed(values[None, :])


def test_what_stands_still_is_level_and_certain() -> None:
    found = of(np.full(120, 40.0))

    assert found.level[0] == pytest.approx(40.0)
    assert found.doubt[0] == pytest.approx(np.zeros(len(SPANS)), abs=1e-9)


def test_noise_is_averaged_and_the_longer_span_is_the_surer() -> None:
    values = np.random.default_rng(1).poisson(100, (200, 400)).astype(float)
    found = smoothed(values)

    assert np.abs(found.level / 100 - 1).mean() < 0.03
    assert (np.diff(found.doubt.mean(axis=0)) < 0).all()
    # Of independent days, the mean of seven strays by a tenth over the root of seven, and the level by little.
    assert found.doubt[:, SPANS.index(7)].mean() == pytest.approx(0.1 / np.sqrt(7), rel=0.25)


def test_a_level_that_jumps_about_is_followed_and_doubted() -> None:
    random = np.random.default_rng(2)
    walks = 100 * np.exp(np.repeat(np.cumsum(random.normal(0, 0.2, (100, 57)), axis=1), 7, axis=1)[:, :396])
    values = walks * random.lognormal(0, 0.05, walks.shape)
    found = smoothed(values)

    assert np.abs(np.log(found.level / walks[:, -1])).mean() < 0.15
    assert found.doubt[:, SPANS.index(28)].mean() > 0.2


def test_growth_is_half_made_up_for() -> None:
    values = 100 * np.exp(0.01 * np.arange(200))
    level = of(values).level[0]
    behind, ahead = values[-1], values[-1] * np.exp(0.01 * 7.5)

    assert behind < level < ahead


def test_a_short_past_says_nothing() -> None:
    random = np.random.default_rng(3)
    values = np.full((3, 200), np.nan)
    values[0, -60:] = random.poisson(30, 60)
    values[1, -90:] = random.poisson(30, 90)
    found = smoothed(values)

    np.testing.assert_array_equal(np.isnan(found.level), [True, False, True])
    assert np.isnan(found.doubt[[0, 2]]).all()
    assert np.isfinite(found.doubt[1]).all()


def test_nothing_says_nothing() -> None:
    assert np.isnan(of(np.zeros(200)).level[0])
    assert np.isnan(of(np.ones(3)).level[0])
    assert smoothed(np.empty((0, 50))).doubt.shape == (0, len(SPANS))


def test_days_of_nothing_are_amounts_like_others() -> None:
    values = np.random.default_rng(4).poisson(0.3, 300).astype(float)
    found = of(values)

    assert 0.1 < found.level[0] < 0.6
    assert np.isfinite(found.doubt).all()


@given(st.integers(0, 2**32 - 1), st.integers(1, 2 * LANES + 1))
def test_rows_do_not_know_of_each_other(seed: int, n: int) -> None:
    random = np.random.default_rng(seed)
    values = random.lognormal(3, 0.5, (n, 130))
    values[random.random(values.shape) < 0.1] = np.nan
    whole, at = smoothed(values), int(random.integers(n))
    alone = of(values[at])

    np.testing.assert_array_equal(alone.level[0], whole.level[at])
    np.testing.assert_array_equal(alone.doubt[0], whole.doubt[at])


def test_the_unit_is_nothing_but_a_unit() -> None:
    values, unit = flows(), 2.0**-12
    one, two = smoothed(values), smoothed(values * unit)

    np.testing.assert_array_equal(two.level / unit, one.level)
    np.testing.assert_array_equal(two.doubt, one.doubt)
