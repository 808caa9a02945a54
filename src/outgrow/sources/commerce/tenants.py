"""The merchants of a platform as they were at the end of any day: plans, limits and use, in a few scans."""

from datetime import date, datetime, timedelta

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import select
from sqlalchemy.orm import Session

from outgrow.domain.days import day_start, month_start
from outgrow.domain.errors import DataError
from outgrow.domain.resource import COMMERCE
from outgrow.domain.tenant import UNLIMITED, Plan, Subscriptions, Tenants
from outgrow.domain.text import cleaned
from outgrow.sources.commerce.held import HELD, LIMITS
from outgrow.sources.commerce.localdays import local_days, seconds_of
from outgrow.sources.commerce.models import Merchant, SubscriptionTier
from outgrow.sources.commerce.platforms import PlatformRef
from outgrow.sources.commerce.sql import alive_at
from outgrow.sources.commerce.stores import read_owners, store_of
from outgrow.sources.commerce.subscriptions import Subscribed, read_subscriptions
from outgrow.sources.commerce.tallies import Integers, added_up, columns, places_of, tallies

Array = NDArray[np.float64]


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
    ids, names, joined = _read_merchants(db, platform, end)
    tiers, plans = _read_plans(db, platform)
    subscriptions = _subscriptions(read_subscriptions(db, platform.id, end), ids, tiers)
    plan, trial = np.full(len(ids), -1, np.int64), np.zeros(len(ids), np.bool_)
    placed = subscriptions.tenant >= 0
    plan[subscriptions.tenant[placed]] = subscriptions.plan[placed]  # later ones overwrite
    trial[subscriptions.tenant[placed]] = subscriptions.trial[placed]
    used, elsewhere = _use(db, platform, ids, day_start(month_start(day), platform.zone), end)
    return Tenants(
        as_of=day,
        keys=ids.astype(np.str_),
        names=names,
        plans=plans,
        plan=plan,
        trial=trial,
        joined=joined,
        limits=subscriptions.together(len(ids)),
        used=used,
        subscriptions=subscriptions,
        used_elsewhere=tuple(elsewhere.tolist()),
    )


def _read_merchants(
    db: Session, platform: PlatformRef, end: datetime | None
) -> tuple[Integers, NDArray[np.str_], NDArray[np.datetime64]]:
    """Ids, ascending, names, and the days on which they joined."""
    wanted = [Merchant.platform_id == platform.id, *alive_at(Merchant.created_at, Merchant.deleted_at, end)]
    joined = seconds_of(Merchant.created_at, db.get_bind(Merchant).dialect.name)
    query = select(Merchant.id, joined, Merchant.name).where(*wanted).order_by(Merchant.id)
    numbers, seconds, called = columns(db, query, 3)
    ids = np.array(numbers, np.int64)
    names = [cleaned(name or "") or str(number) for number, name in zip(numbers, called, strict=True)]
    return ids, np.array(names, np.str_), local_days(np.array(seconds, np.int64), platform.zone)


def _subscriptions(held: Subscribed, ids: Integers, tiers: Integers) -> Subscriptions:
    at, known = places_of(ids, held.merchant)
    order = np.argsort(tiers, kind="stable")
    plan, planned = places_of(tiers[order], held.tier)
    if not planned.all():
        raise DataError(f"{int((~planned).sum())} subscriptions are of plans that are another platform's")
    return Subscriptions(
        tenant=np.where(known, at, -1),
        plan=order[plan],
        trial=held.trial,
        limits=held.limits,
    )


def _read_plans(db: Session, platform: PlatformRef) -> tuple[Integers, tuple[Plan, ...]]:
    """The platform's plans, cheapest first, and their ids."""
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
    return np.array([row.id for row in rows], np.int64), plans


def _use(
    db: Session, platform: PlatformRef, ids: Integers, month: datetime, end: datetime | None
) -> tuple[Array, Array]:
    """What each merchant uses of each resource that plans limit, (n, n_resources), and what is used besides.

    Args:
        month: its first instant, for what is limited by the month.
        end: the instant before which all is counted; None for the present.
    """
    resources, owners = COMMERCE.by_plan, read_owners(db, platform.id, ids)
    used, elsewhere = np.zeros((len(ids), len(resources))), np.zeros(len(resources))
    for column, resource in enumerate(resources):
        held = HELD[resource.name]
        wanted = [held.table.platform_id == platform.id, *held.there(end, month if resource.monthly else None)]
        parts = tallies(db, held.table, [store_of(held)], [held.amount], wanted)
        stores, sums = added_up((keys[:, 0], amounts) for keys, amounts in parts)
        place = owners.of(stores)
        by_place = np.zeros(len(ids) + 1, np.int64)
        np.add.at(by_place, place, sums[:, 0])  # those of nobody, at -1, come last
        used[:, column], elsewhere[column] = by_place[:-1] / held.units, by_place[-1] / held.units
    return used, elsewhere
