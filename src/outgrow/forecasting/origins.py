"""Rolling origins: past days of a history, what was known on each, and what came after it."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Self

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

from outgrow.domain.history import History
from outgrow.domain.metric import Kind
from outgrow.forecasting.asked import countable
from outgrow.forecasting.model import SHIPPED
from outgrow.forecasting.panel import SHARED
from outgrow.forecasting.scores import crossed_by, daily_scale

Array = NDArray[np.float64]

DAYS = (7, 14, 30, 60, 90, 180, 365)
"""Days ahead that are scored."""
FACTORS = (1.02, 1.05, 1.1, 1.25, 1.5, 2.0)
"""Limits that are asked about, as multiples of the value at the origin."""
LEAST_BEFORE, LEAST_AFTER = 60, 30
"""Known days that an origin needs up to itself, and after itself."""
PEAK_DAYS = 7
"""A flow's limits lie above its highest day of the last week: the rhythm of the week is no growth."""
EXACT = 9
"""Decimals up to which a limit is taken before it is rounded up: 1.1 times 100 is 110, not a little more."""


@dataclass(frozen=True, slots=True)
class BacktestRules:
    """How a backtest goes.

    Attributes:
        every_days: distance of the origins.
        horizon_days: how far ahead, at least the first of `DAYS`; later ones are not scored.
        history_days: the most days that an origin sees, its own included.
        model: which model is the engine.
        model_file: where the shared model is.
    """

    every_days: int = 5
    horizon_days: int = DAYS[-1]
    history_days: int = 400
    model: str = SHARED
    model_file: Path = SHIPPED

    @property
    def days(self) -> tuple[int, ...]:
        """The days ahead that are scored."""
        return tuple(day for day in DAYS if day <= self.horizon_days)


@dataclass(frozen=True)
class Origins:
    """Past days from which is forecast, a row each.

    Attributes:
        day: int64 (n,), days since 1970, increasing within a history.
        past: (n, history_days), what was known then, newest last; the last column is always known.
        path: (n, 1 + horizon), the value at the origin and what came after; NaN where not known.
        limits: (n, n_limits), asked about; NaN where a smaller factor gives the same, or the value is zero.
    """

    day: NDArray[np.int64]
    past: Array
    path: Array
    limits: Array

    def __len__(self) -> int:
        return len(self.day)

    @classmethod
    def of(cls, history: History, rules: BacktestRules) -> Self:
        """The origins of one history; none where it is too short.

        At an origin 60 days are known up to it and 30 after it. The newest such day is one, and so is each that lies
        a multiple of `every_days` before it. An unknown day gives way to the last known one before it, as it would
        have done then.
        """
        values = countable(history.values)
        at = _origin_days(values, rules.every_days)
        past = _windows(values, at, rules.history_days - 1, 0)
        first = np.datetime64(history.first_day, "D").astype(np.int64)
        return cls(
            first + at,
            past,
            _windows(values, at, 0, rules.days[-1]),
            _limits(past, history.metric.kind, history.metric.is_count),
        )

    @classmethod
    def join(cls, parts: Sequence[Self]) -> Self:
        """The rows of several, one after the other; at least one."""
        return cls(*(np.concatenate([getattr(part, name) for part in parts]) for name in cls.__dataclass_fields__))

    @cached_property
    def scale(self) -> Array:
        """The mean absolute daily change of the past, (n,); NaN where that is nothing but zeros."""
        return daily_scale(self.past)

    def crossed(self, days: tuple[int, ...]) -> Array:
        """Whether each limit was reached by each day, (n, n_limits, n_days): 1.0, 0.0, NaN where it cannot be told."""
        reach = np.nan_to_num(self.scale)
        return np.stack([crossed_by(self.path, limit, reach, days) for limit in self.limits.T], axis=1)


def _origin_days(values: Array, every: int) -> NDArray[np.int64]:
    """Places of the origins in a row of daily values, increasing."""
    known = ~np.isnan(values)
    count = np.cumsum(known)
    enough = np.flatnonzero(known & (count >= LEAST_BEFORE) & (known.sum() - count >= LEAST_AFTER))
    if not len(enough):
        return np.empty(0, dtype=np.int64)
    last_known = np.maximum.accumulate(np.where(known, np.arange(len(values)), 0))
    return np.unique(last_known[np.arange(enough[-1], enough[0] - 1, -every)])


def _windows(values: Array, at: NDArray[np.int64], before: int, after: int) -> Array:
    """The days from `before` before to `after` after each place, NaN where there are none; (n, before + 1 + after)."""
    padded = np.concatenate([np.full(before, np.nan), values, np.full(after, np.nan)])
    if not len(at):
        return np.empty((0, before + 1 + after))
    windows: Array = sliding_window_view(padded, before + 1 + after)[at]
    return windows


def _limits(past: Array, kind: Kind, whole: bool) -> Array:
    """Levels above the present one, rounded up where only whole numbers are counted; (n, n_limits)."""
    base = np.nanmax(past[:, -PEAK_DAYS:], axis=1) if kind is Kind.FLOW and len(past) else past[:, -1]
    limits = np.round(base[:, None] * np.array(FACTORS), EXACT)
    if whole:
        limits = np.ceil(limits)
    new = np.diff(limits, axis=1, prepend=base[:, None]) > 0
    return np.where(new & (base[:, None] > 0), limits, np.nan)
