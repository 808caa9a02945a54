"""Products."""

from collections.abc import Sequence

from sqlalchemy.orm import Session

from outgrow.domain.metric import TOTAL_PRODUCTS
from outgrow.domain.resource import PRODUCTS
from outgrow.sources.commerce.contract import Count, CountHistory, MetricsContext
from outgrow.sources.commerce.dayscan import DayScan
from outgrow.sources.commerce.held import HELD, count_now


class CatalogMetrics:
    """Counts products that are not deleted."""

    area = "catalog"
    metrics = {"total_products": TOTAL_PRODUCTS}  # noqa: RUF012
    limitations = ()

    def collect(self, db: Session, context: MetricsContext) -> Sequence[Count]:
        return [Count("total_products", count_now(db, context.platform_id, PRODUCTS))]

    def rebuild(self, scan: DayScan) -> Sequence[CountHistory]:
        return [CountHistory("total_products", scan.held(HELD[PRODUCTS.name]))]
