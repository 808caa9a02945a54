"""What is known of each limit: its metric's forecast, with what committed projects take."""

from collections.abc import Mapping, Sequence

import numpy as np

from outgrow.domain.forecast import DaysUntil, Refusal
from outgrow.domain.history import History
from outgrow.domain.limit import Limit, checked_threshold
from outgrow.domain.metric import PLATFORM, Kind, Metric, Scope
from outgrow.domain.scenario import Project
from outgrow.forecasting.kernels.faults import median
from outgrow.forecasting.outlook import days_until_of
from outgrow.forecasting.projection import MONTH_DAYS, Projection
from outgrow.forecasting.reserved import Reserved, ReservedProjection
from outgrow.planning.ladder.additions import daily_amounts
from outgrow.service.desk import Desk, Series
from outgrow.service.futures import JointFuture, Levels, joint_future, projects_of
from outgrow.service.limits import nearest_limit, scoped_histories


def projections_of(
    desk: Desk, histories: Mapping[Series, History], asked: Levels | None = None
) -> dict[Series, Projection | Refusal]:
    """The forecast of each series, those alike in one go, or why there is none.

    Committed projects that are still to come are counted in, as the ladder's plan counts them. Where none takes room
    of any of these metrics, no futures are simulated.

    Args:
        asked: metrics, and levels that their futures have to be exact at, besides those of the platform's limits.
    """
    made = dict(zip(histories, desk.projected(list(histories.values())), strict=True))
    touched = {
        key: projects
        for key, alone in made.items()
        if isinstance(alone, Projection) and key[1] == PLATFORM and (projects := projects_of(desk, key[0]))
    }
    future = joint_future(desk, asked=asked) if touched else None
    for key, projects in touched.items():
        alone = made[key]
        if future is not None and isinstance(alone, Projection) and key[0] in future.paths.metrics:
            made[key] = _with_projects(desk, alone, future, projects)
    return made


def projection_of(desk: Desk, history: History, level: float | None) -> Projection | Refusal:
    """The forecast of one series, which is to be asked about a level.

    Args:
        history: what it rests on.
    """
    key = (history.metric.name, history.scope)
    asked = {history.metric.name: [] if level is None else [level]} if history.scope == PLATFORM else None
    return projections_of(desk, {key: history}, asked)[key]


def _with_projects(desk: Desk, alone: Projection, future: JointFuture, projects: tuple[Project, ...]) -> Projection:
    """The projection as the projects leave it: as it was, where they make no limit nearer and no growth larger."""
    metric = alone.forecast.metric
    (before, peaks), (after, higher) = (paths.of(metric.name) for paths in (future.alone, future.paths))
    lag = (desk.today - alone.forecast.as_of).days
    nearer, more = not np.array_equal(peaks, higher), _more_growth(desk, metric, future)
    if not nearer and not more:
        return alone
    reserved = Reserved(before, after, higher, lag, nearer)
    return ReservedProjection.of(alone, reserved, projects, alone.forecast.growth_per_30_days + more)


def _more_growth(desk: Desk, metric: Metric, future: JointFuture) -> float:
    """What projects add to the growth over 30 days, as that is told: see `Forecast.growth_per_30_days`."""
    both = (future.alone, future.paths)
    if metric.kind is not Kind.FLOW:
        day = min(MONTH_DAYS, future.paths.n_days) - 1
        before, after = (float(median(paths.of(metric.name)[0][:, day])) for paths in both)
        return after - before
    known = {each.name: each for each in desk.metrics}
    before, after = (float(daily_amounts(paths, metric.name, known)[:, :MONTH_DAYS].mean()) for paths in both)
    return (after - before) * (1 if metric.month_total_of is None else MONTH_DAYS)


def until_limits(desk: Desk, limits: Sequence[Limit]) -> list[DaysUntil]:
    """When each limit is reached."""
    histories = scoped_histories(desk, limits)
    projections = projections_of(desk, histories)
    keys = [(limit.metric, Scope.parse(limit.scope)) for limit in limits]
    return [
        days_until_of(projections[key], histories[key], limit.usable) for key, limit in zip(keys, limits, strict=True)
    ]


def until_level(desk: Desk, metric: Metric, level: float) -> DaysUntil:
    """When one of the platform's metrics reaches a level."""
    known = desk.forecastable(metric)
    return days_until_of(projection_of(desk, known, level), known, level)


def asked_level(desk: Desk, history: History, threshold: object, *, falling: bool = False) -> tuple[float | None, bool]:
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
    nearest = nearest_limit(desk, history)
    return (None, False) if nearest is None else (nearest.usable, bool(nearest.example))
