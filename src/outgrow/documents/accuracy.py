"""The document of `outgrow accuracy`: how good the forecasts were that were issued."""

from typing import TYPE_CHECKING, TypedDict, cast

from outgrow.documents.kinds import Day, ModelName, iso, significant

if TYPE_CHECKING:
    from outgrow.service.accuracy import AccuracyReport, HorizonScore, LimitScore, MetricAccuracy, SpanScore

DIGITS = 5


class LossDocument(TypedDict):
    """Mean pinball loss over seven quantiles, in the unit; null where nothing is due or kept."""

    issued: float | None
    """of what was issued, by whichever model was asked that day"""
    shared: float | None
    """of the shared model"""
    drift: float | None
    """of the drift"""


class HorizonScoreDocument(TypedDict):
    """How good the forecasts of one day ahead, or of all, were; null where nothing is due or kept."""

    days_ahead: int | None
    """null for all of them together"""
    due: int
    """forecasts whose day has come and whose value is known"""
    mean_absolute_error: float | None
    """how far off the median was that was issued, in the unit"""
    pinball: LossDocument
    """mean pinball loss over seven quantiles, in the unit"""
    coverage: dict[str, float | None]
    """share of values within the bands of 50, 80 and 95% that were issued"""


class LimitScoreDocument(TypedDict):
    """How good the chances were that a limit is reached."""

    within_days: int
    """within so many days"""
    due: int
    """chances whose day has come"""
    brier: float | None
    """their mean Brier score, 0 (always right and sure of it) to 1"""
    said: float | None
    """what was said on average"""
    came: float | None
    """the share of limits that were reached"""


class SpanScoreDocument(TypedDict):
    """What came due in some span of time."""

    all: HorizonScoreDocument
    """all days ahead together"""
    horizons: list[HorizonScoreDocument]
    """each of 1, 7, 14, 30, 60, 90, 180 and 365 days ahead"""
    limits: list[LimitScoreDocument]
    """chances that a limit is reached within 30, 90, 180 and 365 days"""


class MetricAccuracyDocument(TypedDict):
    """What was said of one metric, and how it came out."""

    metric: str
    """its name"""
    unit: str
    """in which errors are told"""
    issued: int
    """days' forecasts that are kept"""
    first_issued: Day
    """the first day of which one is kept"""
    next_due: Day | None
    """the next day that one of them speaks of; null without one"""
    model: ModelName
    """which model is asked now, as the newest capture decided"""
    reason: str | None
    """why, if it is the drift; else null"""
    judged: int
    """days' forecasts by which the models are compared now: due within the window, at most 90 days ahead"""
    recent: SpanScoreDocument
    """scores of what came due in the last 90 days"""
    ever: SpanScoreDocument
    """scores of what came due since the first"""


class AccuracyDocument(TypedDict):
    """How good the forecasts were that were issued, now that their days have come."""

    platform: str
    """code of the platform"""
    as_of: Day
    """the day up to which is looked"""
    window_days: int
    """length of `recent`, in days"""
    least_judged: int
    """days' forecasts that must have come due before the shared model can be left"""
    due: int
    """forecasts, of any day ahead, whose day has come and whose value is known"""
    next_due: Day | None
    """the next day that a kept forecast speaks of; null without one"""
    metrics: list[MetricAccuracyDocument]
    """every metric that was asked about and of which something was issued"""


def accuracy_document(report: "AccuracyReport") -> AccuracyDocument:
    """All metrics together, then each."""
    from outgrow.forecasting.scoring import LEAST_ISSUES, WINDOW_DAYS

    return {
        "platform": report.platform,
        "as_of": report.today.isoformat(),
        "window_days": WINDOW_DAYS,
        "least_judged": LEAST_ISSUES,
        "due": report.due,
        "next_due": iso(report.next_due),
        "metrics": [_metric_document(found) for found in report.metrics],
    }


def _metric_document(found: "MetricAccuracy") -> MetricAccuracyDocument:
    return {
        "metric": found.metric.name,
        "unit": found.metric.unit,
        "issued": found.issued,
        "first_issued": found.first_issued.isoformat(),
        "next_due": iso(found.next_due),
        "model": cast("ModelName", found.model),
        "reason": found.reason,
        "judged": found.verdict.issues,
        "recent": _span_document(found.recent),
        "ever": _span_document(found.ever),
    }


def _span_document(scores: "SpanScore") -> SpanScoreDocument:
    return {
        "all": _horizon_document(scores.together),
        "horizons": [_horizon_document(score) for score in scores.horizons],
        "limits": [_limit_document(score) for score in scores.limits],
    }


def _horizon_document(score: "HorizonScore") -> HorizonScoreDocument:
    return {
        "days_ahead": score.days_ahead,
        "due": score.due,
        "mean_absolute_error": _short(score.mean_absolute_error),
        "pinball": cast("LossDocument", {name: _short(loss) for name, loss in score.pinball.items()}),
        "coverage": {str(band): _short(held) for band, held in score.coverage.items()},
    }


def _limit_document(score: "LimitScore") -> LimitScoreDocument:
    return {
        "within_days": score.within_days,
        "due": score.due,
        "brier": _short(score.brier),
        "said": _short(score.said),
        "came": _short(score.came),
    }


def _short(value: float | None) -> float | None:
    return significant(value, DIGITS)
