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
        place = np.arange(n)
        if 0.0 < share < 1.0:
            random = np.random.default_rng([seed, number])
            step, shift = random.random((TRIED, 2)).T[:, :, None]
            drawn = np.stack([_order(points) for points in (shift + step * place) % 1.0])
            place = drawn[np.max([_discrepancies(drawn, other) for other in apart], axis=0).argmin()]
            apart.append(place)
        found.append((place < round(share * n)).astype(np.float64))
    return found


def _order(values: Array) -> Order:
    """The place of each value among all, 0 for the smallest."""
    place = np.empty(len(values), dtype=np.int64)
    place[values.argsort(kind="stable")] = np.arange(len(values))
    return place


def _discrepancies(lattices: Order, b: Order) -> Array:
    """How far each lattice's (n_lattices, n) pairs with other places (n,) are from filling the square evenly.

    That is the largest distance over the square's lower left corners, (n_lattices,).
    """
    tried, n = lattices.shape
    cell = (np.arange(tried)[:, None] * CELLS + lattices * CELLS // n) * CELLS + b * CELLS // n
    pairs = np.bincount(cell.ravel(), minlength=tried * CELLS**2).reshape(tried, CELLS, CELLS)
    edges = np.arange(1, CELLS + 1) / CELLS
    away: Array = np.abs(pairs.cumsum(axis=1).cumsum(axis=2) / n - np.outer(edges, edges)).max(axis=(1, 2))
    return away
