"""Recommend: what is found on a day that someone should act on, most severe first."""

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta

from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from outgrow.domain.ladder import in_order, next_tier_trigger
from outgrow.domain.limit import Limit
from outgrow.domain.metric import (
    ACTIVE_STORES,
    PLATFORM,
    STORAGE_USED_GB,
    TOTAL_ORDERS_MONTH,
    TOTAL_PRODUCTS,
    TOTAL_TEAM_MEMBERS,
    Metric,
)
from outgrow.domain.recommendation import Finding, Recommendation
from outgrow.domain.resource import COMMERCE, Resource
from outgrow.planning.advice import recommendations
from outgrow.planning.advice.recommendations import Infrastructure, RecentGrowth, SoldCapacity
from outgrow.planning.limits.urgency import LimitOutlook
from outgrow.service.limits import configured_limits, newest_use, tier_limits
from outgrow.service.outlooks import until_limits
from outgrow.service.trends import growth_over
from outgrow.service.view import View
from outgrow.sources.commerce.health import PlatformHealthService
from outgrow.sources.commerce.platforms import PlatformRef
from outgrow.sources.commerce.reading import apart

GROWTH_DAYS = 30

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Present:
    """Use by metric name, and what of it was sold, an entry for each resource that plans limit."""

    usage: Mapping[str, float]
    sold: tuple[SoldCapacity, ...]


def measured_now(source: Session, platform: PlatformRef, view: View) -> Present:
    """Use and sold capacity as they are in the platform's database at this moment."""
    report = PlatformHealthService(view.config.ladder).get_full_health_report(source, platform, view.today)
    capacity = report["capacity"]
    usage = {
        **report["usage"],
        STORAGE_USED_GB.name: report["image_storage"]["total_size_gb"],
        TOTAL_ORDERS_MONTH.name: capacity["orders_monthly"]["actual"],
        TOTAL_TEAM_MEMBERS.name: capacity["team_members"]["actual"],
    }
    return Present(usage, tuple(_sold_of(each, capacity[each.capacity_name]) for each in COMMERCE.by_plan))


def stored_newest(view: View) -> Present:
    """The same from the newest stored values, where the platform's database is not at hand or the day is past."""
    used = [view.metrics.resolve(name) for name in _limitable(view)]
    metrics = list({m.name: m for m in (*used, *(each.sold for each in COMMERCE if each.sold))}.values())
    newest = newest_use(view, {h.metric.name: h for h in view.histories(metrics)})
    return Present(newest, tuple(_stored_of(each, newest) for each in COMMERCE.by_plan))


def captured(source: Session, platform: PlatformRef, view: View) -> Present:
    """Use as it is stored of today, and sold capacity as the platform's database tells it, if it can be asked."""
    stored = stored_newest(view)
    try:
        with apart(source):
            capacity = PlatformHealthService().get_subscription_capacity(source, platform, view.today)
    except SQLAlchemyError:
        logger.warning("what was sold could not be counted", exc_info=True)
        return replace(stored, sold=tuple(SoldCapacity(each, None, None) for each in COMMERCE.by_plan))
    return replace(stored, sold=tuple(_sold_of(each, capacity[each.capacity_name]) for each in COMMERCE.by_plan))


def _sold_of(resource: Resource, capacity: Mapping[str, float]) -> SoldCapacity:
    return SoldCapacity(resource, capacity["limited_actual"], capacity["theoretical_limit"])


def _stored_of(resource: Resource, newest: Mapping[str, float]) -> SoldCapacity:
    """Used and sold; nothing where no snapshot holds what was sold."""
    if resource.sold is None:
        return SoldCapacity(resource, None, None)
    return SoldCapacity(resource, newest.get(resource.metric.name), newest.get(resource.sold.name))


def recommend(view: View, present: Present) -> list[Recommendation]:
    """What this look alone says should be done, most severe first, without what earlier ones found."""
    return recommendations.said_of(find(view, present))


def find(view: View, present: Present) -> list[Finding]:
    """What this look says of sold capacity, infrastructure tier, growth, and storage or other limits.

    Raises:
        ConfigurationError: a limit names a metric that does not exist, or the settings a tier.
    """
    ladder, rented = view.config.ladder, view.config.plan.current_tier
    known = {name: round(present.usage[name]) for name in _limitable(view) if name in present.usage}
    usage = {ACTIVE_STORES.name: 0, TOTAL_PRODUCTS.name: 0, **known}
    tier = ladder.rented(usage, rented)
    tiers, others = tier_limits(view.config.ladder, tier), configured_limits(view)
    outlooks = _outlooks(view, [*tiers, *others], present)
    infrastructure = Infrastructure(
        tier,
        ladder.above(tier),
        next_tier_trigger(ladder, tier, usage, view.metrics),
        outlooks[: len(tiers)],
        [other for other in ladder if rented is None and other != tier],
        ladder.example,
    )
    growth = [
        RecentGrowth(each.metric, each.one, _grown(view, each.metric), GROWTH_DAYS) for each in COMMERCE if each.one
    ]
    return recommendations.find(present.sold, infrastructure, growth, outlooks[len(tiers) :], view.config.policy)


def _limitable(view: View) -> tuple[str, ...]:
    """The metrics that tiers may limit: those of the commerce schema, and whatever else the ladder names."""
    return in_order((*(resource.metric.name for resource in COMMERCE), *view.config.ladder.metrics))


def _grown(view: View, metric: Metric) -> float | None:
    growth = growth_over(view.history(metric).between(view.today - timedelta(days=GROWTH_DAYS), None))
    return growth.percent if growth else None


def _outlooks(view: View, limits: Sequence[Limit], present: Present) -> list[LimitOutlook]:
    outlooks = []
    for limit, until in zip(limits, until_limits(view, limits), strict=True):
        here = limit.scope == str(PLATFORM) and until.current is None and limit.metric in present.usage
        told = replace(until, current=float(present.usage[limit.metric])) if here else until
        outlooks.append(LimitOutlook.of(limit, told, view.config.policy, view.today))
    return outlooks
