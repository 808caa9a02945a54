"""When is a limit reached? A projection held against it, or the reason why there is no date."""

from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
from numpy.typing import NDArray

from outgrow.domain.days import spoken
from outgrow.domain.forecast import WITHIN_DAYS, DayBand, DaysUntil, HistoryNote, Refusal, Status
from outgrow.domain.history import History
from outgrow.domain.words import counted, exact, percent
from outgrow.forecasting.projection import Projection, is_partly_there, project
from outgrow.forecasting.rules import ForecastRules

Array = NDArray[np.float64]

STANDSTILL = 1e-6
"""Growth over 30 days up to this share of the level is none."""
SURE_DECLINE = 0.02
"""A median that falls by this share of the level over 30 days is called a decline, not a stand-still."""


def days_until(
    history: History, threshold: float | None, today: date, rules: ForecastRules, *, falling: bool = False
) -> DaysUntil:
    """The day on which a history first stands at or above a threshold, as a distribution.

    Args:
        history: as for `project`.
        threshold: in the metric's unit; None where the metric has no limit.
        today: the day that the answer is for.
        falling: of the first day at or below the threshold instead.
    """
    return days_until_of(project(history, today, rules), history, threshold, falling=falling)


def days_until_of(
    projection: Projection | Refusal, history: History, threshold: float | None, *, falling: bool = False
) -> DaysUntil:
    """The same from a projection that is at hand, for asking about several limits."""
    if isinstance(projection, Refusal):
        return _refused(projection, history, threshold, falling=falling)
    forecast = projection.forecast
    verdict = _judge(projection, threshold, falling=falling)
    cdf = verdict.cdf
    return DaysUntil(
        metric=forecast.metric,
        scope_name=forecast.scope_name,
        threshold=threshold,
        status=verdict.status,
        reason=verdict.reason,
        current=forecast.current,
        as_of=forecast.as_of,
        history=forecast.history,
        days=DayBand() if cdf is None else DayBand.of_chances(cdf),
        probability_within={} if cdf is None else {d: float(cdf[d - 1]) for d in WITHIN_DAYS if d <= len(cdf)},
        growth_per_30_days=forecast.growth_per_30_days,
        days_ago=verdict.days_ago,
        falling=falling,
        notes=projection.notes,
        projects=projection.projects,
    )


@dataclass(frozen=True, slots=True, eq=False)
class _Verdict:
    status: Status
    reason: str | None = None
    cdf: Array | None = None
    days_ago: int | None = None


def _judge(projection: Projection, threshold: float | None, *, falling: bool) -> _Verdict:
    if threshold is None:
        return _Verdict(Status.NO_LIMIT, "no limit is set for this metric")
    # Upside down, what falls to a limit rises to it.
    way, at_or = (-1.0, "at or below") if falling else (1.0, "at or above")
    past, limit = way * projection.past, way * threshold
    # A day that is not over yet has not fallen to anything.
    running = int(falling and is_partly_there(projection.notes, projection.forecast.as_of))
    past = past[: len(past) - running]
    if past[-1] >= limit:
        ago = running + _days_above(past, limit)
        since = projection.forecast.as_of - timedelta(days=ago)
        return _Verdict(Status.ALREADY_EXCEEDED, f"{at_or} {exact(threshold)} since {spoken(since)}", days_ago=ago)
    cdf = projection.crossing_cdf(threshold, falling=falling)
    band = DayBand.of_chances(cdf)
    if band.p50 is not None:
        return _Verdict(Status.OK, None, cdf)
    growth, level = projection.forecast.growth_per_30_days, abs(projection.forecast.current)
    if band.p10 is not None or way * growth > STANDSTILL * level:
        status, why = Status.BEYOND_HORIZON, "the likeliest day lies beyond the horizon"
    elif falling:
        grows = growth > STANDSTILL * level
        status, why = (
            Status.NO_GROWTH,
            f"it grows by {exact(float(f'{growth:.4g}'))} in 30 days" if grows else "it does not fall",
        )
    elif growth < -SURE_DECLINE * level:
        status, why = Status.DECLINING, f"it falls by {exact(float(f'{-growth:.4g}'))} in 30 days"
    else:
        status, why = Status.NO_GROWTH, "it does not grow"
    return _Verdict(status, f"{why} ({percent(cdf[-1])} within {counted(len(cdf), 'day')})", cdf)


def _refused(refusal: Refusal, history: History, threshold: float | None, *, falling: bool) -> DaysUntil:
    newest = history.newest
    return DaysUntil(
        metric=history.metric,
        scope_name=history.scope_name,
        threshold=threshold,
        status=refusal.status,
        reason=refusal.reason,
        current=newest[1] if newest else None,
        as_of=newest[0] if newest else None,
        history=HistoryNote.of(history),
        have=refusal.have,
        need=refusal.need,
        falling=falling,
    )


def _days_above(past: Array, threshold: float) -> int:
    """Days since the value came to or above the threshold and stayed there, as far back as is known."""
    known = np.flatnonzero(~np.isnan(past))
    below = known[past[known] < threshold]
    first_above = known[known > below[-1]][0] if len(below) else known[0]
    return int(len(past) - 1 - first_above)
