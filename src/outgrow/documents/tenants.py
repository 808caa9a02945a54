"""The document of `outgrow tenants`: who outgrows a plan, and who shrinks."""

from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, NotRequired, TypedDict

from outgrow.documents.kinds import Day, Money, StatusWord, iso, share
from outgrow.documents.shared import DateBandDocument, DayBandDocument, date_band_document, day_band_document
from outgrow.domain.forecast import Status, as_number
from outgrow.domain.money import written
from outgrow.domain.tenant import WITHIN
from outgrow.domain.upsell import Decrease, Need, Shrinking, Tenant, TenantOffers, Upsell

if TYPE_CHECKING:
    from outgrow.service.tenants import TenantReport


class NeedDocument(TypedDict):
    """One resource that is used up, or may be before long."""

    resource: str
    """`products`, `orders_month`, `team_members` or `storage_gb`"""
    used: float | None
    """how much of it is used; of orders, in the month so far"""
    limit: float | None
    """how much the subscription allows"""
    used_share: float
    """the first as a share of the second"""
    status: StatusWord
    """`ok`, `already_exceeded`, `beyond_horizon` or `insufficient_data`, see statuses.md"""
    reason: str | None
    """in words, why there is no date"""
    probability_within: dict[str, float | None]
    """chance that the limit is reached within 30 and 90 days; 1 where it is reached, null without a forecast"""
    days: DayBandDocument
    """days until it is reached; null beyond 180"""
    date: DateBandDocument
    """the same as calendar days"""
    have: NotRequired[int | None]
    """with `insufficient_data`: days known"""
    need: NotRequired[int | None]
    """with `insufficient_data`: days needed"""


class TenantDocument(TypedDict):
    """A merchant with an active or trial subscription."""

    merchant: str
    """key of the merchant"""
    name: str
    """what it is called"""
    plan: str
    """code of the present plan"""
    plan_name: str
    """what that is called"""
    trial: bool
    """whether it is on trial"""
    price_monthly: Money
    """the plan's price"""


class UpsellDocument(TenantDocument):
    """A tenant who outgrows a plan."""

    binding: str
    """the resource that runs out first: the first of `resources`"""
    next_plan: str | None
    """code of the cheapest dearer plan that holds what is to come; null where no plan does"""
    next_plan_name: str | None
    """what that is called"""
    next_price_monthly: Money | None
    """its price"""
    revenue_change: Money | None
    """what it costs more a month; null where no plan does"""
    expected_revenue_change: Money | None
    """the same times the chance of the binding limit within 90 days; null without a forecast"""
    resources: list[NeedDocument]
    """what is used up, or may be before long, the binding one first"""


class DecreaseDocument(TypedDict):
    """How the use of a resource goes down."""

    resource: str
    """`products`, `orders_month`, `team_members` or `storage_gb`"""
    before: float | None
    """use 90 days ago; of orders, those of 90 days"""
    now: float | None
    """use now; of orders, those of 90 days"""
    in_90_days: float
    """use by the median in 90 days; of orders, those of 90 days"""
    change: float
    """from `before` to `now`, as a share of `before`"""


class ShrinkingDocument(TenantDocument):
    """A tenant whose use goes down."""

    pays_monthly: Money
    """the price, or nothing on trial"""
    resources: list[DecreaseDocument]
    """what goes down, the one that lost the most first"""


class TenantTotalsDocument(TypedDict):
    """What both lists come to, also the lines that `--limit` leaves out."""

    upsell: int
    """lines of the first"""
    shrinking: int
    """lines of the second"""
    revenue_change: Money | None
    """what all next plans bring together a month"""
    expected_revenue_change: Money | None
    """what is expected of it within 90 days"""
    shrinking_pay_monthly: Money | None
    """what those who shrink pay a month"""


