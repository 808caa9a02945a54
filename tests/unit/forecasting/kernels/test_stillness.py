"""Whether a flow stays where it is."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from outgrow.forecasting.kernels.stillness import Stillness, stillness

Array = NDArray[np.float64]
ROWS = 60


def flows(seed: int, *, noise: float = 0.1, walk: float = 0.0, growth: float = 0.0, days: int = 399) -> Array:
    random = np.random.default_rng(seed)
    level = np.repeat(np.cumsum(random.normal(0, walk, (ROWS, days // 7 + 1)), axis=1), 7, axis=1)[:, :days]
    drawn: Array = (
        300 * np.exp(level + growth * np.arange(days)) * random.lognormal(-(noise**2) / 2, noise, (ROWS, days))
    )
    return drawn


def of(values: Array) -> Stillness:
    return stillness(values)


@given(st.integers(0, 1_000), st.floats(0.02, 0.5))
def test_most_that_stay_are_seen_to_and_how_they_vary(seed: int, noise: float) -> None:
    found = of(flows(seed, noise=noise))

    assert np.median(found.share) > 0.55
    assert found.level == pytest.approx(np.full(ROWS, 300), rel=noise)
    assert np.median(found.own(np.array([30.0]))) == pytest.approx(noise / np.sqrt(30), rel=0.2)
    assert (found.lasting(60) < 0.6 * found.noise[:, None]).all()


@given(st.integers(0, 1_000), st.floats(0.02, 0.3))
def test_hardly_any_that_wander_or_grow_or_moved_once_are(seed: int, noise: float) -> None:
    weekly = noise / np.sqrt(7)
    moved = flows(seed, noise=noise)
    moved[:, 250:] *= np.exp(4 * weekly)
    for values in (flows(seed, noise=noise, walk=weekly), flows(seed, noise=noise, growth=weekly / 40), moved):
        assert (of(values).share > 0.5).mean() < 0.15


def test_the_less_is_known_the_less_is_said() -> None:
    share = [np.median(of(flows(1, days=days)).share) for days in (60, 120, 399)]

    assert share[0] == 0
    assert 0.2 < share[1] < share[2]


def test_what_is_nothing_or_unknown_stays_nowhere() -> None:
    found = of(np.stack([np.zeros(300), np.full(300, np.nan)]))

    assert found.share.tolist() == [0, 0]
    assert np.isfinite(found.own(np.array([1.0, 30.0]))).all()
    assert np.isfinite(found.lasting(40)).all()


def test_what_never_changes_stays() -> None:
    found = of(np.full((1, 200), 40.0))

    assert found.share[0] > 0.6
    assert found.noise[0] == pytest.approx(0, abs=1e-9)


@given(st.integers(0, 1_000), st.integers(0, 200), st.integers(1, ROWS))
def test_a_row_does_not_hang_on_others_or_on_how_long_they_are(seed: int, before: int, rows: int) -> None:
    values = flows(seed, days=200)
    values[:, 30:33] = np.nan
    padded = np.concatenate([np.full((ROWS, before), np.nan), values], axis=1)
    whole, part = of(padded), of(values[:rows])

    for name in Stillness.__slots__:
        np.testing.assert_allclose(getattr(part, name), getattr(whole, name)[:rows], rtol=1e-9, atol=1e-12)


def test_the_unit_is_nothing_but_a_unit() -> None:
    one, two = of(flows(1)), of(2.0**-12 * flows(1))

    np.testing.assert_allclose(one.share, two.share, rtol=1e-9, atol=1e-12)
    np.testing.assert_allclose(one.noise, two.noise, rtol=1e-9, atol=1e-12)
