"""How good forecasts were: statistics of what was said and what came. NaN is "not known" and never counts.

Nothing here knows of metrics or models; arrays in, arrays out.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from outgrow.forecasting.kernels.normal import Array
from outgrow.forecasting.kernels.series import bridge_gaps, mean_of_known

LEAST_SCALE = 1e-3
"""Smallest scale of a series, as a share of its mean level: one that hardly moves is not judged by its last decimal."""
BINS = 10
"""Bins of equal width that probabilities are sorted into."""


def mean_or_none(values: Array) -> float | None:
    """The mean of what is known; None where nothing is."""
    known = values[~np.isnan(values)]
    return float(known.mean()) if known.size else None


def absolute_error(actual: Array, point: Array) -> Array:
    """|what came - what was said|, in the unit of both; arrays of one shape."""
    result: Array = np.abs(actual - point)
    return result


def pinball_loss(actual: Array, quantiles: Array, levels: tuple[float, ...]) -> Array:
    """What a quantile costs: its level for each unit that it is too low, one minus its level for each too high.

    R. Koenker and G. Bassett, Regression quantiles, Econometrica 46 (1978). Half the absolute error at the median.

    Args:
        actual: (n, days).
        quantiles: (n, n_levels, days).

    Returns:
        (n, n_levels, days), zero or more.
    """
    level = np.array(levels)[None, :, None]
    over = actual[:, None, :] - quantiles
    result: Array = np.maximum(level * over, (level - 1) * over)
    return result


def daily_scale(history: Array) -> Array:
    """The mean absolute daily change of each row (n, t), at least a thousandth of its mean level; (n,).

    Errors in this unit compare across series (R. J. Hyndman and A. B. Koehler, Another look at measures of forecast
    accuracy, 2006). NaN for a row of zeros, which has no scale.
    """
    change = mean_of_known(np.abs(np.diff(bridge_gaps(history), axis=1)))
    scale = np.maximum(change, LEAST_SCALE * mean_of_known(np.abs(history)))
    return np.where(scale > 0, scale, np.nan)


def covered(actual: Array, low: Array, high: Array) -> Array:
    """1.0 where what came lies within the interval, its ends included, else 0.0; NaN where it is not known."""
    inside = (actual >= low) & (actual <= high)
    return np.where(np.isnan(actual), np.nan, inside.astype(np.float64))


def crossed_by(path: Array, thresholds: Array, reach: Array, days: tuple[int, ...]) -> Array:
    """Whether a path was at or above its threshold by a day; NaN where that cannot be told.

    A day after the last known one cannot be told, even where the path had crossed before: what is left out must not
    depend on what came. Nor can a day after a gap that may hide a crossing, unless the crossing is seen too. A gap
    hides one where a neighbour of it, moving by `reach` a day, could have got there.

    Args:
        path: (n, 1 + horizon): the known value from which is forecast, then what came.
        thresholds: (n,); NaN where nothing is asked.
        reach: (n,) how far a value moves in a day.
        days: 1 to horizon, increasing.

    Returns:
        (n, n_days) of 1.0, 0.0 and NaN.
    """
    limit, at = thresholds[:, None], np.array(days)
    known = ~np.isnan(path)
    column = np.arange(path.shape[1])
    before = np.maximum.accumulate(np.where(known, column, 0), axis=1)
    after = np.minimum.accumulate(np.where(known, column, path.shape[1])[:, ::-1], axis=1)[:, ::-1]
    last_known = before[:, -1:]
    rows = np.arange(len(path))[:, None]
    higher = np.fmax(path[rows, before], path[rows, np.minimum(after, last_known)])
    unseen = ~known & (column <= last_known) & (higher + reach[:, None] * (after - before - 1) >= limit)
    seen = np.maximum.accumulate(path >= limit, axis=1)[:, at]
    hidden = np.maximum.accumulate(unseen, axis=1)[:, at]
    untold = (at > last_known) | (hidden & ~seen) | np.isnan(limit)
    return np.where(untold, np.nan, seen.astype(np.float64))


def brier_score(probability: Array, outcome: Array) -> Array:
    """(probability - outcome)^2, elementwise, within 0 to 1 (G. W. Brier, 1950)."""
    result: Array = (probability - outcome) ** 2
    return result


@dataclass(frozen=True, slots=True)
class ReliabilityBin:
    """Forecasts of about the same probability, and how often what they spoke of came.

    Attributes:
        low, high: the bin's ends; the low one is in it.
        count: forecasts in it.
        groups: how many groups of related forecasts they fall into.
        said, happened: mean probability and share of outcomes; None in an empty bin.
    """

    low: float
    high: float
    count: int
    groups: int
    said: float | None
    happened: float | None

    def chance(self, z: float) -> tuple[float, float] | None:
        """The share that the outcomes may stand for, `z` standard errors either way; None in an empty bin.

        Related forecasts succeed and fail together, so that each group counts once. E. B. Wilson, Probable inference,
        the law of succession, and statistical inference, Journal of the American Statistical Association 22 (1927).
        """
        if self.happened is None:
            return None
        n, p = self.groups, self.happened
        centre = (p + z * z / (2 * n)) / (1 + z * z / n)
        half = z / (1 + z * z / n) * float(np.sqrt(p * (1 - p) / n + z * z / (4 * n * n)))
        return max(centre - half, 0.0), min(centre + half, 1.0)


def reliability(probability: Array, outcome: Array, groups: NDArray[np.int64]) -> tuple[ReliabilityBin, ...]:
    """Sort forecasts of any shape into ten bins of equal width.

    Args:
        probability: 0 to 1.
        outcome: 1.0, 0.0, or NaN where not known; of the same shape.
        groups: a number for each forecast, the same for those that are related; of the same shape.
    """
    told = ~np.isnan(outcome)
    p, y, group = probability[told], outcome[told], groups[told]
    at = np.clip((p * BINS).astype(np.int64), 0, BINS - 1)
    made = []
    for number in range(BINS):
        mine = at == number
        made.append(
            ReliabilityBin(
                number / BINS,
                (number + 1) / BINS,
                int(mine.sum()),
                len(np.unique(group[mine])),
                mean_or_none(p[mine]),
                mean_or_none(y[mine]),
            )
        )
    return tuple(made)


def calibration_error(bins: tuple[ReliabilityBin, ...]) -> float | None:
    """The mean distance of what was said from what happened, each bin weighed by its count; None without forecasts.

    Expected calibration error: M. P. Naeini, G. Cooper and M. Hauskrecht, Obtaining well calibrated probabilities
    using Bayesian binning, 2015.
    """
    total = sum(found.count for found in bins)
    if not total:
        return None
    distances = (
        found.count * abs(found.said - found.happened)
        for found in bins
        if found.said is not None and found.happened is not None
    )
    return sum(distances) / total
