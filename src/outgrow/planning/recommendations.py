"""What should be done, most severe first: capacity sold, infrastructure, growth, storage."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from outgrow.domain.days import spoken
from outgrow.domain.forecast import DaysUntil, Status
from outgrow.domain.ladder import Tier
from outgrow.domain.limit import AlertPolicy, Severity
from outgrow.domain.metric import STORAGE_USED_GB
from outgrow.domain.recommendation import Recommendation
from outgrow.planning.urgency import LimitOutlook


@dataclass(frozen=True, slots=True)
class SoldCapacity:
    """One resource that plans limit: what is used of what was sold, by tenants on limited plans."""

    resource: str
    used: float
    sold: float

    @property
    def share(self) -> float | None:
        """Used of sold; None where nothing limited was sold."""
        return self.used / self.sold if self.sold else None


@dataclass(frozen=True, slots=True)
class Infrastructure:
    """The tier that today's use needs, and what makes the next one necessary."""

    tier: Tier
    next_tier: Tier | None
    trigger: str | None
    outlooks: Sequence[LimitOutlook]
    """The tier's own limits, one per dimension that it limits."""


def recommend(
    sold: Iterable[SoldCapacity],
    infrastructure: Infrastructure,
    growth_percent: Mapping[str, float | None],
    others: Iterable[LimitOutlook],
    policy: AlertPolicy,
) -> list[Recommendation]:
    """All recommendations, most severe first.

    Args:
        sold: resources that plans limit.
        growth_percent: growth over the last 30 days in percent, by the noun of what grows ("store").
        others: limits besides those of the tier: storage and the user's own.
    """
    found = [
        *(_sold_capacity(resource, policy) for resource in sold),
        _infrastructure(infrastructure),
        *(_growth(name, percent, policy) for name, percent in growth_percent.items()),
        *(_limit(outlook) for outlook in others),
    ]
    return sorted((r for r in found if r is not None), key=lambda r: -r.severity)


def _sold_capacity(resource: SoldCapacity, policy: AlertPolicy) -> Recommendation | None:
    share = resource.share
    if share is None or share <= policy.warning_share:
        return None
    noun = resource.resource.replace("_", " ")
    return Recommendation(
        category="capacity",
        severity=Severity.CRITICAL if share >= 1 else Severity.WARNING,
        title=f"{noun.capitalize().removesuffix('s')} capacity {'used up' if share >= 1 else 'approaching limit'}",
        description=f"Currently at {share:.0%} of theoretical {noun} capacity "
        f"({resource.used:,.0f} used of {resource.sold:,.0f} sold)",
        action="Consider upgrading store tiers or adding capacity",
    )


def _infrastructure(infrastructure: Infrastructure) -> Recommendation | None:
    following = infrastructure.next_tier
    if following is None or infrastructure.trigger is None:
        return None
    worst = max(infrastructure.outlooks, key=lambda o: o.severity, default=None)
    severity = max(Severity.INFO, worst.severity if worst else Severity.INFO)
    dates = [
        f"{o.until.threshold:,g} {o.until.metric.label.lower()} {text}"
        for o in infrastructure.outlooks
        if (text := when_text(o.until))
    ]
    return Recommendation(
        category="infrastructure",
        severity=severity,
        title=f"Current tier: {infrastructure.tier.name}",
        description=". ".join([f"Next upgrade trigger: {infrastructure.trigger}", *dates]),
        action=f"Order {following.name} ({following.cost_monthly:,} a month)" + _by(worst)
        if severity >= Severity.WARNING
        else "Monitor growth and plan for infrastructure scaling",
    )


def _growth(name: str, percent: float | None, policy: AlertPolicy) -> Recommendation | None:
    if percent is None or percent <= policy.growth_percent:
        return None
    return Recommendation(
        category="growth",
        severity=Severity.INFO,
        title=f"High {name} growth rate",
        description=f"{name.capitalize()} base growing at {percent:.1f}% over last 30 days",
        action="Ensure infrastructure can scale to meet demand",
    )


def _limit(outlook: LimitOutlook) -> Recommendation | None:
    if outlook.severity < Severity.WARNING or outlook.limit is None:
        return None
    until = outlook.until
    storage = until.metric == STORAGE_USED_GB
    return Recommendation(
        category="storage" if storage else "limit",
        severity=outlook.severity,
        title="Storage usage high" if storage else f"{outlook.limit.name.capitalize()} running out",
        description=f"{until.metric.label} at {until.current:,.{until.metric.decimals}f} of "
        f"{outlook.limit.maximum:,g} {until.metric.unit}" + (f", {text}" if (text := when_text(until)) else ""),
        action=(
            "Plan for storage expansion or implement cleanup policies"
            if storage
            else f"Raise the limit of {outlook.limit.name} or slow the growth"
        )
        + _by(outlook),
    )


def when_text(until: DaysUntil) -> str:
    """The date of a limit in words; empty where there is none."""
    if until.status is Status.ALREADY_EXCEEDED:
        return f"reached {until.days_ago} days ago"
    middle, early, late = until.date("p50"), until.date("p10"), until.date("p90")
    if middle is None:
        return ""
    span = f"{spoken(early)} to {spoken(late)}" if early and late else f"{spoken(early or middle)} or later"
    return f"reached about {spoken(middle)} ({span})"


def _by(outlook: LimitOutlook | None) -> str:
    return f"; act by {spoken(outlook.act_by)}" if outlook and outlook.act_by else ""
