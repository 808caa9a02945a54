"""Forecast: every coming day of a metric, as a distribution."""

from dataclasses import dataclass, replace

from outgrow.domain.forecast import DaysUntil, Refusal
from outgrow.domain.history import History
from outgrow.domain.metric import PLATFORM, Scope
from outgrow.forecasting.outlook import days_until_of
from outgrow.forecasting.projection import Projection
from outgrow.forecasting.reserved import ReservedProjection
from outgrow.service.desk import Desk
from outgrow.service.outlooks import asked_level, projection_of


@dataclass(frozen=True, slots=True, eq=False)
class ForecastAnswer:
    """A metric's past, its future or the reason why there is none, and the limit that it is held against."""

    history: History
    projection: Projection | Refusal
    until: DaysUntil

    def past(self) -> History:
        """The daily values that the limit is held against: for a month's total, the total so far on each day."""
        if isinstance(self.projection, Refusal):
            return self.history
        recent = self.history.to_known().between(None, self.projection.forecast.as_of)
        recent = recent.between(recent.day(len(recent) - len(self.projection.past)), None)
        return replace(recent, values=self.projection.past)


def forecast(desk: Desk, metric: str, limit: str | float | None = None, scope: Scope = PLATFORM) -> ForecastAnswer:
    """Forecast a metric, committed projects counted in.

    Args:
        limit: a level in the metric's unit; by default the lowest limit of the platform above the current value.

    Raises:
        UnknownMetricError: there is no such metric.
        BadThresholdError: the limit is not a positive, finite number.
        ConfigurationError: a limit, a project or an event of the settings is not in order.
    """
    found = desk.metrics.resolve(metric)
    known = desk.forecastable(found, scope)
    threshold, example = asked_level(desk, known, limit)
    projection = projection_of(desk, known, threshold)
    if isinstance(projection, ReservedProjection):
        projection = projection.with_bands()
    return ForecastAnswer(known, projection, replace(days_until_of(projection, known, threshold), example=example))
