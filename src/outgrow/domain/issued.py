"""Forecasts that were issued: what was said on a day, kept to be held against what came."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
from numpy.typing import NDArray

from outgrow.domain.forecast import DayBand

DAYS_AHEAD = (1, 7, 14, 30, 60, 90, 180, 365)
"""The days after `as_of` whose quantiles are kept."""
KEPT_LEVELS = (0.025, 0.1, 0.25, 0.5, 0.75, 0.9, 0.975)
"""The quantiles that are kept: the median, and the 50 %, 80 % and 95 % bands."""

Array = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class IssuedLimit:
    """What was said of one limit above the value at issue."""

    name: str
    threshold: float
    days: DayBand
    probability_within: Mapping[int, float]


@dataclass(frozen=True, slots=True, eq=False)
class IssuedForecast:
    """What was said of one metric on one day.

    Attributes:
        metric, scope: as they are stored.
        as_of: the newest known day, from which days ahead are counted.
        value: the metric's value on that day; of a month's total, the total so far.
        known_days: how many days of history it rests on.
        model: which model was asked.
        reason: why it was not the usual one; None where it was.
        quantiles: by model, the one asked and those that it is compared with: (n_levels, n_days) at KEPT_LEVELS, on
            as many of DAYS_AHEAD as the horizon holds; NaN where a model does not tell.
        model_id: names the model asked, so that a changed one can be told; None where it was not kept.
        assumptions: what it rested on besides the past: the events and projects ahead; None where they were not kept.
    """

    metric: str
    scope: str
    issued_on: date
    as_of: date
    value: float
    known_days: int
    model: str
    reason: str | None
    quantiles: Mapping[str, Array]
    limits: tuple[IssuedLimit, ...] = ()
    model_id: str | None = None
    assumptions: Mapping[str, Any] | None = None


@dataclass(frozen=True, slots=True, eq=False)
class IssuedRecord:
    """All that was said of one metric over some time, n issues in the order of their days.

    Attributes:
        issued_on, as_of: datetime64[D] (n,).
        models: the model asked, (n,) of str.
        quantiles: by model, (n, n_levels, n_days_ahead); NaN where not kept.
        limit_issue: of each of m kept limits, the index of its issue, (m,).
        limit_threshold: (m,).
        limit_within: probability of a crossing within each of WITHIN_DAYS, (m, 4); NaN where not kept.
    """

    metric: str
    issued_on: NDArray[np.datetime64]
    as_of: NDArray[np.datetime64]
    models: NDArray[np.str_]
    quantiles: Mapping[str, Array]
    limit_issue: NDArray[np.int64]
    limit_threshold: Array
    limit_within: Array

    def __len__(self) -> int:
        return len(self.issued_on)

    def due_on(self) -> NDArray[np.datetime64]:
        """The days that the quantiles speak of, datetime64[D] (n, n_days_ahead)."""
        days: NDArray[np.datetime64] = self.as_of[:, None] + np.array(DAYS_AHEAD)
        return days
