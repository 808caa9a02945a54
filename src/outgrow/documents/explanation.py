"""What a forecast rests on, as a part of its document."""

from collections.abc import Mapping
from typing import Annotated, TypedDict

from outgrow.documents.kinds import Day, Told, significant
from outgrow.domain.explanation import Explanation, Pattern
from outgrow.domain.metric import Metric

_FromTo = TypedDict(
    "_FromTo",
    {
        "from": Annotated[float | None, Told("where it falls back from, in the unit; null of a step")],
        "to": Annotated[float | None, Told("where it falls back to, in the unit; null of a step")],
    },
)


class PatternDocument(_FromTo):
    """What a level does again and again."""

    every_days: float
    """mean days between two of its falls, or of its steps"""
    seen: int
    """how many of them the past has"""
    next: Day
    """the day on which the next one is expected"""
    size: float | None
    """what the next step brings, in the unit, less than zero where it falls; null where it falls back"""


class CorrectionDocument(TypedDict):
    """What the platform's own past did to the ranges."""

    width: float
    """factor by which it made the ranges wider"""
    series: int
    """metrics that this is learned from; 0 where nothing was"""
    outcomes: float
    """independent outcomes of them"""


class ExplanationDocument(TypedDict):
    """What a forecast rests on. Numbers as keys are days."""

    text: list[str]
    """all of it in plain words, a sentence each"""
    paces: dict[str, float]
    """of a level, its mean change a day over the last so many days, without what stands out"""
    growth_per_day: dict[str, float]
    """of a level, what the median rises by a day over the next so many days"""
    amounts: dict[str, float]
    """of a flow, the mean amount a day over the last so many days"""
    amounts_ahead: dict[str, float]
    """of a flow, the mean amount a day over the next so many days"""
    width80: dict[str, float]
    """distance from the 10% to the 90% quantile so many days ahead"""
    causes: dict[str, float]
    """of a level, shares of the spread 90 days ahead: how much days vary (`days_vary`), how fast it goes on
    (`pace_unknown`), which of several courses it takes (`courses`)"""
    plain_share: float | None
    """of a level, the plain drift's share of the answer, 0 to 1; else null"""
    steady_share: float | None
    """the share of constant growth, in amounts or in per cent, where the level's own weeks bear it out; else 0, or
    null"""
    pattern: PatternDocument | None
    """of a level that falls back, or takes a step, again and again, what that is; `causes` is then empty and
    `plain_share` null; else null"""
    correction: CorrectionDocument
    """what the platform's own past did to the ranges"""


def explanation_document(why: Explanation, metric: Metric) -> ExplanationDocument:
    """In numbers, and in words."""
    return {
        "text": why.sentences(metric),
        "paces": _by_days(why.paces),
        "growth_per_day": _by_days(why.growth_per_day),
        "amounts": _by_days(why.amounts),
        "amounts_ahead": _by_days(why.amounts_ahead),
        "width80": _by_days(why.width80),
        "causes": {cause.value: round(part, 3) for cause, part in why.causes.items()},
        "plain_share": None if why.plain_share is None else round(why.plain_share, 3),
        "steady_share": None if why.steady_share is None else round(why.steady_share, 3),
        "pattern": None if why.pattern is None else pattern_document(why.pattern),
        "correction": {
            "width": round(why.width, 3),
            "series": why.correction_series,
            "outcomes": round(why.correction_outcomes, 1),
        },
    }


def pattern_document(pattern: Pattern) -> PatternDocument:
    """Falls back with where from and where to, steps with their size."""
    return {
        "every_days": round(pattern.every_days, 1),
        "seen": pattern.seen,
        "next": pattern.next.isoformat(),
        "size": significant(pattern.size),
        "from": significant(pattern.start),
        "to": significant(pattern.end),
    }


def _by_days(numbers: Mapping[int, float]) -> dict[str, float]:
    return {str(days): float(f"{number:.6g}") for days, number in numbers.items()}
