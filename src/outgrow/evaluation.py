"""The two functions by which forecasts are scored on real series, in the shapes that the scoring scripts ask for."""

import numpy as np
from numpy.typing import NDArray

from outgrow.forecasting import forecast_panel

BLOCK = 4096
"""Rows at a time, so that memory does not grow with the number of questions."""


def crossing_cdf(values: NDArray[np.float64], thresholds: NDArray[np.float64], horizon: int) -> NDArray[np.float64]:
    """P(first day at or above the threshold <= d), (n, horizon), for levels of shape (n, t)."""
    blocks = (slice(at, at + BLOCK) for at in range(0, len(values), BLOCK))
    return np.concatenate([forecast_panel(values[b], horizon).crossing_cdf(thresholds[b]) for b in blocks])


def quantiles(values: NDArray[np.float64], horizon: int, levels: tuple[float, ...]) -> NDArray[np.float64]:
    """Quantiles of daily levels, (n, n_levels, horizon)."""
    return forecast_panel(values, horizon).quantiles(levels)


def flow_quantiles(values: NDArray[np.float64], horizon: int, levels: tuple[float, ...]) -> NDArray[np.float64]:
    """Quantiles of daily flows, (n, n_levels, horizon)."""
    return forecast_panel(values, horizon, "flow").quantiles(levels)
