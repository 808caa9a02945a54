"""What came against what had been forecast: histories that are in between."""

from dataclasses import replace
from datetime import timedelta

import numpy as np
from numpy.typing import NDArray

from outgrow.domain.history import MISSING, History
from outgrow.domain.metric import Kind

FLOW_LEVEL_DAYS = 28
"""A flow's level is what four weeks bring: every weekday as often, and a single day is no level."""

Array = NDArray[np.float64]


def on_course(before: History, path: Array, now: History) -> History:
    """A history that goes on as it was forecast, on the days of which something is known by now.

    Args:
        before: up to the day from which was forecast.
        path: (n,) what was forecast of each day since.
        now: the history as it came, which ends n days later.
    """
    came = now.between(before.last_day + timedelta(days=1), None)
    values = np.where(came.provenance == MISSING, np.nan, path)
    return replace(
        before,
        values=np.concatenate([before.values, values]),
        provenance=np.concatenate([before.provenance, came.provenance]),
    )


def at_level_of(now: History, course: History) -> History:
    """The forecast course moved as a whole to where the level is that came.

    A level is shifted, so that its newest value is the one that came; amounts that happen each day are scaled, so
    that those of four weeks are.

    Args:
        now: the history as it came.
        course: of the same last day, as it was forecast.
    """
    came, forecast = level_of(now), level_of(course)
    if now.metric.kind is Kind.FLOW:
        return course if forecast <= 0 else replace(course, values=course.values * (came / forecast))
    # Zeros before a start and in an outage are no level: moved with the others they would be days like any.
    values = np.where(course.values == 0, 0.0, course.values + (came - forecast))
    values[-1] = came
    return replace(course, values=values)


def level_of(history: History) -> float:
    """The newest value; of amounts that happen each day, those of four weeks together."""
    if history.metric.kind is Kind.FLOW:
        return float(np.nansum(history.values[-FLOW_LEVEL_DAYS:]))
    return float(history.values[-1])
