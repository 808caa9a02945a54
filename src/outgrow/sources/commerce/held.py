"""What stores hold and where it is counted: the one definition of used, for the present, any past day and any span."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, SQLColumnExpression, func, select
from sqlalchemy.orm import Session

from outgrow.domain.resource import COMMERCE, ORDERS_MONTH, PRODUCTS, STORAGE_GB, STORES, TEAM_MEMBERS, Resource
from outgrow.sources.commerce.models import MediaFile, Order, Product, Store, StoreUser
from outgrow.sources.commerce.sql import alive_at, earlier

GB = 10**9
"""Bytes in a gigabyte, as disks are sold: so that 1,000 GB are the terabyte on the invoice."""

Instant = SQLColumnExpression[Any]


@dataclass(frozen=True, slots=True)
class Held:
    """Where something that stores hold is counted.

    Attributes:
        store: whose it is; NULL of what is of no store.
        began: when each of it came.
        ended: when it went; None of what happens, and does not end.
        amount: what is added up, in whole units; None for the number of rows.
        units: how many whole units make one of the resource's.
        limit: the column of plans and subscriptions that limits it; empty where none does.
    """

    table: type[Any]
    store: Instant
    began: Instant
    ended: Instant | None = None
    amount: Instant | None = None
    units: int = 1
    limit: str = ""

    @property
    def instants(self) -> tuple[tuple[Instant, int], ...]:
        """What brings it and what takes it away, with the sign."""
        return ((self.began, 1),) if self.ended is None else ((self.began, 1), (self.ended, -1))

    def there(self, end: datetime | None, since: datetime | None = None) -> list[ColumnElement[bool]]:
        """SQL for what was there just before an instant, None: is there now. Of what happens, for what did before it.

        Args:
            since: leaves out what happened before that instant.
        """
        if self.ended is not None:
            return alive_at(self.began, self.ended, end)
        bounds = [self.began >= since] if since is not None else []
        return bounds if end is None else [*bounds, self.began < end]

    def count(self, platform_id: int | None) -> Select[Any]:
        """How many rows of it there are now; of what happens, ever were."""
        return select(func.count()).select_from(self.table).where(self._of(platform_id), *self.there(None))

    def sum(self, platform_id: int | None) -> Select[Any]:
        """The same, and their amounts together."""
        return self.count(platform_id).add_columns(func.coalesce(func.sum(self.amount), 0))

    def _of(self, platform_id: int | None) -> ColumnElement[bool]:
        mine: ColumnElement[bool] = self.table.platform_id == platform_id
        return mine


HELD: Mapping[str, Held] = {
    STORES.name: Held(Store, Store.id, Store.created_at, earlier(Store.deactivated_at, Store.deleted_at)),
    PRODUCTS.name: Held(Product, Product.store_id, Product.created_at, Product.deleted_at, limit="products_limit"),
    ORDERS_MONTH.name: Held(Order, Order.store_id, Order.created_at, limit="orders_limit"),
    TEAM_MEMBERS.name: Held(
        StoreUser, StoreUser.store_id, StoreUser.created_at, StoreUser.deactivated_at, limit="team_limit"
    ),
    STORAGE_GB.name: Held(
        MediaFile,
        MediaFile.store_id,
        MediaFile.created_at,
        MediaFile.deleted_at,
        MediaFile.bytes,
        GB,
        "storage_limit_gb",
    ),
}
"""By resource."""

LIMITS: Sequence[str] = tuple(HELD[resource.name].limit for resource in COMMERCE.by_plan)
"""The columns of plans' limits, in the order of the resources that plans limit."""

BY_DAY: Mapping[str, Resource] = {
    resource.daily.name: resource
    for resource in sorted(COMMERCE.by_plan, key=lambda resource: resource.daily.is_daily_flow)
}
"""The resources that plans limit, by the metric that follows them from day to day."""


def count_now(db: Session, platform_id: int | None, resource: Resource) -> int:
    """How many there are."""
    return db.scalar(HELD[resource.name].count(platform_id)) or 0
