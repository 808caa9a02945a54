"""What a chart shows: its stretch of days, its range of values, and where both lie in pixels."""

import math
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import numpy as np
from numpy.typing import NDArray

from outgrow.domain.days import next_month
from outgrow.domain.figures import MOST_DECIMALS, WHOLE_FROM
from outgrow.domain.forecast import DaysUntil, Forecast
from outgrow.domain.history import MISSING, History
from outgrow.domain.words import HUGE

LEAST_PAST, MOST_PAST = 180, 365
LEAST_AHEAD, AHEAD_WITHOUT_CROSSING = 90, 180
LIMIT_REACH = 2.5
"""A limit within this factor of the current value is always in the picture."""

TINY_STEP = 1e-4
"""Grid lines nearer to each other are told with their power of ten."""
DAY_BY_DAY, WEEK_BY_WEEK = 14, 75
"""Longest spans whose axis names each day, each Monday; longer ones name months."""

ZERO_SHARE = 0.35
"""Where the lowest value is below this share of the highest, the axis starts at zero."""


@dataclass(frozen=True, slots=True)
class Days:
    """The days shown: the past up to `anchor`, the newest known day, and what lies ahead."""

    first: date
    anchor: date
    last: date

    @property
    def span(self) -> int:
        """Days from the first to the last."""
        return (self.last - self.first).days


@dataclass(frozen=True, slots=True)
class Values:
    """The range of values shown, in the metric's unit."""

    low: float
    high: float
    step: float
    """Distance of the grid lines."""

    def format(self) -> str:
        """How the axis writes its numbers: thousands separated, as many decimals as the step has.

        Very small and very large ones are written with their power of ten, as `outgrow.domain.words` does.
        """
        digits = f"{self.step:.{MOST_DECIMALS}f}".rstrip("0").partition(".")[2]
        if self.step < TINY_STEP or self.high >= HUGE:
            power = math.floor(math.log10(self.step) + 1e-9)
            beyond = math.floor(math.log10(max(abs(self.low), abs(self.high)))) - power
            return f".{beyond + (not (self.step / 10.0**power).is_integer())}e"
        return f",.{len(digits)}f"

    def ticks(self) -> list[float]:
        """Multiples of the step within the range."""
        first, last = math.ceil(self.low / self.step - 1e-9), math.floor(self.high / self.step + 1e-9)
        return [float(f"{i * self.step:.10g}") for i in range(first, last + 1)]


@dataclass(frozen=True, slots=True)
class Frame:
    """The plot's rectangle; pixels count from its upper left corner."""

    days: Days
    values: Values
    width: float
    height: float

    def x(self, day: date) -> float:
        """Where a day lies, in pixels from the left."""
        return (day - self.days.first).days / max(self.days.span, 1) * self.width

    def y(self, value: float) -> float:
        """Where a value lies, in pixels from the top."""
        return (self.values.high - value) / (self.values.high - self.values.low) * self.height

    def holds(self, value: float) -> bool:
        """Whether a value lies within the picture."""
        return self.values.low <= value <= self.values.high


