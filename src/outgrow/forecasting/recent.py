"""The part of a history that is looked at, what it holds of late, and how the days ahead compare with it."""

from collections.abc import Sequence
from datetime import timedelta

import numpy as np

from outgrow.domain.history import MISSING, History
from outgrow.forecasting.flows import FlowForecast
from outgrow.forecasting.kernels.normal import Array
from outgrow.forecasting.months import MonthTotalForecast
from outgrow.forecasting.panel import PanelForecast

WEEK = 7


def looked_at(history: History, n_days: int) -> History:
    """The newest days of a history that is trimmed, trimmed themselves."""
    if len(history) <= n_days:
        return history
    return trimmed(history.between(history.last_day - timedelta(days=n_days - 1), None))


def trimmed(history: History) -> History:
    """The same without unknown days at either end; itself where there are none."""
    ends = history.provenance[[0, -1]] if len(history) else history.provenance
    return history.to_known() if (ends == MISSING).any() else history


def recent_amount(flow: History, *, whole: bool) -> float:
    """The mean amount of the last seven days of a flow, without the newest where that is not `whole`."""
    values = flow.values if whole else flow.values[:-1]
    return float(np.nanmean(values[-WEEK:]))


def growth_ahead(panel: PanelForecast, median: Array, pasts: Sequence[Array], days: int) -> Array:
    """Growth over so many days ahead, (n,); of a flow, against as many past, without what stands out in them.

    Args:
        panel: of n rows.
        median: (n, horizon) its medians.
        pasts: what each row rests on, mended, newest day last.
    """
    flow, times = (panel.flow, days) if isinstance(panel, MonthTotalForecast) else (panel, 1)
    if isinstance(flow, FlowForecast):
        recent = (past if np.isnan(past[-days:]).all() else past[-days:] for past in pasts)
        ahead, before = flow.mean[:, :days].mean(axis=1), np.array([np.nanmean(past) for past in recent])
    else:
        ahead, before = median[:, min(days, median.shape[1]) - 1], np.array([past[-1] for past in pasts])
    growth: Array = times * (ahead - before)
    return growth
