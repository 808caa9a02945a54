"""Quantiles between and beyond those that are at hand."""

from bisect import bisect_right
from statistics import NormalDist

import numpy as np

from outgrow.forecasting.kernels.normal import Array, normal_cdf

N_NODES, MOST_COMMON = 15, 0.95
"""Nodes of the quadrature over what days share, and the largest share: between them lies no visible step."""
FARTHEST = 12.0
"""Normal scores beyond this are as good as certain."""


def at_rank(values: Array, ranks: tuple[float, ...], rank: float) -> Array:
    """Quantile `rank` from values (n, n_ranks, k) at `ranks`, linear in the normal score, (n, k)."""
    scores = [NormalDist().inv_cdf(r) for r in ranks]
    score = NormalDist().inv_cdf(rank)
    low = min(max(bisect_right(scores, score) - 1, 0), len(scores) - 2)
    share = (score - scores[low]) / (scores[low + 1] - scores[low])
    left, right = values[:, low], values[:, low + 1]
    result: Array = left + share * (right - left)
    # Rounding must not carry a quantile past its neighbour.
    return np.minimum(result, right) if share <= 1.0 else np.maximum(result, right)


def score_of(values: Array, ranks: tuple[float, ...], limit: Array) -> Array:
    """Normal score of its row's limit (n,) among quantiles (n, n_ranks, k), the inverse of `at_rank`; (n, k)."""
    scores = [NormalDist().inv_cdf(r) for r in ranks]
    target = limit[:, None]
    z = np.zeros((len(values), values.shape[2]))
    for low in range(len(ranks) - 1):
        start, width = values[:, low], values[:, low + 1] - values[:, low]
        past = target - start
        share = np.where(width > 0, past / np.where(width > 0, width, 1.0), np.where(past > 0, FARTHEST, -FARTHEST))
        piece = scores[low] + share * (scores[low + 1] - scores[low])
        # A limit at a value that several quantiles share is reached by all of them: the lowest counts.
        z = piece if low == 0 else np.where(past > 0, piece, z)
    result: Array = np.clip(z, -FARTHEST, FARTHEST)
    return result


def reached(score: Array, common: Array) -> Array:
    """P(some day up to each has come to or above the limit), (n, k), where days share a part of their doubt.

    A day's normal score is sqrt(c) times what all days share plus sqrt(1 - c) times its own chance; what is shared is
    averaged out by Gauss-Hermite quadrature.

    Args:
        score: (n, k) normal score of the limit on each day.
        common: (n, k) share of a day's variance that is shared with the other days, 0 to 1.
    """
    held = np.minimum(common, MOST_COMMON)
    own = np.sqrt(1.0 - held)
    lever = np.sqrt(held)
    nodes, weights = np.polynomial.hermite_e.hermegauss(N_NODES)
    never = np.zeros_like(score)
    for node, weight in zip(nodes, weights / weights.sum(), strict=True):
        never += weight * np.cumprod(normal_cdf((score - lever * node) / own), axis=1)
    # The nodes are few: no day may be above the limit likelier than that it was reached.
    return np.maximum(1.0 - never, np.maximum.accumulate(1.0 - normal_cdf(score), axis=1))
