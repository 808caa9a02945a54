"""The chart of a forecast that was asked for, with its words."""

from outgrow.domain.forecast import Refusal
from outgrow.faces.charts.forecast_chart import forecast_chart
from outgrow.faces.charts.layers import Spec
from outgrow.service.forecast import ForecastAnswer


def answer_chart(asked: ForecastAnswer) -> Spec:
    """A specification of the past, the forecast, and the limit with its crossing."""
    metric = asked.history.metric
    made = None if isinstance(asked.projection, Refusal) else asked.projection.forecast
    rest, platform = asked.until.history, asked.history.platform
    subtitle = f"Platform {platform}, {rest.observed_days:,} days observed and {rest.reconstructed_days:,} rebuilt"
    return forecast_chart(asked.past(), made, asked.until, metric.label, subtitle)
