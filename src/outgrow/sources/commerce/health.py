"""What the platform uses, what was sold, and which infrastructure tier that takes."""

from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Select, SQLColumnExpression, func, select
from sqlalchemy.orm import Session

from outgrow.domain.days import day_start, local_day, month_start
from outgrow.domain.ladder import DEFAULT_LADDER, Ladder, Tier
from outgrow.domain.metric import ACTIVE_STORES, TOTAL_PRODUCTS, MetricCatalogue
from outgrow.domain.words import percent
from outgrow.sources.commerce.areas.billing import effective_limit
from outgrow.sources.commerce.areas.catalog import CatalogMetrics
from outgrow.sources.commerce.areas.database import database_size_mb
from outgrow.sources.commerce.areas.media import GB, files_and_bytes
from outgrow.sources.commerce.areas.tenancy import TenancyMetrics
from outgrow.sources.commerce.contract import MetricsContext, MetricsProvider
from outgrow.sources.commerce.models import (
    MediaFile,
    MerchantSubscription,
    Order,
    Product,
    Store,
    StoreUser,
    SubscriptionTier,
)
from outgrow.sources.commerce.models.base import utc_now
from outgrow.sources.commerce.models.billing import COUNTED_AS_ACTIVE
from outgrow.sources.commerce.platforms import PlatformRef, find_platform


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

        Per resource: `actual` (all use), `theoretical_limit` (sum of the limited plans), `limited_actual` (use by
        merchants on limited plans), `utilization_percent` (limited use of the limited sum, None where nothing is
        limited), `headroom`, `unlimited_subscriptions`. A merchant without an active subscription counts in
        `actual` alone. Also `tier_distribution` and `active_subscriptions`.
        """
        platform = platform or find_platform(db)
        month = day_start(month_start(today or local_day(utc_now(), platform.zone)), platform.zone)
        count = func.count()
        size_gb = func.coalesce(func.sum(MediaFile.bytes), 0)
        resources: dict[str, tuple[str, Select[Any], float]] = {
            "products": ("products_limit", _used(Product, count, Product.deleted_at.is_(None)), 1),
            "orders_monthly": ("orders_limit", _used(Order, count, Order.created_at >= month), 1),
            "team_members": ("team_limit", _used(StoreUser, count, StoreUser.deactivated_at.is_(None)), 1),
            "storage_gb": ("storage_limit_gb", _used(MediaFile, size_gb, MediaFile.deleted_at.is_(None)), GB),
        }
        active = (
            select(MerchantSubscription.merchant_id)
            .join(SubscriptionTier, MerchantSubscription.tier_id == SubscriptionTier.id)
            .where(
                MerchantSubscription.platform_id == platform.id,
                MerchantSubscription.status.in_(COUNTED_AS_ACTIVE),
            )
        )
        capacity: dict[str, Any] = {}
        for name, (limit_name, used, unit) in resources.items():
            limit = effective_limit(MerchantSubscription, limit_name)
            sold, limited, number = db.execute(
                active.with_only_columns(func.coalesce(func.sum(limit), 0), func.count(limit), func.count())
            ).one()
            mine = used.where(used.selected_columns[1] == platform.id)
            actual = _amount(db, mine, unit)
            within = _amount(db, mine.where(Store.merchant_id.in_(active.where(limit.is_not(None)))), unit)
            capacity[name] = {
                "actual": actual,
                "limited_actual": within,
                "theoretical_limit": int(sold),
                "utilization_percent": round(100 * within / int(sold), 1) if sold else None,
                "headroom": round(int(sold) - within, 6) if limited else None,
                "unlimited_subscriptions": number - limited,
            }
        tiers = active.with_only_columns(SubscriptionTier.code, func.count()).group_by(SubscriptionTier.code)
        distribution = {code: int(number) for code, number in db.execute(tiers)}
        return {
            **capacity,
            "tier_distribution": distribution,
            "active_subscriptions": sum(distribution.values()),
        }

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
                "max_stores": tier.max_stores,
                "max_products": tier.max_products,
                "cost_monthly": tier.cost_monthly,
            },
            "next_tier_trigger": next_tier_trigger(self.ladder, tier, usage),
            "image_storage": MediaService().get_storage_stats(db, platform),
            "database": {"size_mb": self._get_database_size(db)},
            "capacity": self.get_subscription_capacity(db, platform, today),
        }

    def _usage(self, db: Session, platform: PlatformRef) -> dict[str, int]:
        """What the ladder's dimensions stand at, as their areas count it."""
        context = MetricsContext(platform_id=platform.id)
        areas: tuple[MetricsProvider, ...] = (TenancyMetrics(), CatalogMetrics())
        counted = {area.metrics[c.key]: round(c.value) for area in areas for c in area.collect(db, context)}
        return {metric.name: counted[metric] for metric in (ACTIVE_STORES, TOTAL_PRODUCTS)}

    def _get_database_size(self, db: Session) -> float:
        return round(database_size_mb(db), 3)


def next_tier_trigger(ladder: Ladder, tier: Tier, usage: dict[str, int]) -> str | None:
    """One sentence on what will make the next tier necessary; None on the last tier.

    Args:
        usage: by metric; what it does not name is no trigger.
    """
    following = ladder.above(tier)
    shares = {m: usage[m] / top for m, top in tier.maxima().items() if top and m in usage}
    if following is None or not shares:
        return None
    metric = max(shares, key=lambda name: shares[name])
    top = tier.maxima()[metric]
    assert top is not None, "only limited metrics have a share"  # noqa: S101
    limit = MetricCatalogue().resolve(metric).amount(top)
    return f"{following.name} at {limit} ({usage[metric]:,} now, {percent(shares[metric])})"


def _used(table: Any, amount: ColumnElement[Any], *where: SQLColumnExpression[bool]) -> Select[Any]:  # noqa: ANN401
    """Use of a resource, joined to its store so that it can be held against a merchant's plan."""
    query: Select[Any] = (
        select(amount, table.platform_id)
        .select_from(table)
        .outerjoin(Store, table.store_id == Store.id)
        .where(*where)
        .group_by(table.platform_id)
    )
    return query


def _amount(db: Session, query: Select[Any], unit: float) -> float | int:
    row = db.execute(query).first()
    amount = row[0] if row else 0
    return int(amount) if unit == 1 else round(float(amount) / unit, 6)


media_service = MediaService()
"""The ready instance."""

platform_health_service = PlatformHealthService()
"""The ready instance, over the default ladder."""
