"""When: the day on which a metric reaches a limit."""

import math

from outgrow.domain.errors import BadThresholdError
from outgrow.domain.forecast import DaysUntil
from outgrow.domain.metric import PLATFORM, Scope
from outgrow.forecasting.outlook import days_until
from outgrow.service.limits import nearest_limit
from outgrow.service.view import View


def when(view: View, metric: str, threshold: float | None, scope: Scope = PLATFORM) -> DaysUntil:
    """When a metric first stands at or above a threshold.

    Args:
        metric: name or short name.
        threshold: in the metric's unit; None asks for the platform's nearest limit of it.

    Raises:
        UnknownMetricError: there is no such metric.
        BadThresholdError: the threshold is not a positive, finite number.
    """
    found = view.metrics.resolve(metric)
    known = view.forecastable(found, scope)
    if threshold is not None:
        threshold = checked_threshold(threshold)
    elif scope == PLATFORM:
        threshold = nearest_limit(view, known)
    return days_until(known, threshold, view.today, view.config.rules)


def checked_threshold(threshold: object) -> float:
    """The threshold as a number.

    Raises:
        BadThresholdError: it is not a positive, finite number.
    """
    try:
        number = float(threshold)  # type: ignore[arg-type]
    except (TypeError, ValueError) as error:
        raise BadThresholdError(threshold) from error
    if not math.isfinite(number) or number <= 0:
        raise BadThresholdError(threshold)
    return number
