"""The merchants of a platform as they were at the end of any day: plans, limits and use, in a few grouped queries."""

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import ColumnElement, SQLColumnExpression, func, or_, select
from sqlalchemy.orm import Session

from outgrow.domain.days import day_start, local_day, month_start
from outgrow.domain.tenant import RESOURCES, UNLIMITED, Plan, Tenants
from outgrow.sources.commerce.areas.media import GB
from outgrow.sources.commerce.models import (
    MediaFile,
    Merchant,
    MerchantSubscription,
    Order,
    Product,
    Store,
    StoreUser,
    SubscriptionPeriod,
    SubscriptionTier,
)
from outgrow.sources.commerce.models.billing import COUNTED_AS_ACTIVE, LIMITS, SubscriptionStatus, first_periods
from outgrow.sources.commerce.platforms import PlatformRef

Array = NDArray[np.float64]


def read_tenants(db: Session, platform: PlatformRef, day: date) -> Tenants:
    """The merchants that existed at the end of a local day, with their plans, limits and use of then.

    A merchant with several active subscriptions has the one that began last. Plans' limits and prices are taken as
    they are today, also where they were once different.

    Args:
        db: a session on the platform's database; only read.
        day: in the platform's time zone.
    """
    end = day_start(day + timedelta(days=1), platform.zone)
    merchants = db.execute(
        select(Merchant.id, Merchant.name, Merchant.created_at)
        .where(Merchant.platform_id == platform.id, *_alive(Merchant.created_at, Merchant.deleted_at, end))
        .order_by(Merchant.id)
    ).all()
    ids = np.array([row.id for row in merchants], dtype=np.int64)
    places, plans = _read_plans(db, platform)
    plan, trial, limits = np.full(len(ids), -1, np.int64), np.zeros(len(ids), np.bool_), np.full((len(ids), 4), np.nan)
    subscriptions = _subscriptions(db, platform, end)
    at, found = places_of(ids, [row[0] for row in subscriptions])
    for row, known, (_, _, status, tier, *own) in zip(at, found, subscriptions, strict=True):
        if known:
            plan[row], trial[row] = places[tier], status == SubscriptionStatus.TRIAL.value
            general = plans[places[tier]].limits
            limits[row] = [g if o is None else float(o) for o, g in zip(own, general, strict=True)]
    return Tenants(
        as_of=day,
        keys=ids.astype(np.str_),
        names=np.array([row.name or str(row.id) for row in merchants], dtype=np.str_),
        plans=plans,
        plan=plan,
        trial=trial,
        joined=np.array([local_day(row.created_at, platform.zone) for row in merchants], dtype="datetime64[D]"),
        limits=limits,
        used=_use(db, platform, day, ids),
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


def _subscriptions(db: Session, platform: PlatformRef, end: datetime) -> list[tuple[Any, ...]]:
    """Active and trial ones at an instant: (merchant, began, status, tier, four limits of its own); the last counts."""
    period, row = SubscriptionPeriod, MerchantSubscription
    recorded = (
        select(
            row.merchant_id, row.started_at, row.id, period.status, period.tier_id,
            *(getattr(period, name) for name in LIMITS),
        )
        .join(row, period.subscription_id == row.id)
        .where(
            period.platform_id == platform.id, period.status.in_(COUNTED_AS_ACTIVE),
            *_alive(period.valid_from, period.valid_to, end),
        )
    )  # fmt: skip
    known = select(period.subscription_id).where(period.platform_id == platform.id)
    told = select(
        row.merchant_id, row.started_at, row.id, row.status, row.tier_id,
        *(getattr(row, name) for name in LIMITS),
        row.trial_ends_at, row.ended_at,
    ).where(row.platform_id == platform.id, row.started_at < end, row.id.not_in(known))  # fmt: skip
    rows = [tuple(found) for found in db.execute(recorded)]
    for merchant, began, number, status, tier, *own, trial_ends, ended in db.execute(told):
        for state, since, until in first_periods(status, began, trial_ends, ended):
            if state in COUNTED_AS_ACTIVE and since < end and (until is None or until >= end):
                rows.append((merchant, began, number, state, tier, *own))
    rows.sort(key=lambda found: found[1:3])
    return [(merchant, began, *rest) for merchant, began, _, *rest in rows]


def _use(db: Session, platform: PlatformRef, day: date, ids: NDArray[np.int64]) -> Array:
    """What each merchant uses of each of `RESOURCES`, (n, 4)."""
    end = day_start(day + timedelta(days=1), platform.zone)
    month = day_start(month_start(day), platform.zone)
    size = func.coalesce(func.sum(MediaFile.bytes), 0)
    counted: dict[str, tuple[type[Any], ColumnElement[Any], list[ColumnElement[bool]]]] = {
        "products": (Product, func.count(), _alive(Product.created_at, Product.deleted_at, end)),
        "orders_month": (Order, func.count(), [Order.created_at >= month, Order.created_at < end]),
        "team_members": (StoreUser, func.count(), _alive(StoreUser.created_at, StoreUser.deactivated_at, end)),
        "storage_gb": (MediaFile, size, _alive(MediaFile.created_at, MediaFile.deleted_at, end)),
    }
    used = np.zeros((len(ids), len(RESOURCES)))
    for column, resource in enumerate(RESOURCES):
        table, amount, wanted = counted[resource]
        query = (
            select(Store.merchant_id, amount)
            .select_from(table)
            .join(Store, table.store_id == Store.id)
            .where(table.platform_id == platform.id, *wanted)
            .group_by(Store.merchant_id)
        )
        rows = [(int(merchant), float(number)) for merchant, number in db.execute(query)]
        at, found = places_of(ids, [merchant for merchant, _ in rows])
        amounts = np.array([number for _, number in rows])
        used[at[found], column] = amounts[found] / (GB if resource == "storage_gb" else 1)
    return used


def _alive(
    began: SQLColumnExpression[Any], ended: SQLColumnExpression[Any], end: datetime
) -> list[ColumnElement[bool]]:
    """SQL for what had begun before an instant and not ended before it."""
    return [began < end, or_(ended.is_(None), ended >= end)]


def places_of(ids: NDArray[np.int64], asked: Iterable[int]) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
    """Where each of the asked stands in sorted ids, and whether it is there at all."""
    wanted = np.fromiter(asked, dtype=np.int64)
    if not len(ids):
        return np.zeros(len(wanted), np.int64), np.zeros(len(wanted), np.bool_)
    at = np.minimum(np.searchsorted(ids, wanted), len(ids) - 1)
    return at, ids[at] == wanted
