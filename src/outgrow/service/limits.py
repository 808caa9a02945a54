"""The limits of a platform, its tier's maxima and the configured ones, and what is known of each."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import timedelta

from outgrow.domain.days import month_start
from outgrow.domain.errors import ConfigurationError, UsageError
from outgrow.domain.history import History
from outgrow.domain.ladder import Ladder, Tier
from outgrow.domain.limit import Limit
from outgrow.domain.metric import PLATFORM, Metric, Scope
from outgrow.forecasting.outage import before_outage
from outgrow.forecasting.totals import month_to_date
from outgrow.service.desk import Desk, Series


def configured_limits(desk: Desk) -> list[Limit]:
    """The configured limits, by the metrics' full names; a platform's own scope is written without its key.

    Raises:
        ConfigurationError: a limit names a metric that does not exist, or a scope that is none.
    """
    found = []
    for number, limit in enumerate(desk.config.limits, 1):
        try:
            scope = Scope.parse(limit.scope)
            metric = desk.metrics.resolve(limit.metric).name
        except UsageError as error:
            what = f"{desk.config.read_from}: limit {number} ([[limits]]): {error.what}"
            raise ConfigurationError(what, error.mend) from error
        found.append(replace(limit, metric=metric, scope=str(PLATFORM if scope.kind == PLATFORM.kind else scope)))
    return found


def platform_limits(desk: Desk, histories: Mapping[str, History]) -> list[Limit]:
    """The maxima of the tier that is rented, or that the newest use needs, then the configured limits of any scope.

    Args:
        histories: of the platform's metrics, by name.

    Raises:
        ConfigurationError: a limit names a metric that does not exist, or the settings a tier.
    """
    newest = newest_use(desk, histories)
    usage = {metric.name: newest[metric.name] for metric in resource_metrics(desk) if metric.name in newest}
    tier = desk.ladder.rented(usage, desk.config.plan.current_tier)
    tiers = [limit for limit in tier_limits(desk.ladder, tier) if limit.metric in usage]
    # A limit that nobody set, of something that nobody measures, is no news.
    own = [limit for limit in configured_limits(desk) if limit.metric in newest or not limit.example]
    return [*tiers, *own]


def resource_metrics(desk: Desk, *, sold: bool = False) -> list[Metric]:
    """The metrics that tiers may hold: those of the platform's resources, then what its ladder limits besides.

    Args:
        sold: those of what plans allow together, too.
    """
    measured = [resource.metric for resource in desk.resources]
    limited = [desk.metrics.resolve(name) for name in desk.ladder.metrics]
    together = [resource.sold for resource in desk.resources if resource.sold is not None] if sold else []
    return list({metric.name: metric for metric in (*measured, *limited, *together)}.values())


def tier_limits(ladder: Ladder, tier: Tier) -> list[Limit]:
    """A tier's maxima. What has to be waited for is the tier above it."""
    above = ladder.above(tier)
    lead = above.lead_time_days if above else None
    named = f"tier {tier.name}"
    example = f"{named} of the example ladder" if ladder.example else ""
    return [Limit(name, float(top), named, lead_time_days=lead, example=example) for name, top in tier.maxima.items()]


def newest_use(desk: Desk, histories: Mapping[str, History]) -> dict[str, float]:
    """The newest value of each metric that has one; of a month's total, what its days have come to.

    Args:
        histories: of the platform's metrics, by name; those of months' totals may be of the daily flow.
    """
    newest = {name: last[1] for name, history in histories.items() if (last := before_outage(history)[0].newest)}
    totals = [histories[name].metric for name in newest if histories[name].metric.month_total_of]
    # On the 1st of a month the newest day that is over is still of the month before.
    since = month_start(month_start(desk.today) - timedelta(days=1))
    for flow in desk.forecastables(totals, since=since) if totals else []:
        newest[flow.metric.name] = newest_value(flow) or 0.0
    return newest


def newest_value(history: History) -> float | None:
    """The newest value of a history that a forecast rests on: of a month's total, which is its flow, the sum so far."""
    known = before_outage(history.to_known())[0]
    if not len(known):
        return None
    total = history.metric.month_total_of is not None
    values = month_to_date(known.values, known.first_day, known.metric.begins_on) if total else known.values
    return float(values[-1])


def nearest_limit(desk: Desk, history: History) -> Limit | None:
    """The lowest limit of a metric above its newest value, else its highest; None where it has none.

    What counts is what may be used of a limit; see `Limit.usable`.

    Args:
        history: what its forecast rests on.
    """
    histories = {h.metric.name: h for h in desk.histories(desk.platform_metrics())}
    mine = (history.metric.name, str(history.scope))
    limits = [limit for limit in platform_limits(desk, histories) if (limit.metric, limit.scope) == mine]
    limits.sort(key=lambda limit: limit.usable)
    current = newest_value(history) or 0.0
    return next((limit for limit in limits if limit.usable > current), limits[-1] if limits else None)


def series_of(desk: Desk, limit: Limit) -> tuple[Metric, Scope]:
    """What a limit is held against."""
    return desk.metrics.resolve(limit.metric), Scope.parse(limit.scope)


def scoped_histories(desk: Desk, limits: Sequence[Limit]) -> dict[Series, History]:
    """What the forecasts of limits rest on, by metric and scope: a query for each scope."""
    wanted: dict[Scope, dict[str, Metric]] = {}
    for limit in limits:
        metric, scope = series_of(desk, limit)
        wanted.setdefault(scope, {})[metric.name] = metric
    return {
        (history.metric.name, scope): history
        for scope, metrics in wanted.items()
        for history in desk.forecastables(list(metrics.values()), scope)
    }
