"""Who outgrows a plan, what the next one brings, and who shrinks: what is said of tenants."""

from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from outgrow.domain.forecast import DayBand, Status
from outgrow.domain.resource import Resource
from outgrow.domain.tenant import Plan

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


@dataclass(frozen=True, slots=True)
class Shrinking:
    """A tenant whose use goes down, the resource that lost the most first."""

    tenant: Tenant
    decreases: tuple[Decrease, ...]


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
