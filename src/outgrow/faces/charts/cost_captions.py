"""What a cost chart says in words, and where each word stands."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

from outgrow.domain.days import month_end, spoken_month
from outgrow.domain.ladder import Tier
from outgrow.domain.words import counted, percent
from outgrow.faces.charts import theme
from outgrow.faces.charts.labels import Label, spread, text_width
from outgrow.faces.charts.layout import Frame
from outgrow.planning.ladder.plan import LadderPlan, PlannedMonth
from outgrow.planning.ladder.words import amount, middle_tier, sentence
from outgrow.service.ladder import LadderReport

COLUMN_GAP, NAME_GAP, LINE_GAP, EDGE = 12, 7, 14, 8
"""Pixels from the plot to the words beside it, from a step or a pole to the name beside it, from a line to the middle
of a name, and from a word's middle to the plot's rim."""
TOTAL_SIZE, TOTAL_LINE = 16, 18


@dataclass(frozen=True, slots=True)
class Stair:
    """Months with the same middle tier: from the first day of the first to the last day of the last."""

    tier: str
    cost: Decimal
    first: date
    last: date


def stairs(months: Sequence[PlannedMonth]) -> list[Stair]:
    """The stretches between two changes of the tier."""
    found: list[Stair] = []
    for month in months:
        tier, last = middle_tier(month.tiers), month_end(month.month)
        if found and found[-1].tier == tier:
            found[-1] = replace(found[-1], last=last)
        else:
            found.append(Stair(tier, month.cost.p50, month.month, last))
    return found


def price(money: Decimal) -> str:
    """`1,080`, with cents only where there are any."""
    return amount(money).removesuffix(".00")


def tier_labels(found: Sequence[Stair], frame: Frame, poles: Sequence[float]) -> list[Label]:
    """Name and price of each tier where its stretch begins: below the line, which never falls, or above it.

    A name that finds no free place is left out.
    """
    placed: list[Label] = []
    for stair in found:
        free = (label for label in _spots(stair, frame, poles) if not any(label.hits(other) for other in placed))
        placed += [label for label in free if label.box[3] <= frame.height and label.box[2] <= frame.width][:1]
    return placed


def _spots(stair: Stair, frame: Frame, poles: Sequence[float]) -> list[Label]:
    """Places for a name, best first: beside the step or a pole of its stretch; if need be across a pole."""
    text, y = f"{stair.tier} {price(stair.cost)}", frame.y(float(stair.cost))
    begin, end = frame.x(stair.first), frame.x(stair.last)
    below, above = (
        Label(text, begin + NAME_GAP, y + side * LINE_GAP, theme.MEDIAN, weight=theme.SEMIBOLD) for side in (1, -1)
    )
    wide = text_width(text, below.size, below.weight)
    starts = [begin, *(pole for pole in sorted(poles) if begin < pole < end)]
    clear = [x + NAME_GAP for x in starts if not any(x < pole < x + wide + 2 * NAME_GAP for pole in poles)]
    inside = [replace(above, x=x) for x in clear if x + wide <= end]  # above the line, the next step stands in the way
    return [*(replace(below, x=x) for x in clear), *inside, replace(below, halo=True)]


def next_label(tier: Tier, share: float | None, frame: Frame, poles: Sequence[float]) -> Label:
    """The next tier and its price over the line at that price: at the right end, or at the left of all poles."""
    chance = "" if share is None else f", {percent(share)} within a year"
    text = f"next: {tier.name} {price(tier.cost_monthly)}{chance}"
    label = Label(text, frame.width, frame.y(float(tier.cost_monthly)) - 11, theme.MUTED, "right", halo=True)
    crossed = any(label.box[0] - EDGE < pole for pole in poles)
    free = text_width(text, label.size) + EDGE < min(poles, default=0.0)
    return replace(label, x=0.0, align="left") if crossed and free else label


def total_words(plan: LadderPlan) -> list[tuple[str, str, int, int]]:
    """What all months cost together: text, colour, size and weight of each line."""
    cost, n = plan.cost, len(plan.months)
    small = (theme.MUTED, theme.SMALL_SIZE, theme.REGULAR)
    lines = [
        (f"in {counted(n, 'month')}", *small),
        (f"{price(cost.p50)} {plan.currency}", theme.INK, TOTAL_SIZE, theme.SEMIBOLD),
    ]
    if cost.p10 != cost.p90:
        lines += [("80% range", *small), (f"{price(cost.p10)} to {price(cost.p90)}", *small)]
    return lines


def column_labels(plan: LadderPlan, frame: Frame) -> list[Label]:
    """Beside the plot: the names of line and band at their height, and the total at the bottom."""
    x, lines = frame.width + COLUMN_GAP, total_words(plan)
    top = frame.height - TOTAL_LINE * len(lines) + 12
    labels = [
        Label(text, x, top + TOTAL_LINE * at, color, size=size, weight=weight)
        for at, (text, color, size, weight) in enumerate(lines)
    ]
    cost = plan.months[-1].cost
    if cost.p10 != cost.p90:
        low, middle, high = (frame.y(float(value)) for value in (cost.p10, cost.p50, cost.p90))
        band = (high + middle) / 2 if middle - high > low - middle else (middle + low) / 2
        band, middle = spread([band, middle], 15, EDGE, top - TOTAL_LINE - 4)
        labels += [
            Label("80% range", x, band, theme.BAND_TEXT),
            Label("median", x, middle, theme.MEDIAN, weight=theme.SEMIBOLD),
        ]
    return labels


def description(report: LadderReport) -> str:
    """The picture in a few sentences, for those who cannot see it."""
    plan = report.plan
    first, last = (spoken_month(plan.months[at].month) for at in (0, -1))
    told = (
        f"{stair.tier} from {spoken_month(stair.first)} at {price(stair.cost)} {plan.currency}"
        for stair in stairs(plan.months)
    )
    return (
        f"Monthly cost of the infrastructure of platform {report.platform}, {first} to {last}. "
        f"{sentence(plan)} Likely tiers: {', '.join(told)}."
    )
