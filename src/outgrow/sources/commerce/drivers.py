"""What every store held at the two ends of a period, and its merchant's plan: four queries, however many stores."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import ColumnElement, SQLColumnExpression, and_, case, func, or_, select
from sqlalchemy.orm import Session

from outgrow.domain.days import day_start, local_day
from outgrow.domain.drivers import Integers, StoreChanges
from outgrow.domain.metric import ORDERS_PER_DAY, STORAGE_USED_GB, TOTAL_PRODUCTS, TOTAL_TEAM_MEMBERS
from outgrow.sources.commerce.areas.media import GB
from outgrow.sources.commerce.dayscan import earlier
from outgrow.sources.commerce.models import MediaFile, Order, Product, Store, StoreUser
from outgrow.sources.commerce.platforms import PlatformRef
from outgrow.sources.commerce.subscriptions import subscriptions_at
from outgrow.sources.commerce.tenants import places_of

Sum = SQLColumnExpression[Any]


@dataclass(frozen=True, slots=True)
class _Held:
    """Where something that stores hold is counted.

    Attributes:
        ended: None of what happens per day.
        amount: what is added up; None for the number of rows.
        units: how many of what is added up make one of the metric's unit.
    """

    table: type[Any]
    began: Sum
    ended: Sum | None = None
    amount: Sum | None = None
    units: int = 1


HELD: Mapping[str, _Held] = {
    TOTAL_PRODUCTS.name: _Held(Product, Product.created_at, Product.deleted_at),
    TOTAL_TEAM_MEMBERS.name: _Held(StoreUser, StoreUser.created_at, StoreUser.deactivated_at),
    STORAGE_USED_GB.name: _Held(MediaFile, MediaFile.created_at, MediaFile.deleted_at, MediaFile.bytes, GB),
    ORDERS_PER_DAY.name: _Held(Order, Order.created_at),
}
"""By metric; storage is counted in bytes."""


def read_store_changes(db: Session, platform: PlatformRef, metric: str, since: date, until: date) -> StoreChanges:
    """What every store held at the end of two local days; of orders, those placed in the days from one to the other.

    Counted as a backfill counts, so that the stores together are what was rebuilt of the two days. Orders of the
    period are held against those of as many days before it. Stores that were deleted for good left no trace.

    Args:
        db: a session on the platform's database; only read.
        metric: one of `HELD`.
        since, until: in the platform's time zone.
    """
    ends = tuple(day_start(day + timedelta(days=1), platform.zone) for day in (since, until))
    rows = db.execute(
        select(Store.id, Store.merchant_id, Store.created_at, earlier(Store.deactivated_at, Store.deleted_at))
        .where(Store.platform_id == platform.id)
        .order_by(Store.id)
    ).all()
    ids = np.array([row[0] for row in rows], dtype=np.int64)
    plans = _plans(db, platform, ends[1])
    there = [[row[2] < end and (row[3] is None or row[3] >= end) for row in rows] for end in ends]
    first = day_start(since - (until - since) + timedelta(days=1), platform.zone)
    stores, amounts = _amounts(db, platform, HELD[metric], first, (ends[0], ends[1]))
    held = np.zeros((len(ids), 2), dtype=np.int64)
    at, known = places_of(ids, stores)
    held[at[known]] = amounts[known]
    before, after = amounts[~known].sum(axis=0).tolist()
    return StoreChanges(
        before=held[:, 0],
        after=held[:, 1],
        there_before=np.array(there[0], dtype=np.bool_),
        there_after=np.array(there[1], dtype=np.bool_),
        joined=np.array([local_day(row[2], platform.zone) for row in rows], dtype="datetime64[D]"),
        plan=np.array([plans.get(row[1], "") for row in rows], dtype=np.str_),
        unplaced=(before, after),
        units=HELD[metric].units,
    )


def _amounts(
    db: Session, platform: PlatformRef, held: _Held, first: datetime, ends: tuple[datetime, datetime]
) -> tuple[NDArray[np.int64], Integers]:
    """Ids of stores, -1 for none, and what each held before and after, (n, 2)."""
    store: ColumnElement[int] = func.coalesce(held.table.store_id, -1)
    wanted = [held.table.platform_id == platform.id]
    if held.ended is None:
        spans = [and_(held.began >= begin, held.began < end) for begin, end in ((first, ends[0]), ends)]
        sums = [_sum(span, held.amount) for span in spans]
        wanted.append(or_(*spans))
    else:
        # What came less what went, as a backfill adds it up: the same number even of rows that ended before they began.
        sums = [_sum(held.began < end, held.amount) - _sum(held.ended < end, held.amount) for end in ends]
    rows = db.execute(select(store, *sums).where(*wanted).group_by(store)).all()
    # Sums of bytes come as decimals from some databases.
    table = np.array([[int(number) for number in row] for row in rows], dtype=np.int64).reshape(-1, 3)
    return table[:, 0], table[:, 1:]


def _sum(wanted: ColumnElement[bool], amount: Sum | None) -> ColumnElement[Any]:
    return func.sum(case((wanted, 1 if amount is None else amount), else_=0))


def _plans(db: Session, platform: PlatformRef, end: datetime) -> dict[int, str]:
    """The plan of each merchant at an instant: of the active subscription that began last, else of the last one."""
    held = subscriptions_at(db, platform.id, end, active=False)
    return {each.merchant: each.plan for each in sorted(held, key=lambda each: each.active)}
