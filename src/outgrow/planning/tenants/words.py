"""What is said of tenants in sentences."""

from outgrow.domain.forecast import Status
from outgrow.domain.tenant import WITHIN
from outgrow.domain.upsell import TenantOffers
from outgrow.planning.ladder.words import amount


def sentence(plan: TenantOffers) -> str:
    """How many merchants outgrow their plan, and what the next plans bring."""
    of_all = f"{plan.subscribed:,} {'merchant' if plan.subscribed == 1 else 'merchants'}"
    if not plan.subscribed:
        return "No merchant is on a plan that is known, and so none has a limit to outgrow."
    if not plan.upsells:
        return f"None of {of_all} is likely to outgrow a plan within {WITHIN[-1]} days."
    full = sum(one.binding.status is Status.ALREADY_EXCEEDED for one in plan.upsells)
    reached = f", {full:,} of them already at a limit" if full else ""
    verb = "outgrows its" if len(plan.upsells) == 1 else "outgrow their"
    return (
        f"{len(plan.upsells):,} of {of_all} {verb} plan or may within {WITHIN[-1]} days{reached}: "
        f"{amount(plan.expected)} {plan.currency} more a month expected."
    )
