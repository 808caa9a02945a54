"""Histories to look back on, and where and how their backtests were made."""

from collections.abc import Callable
from datetime import date
from typing import Any

import numpy as np
from numpy.typing import NDArray

from outgrow.domain.history import MISSING, OBSERVED, History
from outgrow.domain.metric import (
    ACTIVE_STORES,
    ORDERS_PER_DAY,
    PLATFORM,
    STORAGE_USED_GB,
    TOTAL_PRODUCTS,
    TOTAL_SUBSCRIPTIONS,
    Metric,
)
from outgrow.forecasting.backtest import MetricBacktest, backtest
from outgrow.forecasting.origins import BacktestRules, Origins

Array = NDArray[np.float64]
FIRST = date(2025, 1, 1)
WALKS: dict[Metric, Callable[[np.random.Generator, int], Array]] = {
    ACTIVE_STORES: lambda random, n: np.round(200 + np.cumsum(random.normal(0.4, 1.5, n))),
    STORAGE_USED_GB: lambda random, n: 500 + np.cumsum(random.normal(1.2, 3, n)),
    TOTAL_SUBSCRIPTIONS: lambda random, n: 100.0 + np.cumsum(random.poisson(0.7, n).astype(np.float64)),
    ORDERS_PER_DAY: lambda random, n: random.poisson(80 + 30 * (np.arange(n) % 7 < 5), n).astype(float),
}
"""Metrics of every kind."""


def history(values: Any, metric: Metric = TOTAL_PRODUCTS) -> History:
    """Days from the first of January 2025 on; NaN is an unknown day."""
    values = np.asarray(values, dtype=float)
    provenance = np.where(np.isnan(values), MISSING, OBSERVED).astype(np.int8)
    return History(metric, PLATFORM, "main", FIRST, values, provenance)


def walk(metric: Metric, days: int = 300, seed: int = 1, gaps: float = 0.0) -> History:
    """A metric of `WALKS`, with this share of its days unknown."""
    random = np.random.default_rng(seed)
    values = WALKS[metric](random, days)
    values[random.random(days) < gaps] = np.nan
    return history(values, metric)


def one(past: History, **rules: Any) -> MetricBacktest:
    """The backtest of a single metric."""
    (found,) = backtest([past], BacktestRules(**rules)).metrics
    return found


def places(found: MetricBacktest | Origins) -> list[int]:
    """The origins as places in the history."""
    origins = found if isinstance(found, Origins) else found.origins
    return [int(day) - (FIRST - date(1970, 1, 1)).days for day in origins.day]
