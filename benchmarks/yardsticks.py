"""What every forecast has to beat: the straight line, and the random walk with drift."""

from statistics import NormalDist

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

LINE_DAYS = 90
"""Days that the straight line is drawn through."""


def line_day(values: Array, thresholds: Array) -> Array:
    """Days until a least-squares line through the last 90 days is at the threshold, (n,).

    Args:
        values: (n, t), NaN where not observed.
        thresholds: (n,).

    Returns:
        At least 1; infinity where the line does not rise.
    """
    window = values[:, -LINE_DAYS:]
    seen = ~np.isnan(window)
    weight = seen / np.maximum(seen.sum(axis=1, keepdims=True), 1)
    x = np.arange(1.0 - window.shape[1], 1.0)
    y = np.where(seen, window, 0.0)
    mean_x, mean_y = weight @ x, (weight * y).sum(axis=1)
    from_mean = x - mean_x[:, None]
    variance = (weight * from_mean**2).sum(axis=1)
    slope = (weight * from_mean * (y - mean_y[:, None])).sum(axis=1) / np.where(variance > 0, variance, 1.0)
    rises = slope > 0
    day = (thresholds - mean_y + slope * mean_x) / np.where(rises, slope, 1.0)
    return np.where(rises, np.maximum(day, 1.0), np.inf)


def line_cdf(values: Array, thresholds: Array, horizon: int) -> Array:
    """The line's day as a distribution, (n, horizon): 0 before it, 1 from it on."""
    return (np.arange(1, horizon + 1) >= np.ceil(line_day(values, thresholds))[:, None]).astype(np.float64)


def walk_quantiles(history: Array, horizon: int, levels: tuple[float, ...]) -> Array:
    """Random walk with drift from one history, (n_levels, horizon).

    Drift and volatility are those of all its daily changes, an unknown day counting as no change; the drift is as
    uncertain as the number of days makes it.
    """
    known = history[~np.isnan(history).cumprod().astype(bool)]
    newest = np.maximum.accumulate(np.where(np.isnan(known), 0, np.arange(len(known))))
    changes = np.diff(known[newest]) if len(known) > 1 else np.zeros(1)
    days = np.arange(1.0, horizon + 1)
    spread = changes.std() * np.sqrt(days * (1 + days / len(changes)))
    z = np.array([NormalDist().inv_cdf(level) for level in levels])
    return np.asarray(known[newest[-1]] + changes.mean() * days + z[:, None] * spread)
