"""The chance that any of several tries reaches a limit, where the tries share a level that wanders between them.

Each month is a try at the same limit. What it adds by its own chance knows nothing of other months; the level is much
the same from one month to the next, and the doubt of it grows. So the level is drawn as a course over the months, and
the chance that no month is there averaged over courses. The courses are the same few for all series: a Latin hypercube
(M. D. McKay, R. J. Beckman and W. J. Conover, A comparison of three methods for selecting values of input variables,
1979), each course with its mirror image.
"""

from statistics import NormalDist

import numpy as np
from numpy.typing import NDArray

from outgrow.forecasting.kernels.normal import Array, normal_cdf

COURSES, STAYING_COURSES = 64, 16
"""Courses of a level that wanders, and of one that hardly does: less hangs on these."""
SEED, STAYING_SEED = 8, 33
"""Of the draws. Of dozens they came nearest to the chances of thousands of courses: within .02 and .006."""
MONTHS = 128
"""Steps of each course: months of the longest horizon."""
KEPT, MONTH_DAYS = 0.95, 30.0
"""So much of what a level is off is still there so many days later: what is high for a month is not so for good."""
SURELY_NOT = 6.5
"""So many standard deviations away no try is looked at."""
NOTHING = 1e-300
"""A division by it does no harm."""
BLOCK = 64
"""Rows at a time: all courses of them are in memory."""


def courses(number: int, seed: int) -> Array:
    """Steps of standard normal courses, (number, MONTHS); in each step every stratum is there once."""
    random = np.random.RandomState(seed)
    half = number // 2
    upper = np.array([NormalDist().inv_cdf((half + part + 0.5) / number) for part in range(half)])
    steps = [upper[random.permutation(half)] * np.where(random.permutation(half) % 2, 1.0, -1.0) for _ in range(MONTHS)]
    drawn = np.stack(steps, axis=1)
    return np.concatenate([drawn, -drawn])


WANDERING, STAYING = courses(COURSES, SEED), courses(STAYING_COURSES, STAYING_SEED)


def any_reached(away: Array, own: Array, lasting: Array, restart: NDArray[np.bool_], steps: Array = WANDERING) -> Array:
    """P(this try or one before it reaches the limit), (n, horizon), were each to end on that day.

    Args:
        away: (n, horizon) how far the limit is from the middle on each day.
        own: (n, horizon) standard deviation of the try's own chance, above zero.
        lasting: (n, horizon) of the level that the tries share. Where it shrinks, the course shrinks with it.
        restart: (horizon,) True on the days on which a new try begins.
        steps: of the courses, see `courses`.
    """
    blocks = [slice(at, at + BLOCK) for at in range(0, max(1, len(away)), BLOCK)]
    return np.concatenate([_any_reached(away[rows], own[rows], lasting[rows], restart, steps) for rows in blocks])


def _any_reached(away: Array, own: Array, lasting: Array, restart: NDArray[np.bool_], steps: Array) -> Array:
    n, horizon = away.shape
    count = len(steps)
    begins = [0, *(at for at in np.flatnonzero(restart).tolist() if at > 0)]
    missed, level, before = np.ones((count, n)), np.zeros((count, n)), np.zeros(n)
    result, last = np.empty_like(away), 0
    for month, (at, end) in enumerate(zip(begins, [*begins[1:], horizon], strict=True)):
        span, step = slice(at, end), steps[:, month % MONTHS, None]
        same = np.minimum(lasting[:, span], before[:, None]) * KEPT ** ((at - last) / MONTH_DAYS)
        kept = same / np.maximum(before, NOTHING)[:, None]
        fresh = np.sqrt(np.maximum(lasting[:, span] ** 2 - same**2, 0.0))
        highest = level.max(axis=0)[:, None] * kept + step.max() * fresh
        chance = 1.0 - _mean(missed)
        # What is sure already is so on every day from now on.
        some = (away[:, span] - highest < SURELY_NOT * own[:, span]) & (chance < 1.0)[:, None]
        row, day = np.nonzero(some)
        now = level[:, row] * kept[row, day] + step * fresh[row, day]
        not_yet = missed[:, row] * normal_cdf((away[:, span][row, day] - now) / own[:, span][row, day])
        result[:, span] = chance[:, None]
        result[:, span][row, day] = 1.0 - _mean(not_yet)
        ends = day == end - at - 1
        missed[:, row[ends]] = not_yet[:, ends]
        level = level * kept[:, -1] + step * fresh[:, -1]
        before, last = lasting[:, end - 1], at
    return result


def _mean(of_courses: Array) -> Array:
    """Mean over the courses (n_courses, ...), one added after the other: its order must not hang on the rows."""
    mean: Array = np.add.accumulate(of_courses, axis=0)[-1] / len(of_courses)
    return mean
