"""Between and beyond the quantiles at hand."""

from statistics import NormalDist
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy.stats import norm

from outgrow.forecasting.kernels.normal import normal_cdf
from outgrow.forecasting.kernels.ranks import at_rank, reached, score_of

Array = NDArray[Any]
RANKS = (0.025, 0.1, 0.25, 0.5, 0.75, 0.9, 0.975)
ranks = st.floats(0.0005, 0.9995)


def above(values: Array, ranks: tuple[float, ...], limit: Array) -> Array:
    """P(a value >= its row's limit)."""
    chances: Array = 1 - normal_cdf(score_of(values, ranks, limit))
    return chances


@st.composite
def ladders(draw: st.DrawFn) -> Array:
    """Quantiles in order, some of them equal, (2, 7, 3)."""
    random = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    steps = random.exponential(10.0 ** draw(st.integers(-3, 6)), (2, 7, 3))
    steps *= random.random(steps.shape) > draw(st.sampled_from([0, 0.3, 0.9]))
    return np.asarray(draw(st.sampled_from([0.0, 1e3])) + np.cumsum(steps, axis=1))


def of_normal(mean: float, sd: float) -> Array:
    return np.asarray(norm.ppf(RANKS, mean, sd))[None, :, None]


@pytest.mark.parametrize("rank", [1e-4, 0.01, 0.025, 0.07, 0.5, 0.6, 0.9, 0.975, 0.999])
def test_of_a_normal_distribution_it_is_exact(rank: float) -> None:
    """Within, and in both tails."""
    values = of_normal(50, 8)

    assert at_rank(values, RANKS, rank)[0, 0] == pytest.approx(norm.ppf(rank, 50, 8))
    limit = np.array([norm.ppf(rank, 50, 8)])
    assert above(values, RANKS, limit)[0, 0] == pytest.approx(1 - rank, abs=1e-6)


@given(ladders())
def test_what_is_at_hand_is_given(values: Array) -> None:
    for at, rank in enumerate(RANKS):
        np.testing.assert_allclose(at_rank(values, RANKS, rank), values[:, at], rtol=1e-12)


@given(ladders(), st.lists(ranks, min_size=2, max_size=12).map(sorted))
def test_a_higher_rank_is_no_lower(values: Array, asked: list[float]) -> None:
    """Not by a rounding either."""
    found = np.stack([at_rank(values, RANKS, rank) for rank in asked])

    assert (np.diff(found, axis=0) >= 0).all()


@given(ladders(), st.lists(st.floats(0, 1e4), min_size=2, max_size=9).map(sorted))
def test_a_higher_limit_is_no_likelier(values: Array, limits: list[float]) -> None:
    found = np.stack([above(values, RANKS, np.full(2, limit)) for limit in limits])

    assert ((found >= 0) & (found <= 1)).all()
    assert (np.diff(found, axis=0) <= 1e-7).all()


@given(ladders(), ranks)
def test_one_is_the_inverse_of_the_other(values: Array, rank: float) -> None:
    """At a value that several quantiles share, all of them have reached it: then it is at least so likely."""
    wanted = at_rank(values, RANKS, rank)
    for k in range(values.shape[2]):
        found = above(values[:, :, k : k + 1], RANKS, wanted[:, k])[:, 0]
        assert (found >= 1 - rank - 1e-5).all()
        rising = (np.diff(values[:, :, k], axis=1) > 1e-3).all(axis=1)
        np.testing.assert_allclose(found[rising], 1 - rank, atol=1e-4)


def test_a_value_that_quantiles_share_is_reached_by_the_lowest_of_them() -> None:
    values = np.array([0.0, 0, 0, 5, 5, 5, 9])[None, :, None]

    assert above(values, RANKS, np.array([5.0]))[0, 0] == pytest.approx(0.5, abs=1e-6)
    assert above(values, RANKS, np.array([0.0]))[0, 0] == pytest.approx(1, abs=1e-6)


def test_where_all_days_are_alike_there_is_no_doubt() -> None:
    values = np.full((1, 7, 1), 5.0)

    assert above(values, RANKS, np.array([5.0 + 1e-9]))[0, 0] < 1e-9
    assert above(values, RANKS, np.array([5.0 - 1e-9]))[0, 0] > 1 - 1e-9


def test_each_row_has_its_own_limit() -> None:
    values = np.concatenate([of_normal(50, 8), of_normal(0, 1)])
    found = above(values, RANKS, np.array([58.0, -1.0]))[:, 0]

    expected = [1 - NormalDist().cdf(1), NormalDist().cdf(1)]
    np.testing.assert_allclose(found, expected, atol=1e-6)


def test_days_that_share_nothing_are_independent_and_days_that_share_all_are_one() -> None:
    score = np.full((1, 30), 2.0)
    once = 1 - normal_cdf(2.0)
    alone = reached(score, np.zeros((1, 30)))[0]
    np.testing.assert_allclose(alone, 1 - (1 - once) ** np.arange(1, 31), atol=1e-9)
    together = reached(score, np.ones((1, 30)))[0]
    assert once <= together[-1] + 1e-9 < 0.25 * alone[-1] + once
    assert (np.diff(together) >= 0).all()
    assert (together <= alone + 1e-9).all()


def test_shared_doubt_agrees_with_simulated_days() -> None:
    rng = np.random.default_rng(5)
    shared, own = rng.normal(size=(200_000, 1)), rng.normal(size=(200_000, 20))
    days = np.sqrt(0.6) * shared + np.sqrt(0.4) * own
    hit = (np.maximum.accumulate(days, axis=1) >= 1.5).mean(axis=0)
    found = reached(np.full((1, 20), 1.5), np.full((1, 20), 0.6))[0]
    np.testing.assert_allclose(found, hit, atol=5e-3)
