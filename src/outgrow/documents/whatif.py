"""The document of `outgrow whatif`: dates, tiers and cost as they are, and as they would be in scenarios."""

from typing import TYPE_CHECKING, TypedDict

import numpy as np

from outgrow.documents.kinds import Day, Money, Month, StatusWord, iso
from outgrow.documents.ladder import LadderPlanDocument, ladder_plan_document
from outgrow.documents.shared import DateBandDocument, DayBandDocument, date_band_document, day_band_document
from outgrow.domain.forecast import as_number
from outgrow.domain.money import MoneyBand, written

if TYPE_CHECKING:
    from outgrow.planning.limits.dates import LimitDate
    from outgrow.planning.tenants.affected import Affected, Touched
    from outgrow.service.whatif import ScenarioOutcome, WhatIf


class LimitDateDocument(TypedDict):
    """When a limit is reached."""

    name: str
    """what the limit is called"""
    metric: str
    """what is limited"""
    example: bool
    """whether nobody set it"""
    limit: float | None
    """how much of it may be used"""
    status: StatusWord
    """`ok`, `beyond_horizon` where the median date lies beyond it, `already_exceeded`; see statuses.md"""
    days: DayBandDocument
    """when it is reached, in days from `as_of`"""
    date: DateBandDocument
    """the same as calendar days"""
    probability: float
    """that it is reached within the horizon"""
    act_by: Day | None
    """the early date less lead time and review interval; null without an early date"""
    later_by_days: int | None
    """the median date against the baseline's, negative for earlier; null where one of the two has none"""


class TouchedDocument(TypedDict):
    """A merchant with the use and the limit of one resource, as the scenario has them."""

    merchant: str
    """key of the merchant"""
    name: str
    """what it is called"""
    plan: str
    """code of its plan"""
    use: float | None
    """what is used in the scenario"""
    limit: float | None
    """the limit in the scenario; null without one"""


class AffectedDocument(TypedDict):
    """What a scenario does to merchants and one resource."""

    resource: str
    """`products`, `orders_month`, `team_members`, `storage_gb`"""
    month: Month | None
    """of orders, the month that is looked at; else null"""
    before: int
    """merchants at a limit or above it, as it is"""
    after: int
    """the same in the scenario"""
    reach: list[TouchedDocument]
    """those who are there only in the scenario"""
    leave: list[TouchedDocument]
    """those who are not any more"""
    sold_before: float | None
    """what limited subscriptions allow together, as it is"""
    sold_after: float | None
    """the same in the scenario"""
    likely_before: float | None
    """how many merchants are to be expected at a limit within 90 days, as it is; null where no limit changes"""
    likely_after: float | None
    """the same in the scenario"""


class CostDifferenceDocument(TypedDict):
    """The cost of all months less the baseline's."""

    p10: Money
    """of the 10% quantiles"""
    p50: Money
    """of the medians"""
    p90: Money
    """of the 90% quantiles"""
    mean: Money
    """of the means"""


class OutcomeDocument(TypedDict):
    """The baseline, or one scenario."""

    name: str
    """the scenario's name; `baseline`, or `options` for what was given as options"""
    description: str
    """what the file says of it"""
    changes: list[str]
    """what it changes, in plain words"""
    notes: list[str]
    """what of it changes nothing here, and why"""
    limits: list[LimitDateDocument]
    """the maxima of the rented tier, then the configured limits of the platform"""
    plan: LadderPlanDocument
    """tiers, dates and cost: the document of `outgrow ladder` up to `downgrade`, without platform, sentence and
    severity"""
    tenants: list[AffectedDocument] | None
    """whom other limits of plans, or events, bring to a limit; empty where the scenario has neither, null where the
    platform's database is not at hand"""
    cost_difference: CostDifferenceDocument
    """each quantile of the cost of all months, and its mean, less the baseline's"""


class WhatIfDocument(TypedDict):
    """The baseline and each scenario, side by side."""

    platform: str
    """code of the platform"""
    as_of: Day
    """the day that all days count from"""
    horizon_days: int
    """how far ahead is looked"""
    currency: str
    """of all amounts"""
    baseline: OutcomeDocument
    """as it is, committed projects included"""
    scenarios: list[OutcomeDocument]
    """one for each name, and one named `options` for what was given as options"""
    unknown: dict[str, str]
    """by metric that is limited, why nothing is known of its future"""


def whatif_document(report: "WhatIf") -> WhatIfDocument:
    """The baseline and each scenario, with the differences from it."""
    return {
        "platform": report.platform,
        "as_of": report.as_of.isoformat(),
        "horizon_days": report.horizon_days,
        "currency": report.baseline.plan.currency,
        "baseline": outcome_document(report.baseline, report.baseline),
        "scenarios": [outcome_document(outcome, report.baseline) for outcome in report.scenarios],
        "unknown": dict(report.unknown),
    }


def outcome_document(outcome: "ScenarioOutcome", baseline: "ScenarioOutcome") -> OutcomeDocument:
    """What is to be expected, and what of it is otherwise than in the baseline."""
    return {
        "name": outcome.name,
        "description": outcome.description,
        "changes": list(outcome.changes),
        "notes": list(outcome.notes),
        "limits": [limit_date_document(each, baseline.of(each.limit)) for each in outcome.limits],
        "plan": ladder_plan_document(outcome.plan),
        "tenants": None if outcome.tenants is None else [affected_document(each) for each in outcome.tenants],
        "cost_difference": _cost_difference(outcome.plan.cost, baseline.plan.cost),
    }


def limit_date_document(each: "LimitDate", there: "LimitDate | None") -> LimitDateDocument:
    """When a limit is reached, held against the baseline, which may not have it."""
    return {
        "name": each.limit.name,
        "metric": each.limit.metric,
        "example": bool(each.limit.example),
        "limit": as_number(each.limit.usable),
        "status": each.status.value,
        "days": day_band_document(each.days),
        "date": date_band_document(each.days, each.as_of),
        "probability": round(each.probability, 4),
        "act_by": iso(each.act_by),
        "later_by_days": each.later_than(there) if there else None,
    }


def affected_document(found: "Affected") -> AffectedDocument:
    """Who comes to a limit of one resource, and who comes away from one."""
    return {
        "resource": found.resource,
        "month": f"{found.month:%Y-%m}" if found.month else None,
        "before": found.before,
        "after": found.after,
        "reach": [_touched_document(touched) for touched in found.reach],
        "leave": [_touched_document(touched) for touched in found.leave],
        "sold_before": as_number(found.sold_before),
        "sold_after": as_number(found.sold_after),
        "likely_before": None if found.likely_before is None else round(found.likely_before, 2),
        "likely_after": None if found.likely_after is None else round(found.likely_after, 2),
    }


def _touched_document(touched: "Touched") -> TouchedDocument:
    return {
        "merchant": touched.key,
        "name": touched.name,
        "plan": touched.plan,
        "use": as_number(round(touched.use, 2)),
        "limit": None if np.isinf(touched.limit) else as_number(touched.limit),
    }


def _cost_difference(cost: MoneyBand, baseline: MoneyBand) -> CostDifferenceDocument:
    return {
        "p10": written(cost.p10 - baseline.p10),
        "p50": written(cost.p50 - baseline.p50),
        "p90": written(cost.p90 - baseline.p90),
        "mean": written(cost.mean - baseline.mean),
    }
