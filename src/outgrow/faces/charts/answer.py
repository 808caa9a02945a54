"""The chart of a forecast that was asked for, with its words."""

from outgrow.domain.forecast import Refusal
from outgrow.domain.words import counted
from outgrow.faces.charts.forecast_chart import forecast_chart
from outgrow.faces.charts.layers import Spec
from outgrow.service.forecast import ForecastAnswer


def answer_chart(asked: ForecastAnswer) -> Spec:
    """A specification of the past, the forecast, and the limit with its crossing."""
    metric = asked.history.metric
    projection = None if isinstance(asked.projection, Refusal) else asked.projection
    made, events = (None, ()) if projection is None else (projection.forecast, projection.events)
    rest, platform = asked.until.history, asked.history.platform
    known = counted(rest.observed_days + rest.reconstructed_days, "day")
    told = f"{known} of history, {rest.observed_days:,} of them observed"
    projects = "".join(f", with {project.sentence()}" for project in projection.projects) if projection else ""
    subtitle = f"Platform {platform}, {told}{projects}"
    return forecast_chart(asked.past(), made, asked.until, metric.label, subtitle, events=events)
