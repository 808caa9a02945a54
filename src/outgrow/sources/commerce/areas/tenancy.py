"""Stores and team members."""

from collections.abc import Sequence

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from outgrow.domain.metric import ACTIVE_STORES, TOTAL_STORES, TOTAL_TEAM_MEMBERS
from outgrow.domain.resource import STORES, TEAM_MEMBERS
from outgrow.sources.commerce.contract import Count, CountHistory, MetricsContext
from outgrow.sources.commerce.dayscan import Changes, DayScan
from outgrow.sources.commerce.held import HELD, count_now
from outgrow.sources.commerce.models import Store


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
        stores = (
            select(func.count())
            .select_from(Store)
            .where(Store.platform_id == context.platform_id, Store.deleted_at.is_(None))
        )
        return [
            Count("total_stores", db.scalar(stores) or 0),
            Count("active_stores", count_now(db, context.platform_id, STORES)),
            Count("team_members", count_now(db, context.platform_id, TEAM_MEMBERS)),
        ]

    def rebuild(self, scan: DayScan) -> Sequence[CountHistory]:
        active = HELD[STORES.name]
        opened = scan.changes(Store, active.began)
        closed = Changes.none() if active.ended is None else scan.changes(Store, active.ended)
        return [
            CountHistory("total_stores", opened - scan.changes(Store, Store.deleted_at)),
            CountHistory("active_stores", opened - closed),
            CountHistory("team_members", scan.held(HELD[TEAM_MEMBERS.name])),
        ]
