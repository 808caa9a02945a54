"""Trends: what changed over the last days, and what the forecast says of the next thirty."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import numpy as np

from outgrow.domain.errors import UsageError, quoted
from outgrow.domain.forecast import Refusal, as_number
from outgrow.domain.history import History
from outgrow.domain.metric import ALIASES, Kind, Metric
from outgrow.domain.words import Figures
from outgrow.forecasting.projection import MONTH_DAYS, Projection, project_all
from outgrow.service.view import View
from outgrow.store.snapshots import snapshot_days

LEAST_SNAPSHOTS = 2
PACE_DAYS = 7
"""A flow's pace is taken over whole weeks, so that a weekend at either end is no trend."""


def trends(view: View, days: int = 30) -> dict[str, Any]:
    """Growth of every captured metric over the last `days` days, in the shape of `get_growth_trends`.

    The first five metrics go by their short names (`stores`, `products`, ...). `start_value`, `current_value`,
    `change`, `growth_rate_percent` and `daily_growth_rate` (percent) describe; of a flow they describe its pace in
    the period's first and last week, per day, and of a month's total the same per 30 days. `monthly_projection` is
    the forecast's median 30 days after the newest value, or of a flow the expected amount a day over the next 30, and
    of a month's total what they bring together; None with the reason in `projection_status` where no forecast may be
    made.
    """
    days = _checked_period(days)
    start = view.today - timedelta(days=min(days, (view.today - date.min).days))
    available = snapshot_days(view.store, view.platform, start, view.today)
    document: dict[str, Any] = {"period_days": days, "snapshots_available": len(available)}
    if available:
        document |= {"start_date": available[0].isoformat(), "end_date": available[-1].isoformat()}
    if len(available) < LEAST_SNAPSHOTS:
        return document | {"trends": {}, "message": "Insufficient data for trend analysis"}
    short = {name: alias for alias, name in ALIASES.items()}
    metrics = sorted(view.platform_metrics(), key=lambda m: (m.name not in short, m.name))
    histories = view.forecastables(metrics)
    projections = project_all([(history, view.rules(history.metric)) for history in histories], view.today)
    return document | {
        "period_days": (available[-1] - available[0]).days,
        "trends": {
            short.get(history.metric.name, history.metric.name): _trend(history.between(start, None), projection)
            for history, projection in zip(histories, projections, strict=True)
        },
    }


def _checked_period(days: object) -> int:
    try:
        whole = int(days)  # type: ignore[call-overload]
        fits = whole == days and whole >= 1
    except (TypeError, ValueError, ArithmeticError):
        fits = False
    if not fits:
        raise UsageError(f"a period of {quoted(days)} days has no trend", "give a whole number of days, at least one")
    return int(whole)


@dataclass(frozen=True, slots=True)
class Growth:
    """From where to where, in the metric's unit, over how many days."""

    start: float
    end: float
    days: int

    @property
    def percent(self) -> float:
        """Growth in percent; from nothing to something it is 100."""
        if self.start > 0:
            return (self.end - self.start) / self.start * 100
        return 0.0 if self.end == 0 else 100.0

    @property
    def percent_a_day(self) -> float:
        """The same spread evenly over the days; 0 where it grew from nothing."""
        return self.percent / self.days if self.start > 0 else 0.0


def growth_over(history: History) -> Growth | None:
    """What a history changed from its first to its last known day; None with fewer than two."""
    known = history.to_known()
    if known.known_days < LEAST_SNAPSHOTS:
        return None
    span = len(known) - 1
    if known.metric.kind is not Kind.FLOW:
        return Growth(float(known.values[0]), float(known.values[-1]), span)
    scale = MONTH_DAYS if known.metric.month_total_of else 1
    week = min(PACE_DAYS, max(len(known) // 2, 1))
    first, last = np.nanmean(known.values[:week]), np.nanmean(known.values[-week:])
    return Growth(float(first) * scale, float(last) * scale, max(len(known) - week, 1))


def _trend(period: History, projection: Projection | Refusal) -> dict[str, Any]:
    metric, growth = period.metric, growth_over(period)
    described = dict.fromkeys(
        ("start_value", "current_value", "change", "growth_rate_percent", "daily_growth_rate"), None
    ) if growth is None else {
        "start_value": _shown(growth.start, metric),
        "current_value": _shown(growth.end, metric),
        "change": _shown(growth.end - growth.start, metric),
        "growth_rate_percent": as_number(round(growth.percent, 2)),
        "daily_growth_rate": as_number(round(growth.percent_a_day, 3)),
    }  # fmt: skip
    if isinstance(projection, Refusal):
        return described | {
            "monthly_projection": None,
            "projection_status": projection.status.value,
            "projection_reason": projection.reason,
        }
    return described | {
        "monthly_projection": _shown(max(projection.in_30_days(), 0.0), metric),
        "projection_status": "ok",
        "projection_reason": None,
    }


def _shown(value: float, metric: Metric) -> float | None:
    return as_number(round(value, Figures.of(metric, (value,)).decimals))
