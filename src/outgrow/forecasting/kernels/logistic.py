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

    Bounds are kept by a primal active set (Nocedal and Wright, Numerical Optimization, 2006, chapter 16): on the way to
    the best of the free coefficients the first that comes to zero is held there, and one that is held is let go where
    that makes the outcomes likelier.

    Args:
        features: (n, k).
        outcomes: (n,) 0 or 1.
        weights: (n,) how much each outcome counts.

    Returns:
        (k,)
    """
    likelihood = _Likelihood(features, outcomes, weights, prior)
    at = np.where(prior.bounded, np.maximum(prior.mean, 0.0), prior.mean)
    free = np.ones(len(at), dtype=np.bool_)
    while True:
        target = likelihood.most_likely(at, free)
        below = free & prior.bounded & (target < 0)
        if below.any():
            shares = np.where(below, at / np.where(below, at - target, 1.0), np.inf)
            at = np.where(shares == shares.min(), 0.0, at + shares.min() * (target - at))
            free &= shares > shares.min()
            continue
        gain = np.where(free, 0.0, likelihood.gradient(target))
        if gain.max() <= SETTLED * (1.0 + weights.sum()):
            return target
        at, free[int(gain.argmax())] = target, True


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

    def gradient(self, at: Array) -> Array:
        """By how much the logarithm of the posterior grows with each coefficient."""
        missed = self.outcomes - logistic(self.features @ at)
        slope: Array = self.features.T @ (self.weights * missed) - self.prior.precision * (at - self.prior.mean)
        return slope

    def step(self, at: Array, free: NDArray[np.bool_]) -> Array:
        """Newton's step, of the free coefficients alone."""
        likely = logistic(self.features @ at)
        curvature = (self.features * (self.weights * likely * (1.0 - likely))[:, None]).T @ self.features
        curvature += np.diag(self.prior.precision)
        step = np.zeros_like(at)
        step[free] = np.linalg.solve(curvature[np.ix_(free, free)], self.gradient(at)[free])
        return step

    def most_likely(self, at: Array, free: NDArray[np.bool_]) -> Array:
        """The coefficients of the least cost, from these on; those that are not free stay."""
        best = self.cost(at)
        for _ in range(STEPS):
            step, share = self.step(at, free), 1.0
            while (there := self.cost(at + share * step)) > best and share > SMALLEST_STEP:
                share /= 2.0
            if best - there <= SETTLED * (1.0 + abs(best)):
                break
            at, best = at + share * step, there
        return at
