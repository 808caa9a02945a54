"""The middle date of a crossing, however far ahead: what an explanation compares."""

from dataclasses import dataclass, replace
from datetime import date, timedelta

import numpy as np
from numpy.typing import NDArray

from outgrow.domain.forecast import Refusal, Status, first_reached
from outgrow.domain.history import History
from outgrow.forecasting.asked import LONGEST_HORIZON
from outgrow.forecasting.flows import FlowForecast
from outgrow.forecasting.kernels.normal import Array
from outgrow.forecasting.months import MonthTotalForecast
from outgrow.forecasting.outage import OUTAGE_DAYS
from outgrow.forecasting.outlook import days_until_of
from outgrow.forecasting.projection import Projection, project
from outgrow.forecasting.rules import ForecastRules

COARSE_DAYS = 60
"""Beyond the horizon the median is looked for in strides of so many days first."""
HALF = 0.5


@dataclass(frozen=True, slots=True)
class Crossing:
    """When a level is reached.

    Attributes:
        status: `ok` with the middle date of those that lie ahead; `already_exceeded` with the day on which it came.
        reason: why there is no date; None where there is one.
        current: the newest value; of a flow, the mean of the last seven days.
        growth: over the 30 days ahead, as `Forecast.growth_per_30_days`.
    """

    status: Status
    day: date | None
    reason: str | None
    current: float | None
    growth: float | None


def find_crossing(history: History, threshold: float, rules: ForecastRules) -> Crossing:
    """When a history reaches a level: within the horizon of the rules, or else within the longest that there is."""
    projection = project(history, history.last_day, rules)
    until = days_until_of(projection, history, threshold)
    status, reason, day = until.status, until.reason, until.date("p50")
    if status is Status.ALREADY_EXCEEDED and until.as_of is not None and until.days_ago is not None:
        day, reason = until.as_of - timedelta(days=until.days_ago), None
    elif day is None and not isinstance(projection, Refusal):
        day = _far_day(history, threshold, rules)
        status, reason = (status, reason) if day is None else (Status.OK, None)
    return Crossing(status, day, reason, until.current, until.growth_per_30_days)


def _far_day(history: History, threshold: float, rules: ForecastRules) -> date | None:
    """The first day on which it is as likely as not to have come, (as_of, as_of + LONGEST_HORIZON]."""
    projection = project(history, history.last_day, replace(rules, horizon_days=LONGEST_HORIZON))
    if isinstance(projection, Refusal):
        return None
    stride = _first(projection, threshold, tuple(range(COARSE_DAYS, LONGEST_HORIZON + 1, COARSE_DAYS)))
    last = LONGEST_HORIZON if stride is None else stride
    found = _first(projection, threshold, tuple(range(max(1, last - COARSE_DAYS), last + 1)))
    return None if found is None else projection.forecast.as_of + timedelta(days=found)


def _first(projection: Projection, threshold: float, days: tuple[int, ...]) -> int | None:
    limits = np.full(len(projection.panel.usable), threshold)
    at = first_reached(projection.panel.crossing_at(limits, days)[projection.row], HALF)
    return None if at is None else days[at]


def expected_path(history: History, days: int, rules: ForecastRules) -> Array | None:
    """How a history was expected to go on, (days,): levels by their median, what happens each day by its mean.

    None where nothing may be said of its future.
    """
    ahead = replace(rules, horizon_days=min(max(rules.horizon_days, days + OUTAGE_DAYS), LONGEST_HORIZON))
    projection = project(history, history.last_day, ahead)
    if isinstance(projection, Refusal):
        return None
    panel, row = projection.panel, projection.row
    path: Array
    if isinstance(panel, MonthTotalForecast):
        # A history is of the daily amounts where its metric says that it is a total, else of the totals themselves.
        path = panel.mean[row]
        if history.metric.month_total_of is not None:
            path = _amounts(path, float(panel.sofar[row]), panel.restart)
    elif isinstance(panel, FlowForecast):
        path = panel.mean[row]  # medians of a few orders a day would all be nothing
    else:
        path = projection.quantiles((HALF,))[0]
    lag = (history.last_day - projection.forecast.as_of).days
    return path[lag : lag + days]


def _amounts(totals: Array, sofar: float, restart: NDArray[np.bool_]) -> Array:
    """The daily amounts that make a month's total so far, and the months after, these, (horizon,).

    Args:
        restart: (horizon,) on which days they begin anew.
    """
    before = np.where(restart, 0.0, np.r_[sofar, totals[:-1]])
    return np.maximum(totals - before, 0.0)
