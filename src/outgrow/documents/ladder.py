"""The document of `outgrow ladder`: which tier is needed when, what it costs, and what was sold."""

from typing import TYPE_CHECKING, TypedDict

from outgrow.documents.exposure import ExposureDocument, exposure_document
from outgrow.documents.kinds import Day, Money, Month, SeverityWord, StatusWord, iso, severity_word
from outgrow.documents.shared import (
    DateBandDocument,
    DayBandDocument,
    MoneyBandDocument,
    ProjectDocument,
    date_band_document,
    day_band_document,
    money_band_document,
    project_document,
    within_document,
)
from outgrow.domain.money import written

if TYPE_CHECKING:
    from outgrow.planning.ladder.downgrade import Downgrade
    from outgrow.planning.ladder.plan import LadderPlan, PlannedMonth, TierEnd
    from outgrow.planning.ladder.regret import Regret, RegretRow
    from outgrow.service.ladder import LadderReport


class MonthPlanDocument(TypedDict):
    """One calendar month."""

    month: Month
    """year and month"""
    tiers: dict[str, float]
    """probability of each tier that the month may need, from the smallest"""
    cost: MoneyBandDocument
    """of the month"""
    cumulative: MoneyBandDocument
    """of this and all earlier months together; its quantiles are not sums of the months' quantiles"""
    beyond_ladder: float
    """probability that even the largest tier is outgrown; its price is then the least that the month costs"""


class StepDocument(TypedDict):
    """The day on which a tier is outgrown."""

    outgrown: str
    """the tier"""
    needed: str | None
    """the next one; null above the largest"""
    status: StatusWord
    """`ok`, `beyond_horizon` where the median date lies beyond it, `already_exceeded`; see statuses.md"""
    days: DayBandDocument
    """when, in days from `as_of`"""
    date: DateBandDocument
    """the same as calendar days"""
    act_by: Day | None
    """the early date less the lead time of `needed` and the review interval; null without an early date"""
    probability_within: dict[str, float | None]
    """chance that the tier is outgrown within so many days; null beyond the horizon"""
    binding: dict[str, float]
    """by metric, how often it is the first to reach the tier's maximum"""


class RegretRowDocument(TypedDict):
    """The next tier from one day on."""

    date: Day
    """the day from which it is there"""
    shift_days: int
    """days from the median date, negative is earlier"""
    days_early: float
    """expected days on which it is paid and not needed"""
    days_above: float
    """expected days on which it is needed and not there"""
    probability_late: float
    """that it is needed before `date`"""
    cost_early: Money
    """what the early days cost"""
    cost_above: Money | None
    """what the days above the limit cost; null without `day_over_cost`"""
    total: Money | None
    """both costs together; null where one is not known"""


class RegretDocument(TypedDict):
    """The next tier early against late."""

    day_over_cost: Money | None
    """price of a day above the limit, from the settings; null where it is not set"""
    best_on: Day | None
    """day with the least expected cost; null without `day_over_cost`, or beyond the horizon"""
    rows: list[RegretRowDocument]
    """moves by months, from the earliest to the latest"""


class DowngradeDocument(TypedDict):
    """A smaller tier that would last."""

    tier: str
    """the tier"""
    date: Day
    """from when on it would do"""
    days: int
    """for how many days at least"""
    probability: float
    """that it lasts so long"""
    saving_monthly: Money
    """what is paid less a month"""


class LadderPlanDocument(TypedDict):
    """Tiers, dates and cost of the months ahead."""

    as_of: Day
    """the day that all days count from"""
    horizon_days: int
    """how far ahead is looked"""
    currency: str
    """of all amounts"""
    tier: str
    """the one that is rented now: `plan.current_tier`, or the smallest that holds today's use"""
    example: bool
    """whether the ladder is the one that outgrow brings as an example"""
    months: list[MonthPlanDocument]
    """up to twelve, the running one first; fewer where the forecast ends earlier"""
    cost: MoneyBandDocument
    """of all months together"""
    steps: list[StepDocument]
    """first the rented tier's, then every further one's with a chance of half a percent or more within the horizon"""
    regret: RegretDocument | None
    """the next tier early against late; null where the rented one has no next, is outgrown, or has no median date"""
    downgrade: DowngradeDocument | None
    """a smaller tier that would last; null where there is none"""