class TenantsDocument(TypedDict):
    """What to offer to whom, and whom to look after."""

    platform: str
    """code of the platform"""
    resources: list[str]
    """what was looked at"""
    newest_change: Day | None
    """the newest day on which any merchant's use changed; null if none is known"""
    stale: bool
    """whether that is longer ago than `forecast.stale_after_days`"""
    as_of: Day
    """the day that is looked at"""
    currency: str
    """of all amounts"""
    tenants: int
    """merchants"""
    subscribed: int
    """those with an active or trial subscription"""
    too_new: int
    """those of them with too few known days for a forecast"""
    totals: TenantTotalsDocument
    """what both lists come to; of all, also with `--limit`"""
    upsell: list[UpsellDocument]
    """who outgrows a plan, the largest expected change of revenue first"""
    shrinking: list[ShrinkingDocument]
    """whose use goes down, who pays most first"""


def tenants_document(report: "TenantReport", limit: int | None = None) -> TenantsDocument:
    """Both lists with their totals; with the first lines of either, or with all."""
    plan = report.plan
    return {
        "platform": report.platform,
        "resources": list(report.resources),
        "newest_change": iso(report.newest_change),
        "stale": report.stale,
        "as_of": plan.as_of.isoformat(),
        "currency": plan.currency,
        "tenants": plan.tenants,
        "subscribed": plan.subscribed,
        "too_new": plan.too_new,
        "totals": totals_document(plan),
        "upsell": [upsell_document(one, plan.as_of) for one in plan.upsells[:limit]],
        "shrinking": [shrinking_document(one) for one in plan.shrinking[:limit]],
    }


def totals_document(plan: TenantOffers) -> TenantTotalsDocument:
    """What both lists come to."""
    return {
        "upsell": len(plan.upsells),
        "shrinking": len(plan.shrinking),
        "revenue_change": _money(plan.revenue_change),
        "expected_revenue_change": _money(plan.expected),
        "shrinking_pay_monthly": _money(sum((one.tenant.pays for one in plan.shrinking), Decimal(0))),
    }


def upsell_document(one: Upsell, as_of: date) -> UpsellDocument:
    """A tenant with what is used up and the next plan."""
    following = one.next_plan
    return {
        **_tenant_document(one.tenant),
        "binding": one.binding.resource,
        "next_plan": following.code if following else None,
        "next_plan_name": following.name if following else None,
        "next_price_monthly": written(following.price_monthly) if following else None,
        "revenue_change": _money(one.revenue_change),
        "expected_revenue_change": _money(one.expected),
        "resources": [_need_document(need, as_of) for need in one.needs],
    }


def shrinking_document(one: Shrinking) -> ShrinkingDocument:
    """A tenant with what goes down."""
    return {
        **_tenant_document(one.tenant),
        "pays_monthly": written(one.tenant.pays),
        "resources": [_decrease_document(decrease) for decrease in one.decreases],
    }


def _tenant_document(tenant: Tenant) -> TenantDocument:
    return {
        "merchant": tenant.key,
        "name": tenant.name,
        "plan": tenant.plan.code,
        "plan_name": tenant.plan.name,
        "trial": tenant.trial,
        "price_monthly": written(tenant.plan.price_monthly),
    }


def _need_document(need: Need, as_of: date) -> NeedDocument:
    document: NeedDocument = {
        "resource": need.resource,
        "used": as_number(round(need.used, 6)),
        "limit": as_number(need.limit),
        "used_share": round(need.used_share, 4),
        "status": need.status.value,
        "reason": need.reason,
        "probability_within": {str(days): share(need.probability.get(days)) for days in WITHIN},
        "days": day_band_document(need.days),
        "date": date_band_document(need.days, as_of),
    }
    if need.status is Status.INSUFFICIENT_DATA:
        document["have"], document["need"] = need.have, need.need
    return document


def _decrease_document(decrease: Decrease) -> DecreaseDocument:
    return {
        "resource": decrease.resource,
        "before": as_number(round(decrease.before, 6)),
        "now": as_number(round(decrease.now, 6)),
        "in_90_days": round(decrease.later, 2),
        "change": round(-decrease.lost_share, 4),
    }


def _money(amount: Decimal | None) -> Money | None:
    return None if amount is None else written(amount)
