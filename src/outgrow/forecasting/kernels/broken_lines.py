"""Straight lines through weeks that may have begun anew once, each with the chance that its evidence gives it.

Weeks are rows and flows are columns, so that sums over weeks are made in one order however many flows there are.
"""

from typing import NamedTuple

import numpy as np

from outgrow.forecasting.kernels.normal import Array

AGO = np.array((3, 4, 5, 6, 7, 8, 10, 12, 14, 17, 21, 26, 32, 40))
"""A line may have begun so many weeks ago."""
NEXT = np.append(AGO[1:], 46)
"""What is older than so many weeks was before. The weeks between are of neither: a line begins on any day."""
BEFORE = 4
"""Known weeks that it takes before."""
CALMEST = 0.004
"""Least scatter of a week, as a logarithm."""
USUAL_SLOPE = 0.005
"""Size of a usual slope, as a logarithm a week."""
ANEW = 0.12
"""How likely it is that a line has begun anew within the year, before anything is known."""
COUNT, VALUE = 0, 4
"""Where the number of weeks and the sum of their values stand among the sums."""


class Averaged(NamedTuple):
    """The lines' mean (2, n) and variance (3, n) in powers of the place, their evidence, and scatter (n,) squared.

    `begun` is the chance that a line has begun within so many weeks, (n_ago, n), by `AGO`.
    """

    mean: Array
    variance: Array
    evidence: Array
    scatter: Array
    begun: Array


class Fit(NamedTuple):
    """Mean place and value, weight, width of the places, slope; and what is left of the squares without and with it."""

    x: Array
    y: Array
    weight: Array
    width: Array
    slope: Array
    flat: Array
    line: Array


def sums_until(values: Array, weight: Array, even: Array) -> Array:
    """Sums over the newest 0, 1, 2 ... weeks, (7, weeks + 1, n): count, weight, then moments of place and value."""
    x = np.arange(1.0 - len(values), 1.0)[:, None]
    wx, wy = weight * x, weight * values
    parts = np.stack((even, weight, wx, wx * x, wy, wy * x, wy * values))
    result = np.zeros((len(parts), len(values) + 1, values.shape[1]))
    # A loop over weeks is faster than `cumsum`, which goes through columns one by one.
    for back in range(len(values)):
        np.add(result[:, back], parts[:, -1 - back], out=result[:, back + 1])
    return result


def fit(sums: Array) -> Fit:
    """Level and straight line by least squares from sums (7, ...)."""
    count, w, wx, wxx, wy, wxy, wyy = sums
    weight = np.where(w > 0, w, 1.0)
    x, y = wx / weight, wy / weight
    width = wxx - wx * x
    both = wxy - wx * y
    sloped = (count >= AGO[0]) & (width > 0)
    width = np.where(sloped, width, 1.0)
    slope = np.where(sloped, both / width, 0.0)
    flat = np.maximum(wyy - wy * y, 0.0)
    return Fit(x, y, weight, width, slope, flat, np.maximum(flat - slope * both, 0.0))


def split(sums: Array, ago: int) -> tuple[Array, Array, Array, np.ndarray]:
    """Sums of all weeks known so many weeks ago, since each of `AGO` and before it, and where that is possible."""
    some = AGO + ago + BEFORE < sums.shape[1]
    at, before = AGO[some] + ago, np.minimum(NEXT[some] + ago, sums.shape[1] - 1)
    whole = sums[:, -1:] - sums[:, ago : ago + 1]
    late = sums[:, at] - sums[:, ago : ago + 1]
    early = sums[:, -1:] - sums[:, before]
    return whole, late, early, (late[COUNT] >= AGO[0]) & (early[COUNT] >= BEFORE)


def averaged(sums: Array, ago: int, alone: Array) -> Averaged:
    """All lines at an origin, each with its chance."""
    whole, late, early, can = split(sums, ago)
    through, after, before = fit(whole), fit(late), fit(early)
    n_late = late.shape[1]
    # Level and line through all weeks, then level and line since each week with a line before it.
    fits = [np.concatenate(pair) for pair in zip(through, through, after, after, strict=True)]
    x, y, weight, width, slope, _, _ = fits
    sloped = np.repeat([0.0, 1.0, 0.0, 1.0], [1, 1, n_late, n_late])[:, None]
    params = np.repeat([1.0, 2.0, 3.0, 4.0], [1, 1, n_late, n_late])[:, None]
    left = np.concatenate((through.flat, through.line, before.line + after.flat, before.line + after.line))
    both = late[COUNT] + early[COUNT]
    count = np.maximum(np.concatenate((whole[COUNT], whole[COUNT], both, both)), 1.0)
    worth = np.maximum(alone * np.maximum(whole[COUNT], 1.0), 1.0)
    anew = np.where(can, np.log(ANEW / np.maximum(can.sum(axis=0), 1)), -np.inf)
    prior = np.concatenate((np.full((2, len(alone)), np.log(1.0 - ANEW)), anew, anew))
    evidence = prior - 0.5 * (worth * np.log(left / count + CALMEST**2) + params * np.log(worth))
    top = evidence.max(axis=0)
    chance = np.exp(evidence - top)
    total = chance.sum(axis=0)
    chance /= total
    noise = left / np.maximum(count - params, 1.0) + CALMEST**2
    middle_doubt = noise / alone / weight
    slope_doubt = noise / alone / width
    # A slope of a few weeks says little: it is drawn towards none, as far as it may be a chance.
    drawn = sloped * USUAL_SLOPE**2 / (USUAL_SLOPE**2 + slope_doubt)
    slope, slope_doubt = drawn * slope, drawn * slope_doubt
    start = y - slope * x
    mean = np.stack(((chance * start).sum(axis=0), (chance * slope).sum(axis=0)))
    around = start - mean[0], slope - mean[1]
    variance = (
        around[0] ** 2 + middle_doubt + slope_doubt * x**2,
        2.0 * (around[0] * around[1] - slope_doubt * x),
        around[1] ** 2 + slope_doubt,
    )
    spread = np.stack([(chance * part).sum(axis=0) for part in variance])
    begun = np.cumsum(chance[2 : 2 + n_late] + chance[2 + n_late :], axis=0)
    return Averaged(mean, spread, np.log(total) + top, (chance * noise).sum(axis=0), begun)
