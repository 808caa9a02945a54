"""What a plan says in one plain sentence, how urgent it is, and how its amounts are written."""

from collections.abc import Mapping
from decimal import Decimal

from outgrow.domain.days import month_end, spoken, spoken_month, spoken_range
from outgrow.domain.forecast import Status
from outgrow.domain.limit import AlertPolicy, Severity
from outgrow.domain.money import MoneyBand, cents
from outgrow.domain.words import percent
from outgrow.planning.ladder.plan import MONTHS, LadderPlan, TierEnd
from outgrow.planning.limits.urgency import pressing

EVEN = 0.5 - 1e-9
"""A tier that does for this share of the futures or more does for half of them."""


def amount(money: Decimal) -> str:
    """`1,080.00`, as people write it."""
    return f"{cents(money):,}"


def band(money: MoneyBand, currency: str) -> str:
    """`5,760.00 EUR (4,680.00 to 7,020.00)`, the range only where there is one."""
    span = f" ({amount(money.p10)} to {amount(money.p90)})" if money.p10 != money.p90 else ""
    return f"{amount(money.p50)} {currency}{span}"


def middle_tier(tiers: Mapping[str, float]) -> str:
    """The smallest tier that does for at least half of the futures: the one whose price is the median cost.

    Args:
        tiers: probability of each, from the smallest.
    """
    below = 0.0
    for name, share in tiers.items():
        below += share
        if below >= EVEN:
            return name
    return list(tiers)[-1]


def plan_severity(plan: LadderPlan, policy: AlertPolicy) -> Severity:
    """How urgent the next step is, as of any limit.

    CRITICAL: the tier is outgrown, or the day to act by has passed or comes within the review interval. WARNING: it
    comes within the warning time. Else OK.
    """
    step = plan.steps[0] if plan.steps else None
    if step is not None and step.status is Status.ALREADY_EXCEEDED:
        return Severity.CRITICAL
    found = None if step is None else pressing(None, step.act_by, policy, plan.as_of)
    return Severity.OK if found is None else found.severity


def sentence(plan: LadderPlan) -> str:
    """How long the tier lasts, by when to order the next one, and what all months cost."""
    said = f"{_lasts(plan)}; {_costs(plan)}."
    return f"On the example ladder: {said[0].lower()}{said[1:]}" if plan.example else said


def _lasts(plan: LadderPlan) -> str:
    if not plan.steps:
        return f"Nothing that is known limits tier {plan.tier.name}"
    step, tier = plan.steps[0], f"Tier {plan.tier.name}"
    early, middle, late = step.dates.values()
    if step.status is Status.ALREADY_EXCEEDED:
        return f"{tier} is outgrown: " + (f"order {step.needed.name} now" if step.needed else "there is no larger one")
    if middle is not None:
        return f"{tier} lasts until about {spoken(middle)} ({spoken_range(early, late)}): {_order(plan, step)}"
    if early is not None:
        return f"{tier} is likely to last, but may be outgrown from {spoken(early)} on: {_order(plan, step)}"
    told = [f"{percent(share)} within {days} days" for days, share in step.probability_within.items()][-1:]
    return f"{tier} is not likely to be outgrown within the horizon" + "".join(f" ({chance})" for chance in told)


def _order(plan: LadderPlan, step: TierEnd) -> str:
    assert step.act_by is not None, "what has an early date has a day to act by"  # noqa: S101
    passed = step.act_by < plan.as_of
    if step.needed is None:
        return f"it is the largest, so find a larger one {'now' if passed else f'by {spoken(step.act_by)}'}"
    if passed:
        return f"order {step.needed.name} now, the day for it was {spoken(step.act_by)}"
    return f"order {step.needed.name} by {spoken(step.act_by)}"


def _costs(plan: LadderPlan) -> str:
    months, last = len(plan.months), month_end(plan.months[-1].month)
    count = "twelve months" if months == MONTHS else "month" if months == 1 else f"{months} months"
    least = "at least " if plan.months[-1].beyond >= EVEN else ""
    return (
        f"the {count} to {spoken_month(last)} cost{'s' if months == 1 else ''} {least}{band(plan.cost, plan.currency)}"
    )
