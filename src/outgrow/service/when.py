"""When: the day on which a metric reaches a limit."""

from dataclasses import replace

from outgrow.domain.errors import UsageError
from outgrow.domain.forecast import DaysUntil, Refusal
from outgrow.domain.metric import PLATFORM, Metric, Scope
from outgrow.forecasting.outlook import days_until_of
from outgrow.service.desk import Desk
from outgrow.service.outlooks import asked_level, projection_of


def when(
    desk: Desk, metric: str, threshold: float | None, scope: Scope = PLATFORM, *, falling: bool = False
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
    found = desk.metrics.resolve(metric)
    if falling and threshold is None:
        raise UsageError("no level is given to fall to", f"give one: outgrow when {found.name} LEVEL --falling")
    known = desk.forecastable(found, scope)
    level, example = asked_level(desk, known, threshold, falling=falling)
    # Projects only add: of a fall, the forecast alone tells.
    seen = desk.without_projects() if falling else desk
    projection = projection_of(seen, known, level)
    if falling:
        _check_fall(found if isinstance(projection, Refusal) else projection.forecast.metric)
    until = days_until_of(projection, known, level, falling=falling)
    return replace(until, example=example)


def _check_fall(metric: Metric) -> None:
    flow = metric.month_total_of
    if flow is not None:
        ask = "ask for the daily amounts, "
        every = "week" if (metric.begins_on or 1) < 0 else "month"
        raise UsageError(
            f"{metric.name} begins anew with every {every}, so a fall of it says nothing",
            f"{ask}{flow}" if flow != metric.name else f"{ask}under a name of their own",
        )
