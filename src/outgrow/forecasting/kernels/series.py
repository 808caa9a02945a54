"""Daily series with gaps, as the rows of one array; the newest day is the last column."""

import numpy as np

from outgrow.forecasting.kernels.normal import Array


def bridge_gaps(values: Array) -> Array:
    """Fill unknown days between known ones on a straight line, and those after the last with its value.

    Args:
        values: (n, t), NaN where unknown.

    Returns:
        (n, t); days before the first known one stay NaN.
    """
    n, t = values.shape
    known = ~np.isnan(values)
    column = np.broadcast_to(np.arange(t), (n, t))
    before = np.maximum.accumulate(np.where(known, column, -1), axis=1)
    after = np.minimum.accumulate(np.where(known, column, t)[:, ::-1], axis=1)[:, ::-1]
    rows = np.arange(n)[:, None]
    left = values[rows, np.maximum(before, 0)]
    right = values[rows, np.minimum(after, t - 1)]
    inside = (before >= 0) & (after < t) & ~known
    share = np.where(inside, (column - before) / np.maximum(after - before, 1), 0.0)
    bridged = np.where(inside, left + share * (right - left), np.where(known, values, left))
    result: Array = np.where(before >= 0, bridged, np.nan)
    return result


def mean_of_known(values: Array) -> Array:
    """Mean along the rows of what is known, (n,); 0 for a row without anything."""
    known = ~np.isnan(values)
    total: Array = np.where(known, values, 0.0).sum(axis=1) / np.maximum(known.sum(axis=1), 1)
    return total
