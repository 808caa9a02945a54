"""Explain: why the date on which a metric reaches its limit moved from one issued forecast to a later one."""

from dataclasses import replace
from datetime import date, timedelta

from outgrow.domain.days import spoken
from outgrow.domain.forecast import Status
from outgrow.domain.issued import IssuedForecast
from outgrow.domain.limit import checked_threshold
from outgrow.domain.metric import PLATFORM, Metric
from outgrow.domain.movement import Movement, NamedLevel
from outgrow.service.comparison import Comparison
from outgrow.service.desk import Desk
from outgrow.service.futures import projects_of
from outgrow.service.limits import platform_limits, tier_limits
from outgrow.service.outlooks import until_level

SINCE_DAYS = 7
"""How far back the earlier forecast lies, if nobody says."""


def explain(desk: Desk, metric: str, since: date | None = None, level: object = None) -> Movement:
    """Why the median crossing date moved since an earlier forecast.

    Compares the forecast that was issued on `since`, or the newest before it, with the newest one that is kept. These
    are without committed projects; what is said with them is told besides.

    Args:
        since: a week before the desk's day by default; where none is kept so far back, the oldest one serves.
        level: in the metric's unit; None asks for the metric's nearest limit.

    Raises:
        UnknownMetricError: there is no such metric.
        BadThresholdError: the level is not a positive, finite number.
        ConfigurationError: a limit names a metric that does not exist.
    """
    found = desk.metrics.resolve(metric)
    threshold = None if level is None else checked_threshold(level)
    nothing = Movement(found, f"{PLATFORM}:{desk.code}", Status.INSUFFICIENT_DATA)
    kept = _issues(desk, found, since)
    if isinstance(kept, str):
        return replace(nothing, reason=kept)
    limits = _limits(desk, *kept, threshold)
    if limits is None:
        return replace(nothing, status=Status.NO_LIMIT, reason=f"no limit is set for {found.name}")
    movement = Comparison(desk, found, *kept, *limits).movement(nothing)
    if not projects_of(desk, found.name):
        return movement
    until = until_level(desk, found, limits[1][1])
    return replace(movement, with_projects=until if until.projects else None)


def _issues(desk: Desk, metric: Metric, since: date | None) -> tuple[IssuedForecast, IssuedForecast] | str:
    """The two forecasts that are compared, or why there are not two."""
    days = desk.store.days_issued(desk.code, metric.name, desk.today)
    keeps = desk.who_keeps_forecasts
    if not days:
        return f"no forecast of {metric.name} is kept up to {spoken(desk.today)}; {keeps}"
    earlier = [day for day in days if day <= (since or desk.today - timedelta(days=SINCE_DAYS))]
    if since is not None and not earlier:
        return f"no forecast of {metric.name} is kept of {spoken(since)} or before: the first is of {spoken(days[0])}"
    if since is None and len(days) == 1:
        return f"of {metric.name} only the forecast of {spoken(days[0])} is kept; {keeps}"
    pair = [
        desk.store.forecast_of(desk.code, metric.name, day)
        for day in ((earlier or days)[-1 if earlier else 0], days[-1])
    ]
    before, now = (issued for issued in pair if issued is not None)
    return before, now


def _limits(
    desk: Desk, before: IssuedForecast, now: IssuedForecast, level: float | None
) -> tuple[NamedLevel, NamedLevel] | None:
    """The limit as it was and as it is; None where the metric has none.

    It is the nearest one above the newer value. Where it bore no such name before, the one of the same level or the
    nearest of then is what it took the place of.
    """
    if level is not None:
        return (None, level), (None, level)
    kept = sorted((limit.threshold, limit.name) for limit in now.limits) or _limits_now(desk, now)
    if not kept:
        return None
    threshold, name = next((limit for limit in kept if limit[0] > now.value), kept[-1])
    then = sorted(before.limits, key=lambda kept: (kept.name != name, kept.threshold != threshold, kept.threshold))
    old = (then[0].name, then[0].threshold) if then else (name, threshold)
    return _called(desk, old), _called(desk, (name, threshold))


def _called(desk: Desk, level: NamedLevel) -> NamedLevel:
    """The limit with that it is an example, where nobody set it."""
    tiers = [limit for tier in desk.ladder for limit in tier_limits(desk.ladder, tier)]
    examples = {limit.name: limit.example for limit in (*tiers, *desk.config.limits) if limit.example}
    return examples.get(level[0] or "", level[0]), level[1]


def _limits_now(desk: Desk, now: IssuedForecast) -> list[tuple[float, str]]:
    """The limits that there are at present, lowest first: where none was kept, since all were reached or came later."""
    histories = {h.metric.name: h for h in desk.histories(desk.platform_metrics())}
    mine = [x for x in platform_limits(desk, histories) if (x.metric, x.scope) == (now.metric, now.scope)]
    return sorted((limit.usable, limit.name) for limit in mine)
