"""Plans, who is subscribed to which, and every state a subscription has been in."""

from collections.abc import Iterator
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any

from sqlalchemy import Connection, ForeignKey, Index, Numeric, String, UniqueConstraint, event, insert, update
from sqlalchemy.orm import Mapped, Mapper, mapped_column, relationship
from sqlalchemy.orm.attributes import get_history

from outgrow.sources.commerce.models.base import Code, CommerceBase, Name, OfPlatform, UtcDateTime, as_utc, utc_now
from outgrow.sources.commerce.models.tenancy import Merchant, Platform


class SubscriptionStatus(StrEnum):
    """The states of a subscription; in the first two it counts as active."""

    TRIAL = "trial"
    ACTIVE = "active"
    PAST_DUE = "past_due"
    CANCELLED = "cancelled"
    EXPIRED = "expired"


COUNTED_AS_ACTIVE = (SubscriptionStatus.ACTIVE.value, SubscriptionStatus.TRIAL.value)


class PlanLimits:
    """The four limits of a plan, per merchant. None is unlimited in a tier, and "as the tier" in an override."""

    products_limit: Mapped[int | None]
    orders_limit: Mapped[int | None]
    """Orders a calendar month."""
    team_limit: Mapped[int | None]
    storage_limit_gb: Mapped[int | None]


LIMITS = ("products_limit", "orders_limit", "team_limit", "storage_limit_gb")
"""Its columns."""


class SubscriptionTier(OfPlatform, PlanLimits, CommerceBase):
    """A plan that merchants can buy."""

    __tablename__ = "subscription_tiers"
    __table_args__ = (UniqueConstraint("platform_id", "code"),)

    code: Mapped[str] = mapped_column(Code(64))
    name: Mapped[str] = mapped_column(Name(200), default="")
    price_monthly: Mapped[Decimal] = mapped_column(Numeric(12, 2))

    platform: Mapped[Platform] = relationship()


class MerchantSubscription(OfPlatform, PlanLimits, CommerceBase):
    """A merchant's subscription as it is now; its limits override the tier's where they are set.

    Rows that are added or changed through a session write their own history: see `SubscriptionPeriod`.
    """

    __tablename__ = "merchant_subscriptions"
    __table_args__ = (Index("ix_merchant_subscriptions_platform_started", "platform_id", "started_at"),)

    merchant_id: Mapped[int] = mapped_column(ForeignKey("merchants.id", ondelete="CASCADE"), index=True)
    tier_id: Mapped[int] = mapped_column(ForeignKey("subscription_tiers.id"))
    status: Mapped[str] = mapped_column(String(16), default=SubscriptionStatus.TRIAL.value)
    started_at: Mapped[datetime] = mapped_column(UtcDateTime, default=utc_now)
    trial_ends_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    platform: Mapped[Platform] = relationship()
    merchant: Mapped[Merchant] = relationship()
    tier: Mapped[SubscriptionTier] = relationship()
    periods: Mapped[list["SubscriptionPeriod"]] = relationship(order_by="SubscriptionPeriod.valid_from", viewonly=True)


class SubscriptionPeriod(OfPlatform, PlanLimits, CommerceBase):
    """A span in which a subscription's status, tier and overrides did not change.

    The periods of a subscription follow each other without a gap; the last one has no end. They are what makes
    every past day's counts and limits exact. Code that changes subscriptions past the ORM writes them itself.
    """

    __tablename__ = "subscription_periods"
    __table_args__ = (Index("ix_subscription_periods_platform_from", "platform_id", "valid_from"),)

    subscription_id: Mapped[int] = mapped_column(
        ForeignKey("merchant_subscriptions.id", ondelete="CASCADE"), index=True
    )
    tier_id: Mapped[int] = mapped_column(ForeignKey("subscription_tiers.id"))
    status: Mapped[str] = mapped_column(String(16))
    valid_from: Mapped[datetime] = mapped_column(UtcDateTime)
    valid_to: Mapped[datetime | None] = mapped_column(UtcDateTime)


def first_periods(
    status: str, started_at: datetime, trial_ends_at: datetime | None, ended_at: datetime | None
) -> Iterator[tuple[str, datetime, datetime | None]]:
    """The (status, from, to) that a subscription's own dates tell, for one whose past was not recorded."""
    began = as_utc(started_at)
    trial_ends_at = as_utc(trial_ends_at) if trial_ends_at else None
    ended_at = as_utc(ended_at) if ended_at else None
    alive = SubscriptionStatus.ACTIVE.value if ended_at else status
    if trial_ends_at and trial_ends_at > began and status != SubscriptionStatus.TRIAL:
        trial_over = min(trial_ends_at, ended_at) if ended_at else trial_ends_at
        yield SubscriptionStatus.TRIAL.value, began, trial_over
        began = trial_over
    if ended_at is None:
        yield alive, began, None
        return
    if began < ended_at:
        yield alive, began, ended_at
    yield status, ended_at, None


def _period_values(subscription: MerchantSubscription) -> dict[str, Any]:
    return {
        "platform_id": subscription.platform_id,
        "subscription_id": subscription.id,
        "tier_id": subscription.tier_id,
        **{name: getattr(subscription, name) for name in LIMITS},
    }


@event.listens_for(MerchantSubscription, "after_insert")
def _record_first_periods(
    _mapper: Mapper[MerchantSubscription], connection: Connection, target: MerchantSubscription
) -> None:
    dates = first_periods(target.status, target.started_at, target.trial_ends_at, target.ended_at)
    rows = [
        {**_period_values(target), "status": status, "valid_from": start, "valid_to": end}
        for status, start, end in dates
    ]
    connection.execute(insert(SubscriptionPeriod), rows)


@event.listens_for(MerchantSubscription, "after_update")
def _record_change(_mapper: Mapper[MerchantSubscription], connection: Connection, target: MerchantSubscription) -> None:
    if not any(get_history(target, name).has_changes() for name in ("status", "tier_id", *LIMITS)):
        return
    ended_now = target.ended_at is not None and get_history(target, "ended_at").has_changes()
    changed_at = target.ended_at if ended_now else utc_now()
    connection.execute(
        update(SubscriptionPeriod)
        .where(SubscriptionPeriod.subscription_id == target.id, SubscriptionPeriod.valid_to.is_(None))
        .values(valid_to=changed_at)
    )
    connection.execute(
        insert(SubscriptionPeriod),
        [{**_period_values(target), "status": target.status, "valid_from": changed_at}],
    )
