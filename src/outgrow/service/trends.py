"""Trends: what changed over the last days, and what the forecast says of the next thirty."""

from datetime import date, timedelta
from typing import Any

from outgrow.domain.errors import UsageError, quoted
from outgrow.domain.forecast import Refusal, as_number
from outgrow.domain.history import History
from outgrow.domain.metric import ALIASES, Metric
from outgrow.domain.words import Figures
from outgrow.forecasting.growth import growth_over
from outgrow.forecasting.projection import Projection
from outgrow.service.desk import Desk

LEAST_SNAPSHOTS = 2


def trends(desk: Desk, days: int = 30) -> dict[str, Any]:
    """Growth of every captured metric over the last `days` days, in the shape of `get_growth_trends`.

    The first five metrics go by their short names (`stores`, `products`, ...). `start_value`, `current_value`,
    `change`, `growth_rate_percent` and `daily_growth_rate` (percent) describe; of a flow they describe its pace in
    the period's first and last week, per day, and of a month's total the same per 30 days. `monthly_projection` is
    the forecast's median 30 days after the newest value, or of a flow the expected amount a day over the next 30, and
    of a month's total what they bring together; None with the reason in `projection_status` where no forecast may be
    made.
    """
    days = _checked_period(days)
    start = desk.today - timedelta(days=min(days, (desk.today - date.min).days))
    available = desk.store.snapshot_days(desk.code, start, desk.today)
    document: dict[str, Any] = {"period_days": days, "snapshots_available": len(available)}
    if available:
        document |= {"start_date": available[0].isoformat(), "end_date": available[-1].isoformat()}
    if len(available) < LEAST_SNAPSHOTS:
        return document | {"trends": {}, "message": "Insufficient data for trend analysis"}
    short = {name: alias for alias, name in ALIASES.items()}
    metrics = sorted(desk.platform_metrics(), key=lambda m: (m.name not in short, m.name))
    histories = desk.forecastables(metrics)
    projections = desk.projected(histories)
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
