"""The document of `outgrow when`, which others hold too: when a metric reaches a limit."""

from typing import Literal, NotRequired, TypedDict

from outgrow.documents.kinds import Day, StatusWord, iso
from outgrow.documents.shared import (
    DateBandDocument,
    DayBandDocument,
    HistoryNoteDocument,
    NoteDocument,
    ProjectDocument,
    date_band_document,
    day_band_document,
    history_note_document,
    note_document,
    project_document,
    within_document,
)
from outgrow.domain.forecast import DaysUntil, Status, as_number
from outgrow.domain.words import rounded


class DaysUntilDocument(TypedDict):
    """When a metric reaches a limit."""

    metric: str
    """name of the metric that is asked about"""
    scope: str
    """whose it is: `platform:CODE`, or another scope such as `store:17`"""
    unit: str
    """in which its values are told"""
    threshold: float | None
    """the limit, in the unit; null without one"""
    status: StatusWord
    """whether there is a date, see statuses.md"""
    reason: str | None
    """in words, why there is none; null where the status is `ok`"""
    current: float | None
    """the newest known value; for a daily flow, the mean of the last seven days"""
    as_of: Day | None
    """the day of `current`"""
    days: DayBandDocument
    """days from `as_of` until the limit is reached"""
    date: DateBandDocument
    """the same as calendar days"""
    probability_within: dict[str, float | None]
    """chance that it is reached within so many days; null beyond the horizon"""
    growth_per_30_days: float | None
    """by how much the median rises in 30 days; of a flow the 30 days ahead against the 30 past, without what stands out
    in them"""
    history: HistoryNoteDocument
    """the days that the answer rests on: captured, rebuilt, unknown"""
    notes: list[NoteDocument]
    """what was found amiss in the past, oldest first; empty where nothing was; of a month's total they are about the
    days that it adds up"""
    example: NotRequired[Literal[True]]
    """true if the limit is one that outgrow brings as an example and nobody set; else it is not there"""
    projects: NotRequired[list[ProjectDocument]]
    """the committed projects that the days count in; not there where there is none"""
    direction: NotRequired[Literal["falling"]]
    """`falling` if it was asked when the metric is at or below the threshold; else it is not there"""
    days_ago: NotRequired[int | None]
    """with `already_exceeded`: days since it was reached"""
    have: NotRequired[int | None]
    """with `insufficient_data`: days known"""
    need: NotRequired[int | None]
    """with `insufficient_data`: days needed"""


def days_until_document(until: DaysUntil) -> DaysUntilDocument:
    """When a metric reaches a limit, or why that cannot be said."""
    document: DaysUntilDocument = {
        "metric": until.metric.name,
        "scope": until.scope_name,
        "unit": until.metric.unit,
        "threshold": as_number(until.threshold),
        "status": until.status.value,
        "reason": until.reason,
        "current": as_number(until.current),
        "as_of": iso(until.as_of),
        "days": day_band_document(until.days),
        "date": date_band_document(until.days, until.as_of),
        "probability_within": within_document(until.probability_within),
        "growth_per_30_days": None if until.growth_per_30_days is None else rounded(until.growth_per_30_days, 2),
        "history": history_note_document(until.history),
        "notes": [note_document(note, until.metric.unit) for note in until.notes],
    }
    if until.example:
        document["example"] = True
    if until.projects:
        document["projects"] = [project_document(project) for project in until.projects]
    if until.falling:
        document["direction"] = "falling"
    if until.status is Status.ALREADY_EXCEEDED:
        document["days_ago"] = until.days_ago
    if until.status is Status.INSUFFICIENT_DATA:
        document["have"], document["need"] = until.have, until.need
    return document
