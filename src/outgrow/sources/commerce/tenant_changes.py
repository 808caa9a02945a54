"""How each merchant's use changed day by day: one grouped scan for what came and one for what went."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Select, SQLColumnExpression, func, select
from sqlalchemy.orm import Session

from outgrow.domain.days import day_start
from outgrow.domain.tenant import Tenants, UseChanges
from outgrow.sources.commerce.areas.media import GB
from outgrow.sources.commerce.localdays import local_day
from outgrow.sources.commerce.models import MediaFile, Order, Product, Store, StoreUser
from outgrow.sources.commerce.platforms import PlatformRef
from outgrow.sources.commerce.tenants import places_of

FETCHED = 20_000
"""Rows at a time: they become arrays before the next are fetched."""

Sum = SQLColumnExpression[Any]
Part = tuple[NDArray[np.int32], NDArray[np.int16], NDArray[np.float64]]

COUNTED: dict[str, tuple[type[Any], Sum, tuple[tuple[Sum, float], ...]]] = {
    "products": (Product, func.count(), ((Product.created_at, 1.0), (Product.deleted_at, -1.0))),
    "orders_month": (Order, func.count(), ((Order.created_at, 1.0),)),
    "team_members": (StoreUser, func.count(), ((StoreUser.created_at, 1.0), (StoreUser.deactivated_at, -1.0))),
    "storage_gb": (
        MediaFile,
        func.sum(MediaFile.bytes),
        ((MediaFile.created_at, 1.0 / GB), (MediaFile.deleted_at, -1.0 / GB)),
    ),
}
"""Where each resource is counted: the table, what is added up, and the instants that bring it and take it away."""


def read_tenant_changes(db: Session, platform: PlatformRef, tenants: Tenants, resource: str, n_days: int) -> UseChanges:
    """The changes of one resource's use over the newest days, net of what was deleted; of orders, those placed.

    Args:
        db: a session on the platform's database; only read.
        tenants: whose changes; their day is the newest one.
        resource: the name of one that plans limit.
        n_days: how many days back, the newest one included.
    """
    table, amount, instants = COUNTED[resource]
    first = tenants.as_of - timedelta(days=n_days - 1)
    begin, end = (day_start(day, platform.zone) for day in (first, tenants.as_of + timedelta(days=1)))
    ids = tenants.keys.astype(np.int64)
    parts = [_NOTHING]
    for instant, factor in instants:
        day = local_day(instant, platform.zone, db.get_bind(table).dialect.name, begin, end).label("day")
        query = (
            select(Store.merchant_id, day, amount)
            .select_from(table)
            .join(Store, table.store_id == Store.id)
            .where(table.platform_id == platform.id, instant >= begin, instant < end)
            .group_by(Store.merchant_id, day)
        )
        for merchants, days, amounts in _fetched(db, query):
            at, known = places_of(ids, merchants)
            since = (np.array(days, dtype="datetime64[D]") - np.datetime64(first, "D")).astype(np.int16)
            parts.append((at[known].astype(np.int32), since[known], factor * np.array(amounts, np.float64)[known]))
    tenant, since, changes = (np.concatenate(column) for column in zip(*parts, strict=True))
    return UseChanges.of(tenants.as_of, n_days, tenant, since, changes)


_NOTHING: Part = (np.empty(0, np.int32), np.empty(0, np.int16), np.empty(0))


def _fetched(db: Session, query: Select[Any]) -> Iterator[Any]:
    """Columns of a query's rows, some thousand rows at a time."""
    for rows in db.execute(query.execution_options(yield_per=FETCHED)).partitions():
        yield zip(*rows, strict=True)
