"""The events of a forecast chart: a quiet line on their days, and above the plot the names of those that matter."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from math import log
from typing import Any, Self

from outgrow.domain.days import spoken
from outgrow.domain.event import EventEffect, EventKind
from outgrow.faces.charts import theme
from outgrow.faces.charts.labels import Label, text_width
from outgrow.faces.charts.layers import Axes, Spec
from outgrow.faces.charts.layout import Frame

NOTABLE = 0.15
"""A holiday that changes its day by less (as a logarithm) has a tick on the axis and no name."""
TICK, ROWS, ROW_HEIGHT, LOWEST, OVER = 6, 2, 16, 8, 3
"""Pixels of the tick; rows of names above the plot, their height, the lowest one's middle above the plot, and how far
a name reaches back over its line."""
SAID = 3
"""Events ahead that the description names."""


@dataclass(frozen=True, slots=True)
class EventMarks:
    """The events of a picture.

    Attributes:
        effects: those with a day that is shown, oldest first.
        labels: the names that found room.
    """

    effects: tuple[EventEffect, ...] = ()
    labels: tuple[Label, ...] = ()

    @classmethod
    def of(cls, events: Sequence[EventEffect], frame: Frame, room: float, crossing: date | None) -> Self:
        """Place the names, those of events that matter most first.

        Args:
            frame: of which no height is asked.
            room: pixels from the plot's left edge to where words have to end.
            crossing: the day of a line that reaches up through the names; None where there is none.
        """
        days = frame.days
        shown = tuple(e for e in events if e.event.last >= days.first and e.event.first <= days.last)
        line = [] if crossing is None else [Label("", frame.x(crossing), _height(row)) for row in range(ROWS)]
        labels: list[Label] = []
        for effect in sorted(filter(_is_notable, shown), key=_importance, reverse=True):
            spots = (spot for row in range(ROWS) for spot in _beside(effect, frame, _height(row), room))
            free = (spot for spot in spots if not any(spot.hits(other) for other in (*line, *labels)))
            labels += [spot for spot in [next(free, None)] if spot is not None]
        return cls(shown, tuple(labels))

    @property
    def lift(self) -> int:
        """Pixels that the names take above the plot."""
        return round(max((ROW_HEIGHT - LOWEST - label.y for label in self.labels), default=0))

    def rows(self, frame: Frame) -> list[dict[str, Any]]:
        """One row each: its days as far as they are shown, and from where in pixels it reaches down to the axis."""
        return [
            {
                "name": effect.event.name,
                "first": max(effect.event.first, frame.days.first).isoformat(),
                "last": min(effect.event.last, frame.days.last).isoformat(),
                "top": -2 if _is_notable(effect) else round(frame.height) - TICK,
            }
            for effect in self.effects
        ]

    def layers(self, axes: Axes) -> list[Spec]:
        """A line for an event of one day, a band for a longer one; its rim makes a line of what has no width."""
        if not self.effects:
            return []
        mark = {"type": "rect", "fill": theme.EVENT, "stroke": theme.EVENT, "strokeWidth": 1, "opacity": 1}
        top = {"field": "top", "type": "quantitative", "scale": None, "axis": None}
        encoding = {"x": axes.x("first"), "x2": {"field": "last"}, "y": top, "y2": {"value": axes.frame.height}}
        return [{"name": "events", "data": {"name": "events"}, "mark": mark, "encoding": encoding}]

    def sentence(self, anchor: date) -> list[str]:
        """Which events lie after a day, for those who cannot see them; none without any."""
        ahead = [e.event for e in self.effects if e.event.last > anchor and _is_notable(e)][:SAID]
        said = ", ".join(f"{event.name} on {spoken(event.first)}" for event in ahead)
        return [f"Events ahead: {said}."] if ahead else []


def _height(row: int) -> float:
    return -LOWEST - row * float(ROW_HEIGHT)


def _beside(effect: EventEffect, frame: Frame, y: float, room: float) -> Iterator[Label]:
    """From its first day to the right, or from its last to the left, as far as there is room."""
    event, size = effect.event, theme.SMALL_SIZE
    first, last = max(frame.x(event.first), 0.0) - OVER, min(frame.x(event.last), frame.width) + OVER
    wide = text_width(event.name, size)
    if first + wide <= room:
        yield Label(event.name, first, y, theme.MUTED, "left", size)
    if last - wide >= 0:
        yield Label(event.name, last, y, theme.MUTED, "right", size)


def _is_notable(effect: EventEffect) -> bool:
    return effect.event.kind is not EventKind.HOLIDAY or _size(effect) >= NOTABLE


def _importance(effect: EventEffect) -> tuple[bool, float, date]:
    """The user's own first, then by how much they change; of equal ones the later."""
    return effect.event.kind is EventKind.CAMPAIGN, _size(effect), effect.event.first


def _size(effect: EventEffect) -> float:
    """How much its days are changed, as the size of a logarithm."""
    times = effect.uplift[1] if effect.uplift else effect.was
    return abs(log(times)) if times else 0.0
