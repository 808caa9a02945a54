"""Stores and team members."""

from collections.abc import Sequence

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from outgrow.domain.metric import ACTIVE_STORES, TOTAL_STORES, TOTAL_TEAM_MEMBERS
from outgrow.sources.commerce.contract import Count, CountHistory, MetricsContext
from outgrow.sources.commerce.dayscan import DayScan, earlier
from outgrow.sources.commerce.models import Store, StoreUser


class TenancyMetrics:
    """Counts stores (all, active) and active team members."""

    area = "tenancy"
    metrics = {  # noqa: RUF012
        "total_stores": TOTAL_STORES,
        "active_stores": ACTIVE_STORES,
        "team_members": TOTAL_TEAM_MEMBERS,
    }
    limitations = (
        "stores and team members that were deactivated and later activated again count as active throughout",
    )

    def collect(self, db: Session, context: MetricsContext) -> Sequence[Count]:
        mine = Store.platform_id == context.platform_id
        stores = select(func.count()).select_from(Store).where(mine, Store.deleted_at.is_(None))
        team = (
            select(func.count())
            .select_from(StoreUser)
            .where(StoreUser.platform_id == context.platform_id, StoreUser.is_active)
        )
        return [
            Count("total_stores", db.scalar(stores) or 0),
            Count("active_stores", db.scalar(stores.where(Store.is_active)) or 0),
            Count("team_members", db.scalar(team) or 0),
        ]

    def rebuild(self, scan: DayScan) -> Sequence[CountHistory]:
        opened = scan.changes(Store, Store.created_at)
        closed = scan.changes(Store, earlier(Store.deactivated_at, Store.deleted_at))
        return [
            CountHistory("total_stores", opened - scan.changes(Store, Store.deleted_at)),
            CountHistory("active_stores", opened - closed),
            CountHistory("team_members", scan.lifetimes(StoreUser, StoreUser.created_at, StoreUser.deactivated_at)),
        ]
