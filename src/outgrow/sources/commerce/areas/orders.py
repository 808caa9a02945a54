"""Orders: a daily flow, and what it adds up to within a month."""

from collections.abc import Sequence

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from outgrow.domain.metric import ORDERS_PER_DAY, TOTAL_ORDERS_MONTH
from outgrow.sources.commerce.contract import Count, CountHistory, MetricsContext
from outgrow.sources.commerce.dayscan import DayScan
from outgrow.sources.commerce.models import Order


class OrderMetrics:
    """Counts orders, ever and in the context's period, whatever their status.

    The orders of one day are known only when that day is over: `rebuild` tells them, `collect` does not.
    """

    area = "orders"
    metrics = {"total": None, "in_period": TOTAL_ORDERS_MONTH, "per_day": ORDERS_PER_DAY}  # noqa: RUF012
    limitations = ()

    def collect(self, db: Session, context: MetricsContext) -> Sequence[Count]:
        query = select(func.count()).select_from(Order).where(Order.platform_id == context.platform_id)
        in_period = query
        if context.date_from is not None:
            in_period = in_period.where(Order.created_at >= context.date_from)
        if context.date_to is not None:
            in_period = in_period.where(Order.created_at < context.date_to)
        return [Count("total", db.scalar(query) or 0), Count("in_period", db.scalar(in_period) or 0)]

    def rebuild(self, scan: DayScan) -> Sequence[CountHistory]:
        placed = scan.changes(Order, Order.created_at)
        return [CountHistory("per_day", placed), CountHistory("in_period", placed)]
