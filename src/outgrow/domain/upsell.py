"""Who outgrows a plan, what the next one brings, and who shrinks: what is said of tenants."""

from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from outgrow.domain.forecast import DayBand, Status, as_number
from outgrow.domain.money import written
from outgrow.domain.resource import Resource
from outgrow.domain.tenant import WITHIN, Plan

UNDATED = DayBand()
"""Of a limit that has no dates."""


@dataclass(frozen=True, slots=True)
class Need:
    """One resource of a tenant that is used up, or may be before long.

    Attributes:
        of: the resource.
        used: at the end of the day; of what is limited by the month, that of the month so far.
        probability: of the limit being reached within so many days; empty where nothing can be said.
        days: until it is reached.
        have, need: known days and the least for a forecast, where there are too few.
    """

    of: Resource
    used: float
    limit: float
    status: Status
    reason: str | None = None
    probability: dict[int, float] = field(default_factory=dict)
    days: DayBand = UNDATED
    have: int | None = None
    need: int | None = None

    @property
    def resource(self) -> str:
        """The resource's name."""
        return self.of.name

    @property
    def used_share(self) -> float:
        """Use as a share of the limit; a limit of nothing is used up."""
        return self.used / self.limit if self.limit else 1.0

    def to_document(self, as_of: date) -> dict[str, Any]:
        """As JSON."""
        document: dict[str, Any] = {
            "resource": self.resource,
            "used": as_number(round(self.used, 6)),
            "limit": as_number(self.limit),
            "used_share": round(self.used_share, 4),
            "status": self.status.value,
            "reason": self.reason,
            "probability_within": {
                str(days): round(self.probability[days], 4) if days in self.probability else None for days in WITHIN
            },
            "days": self.days.to_document(),
            "date": {key: day.isoformat() if day else None for key, day in self.days.dates(as_of).items()},
        }
        if self.status is Status.INSUFFICIENT_DATA:
            document["have"], document["need"] = self.have, self.need
        return document


@dataclass(frozen=True, slots=True)
class Tenant:
    """A merchant with an active or trial subscription."""

    key: str
    name: str
    plan: Plan
    trial: bool

    @property
    def pays(self) -> Decimal:
        """A month: the plan's price, and nothing on trial."""
        return Decimal(0) if self.trial else self.plan.price_monthly

    def to_document(self) -> dict[str, Any]:
        """As JSON."""
        return {
            "merchant": self.key,
            "name": self.name,
            "plan": self.plan.code,
            "plan_name": self.plan.name,
            "trial": self.trial,
            "price_monthly": written(self.plan.price_monthly),
        }


@dataclass(frozen=True, slots=True)
class Upsell:
    """A tenant who outgrows a plan.

    Attributes:
        needs: the resources that matter, the binding one first.
        next_plan: the cheapest dearer plan that holds what is to come; None where none does.
        revenue_change: what it costs more a month; None without such a plan.
        expected: the same, times the probability that the binding limit is reached within 90 days.
    """

    tenant: Tenant
    needs: tuple[Need, ...]
    next_plan: Plan | None
    revenue_change: Decimal | None
    expected: Decimal | None

    @property
    def binding(self) -> Need:
        """The resource that runs out first."""
        return self.needs[0]

    def to_document(self, as_of: date) -> dict[str, Any]:
        """As JSON."""
        following = self.next_plan
        return {
            **self.tenant.to_document(),
            "binding": self.binding.resource,
            "next_plan": following.code if following else None,
            "next_plan_name": following.name if following else None,
            "next_price_monthly": written(following.price_monthly) if following else None,
            "revenue_change": _money(self.revenue_change),
            "expected_revenue_change": _money(self.expected),
            "resources": [need.to_document(as_of) for need in self.needs],
        }


@dataclass(frozen=True, slots=True)
class Decrease:
    """How the use of a resource goes down: 90 days ago, now, and in 90 days.

    Of what is limited by the month, that of 90 days each.
    """

    of: Resource
    before: float
    now: float
    later: float

    @property
    def resource(self) -> str:
        """The resource's name."""
        return self.of.name

    @property
    def lost_share(self) -> float:
        """What went in 90 days, as a share of what there was."""
        return 1.0 - self.now / self.before

    def to_document(self) -> dict[str, Any]:
        """As JSON."""
        return {
            "resource": self.resource,
            "before": as_number(round(self.before, 6)),
            "now": as_number(round(self.now, 6)),
            "in_90_days": round(self.later, 2),
            "change": round(-self.lost_share, 4),
        }


@dataclass(frozen=True, slots=True)
class Shrinking:
    """A tenant whose use goes down, the resource that lost the most first."""

    tenant: Tenant
    decreases: tuple[Decrease, ...]

    def to_document(self) -> dict[str, Any]:
        """As JSON."""
        return {
            **self.tenant.to_document(),
            "pays_monthly": written(self.tenant.pays),
            "resources": [decrease.to_document() for decrease in self.decreases],
        }


@dataclass(frozen=True, slots=True)
class TenantOffers:
    """What to offer to whom, and whom to look after.

    Attributes:
        tenants, subscribed, too_new: merchants; those with a subscription; those of them whose days are too few.
        upsells: the largest expected change of revenue first.
        shrinking: those who pay most first.
    """

    as_of: date
    currency: str
    tenants: int
    subscribed: int
    too_new: int
    upsells: tuple[Upsell, ...]
    shrinking: tuple[Shrinking, ...]

    @property
    def revenue_change(self) -> Decimal:
        """A month, if everyone listed moved to the next plan."""
        return sum((one.revenue_change for one in self.upsells if one.revenue_change is not None), Decimal(0))

    @property
    def expected(self) -> Decimal:
        """A month, expected within 90 days."""
        return sum((one.expected for one in self.upsells if one.expected is not None), Decimal(0))

    def to_document(self) -> dict[str, Any]:
        """As JSON."""
        return {
            "as_of": self.as_of.isoformat(),
            "currency": self.currency,
            "tenants": self.tenants,
            "subscribed": self.subscribed,
            "too_new": self.too_new,
            "totals": {
                "upsell": len(self.upsells),
                "shrinking": len(self.shrinking),
                "revenue_change": _money(self.revenue_change),
                "expected_revenue_change": _money(self.expected),
                "shrinking_pay_monthly": _money(sum((one.tenant.pays for one in self.shrinking), Decimal(0))),
            },
            "upsell": [one.to_document(self.as_of) for one in self.upsells],
            "shrinking": [one.to_document() for one in self.shrinking],
        }


def _money(amount: Decimal | None) -> str | None:
    return None if amount is None else written(amount)
