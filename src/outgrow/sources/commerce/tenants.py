"""The merchants of a platform as they were at the end of any day: plans, limits and use, in a few grouped queries."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from outgrow.domain.days import day_start, local_day, month_start
from outgrow.domain.resource import COMMERCE
from outgrow.domain.tenant import UNLIMITED, Plan, Subscriptions, Tenants
from outgrow.sources.commerce.areas.media import GB
from outgrow.sources.commerce.models import (
    MediaFile,
    Merchant,
    Order,
    Product,
    Store,
    StoreUser,
    SubscriptionTier,
)
from outgrow.sources.commerce.models.billing import LIMITS
from outgrow.sources.commerce.platforms import PlatformRef
from outgrow.sources.commerce.subscriptions import Subscribed, active_now, alive_at, subscriptions_at

Array = NDArray[np.float64]
NOBODY = -1
"""Whose is what belongs to no store."""


def read_tenants(db: Session, platform: PlatformRef, day: date, *, now: bool = False) -> Tenants:
    """The merchants that existed at the end of a local day, with their plans, limits and use of then.

    What a merchant's active subscriptions allow adds up; its plan is that of the one that began last. Plans' limits
    and prices are taken as they are today, also where they were once different.

    Args:
        db: a session on the platform's database; only read.
        day: in the platform's time zone.
        now: all as it is at this moment instead, as a capture counts; the day, which is today, only tells the month.
    """
    end = None if now else day_start(day + timedelta(days=1), platform.zone)
    merchants = db.execute(
        select(Merchant.id, Merchant.name, Merchant.created_at)
        .where(Merchant.platform_id == platform.id, *alive_at(Merchant.created_at, Merchant.deleted_at, end))
        .order_by(Merchant.id)
    ).all()
    ids = np.array([row.id for row in merchants], dtype=np.int64)
    places, plans = _read_plans(db, platform)
    held = active_now(db, platform.id) if end is None else subscriptions_at(db, platform.id, end)
    subscriptions = _subscriptions(held, ids, places)
    plan, trial = np.full(len(ids), -1, np.int64), np.zeros(len(ids), np.bool_)
    for row, place, on_trial in zip(subscriptions.tenant, subscriptions.plan, subscriptions.trial, strict=True):
        if row >= 0:  # later ones overwrite
            plan[row], trial[row] = place, on_trial
    used, elsewhere = _use(db, platform, ids, day_start(month_start(day), platform.zone), end)
    return Tenants(
        as_of=day,
        keys=ids.astype(np.str_),
        names=np.array([row.name or str(row.id) for row in merchants], dtype=np.str_),
        plans=plans,
        plan=plan,
        trial=trial,
        joined=np.array([local_day(row.created_at, platform.zone) for row in merchants], dtype="datetime64[D]"),
        limits=subscriptions.together(len(ids)),
        used=used,
        subscriptions=subscriptions,
        used_elsewhere=tuple(elsewhere.tolist()),
    )


def _subscriptions(held: Sequence[Subscribed], ids: NDArray[np.int64], places: Mapping[int, int]) -> Subscriptions:
    at, known = places_of(ids, [each.merchant for each in held])
    limits = [[UNLIMITED if top is None else float(top) for top in each.limits] for each in held]
    return Subscriptions(
        tenant=np.where(known, at, -1),
        plan=np.array([places[each.tier] for each in held], dtype=np.int64),
        trial=np.array([each.trial for each in held], dtype=np.bool_),
        limits=np.array(limits, dtype=np.float64).reshape(-1, len(COMMERCE.by_plan)),
    )


def _read_plans(db: Session, platform: PlatformRef) -> tuple[dict[int, int], tuple[Plan, ...]]:
    """The platform's plans, cheapest first, and the place of each by its id."""
    tier = SubscriptionTier
    query = select(tier).where(tier.platform_id == platform.id).order_by(tier.price_monthly, tier.id)
    rows = db.scalars(query).all()
    plans = tuple(
        Plan(
            row.code,
            row.name or row.code,
            row.price_monthly,
            tuple(UNLIMITED if (top := getattr(row, name)) is None else float(top) for name in LIMITS),
        )
        for row in rows
    )
    return {row.id: place for place, row in enumerate(rows)}, plans


def _use(
    db: Session, platform: PlatformRef, ids: NDArray[np.int64], month: datetime, end: datetime | None
) -> tuple[Array, Array]:
    """What each merchant uses of each resource that plans limit, (n, 4), and what is used besides, (4,).

    Args:
        month: its first instant, for orders.
        end: the instant before which all is counted; None for the present.
    """
    size = func.coalesce(func.sum(MediaFile.bytes), 0)
    placed = [Order.created_at >= month] + ([] if end is None else [Order.created_at < end])
    counted: dict[str, tuple[type[Any], ColumnElement[Any], list[ColumnElement[bool]]]] = {
        "products": (Product, func.count(), alive_at(Product.created_at, Product.deleted_at, end)),
        "orders_month": (Order, func.count(), placed),
        "team_members": (StoreUser, func.count(), alive_at(StoreUser.created_at, StoreUser.deactivated_at, end)),
        "storage_gb": (MediaFile, size, alive_at(MediaFile.created_at, MediaFile.deleted_at, end)),
    }
    used, elsewhere = np.zeros((len(ids), len(COMMERCE.by_plan))), np.zeros(len(COMMERCE.by_plan))
    for column, resource in enumerate(each.name for each in COMMERCE.by_plan):
        table, amount, wanted = counted[resource]
        merchant: ColumnElement[int] = func.coalesce(Store.merchant_id, NOBODY)
        query = (
            select(merchant, amount)
            .select_from(table)
            .outerjoin(Store, table.store_id == Store.id)
            .where(table.platform_id == platform.id, *wanted)
            .group_by(merchant)
        )
        rows = [(int(who), float(number)) for who, number in db.execute(query)]
        at, found = places_of(ids, [who for who, _ in rows])
        amounts = np.array([number for _, number in rows]) / (GB if resource == "storage_gb" else 1)
        used[at[found], column] = amounts[found]
        elsewhere[column] = amounts[~found].sum()
    return used, elsewhere


def places_of(ids: NDArray[np.int64], asked: Iterable[int]) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
    """Where each of the asked stands in sorted ids, and whether it is there at all."""
    wanted = np.fromiter(asked, dtype=np.int64)
    if not len(ids):
        return np.zeros(len(wanted), np.int64), np.zeros(len(wanted), np.bool_)
    at = np.minimum(np.searchsorted(ids, wanted), len(ids) - 1)
    return at, ids[at] == wanted
