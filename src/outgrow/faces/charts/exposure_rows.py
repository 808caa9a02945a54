"""The rows of an exposure chart: where their bars lie, and what is written beside them."""

from collections.abc import Iterator
from dataclasses import dataclass

from outgrow.domain.metric import Metric
from outgrow.domain.words import exact, percent, rounded
from outgrow.faces.charts import theme
from outgrow.faces.charts.labels import Label, text_width
from outgrow.faces.charts.layers import Spec
from outgrow.planning.tenants.exposure import Exposure, ResourceExposure

LEFT, RIGHT = 148, 546
"""Where the bars begin, and where the picture of them ends."""
ROW, BAR_TOP, BAR = 84, 26, 26
"""Heights in pixels: of a row, from its top to its bars, and of these."""
OVERHANG = 48
"""How far words may stand out to the right of the bars."""
MOST_REACH = 1.3
"""What lies farther out than so many times what was sold is cut, and says so with an arrow."""
HATCH_STEP = 5
DAYS, LARGEST, LIKELY = 90, 10, 0.5
"""The span of the probability and the percent of tenants that the columns tell; and from when a chance stands out."""
MANIFOLD = 10
"""From here on a share is told as so many times."""
COLUMNS = {
    630: ("limited use", "of sold"),
    700: ("sold", "of tier"),
    782: ("largest 10%", "hold"),
    852: ("tier full", "in 90 days"),
}
"""Right edges of the columns of numbers, and their headings."""


@dataclass(frozen=True, slots=True)
class Bars:
    """One resource in pixels.

    Attributes:
        whole: the amount that the scale counts as 1: what was sold, or where that is not known, what there is.
        reach: how many times the whole fits into the picture.
    """

    row: ResourceExposure
    top: float
    whole: float
    reach: float

    @property
    def bottom(self) -> float:
        """Where the bars end."""
        return self.top + BAR

    def x(self, amount: float) -> float:
        """Where an amount lies; what lies outside, at the edge."""
        share = min(amount / self.whole, self.reach) / self.reach
        return round(LEFT + share * (RIGHT - LEFT), 1)

    def holds(self, amount: float) -> bool:
        """Whether an amount lies within the picture."""
        return amount <= self.reach * self.whole * (1 + 1e-9)

    def arrow(self, amount: float) -> str:
        """What stands behind an amount that lies farther out."""
        return "" if self.holds(amount) else " →"

    def bar(self, begin: float, end: float, fill: str = theme.PAPER) -> Spec:
        """A bar from one amount to another."""
        return {"left": self.x(begin), "right": self.x(end), "top": self.top, "bottom": self.bottom, "fill": fill}


def bars_of(exposure: Exposure, top: float) -> list[Bars]:
    """All rows below each other and on one scale: as far as the farthest amount, within reason."""
    wholes = [each.use.sold or each.maximum or each.use.used or 1.0 for each in exposure.resources]
    ratios = [
        amount / whole
        for each, whole in zip(exposure.resources, wholes, strict=True)
        for amount in (each.use.used, each.maximum)
        if amount is not None
    ]
    reach = min(max([1.0, *ratios]), MOST_REACH)
    return [
        Bars(each, top + ROW * at + BAR_TOP, whole, reach)
        for at, (each, whole) in enumerate(zip(exposure.resources, wholes, strict=True))
    ]


def used_bars(bars: Bars) -> Iterator[Spec]:
    """On limited plans dark, on others pale; all of it dark where nobody knows the two apart."""
    use = bars.row.use
    if use.used is None:
        return
    limited = use.used if use.used_limited is None else use.used_limited
    yield bars.bar(0, limited, theme.MEDIAN)
    if use.used > limited:
        yield bars.bar(limited, use.used, theme.BAND_50)


def beyond_bars(bars: Bars) -> Iterator[Spec]:
    """What was sold beyond what the tier holds."""
    sold, top = bars.row.use.sold, bars.row.maximum
    if sold is not None and top is not None and sold > top:
        yield bars.bar(top, sold)


def slanted(box: Spec) -> Iterator[Spec]:
    """Lines that hatch a rectangle."""
    left, right, bottom = box["left"], box["right"], box["bottom"]
    start = left - (bottom - box["top"])
    while start < right:
        begin, end = max(start, left), min(start + bottom - box["top"], right)
        yield {"x": begin, "x2": end, "y": bottom - (begin - start), "y2": bottom - (end - start)}
        start += HATCH_STEP


def row_labels(bars: Bars) -> list[Label]:
    """The resource's name, its amounts at their bars, and its numbers in the columns."""
    row, use, metric = bars.row, bars.row.use, bars.row.use.metric
    middle, below = bars.top + BAR / 2, bars.bottom + 16
    labels = [Label(metric.label, 0, middle, size=13, weight=theme.SEMIBOLD)]
    used = "use is not known" if use.used is None else f"{amount_words(use.used, metric)} used{bars.arrow(use.used)}"
    labels.append(Label(used, LEFT, below, theme.MEDIAN, weight=theme.SEMIBOLD, halo=True))
    if use.sold:
        sold = f"{amount_words(use.sold, metric)} sold"
        labels.append(Label(sold, bars.x(use.sold), below, align="right", halo=True))
    else:
        why = "nothing limited is sold" if use.sold is not None else "what was sold is not known"
        labels.append(Label(why, RIGHT, below, theme.MUTED, "right", theme.SMALL_SIZE, halo=True))
    return [*labels, _tier_label(bars), *_numbers(row, middle)]


def _tier_label(bars: Bars) -> Label:
    """What the tier holds, above its mark as far as there is room."""
    top, y = bars.row.maximum, bars.top - 14
    if top is None:
        text, end = "not limited by the tier", bars.x(bars.whole)
        return Label(text, end, y + 2, theme.MUTED, "right", theme.SMALL_SIZE, halo=True)
    text = f"tier holds {amount_words(top, bars.row.use.metric)}{bars.arrow(top)}"
    half = text_width(text, theme.LABEL_SIZE, theme.SEMIBOLD) / 2
    x = min(max(bars.x(top), LEFT + half), RIGHT + OVERHANG - half)
    return Label(text, x, y, theme.LIMIT, "center", weight=theme.SEMIBOLD, halo=True)


def amount_words(value: float, metric: Metric) -> str:
    """`29,342`, `933 GB`: a picture needs no hundredths of what is large."""
    if metric.is_count:
        return f"{value:,.0f}"
    return f"{value:,.0f} {metric.unit}" if value >= 100 else f"{exact(rounded(value, metric.decimals))} {metric.unit}"  # noqa: PLR2004


def share_words(share: float | None) -> str:
    """`46%`; from tenfold on, `12×`."""
    if share is None:
        return "–"
    return percent(share) if share < MANIFOLD else f"{share:,.0f}×"


def _numbers(row: ResourceExposure, y: float) -> list[Label]:
    """The shares in the columns; those that call for action stand out."""
    sold, chance = row.overcommit, row.probability_within[DAYS]
    told = (
        (row.use.utilisation, False),
        (sold, sold is not None and sold > 1),
        (row.use.largest.get(LARGEST), False),
        (chance, chance is not None and chance >= LIKELY),
    )
    labels = []
    for x, (share, loud) in zip(COLUMNS, told, strict=True):
        color = theme.MUTED if share is None else theme.LIMIT if loud else theme.INK
        text = share_words(share)
        labels.append(Label(text, x, y, color, "right", 13, theme.SEMIBOLD if loud else theme.REGULAR))
    return labels
