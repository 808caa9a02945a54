"""The subscriptions of a platform as they are now, or were at any instant: the one place that says which are active."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Select, SQLColumnExpression, func, or_, select
from sqlalchemy.orm import Session

from outgrow.sources.commerce.models import MerchantSubscription, SubscriptionPeriod, SubscriptionTier
from outgrow.sources.commerce.models.billing import COUNTED_AS_ACTIVE, LIMITS, SubscriptionStatus, first_periods


class Subscribed(NamedTuple):
    """A subscription at an instant.

    Attributes:
        tier, plan: id and code of its plan.
        limits: in the order of `LIMITS`, its own in place of its plan's; None where there is none.
    """

    merchant: int
    began: datetime
    number: int
    status: str
    tier: int
    plan: str
    limits: tuple[int | None, ...]

    @property
    def active(self) -> bool:
        """Whether it counts: what it allows is sold."""
        return self.status in COUNTED_AS_ACTIVE

    @property
    def trial(self) -> bool:
        """Whether it is on trial."""
        return self.status == SubscriptionStatus.TRIAL.value


def effective_limits(
    row: type[MerchantSubscription | SubscriptionPeriod], names: Iterable[str] = LIMITS
) -> list[ColumnElement[int]]:
    """SQL for a subscription's limits: its own override, else its tier's."""
    return [func.coalesce(getattr(row, name), getattr(SubscriptionTier, name)) for name in names]


def has_no_periods(platform_id: int) -> ColumnElement[bool]:
    """SQL for subscriptions whose past was not recorded: it is told by the dates of their own rows."""
    known = select(SubscriptionPeriod.subscription_id).where(SubscriptionPeriod.platform_id == platform_id)
    return MerchantSubscription.id.not_in(known)


def active_now(db: Session, platform_id: int) -> list[Subscribed]:
    """Those whose rows say that they are active or on trial, in the order in which they began."""
    row = MerchantSubscription
    query = _of(row, row.tier_id, effective_limits(row)).where(
        row.platform_id == platform_id, row.status.in_(COUNTED_AS_ACTIVE)
    )
    return _in_order(_subscribed(found) for found in db.execute(query))


def subscriptions_at(db: Session, platform_id: int, end: datetime, *, active: bool = True) -> list[Subscribed]:
    """Those that had begun before an instant, each as it was then, in the order in which they began.

    Args:
        active: only those that were active or on trial.
    """
    row, period = MerchantSubscription, SubscriptionPeriod
    recorded = _of(period, period.tier_id, effective_limits(period)).where(
        period.platform_id == platform_id, *alive_at(period.valid_from, period.valid_to, end)
    )
    if active:
        recorded = recorded.where(period.status.in_(COUNTED_AS_ACTIVE))
    found = [_subscribed(each) for each in db.execute(recorded)]
    told = _of(row, row.tier_id, effective_limits(row), row.trial_ends_at, row.ended_at).where(
        row.platform_id == platform_id, row.started_at < end, has_no_periods(platform_id)
    )
    for *columns, trial_ends, ended in db.execute(told):
        each = _subscribed(columns)
        for status, since, until in first_periods(each.status, each.began, trial_ends, ended):
            if since < end and (until is None or until >= end):
                found.append(each._replace(status=status))
    return _in_order(each for each in found if each.active or not active)


def alive_at(
    began: SQLColumnExpression[Any], ended: SQLColumnExpression[Any], end: datetime | None
) -> list[ColumnElement[bool]]:
    """SQL for what had begun before an instant and not ended before it; None: what has not ended."""
    return [ended.is_(None)] if end is None else [began < end, or_(ended.is_(None), ended >= end)]


def _of(
    state: type[MerchantSubscription | SubscriptionPeriod],
    tier: SQLColumnExpression[int],
    limits: Sequence[ColumnElement[int]],
    *more: SQLColumnExpression[Any],
) -> Select[Any]:
    row = MerchantSubscription
    columns: list[Any] = [row.merchant_id, row.started_at, row.id, state.status, tier, SubscriptionTier.code]
    query: Select[Any] = select(*columns, *limits, *more).join(SubscriptionTier, tier == SubscriptionTier.id)
    return query.join(row, SubscriptionPeriod.subscription_id == row.id) if state is SubscriptionPeriod else query


def _subscribed(columns: Sequence[Any]) -> Subscribed:
    merchant, began, number, status, tier, plan, *limits = columns
    return Subscribed(merchant, began, number, status, tier, plan, tuple(limits))


def _in_order(found: Iterable[Subscribed]) -> list[Subscribed]:
    return sorted(found, key=lambda each: (each.began, each.number))
