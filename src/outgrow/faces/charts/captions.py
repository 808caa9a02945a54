"""What a forecast chart says in words, and where each word stands."""

import math
from dataclasses import dataclass, replace
from datetime import date, timedelta

import numpy as np

from outgrow.domain.days import spoken, spoken_range
from outgrow.domain.figures import figure
from outgrow.domain.forecast import DaysUntil, Forecast, Status
from outgrow.domain.history import OBSERVED, RECONSTRUCTED, History
from outgrow.domain.words import counted, exact
from outgrow.faces.charts import theme
from outgrow.faces.charts.labels import Label, spread, text_width, wrap
from outgrow.faces.charts.layout import Days, Frame, Values
from outgrow.faces.charts.series import Series

COLUMN_GAP, EDGE, LINE_GAP, NEAR = 10, 8, 10, 40
"""Pixels from the plot to the words beside it; from a word's middle to the plot's rim, and to the limit; and how much
farther from its line a word may move to escape the limit."""


@dataclass(frozen=True, slots=True)
class Crossing:
    """The span of days in which the limit is reached, four times out of five."""

    start: date
    middle: date | None
    end: date | None
    """None when it lies beyond the horizon."""
    horizon: date

    @classmethod
    def of(cls, forecast: Forecast | None, until: DaysUntil | None) -> "Crossing | None":
        """The span of an answer; None where nothing is known of a day."""
        if forecast is None or until is None or until.threshold is None:
            return None
        start = until.date("p10") or until.date("p50")
        if start is None:
            return None
        horizon = forecast.as_of + timedelta(days=forecast.quantiles.shape[1])
        return cls(start, until.date("p50"), until.date("p90"), horizon)

    def words(self) -> tuple[str, str]:
        """The date, and how sure it is."""
        if self.middle is None:
            return f"10% chance by {spoken(self.start)}", f"even chance only after {spoken(self.horizon)}"
        if self.end is None:
            return spoken(self.middle), f"80% range {spoken_range(self.start, None)}"
        return spoken(self.middle), f"80% range {spoken_range(self.start, self.end)}"


def headings(subtitle: str, forecast: Forecast | None, until: DaysUntil | None) -> list[str]:
    """The lines below the title: the subtitle, then why there is no date, unless the subtitle says it."""
    width = theme.WIDTH - 2 * theme.MARGIN
    lines = wrap(subtitle, theme.SUBTITLE_SIZE, width)
    if forecast is not None and until is not None and until.status not in {Status.OK, Status.NO_LIMIT}:
        why = _sentence(until)
        if why.lower() not in subtitle.lower():
            lines += wrap(why, theme.SUBTITLE_SIZE, width)
    return lines


def _sentence(until: DaysUntil) -> str:
    if until.reason:
        return until.reason[0].upper() + until.reason[1:]
    if until.days_ago is not None:
        return f"The limit was reached {counted(until.days_ago, 'day')} ago"
    return until.status.value.replace("_", " ").capitalize()


def column_width(values: Values, forecast: Forecast | None, until: DaysUntil | None) -> int:
    """Pixels that the words beside the plot need."""
    words = ["90% range"] if forecast is not None else []
    words += [_limit_words(until, until.threshold, values)] if until and until.threshold is not None else []
    return round(max((text_width(w, theme.LABEL_SIZE, theme.SEMIBOLD) + COLUMN_GAP for w in words), default=0))


def _limit_words(until: DaysUntil, limit: float, values: Values) -> str:
    """`limit 30,000`, or `example limit 30,000`, with an arrow where it lies outside the picture."""
    arrow = " ↑" if limit > values.high else " ↓" if limit < values.low else ""
    return f"{'example ' if until.example else ''}limit {exact(limit)}{arrow}"


def column_labels(frame: Frame, forecast: Forecast | None, until: DaysUntil | None) -> list[Label]:
    """Names of the median, the bands and the limit, beside the right edge at the height of what they name."""
    labels: list[Label] = []
    x = frame.width + COLUMN_GAP
    if forecast is not None:
        at = (frame.days.last - forecast.as_of).days - 1
        median, p75, p95 = (min(float(forecast.quantile(q)[at]), frame.values.high) for q in (0.5, 0.75, 0.95))
        labels += [
            Label("90% range", x, frame.y((p75 + p95) / 2), theme.BAND_TEXT),
            Label("50% range", x, frame.y((median + p75) / 2), theme.BAND_TEXT),
            Label("median", x, frame.y(median), theme.MEDIAN, weight=theme.SEMIBOLD),
        ]
    if until is not None and until.threshold is not None:
        y = min(max(frame.y(until.threshold), 6.0), frame.height - 6.0)
        text = _limit_words(until, until.threshold, frame.values)
        labels.append(Label(text, x, y, theme.LIMIT, weight=theme.SEMIBOLD))
    if not labels:
        return []
    places = spread([label.y for label in labels], 15.0, EDGE, frame.height)
    return [replace(label, y=y) for label, y in zip(labels, places, strict=True)]


def crossing_labels(frame: Frame, crossing: Crossing, title: str, right: float) -> list[Label]:
    """The crossing date above the plot, centred over its day as far as the axis title and the edge leave room."""
    date_text, range_text = crossing.words()
    half = text_width(range_text, theme.SMALL_SIZE) / 2
    x = frame.x(crossing.middle or crossing.start)
    x = max(min(x, frame.width + right - half), text_width(title, theme.LABEL_SIZE) + 16 + half)
    return [
        Label(date_text, x, -28, theme.LIMIT, "center", 14, theme.SEMIBOLD),
        Label(range_text, x, -12, theme.MUTED, "center", theme.SMALL_SIZE),
    ]


