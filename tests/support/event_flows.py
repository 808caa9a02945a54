"""Flows with days unlike others, what is learned of these, and what is forecast with them."""

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import numpy as np
from numpy.typing import NDArray

from outgrow.domain.event import Event, EventEffect, EventKind
from outgrow.domain.history import MISSING, OBSERVED, History
from outgrow.domain.metric import ORDERS_PER_DAY, PLATFORM, Metric
from outgrow.forecasting.events import EventDays
from outgrow.forecasting.projection import Projection, project
from outgrow.forecasting.rules import ForecastRules

Array = NDArray[np.float64]
TODAY = date(2026, 3, 20)
RULES = ForecastRules(horizon_days=60)
DAYS = 900


def orders(seed: int = 1, days: int = DAYS, mean: float = 100.0, noise: float = 0.1) -> Array:
    """A weekly rhythm, a little growth, and days that stray by a tenth."""
    random = np.random.default_rng(seed)
    rhythm = np.array([1.2, 1.1, 1.0, 1.0, 0.9, 0.7, 0.8])[np.arange(days) % 7]
    return np.asarray(np.round(mean * rhythm * np.exp(0.0004 * np.arange(days)) * random.lognormal(0, noise, days)))


def past(values: Any, metric: Metric = ORDERS_PER_DAY, last: date = TODAY) -> History:
    """Values up to a day; NaN is an unknown one."""
    array: Array = np.asarray(values, dtype=np.float64)
    provenance = np.where(np.isnan(array), MISSING, OBSERVED).astype(np.int8)
    return History(metric, PLATFORM, "main", last - timedelta(days=len(array) - 1), array, provenance)


def days_ago(days: int) -> date:
    """A day so long before today, or ahead where it is negative."""
    return TODAY - timedelta(days=days)


def on(day: date, name: str = "fair", days: int = 1, multiplier: float | None = None) -> Event:
    """A campaign that begins on a day."""
    return Event(name, day, day + timedelta(days=days - 1), EventKind.CAMPAIGN, multiplier)


def with_days(values: Array, factor: float, *ago: int) -> Array:
    """The same, with some days, counted back from the newest, multiplied."""
    changed = values.copy()
    for days in ago:
        changed[len(values) - 1 - days] *= factor
    return changed


def projected(history: History, *events: Event, rules: ForecastRules = RULES) -> Projection:
    """What is forecast from today on, with these events."""
    made = project(history, TODAY, replace(rules, events=events))
    assert isinstance(made, Projection)
    return made


def effect(made: Projection | EventDays, name: str = "fair") -> EventEffect:
    """What the last event of a name does."""
    found = made.events if isinstance(made, Projection) else made.effects
    return [one for one in found if one.event.name == name][-1]
