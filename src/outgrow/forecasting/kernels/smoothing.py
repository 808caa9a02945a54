"""Where a flow stands now by simple exponential smoothing, and how far such levels were off in its own past.

R. G. Brown, Statistical forecasting for inventory control, 1959. The memory is the one that has served the flow best;
how large the errors were needs no assumption on what the flow is like.
"""

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from outgrow.forecasting.kernels.normal import Array
from outgrow.forecasting.kernels.series import mean_of_known

MEMORIES = (1, 2, 4, 8, 16, 32, 64)
"""Days after which a day counts half as much, to choose from."""
SPANS = (2, 7, 14, 28)
"""Days whose mean a level is held against in the past."""
JUDGED = 14
"""The span by which the memory is chosen."""
LANES, BLOCK = 16, 128
"""Rows at a time, and what a block is filled up to: sums over a single row would be made in another order."""
EVERY = 4
"""Days from one judgement to the next: they overlap, more of them say hardly more."""
BEFORE, OUTCOMES = 28, 7
"""Known days before a level is worth a judgement, and the fewest judgements that are believed."""
MOST_KNOWN = 2
"""A span counts with at least one day in so many known."""
QUIET_SHARE = 0.05
"""Share of a mean day that is added before a logarithm: a fortnight of nothing is finite."""
MOST_GROWTH = 0.3
"""Largest size of the growth, as a logarithm, that smoothing is taken to have missed."""


@dataclass(frozen=True, slots=True, eq=False)
class Smoothed:
    """Per row; all NaN for a row with too short a past.

    Attributes:
        level: (n,) a mean day of the time to come, if nothing changes.
        doubt: (n, 4) root mean square of the logarithms of (mean of so many days, `SPANS`) / (level before).
    """

    level: Array
    doubt: Array


def smoothed(values: Array) -> Smoothed:
    """Smooth daily amounts (n, t) without weekdays, newest last, NaN where unknown; each row by itself."""
    n = len(values)
    filled = np.full((-(-n // LANES) * LANES, values.shape[1]), np.nan)
    filled[:n] = values
    parts = [_smoothed(filled[at : at + BLOCK]) for at in range(0, max(1, n), BLOCK)]
    return Smoothed(*(np.concatenate([getattr(part, name) for part in parts])[:n] for name in Smoothed.__slots__))


def _smoothed(values: Array) -> Smoothed:
    days = np.ascontiguousarray(values.T)
    known = ~np.isnan(days)
    amounts = np.where(known, days, 0.0)
    past = _Past(np.cumsum(amounts, axis=0), np.cumsum(known, axis=0), QUIET_SHARE * mean_of_known(values))
    levels = _levels(amounts, known)
    errors = past.errors(levels, JUDGED)
    best = np.argmin(_mean(errors**2)[0], axis=0)
    rows = np.arange(len(values))
    missed, outcomes = _mean(errors[:, best, rows])
    level = levels[:, best, rows]
    doubt = [np.sqrt(_mean(past.errors(level, span) ** 2)[0]) for span in SPANS]
    # Smoothing lags behind what grows. Half of it is made up for: growth fades.
    now = level[-1] * np.exp(0.5 * np.clip(missed, -MOST_GROWTH, MOST_GROWTH))
    told = outcomes >= OUTCOMES
    return Smoothed(np.where(told, now, np.nan), np.where(told[:, None], np.stack(doubt, axis=1), np.nan))


def _levels(amounts: Array, known: NDArray[np.bool_]) -> Array:
    """The level at the end of each day, by each memory, (t, n_memories, n), from amounts (t, n)."""
    keep = 0.5 ** (1.0 / np.array(MEMORIES))[:, None]
    # Of each day what it brings, and what of all before it is kept: amounts, and beside them how much is known.
    held = (1.0 - keep) * np.concatenate([amounts, known.astype(np.float64)], axis=1)[:, None, :]
    kept = np.empty_like(held[0])
    for before, now in pairwise(held):
        np.multiply(keep, before, out=kept)
        np.add(now, kept, out=now)
    level, weight = np.split(held, 2, axis=2)
    result: Array = level / np.maximum(weight, 1e-300)
    return result


@dataclass(frozen=True, slots=True, eq=False)
class _Past:
    """What levels are judged by: amounts and known days up to each day, (t, n), and a quiet day, (n,)."""

    total: Array
    count: NDArray[np.int64]
    quiet: Array

    def errors(self, levels: Array, span: int) -> Array:
        """Logarithms of (mean of the days ahead) / (level), (n_origins, ..., n); NaN where too little is known.

        Args:
            levels: at the end of each day, (t, ..., n).
        """
        newest = len(levels) - span - 1
        origins = np.arange(newest % EVERY, newest + 1, EVERY)
        between = self.count[origins + span] - self.count[origins]
        told = (self.count[origins] >= BEFORE) & (MOST_KNOWN * between >= span) & (self.quiet > 0)
        mean = (self.total[origins + span] - self.total[origins]) / np.maximum(between, 1)
        shape = (len(origins), *(1,) * (levels.ndim - 2), levels.shape[-1])
        ahead = np.where(told, np.maximum(mean, 0.0) + self.quiet, np.nan).reshape(shape)
        return np.log(ahead / np.where(self.quiet > 0, levels[origins] + self.quiet, 1.0))


def _mean(values: Array) -> tuple[Array, NDArray[np.int64]]:
    """Mean of what is known along the first axis, 0 where nothing is, and of how many."""
    known = ~np.isnan(values)
    count = known.sum(axis=0)
    return np.where(known, values, 0.0).sum(axis=0) / np.maximum(count, 1), count
