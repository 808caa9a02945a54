"""The document of `outgrow explain`: why the date of a limit moved."""

from typing import Annotated, Literal, NotRequired, TypedDict, cast

from outgrow.documents.days_until import DaysUntilDocument, days_until_document
from outgrow.documents.kinds import Day, ModelName, StatusWord, Told, iso
from outgrow.domain.forecast import as_number
from outgrow.domain.movement import LimitStatement, Movement, NamedLevel, Part


class NamedLevelDocument(TypedDict):
    """A limit."""

    name: str | None
    """its name; null for a level that was asked for"""
    threshold: float | None
    """its level, in the unit"""


class SaidDocument(TypedDict):
    """What one forecast said of the limit."""

    issued_on: Day
    """the day of the forecast"""
    as_of: Day
    """the newest day that it knew"""
    status: StatusWord
    """whether it has a date, see statuses.md"""
    median: Day | None
    """the date with an even chance; with the status `already_exceeded`, the day on which the limit was reached; null
    where there is none"""
    kept: bool
    """whether this is the date that was kept; one beyond the horizon of then, or of a level that was no limit, is
    computed anew"""
    current: float | None
    """the value on `as_of`"""
    limit: NamedLevelDocument
    """the limit of then"""
    model: ModelName
    """the model that was asked"""
    model_id: str | None
    """its name with the beginning of the checksum of its file; null where it was not kept"""


class MovementPartDocument(TypedDict):
    """What one thing moved the date by."""

    code: Literal["revised", "model", "on_course", "level", "slope", "limit", "assumptions"]
    """which thing it is, see statuses.md#what-moves-a-date"""
    days: int | None
    """by how many days, later is positive; null where it cannot be told apart from those that follow"""
    sentence: str
    """what happened, with its numbers"""


_FromTo = TypedDict(
    "_FromTo",
    {
        "from": Annotated[SaidDocument | None, Told("the earlier forecast; null where there is none")],
        "to": Annotated[SaidDocument | None, Told("the newer forecast; null where there is none")],
    },
)


class MovementDocument(_FromTo):
    """Why a date moved."""

    metric: str
    """name of the metric that is asked about"""
    scope: str
    """whose it is"""
    unit: str
    """in which its values are told"""
    status: StatusWord
    """`ok` if both dates are known; else why not, see statuses.md: `insufficient_data` where no two forecasts are kept,
    `already_exceeded` where the limit was reached before the earlier one"""
    reason: str | None
    """the same in words; null with `ok`"""
    limit: NamedLevelDocument | None
    """of the newer forecast; null without one"""
    moved_days: int | None
    """days from the earlier date to the later one, negative if it came nearer; null without both"""
    parts: list[MovementPartDocument]
    """all seven things that move a date; their days add up to `moved_days`; empty where that is null"""
    sentence: str
    """all of it in one sentence"""
    with_projects: NotRequired[DaysUntilDocument]
    """the document of `outgrow when` of the same level today, if committed projects take room of the metric: kept
    forecasts are without them; else it is not there"""


def movement_document(movement: Movement) -> MovementDocument:
    """Both forecasts, and what moved the date from one to the other."""
    before, after = movement.before, movement.after
    document: MovementDocument = {
        "metric": movement.metric.name,
        "scope": movement.scope_name,
        "unit": movement.metric.unit,
        "status": movement.status.value,
        "reason": movement.reason,
        "limit": _level_document(after.limit) if after else None,
        "from": said_document(before) if before else None,
        "to": said_document(after) if after else None,
        "moved_days": movement.moved_days,
        "parts": [part_document(part) for part in movement.parts],
        "sentence": movement.sentence,
    }
    if movement.with_projects:
        document["with_projects"] = days_until_document(movement.with_projects)
    return document


def said_document(said: LimitStatement) -> SaidDocument:
    """What one forecast said."""
    return {
        "issued_on": said.issued_on.isoformat(),
        "as_of": said.as_of.isoformat(),
        "status": said.status.value,
        "median": iso(said.median),
        "kept": said.kept,
        "current": as_number(said.value),
        "limit": _level_document(said.limit),
        "model": cast("ModelName", said.model),
        "model_id": said.model_id,
    }


def part_document(part: Part) -> MovementPartDocument:
    """Days and sentence."""
    return {"code": part.mover.value, "days": part.days, "sentence": part.sentence}


def _level_document(limit: NamedLevel) -> NamedLevelDocument:
    return {"name": limit[0], "threshold": as_number(limit[1])}
