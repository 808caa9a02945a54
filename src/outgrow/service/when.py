"""When: the day on which a metric reaches a limit."""

import math
from dataclasses import replace

from outgrow.domain.errors import BadThresholdError, UsageError
from outgrow.domain.forecast import DaysUntil, Refusal
from outgrow.domain.history import History
from outgrow.domain.metric import PLATFORM, Metric, Scope
from outgrow.forecasting.outlook import days_until_of
from outgrow.service.limits import nearest_limit
from outgrow.service.outlooks import projection_of
from outgrow.service.view import View


def when(
    view: View, metric: str, threshold: float | None, scope: Scope = PLATFORM, *, falling: bool = False
) -> DaysUntil:
    """When a metric first stands at or above a threshold, committed projects counted in.

    Args:
        metric: name or short name.
        threshold: in the metric's unit; None asks for its nearest limit.
        falling: when it first stands at or below the threshold, which has to be given then and may be 0; projects do
            not count.

    Raises:
        UnknownMetricError: there is no such metric.
        BadThresholdError: the threshold is not a positive, finite number, nor the 0 of a fall.
        UsageError: nothing can be said of such a fall.
        ConfigurationError: a limit, a project or an event of the settings is not in order.
    """
    found = view.metrics.resolve(metric)
    if falling and threshold is None:
        raise UsageError("no level is given to fall to", f"give one: outgrow when {found.name} LEVEL --falling")
    known = view.forecastable(found, scope)
    level, example = asked_level(view, known, threshold, falling=falling)
    # Projects only add: of a fall, the forecast alone tells.
    seen = view.without_projects() if falling else view
    projection = projection_of(seen, known, level)
    if falling:
        _check_fall(found if isinstance(projection, Refusal) else projection.forecast.metric)
    until = days_until_of(projection, known, level, falling=falling)
    return replace(until, example=example)


def asked_level(view: View, history: History, threshold: object, *, falling: bool = False) -> tuple[float | None, bool]:
    """The level that is meant, and whether it is an example that nobody set.

    Args:
        history: what the metric's forecast rests on.
        threshold: None asks for the metric's nearest limit.
        falling: the threshold is fallen to.

    Raises:
        BadThresholdError: as `checked_threshold`.
    """
    if threshold is not None:
        return checked_threshold(threshold, falling=falling), False
    nearest = nearest_limit(view, history)
    return (None, False) if nearest is None else (nearest.usable, bool(nearest.example))


def _check_fall(metric: Metric) -> None:
    flow = metric.month_total_of
    if flow is not None:
        ask = "ask for the daily amounts, "
        every = "week" if (metric.begins_on or 1) < 0 else "month"
        raise UsageError(
            f"{metric.name} begins anew with every {every}, so a fall of it says nothing",
            f"{ask}{flow}" if flow != metric.name else f"{ask}under a name of their own",
        )


def checked_threshold(threshold: object, *, falling: bool = False) -> float:
    """The threshold as a number.

    Args:
        falling: it is fallen to: what runs out does so at 0, which nothing has to rise to.

    Raises:
        BadThresholdError: it is not a positive, finite number, nor the 0 of a fall.
    """
    try:
        number = float(threshold)  # type: ignore[arg-type]
    except (TypeError, ValueError, OverflowError) as error:
        raise BadThresholdError(threshold, falling=falling) from error
    if not math.isfinite(number) or number < 0 or (number == 0 and not falling):
        raise BadThresholdError(threshold, falling=falling)
    return abs(number)  # -0 would be told as such