def choose_days(history: History, forecast: Forecast | None, until: DaysUntil | None) -> Days:
    """Half a year to a year of the past, and ahead a bit past the late quantile of the crossing."""
    known = history.to_known()
    newest = known.last_day if len(known) else history.last_day
    if forecast is None:
        past = min(len(known), MOST_PAST)
        return Days(newest - timedelta(days=max(past - 1, 0)), newest, newest + timedelta(days=max(past // 3, 7)))
    ahead = min(max(_days_of_interest(forecast, until), LEAST_AHEAD), forecast.quantiles.shape[1])
    past = min(max(round(1.5 * ahead), LEAST_PAST), MOST_PAST)
    first = max(forecast.as_of - timedelta(days=past), min(known.first_day, forecast.as_of))
    return Days(first, forecast.as_of, forecast.as_of + timedelta(days=ahead))


def _days_of_interest(forecast: Forecast, until: DaysUntil | None) -> int:
    if until is None or (until.days.p10 is None and until.days.p50 is None):
        return AHEAD_WITHOUT_CROSSING
    if until.days.p90 is None:
        return int(forecast.quantiles.shape[1])
    return until.days.p90 + until.days.p90 // 8 + 7


def choose_values(shown: History, forecast: Forecast | None, ahead: int, limit: float | None) -> Values:
    """A range that holds the past, the inner band, a limit that is near, and the outer band as far as it is of use.

    Args:
        shown: the part of the history that is drawn.
        forecast: the forecast, of which `ahead` days are drawn.
        ahead: days drawn after the newest known day.
        limit: the limit in the metric's unit.
    """
    core = [float(v) for v in shown.values[shown.provenance != MISSING]] or [0.0]
    current = forecast.current if forecast else core[-1]
    if limit is not None and (not current or current / LIMIT_REACH <= limit <= current * LIMIT_REACH):
        core.append(limit)
    if forecast is None:
        return _rounded(core, _is_whole(shown))
    inner = np.concatenate([forecast.quantile(level)[:ahead] for level in (0.25, 0.5, 0.75)])
    core += [float(inner.min()), float(inner.max())]
    return _rounded(core + _useful_edges(forecast, ahead, core), _is_whole(shown))


def _is_whole(shown: History) -> bool:
    """Whether fractions make no sense on the axis: of what is counted in whole things, or many of them a day."""
    known = shown.values[shown.provenance != MISSING]
    whole = bool((known == np.round(known)).all()) or bool(np.abs(known).max() >= WHOLE_FROM)
    return shown.metric.is_count and whole


def _useful_edges(forecast: Forecast, ahead: int, core: list[float]) -> list[float]:
    """Ends of the outer band, cut where they would press everything else flat."""
    low, high = forecast.quantile(0.05)[:ahead], forecast.quantile(0.95)[:ahead]
    inner: NDArray[np.float64] = forecast.quantile(0.75)[:ahead] - forecast.quantile(0.25)[:ahead]
    room = max(0.5 * (max(core) - min(core)), 0.75 * float(inner.max()))
    return [max(float(low.min()), min(core) - room), min(float(high.max()), max(core) + room)]


def _rounded(points: list[float], whole: bool) -> Values:
    low, high = min(points), max(points)
    if high - low < 0.02 * abs(high) or high == low:
        pad = max(0.02 * abs(high), 1.0 if whole or not high else 0.0)
        low, high = max(low - pad, 0.0), high + pad
    if low < ZERO_SHARE * high:
        low = 0.0
    step = nice_step((high - low) / 5, whole)
    floor = math.floor(low / step + 1e-9) * step
    if floor > 0 and low - floor < 0.05 * (high - low):
        floor -= step / 2  # a line that runs along the axis would be taken for the axis
    return Values(floor, high + 0.04 * (high - floor), step)


def nice_step(rough: float, whole: bool = False) -> float:
    """A round distance between grid lines, at least the rough one; of whole things, a whole one."""
    power = 10.0 ** math.floor(math.log10(rough))
    factors = (1, 2, 5, 10) if whole and power <= 1 else (1, 2, 2.5, 5, 10)
    step = next(factor for factor in factors if factor * power >= rough * 0.999) * power
    return max(step, 1.0) if whole else step


def day_ticks(days: Days, width: float) -> list[date]:
    """Days to label: month starts, or Mondays where few months are shown, or each day of a fortnight."""
    if days.span <= DAY_BY_DAY:
        return [days.first + timedelta(days=i) for i in range(days.span + 1)]
    if days.span <= WEEK_BY_WEEK:
        start = days.first + timedelta(days=-days.first.weekday() % 7)
        return [start + timedelta(days=i) for i in range(0, (days.last - start).days + 1, 7)]
    months = [days.first if days.first.day == 1 else next_month(days.first)]
    while (following := next_month(months[-1])) <= days.last:
        months.append(following)
    fits = max(int(width // 46), 1)
    every = next((n for n in (1, 2, 3, 6) if len(months) <= n * fits), 12)
    return [month for month in months if (month.month - 1) % every == 0]


def day_axis(days: Days, width: float) -> dict[str, Any]:
    """The time axis: days or months, the year below the first one and below each January."""
    monthly = days.span > WEEK_BY_WEEK
    form = "%b" if monthly else "%-d %b"
    turn = "datum.index == 0 || utcmonth(datum.value) == 0" if monthly else "datum.index == 0"
    return {
        "title": None,
        "grid": False,
        "values": [epoch_ms(day) for day in day_ticks(days, width)],
        "labelExpr": f"[utcFormat(datum.value, '{form}'), {turn} ? utcFormat(datum.value, '%Y') : '']",
        "labelOverlap": False,
        "labelFlush": False,
        "labelPadding": 6,
        "labelLineHeight": 15,
        "tickSize": 5,
    }


def epoch_ms(day: date) -> int:
    """A day as Vega counts time: milliseconds since 1970, at midnight UTC."""
    return (day - date(1970, 1, 1)).days * 86_400_000
