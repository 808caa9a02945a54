"""One thing that someone should do: what was found, how urgent it is, and how it lives from day to day."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any, Self

from outgrow.domain.limit import Severity


class RecommendationState(StrEnum):
    """Where a recommendation stands in its life."""

    OPEN = "open"
    ACKNOWLEDGED = "acknowledged"
    """Somebody knows of it: quiet until its severity rises or it is resolved."""
    SNOOZED = "snoozed"
    """Put off until a day, on which it is open again."""
    RESOLVED = "resolved"
    """Not found any more; open again when it is."""


@dataclass(frozen=True, slots=True)
class Recommendation:
    """A finding in words, and the action that follows from it.

    Attributes:
        category: `capacity`, `infrastructure`, `growth`, `storage` or `limit`.
        key: says which recommendation it is, the same on every day: `limit:platform:storage_used_gb:media storage`.
        sentence: all of it in one plain sentence.
        act_by: the last good day to begin; None where there is none.
        evidence: the numbers, dates and probabilities that it rests on, as JSON, an entry for each series.
    """

    category: str
    severity: Severity
    title: str
    description: str
    action: str
    key: str
    sentence: str
    act_by: date | None = None
    evidence: tuple[Mapping[str, Any], ...] = ()


@dataclass(frozen=True, slots=True)
class Finding:
    """What a look on one day says of the thing that a key stands for.

    Attributes:
        basis: what it is judged by: limit, shares, lead time. Where it changes, nothing of before is held on to.
        severity: how urgent it is; OK where there is nothing to recommend.
        with_margin: how urgent it would be if it were worse by the margin; never less than `severity`.
        known: False where nothing could be judged: such a look says nothing against what was found before.
        said: in words; None where there is nothing to recommend.
    """

    key: str
    basis: str
    severity: Severity = Severity.OK
    with_margin: Severity = Severity.OK
    known: bool = True
    said: Recommendation | None = None

    @classmethod
    def of(cls, said: Recommendation, basis: str, with_margin: Severity, *, known: bool = True) -> Self:
        """Something to recommend."""
        return cls(said.key, basis, said.severity, max(said.severity, with_margin), known, said)


@dataclass(frozen=True, slots=True)
class TrackedRecommendation:
    """A recommendation from the day on which it was opened.

    Attributes:
        said: what it said when it was last found; its severity may have been lower or higher than the one in force.
        basis: what it is judged by, as in `Finding`.
        severity: the one in force.
        changed_on: the last day on which state or severity changed.
        seen_on: the last day on which it was found.
        looked_on: the last day on which it could be judged.
        quiet_since: the first of the looks since which less than its severity was found, margin included.
        quiet_severity: the most that was found since then.
        snoozed_until: the day on which it is open again; None unless it is snoozed.
    """

    said: Recommendation
    basis: str
    state: RecommendationState
    severity: Severity
    opened_on: date
    changed_on: date
    seen_on: date
    looked_on: date
    quiet_since: date | None = None
    quiet_severity: Severity = Severity.OK
    snoozed_until: date | None = None

    @property
    def key(self) -> str:
        """Which recommendation it is."""
        return self.said.key
