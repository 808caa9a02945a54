"""Which of the simulated futures hold what only may come."""

import numpy as np
from numpy.typing import NDArray

from outgrow.domain.paths import Paths

TRIED = 64
"""Lattices of which the most even one is taken: members then lie about three times as evenly as by chance."""
CELLS = 16
"""Steps of either axis on which evenness is judged."""

Array = NDArray[np.float64]
Order = NDArray[np.int64]


def spread_evenly(paths: Paths, shares: Array, seed: int) -> list[Array]:
    """Share out several things over the futures: each on exactly its share of them, and evenly.

    None shall come with the high futures of a metric rather than the low ones, nor with another thing rather than
    without it. So the futures are gone through by a rank-1 lattice: the one, of some drawn by chance, whose
    discrepancy from all of these is least (Niederreiter, Random number generation and quasi-Monte Carlo methods,
    1992, chapter 5).

    Args:
        shares: (n,) of each, 0 to 1.
        seed: the same one gives the same futures the same things.

    Returns:
        Of each, (n_paths,), 1 where it is and 0 elsewhere.
    """
    n = paths.n_paths
    apart = [_order(metric) for metric in paths.values.mean(axis=2)]
    found = []
    for number, share in enumerate(shares.tolist()):
        if 0.0 < share < 1.0:
            random = np.random.default_rng([seed, number])
            drawn = [_order((shift + step * np.arange(n)) % 1.0) for step, shift in random.random((TRIED, 2))]
            place = min(drawn, key=lambda lattice: max(_discrepancy(lattice, other) for other in apart))
            apart.append(place)
        else:
            place = np.arange(n)
        found.append((place < round(share * n)).astype(np.float64))
    return found


def _order(values: Array) -> Order:
    """The place of each value among all, 0 for the smallest."""
    return values.argsort(kind="stable").argsort(kind="stable")


def _discrepancy(a: Order, b: Order) -> float:
    """How far the pairs are from filling the square evenly, at most over its lower left corners."""
    n = len(a)
    pairs = np.bincount(a * CELLS // n * CELLS + b * CELLS // n, minlength=CELLS**2).reshape(CELLS, CELLS)
    edges = np.arange(1, CELLS + 1) / CELLS
    return float(np.abs(pairs.cumsum(axis=0).cumsum(axis=1) / n - np.outer(edges, edges)).max())
