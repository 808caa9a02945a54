"""The rows of a tenants' chart: where their bars lie, and what is written beside them."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from outgrow.domain.days import spoken
from outgrow.domain.forecast import Status
from outgrow.domain.tenant import WITHIN
from outgrow.domain.upsell import Upsell
from outgrow.domain.words import percent
from outgrow.faces.charts import theme
from outgrow.faces.charts.exposure_rows import amount_words
from outgrow.faces.charts.labels import Label, text_width
from outgrow.faces.charts.layers import Spec
from outgrow.planning.ladder.words import amount

LEFT, RIGHT = 292, 584
"""Where the bars begin, and where certainty lies."""
NAME_END, DATE_END, PLAN_END = 150, 704, 852
"""Pixels that a name takes at the most; right edges of the columns of dates and of next plans."""
ROW, BAR = 27, 16
"""Heights in pixels."""
SOON, LATER = WITHIN
INSIDE = 34
"""A bar this wide holds its number; else the number is left out, for the pale bar's stands beside it."""


@dataclass(frozen=True, slots=True)
class TenantBar:
    """One tenant in pixels."""

    upsell: Upsell
    as_of: date
    top: float

    @property
    def middle(self) -> float:
        """The middle of the bar."""
        return self.top + ROW / 2

    @property
    def reached(self) -> bool:
        """Whether the limit is reached already."""
        return self.upsell.binding.status is Status.ALREADY_EXCEEDED

    def chance(self, days: int) -> float:
        """The probability of the binding limit within so many days."""
        return self.upsell.binding.probability[days]

    def bars(self) -> Iterator[Spec]:
        """The pale bar of the longer span, on it the dark one of the shorter; or the one of what is reached."""
        top, bottom = self.middle - BAR / 2, self.middle + BAR / 2
        spans = ((LATER, theme.LIMIT),) if self.reached else ((LATER, theme.BAND_50), (SOON, theme.MEDIAN))
        for days, fill in spans:
            yield {"left": LEFT, "right": place(self.chance(days)), "top": top, "bottom": bottom, "fill": fill}

    def labels(self) -> Iterator[Label]:
        """Name, use, numbers, dates and next plan."""
        yield Label(shortened(self.upsell.tenant.name), 0, self.middle, weight=theme.SEMIBOLD)
        yield Label(self._use(), LEFT - 12, self.middle, theme.MUTED, "right", theme.SMALL_SIZE)
        yield from self._numbers()
        yield Label(self._date(), DATE_END, self.middle, theme.MUTED, "right", theme.SMALL_SIZE)
        yield self._plan()

    def _use(self) -> str:
        need = self.upsell.binding
        metric = need.of.metric
        used = amount_words(need.used, metric).removesuffix(f" {metric.unit}")
        return f"{used} of {amount_words(need.limit, metric)} {metric.unit if metric.is_count else need.of.short}"

    def _numbers(self) -> Iterator[Label]:
        if self.reached:
            yield Label("reached", place(1.0) - 7, self.middle, theme.PAPER, "right", theme.SMALL_SIZE, theme.SEMIBOLD)
            return
        soon, later = self.chance(SOON), self.chance(LATER)
        if place(soon) - LEFT >= INSIDE:
            number = percent(soon)
            yield Label(number, place(soon) - 5, self.middle, theme.PAPER, "right", theme.SMALL_SIZE, theme.SEMIBOLD)
        yield Label(percent(later), place(later) + 6, self.middle, theme.INK, size=theme.SMALL_SIZE, halo=True)

    def _date(self) -> str:
        middle = self.upsell.binding.days.dates(self.as_of)["p50"]
        return "" if self.reached else spoken(middle) if middle else "later"

    def _plan(self) -> Label:
        change = self.upsell.revenue_change
        if self.upsell.next_plan is None or change is None:
            return Label("no plan fits", PLAN_END, self.middle, theme.LIMIT, "right")
        return Label(f"{self.upsell.next_plan.name} +{amount(change)}", PLAN_END, self.middle, align="right")


def place(probability: float) -> float:
    """Where a probability lies."""
    return round(LEFT + probability * (RIGHT - LEFT), 1)


def shortened(name: str) -> str:
    """As much of a name as there is room for."""
    if text_width(name, theme.LABEL_SIZE, theme.SEMIBOLD) <= NAME_END:
        return name
    while name and text_width(f"{name}…", theme.LABEL_SIZE, theme.SEMIBOLD) > NAME_END:
        name = name[:-1]
    return f"{name.rstrip()}…"