class LadderDocument(LadderPlanDocument):
    """The plan of the infrastructure, and what was sold against what is used."""

    platform: str
    """code of the platform"""
    sentence: str
    """until when the tier lasts, by when to order the next one, and what all months cost"""
    severity: SeverityWord
    """as of a limit: by the day to order the next tier"""
    projects: list[ProjectDocument]
    """the committed projects that are in it"""
    unknown: dict[str, str]
    """by metric that the ladder limits, why nothing is known of its future"""
    exposure: ExposureDocument
    """what was sold against what is used"""


def ladder_document(report: "LadderReport") -> LadderDocument:
    """The plan, and what was sold beside it."""
    return {
        "platform": report.platform,
        "sentence": report.sentence,
        "severity": severity_word(report.severity),
        **ladder_plan_document(report.plan),
        "projects": [project_document(project) for project in report.projects],
        "unknown": dict(report.unknown),
        "exposure": exposure_document(report.sold),
    }


def ladder_plan_document(plan: "LadderPlan") -> LadderPlanDocument:
    """Tiers, dates and cost."""
    return {
        "as_of": plan.as_of.isoformat(),
        "horizon_days": plan.horizon_days,
        "currency": plan.currency,
        "tier": plan.tier.name,
        "example": plan.example,
        "months": [_month_document(month) for month in plan.months],
        "cost": money_band_document(plan.cost),
        "steps": [_step_document(step) for step in plan.steps],
        "regret": regret_document(plan.regret) if plan.regret else None,
        "downgrade": _downgrade_document(plan.downgrade) if plan.downgrade else None,
    }


def _month_document(month: "PlannedMonth") -> MonthPlanDocument:
    return {
        "month": f"{month.month:%Y-%m}",
        "tiers": {name: round(part, 4) for name, part in month.tiers.items()},
        "cost": money_band_document(month.cost),
        "cumulative": money_band_document(month.cumulative),
        "beyond_ladder": round(month.beyond, 4),
    }


def _step_document(step: "TierEnd") -> StepDocument:
    return {
        "outgrown": step.outgrown.name,
        "needed": step.needed.name if step.needed else None,
        "status": step.status.value,
        "days": day_band_document(step.days),
        "date": date_band_document(step.days, step.as_of),
        "act_by": iso(step.act_by),
        "probability_within": within_document(step.probability_within),
        "binding": {metric: round(part, 4) for metric, part in step.binding.items()},
    }


def regret_document(regret: "Regret") -> RegretDocument:
    """Moves of the upgrade against each other."""
    return {
        "day_over_cost": None if regret.day_over_cost is None else written(regret.day_over_cost),
        "best_on": iso(regret.best_on),
        "rows": [_row_document(row) for row in regret.rows],
    }


def _row_document(row: "RegretRow") -> RegretRowDocument:
    return {
        "date": row.on.isoformat(),
        "shift_days": row.shift_days,
        "days_early": round(row.days_early, 1),
        "days_above": round(row.days_above, 1),
        "probability_late": round(row.probability_late, 4),
        "cost_early": written(row.cost_early),
        "cost_above": None if row.cost_above is None else written(row.cost_above),
        "total": None if row.total is None else written(row.total),
    }


def _downgrade_document(smaller: "Downgrade") -> DowngradeDocument:
    return {
        "tier": smaller.tier.name,
        "date": smaller.on.isoformat(),
        "days": smaller.days,
        "probability": round(smaller.probability, 4),
        "saving_monthly": written(smaller.saving_monthly),
    }
