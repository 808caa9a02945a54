"""Logistic regression: it finds the most likely coefficients, and keeps to its bounds."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.optimize import minimize

from outgrow.forecasting.kernels.logistic import Prior, fit_logistic, logistic, logit

SIZES = st.integers(0, 60)


def made(seed: int, n: int, k: int = 3) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    features = rng.normal(0, 2, (n, k))
    outcomes = (rng.random(n) < logistic(features @ rng.normal(0, 1, k))).astype(np.float64)
    return features, outcomes, rng.uniform(0.1, 2, n)


def prior(*bounded: int, k: int = 3, precision: float = 2.0) -> Prior:
    return Prior(np.linspace(0.5, 1.0, k), np.full(k, precision), np.isin(np.arange(k), bounded))


@given(st.integers(0, 1000), SIZES, st.sets(st.integers(0, 2)))
def test_the_coefficients_are_the_most_likely_within_their_bounds(seed: int, n: int, bounded: set[int]) -> None:
    features, outcomes, weights = made(seed, n)
    thought = prior(*bounded)

    def cost(at: np.ndarray) -> float:
        score = features @ at
        misfit = (weights * (np.logaddexp(0, score) - outcomes * score)).sum()
        return float(misfit + 0.5 * (thought.precision * (at - thought.mean) ** 2).sum())

    found = fit_logistic(features, outcomes, weights, thought)
    best = minimize(cost, thought.mean, bounds=[(0 if i in bounded else None, None) for i in range(3)], tol=1e-10)
    assert (found[sorted(bounded)] >= 0).all()
    assert cost(found) == pytest.approx(best.fun, rel=1e-3, abs=1e-4)


def test_without_outcomes_the_prior_stands() -> None:
    features, outcomes, weights = made(1, 0)
    assert fit_logistic(features, outcomes, weights, prior()).tolist() == [0.5, 0.75, 1.0]


def test_outcomes_that_a_line_parts_perfectly_have_finite_coefficients() -> None:
    features = np.linspace(-1, 1, 40)[:, None]
    outcomes = (features[:, 0] > 0).astype(np.float64)
    found = fit_logistic(features, outcomes, np.ones(40), prior(k=1, precision=0.1))
    assert 3 < found[0] < 30


def test_weights_count_as_repetition() -> None:
    features, outcomes, _ = made(4, 30)
    once = fit_logistic(features, outcomes, np.full(30, 3.0), prior())
    thrice = fit_logistic(np.tile(features, (3, 1)), np.tile(outcomes, 3), np.ones(90), prior())
    assert once == pytest.approx(thrice, abs=1e-6)


@given(st.floats(0, 1), st.sampled_from([1e-6, 1e-3, 0.1]))
def test_log_odds_and_back(probability: float, least: float) -> None:
    assert logistic(logit(np.array([probability]), least))[0] == pytest.approx(np.clip(probability, least, 1 - least))


def test_odds_of_any_size_are_a_probability() -> None:
    assert logistic(np.array([-1e6, 0.0, 1e6])).tolist() == [0.0, 0.5, 1.0]
