"""What should be done, most severe first: capacity sold, infrastructure, growth, storage."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from outgrow.domain.days import spoken, spoken_range
from outgrow.domain.figures import figure
from outgrow.domain.forecast import DaysUntil, Status
from outgrow.domain.ladder import Tier
from outgrow.domain.limit import AlertPolicy, Limit, Severity
from outgrow.domain.metric import STORAGE_USED_GB, Metric
from outgrow.domain.recommendation import Finding, Recommendation
from outgrow.domain.resource import COMMERCE, Resource
from outgrow.domain.words import counted, exact, percent
from outgrow.planning.advice.evidence import basis_of, evidence_of, evidence_of_tiers
from outgrow.planning.limits.urgency import EXACT, HELD, LimitOutlook, by_urgency, sold_severity


@dataclass(frozen=True, slots=True)
class SoldCapacity:
    """One resource that plans limit: what is used of what was sold, by tenants on limited plans; None: not known."""

    of: Resource
    used: float | None
    sold: float | None

    @property
    def resource(self) -> str:
        """What the report on sold capacity calls it."""
        return self.of.capacity_name

    @property
    def share(self) -> float | None:
        """Used of sold; None where nothing limited was sold, or nothing is known."""
        return self.used / self.sold if self.sold and self.used is not None else None

    @property
    def known(self) -> bool:
        """Whether it was measured."""
        return self.used is not None and self.sold is not None


@dataclass(frozen=True, slots=True)
class Infrastructure:
    """The tier that is rented, or that today's use needs, and what makes the next one necessary.

    Attributes:
        outlooks: of the tier's own limits, one per dimension that it limits.
        example: whether nobody set the ladder: then nothing is to be ordered, and no price is told.
        others: the other tiers, where use alone tells which one it is: it may be one of these again tomorrow.
    """

    tier: Tier
    next_tier: Tier | None
    trigger: str | None
    outlooks: Sequence[LimitOutlook]
    others: Sequence[Tier] = ()
    example: bool = False

    @property
    def called(self) -> str:
        """The tier's name, with whose it is where nobody set the ladder."""
        return f"{self.tier.name} of the example ladder" if self.example else self.tier.name


@dataclass(frozen=True, slots=True)
class RecentGrowth:
    """What grew by how much in so many days; None: not known. The noun is what there is more of: `store`."""

    metric: Metric
    noun: str
    percent: float | None
    days: int = 30


def find(
    sold: Iterable[SoldCapacity],
    infrastructure: Infrastructure,
    growth: Iterable[RecentGrowth],
    others: Iterable[LimitOutlook],
    policy: AlertPolicy,
) -> list[Finding]:
    """What one look says of everything that a recommendation may be about, each with a key of its own.

    Args:
        sold: resources that plans limit.
        others: limits besides those of the tier: storage and the user's own.
    """
    return _distinct(
        [
            *(_sold_capacity(resource, policy) for resource in sold),
            *_infrastructure(infrastructure, policy),
            *(_growth(grown, policy) for grown in growth),
            *find_limits(others),
        ]
    )


def find_limits(outlooks: Iterable[LimitOutlook]) -> list[Finding]:
    """What one look says of limits, by the policy that each of them bears."""
    return [_limit(outlook) for outlook in outlooks]


def said_of(findings: Iterable[Finding]) -> list[Recommendation]:
    """What findings recommend, most severe first, equals in their order."""
    said = (finding.said for finding in findings)
    return sorted((each for each in said if each is not None), key=lambda each: -each.severity)


def _sold_capacity(resource: SoldCapacity, policy: AlertPolicy) -> Finding:
    key, basis, share = f"sold:{resource.resource}", f"{policy.warning_share:g}", resource.share
    severity, held = (sold_severity(share, policy, margin) for margin in (EXACT, HELD))
    if severity is Severity.OK or share is None:
        return Finding(key, basis, with_margin=held, known=resource.known)
    noun = resource.resource.replace("_", " ")
    full = severity is Severity.CRITICAL
    numbers = f"{resource.used:,.0f} used of {resource.sold:,.0f} sold"
    said = Recommendation(
        category="capacity",
        severity=severity,
        title=f"{noun.capitalize().removesuffix('s')} capacity {'used up' if full else 'approaching limit'}",
        description=f"Currently at {percent(share)} of theoretical {noun} capacity ({numbers})",
        action="Consider upgrading store tiers or adding capacity",
        key=key,
        sentence=f"Merchants use {percent(share)} of the {noun} that their plans allow: {numbers}.",
        evidence=(
            {
                "resource": resource.resource,
                "used": resource.used,
                "sold": resource.sold,
                "used_share": round(share, 4),
            },
        ),
    )
    return Finding.of(said, basis, held)


