"""What a recommendation rests on, as JSON: series, limits, numbers, dates and probabilities."""

from typing import Any

from outgrow.domain.forecast import as_number
from outgrow.domain.ladder import Tier
from outgrow.domain.limit import AlertPolicy
from outgrow.domain.money import written
from outgrow.planning.limits.urgency import LimitOutlook

TOLD = (
    "metric", "scope", "unit", "threshold", "status", "reason", "current", "as_of", "date", "probability_within",
    "projects", "example",
)  # fmt: skip
"""What the answer to "when?" gives to the evidence."""


def evidence_of(outlook: LimitOutlook) -> dict[str, Any]:
    """The limit, the series that nears it, and what is said of the day."""
    until, share = outlook.until, outlook.until.used_share
    told = until.to_document()
    return {
        **{key: told[key] for key in TOLD if key in told},
        "limit": outlook.name,
        "maximum": as_number(outlook.limit.maximum) if outlook.limit else None,
        "used_share": None if share is None else round(share, 4),
        "lead_time_days": outlook.policy.lead_time_days,
        "review_interval_days": outlook.policy.review_interval_days,
        "act_by": outlook.act_by.isoformat() if outlook.act_by else None,
    }


def evidence_of_tiers(tier: Tier, following: Tier, *, example: bool) -> dict[str, Any]:
    """The tier that is rented, and what the next one costs."""
    return {
        "tier": tier.name,
        "next_tier": following.name,
        "cost_monthly": written(following.cost_monthly),
        "currency": following.currency,
        **({"example": True} if example else {}),
    }


def basis_of(policy: AlertPolicy, *levels: float | None) -> str:
    """What a limit is judged by: where any of it changes, judgements of before are not held on to."""
    numbers = (
        policy.warning_share,
        policy.critical_share,
        policy.lead_time_days,
        policy.review_interval_days,
        policy.warning_days,
    )
    return " ".join(f"{number:.10g}" if number is not None else "-" for number in (*levels, *numbers))
