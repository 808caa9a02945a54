"""Why a date moved: the change of a median crossing date between two issued forecasts, in parts."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from outgrow.domain.days import spoken
from outgrow.domain.forecast import DaysUntil, Status
from outgrow.domain.metric import Metric

NamedLevel = tuple[str | None, float]
"""A limit: its name, None where it has none, and its level."""


class Mover(StrEnum):
    """What moves a date, in the order in which it is taken into account and told."""

    REVISED = "revised"
    """The past became known otherwise than it was when the forecast was issued."""
    MODEL = "model"
    """Another model was asked, or its ranges were corrected by the platform's own past."""
    ON_COURSE = "on_course"
    """New days that came as the old forecast said."""
    LEVEL = "level"
    """The newest value lies elsewhere than the old forecast said."""
    SLOPE = "slope"
    """The way there was another one, so that the growth ahead is."""
    LIMIT = "limit"
    ASSUMPTIONS = "assumptions"
    """Events ahead, as they were known then and are known now."""


@dataclass(frozen=True, slots=True)
class Part:
    """What one thing moved the date by.

    Attributes:
        days: later is positive; None where it cannot be told apart from the parts that follow.
        cause: what happened, as it would follow a "because".
        detail: its numbers; empty where there are none.
    """

    mover: Mover
    days: int | None
    cause: str
    detail: str = ""

    @property
    def sentence(self) -> str:
        """Cause and numbers."""
        text = f"{self.cause}: {self.detail}" if self.detail else self.cause
        apart = " (not to be told apart from what follows)" if self.days is None else ""
        return f"{text[0].upper()}{text[1:]}{apart}."


@dataclass(frozen=True, slots=True)
class LimitStatement:
    """What was said of a limit on a day.

    Attributes:
        median: the middle date of the crossing, the day on which it came where it is past; None where there is none.
        kept: whether the date is the one that was issued; one beyond the horizon of then is computed anew.
        limit: name and level.
        value: the metric's value on `as_of`.
    """

    issued_on: date
    as_of: date
    status: Status
    median: date | None
    kept: bool
    limit: NamedLevel
    value: float
    model: str
    model_id: str | None


@dataclass(frozen=True, slots=True)
class Movement:
    """Why the date on which a metric reaches its limit moved between two issues.

    Attributes:
        status: `ok` where both dates are known; else why they are not, with the reason in words.
        before, after: what was said; None where nothing was.
        parts: one for each `Mover`, which add up to `moved_days`; empty where that is not known.
        with_projects: what is said today with the committed projects, which forecasts are kept without; None where
            there is none that takes room of the metric.
    """

    metric: Metric
    scope_name: str
    status: Status
    reason: str | None = None
    before: LimitStatement | None = None
    after: LimitStatement | None = None
    parts: tuple[Part, ...] = ()
    with_projects: DaysUntil | None = None

    @property
    def moved_days(self) -> int | None:
        """Days from the earlier statement's date to the later one's; None where there are not both."""
        return sum(part.days or 0 for part in self.parts) if self.parts else None

    @property
    def sentence(self) -> str:
        """All of it in one sentence."""
        moved, before, after = self.moved_days, self.before, self.after
        if moved is None or before is None or after is None:
            return f"Why the date moved cannot be said: {self.reason}."
        then, now, why = spoken(before.median), spoken(after.median), self._because(moved)
        span = f"{abs(moved):,} {'day' if abs(moved) == 1 else 'days'} {'earlier' if moved < 0 else 'later'}"
        if after.status is Status.ALREADY_EXCEEDED:
            than = f"{span} than" if moved else "on the very day that"
            return f"The limit was reached on {now}, {than} {spoken(before.issued_on)} had said{why}."
        if moved == 0:
            return f"The date did not move: {now}, as on {spoken(before.issued_on)}{why}."
        same_year = before.median and after.median and before.median.year == after.median.year
        return f"The date moved {span}, from {then.rsplit(' ', 1)[0] if same_year else then} to {now}{why}."

    def _because(self, moved: int) -> str:
        """The largest parts that moved the date its way; where it did not move, those that cancelled out."""
        parts = sorted((part for part in self.parts if part.days), key=lambda part: -abs(part.days or 0))
        if moved == 0:
            return f"; what moved it cancels out: {_listed(parts)}" if parts else ""
        same_way = [part for part in parts if (part.days or 0) * moved > 0]
        enough = 1 if 2 * abs(same_way[0].days or 0) >= abs(moved) else 2
        return f": mostly because {_listed(same_way[:enough])}"


def _listed(parts: Sequence[Part]) -> str:
    """`growth was faster than forecast (-9 days) and the limit was lowered (-4 days)`."""
    told = [f"{part.cause} ({part.days:+,} {'day' if abs(part.days or 0) == 1 else 'days'})" for part in parts]
    return " and ".join(filter(None, (", ".join(told[:-1]), told[-1])))
