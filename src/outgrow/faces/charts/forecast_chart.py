"""A metric's past, its forecast with two bands, its limit and when that is reached, as one Vega-Lite specification."""

from collections.abc import Sequence
from dataclasses import replace

from outgrow.domain.event import EventEffect
from outgrow.domain.forecast import DaysUntil, Forecast
from outgrow.domain.history import History
from outgrow.faces.charts import theme
from outgrow.faces.charts.captions import (
    Crossing,
    column_labels,
    column_width,
    crossing_labels,
    description,
    headings,
    past_labels,
    refusal_labels,
)
from outgrow.faces.charts.events import EventMarks
from outgrow.faces.charts.labels import text_width
from outgrow.faces.charts.layers import (
    Axes,
    Spec,
    bands,
    crossing_mark,
    crossing_span,
    limit_line,
    no_forecast,
    past,
    words,
)
from outgrow.faces.charts.layout import Frame, Values, choose_days, choose_values
from outgrow.faces.charts.rows import crossing_row, daily_rows, forecast_rows, history_rows, newest_rows
from outgrow.faces.charts.series import Series

SCHEMA = "https://vega.github.io/schema/vega-lite/v6.json"
"""Names the version of the grammar; nothing is fetched from there."""

TITLE_LINE, SUBTITLE_LINE, DATE_LINES, TICK_GAP, TITLE_GAP = 26, 18, 38, 8, 16


def forecast_chart(
    history: History,
    forecast: Forecast | None,
    until: DaysUntil | None,
    title: str,
    subtitle: str,
    *,
    events: Sequence[EventEffect] = (),
) -> Spec:
    """Draw one metric.

    The plot has fixed pixels (900 × 420 in all), so that words can be kept apart without a browser; a page scales the
    finished drawing as a whole.

    Args:
        history: the past; days after the forecast's `as_of` are drawn over it.
        forecast: what is ahead, with the levels 0.05, 0.25, 0.5, 0.75 and 0.95; None where it is refused.
        until: the limit, when it is reached, or why that is not known; None without a limit.
        title: the first line; empty for none.
        subtitle: the second, wrapped as needed; empty for none.
        events: days unlike others, past and ahead; they are marked, and those that matter are named.

    Returns:
        A complete Vega-Lite 6 specification with its data; every layer has a name.
    """
    days = choose_days(history, forecast, until)
    series = Series.of(history, forecast).between(days.first, days.last)
    limit = until.threshold if until is not None else None
    shown, ranges = (series.with_medians(days.last), series.forecast) if events else (series.single_days, forecast)
    values = choose_values(shown, ranges, (days.last - days.anchor).days, limit)
    crossing = Crossing.of(forecast, until)
    lines = headings(subtitle, forecast, until)
    strip = 43 if crossing is not None else 29
    padding = {
        "left": theme.MARGIN + _tick_width(values) + TICK_GAP,
        "right": theme.MARGIN + column_width(values, forecast, until),
        "top": theme.MARGIN + (TITLE_LINE if title else 0) + SUBTITLE_LINE * len(lines) + strip,
        "bottom": theme.MARGIN + DATE_LINES,
    }
    width, right = theme.WIDTH - padding["left"] - padding["right"], padding["right"] - theme.MARGIN
    middle = crossing.middle if crossing is not None else None
    marks = EventMarks.of(events, Frame(days, values, width, 0.0), width + right, middle)
    padding["top"] += marks.lift
    frame = Frame(days, values, width, theme.HEIGHT - padding["top"] - padding["bottom"])
    return {
        "$schema": SCHEMA,
        "description": " ".join((description(series, days, until, crossing), *marks.sentence(days.anchor))),
        "width": frame.width,
        "height": frame.height,
        "padding": padding,
        "autosize": {"type": "none"},
        "config": theme.config(),
        "title": _title(title, lines, padding["left"] - theme.MARGIN),
        "datasets": _datasets(frame, series, until, crossing, right, marks=marks),
        "layer": _layers(frame, series, limit, crossing, marks=marks),
    }


def _tick_width(values: Values) -> int:
    return round(max(text_width(format(tick, values.format()), theme.LABEL_SIZE) for tick in values.ticks()))


def _title(title: str, lines: list[str], left: int) -> Spec:
    return {
        "text": title,
        "subtitle": lines,
        "dx": -left,
        "offset": TITLE_GAP,
        "subtitlePadding": 6,
        "subtitleLineHeight": SUBTITLE_LINE,
        "limit": theme.WIDTH - 2 * theme.MARGIN,
    }


def _datasets(
    frame: Frame,
    series: Series,
    until: DaysUntil | None,
    crossing: Crossing | None,
    right: int,
    *,
    marks: EventMarks,
) -> Spec:
    """All data of the picture by name; `right` is the room beside the plot, in pixels."""
    limit = until.threshold if until is not None else None
    forecast = series.forecast
    labels = past_labels(frame, series, limit) + column_labels(frame, forecast, until)
    if crossing is not None:
        above = crossing_labels(frame, crossing, series.axis_title, right)
        labels += [replace(label, y=label.y - marks.lift) for label in above]
    if forecast is None:
        labels += refusal_labels(frame, until, limit)
    labels += marks.labels
    return {
        "history": history_rows(series.past),
        "daily": daily_rows(series.daily) if series.daily is not None else [],
        "newest": newest_rows(series.past.between(None, frame.days.anchor)),
        "forecast": forecast_rows(forecast, series.daily_median, frame.days) if forecast is not None else [],
        "blank": [{}] if forecast is None else [],
        "limit": [{"value": limit}] if limit is not None and frame.holds(limit) else [],
        "crossing": [crossing_row(crossing, frame, limit)] if crossing is not None else [],
        "labels": [label.to_row() for label in labels],
        **({"events": marks.rows(frame)} if marks.effects else {}),
    }


def _layers(
    frame: Frame, series: Series, limit: float | None, crossing: Crossing | None, *, marks: EventMarks
) -> list[Spec]:
    """From the bottom to the top."""
    axes = Axes(frame, series.axis_title, _tick_width(frame.values) + TICK_GAP, TICK_GAP, marks.lift)
    layers = [] if crossing is None else crossing_span(axes)
    layers += marks.layers(axes)
    layers += no_forecast(axes) if series.forecast is None else bands(axes, series.daily_median is not None)
    layers += [] if limit is None else limit_line(axes)
    layers += past(axes, series.daily is not None)
    layers += [] if crossing is None else crossing_mark(axes)
    return layers + words()
