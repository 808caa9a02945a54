"""Charts that lay themselves out: a sheet with its title, and marks that stand at places in pixels."""

from typing import Any

from outgrow.faces.charts import theme
from outgrow.faces.charts.forecast_chart import SCHEMA, SUBTITLE_LINE, TITLE_GAP, TITLE_LINE
from outgrow.faces.charts.labels import wrap
from outgrow.faces.charts.layers import Spec

INNER = theme.WIDTH - 2 * theme.MARGIN
"""Pixels between the margins."""


def sheet(title: str, said: str, description: str, height: float, *, gap: int = TITLE_GAP) -> Spec:
    """A specification without data and layers.

    Args:
        said: stands below the title, in as many lines as it takes.
        height: of everything below that.
        gap: pixels between the two.
    """
    lines = wrap(said, theme.SUBTITLE_SIZE, INNER)
    top = theme.MARGIN + TITLE_LINE + SUBTITLE_LINE * len(lines) + gap
    return {
        "$schema": SCHEMA,
        "description": description,
        "width": INNER,
        "height": height,
        "padding": {"left": theme.MARGIN, "right": theme.MARGIN, "top": top, "bottom": theme.MARGIN},
        "autosize": {"type": "none"},
        "config": theme.config(),
        "title": {
            "text": title,
            "subtitle": lines,
            "offset": gap,
            "subtitlePadding": 6,
            "subtitleLineHeight": SUBTITLE_LINE,
            "limit": INNER,
        },
    }


def pixel_layer(name: str, data: str, mark: Spec, fill: str | None = None, **places: str) -> Spec:
    """A layer without scales.

    Args:
        data: the data set.
        fill: the field that holds each mark's colour, where they differ.
        places: field by channel: `x`, `x2`, `y`, `y2`.
    """
    encoding: dict[str, Any] = {
        channel: {"field": field} if channel in {"x2", "y2"} else
        {"field": field, "type": "quantitative", "scale": None, "axis": None}
        for channel, field in places.items()
    }  # fmt: skip
    if fill is not None:
        encoding["fill"] = {"field": fill, "type": "nominal", "scale": None, "legend": None}
    return {"name": name, "data": {"name": data}, "mark": mark, "encoding": encoding}
