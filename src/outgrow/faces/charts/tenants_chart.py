"""The tenants who are likeliest to outgrow their plan, as one Vega-Lite specification.

A row for each: how likely its binding limit is reached within 90 days as a pale bar, within 30 days as a dark one on
it. What is reached already fills the row in vermilion. Every mark has its place in pixels.
"""

from outgrow.domain.days import spoken
from outgrow.domain.tenant import WITHIN
from outgrow.domain.words import percent
from outgrow.faces.charts import theme
from outgrow.faces.charts.labels import Label
from outgrow.faces.charts.layers import Spec, words
from outgrow.faces.charts.pixels import pixel_layer, sheet
from outgrow.faces.charts.tenants_rows import DATE_END, LEFT, PLAN_END, ROW, TenantBar, place
from outgrow.planning.tenants.words import sentence
from outgrow.service.tenants import TenantReport

SHOWN = 20
"""The likeliest; more would not be read."""
LEGEND, HEAD, FOOT = 26, 22, 24
"""Heights in pixels: of the legend, of the columns' headings, and of the scale below."""
Key = tuple[tuple[str, str, int], ...]
KEY: Key = (
    (theme.MEDIAN, f"within {WITHIN[0]} days", 122),
    (theme.BAND_50, f"within {WITHIN[1]} days", 122),
    (theme.LIMIT, "limit reached", 0),
)
"""The legend: each colour, its meaning, and the pixels to the next one; the last only where anything is reached."""
TICKS = (0.0, 0.25, 0.5, 0.75, 1.0)


def tenants_chart(report: TenantReport) -> Spec:
    """Draw the tenants of a platform.

    Returns:
        A complete Vega-Lite 6 specification with its data; every layer has a name.
    """
    plan = report.plan
    bars = likeliest(report)
    bottom = LEGEND + HEAD + ROW * max(len(bars), 1)
    key = KEY if any(bar.reached for bar in bars) else KEY[:-1]
    labels = [*_legend_words(key), *_headings(plan.currency), *_scale(bottom)]
    labels += [label for bar in bars for label in bar.labels()]
    title = f"Who outgrows a plan: platform {report.platform}, {spoken(plan.as_of)}"
    return {
        **sheet(title, sentence(plan), _description(report, bars), bottom + FOOT),
        "datasets": {
            "grid": [{"x": place(share), "x2": place(share), "y": LEGEND + HEAD, "y2": bottom} for share in TICKS],
            "bars": [row for bar in bars for row in bar.bars()],
            "legend": _swatches(key),
            "labels": [label.to_row() for label in labels],
        },
        "layer": _layers(),
    }


def likeliest(report: TenantReport) -> list[TenantBar]:
    """The rows, the likeliest within 90 days on top; those too new for a forecast are left out."""
    told = [one for one in report.plan.upsells if one.binding.probability]
    told.sort(key=lambda one: tuple(-one.binding.probability[days] for days in reversed(WITHIN)))
    return [TenantBar(one, report.plan.as_of, LEGEND + HEAD + ROW * at) for at, one in enumerate(told[:SHOWN])]


def _swatches(key: Key) -> list[Spec]:
    swatches: list[Spec] = []
    x = 0
    for fill, _, room in key:
        swatches.append({"left": x, "right": x + 14, "top": 1.5, "bottom": 12.5, "fill": fill})
        x += room
    return swatches


def _legend_words(key: Key) -> list[Label]:
    swatches = zip(_swatches(key), key, strict=True)
    return [Label(text, swatch["right"] + 7, 7, theme.MUTED) for swatch, (_, text, _) in swatches]


def _headings(currency: str) -> list[Label]:
    columns = (
        ("merchant", 0, "left"),
        ("use of limit", LEFT - 12, "right"),
        ("probability that the limit is reached", LEFT, "left"),
        ("even odds by", DATE_END, "right"),
        (f"next plan, {currency} a month", PLAN_END, "right"),
    )
    return [Label(text, x, LEGEND + 10, theme.MUTED, side, theme.SMALL_SIZE) for text, x, side in columns]


def _scale(bottom: float) -> list[Label]:
    return [
        Label(percent(share), place(share), bottom + 13, theme.MUTED, "center", theme.SMALL_SIZE) for share in TICKS
    ]


def _layers() -> list[Spec]:
    """From the bottom to the top."""
    box = {"x": "left", "x2": "right", "y": "top", "y2": "bottom"}
    line = {"x": "x", "x2": "x2", "y": "y", "y2": "y2"}
    return [
        pixel_layer("grid", "grid", {"type": "rule", "stroke": theme.GRID}, **line),
        pixel_layer("legend", "legend", {"type": "rect"}, fill="fill", **box),
        pixel_layer("bars", "bars", {"type": "rect"}, fill="fill", **box),
        *words(),
    ]


def _description(report: TenantReport, bars: list[TenantBar]) -> str:
    """The picture in a few sentences, for those who cannot see it."""
    parts = [f"Platform {report.platform} on {spoken(report.plan.as_of)}. {sentence(report.plan)}"]
    for bar in bars:
        who = bar.upsell.tenant.name
        chances = " and ".join(f"{percent(bar.chance(days))} within {days} days" for days in WITHIN)
        parts.append(f"{who}: {'the limit is reached' if bar.reached else chances}.")
    return " ".join(parts)
