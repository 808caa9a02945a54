"""What one look finds that someone should act on: of capacity sold, tier, growth, storage and other limits."""

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta

from outgrow.domain.errors import OutgrowError
from outgrow.domain.ladder import next_tier_trigger
from outgrow.domain.limit import Limit
from outgrow.domain.metric import PLATFORM, Metric
from outgrow.domain.recommendation import Finding
from outgrow.domain.snapshot import shortened
from outgrow.domain.tenant import Tenants
from outgrow.forecasting.growth import growth_over
from outgrow.planning.advice import recommendations
from outgrow.planning.advice.recommendations import Infrastructure, RecentGrowth, SoldCapacity
from outgrow.planning.limits.urgency import LimitOutlook
from outgrow.service.desk import Desk
from outgrow.service.limits import configured_limits, newest_use, resource_metrics, tier_limits
from outgrow.service.outlooks import until_limits

GROWTH_DAYS = 30
DECIMALS = 6
"""Of amounts that are no counts: gigabytes to the kilobyte."""

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class NewestUse:
    """Use by metric name, and what of it was sold, an entry for each resource that plans limit."""

    usage: Mapping[str, float]
    sold: Sequence[SoldCapacity]


def use_to_judge(desk: Desk) -> NewestUse:
    """What is used and sold: as the source counts it at this moment, or as it is stored.

    A day that somebody named is judged by what was stored then.
    """
    source = desk.tenant_source if desk.is_present else None
    if source is None:
        return stored_use(desk)
    tenants = source.tenants(desk.today, now=True)
    by_plan = {resource.metric.name for resource in desk.resources.by_plan}
    others = {metric.name: metric for metric in resource_metrics(desk) if metric.name not in by_plan}
    counted = source.measure(desk.today, lambda metric: metric.name in others)
    usage = {
        each.metric.name: each.reading.value
        for each in counted
        if each.metric.name in others and each.scope == PLATFORM and each.reading.value is not None
    }
    # What the source does not tell of this moment, such as what was imported beside it, is judged as it is stored.
    untold = [metric for name, metric in others.items() if name not in usage]
    stored = newest_use(desk, {h.metric.name: h for h in desk.histories(untold)}) if untold else {}
    return NewestUse({**stored, **usage, **_used(tenants)}, _sold(tenants))


def stored_use(desk: Desk) -> NewestUse:
    """The same from the newest stored values."""
    newest = newest_use(desk, {h.metric.name: h for h in desk.histories(resource_metrics(desk, sold=True))})
    return NewestUse(
        newest,
        [
            SoldCapacity(
                resource,
                None if resource.sold is None else newest.get(resource.metric.name),
                None if resource.sold is None else newest.get(resource.sold.name),
            )
            for resource in desk.resources.by_plan
        ],
    )


def captured_use(desk: Desk) -> NewestUse:
    """Use as it is stored of today, and sold capacity as the source tells it, if it can be asked."""
    stored = stored_use(desk)
    if desk.tenant_source is None:
        return stored
    try:
        with desk.store.apart():  # where both are one database, its transaction has to live on
            return replace(stored, sold=_sold(desk.tenant_source.tenants(desk.today, now=True)))
    except Exception as error:  # a source may fail in any way of its own; what was captured is worth more than this
        reason = error.what if isinstance(error, OutgrowError) else f"{type(error).__name__}: {error}"
        logger.warning("what was sold could not be counted: %s", shortened(reason))
        logger.debug("why it could not be counted", exc_info=True)
        return replace(stored, sold=[SoldCapacity(resource, None, None) for resource in desk.resources.by_plan])


def _whole(amount: float) -> float:
    """A whole number where it is one."""
    return int(amount) if float(amount).is_integer() else round(amount, DECIMALS)


def _used(tenants: Tenants) -> dict[str, float]:
    """What all tenants use together, and whoever else, by metric."""
    amounts = tenants.used_by_all.tolist()
    return {resource.metric.name: used for resource, used in zip(tenants.columns, amounts, strict=True)}


def _sold(tenants: Tenants) -> list[SoldCapacity]:
    """What is used of what was sold, by tenants on limited plans."""
    subscribed, used = tenants.subscribed, tenants.used_limited.tolist()
    return [
        SoldCapacity(
            resource,
            _whole(used[column]) if resource.metric.is_count else round(used[column], DECIMALS),
            _whole(subscribed.sold(column).amount),
        )
        for column, resource in enumerate(tenants.columns)
    ]


def find(desk: Desk, newest: NewestUse) -> list[Finding]:
    """What this look says of sold capacity, infrastructure tier, growth, and storage or other limits.

    Raises:
        ConfigurationError: a limit names a metric that does not exist, or the settings a tier.
    """
    ladder, rented = desk.ladder, desk.config.plan.current_tier
    held = resource_metrics(desk)
    usage = {metric.name: newest.usage[metric.name] for metric in held if metric.name in newest.usage}
    tier = ladder.rented(usage, rented)
    tiers, others = tier_limits(ladder, tier), configured_limits(desk)
    outlooks = _outlooks(desk, [*tiers, *others], newest)
    infrastructure = Infrastructure(
        tier,
        ladder.above(tier),
        next_tier_trigger(ladder, tier, usage, desk.metrics),
        outlooks[: len(tiers)],
        [other for other in ladder if rented is None and other != tier],
        ladder.example,
    )
    growth = [
        RecentGrowth(resource.metric, resource.one, _grown(desk, resource.metric), GROWTH_DAYS)
        for resource in desk.resources
        if resource.one
    ]
    return recommendations.find(newest.sold, infrastructure, growth, outlooks[len(tiers) :], desk.config.policy)


def _grown(desk: Desk, metric: Metric) -> float | None:
    growth = growth_over(desk.history(metric).between(desk.today - timedelta(days=GROWTH_DAYS), None))
    return growth.percent if growth else None


def _outlooks(desk: Desk, limits: Sequence[Limit], newest: NewestUse) -> list[LimitOutlook]:
    outlooks = []
    for limit, until in zip(limits, until_limits(desk, limits), strict=True):
        here = limit.scope == str(PLATFORM) and until.current is None and limit.metric in newest.usage
        told = replace(until, current=float(newest.usage[limit.metric])) if here else until
        outlooks.append(LimitOutlook.of(limit, told, desk.config.policy, desk.today))
    return outlooks
