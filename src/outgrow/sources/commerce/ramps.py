"""How real stores of a plan have grown with age: a few grouped scans, whatever their number."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import ColumnElement, SQLColumnExpression, Subquery, func, or_, select, union
from sqlalchemy.orm import Session

from outgrow.domain.days import day_start
from outgrow.domain.errors import ConfigurationError
from outgrow.domain.resource import COMMERCE
from outgrow.domain.scenario import WEEK, Ramp, by_day
from outgrow.sources.commerce.held import HELD, Held
from outgrow.sources.commerce.localdays import local_day
from outgrow.sources.commerce.models import MerchantSubscription, Store, SubscriptionPeriod, SubscriptionTier
from outgrow.sources.commerce.models.base import as_utc
from outgrow.sources.commerce.models.billing import COUNTED_AS_ACTIVE
from outgrow.sources.commerce.platforms import PlatformRef
from outgrow.sources.commerce.subscriptions import has_no_periods
from outgrow.sources.commerce.tallies import added_up, all_whole_numbers, tallies

LEAST_STORES = 3
"""Fewer stores than these are no measure of an age: a ramp ends where not so many have reached it."""
WEEKS = 53
"""Ages are told by the week, up to a year."""

FARTHEST, DAYS = 1_000_000, 10_000_000
"""Days before 1970 and all days that there may be: a pair of days is kept as one number."""

Array = NDArray[np.float64]


def plan_codes(db: Session, platform: PlatformRef) -> list[str]:
    """The codes of the plans that a platform sells, cheapest first."""
    tier = SubscriptionTier
    query = select(tier.code).where(tier.platform_id == platform.id).order_by(tier.price_monthly, tier.id)
    return list(db.scalars(query))


def read_ramp(db: Session, platform: PlatformRef, plan: str, today: date) -> Ramp:
    """What the open stores of a plan have had on each day of their age, in the mean of those that reached it.

    Stores count as the plan's whose merchant is on it now, active or on trial. Means are taken by the week; the last
    week that `LEAST_STORES` stores have lived through stands for all later ones.

    Args:
        db: a session on the platform's database; only read.
        plan: its code.
        today: in the platform's time zone; what is of this day is left out, for it is not over.

    Raises:
        ConfigurationError: too few of its stores are a week old.
    """
    cohorts = _cohorts(db, platform, plan, today)
    lived = (np.datetime64(today, "D") - cohorts.opened).astype(np.int64) // WEEK
    reached = np.array([cohorts.stores[lived > week].sum() for week in range(WEEKS)])
    weeks = int((reached >= LEAST_STORES).sum())
    if not weeks:
        raise _too_few(plan, int(cohorts.stores.sum()))
    sizes = {}
    for resource in COMMERCE.by_plan:
        amounts = _amounts(db, platform, HELD[resource.name], cohorts)
        daily = amounts if resource.monthly else np.maximum(np.cumsum(amounts, axis=1), 0.0)
        weekly = daily.reshape(len(daily), WEEKS, WEEK).mean(axis=2)
        mean = [weekly[lived > week, week].sum() / reached[week] for week in range(weeks)]
        sizes[resource.daily.name] = by_day(np.array(mean))
    return Ramp(sizes, stores=int(reached[0]))


@dataclass(frozen=True, slots=True, eq=False)
class _Cohorts:
    """Stores by the day on which they opened.

    Attributes:
        ids: their (id, created_at).
        opened: datetime64[D] (n,), increasing.
        stores: (n,) how many opened on each.
        span: the first opening, and the instant up to which everything is told.
    """

    ids: Subquery
    opened: NDArray[np.datetime64]
    stores: NDArray[np.int64]
    span: tuple[datetime, datetime]


def _cohorts(db: Session, platform: PlatformRef, plan: str, today: date) -> _Cohorts:
    end = day_start(today, platform.zone)
    ids = _stores(platform, _plan_ids(db, platform, plan), end)
    oldest = db.scalar(select(func.min(ids.c.created_at)))
    if oldest is None:
        raise _too_few(plan, 0)
    span = (as_utc(oldest), end)
    opened = local_day(ids.c.created_at, platform.zone, db.get_bind(Store).dialect.name, *span)
    days, numbers = np.unique(all_whole_numbers(db, select(opened), 1), return_counts=True)
    return _Cohorts(ids, days.astype("datetime64[D]"), numbers, span)


def _plan_ids(db: Session, platform: PlatformRef, plan: str) -> list[int]:
    """The ids of the plan of a code; compared here, because a code is cleaned when it is read."""
    tier = SubscriptionTier
    rows = db.execute(select(tier.id, tier.code).where(tier.platform_id == platform.id))
    return [number for number, code in rows if code == plan]


def _stores(platform: PlatformRef, of_plan: list[int], end: datetime) -> Subquery:
    """The stores of a plan's merchants that were open at an instant: (id, created_at)."""
    period, row = SubscriptionPeriod, MerchantSubscription
    recorded = (
        select(row.merchant_id)
        .join(period, period.subscription_id == row.id)
        .where(
            period.platform_id == platform.id, period.tier_id.in_(of_plan), period.status.in_(COUNTED_AS_ACTIVE),
            period.valid_from < end, _lasts(period.valid_to, end),
        )
    )  # fmt: skip
    told = select(row.merchant_id).where(
        row.platform_id == platform.id, has_no_periods(platform.id), row.tier_id.in_(of_plan), row.started_at < end,
        or_(row.status.in_(COUNTED_AS_ACTIVE), row.ended_at >= end), _lasts(row.ended_at, end),
    )  # fmt: skip
    return (
        select(Store.id, Store.created_at)
        .where(
            Store.platform_id == platform.id, Store.merchant_id.in_(union(recorded, told)), Store.created_at < end,
            _lasts(Store.deactivated_at, end), _lasts(Store.deleted_at, end),
        )
        .subquery()
    )  # fmt: skip


