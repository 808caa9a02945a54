"""What was sold of each resource, what is used, and what the tier holds, as one Vega-Lite specification.

A row for each resource, each on the scale of what was sold of it, so that all rows compare: how much of the frame is
filled is how much of the promises is called in, and where the red mark stands, how much the tier could keep. Every
mark has its place in pixels.
"""

from collections.abc import Iterator

from outgrow.domain.days import spoken
from outgrow.domain.words import percent
from outgrow.faces.charts import theme
from outgrow.faces.charts.exposure_rows import (
    COLUMNS,
    LEFT,
    RIGHT,
    ROW,
    Bars,
    amount_words,
    bars_of,
    beyond_bars,
    row_labels,
    slanted,
    used_bars,
)
from outgrow.faces.charts.labels import Label
from outgrow.faces.charts.layers import Spec, words
from outgrow.faces.charts.pixels import pixel_layer, sheet
from outgrow.service.sold import ExposureReport

LEGEND, HEAD, FOOT = 26, 44, 40
"""Heights in pixels: of the legend, of the columns' headings, and of the scale below."""
KEY = (
    (theme.MEDIAN, theme.MEDIAN, 14, "used on limited plans", 165),
    (theme.BAND_50, theme.BAND_50, 14, "used on other plans", 157),
    (theme.PAPER, theme.RECONSTRUCTED, 14, "sold", 69),
    (theme.LIMIT, theme.LIMIT, 3, "what the tier holds", 143),
    (theme.PAPER, theme.RECONSTRUCTED, 14, "sold beyond it", 0),
)
"""The legend: fill and rim of each swatch, its width, its meaning, and the pixels to the next one."""
UNDIVIDED = (theme.MEDIAN, theme.MEDIAN, 14, "used", 72)
"""The first of them where use on limited plans is not known apart."""


def exposure_chart(report: ExposureReport) -> Spec:
    """Draw a platform's exposure.

    Returns:
        A complete Vega-Lite 6 specification with its data; every layer has a name.
    """
    exposure = report.exposure
    title = f"Sold against used: platform {report.platform}, {exposure.called}, {spoken(exposure.as_of)}"
    bars = bars_of(exposure, LEGEND + HEAD)
    bottom = LEGEND + HEAD + ROW * len(bars)
    swatches, words_of_them = _legend(divided=exposure.tenants is not None)
    labels = [*words_of_them, *_headings(), *_scale_labels(bars, bottom)]
    beyond = [bar for each in bars for bar in beyond_bars(each)]
    labels += [label for each in bars for label in row_labels(each)]
    return {
        **sheet(title, exposure.sentence, _description(report), bottom + FOOT),
        "datasets": {
            "grid": _grid(bars, bottom),
            "sold": [each.bar(0, each.row.use.sold) for each in bars if each.row.use.sold],
            "hatch": [line for box in [*beyond, swatches[-1]] for line in slanted(box)],
            "used": [bar for each in bars for bar in used_bars(each)],
            "tier": [
                {"x": each.x(top), "top": each.top - 5, "bottom": each.bottom + 5}
                for each in bars
                if (top := each.row.maximum) is not None and each.holds(top)
            ],
            "legend": swatches,
            "labels": [label.to_row() for label in labels],
        },
        "layer": _layers(),
    }


def _headings() -> list[Label]:
    return [
        Label(line, x, LEGEND + 15 + 14 * at, theme.MUTED, "right", theme.SMALL_SIZE)
        for x, lines in COLUMNS.items()
        for at, line in enumerate(lines)
    ]


def _legend(*, divided: bool) -> tuple[list[Spec], list[Label]]:
    """Swatches and their words in one line; the last swatch is to be hatched.

    Args:
        divided: whether use on limited plans is known apart.
    """
    swatches: list[Spec] = []
    labels, x = [], 0
    for fill, stroke, wide, text, room in KEY if divided else (UNDIVIDED, *KEY[2:]):
        swatches.append({"left": x, "right": x + wide, "top": 1.5, "bottom": 12.5, "fill": fill, "stroke": stroke})
        labels.append(Label(text, x + wide + 7, 7, theme.MUTED))
        x += room
    return swatches, labels


def _ticks(bars: list[Bars]) -> Iterator[tuple[float, float]]:
    """Shares of what was sold, and where they lie."""
    for share in (0.0, 0.25, 0.5, 0.75, 1.0):
        yield share, round(LEFT + share / bars[0].reach * (RIGHT - LEFT), 1)


def _grid(bars: list[Bars], bottom: float) -> list[Spec]:
    return [{"x": x, "x2": x, "y": LEGEND + HEAD, "y2": bottom} for _, x in _ticks(bars)]


def _scale_labels(bars: list[Bars], bottom: float) -> list[Label]:
    labels = [Label(percent(share), x, bottom + 13, theme.MUTED, "center") for share, x in _ticks(bars)]
    return [*labels, Label("of what was sold", LEFT, bottom + 31, theme.MUTED, size=theme.SMALL_SIZE)]


def _layers() -> list[Spec]:
    """From the bottom to the top."""
    box = {"x": "left", "x2": "right", "y": "top", "y2": "bottom"}
    line = {"x": "x", "x2": "x2", "y": "y", "y2": "y2"}
    frame = {"type": "rect", "fill": theme.PAPER, "stroke": theme.RECONSTRUCTED, "strokeWidth": 1.25}
    slanted = {"type": "rule", "stroke": theme.LIMIT, "strokeWidth": 0.9, "opacity": 0.45}
    mark = {"type": "rule", "stroke": theme.LIMIT, "strokeWidth": 3}
    swatch = pixel_layer("legend", "legend", {"type": "rect", "strokeWidth": 1}, fill="fill", **box)
    swatch["encoding"]["stroke"] = {"field": "stroke", "type": "nominal", "scale": None, "legend": None}
    return [
        pixel_layer("grid", "grid", {"type": "rule", "stroke": theme.GRID}, **line),
        pixel_layer("sold", "sold", frame, **box),
        swatch,
        pixel_layer("beyond", "hatch", slanted, **line),
        pixel_layer("used", "used", {"type": "rect"}, fill="fill", **box),
        pixel_layer("tier", "tier", mark, x="x", y="top", y2="bottom"),
        *words(),
    ]


def _description(report: ExposureReport) -> str:
    """The picture in a few sentences, for those who cannot see it."""
    parts = [f"Platform {report.platform} on {spoken(report.exposure.as_of)}. {report.exposure.sentence}"]
    for row in report.exposure.resources:
        use = row.use
        told = [
            f"{amount_words(amount, use.metric)} {what}"
            for amount, what in ((use.sold, "sold"), (use.used, "used"), (row.maximum, "held by the tier"))
            if amount is not None
        ]
        parts.append(f"{use.metric.label}: {', '.join(told) or 'nothing is known'}.")
    return " ".join(parts)
