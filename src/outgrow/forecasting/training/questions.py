"""What the future answers: whether a limit was crossed by a day, and what the value of a day was."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from outgrow.forecasting.kernels.features import Features
from outgrow.forecasting.kernels.normal import Array
from outgrow.forecasting.training.windows import FUTURE

Single = NDArray[np.float32]

FACTORS = (1.02, 1.05, 1.1, 1.25, 1.5, 2.0)
"""Limits as multiples of the newest value, three quarters of them; the others lie at free gaps."""
FREE_GAPS = (0.5, 300.0)
"""Smallest and largest free gap, in scales."""
DAYS = (7, 14, 30, 60, 90, 180, 365)
"""Days asked for in six of ten questions; any other day in the rest."""
HELD = 1e5
"""Gaps and changes, in scales, are held within this bound."""


class Questions(NamedTuple):
    """About each of n windows, k questions, (k, n) each: gap or change in scales, day, answer, and whether known."""

    amount: Single
    day: Single
    answer: Single
    known: Single


def crossing_questions(f: Features, future: Array, rng: np.random.Generator, each: int) -> Questions:
    """Whether limits above the newest value were reached by certain days; not known where a gap may hide it."""
    n = len(future)
    seen = ~np.isnan(future)
    ahead = np.arange(1, FUTURE + 1)
    last = np.where(seen, ahead, 0).max(axis=1)
    highest = np.maximum.accumulate(np.where(seen, future, -np.inf), axis=1)
    gaps, days, answers, known = (np.zeros((each, n), np.float32) for _ in range(4))
    for k in range(each):
        limit = np.ceil(f.current * rng.choice(FACTORS, n))
        free = f.current + f.scale * np.exp(rng.uniform(np.log(FREE_GAPS[0]), np.log(FREE_GAPS[1]), n))
        use = (rng.random(n) < 0.75) & (limit > f.current) & (f.current > 0)  # noqa: PLR2004
        limit = np.where(use, limit, free)
        any_day = np.round(np.exp(rng.uniform(0, np.log(FUTURE), n)))
        day = np.where(rng.random(n) < 0.6, rng.choice(DAYS, n), any_day)  # noqa: PLR2004
        reached = highest >= limit[:, None]
        first = np.where(reached.any(axis=1), reached.argmax(axis=1) + 1, FUTURE + 1)
        last_below = np.where(seen & (ahead < first[:, None]), ahead, 0).max(axis=1)
        crossed = first <= day
        gaps[k] = np.clip((limit - f.current) / f.scale, 0, HELD)
        days[k], answers[k] = day, crossed
        known[k] = (last >= day) & ~((last_below + 1 <= day) & ~crossed)
    return Questions(gaps, days, answers, known)


def value_questions(f: Features, future: Array, rng: np.random.Generator, each: int) -> Questions:
    """How far the value of certain days lay from the newest one, in scales; `amount` repeats the answer."""
    n = len(future)
    day = np.round(np.exp(rng.uniform(0, np.log(FUTURE), (each, n)))).astype(np.int64)
    value = future[np.arange(n), day - 1]
    known = ~np.isnan(value)
    change = np.clip(np.where(known, (value - f.current) / f.scale, 0.0), -HELD, HELD).astype(np.float32)
    return Questions(change, day.astype(np.float32), change, known.astype(np.float32))