def _lasts(ended: SQLColumnExpression[Any], end: datetime) -> ColumnElement[bool]:
    return or_(ended.is_(None), ended >= end)


def _amounts(db: Session, platform: PlatformRef, held: Held, cohorts: _Cohorts) -> Array:
    """What came less what went on each day of age, for the stores that opened on each day, (n_cohorts, n_days)."""
    dialect = db.get_bind(held.table).dialect.name
    opened = local_day(cohorts.ids.c.created_at, platform.zone, dialect, *cohorts.span)
    found = np.zeros(len(cohorts.opened) * WEEKS * WEEK)
    for instant, sign in held.instants:
        day = local_day(instant, platform.zone, dialect, *cohorts.span)
        wanted = [held.table.platform_id == platform.id, instant < cohorts.span[1], held.store == cohorts.ids.c.id]
        parts = tallies(db, held.table, [opened, day], [held.amount], wanted)
        # Whole units are added up before they become others, so that no order of rows leaves its mark.
        pairs, sums = added_up((keys[:, 0] * DAYS + keys[:, 1] + FARTHEST, amounts) for keys, amounts in parts)
        born, days = np.divmod(pairs, DAYS)
        age = np.maximum(days - FARTHEST - born, 0)  # what is older than its store came with it
        young = age < WEEKS * WEEK
        cell = np.searchsorted(cohorts.opened, born.astype("datetime64[D]")) * WEEKS * WEEK + age
        found += np.bincount(cell[young], sums[young, 0] * np.float64(sign / held.units), len(found))
    return found.reshape(len(cohorts.opened), WEEKS * WEEK)


def _too_few(plan: str, have: int) -> ConfigurationError:
    return ConfigurationError(
        f"how stores of plan '{plan}' grow cannot be told: {have} of its stores are open and known, and "
        f"{LEAST_STORES} have to be a week old",
        "say in the scenario how large they are, for example sizes = { products = 200, orders_per_day = 3 }",
    )
