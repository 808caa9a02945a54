"""Recommend: what should be done, most severe first."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import timedelta

from sqlalchemy.orm import Session

from outgrow.domain.limit import Limit
from outgrow.domain.metric import (
    ACTIVE_STORES,
    STORAGE_USED_GB,
    THEORETICAL_ORDERS_LIMIT,
    THEORETICAL_PRODUCTS_LIMIT,
    THEORETICAL_TEAM_LIMIT,
    TOTAL_ORDERS_MONTH,
    TOTAL_PRODUCTS,
    TOTAL_TEAM_MEMBERS,
)
from outgrow.domain.recommendation import Recommendation
from outgrow.forecasting.outlook import days_until
from outgrow.planning import recommendations
from outgrow.planning.recommendations import Infrastructure, SoldCapacity
from outgrow.planning.urgency import LimitOutlook
from outgrow.service.limits import configured_limits
from outgrow.service.trends import growth_over
from outgrow.service.view import View
from outgrow.sources.commerce.health import PlatformHealthService, next_tier_trigger
from outgrow.sources.commerce.platforms import PlatformRef

GROWTH_DAYS = 30
SOLD_METRICS = {
    "products": (TOTAL_PRODUCTS, THEORETICAL_PRODUCTS_LIMIT),
    "orders_monthly": (TOTAL_ORDERS_MONTH, THEORETICAL_ORDERS_LIMIT),
    "team_members": (TOTAL_TEAM_MEMBERS, THEORETICAL_TEAM_LIMIT),
}
"""Used and sold of each resource among the stored metrics."""


@dataclass(frozen=True, slots=True)
class Present:
    """Use by metric name, and what of it was sold."""

    usage: Mapping[str, float]
    sold: tuple[SoldCapacity, ...]


def measured_now(source: Session, platform: PlatformRef, view: View) -> Present:
    """Use and sold capacity as they are in the platform's database at this moment."""
    report = PlatformHealthService(view.config.ladder).get_full_health_report(source, platform, view.today)
    usage = {**report["usage"], STORAGE_USED_GB.name: report["image_storage"]["total_size_gb"]}
    sold = tuple(
        SoldCapacity(name, resource["limited_actual"], resource["theoretical_limit"])
        for name, resource in report["capacity"].items()
        if isinstance(resource, dict) and "theoretical_limit" in resource
    )
    return Present(usage, sold)


def stored_newest(view: View) -> Present:
    """The same from the newest stored values, where the platform's database is not at hand or the day is past."""
    metrics = [ACTIVE_STORES, STORAGE_USED_GB, *(m for pair in SOLD_METRICS.values() for m in pair)]
    newest = {h.metric.name: h.newest[1] for h in view.histories(metrics) if h.newest is not None}
    sold = tuple(
        SoldCapacity(resource, newest[used.name], newest[limit.name])
        for resource, (used, limit) in SOLD_METRICS.items()
        if used.name in newest and limit.name in newest
    )
    return Present(newest, sold)


def recommend(view: View, present: Present) -> list[Recommendation]:
    """Recommendations on sold capacity, infrastructure tier, growth, and storage or other limits."""
    ladder = view.config.ladder
    usage = {name: round(present.usage.get(name, 0)) for name in (ACTIVE_STORES.name, TOTAL_PRODUCTS.name)}
    tier = ladder.required(usage)
    tier_limits = [Limit(name, float(top), f"tier {tier.name}") for name, top in tier.maxima().items() if top]
    infrastructure = Infrastructure(
        tier,
        ladder.above(tier),
        next_tier_trigger(ladder, tier, usage),
        [_outlook(view, limit, present) for limit in tier_limits],
    )
    since = view.today - timedelta(days=GROWTH_DAYS)
    grown = {
        noun: growth.percent if (growth := growth_over(view.history(metric).between(since, None))) else None
        for noun, metric in (("store", ACTIVE_STORES), ("product", TOTAL_PRODUCTS))
    }
    others = [_outlook(view, limit, present) for limit in configured_limits(view)]
    return recommendations.recommend(present.sold, infrastructure, grown, others, view.config.policy)


def _outlook(view: View, limit: Limit, present: Present) -> LimitOutlook:
    metric = view.metrics.resolve(limit.metric)
    until = days_until(view.forecastable(metric), limit.maximum, view.today, view.rules(metric))
    if until.current is None and metric.name in present.usage:
        until = replace(until, current=float(present.usage[metric.name]))
    return LimitOutlook.of(limit, until, view.config.policy)
