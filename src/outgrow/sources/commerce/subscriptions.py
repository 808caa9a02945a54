"""The subscriptions of a platform as they are now, or were at any instant: the one place that says what is sold."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import ColumnElement, Select, SQLColumnExpression, and_, case, func, literal, or_, select, union_all
from sqlalchemy.orm import Session

from outgrow.sources.commerce.held import LIMITS
from outgrow.sources.commerce.models import MerchantSubscription, SubscriptionPeriod, SubscriptionTier
from outgrow.sources.commerce.models.billing import COUNTED_AS_ACTIVE, SubscriptionStatus
from outgrow.sources.commerce.sql import alive_at
from outgrow.sources.commerce.tallies import Integers, all_whole_numbers

TRIAL, ACTIVE = SubscriptionStatus.TRIAL.value, SubscriptionStatus.ACTIVE.value
NO_LIMIT = -(2**62)
"""Stands for NULL among whole numbers: no plan allows so little."""


@dataclass(frozen=True, slots=True, eq=False)
class Subscribed:
    """The m subscriptions of a platform at an instant, in the order in which they began.

    Attributes:
        merchant, tier: (m,), the ids of the merchant and of the plan.
        active: bool (m,), whether it counts: what it allows is sold.
        trial: bool (m,), whether it is on trial.
        limits: float64 (m, n_limits), along `LIMITS`, its own in place of its plan's; infinite where there is none.
    """

    merchant: Integers
    tier: Integers
    active: NDArray[np.bool_]
    trial: NDArray[np.bool_]
    limits: NDArray[np.float64]


def read_subscriptions(db: Session, platform_id: int, end: datetime | None, *, active: bool = True) -> Subscribed:
    """Those that had begun before an instant, each as it was then; None: as their rows say now.

    Args:
        active: only those that were active or on trial.
    """
    row, period = MerchantSubscription, SubscriptionPeriod
    if end is None:
        found = _of(row, row.status).where(row.platform_id == platform_id)
        parts = [found.where(row.status.in_(COUNTED_AS_ACTIVE)) if active else found]
    else:
        recorded = _of(period, period.status).where(
            period.platform_id == platform_id, *alive_at(period.valid_from, period.valid_to, end)
        )
        was = _told_status(end)
        told = _of(row, was).where(row.platform_id == platform_id, row.started_at < end, has_no_periods(platform_id))
        parts = [
            part.where(state.in_(COUNTED_AS_ACTIVE)) if active else part
            for part, state in ((recorded, period.status), (told, was))
        ]
    every = union_all(*parts).subquery()
    names = ["merchant", "tier", "active", "trial", *LIMITS]
    query = select(*(every.c[name] for name in names)).order_by(every.c.began, every.c.number)
    table = all_whole_numbers(db, query, len(names))
    limits = table[:, 4:]
    return Subscribed(
        merchant=table[:, 0],
        tier=table[:, 1],
        active=table[:, 2] == 1,
        trial=table[:, 3] == 1,
        limits=np.where(limits == NO_LIMIT, np.inf, limits.astype(np.float64)),
    )


def effective_limits(
    row: type[MerchantSubscription | SubscriptionPeriod], names: Iterable[str] = LIMITS
) -> list[ColumnElement[int]]:
    """SQL for a subscription's limits: its own override, else its tier's."""
    return [func.coalesce(getattr(row, name), getattr(SubscriptionTier, name)) for name in names]


def has_no_periods(platform_id: int) -> ColumnElement[bool]:
    """SQL for subscriptions whose past was not recorded: it is told by the dates of their own rows."""
    known = select(SubscriptionPeriod.subscription_id).where(SubscriptionPeriod.platform_id == platform_id)
    return MerchantSubscription.id.not_in(known)


def _told_status(end: datetime) -> ColumnElement[str]:
    """SQL for the status at an instant of what had begun before it: what `first_periods` tells of that instant."""
    row = MerchantSubscription
    on_trial = and_(
        row.status != TRIAL, row.trial_ends_at > row.started_at, row.trial_ends_at >= end,
        or_(row.ended_at.is_(None), row.ended_at >= end),
    )  # fmt: skip
    return case((on_trial, literal(TRIAL)), (row.ended_at >= end, literal(ACTIVE)), else_=row.status)


def _of(state: type[MerchantSubscription | SubscriptionPeriod], status: SQLColumnExpression[Any]) -> Select[Any]:
    row = MerchantSubscription
    limits = effective_limits(state)
    query: Select[Any] = select(
        row.merchant_id.label("merchant"),
        row.started_at.label("began"),
        row.id.label("number"),
        state.tier_id.label("tier"),
        case((status.in_(COUNTED_AS_ACTIVE), 1), else_=0).label("active"),
        case((status == TRIAL, 1), else_=0).label("trial"),
        *(func.coalesce(limit, NO_LIMIT).label(name) for name, limit in zip(LIMITS, limits, strict=True)),
    ).join(SubscriptionTier, state.tier_id == SubscriptionTier.id)
    return query.join(row, SubscriptionPeriod.subscription_id == row.id) if state is SubscriptionPeriod else query
