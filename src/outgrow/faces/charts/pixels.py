"""Marks that stand at places in pixels, for charts that lay themselves out."""

from typing import Any

from outgrow.faces.charts.layers import Spec


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
