"""The batch interface: many series at once, one row each."""

from pathlib import Path
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from outgrow.domain.errors import UsageError, quoted
from outgrow.domain.metric import Kind
from outgrow.forecasting.asked import checked_horizon, checked_panel
from outgrow.forecasting.flows import FlowForecast
from outgrow.forecasting.levels import LevelForecast
from outgrow.forecasting.model import SharedModel, load_model
from outgrow.forecasting.outage import find_outages

SHARED, DRIFT = "shared", "drift"
MODELS = (SHARED, DRIFT)
"""The models: the one that learned from many growth histories, and the plain drift that it has to beat."""


def model_asked(model: str, model_file: Path) -> str | Path:
    """What `forecast_panel` is asked for: the shared model by its file, any other by its name."""
    return model_file if model == SHARED else model


class PanelForecast(Protocol):
    """The future of n series, as distributions; the rows that nothing can be said of are answered by NaN."""

    @property
    def horizon(self) -> int:
        """Days ahead."""
        ...

    @property
    def usable(self) -> NDArray[np.bool_]:
        """(n,) False for rows without a known day, with a value above 1e30, or with negative amounts of a flow.

        Of a flow, a day of the last 52 weeks has to be known.
        """
        ...

    def until(self, horizon: int) -> "PanelForecast":
        """The same for fewer days ahead, without reading the histories again."""
        ...

    def pick(self, rows: NDArray[np.int64]) -> "PanelForecast":
        """Some of its rows as a panel of their own, in any order, each as often as it is named."""
        ...

    def quantiles(self, levels: tuple[float, ...]) -> NDArray[np.float64]:
        """Quantiles of each day's value, (n, n_levels, horizon), non-decreasing along the levels."""
        ...

    def at_days(self, days: tuple[int, ...], levels: tuple[float, ...]) -> NDArray[np.float64]:
        """The same for some days alone, (n, n_levels, n_days)."""
        ...

    def crossing_cdf(self, thresholds: NDArray[np.float64], *, falling: bool = False) -> NDArray[np.float64]:
        """P(first day at or above the threshold <= d), (n, horizon), non-decreasing in d; `falling`: at or below."""
        ...

    def crossing_at(
        self, thresholds: NDArray[np.float64], days: tuple[int, ...], *, falling: bool = False
    ) -> NDArray[np.float64]:
        """The same for some days alone, (n, n_days)."""
        ...


def forecast_panel(
    values: NDArray[np.float64], horizon: int = 365, kind: str = "level", model: str | Path | SharedModel = SHARED
) -> PanelForecast:
    """Forecast every row of a panel, each by itself.

    Args:
        values: (n_series, n_days), a value a day, newest last; NaN where unknown. The newest 400 days are looked at.
        horizon: days ahead, 1 to 3,650.
        kind: `level`, `cumulative` or `flow`. Zeros on the newest days of a level or counter that was far from zero
            are unknown days, as after an outage.
        model: `shared`, `drift`, or a model of one's own or its file.

    Raises:
        UsageError: wrong shape, kind, model or horizon. What is wrong with single rows makes those rows unusable.
        ModelFileError: a model file that cannot be used.
    """
    panel, horizon = checked_panel(values), checked_horizon(horizon)
    if not isinstance(kind, str) or kind not in set(Kind):
        raise UsageError(f"there is no kind {quoted(kind)}", f"use one of: {', '.join(Kind)}")
    learned = _model(model)
    if kind == Kind.FLOW:
        return FlowForecast.fit(panel, horizon, learned.flow if learned else [])
    return LevelForecast.fit(_without_outages(panel, Kind(kind)), horizon, kind, learned.level if learned else [])


def _without_outages(panel: NDArray[np.float64], kind: Kind) -> NDArray[np.float64]:
    """The levels (n, t) with the zeros of an outage on the newest days unknown; itself without any."""
    outages = find_outages(panel, kind)
    if not len(outages):
        return panel
    known = panel.copy()
    later = np.arange(panel.shape[1]) >= outages.first[:, None]
    known[outages.row] = np.where(later, np.nan, known[outages.row])
    return known


def _model(model: str | Path | SharedModel) -> SharedModel | None:
    """The model of a name, None for the plain drift."""
    if isinstance(model, SharedModel):
        return model
    if isinstance(model, Path):
        return load_model(model)
    if not isinstance(model, str) or model not in MODELS:
        raise UsageError(f"there is no model {quoted(model)}", f"use one of: {', '.join(MODELS)}, or a Path")
    return load_model() if model == SHARED else None
