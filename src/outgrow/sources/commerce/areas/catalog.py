"""Products."""

from collections.abc import Sequence

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from outgrow.domain.metric import TOTAL_PRODUCTS
from outgrow.sources.commerce.contract import Count, CountHistory, MetricsContext
from outgrow.sources.commerce.dayscan import DayScan
from outgrow.sources.commerce.models import Product


class CatalogMetrics:
    """Counts products that are not deleted."""

    area = "catalog"
    metrics = {"total_products": TOTAL_PRODUCTS}  # noqa: RUF012
    limitations = ()

    def collect(self, db: Session, context: MetricsContext) -> Sequence[Count]:
        query = (
            select(func.count())
            .select_from(Product)
            .where(Product.platform_id == context.platform_id, Product.deleted_at.is_(None))
        )
        return [Count("total_products", db.scalar(query) or 0)]

    def rebuild(self, scan: DayScan) -> Sequence[CountHistory]:
        return [CountHistory("total_products", scan.lifetimes(Product, Product.created_at, Product.deleted_at))]
