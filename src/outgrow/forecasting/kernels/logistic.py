"""Logistic regression with a prior and with coefficients that may not fall below zero."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

STEPS = 60
"""Newton's steps at the most; some ten are enough."""
SMALLEST_STEP = 1e-4
"""Share of Newton's step below which none is taken any more."""
SETTLED = 1e-9
"""Relative gain below which the search ends."""


@dataclass(frozen=True, slots=True, eq=False)
class Prior:
    """What is thought of the k coefficients before anything is seen.

    Attributes:
        mean: (k,)
        precision: (k,) one over the variance.
        bounded: bool (k,), which may not be negative.
    """

    mean: Array
    precision: Array
    bounded: NDArray[np.bool_]


def logit(probability: Array, least: float) -> Array:
    """Log odds of probabilities that are held at a distance of `least` from 0 and 1."""
    held = np.clip(probability, least, 1.0 - least)
    result: Array = np.log(held / (1.0 - held))
    return result


def logistic(score: Array) -> Array:
    """The probability of log odds, for odds of any size."""
    result: Array = 0.5 * (1.0 + np.tanh(0.5 * score))
    return result


def fit_logistic(features: Array, outcomes: Array, weights: Array, prior: Prior) -> Array:
    """The most likely coefficients under a normal prior, by damped Newton steps.

    A bounded coefficient that would fall below zero is held at zero, and the others are found again.

    Args:
        features: (n, k).
        outcomes: (n,) 0 or 1.
        weights: (n,) how much each outcome counts.

    Returns:
        (k,)
    """
    free = np.ones(len(prior.mean), dtype=np.bool_)
    while True:
        found = _Likelihood(features, outcomes, weights, prior).most_likely(free)
        below = free & prior.bounded & (found < 0)
        if not below.any():
            return found
        free &= ~below


@dataclass(frozen=True, slots=True, eq=False)
class _Likelihood:
    """How well coefficients agree with what is seen and with the prior."""

    features: Array
    outcomes: Array
    weights: Array
    prior: Prior

    def cost(self, at: Array) -> float:
        """Less the logarithm of the posterior, but for a constant."""
        score = self.features @ at
        misfit = float((self.weights * (np.logaddexp(0.0, score) - self.outcomes * score)).sum())
        return misfit + 0.5 * float((self.prior.precision * (at - self.prior.mean) ** 2).sum())

    def step(self, at: Array, free: NDArray[np.bool_]) -> Array:
        """Newton's step, of the free coefficients alone."""
        likely = logistic(self.features @ at)
        gradient = self.features.T @ (self.weights * (self.outcomes - likely))
        gradient -= self.prior.precision * (at - self.prior.mean)
        curvature = (self.features * (self.weights * likely * (1.0 - likely))[:, None]).T @ self.features
        curvature += np.diag(self.prior.precision)
        step = np.zeros_like(at)
        step[free] = np.linalg.solve(curvature[np.ix_(free, free)], gradient[free])
        return step

    def most_likely(self, free: NDArray[np.bool_]) -> Array:
        """The coefficients of the least cost, with those that are not free at zero."""
        at = np.where(free, self.prior.mean, 0.0)
        best = self.cost(at)
        for _ in range(STEPS):
            step, share = self.step(at, free), 1.0
            while (there := self.cost(at + share * step)) > best and share > SMALLEST_STEP:
                share /= 2.0
            if best - there <= SETTLED * (1.0 + abs(best)):
                break
            at, best = at + share * step, there
        return at
