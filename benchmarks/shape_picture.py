"""One series of each shape with its forecast, as small multiples in the look of every other chart."""

from pathlib import Path
from typing import Any

import numpy as np
from benchmarks.shape_laws import FLOWS, LEVELS, PAST, draw
from numpy.typing import NDArray

from outgrow.evaluation import flow_quantiles, quantiles
from outgrow.faces.charts import theme
from outgrow.faces.charts.export import write_png, write_svg
from outgrow.faces.charts.labels import Label
from outgrow.faces.charts.layers import Spec, words
from outgrow.faces.charts.pixels import INNER, pixel_layer, sheet

Array = NDArray[np.float64]

BACK, AHEAD = 300, 150
"""Days that are shown before and after today."""
FAN = (0.1, 0.5, 0.9)
COLUMNS, GAP, ROW_GAP = 5, 22, 20
HEAD, PLOT, LEGEND = 20, 78, 34
"""Heights in pixels: of a panel's title, of the panel below it, and of the legend above all."""
WIDE = (INNER - GAP * (COLUMNS - 1)) / COLUMNS
LIMIT_ABOVE = 0.3
"""The limit that is drawn, in ranges of the past above its highest."""
ROOM = 0.12
"""The fan may leave what is seen and the limit by this share; it is cut there."""
WEEK = 7
TITLE = "Shapes that people report, and what is said of them"
SAID = "One made-up series of each kind: 300 known days, and 150 that the forecast did not see."


def smoothed(values: Array) -> Array:
    """Means of seven days around each day along the last axis; both ends repeat their neighbour."""
    wide = np.lib.stride_tricks.sliding_window_view(values, WEEK, axis=-1).mean(axis=-1)
    return np.pad(wide, [(0, 0)] * (values.ndim - 1) + [(WEEK // 2, WEEK // 2)], mode="edge")


def panel_rows(kind: str, number: int, seed: int) -> dict[str, list[dict[str, Any]]]:
    """Every mark of one panel in pixels, by data set."""
    series = draw(kind, 1, seed)
    known = series[:, :PAST]
    fan = quantiles(known, AHEAD, FAN)[0] if kind in LEVELS else flow_quantiles(known, AHEAD, FAN)[0]
    past, future = series[0, PAST - BACK : PAST], series[0, PAST : PAST + AHEAD]
    limit = None
    if kind in LEVELS:
        limit = past.max() + LIMIT_ABOVE * np.ptp(past[past > 0])
    else:
        past, future, fan = smoothed(past), smoothed(future), smoothed(fan)
    seen = np.concatenate([past, future, [] if limit is None else [limit]])
    low, high = seen.min(), seen.max()
    low, high = max(low - ROOM * (high - low), 0.0), high + ROOM * (high - low)
    if kind in FLOWS:
        low = 0.0  # a flow's noise would fill the panel, and a steady one look wild

    left, top = panel_corner(number)

    def x(day: int) -> float:
        return round(left + WIDE * day / (BACK + AHEAD - 1), 1)

    def y(value: float) -> float:
        share = (np.clip(value, low, high) - low) / (high - low)
        return round(float(top + HEAD + PLOT * (1 - share)), 1)

    def points(values: Array, first: int) -> list[dict[str, Any]]:
        return [{"panel": kind, "x": x(first + day), "y": y(value)} for day, value in enumerate(values)]

    bottom, today, end = top + HEAD + PLOT, x(BACK - 1), x(BACK + AHEAD - 1)
    return {
        "frame": [{"left": today, "right": end, "top": top + HEAD, "bottom": bottom}],
        "axis": [{"x": left, "x2": end, "y": bottom, "y2": bottom}],
        "fan": [
            {"panel": kind, "x": x(BACK + day), "y": y(low_edge), "y2": y(high_edge)}
            for day, (low_edge, high_edge) in enumerate(zip(fan[0], fan[2], strict=True))
        ],
        "median": points(fan[1], BACK),
        "past": points(past, 0),
        "future": points(future, BACK),
        "limit": [] if limit is None else [{"x": left, "x2": end, "y": y(limit), "y2": y(limit)}],
        "labels": [Label(kind, left, top + 7, weight=theme.SEMIBOLD).to_row()],
    }


def panel_corner(number: int) -> tuple[float, float]:
    """Left and top of a panel."""
    row, column = divmod(number, COLUMNS)
    return round(column * (WIDE + GAP), 1), LEGEND + row * (HEAD + PLOT + ROW_GAP)


def legend() -> dict[str, list[dict[str, Any]]]:
    """The meaning of each mark, in one line above the panels."""
    middle = 7.0
    named = (
        ("past", "known days", 0),
        ("future", "what happened", 122),
        ("median", "median, and 80% range", 262),
        ("limit", "a limit", 450),
    )
    rows: dict[str, list[dict[str, Any]]] = {"labels": []}
    for name, text, left in named:
        ends = [{"panel": "legend", "x": left + at, "y": middle} for at in (0, 20)]
        rows[name] = [{"x": left, "x2": left + 20, "y": middle, "y2": middle}] if name == "limit" else ends
        if name == "median":
            rows["fan"] = [{"panel": "legend", "x": left + at, "y": middle + 5, "y2": middle - 5} for at in (0, 20)]
        rows["labels"].append(Label(text, left + 27, middle, theme.MUTED).to_row())
    return rows


def picture(seed: int) -> Spec:
    """A complete Vega-Lite 6 specification with its data; every layer has a name."""
    kinds = [*LEVELS, *FLOWS]
    parts = [legend(), *(panel_rows(kind, number, seed) for number, kind in enumerate(kinds))]
    names = ("frame", "axis", "fan", "median", "past", "future", "limit", "labels")
    height = panel_corner(len(kinds) - 1)[1] + HEAD + PLOT + 4
    line = {"x": "x", "y": "y"}
    edges = {"x": "x", "x2": "x2", "y": "y", "y2": "y2"}

    def stroke(color: str, width: float) -> Spec:
        return {"type": "line", "stroke": color, "strokeWidth": width, "strokeJoin": "round"}

    area = {"type": "area", "fill": theme.BAND_90, "opacity": 1}
    described = f"{SAID} {len(kinds)} panels, each with the forecast's median and 80% range: {', '.join(kinds)}."
    return {
        **sheet(TITLE, SAID, described, height),
        "datasets": {name: [row for part in parts for row in part.get(name, [])] for name in names},
        "layer": [
            pixel_layer(
                "ahead", "frame", {"type": "rect", "fill": theme.BLANK}, x="left", x2="right", y="top", y2="bottom"
            ),
            _each(pixel_layer("fan", "fan", area, **line, y2="y2")),
            pixel_layer("axis", "axis", {"type": "rule", "stroke": theme.HAIRLINE}, **edges),
            pixel_layer("limit", "limit", {"type": "rule", "stroke": theme.LIMIT, "strokeWidth": 1.25}, **edges),
            _each(pixel_layer("past", "past", stroke(theme.OBSERVED, 1.25), **line)),
            _each(pixel_layer("median", "median", stroke(theme.MEDIAN, 1.75), **line)),
            _each(pixel_layer("future", "future", stroke(theme.OBSERVED, 0.75), **line)),
            *words(),
        ],
    }


def _each(layer: Spec) -> Spec:
    """The same, a mark for each panel."""
    encoding = {**layer["encoding"], "detail": {"field": "panel", "type": "nominal"}}
    return {**layer, "encoding": encoding}


def draw_picture(path: Path, seed: int) -> None:
    """Write the picture, as PNG or SVG by its name."""
    (write_png if path.suffix == ".png" else write_svg)(picture(seed), path)
