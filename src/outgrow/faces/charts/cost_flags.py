"""Days above a cost chart: by when to order, and when tiers are outgrown; each a pole with words beside it."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

from outgrow.domain.days import spoken
from outgrow.domain.forecast import Status
from outgrow.faces.charts import theme
from outgrow.faces.charts.captions import Crossing
from outgrow.faces.charts.labels import Label
from outgrow.faces.charts.layout import Frame
from outgrow.planning.ladder.plan import LadderPlan, TierEnd

POLE, SHORT = -34, -4
"""Pixels from the plot to the top of a pole with words beside it, and of one whose words stand elsewhere."""
GAP, AIR = 20, 5
"""Pixels between the words of two flags, and between a pole and its words."""
DATE_SIZE = 14


@dataclass(frozen=True, slots=True)
class Flag:
    """A day, its place in pixels from the left, and what is said of it; nothing where there is no room."""

    day: date
    x: float
    words: tuple[Label, ...] = ()
    beside: bool = False
    """Whether the words stand at the pole, rather than as near to it as there is room."""

    @property
    def left(self) -> float:
        """Where its words begin."""
        return min(word.box[0] for word in self.words)

    @property
    def right(self) -> float:
        """Where they end."""
        return max(word.box[2] for word in self.words)

    def moved(self, by: float) -> "Flag":
        """The same with its words elsewhere."""
        return replace(self, words=tuple(replace(word, x=word.x + by) for word in self.words))

    def clear_of(self, others: Sequence["Flag"]) -> bool:
        """Whether neither its words nor its pole meet those of others."""
        return not any(
            any(mine.hits(theirs) for mine in self.words for theirs in other.words)
            or _on(other.x, self.words)
            or _on(self.x, other.words)
            for other in others
        )


@dataclass(frozen=True, slots=True)
class Flags:
    """The flags of a plan, from the left."""

    order: Flag | None
    outgrown: tuple[Flag, ...]

    @property
    def labels(self) -> list[Label]:
        """All their words."""
        return [word for flag in (*([self.order] if self.order else []), *self.outgrown) for word in flag.words]

    @property
    def poles(self) -> list[float]:
        """Their places in pixels from the left."""
        return [flag.x for flag in (*([self.order] if self.order else []), *self.outgrown)]


def crossing_of(plan: LadderPlan, last: date) -> Crossing | None:
    """The span in which the present tier is outgrown; None where it does not begin by the last day shown."""
    early, middle, late = plan.steps[0].dates.values() if plan.steps else (None, None, None)
    return None if early is None or early > last else Crossing(early, middle, late, last)


def order_day(plan: LadderPlan, last: date) -> date | None:
    """The day to order the next tier, today where that has passed; None where there is none by the last day shown."""
    step = plan.steps[0] if plan.steps else None
    if step is None or (step.act_by is None and step.status is not Status.ALREADY_EXCEEDED):
        return None
    day = max(step.act_by or plan.as_of, plan.as_of)
    return day if day <= last else None


def flags(plan: LadderPlan, frame: Frame, left: float, right: float) -> Flags:
    """Place all flags so that no two meet; of the tiers after the present one, those for which there is room.

    Args:
        left, right: pixels beside the plot that are free above it.
    """
    last, room = frame.days.last, (-left, frame.width + right)
    ordered, crossing = order_day(plan, last), crossing_of(plan, last)
    at = frame.x(min(crossing.middle or crossing.start, last)) if crossing else None
    order = None if ordered is None else _order(plan, ordered, frame, (room[0], room[1] if at is None else at - GAP))
    placed = [] if order is None else [order]
    outgrown: list[Flag] = []
    if crossing is not None:
        outgrown.append(_first(plan.steps[0], crossing, frame, (order.right + GAP if order else room[0], room[1])))
    for step in plan.steps if crossing is None else plan.steps[1:]:
        middle = step.dates["p50"]
        if middle is not None and middle <= last:
            outgrown.append(_later(step, middle, frame, room, [*placed, *outgrown]))
    return Flags(order, tuple(outgrown))


def _order(plan: LadderPlan, day: date, frame: Frame, room: tuple[float, float]) -> Flag:
    """Left of its pole, else right of it, else as near as there is room."""
    needed = plan.steps[0].needed
    above = "now" if day == plan.as_of else spoken(day)
    below = f"order {needed.name}" if needed else "find a larger tier"
    tries = [_flag(day, frame.x(day), (above, below), theme.INK, side) for side in ("right", "left")]
    return _fitting(tries, room) or replace(tries[0], beside=False).moved(room[0] - tries[0].left)


def _first(step: TierEnd, crossing: Crossing, frame: Frame, room: tuple[float, float]) -> Flag:
    """With its range where that has room, else without."""
    day = min(crossing.middle or crossing.start, frame.days.last)
    (above, span), name = crossing.words(), f"{step.outgrown.name} outgrown"
    tries = [
        _flag(day, frame.x(day), (above, below), theme.LIMIT, side)
        for below in (f"{name}, {span}", name)
        for side in ("left", "right")
    ]
    near = tries[2].moved(max(room[0] - tries[2].left, min(room[1] - tries[2].right, 0.0)))
    return _fitting(tries, room) or replace(near, beside=False)


def _later(step: TierEnd, day: date, frame: Frame, room: tuple[float, float], placed: Sequence[Flag]) -> Flag:
    """At its pole, or without words."""
    above, below = spoken(day), f"{step.outgrown.name} outgrown"
    tries = [_flag(day, frame.x(day), (above, below), theme.LIMIT, side) for side in ("left", "right")]
    return _fitting([flag for flag in tries if flag.clear_of(placed)], room) or Flag(day, frame.x(day))


def _flag(day: date, x: float, told: tuple[str, str], color: str, align: str) -> Flag:
    """Two lines beside a pole: left of it where they end there."""
    above, below = told
    beside = x + (AIR if align == "left" else -AIR)
    words = (
        Label(above, beside, -27, color, align, DATE_SIZE, theme.SEMIBOLD),
        Label(below, beside, -10, theme.MUTED, align, theme.SMALL_SIZE),
    )
    return Flag(day, x, words, beside=True)


def _fitting(tries: Sequence[Flag], room: tuple[float, float]) -> Flag | None:
    return next((flag for flag in tries if room[0] <= flag.left and flag.right <= room[1]), None)


def _on(x: float, words: Sequence[Label]) -> bool:
    return any(word.box[0] - 2 < x < word.box[2] + 2 for word in words)
