"""What several documents hold: bands, the past that is rested on, notes on it, and committed projects."""

from collections.abc import Mapping
from datetime import date
from typing import Literal, TypedDict

from outgrow.documents.kinds import Day, Money, iso, share
from outgrow.domain.forecast import WITHIN_DAYS, DayBand, HistoryNote
from outgrow.domain.money import MoneyBand, written
from outgrow.domain.note import Note
from outgrow.domain.scenario import Project

NoteWord = Literal[
    "gap",
    "reset",
    "cleanup",
    "import",
    "outlier",
    "doubled",
    "frozen",
    "seam",
    "starts_at_zero",
    "set_up",
    "unsettled",
    "partial",
    "outage",
    "restarts",
    "restarts_weekly",
]


class DayBandDocument(TypedDict):
    """Days until something comes."""

    p10: int | None
    """one chance in ten that it comes earlier; null beyond the horizon"""
    p50: int | None
    """even chance; null beyond the horizon"""
    p90: int | None
    """one chance in ten that it comes later; null beyond the horizon"""


class DateBandDocument(TypedDict):
    """The calendar days of the same."""

    p10: Day | None
    """one chance in ten that it comes earlier; null beyond the horizon"""
    p50: Day | None
    """even chance; null beyond the horizon"""
    p90: Day | None
    """one chance in ten that it comes later; null beyond the horizon"""


class MoneyBandDocument(TypedDict):
    """An amount that is not sure."""

    p10: Money
    """one chance in ten that it is less"""
    p50: Money
    """even chance"""
    p90: Money
    """one chance in ten that it is more"""
    mean: Money
    """what is to be expected on average"""


class HistoryNoteDocument(TypedDict):
    """The days that an answer rests on."""

    observed_days: int
    """days that were captured on the day"""
    reconstructed_days: int
    """days that were rebuilt later"""
    missing_days: int
    """days in between of which nothing is known"""


class NoteDocument(TypedDict):
    """What was found amiss in the past, and what was made of it."""

    code: NoteWord
    """what it is, see statuses.md#notes-on-the-past"""
    first: Day
    """the first day that it is about"""
    last: Day
    """the last of them; of a step, as `first`"""
    before: float
    """the value before, in the metric's unit"""
    after: float
    """the value after it, in the metric's unit"""
    text: str
    """the same in plain words"""


class ProjectDocument(TypedDict):
    """A committed project."""

    name: str
    """what it is called in the settings"""
    date: Day
    """its first day"""
    probability: float
    """chance that it comes, 0 to 1"""
    sizes: dict[str, float]
    """what it adds, by metric, in the metric's unit; to a daily flow, per day"""


def day_band_document(days: DayBand) -> DayBandDocument:
    """Days until something comes."""
    return {"p10": days.p10, "p50": days.p50, "p90": days.p90}


def date_band_document(days: DayBand, as_of: date | None) -> DateBandDocument:
    """The same as calendar days, counted from one that may not be known."""
    dates = days.dates(as_of) if as_of else {}
    return {"p10": iso(dates.get("p10")), "p50": iso(dates.get("p50")), "p90": iso(dates.get("p90"))}


def money_band_document(band: MoneyBand) -> MoneyBandDocument:
    """Decimals as text."""
    return {"p10": written(band.p10), "p50": written(band.p50), "p90": written(band.p90), "mean": written(band.mean)}


def within_document(chances: Mapping[int, float]) -> dict[str, float | None]:
    """The chances of the spans that are always told, by days; null where they lie beyond the horizon."""
    return {str(days): share(chances.get(days)) for days in WITHIN_DAYS}


def history_note_document(history: HistoryNote) -> HistoryNoteDocument:
    """Counts of days."""
    return {
        "observed_days": history.observed_days,
        "reconstructed_days": history.reconstructed_days,
        "missing_days": history.missing_days,
    }


def note_document(note: Note, unit: str = "") -> NoteDocument:
    """A note with its words; `unit` is the metric's own."""
    return {
        "code": note.code.value,
        "first": note.first.isoformat(),
        "last": note.last.isoformat(),
        "before": float(note.before),
        "after": float(note.after),
        "text": note.sentence(unit),
    }


def project_document(project: Project) -> ProjectDocument:
    """A project with its sizes."""
    return {
        "name": project.name,
        "date": project.on.isoformat(),
        "probability": project.probability,
        "sizes": {name: float(size) for name, size in project.sizes.items()},
    }
