"""The document of `outgrow forecast`: every coming day, and what the forecast rests on."""

from datetime import timedelta
from typing import TYPE_CHECKING, Literal, TypedDict, cast

from outgrow.documents.explanation import ExplanationDocument, explanation_document
from outgrow.documents.kinds import Day, ModelName, StatusWord
from outgrow.documents.shared import (
    HistoryNoteDocument,
    NoteDocument,
    ProjectDocument,
    history_note_document,
    note_document,
    project_document,
)
from outgrow.domain.event import EventEffect
from outgrow.domain.forecast import Forecast, Refusal, as_number
from outgrow.domain.words import Figures, rounded

if TYPE_CHECKING:
    from outgrow.service.forecast import ForecastAnswer


class ForecastDayDocument(TypedDict):
    """A coming day: quantiles of the metric's value, in its unit."""

    date: Day
    """the day"""
    p05: float
    """5% quantile"""
    p10: float
    """10% quantile"""
    p25: float
    """25% quantile"""
    p50: float
    """median"""
    p75: float
    """75% quantile"""
    p90: float
    """90% quantile"""
    p95: float
    """95% quantile"""


class UpliftDocument(TypedDict):
    """What a day is likely multiplied by."""

    p10: float | None
    """10% quantile; null where it was not seen before"""
    p50: float | None
    """median; null where it was not seen before"""
    p90: float | None
    """90% quantile; null where it was not seen before"""


class EventDocument(TypedDict):
    """An event with days still to come."""

    name: str
    """what it is called"""
    kind: Literal["holiday", "sale", "campaign"]
    """`holiday`, `sale` (Black Friday, Cyber Monday) or `campaign` (your own)"""
    first: Day
    """its first day"""
    last: Day
    """its last day"""
    uplift: UpliftDocument
    """what a day of it is likely multiplied by"""
    source: Literal["learned", "settings", "not_seen"]
    """where that is from: `learned` from earlier occurrences, `settings` (your `multiplier`), or `not_seen`"""
    seen: int
    """how many earlier occurrences it is learned from"""


class CountedDocument(TypedDict, total=False):
    """What is only there where it is."""

    projects: list[ProjectDocument]
    """the committed projects that the days count in; not there where there is none"""


class ForecastDocument(CountedDocument):
    """A metric's coming days."""

    metric: str
    """name of the metric"""
    scope: str
    """whose it is"""
    unit: str
    """in which its values are told"""
    status: Literal["ok"]
    """`ok`"""
    reason: None
    """null"""
    model: ModelName
    """which model was asked: `shared`, or `drift` where the shared model has lost to it"""
    as_of: Day
    """the last day that was known"""
    current: float | None
    """the value on that day; for a daily flow, the mean of the last seven days"""
    growth_per_30_days: float
    """by how much the median rises in 30 days, as of `outgrow when`"""
    days: list[ForecastDayDocument]
    """every coming day up to the horizon, with seven quantiles of its value"""
    history: HistoryNoteDocument
    """the days that the forecast rests on"""
    events: list[EventDocument]
    """of a daily flow and of a month's total, the events with days still to come within the horizon, nearest first;
    else empty"""
    notes: list[NoteDocument]
    """what was found amiss in the past, as of `outgrow when`"""
    explanation: ExplanationDocument | None
    """what the forecast rests on; numbers as keys are days"""


class RefusalDocument(TypedDict):
    """Why there is no forecast."""

    metric: str
    """name of the metric"""
    scope: str
    """whose it is"""
    unit: str
    """in which its values are told"""
    status: StatusWord
    """why there is no forecast, see statuses.md"""
    reason: str
    """the same in words"""
    have: int | None
    """days known; null where it is not for want of days"""
    need: int | None
    """days needed; null where it is not for want of days"""
    days: list[ForecastDayDocument]
    """empty"""


def forecast_document(answer: "ForecastAnswer") -> ForecastDocument | RefusalDocument:
    """Every coming day with notes, explanation and the events within the horizon; or a refusal, which has no days."""
    metric, projection = answer.history.metric, answer.projection
    if isinstance(projection, Refusal):
        return {
            "metric": metric.name,
            "scope": answer.history.scope_name,
            "unit": metric.unit,
            "status": projection.status.value,
            "reason": projection.reason,
            "have": projection.have,
            "need": projection.need,
            "days": [],
        }
    made, why = projection.forecast, projection.explanation
    counted = [project_document(project) for project in projection.projects]
    projects: CountedDocument = {"projects": counted} if counted else {}
    return {
        "metric": made.metric.name,
        "scope": made.scope_name,
        "unit": made.metric.unit,
        "status": "ok",
        "reason": None,
        "model": cast("ModelName", made.model),
        "as_of": made.as_of.isoformat(),
        "current": as_number(made.current),
        "growth_per_30_days": rounded(made.growth_per_30_days, 2),
        "days": forecast_days_document(made),
        "history": history_note_document(made.history),
        **projects,
        "events": [event_document(effect) for effect in projection.events_ahead],
        "notes": [note_document(note, metric.unit) for note in projection.notes],
        "explanation": explanation_document(why, metric) if why else None,
    }


def forecast_days_document(made: Forecast) -> list[ForecastDayDocument]:
    """One entry a day, quantiles keyed `p05`, `p10`, ..."""
    keys = [f"p{round(100 * level):02d}" for level in made.levels]
    decimals = Figures.of(made.metric, (made.current, *made.quantiles[:, 0])).decimals + 1
    return [
        cast(
            "ForecastDayDocument",
            {
                "date": (made.as_of + timedelta(days=ahead)).isoformat(),
                **{key: as_number(round(float(v), decimals)) for key, v in zip(keys, column, strict=True)},
            },
        )
        for ahead, column in enumerate(made.quantiles.T, 1)
    ]


def event_document(effect: EventEffect) -> EventDocument:
    """An event with what its days are multiplied by."""
    event, (low, middle, high) = effect.event, effect.uplift or (None, None, None)
    return {
        "name": event.name,
        "kind": event.kind.value,
        "first": event.first.isoformat(),
        "last": event.last.isoformat(),
        "uplift": {"p10": _factor(low), "p50": _factor(middle), "p90": _factor(high)},
        "source": cast('Literal["learned", "settings", "not_seen"]', effect.source),
        "seen": effect.seen,
    }


def _factor(value: float | None) -> float | None:
    return None if value is None else round(value, 3)
