"""Orders: a daily flow, and what it adds up to within a month."""

from collections.abc import Sequence

from sqlalchemy.orm import Session

from outgrow.domain.metric import ORDERS_PER_DAY, TOTAL_ORDERS_MONTH
from outgrow.domain.resource import ORDERS_MONTH
from outgrow.sources.commerce.contract import Count, CountHistory, MetricsContext
from outgrow.sources.commerce.dayscan import DayScan
from outgrow.sources.commerce.held import HELD


class OrderMetrics:
    """Counts orders, ever and in the context's period, whatever their status.

    The orders of one day are known only when that day is over: `rebuild` tells them, `collect` does not.
    """

    area = "orders"
    metrics = {"total": None, "in_period": TOTAL_ORDERS_MONTH, "per_day": ORDERS_PER_DAY}  # noqa: RUF012
    limitations = ()

    def collect(self, db: Session, context: MetricsContext) -> Sequence[Count]:
        orders = HELD[ORDERS_MONTH.name]
        query = orders.count(context.platform_id)
        in_period = query.where(*orders.there(context.date_to, context.date_from))
        return [Count("total", db.scalar(query) or 0), Count("in_period", db.scalar(in_period) or 0)]

    def rebuild(self, scan: DayScan) -> Sequence[CountHistory]:
        placed = scan.held(HELD[ORDERS_MONTH.name])
        return [CountHistory("per_day", placed), CountHistory("in_period", placed)]
