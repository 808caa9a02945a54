"""What is known of each limit: its metric's forecast, with what committed projects take."""

from collections.abc import Mapping, Sequence

from outgrow.domain.forecast import DaysUntil, Refusal
from outgrow.domain.history import History
from outgrow.domain.limit import Limit
from outgrow.domain.metric import PLATFORM, Scope
from outgrow.forecasting.outlook import days_until_of
from outgrow.forecasting.projection import Projection, project_all
from outgrow.forecasting.reserved import ReservedProjection
from outgrow.service.ladder import joint_future
from outgrow.service.limits import Series, scoped_histories
from outgrow.service.view import View


def projections_of(view: View, histories: Mapping[Series, History]) -> dict[Series, Projection | Refusal]:
    """The forecast of each series, those alike in one go, or why there is none.

    Committed projects that are still to come are counted in, as the ladder's plan counts them.
    """
    asked = [(history, view.rules(history.metric, scope)) for (_, scope), history in histories.items()]
    made = dict(zip(histories, project_all(asked, view.today), strict=True))
    known = any(isinstance(each, Projection) for each in made.values())
    if not known or not any(project.on > view.today for project in view.config.projects):
        return made
    future = joint_future(view)
    for (name, scope), alone in made.items():
        if isinstance(alone, Projection) and scope == PLATFORM and name in future.reserved:
            lag = (view.today - alone.forecast.as_of).days
            made[name, scope] = ReservedProjection.of(alone, future.paths.of(name)[1], lag)
    return made


def until_limits(view: View, limits: Sequence[Limit]) -> list[DaysUntil]:
    """When each limit is reached."""
    histories = scoped_histories(view, limits)
    projections = projections_of(view, histories)
    keys = [(limit.metric, Scope.parse(limit.scope)) for limit in limits]
    return [
        days_until_of(projections[key], histories[key], limit.usable) for key, limit in zip(keys, limits, strict=True)
    ]
