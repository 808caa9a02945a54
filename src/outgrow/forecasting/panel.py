"""The batch interface: many series at once, one row each."""

from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from outgrow.domain.errors import UsageError
from outgrow.domain.metric import Kind
from outgrow.forecasting.drift import FlowDrift, LevelDrift

LONGEST_HORIZON = 3650
"""Days; ten years ahead nothing honest can be said."""


class PanelForecast(Protocol):
    """The future of n series, as distributions."""

    @property
    def horizon(self) -> int:
        """Days ahead."""
        ...

    def quantiles(self, levels: tuple[float, ...]) -> NDArray[np.float64]:
        """Quantiles of each day's value, (n, n_levels, horizon), non-decreasing along the levels."""
        ...

    def crossing_cdf(self, thresholds: NDArray[np.float64]) -> NDArray[np.float64]:
        """P(first day at or above the threshold <= d), (n, horizon), non-decreasing in d."""
        ...


def forecast_panel(values: NDArray[np.float64], horizon: int = 365, kind: str = "level") -> PanelForecast:
    """Forecast every row of a panel.

    Args:
        values: (n_series, n_days), a value a day, newest last; NaN where unknown. Every row needs a known day.
        horizon: days ahead, 1 to 3,650.
        kind: `level`, `cumulative` or `flow`.

    Raises:
        UsageError: wrong shape, kind or horizon, infinite values, or a row without any known day.
    """
    panel = np.asarray(values, dtype=np.float64)
    if panel.ndim != 2 or panel.shape[1] == 0:  # noqa: PLR2004
        raise UsageError(f"values have the shape {panel.shape}", "give (n_series, n_days), one row a series")
    if kind not in set(Kind):
        raise UsageError(f"there is no kind '{kind}'", f"use one of: {', '.join(Kind)}")
    if not 1 <= horizon <= LONGEST_HORIZON:
        raise UsageError(f"a horizon of {horizon} days cannot be forecast", f"use 1 to {LONGEST_HORIZON}")
    if np.isinf(panel).any():
        raise UsageError(f"row {int(np.isinf(panel).any(axis=1).argmax())} has infinite values", "use NaN for unknown")
    unknown = np.isnan(panel).all(axis=1)
    if unknown.any():
        raise UsageError(f"row {int(unknown.argmax())} has no known day", "leave such rows out")
    return FlowDrift.fit(panel, horizon) if kind == Kind.FLOW else LevelDrift.fit(panel, horizon, kind)
