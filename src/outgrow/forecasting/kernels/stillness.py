"""Whether a flow stays: how likely its level stood still all along, where it stood, and how weeks vary around it.

Weeks are held against a local level model, a random walk of the level with white noise, with several ratios of the
walk's variance to the noise's: A. C. Harvey, Forecasting, structural time series models and the Kalman filter, 1989.
The share of the likelihood that goes to those that hardly walk is how far the flow is believed to stay.
"""

from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray

from outgrow.forecasting.kernels.normal import Array
from outgrow.forecasting.kernels.series import mean_of_known

WEEK, WEEKS = 7, 57
"""Days of a week, and the newest weeks that are looked at."""
KNOWN_DAYS, KNOWN_WEEKS = 4, 13
"""Known days that a week needs, and weeks that it takes to say anything."""
STAYING = (0.0, 0.002)
"""Ratios of variances, of a week's step of the level to a week's noise, at which a flow stays."""
WALKING = (0.01, 0.05, 0.25, 1.0)
"""Those at which it does not."""
PRIOR = 0.3
"""How many flows are thought to stay before anything is seen of them."""
STEP = 0.001
"""The ratio by which the level of one that stays is let go in the time to come."""
QUIET_SHARE = 0.05
"""Share of a mean day that is added before a logarithm: a week of nothing is finite."""
LEAST, WIDE, NOTHING = 1e-12, 1e6, 1e-300
"""Variance of what is exactly still, of a level that nothing is known of, and what may be divided by."""


@dataclass(frozen=True, slots=True, eq=False)
class Stillness:
    """Per row.

    Attributes:
        share: (n,) how likely it stays, 0 to 1; 0 for a row with too short a past.
        level: (n,) its mean day.
        noise: (n,) relative standard deviation of a week's mean around it.
        weeks: (n,) how many are known.
    """

    share: Array
    level: Array
    noise: Array
    weeks: Array

    def pick(self, rows: NDArray[np.int64]) -> Self:
        """Some of the rows, in any order, each as often as it is named."""
        return type(self)(self.share[rows], self.level[rows], self.noise[rows], self.weeks[rows])

    def own(self, days: Array) -> Array:
        """Relative standard deviation of sums of so many days (n_days,) by their own chance, (n, n_days)."""
        result: Array = self.noise[:, None] * np.sqrt(WEEK / days)
        return result

    def lasting(self, horizon: int) -> Array:
        """Relative standard deviation of the level on each day ahead, (n, horizon)."""
        ahead = np.arange(1.0, horizon + 1) / WEEK
        result: Array = self.noise[:, None] * np.sqrt(1.0 / np.maximum(self.weeks, 1.0)[:, None] + STEP * ahead)
        return result


def stillness(values: Array) -> Stillness:
    """Look at daily amounts (n, t) without weekdays, newest last, NaN where unknown."""
    weeks = _weeks(values)
    known = ~np.isnan(weeks)
    total, count = np.zeros(len(values)), np.zeros(len(values))
    for week, there in zip(weeks, known, strict=True):
        total, count = total + np.where(there, week, 0.0), count + there
    level = total / np.maximum(count, 1.0)
    quiet = QUIET_SHARE * level
    share, noise = _staying(np.log((weeks + quiet + NOTHING) / (level + quiet + NOTHING)), count)
    return Stillness(np.where((count >= KNOWN_WEEKS) & (level > 0), share, 0.0), level, noise, count)


def _weeks(values: Array) -> Array:
    """The mean day of each of the newest weeks, (WEEKS, n), oldest first; NaN where too few days are known."""
    # So many days whatever the width of the batch: a row's answer must not hang on how long others are.
    held = np.full((len(values), WEEK * WEEKS), np.nan)
    kept = min(WEEK * WEEKS, values.shape[1])
    held[:, WEEK * WEEKS - kept :] = values[:, values.shape[1] - kept :]
    parts = held.reshape(-1, WEEK)
    enough = (~np.isnan(parts)).sum(axis=1) >= KNOWN_DAYS
    weeks: Array = np.where(enough, mean_of_known(parts), np.nan).reshape(len(values), WEEKS).T
    return weeks


def _staying(weeks: Array, count: Array) -> tuple[Array, Array]:
    """Share of the likelihood that goes to `STAYING`, (n,), and the noise there, from logarithms (WEEKS, n)."""
    ratios = np.array([*STAYING, *WALKING])[:, None]
    prior = np.repeat([PRIOR / len(STAYING), (1.0 - PRIOR) / len(WALKING)], [len(STAYING), len(WALKING)])
    level = np.zeros((len(ratios), weeks.shape[1]))
    doubt, spread, squares = np.full_like(level, WIDE), np.zeros_like(level), np.zeros_like(level)
    seen = np.zeros(weeks.shape[1], dtype=np.bool_)
    for week in weeks:
        there = ~np.isnan(week)
        missed = np.where(there, week, 0.0) - level
        doubt = doubt + ratios
        variance = doubt + 1.0
        # The first week tells where the level is, and nothing of how it walks.
        spread = spread + np.where(there & seen, np.log(variance), 0.0)
        squares = squares + np.where(there & seen, missed * missed / variance, 0.0)
        level = level + np.where(there, doubt / variance, 0.0) * missed
        doubt = np.where(there, doubt / variance, doubt)
        seen |= there
    freedom = np.maximum(count - 1.0, 1.0)
    likelihood = -0.5 * (spread + freedom * np.log(squares + LEAST))
    weight = prior[:, None] * np.exp(likelihood - likelihood.max(axis=0))
    each = list(weight)
    share: Array = sum(each[1 : len(STAYING)], each[0]) / sum(each[1:], each[0])
    return share, np.sqrt(squares[0] / freedom)
