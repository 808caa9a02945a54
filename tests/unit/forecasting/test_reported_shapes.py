"""Levels of the shapes that people report: doubling, first filled, and one disk as used and as free."""

from typing import Any

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from outgrow.forecasting import forecast_panel

Array = NDArray[Any]


def cdf(values: Array, limit: float, *, falling: bool = False) -> Array:
    """Chance of having reached the limit by each day of a year."""
    told: Array = forecast_panel(values[None, :], 365).crossing_cdf(np.array([limit]), falling=falling)[0]
    return told


def median_day(told: Array) -> int:
    """The first day by which it is as likely as not; 366 if there is none."""
    return int(np.argmax(told >= 0.5)) + 1 if told[-1] >= 0.5 else 366


def test_what_doubles_every_90_days_is_not_told_as_a_straight_line() -> None:
    """Nine months are known: half of the way between doubling for ever and growing by what was gained of late."""
    rng = np.random.default_rng(5)
    users = np.round(1_000 * 2.0 ** (np.arange(270) / 90) * np.exp(np.cumsum(rng.normal(0, 0.001, 270))))
    line = users[-1] / np.mean(np.diff(users[-92:]))

    assert 90 <= median_day(cdf(users, 2 * users[-1])) <= (90 + line) / 2


@settings(deadline=None, max_examples=30)
@given(st.integers(0, 2**31), st.integers(80, 250), st.floats(20, 1e5))
def test_whatever_doubles_reaches_twice_as_much_about_then(seed: int, days: int, start: float) -> None:
    rng = np.random.default_rng(seed)
    values = start * 2.0 ** (np.arange(400) / days) * np.exp(np.cumsum(rng.normal(0, 0.002, 400)))
    told = cdf(values, 2 * values[-1])

    assert 0.5 * days <= median_day(told) <= 1.8 * days


def first_filled(rate: float, size: float, days: int, seed: int) -> Array:
    """A node that is set up within four days, and then grows by little."""
    rng = np.random.default_rng(seed)
    steps = rate * rng.gamma(4, 0.25, days)
    steps[1:5] = size / 4 * rng.uniform(0.7, 1.3, 4)
    filled: Array = np.cumsum(steps) + size / 10
    return filled


def test_the_first_filling_is_no_growth() -> None:
    node = first_filled(0.05, 55, 22, 1)

    assert cdf(node, 100)[89] < 0.2


@settings(deadline=None, max_examples=30)
@given(st.integers(0, 2**31), st.integers(18, 60), st.floats(0.01, 0.1))
def test_no_first_filling_is(seed: int, days: int, rate: float) -> None:
    node = first_filled(rate, 50, days, seed)

    assert cdf(node, node[-1] + 40)[89] < 0.35


def disk(seed: int, pace: float = 2.5, noise: float = 3.0) -> Array:
    """What is used of a disk of 450 GB, in whole megabytes, so that differences are exact."""
    used = 48.0 + pace * np.arange(120) + np.random.default_rng(seed).normal(0, noise, 120)
    whole: Array = np.round(used * 1_024) / 1_024
    return whole


@pytest.mark.parametrize("level", [449.9, 410.0])
def test_used_and_free_of_one_disk_are_one_question(level: float) -> None:
    used = disk(3)
    up, down = cdf(used, level), cdf(450.0 - used, 450.0 - level, falling=True)

    np.testing.assert_allclose(up, down, atol=1e-3)
    assert median_day(up) == pytest.approx((level - used[-1]) / 2.5, rel=0.2)


def test_free_space_is_all_gone_at_0() -> None:
    """It falls by 2.5 a day and 102 are left."""
    free = np.maximum(400 - 2.5 * np.arange(120) + np.random.default_rng(8).normal(0, 1, 120), 0.0)
    gone, alert = cdf(free, 0.0, falling=True), cdf(free, 40.0, falling=True)

    assert median_day(gone) == pytest.approx(41, abs=3)
    assert median_day(alert) == pytest.approx(25, abs=2)
    assert gone[29] < 0.15
    assert gone[89] > 0.9


@settings(deadline=None, max_examples=30)
@given(st.integers(0, 2**31), st.floats(-2, 2), st.floats(0.1, 20), st.integers(9, 14), st.floats(0.05, 0.9))
def test_they_are_on_every_disk(seed: int, pace: float, noise: float, bits: int, share: float) -> None:
    used = 512 + disk(seed, pace, noise)
    assume((np.diff(used) < 0).any() and (np.diff(used) > 0).any())
    capacity = 512 + used.max() + 2.0**bits
    limit = used[-1] + share * 500
    there = forecast_panel(used[None, :], 365)
    here = forecast_panel(capacity - used[None, :], 365)
    up, down = there.crossing_cdf(np.array([limit])), here.crossing_cdf(np.array([capacity - limit]), falling=True)
    one, other = there.quantiles((0.1, 0.5, 0.9)), capacity - here.quantiles((0.9, 0.5, 0.1))

    np.testing.assert_allclose(up, down, atol=2e-3)
    # No amount is below nothing: there only one side ends.
    np.testing.assert_allclose(
        np.clip(one, 0, capacity), np.clip(other, 0, capacity), atol=2e-3 * np.ptp(used) + 1e-3 * capacity
    )


def filling(seed: int, pace: float, chance: float, days: int) -> Array:
    """What is used of a disk that grows as ever and is never emptied, in whole megabytes."""
    steps = pace * np.random.default_rng(seed).gamma(chance**-2, chance**2, days)
    used: Array = np.round((300 + np.cumsum(steps)) * 1_024) / 1_024
    return used


@pytest.mark.parametrize("days", [120, 400])
@pytest.mark.parametrize("seed", range(4))
def test_of_a_disk_that_never_was_emptied_they_nearly_are(seed: int, days: int) -> None:
    """2.5 GB a day, 102 GB are left: 41 days. Of what never fell, the level itself says a little too."""
    used = filling(seed, 2.5, 0.5, days)
    size = used[-1] + 102.4

    up, down = cdf(used, size), cdf(size - used, 0.0, falling=True)

    np.testing.assert_allclose(up, down, atol=0.15)
    assert median_day(up) == pytest.approx(41, abs=4)
    assert median_day(down) == pytest.approx(median_day(up), abs=2)
