"""What the platform uses, what was sold, and which infrastructure tier that takes."""

from collections import Counter
from datetime import date
from typing import Any

from sqlalchemy.orm import Session

from outgrow.domain.days import local_day
from outgrow.domain.ladder import DEFAULT_LADDER, Ladder, next_tier_trigger
from outgrow.domain.metric import MetricCatalogue
from outgrow.domain.resource import COMMERCE, PRODUCTS, STORES, Resource
from outgrow.sources.commerce.areas.database import database_size_mb
from outgrow.sources.commerce.areas.media import files_and_bytes
from outgrow.sources.commerce.held import GB, count_now
from outgrow.sources.commerce.models.base import utc_now
from outgrow.sources.commerce.platforms import PlatformRef, find_platform
from outgrow.sources.commerce.tenants import read_tenants


class MediaService:
    """Statistics of the stored files."""

    def get_storage_stats(self, db: Session, platform: PlatformRef | None = None) -> dict[str, Any]:
        """Files that are not deleted: how many, how large together (`total_size_gb`, 10^9 bytes) and on average."""
        platform = platform or find_platform(db)
        files, size = files_and_bytes(db, platform.id)
        return {
            "total_files": files,
            "total_size_bytes": size,
            "total_size_gb": round(size / GB, 6),
            "average_size_bytes": round(size / files) if files else None,
        }


class PlatformHealthService:
    """Capacity sold and used, infrastructure tier and next trigger.

    Args:
        ladder: the infrastructure tiers; the six default ones if not given.
    """

    def __init__(self, ladder: Ladder = DEFAULT_LADDER) -> None:
        self.ladder = ladder

    def get_subscription_capacity(
        self, db: Session, platform: PlatformRef | None = None, today: date | None = None
    ) -> dict[str, Any]:
        """What active and trial subscriptions allow together, and what is used of it.

        Per resource: `actual` (all use), `theoretical_limit` (sum of the limited subscriptions), `limited_actual` (use
        by merchants who may come to a limit), `utilization_percent` (limited use of the limited sum, None where
        nothing is limited), `headroom`, `unlimited_subscriptions`. A merchant without an active subscription, or with
        one that has no limit, counts in `actual` alone. Also `tier_distribution` and `active_subscriptions`.
        """
        platform = platform or find_platform(db)
        tenants = read_tenants(db, platform, today or local_day(utc_now(), platform.zone), now=True)
        subscribed, actual, within = tenants.subscribed, tenants.used_by_all, tenants.used_limited
        capacity: dict[str, Any] = {}
        for column, resource in enumerate(COMMERCE.by_plan):
            sold = subscribed.sold(column)
            amount, limited = int(sold.amount), len(subscribed.plan) > sold.unlimited
            used = _amount(within[column], resource)
            capacity[resource.capacity_name] = {
                "actual": _amount(actual[column], resource),
                "limited_actual": used,
                "theoretical_limit": amount,
                "utilization_percent": round(100 * used / amount, 1) if amount else None,
                "headroom": round(amount - used, 6) if limited else None,
                "unlimited_subscriptions": sold.unlimited,
            }
        codes = Counter(tenants.plans[place].code for place in subscribed.plan.tolist())
        return {**capacity, "tier_distribution": dict(codes), "active_subscriptions": codes.total()}

    def get_full_health_report(
        self, db: Session, platform: PlatformRef | None = None, today: date | None = None
    ) -> dict[str, Any]:
        """Use, tier, next trigger, storage, database size and sold capacity in one document."""
        platform = platform or find_platform(db)
        usage = self._usage(db, platform)
        tier = self.ladder.required(usage)
        return {
            "platform": platform.code,
            "usage": usage,
            "infrastructure_tier": {
                "name": tier.name,
                "max_stores": tier.maximum(STORES.metric.name),
                "max_products": tier.maximum(PRODUCTS.metric.name),
                "cost_monthly": tier.cost_monthly,
            },
            "next_tier_trigger": next_tier_trigger(self.ladder, tier, usage, MetricCatalogue()),
            "image_storage": MediaService().get_storage_stats(db, platform),
            "database": {"size_mb": self._get_database_size(db)},
            "capacity": self.get_subscription_capacity(db, platform, today),
        }

    def _usage(self, db: Session, platform: PlatformRef) -> dict[str, int]:
        """What the ladder's first dimensions stand at."""
        return {resource.metric.name: count_now(db, platform.id, resource) for resource in (STORES, PRODUCTS)}

    def _get_database_size(self, db: Session) -> float:
        return round(database_size_mb(db), 3)


def _amount(used: float, resource: Resource) -> float | int:
    return int(used) if resource.metric.is_count else round(float(used), 6)


media_service = MediaService()
"""The ready instance."""

platform_health_service = PlatformHealthService()
"""The ready instance, over the default ladder."""
