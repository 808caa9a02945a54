"""The two functions by which forecasts are scored on real series, in the shapes that the scoring scripts ask for."""

import numpy as np
from numpy.typing import NDArray

from outgrow.forecasting import forecast_panel
from outgrow.forecasting.asked import checked_horizon, checked_panel, checked_thresholds

BLOCK = 4096
"""Rows at a time, so that memory does not grow with the number of questions."""


def crossing_cdf(values: NDArray[np.float64], thresholds: NDArray[np.float64], horizon: int) -> NDArray[np.float64]:
    """P(first day at or above the threshold <= d), (n, horizon), for levels of shape (n, t).

    Raises:
        UsageError: wrong shape, horizon or thresholds.
    """
    panel, days = checked_panel(values), checked_horizon(horizon)
    limits = checked_thresholds(thresholds, len(panel))
    result = np.empty((len(panel), days))
    for at in range(0, len(panel), BLOCK):
        rows = slice(at, at + BLOCK)
        result[rows] = forecast_panel(panel[rows], days).crossing_cdf(limits[rows])
    return result


def quantiles(values: NDArray[np.float64], horizon: int, levels: tuple[float, ...]) -> NDArray[np.float64]:
    """Quantiles of daily levels, (n, n_levels, horizon)."""
    return forecast_panel(values, horizon).quantiles(levels)


def flow_quantiles(values: NDArray[np.float64], horizon: int, levels: tuple[float, ...]) -> NDArray[np.float64]:
    """Quantiles of daily flows, (n, n_levels, horizon)."""
    return forecast_panel(values, horizon, "flow").quantiles(levels)