def _infrastructure(infrastructure: Infrastructure, policy: AlertPolicy) -> list[Finding]:
    """The rented tier; of the others, that nothing is found, so that one that was needed before is let go slowly."""
    quiet = [Finding(_tier_key(tier), _tier_basis(tier, policy)) for tier in infrastructure.others]
    tier, following = infrastructure.tier, infrastructure.next_tier
    if following is None or infrastructure.trigger is None:
        return quiet
    outlooks = infrastructure.outlooks
    worst = next(iter(by_urgency(o for o in outlooks if not o.lost)), None)
    severity = max(Severity.INFO, worst.severity if worst else Severity.INFO)
    dates = [
        f"{o.until.metric.amount(o.until.threshold)} {text}"
        for o in outlooks
        if o.until.threshold is not None and (text := when_text(o.until))
    ]
    said = Recommendation(
        category="infrastructure",
        severity=severity,
        title=f"Current tier: {infrastructure.called}",
        description=". ".join([f"Next upgrade trigger: {infrastructure.trigger}", *dates]),
        action=_tier_action(infrastructure, following, worst if severity >= Severity.WARNING else None),
        key=_tier_key(tier),
        sentence=_tier_sentence(infrastructure, worst if severity >= Severity.WARNING else None),
        act_by=worst.act_by if worst else None,
        evidence=(evidence_of_tiers(tier, following, example=infrastructure.example), *map(evidence_of, outlooks)),
    )
    held = max((o.with_margin for o in outlooks if not o.lost), default=Severity.INFO)
    known = not outlooks or any(o.known for o in outlooks)
    return [Finding.of(said, _tier_basis(tier, policy), held, known=known), *quiet]


def _tier_action(infrastructure: Infrastructure, following: Tier, pressing: LimitOutlook | None) -> str:
    if infrastructure.example:
        return "Set your own tiers and prices as [[ladder]] in outgrow.toml: these are an example"
    if pressing is None:
        return "Monitor growth and plan for infrastructure scaling"
    return f"Order {following.name} ({following.cost_monthly:,} a month)" + _by(pressing)


def _tier_sentence(infrastructure: Infrastructure, pressing: LimitOutlook | None) -> str:
    tier = infrastructure.called
    if pressing is None:
        return f"Tier {tier} lasts for now, and next is {infrastructure.trigger}."
    noun = pressing.until.metric.words
    if pressing.until.status is Status.ALREADY_EXCEEDED:
        return f"Tier {tier} is outgrown: {noun} have reached its limit of {exact(pressing.until.threshold or 0.0)}."
    limit = pressing.until.metric.amount(pressing.until.threshold or 0.0)
    return f"Tier {tier} is nearly outgrown: its limit of {limit} is near, and {pressing.why}."


def _tier_key(tier: Tier) -> str:
    return f"tier:{tier.name}"


def _tier_basis(tier: Tier, policy: AlertPolicy) -> str:
    """With a place for each metric of the commerce schema, and the name of any other: none is taken for another."""
    places = [resource.metric.name for resource in COMMERCE]
    others = [f"{metric}={top:g}" for metric, top in tier.maxima.items() if metric not in places]
    return " ".join([basis_of(policy, *(tier.maximum(metric) for metric in places)), *others])


