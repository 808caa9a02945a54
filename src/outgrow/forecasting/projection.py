"""One history's future: of a level, a flow, or a month's running total, behind one interface."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from statistics import NormalDist

import numpy as np
from numpy.typing import NDArray

from outgrow.domain.forecast import Forecast, HistoryNote, Refusal, Status
from outgrow.domain.history import History
from outgrow.domain.metric import Kind
from outgrow.forecasting.drift import FlowDrift
from outgrow.forecasting.kernels.normal import normal_cdf
from outgrow.forecasting.kernels.series import bridge_gaps
from outgrow.forecasting.panel import forecast_panel

Array = NDArray[np.float64]

LEVELS = (0.05, 0.1, 0.25, 0.5, 0.75, 0.9, 0.95)
"""The quantiles that every forecast holds: the median, and the 50 %, 80 % and 90 % bands."""
MONTH_DAYS = 30
"""Days over which growth is told."""


@dataclass(frozen=True, slots=True)
class ForecastRules:
    """What a forecast may rest on.

    Attributes:
        horizon_days: how far ahead.
        need_days: the least number of known days.
        stale_after_days: a newest snapshot older than this says nothing of today any more.
        history_days: the most days of history that are looked at.
    """

    horizon_days: int = 365
    need_days: int = 14
    stale_after_days: int = 7
    history_days: int = 400


@dataclass(frozen=True, slots=True, eq=False)
class Projection:
    """A forecast that can still be asked about any limit.

    Attributes:
        past: the daily values that a limit is held against, (n_days,), newest last.
        crossing_cdf: of a threshold, P(first day at or above it <= d), (horizon,).
    """

    forecast: Forecast
    past: Array
    crossing_cdf: Callable[[float], Array]


def project(history: History, today: date, rules: ForecastRules) -> Projection | Refusal:
    """Forecast a history, or say why not.

    Args:
        history: daily values of the metric; for a month's total, of the daily flow that it adds up.
        today: the day that the answer is for; the newest known day may lie a little before it.
    """
    whole = history.to_known()
    known = whole.between(whole.last_day - timedelta(days=rules.history_days - 1), None).to_known()
    refusal = refuse(known, today, rules)
    if refusal is not None:
        return refusal
    if known.metric.month_total_of is not None:
        return _project_month_total(known, rules.horizon_days)
    kind = known.metric.kind
    panel = forecast_panel(known.values[None, :], rules.horizon_days, kind.value)
    quantiles = panel.quantiles(LEVELS)[0]
    if isinstance(panel, FlowDrift):
        growth = float(panel.mean[0, :MONTH_DAYS].mean() - np.nanmean(known.values[-MONTH_DAYS:]))
    else:
        growth = float(quantiles[LEVELS.index(0.5), min(MONTH_DAYS, rules.horizon_days) - 1] - known.values[-1])

    def cdf(threshold: float) -> Array:
        row: Array = panel.crossing_cdf(np.array([threshold]))[0]
        return row

    current = float(np.nanmean(known.values[-7:])) if kind is Kind.FLOW else float(known.values[-1])
    return Projection(_forecast(known, current, quantiles, growth), whole.values, cdf)


def refuse(history: History, today: date, rules: ForecastRules) -> Refusal | None:
    """Why nothing may be said of a history's future; None when something may."""
    newest = history.newest
    if newest is None:
        return Refusal(Status.INSUFFICIENT_DATA, "nothing is stored yet", have=0, need=rules.need_days)
    age = (today - newest[0]).days
    if age > rules.stale_after_days:
        return Refusal(
            Status.STALE, f"the newest value is of {newest[0]}, {age} days old (at most {rules.stale_after_days})"
        )
    have = history.known_days
    if have < rules.need_days:
        reason = f"{have} {'day is' if have == 1 else 'days are'} known, a forecast needs {rules.need_days}"
        return Refusal(Status.INSUFFICIENT_DATA, reason, have=have, need=rules.need_days)
    return None


def month_to_date(values: Array, first_day: date) -> Array:
    """Running totals that begin anew on the first of each month, (n_days,), from daily amounts."""
    restart = _month_starts(first_day, len(values))
    totals = np.empty_like(values)
    total = 0.0
    for at, amount in enumerate(values):
        total = (0.0 if restart[at] else total) + amount
        totals[at] = total
    return totals


def _project_month_total(history: History, horizon: int) -> Projection:
    flow = FlowDrift.fit(history.values[None, :], horizon)
    past = month_to_date(np.nan_to_num(bridge_gaps(history.values[None, :])[0]), history.first_day)
    restart = _month_starts(history.last_day + timedelta(days=1), horizon)
    mean, spread = (row[0] for row in flow.running_total(restart.astype(np.float64), past[-1:]))
    z = np.array([NormalDist().inv_cdf(level) for level in LEVELS])
    within_month = np.where(np.cumsum(restart) == 0, past[-1], 0.0)  # a total of this month cannot shrink
    quantiles = np.maximum(mean + z[:, None] * spread, within_month)
    growth = float(flow.mean[0, :MONTH_DAYS].sum() - np.nansum(history.values[-MONTH_DAYS:]))

    def cdf(threshold: float) -> Array:
        if threshold <= past[-1]:
            return np.ones(horizon)
        # Within a month the total only grows, so "reached by then" is "above on that day"; months follow the same
        # level, so the likeliest month so far bounds them all.
        reached: Array = np.maximum.accumulate(1.0 - normal_cdf((threshold - mean) / spread))
        return reached

    return Projection(_forecast(history, float(past[-1]), quantiles, growth), past, cdf)


def _month_starts(first_day: date, n_days: int) -> NDArray[np.bool_]:
    days = np.datetime64(first_day, "D") + np.arange(n_days)
    starts: NDArray[np.bool_] = days == days.astype("datetime64[M]").astype("datetime64[D]")
    return starts


def _forecast(history: History, current: float, quantiles: Array, growth: float) -> Forecast:
    return Forecast(
        metric=history.metric,
        scope_name=history.scope_name,
        as_of=history.last_day,
        current=current,
        levels=LEVELS,
        quantiles=quantiles,
        growth_per_30_days=growth,
        history=HistoryNote.of(history),
    )
