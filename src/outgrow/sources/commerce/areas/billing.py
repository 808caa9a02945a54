"""Subscriptions: how many, in which plans, and what they allow together."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import date

from sqlalchemy import case, func, select
from sqlalchemy.orm import Session

from outgrow.domain.errors import DataError
from outgrow.domain.metric import (
    ACTIVE_SUBSCRIPTIONS,
    THEORETICAL_ORDERS_LIMIT,
    THEORETICAL_PRODUCTS_LIMIT,
    THEORETICAL_TEAM_LIMIT,
    TIER_SUBSCRIPTIONS,
    TOTAL_SUBSCRIPTIONS,
    TRIAL_STORES,
    Scope,
)
from outgrow.domain.resource import COMMERCE
from outgrow.sources.commerce.contract import Count, CountHistory, MetricsContext
from outgrow.sources.commerce.dayscan import Changes, DayScan
from outgrow.sources.commerce.held import HELD
from outgrow.sources.commerce.models import (
    MerchantSubscription,
    SubscriptionPeriod,
    SubscriptionStatus,
    SubscriptionTier,
)
from outgrow.sources.commerce.models.billing import COUNTED_AS_ACTIVE, first_periods
from outgrow.sources.commerce.subscriptions import effective_limits, has_no_periods

SOLD = {resource.sold.name: HELD[resource.name].limit for resource in COMMERCE.by_plan if resource.sold is not None}
"""Which plan limit each captured sum adds up. A plan without that limit adds nothing."""


class BillingMetrics:
    """Counts subscriptions, trials, the plans of the active ones and the capacity they were sold.

    Active is a subscription whose status is active or trial.
    """

    area = "billing"
    metrics = {  # noqa: RUF012
        "total_subscriptions": TOTAL_SUBSCRIPTIONS,
        "active_subscriptions": ACTIVE_SUBSCRIPTIONS,
        "trial_subscriptions": TRIAL_STORES,
        "tier_subscriptions": TIER_SUBSCRIPTIONS,
        "theoretical_products_limit": THEORETICAL_PRODUCTS_LIMIT,
        "theoretical_orders_limit": THEORETICAL_ORDERS_LIMIT,
        "theoretical_team_limit": THEORETICAL_TEAM_LIMIT,
    }
    limitations = ("a plan's limits are taken as they are today, also where they were once different",)

    def collect(self, db: Session, context: MetricsContext) -> Sequence[Count]:
        subscription = MerchantSubscription
        query = (
            select(
                subscription.status,
                SubscriptionTier.code,
                func.count(),
                *(func.coalesce(func.sum(limit), 0) for limit in effective_limits(subscription, SOLD.values())),
            )
            .outerjoin(SubscriptionTier, subscription.tier_id == SubscriptionTier.id)
            .where(subscription.platform_id == context.platform_id)
            .group_by(subscription.status, SubscriptionTier.code)
        )
        groups = db.execute(query).all()
        if orphans := sum(group[2] for group in groups if group[1] is None):
            raise DataError(f"{orphans} subscriptions have a tier_id that is not in {SubscriptionTier.__tablename__}")
        active = [group for group in groups if group[0] in COUNTED_AS_ACTIVE]
        plans: dict[str, int] = {}
        for _, code, number, *_sold in active:
            plans[code] = plans.get(code, 0) + number
        return [
            Count("total_subscriptions", sum(group[2] for group in groups)),
            Count("active_subscriptions", sum(plans.values())),
            Count("trial_subscriptions", sum(g[2] for g in groups if g[0] == SubscriptionStatus.TRIAL.value)),
            *(Count(key, sum(float(g[3 + i]) for g in active)) for i, key in enumerate(SOLD)),
            Count("tier_subscriptions", sum(plans.values())),
            *(Count("tier_subscriptions", number, Scope("plan", code)) for code, number in plans.items()),
        ]

    def rebuild(self, scan: DayScan) -> Sequence[CountHistory]:
        period = SubscriptionPeriod
        active = period.status.in_(COUNTED_AS_ACTIVE)
        sums = [
            case((active, 1), else_=0),
            case((period.status == SubscriptionStatus.TRIAL.value, 1), else_=0),
            *(case((active, limit), else_=0) for limit in effective_limits(period, SOLD.values())),
        ]
        tier = (SubscriptionTier, period.tier_id == SubscriptionTier.id)
        began = scan.changes_by(SubscriptionTier.code, period, period.valid_from, sums, tier)
        ended = scan.changes_by(SubscriptionTier.code, period, period.valid_to, sums, tier)
        nothing = [Changes.none() for _ in sums]
        plans = {
            code: [up - down for up, down in zip(began.get(code, nothing), ended.get(code, nothing), strict=True)]
            for code in sorted({*began, *ended})
        }
        for code, told in _told_by_dates(scan).items():
            plans[code] = [a + b for a, b in zip(plans.get(code, nothing), told, strict=True)]
        totals = [sum((plan[i] for plan in plans.values()), Changes.none()) for i in range(len(sums))]
        names = ("active_subscriptions", "trial_subscriptions", *SOLD)
        started = scan.changes(MerchantSubscription, MerchantSubscription.started_at)
        return [
            CountHistory("total_subscriptions", started),
            *(CountHistory(name, total) for name, total in zip(names, totals, strict=True)),
            CountHistory("tier_subscriptions", totals[0]),
            *(CountHistory("tier_subscriptions", plan[0], Scope("plan", code)) for code, plan in plans.items()),
        ]


def _told_by_dates(scan: DayScan) -> dict[str, list[Changes]]:
    """The same changes by plan for subscriptions that have no periods, from the dates of their own rows.

    They are those that were written past the ORM or before the platform kept periods: few, or all of them once.
    """
    row = MerchantSubscription
    query = (
        select(
            SubscriptionTier.code, row.status, row.started_at, row.trial_ends_at, row.ended_at,
            *effective_limits(row, SOLD.values()),
        )
        .join(SubscriptionTier, row.tier_id == SubscriptionTier.id)
        .where(row.platform_id == scan.platform_id, has_no_periods(scan.platform_id))
    )  # fmt: skip
    days: dict[str, list[date]] = defaultdict(list)
    amounts: dict[str, list[list[float]]] = defaultdict(list)
    for code, status, started, trial_ends, ended, *limits in scan.db.execute(query):
        for state, since, until in first_periods(status, started, trial_ends, ended):
            active = state in COUNTED_AS_ACTIVE
            sums = [active, state == SubscriptionStatus.TRIAL.value, *(active and (limit or 0) for limit in limits)]
            for instant, sign in ((since, 1), (until, -1)):
                if instant is not None and (day := scan.local_day(instant)) <= scan.until:
                    days[code].append(day)
                    amounts[code].append([sign * float(amount) for amount in sums])
    return {code: [Changes.of(days[code], column) for column in zip(*amounts[code], strict=True)] for code in days}