def _growth(grown: RecentGrowth, policy: AlertPolicy) -> Finding:
    key, basis, percent = f"growth:{grown.metric.name}", f"{policy.growth_percent:g}", grown.percent
    if percent is None or percent <= policy.growth_percent:
        high = percent is not None and percent / HELD.share > policy.growth_percent
        return Finding(key, basis, with_margin=Severity.INFO if high else Severity.OK, known=percent is not None)
    said = Recommendation(
        category="growth",
        severity=Severity.INFO,
        title=f"High {grown.noun} growth rate",
        description=f"{grown.noun.capitalize()} base growing at {percent:.1f}% over last {grown.days} days",
        action="Ensure infrastructure can scale to meet demand",
        key=key,
        sentence=f"{grown.metric.label} grew by {percent:.1f}% in {grown.days} days, "
        f"more than {policy.growth_percent:g}%.",
        evidence=(
            {
                "metric": grown.metric.name,
                "growth_percent": round(percent, 2),
                "period_days": grown.days,
                "threshold": policy.growth_percent,
            },
        ),
    )
    return Finding.of(said, basis, Severity.INFO)


def _limit(outlook: LimitOutlook) -> Finding:
    limit, until = outlook.limit, outlook.until
    assert limit is not None, "only limits are asked"  # noqa: S101
    key = ":".join(("limit", limit.scope, limit.metric, limit.name))
    basis = basis_of(outlook.policy, limit.usable)
    held = outlook.with_margin if outlook.with_margin >= Severity.WARNING else Severity.OK
    if outlook.severity < Severity.WARNING or outlook.lost:
        return Finding(key, basis, with_margin=held, known=outlook.known and not outlook.lost)
    metric, storage = until.metric, until.metric == STORAGE_USED_GB
    top = _top(limit, metric)
    said = Recommendation(
        category="storage" if storage else "limit",
        severity=outlook.severity,
        title="Storage usage high" if storage else f"{limit.name[:1].upper()}{limit.name[1:]} running out",
        description=f"{metric.label} at {figure(until.current, metric, limit.usable)} of {top}"
        + (f", {text}" if (text := when_text(until)) else ""),
        action=(
            "Plan for storage expansion or implement cleanup policies"
            if storage
            else f"Raise the limit of {limit.name} or slow the growth"
        )
        + _by(outlook),
        key=key,
        sentence=_limit_sentence(outlook, top),
        act_by=outlook.act_by,
        evidence=(evidence_of(outlook),),
    )
    return Finding.of(said, basis, held, known=outlook.known)


def _top(limit: Limit, metric: Metric) -> str:
    top = f"{exact(limit.maximum)} {metric.unit}{' (example limit)' if limit.example else ''}"
    return top if limit.usable == limit.maximum else f"{exact(limit.usable)} usable of {top}"


def _limit_sentence(outlook: LimitOutlook, top: str) -> str:
    until, label = outlook.until, outlook.until.metric.label
    called = "" if outlook.name.lower() in {label.lower(), until.metric.name} else f" ({outlook.name})"
    what = f"{label} of {until.scope_name}"
    if until.status is Status.ALREADY_EXCEEDED:
        return f"{what}: the limit of {top}{called} is reached."
    middle = until.date("p50")
    likely = f", likely reached about {spoken(middle)}" if middle else ""
    return f"{what}: the limit of {top}{called} is near{likely}, and {outlook.why}."


def _distinct(findings: Iterable[Finding]) -> list[Finding]:
    """Two limits of one name and metric are told apart by a number, in the order of the settings."""
    seen: dict[str, int] = {}
    distinct = []
    for finding in findings:
        seen[finding.key] = number = seen.get(finding.key, 0) + 1
        key = finding.key if number == 1 else f"{finding.key}:{number}"
        said = None if finding.said is None else replace(finding.said, key=key)
        distinct.append(replace(finding, key=key, said=said))
    return distinct


def when_text(until: DaysUntil) -> str:
    """The date of a limit in words; empty where there is none."""
    if until.status is Status.ALREADY_EXCEEDED:
        return f"reached {counted(until.days_ago or 0, 'day')} ago"
    middle, early, late = until.date("p50"), until.date("p10"), until.date("p90")
    if middle is None:
        return ""
    return f"reached about {spoken(middle)} ({spoken_range(early or middle, late)})"


def _by(outlook: LimitOutlook | None) -> str:
    return f"; act by {spoken(outlook.act_by)}" if outlook and outlook.act_by else ""
