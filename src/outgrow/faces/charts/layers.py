"""The marks of a forecast chart; each function gives named Vega-Lite layers over a data set of the same chart."""

from dataclasses import dataclass
from typing import Any

from outgrow.faces.charts import theme
from outgrow.faces.charts.layout import Frame, day_axis, epoch_ms

Spec = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Axes:
    """Both axes, the same in every layer, so that Vega-Lite merges them into one."""

    frame: Frame
    title: str
    """What the values are: the unit."""
    left: int
    """Pixels from the plot to where the numbers beside it begin."""
    tick_gap: int
    """Pixels from the plot to where they end."""
    lift: int = 0
    """Pixels above the plot that are taken by names of events."""

    def x(self, field: str = "day") -> Spec:
        """The days."""
        days = self.frame.days
        # A day is a date, not a moment: UTC keeps it on its place whatever the reader's time zone.
        scale = {"type": "utc", "domain": [epoch_ms(days.first), epoch_ms(days.last)], "nice": False}
        return {"field": field, "type": "temporal", "scale": scale, "axis": day_axis(days, self.frame.width)}

    def y(self, field: str) -> Spec:
        """The values, with the unit above the numbers."""
        values = self.frame.values
        axis = {
            "title": self.title,
            "titleAngle": 0,
            "titleAlign": "left",
            "titleBaseline": "alphabetic",
            "titleX": -self.left,
            "titleY": -12 - self.lift,
            "values": values.ticks(),
            "format": values.format(),
            "domain": False,
            "ticks": False,
            "labelPadding": self.tick_gap,
        }
        scale = {"domain": [values.low, values.high], "nice": False, "zero": False}
        return {"field": field, "type": "quantitative", "scale": scale, "axis": axis}


def layer(name: str, data: str, mark: Spec, **encoding: Spec) -> Spec:
    """One mark over a data set."""
    return {"name": name, "data": {"name": data}, "mark": mark, "encoding": encoding}


def crossing_span(axes: Axes) -> list[Spec]:
    """The days from the early to the late quantile of the crossing, behind everything."""
    mark = {"type": "rect", "fill": theme.SPAN, "opacity": theme.SPAN_OPACITY}
    return [layer("crossing-range", "crossing", mark, x=axes.x("start"), x2={"field": "end"})]


def crossing_mark(axes: Axes) -> list[Spec]:
    """A tick from the date above the plot down to the axis, and the point where the median meets the limit."""
    rule = {"type": "rule", "stroke": theme.LIMIT, "strokeWidth": 1.25, "strokeDash": [2, 3]}
    dot = {"type": "point", "filled": True, "fill": theme.LIMIT, "stroke": theme.PAPER, "strokeWidth": 1.5, "size": 80}
    bar = {"type": "rule", "stroke": theme.LIMIT, "strokeWidth": 3, "opacity": 1}
    top, bottom = {"value": -4 - axes.lift}, {"value": axes.frame.height + 5}
    return [
        layer("crossing-limit", "crossing", bar, x=axes.x("start"), x2={"field": "end"}, y=axes.y("limit")),
        layer("crossing-date", "crossing", rule, x=axes.x("middle"), y=top, y2=bottom),
        layer("crossing-point", "crossing", {**dot, "opacity": 1}, x=axes.x("middle"), y=axes.y("limit")),
    ]


def no_forecast(axes: Axes) -> list[Spec]:
    """An empty stretch where the forecast would be."""
    x, width = axes.frame.x(axes.frame.days.anchor), axes.frame.width
    blank = {"type": "rect", "fill": theme.BLANK}
    return [layer("no-forecast", "blank", blank, x={"value": x}, x2={"value": width})]


def bands(axes: Axes, daily: bool) -> list[Spec]:
    """The outer and the inner band, and the median; if `daily`, behind it the median of a flow's single days."""
    area, line = {"type": "area", "opacity": 1}, {"type": "line", "stroke": theme.MEDIAN, "strokeWidth": 2.25}
    outer, inner = {**area, "fill": theme.BAND_90}, {**area, "fill": theme.BAND_50}
    thin = {**line, "strokeWidth": 0.75, "opacity": 0.7}
    values = axes.frame.values
    # Only the outer band may leave the picture. It is cut here: clip paths get another number in every drawing.
    cut = {"p05": f"max(datum.p05, {values.low!r})", "p95": f"min(datum.p95, {values.high!r})"}
    band_90 = layer("band-90", "forecast", outer, x=axes.x(), y=axes.y("p05"), y2={"field": "p95"})
    return [
        {**band_90, "transform": [{"calculate": formula, "as": field} for field, formula in cut.items()]},
        layer("band-50", "forecast", inner, x=axes.x(), y=axes.y("p25"), y2={"field": "p75"}),
        *([layer("median-daily", "forecast", thin, x=axes.x(), y=axes.y("daily"))] if daily else []),
        layer("median", "forecast", line, x=axes.x(), y=axes.y("p50")),
    ]


def limit_line(axes: Axes) -> list[Spec]:
    """The limit, right across."""
    rule = {"type": "rule", "stroke": theme.LIMIT, "strokeWidth": 1.5}
    return [layer("limit", "limit", rule, y=axes.y("value"))]


def past(axes: Axes, daily: bool) -> list[Spec]:
    """The known days in two tones, and a dot for the newest; if `daily`, behind them a flow's single days."""
    line = {"type": "line", "strokeJoin": "round"}
    solid = {**line, "stroke": theme.OBSERVED, "strokeWidth": 1.75}
    faint = {**line, "stroke": theme.RECONSTRUCTED, "strokeWidth": 1.5, "strokeDash": [4, 2]}
    thin = {**line, "stroke": theme.RECONSTRUCTED, "strokeWidth": 0.75, "opacity": 0.7}
    dot = {"type": "point", "filled": True, "opacity": 1, "fill": theme.OBSERVED}
    rim = {"stroke": theme.PAPER, "strokeWidth": 1.5}
    return [
        *([layer("history-daily", "daily", thin, x=axes.x(), y=axes.y("value"))] if daily else []),
        layer("history-reconstructed", "history", faint, x=axes.x(), y=axes.y("reconstructed")),
        layer("history-observed", "history", solid, x=axes.x(), y=axes.y("observed")),
        layer("history-single-days", "history", {**dot, "size": 9}, x=axes.x(), y=axes.y("single")),
        layer("newest", "newest", {**dot, **rim, "size": 70}, x=axes.x(), y=axes.y("value")),
    ]


def words() -> list[Spec]:
    """All labels, at their places in pixels; a paper-coloured rim first, for those that stand over lines."""
    mark = {
        "type": "text",
        "baseline": "middle",
        **{key: {"expr": f"datum.{name}"} for key, name in _TEXT_PROPERTIES.items()},
    }
    place = {name: {"field": name, "type": "quantitative", "scale": None, "axis": None} for name in ("x", "y")}
    text = {"field": "text", "type": "nominal"}
    color = {"field": "color", "type": "nominal", "scale": None, "legend": None}
    rim = {**mark, "stroke": theme.PAPER, "strokeWidth": 4, "strokeJoin": "round", "fill": theme.PAPER}
    halo = layer("label-halo", "labels", rim, **place, text=text)
    return [
        {**halo, "transform": [{"filter": "datum.halo"}]},
        layer("labels", "labels", mark, **place, text=text, color=color),
    ]


_TEXT_PROPERTIES = {"align": "align", "fontSize": "size", "fontWeight": "weight"}