def past_labels(frame: Frame, series: Series, limit: float | None) -> list[Label]:
    """The newest value, and the names of observed and reconstructed days, next to the line but clear of it.

    A name that finds no free place is left out: the line's own tone still tells the two apart.
    """
    shown, placed = series.single_days, _newest_label(frame, series, limit)
    for code, word, color in (
        (RECONSTRUCTED, "reconstructed", theme.RECONSTRUCTED_TEXT),
        (OBSERVED, "observed", theme.OBSERVED),
    ):
        tries = (Label(word, x, 0, color, "center", halo=True) for x in _along_longest_run(frame, shown, code, word))
        spots = (_clear(frame, shown, label, limit, placed) for label in tries)
        placed += [spot for spot in spots if spot is not None][:1]
    return placed


def _along_longest_run(frame: Frame, shown: History, code: int, word: str) -> list[float]:
    """Middles for a word along the longest unbroken run of one provenance, best first; none where it is too short."""
    days = np.flatnonzero(shown.provenance == code)
    if not len(days):
        return []
    run = max(np.split(days, np.flatnonzero(np.diff(days) > 1) + 1), key=len)
    first, last = frame.x(shown.day(int(run[0]))), frame.x(shown.day(int(run[-1])))
    half = text_width(word, theme.LABEL_SIZE) / 2
    if last - first < 2 * half:
        return []
    return [min(max(first + share * (last - first), first + half), last - half) for share in (0.5, 0.25, 0.75)]


def _newest_label(frame: Frame, series: Series, limit: float | None) -> list[Label]:
    newest = series.past.between(None, frame.days.anchor).newest
    if newest is None:
        return []
    day, value = newest
    text = f"{figure(value, series.past.metric, limit)} {_when(series, day)}"
    label = Label(text, frame.x(day) - 4, 0, theme.INK, "right", weight=theme.SEMIBOLD, halo=True)
    if label.box[0] < 0:
        label = replace(label, x=0.0, align="left")
    return [_clear(frame, series.single_days, label, limit, []) or replace(label, y=frame.y(value) - 14)]


def _clear(frame: Frame, shown: History, label: Label, limit: float | None, placed: list[Label]) -> Label | None:
    """The label above or below the line, or above the limit, where nothing else stands; None without room."""
    left, _, right, _ = label.box
    per_day = frame.width / max(frame.days.span, 1)
    begin = frame.days.first + timedelta(days=int(max(left - 6, 0) // per_day))
    end = frame.days.first + timedelta(days=int((right + 6) // per_day) + 1)
    near = shown.between(begin, end).values
    near = near[~np.isnan(near)]
    if not len(near):
        return None
    above, below = frame.y(float(near.max())) - 14, frame.y(float(near.min())) + 15
    line = frame.y(limit) if limit is not None and frame.holds(limit) else -math.inf
    over = line - 12 if 0 < above - line + 12 < NEAR else -math.inf
    for y in (above, below, over):
        spot = replace(label, y=y)
        inside = EDGE <= y <= frame.height - EDGE
        if inside and abs(y - line) > LINE_GAP and not any(spot.hits(other) for other in placed):
            return spot
    return None


def refusal_labels(frame: Frame, until: DaysUntil | None, limit: float | None) -> list[Label]:
    """Why there is no forecast, in the empty stretch where it would be."""
    left, right = frame.x(frame.days.anchor), frame.width
    lines = wrap(_sentence(until), theme.LABEL_SIZE, right - left - 28) if until is not None else []
    middle = frame.height / 2
    if limit is not None and frame.holds(limit) and abs(frame.y(limit) - middle) < 9 * len(lines) + 22:
        middle = frame.y(limit) + (1 if frame.y(limit) < frame.height / 2 else -1) * (9 * len(lines) + 22)
    top = middle - 9 * len(lines)
    x = (left + right) / 2
    rows = [Label("No forecast", x, top, theme.INK, "center", 13, theme.SEMIBOLD)]
    rows += [Label(line, x, top + 20 + 17 * i, theme.MUTED, "center") for i, line in enumerate(lines)]
    return rows


def description(series: Series, days: Days, until: DaysUntil | None, crossing: Crossing | None) -> str:
    """The picture in a few sentences, for those who cannot see it."""
    metric, newest = series.past.metric, series.past.between(None, days.anchor).newest
    parts = [f"{metric.label} from {spoken(days.first)} to {spoken(days.anchor)}"]
    limit = until.threshold if until is not None else None
    if newest is not None:
        parts[0] += f", {figure(newest[1], metric, limit)} {metric.unit} {_when(series, newest[0])}"
    if series.forecast is not None:
        parts.append(f"Forecast with 50% and 90% ranges to {spoken(days.last)}")
    if limit is not None:
        parts.append(f"{'Example limit' if until and until.example else 'Limit'} {exact(limit)} {metric.unit}")
    if crossing is not None:
        parts.append("Reached: " + ", ".join(crossing.words()))
    elif until is not None and until.status is not Status.OK:
        parts.append(_sentence(until))
    return ". ".join(part.rstrip(".") for part in parts) + "."


def _when(series: Series, day: date) -> str:
    return f"on {spoken(day)}" if series.daily is None else f"a day in the week to {spoken(day)}"
