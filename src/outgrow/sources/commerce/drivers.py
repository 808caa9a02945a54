"""What every store held at the two ends of a period, and its merchant's plan: a few scans, however many stores."""

from datetime import date, datetime, timedelta
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import ColumnElement, and_, case, or_, select
from sqlalchemy.orm import Session

from outgrow.domain.days import day_start
from outgrow.domain.drivers import StoreChanges
from outgrow.domain.resource import STORES
from outgrow.sources.commerce.held import BY_DAY, HELD, Held
from outgrow.sources.commerce.localdays import local_days, seconds_of
from outgrow.sources.commerce.models import Store, SubscriptionTier
from outgrow.sources.commerce.platforms import PlatformRef
from outgrow.sources.commerce.stores import store_of
from outgrow.sources.commerce.subscriptions import read_subscriptions
from outgrow.sources.commerce.tallies import Integers, added_up, all_whole_numbers, places_of, tallies

Ends = tuple[datetime, datetime]


def read_store_changes(db: Session, platform: PlatformRef, metric: str, since: date, until: date) -> StoreChanges:
    """What every store held at the end of two local days; of orders, those placed in the days from one to the other.

    Counted as a backfill counts, so that the stores together are what was rebuilt of the two days. Orders of the
    period are held against those of as many days before it. Stores that were deleted for good left no trace.

    Args:
        db: a session on the platform's database; only read.
        metric: one of `BY_DAY`.
        since, until: in the platform's time zone.
    """
    before, after = (day_start(day + timedelta(days=1), platform.zone) for day in (since, until))
    first = day_start(since - (until - since) + timedelta(days=1), platform.zone)
    ids, merchants, opened, there = _read_stores(db, platform, (before, after))
    held = HELD[BY_DAY[metric].name]
    stores, amounts = _amounts(db, platform, held, first, (before, after))
    at, known = places_of(ids, stores)
    by_store = np.zeros((len(ids), 2), dtype=np.int64)
    by_store[at[known]] = amounts[known]
    unplaced = amounts[~known].sum(axis=0).tolist()
    return StoreChanges(
        before=by_store[:, 0],
        after=by_store[:, 1],
        there_before=there[:, 0],
        there_after=there[:, 1],
        joined=local_days(opened, platform.zone),
        plan=_plans(db, platform, after, merchants),
        unplaced=(unplaced[0], unplaced[1]),
        units=held.units,
    )


def _read_stores(
    db: Session, platform: PlatformRef, ends: Ends
) -> tuple[Integers, Integers, Integers, NDArray[np.bool_]]:
    """Ids, ascending, merchants, seconds of opening, and whether each was there at either end, (n, 2)."""
    opened = seconds_of(Store.created_at, db.get_bind(Store).dialect.name)
    there = [case((and_(*HELD[STORES.name].there(end)), 1), else_=0) for end in ends]
    query = select(Store.id, Store.merchant_id, opened, *there).where(Store.platform_id == platform.id)
    table = all_whole_numbers(db, query.order_by(Store.id), 5)
    return table[:, 0], table[:, 1], table[:, 2], table[:, 3:] == 1


def _amounts(db: Session, platform: PlatformRef, held: Held, first: datetime, ends: Ends) -> tuple[Integers, Integers]:
    """Ids of stores, -1 for none, and what each held before and after, (n, 2)."""
    wanted: list[Any] = [held.table.platform_id == platform.id]
    if held.ended is None:
        spans = [and_(held.began >= begin, held.began < end) for begin, end in ((first, ends[0]), ends)]
        sums = [_sum(span, held) for span in spans]
        wanted.append(or_(*spans))
    else:
        # What came less what went, as a backfill adds it up: the same number even of rows that ended before they began.
        sums = [_sum(held.began < end, held) - _sum(held.ended < end, held) for end in ends]
    parts = tallies(db, held.table, [store_of(held)], sums, wanted)
    return added_up(((keys[:, 0], amounts) for keys, amounts in parts), 2)


def _sum(wanted: ColumnElement[bool], held: Held) -> ColumnElement[Any]:
    return case((wanted, 1 if held.amount is None else held.amount), else_=0)


def _plans(db: Session, platform: PlatformRef, end: datetime, merchants: Integers) -> NDArray[np.str_]:
    """The plan of each merchant at an instant: of the active subscription that began last, else of the last one."""
    tier = SubscriptionTier
    rows = db.execute(select(tier.id, tier.code).where(tier.platform_id == platform.id))
    codes: dict[int, str] = {number: code for number, code in rows}  # noqa: C416 - rows are no pairs to a type checker
    held = read_subscriptions(db, platform.id, end, active=False)
    order = np.argsort(held.active, kind="stable")
    whose, last = np.unique(held.merchant[order][::-1], return_index=True)
    tiers = held.tier[order][::-1][last]
    at, known = places_of(whose, merchants)
    found = np.unique(tiers)
    names = np.array([codes.get(number, "") for number in found.tolist()] + [""], dtype=np.str_)
    place = np.searchsorted(found, tiers)
    return names[np.where(known, place[at] if len(place) else -1, -1)]
