"""What a recommendation rests on: series, limits, numbers, dates and probabilities.

It is JSON from the beginning, for it is kept with the recommendation, and told as it was when that was last found.
"""

from typing import Any

from outgrow.domain.forecast import WITHIN_DAYS, as_number
from outgrow.domain.ladder import Tier
from outgrow.domain.limit import AlertPolicy
from outgrow.domain.money import written
from outgrow.domain.scenario import Project
from outgrow.planning.limits.urgency import LimitOutlook


def evidence_of(outlook: LimitOutlook) -> dict[str, Any]:
    """The limit, the series that nears it, and what is said of the day."""
    until, share = outlook.until, outlook.until.used_share
    dates = until.days.dates(until.as_of) if until.as_of else dict.fromkeys(("p10", "p50", "p90"))
    evidence: dict[str, Any] = {
        "metric": until.metric.name,
        "scope": until.scope_name,
        "unit": until.metric.unit,
        "threshold": as_number(until.threshold),
        "status": until.status.value,
        "reason": until.reason,
        "current": as_number(until.current),
        "as_of": until.as_of.isoformat() if until.as_of else None,
        "date": {key: day.isoformat() if day else None for key, day in dates.items()},
        "probability_within": {
            str(days): round(chance, 4) if (chance := until.probability_within.get(days)) is not None else None
            for days in WITHIN_DAYS
        },
    }
    if until.projects:
        evidence["projects"] = [_project(project) for project in until.projects]
    if until.example:
        evidence["example"] = True
    return evidence | {
        "limit": outlook.name,
        "maximum": as_number(outlook.limit.maximum) if outlook.limit else None,
        "used_share": None if share is None else round(share, 4),
        "lead_time_days": outlook.policy.lead_time_days,
        "review_interval_days": outlook.policy.review_interval_days,
        "act_by": outlook.act_by.isoformat() if outlook.act_by else None,
    }


def _project(project: Project) -> dict[str, Any]:
    return {
        "name": project.name,
        "date": project.on.isoformat(),
        "probability": project.probability,
        "sizes": {name: float(size) for name, size in project.sizes.items()},
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
