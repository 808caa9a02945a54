"""What the months ahead cost, as a staircase with its band, as one Vega-Lite specification."""

from datetime import date

from outgrow.domain.days import month_end
from outgrow.domain.ladder import Tier
from outgrow.faces.charts import theme
from outgrow.faces.charts.cost_captions import (
    COLUMN_GAP,
    column_labels,
    description,
    next_label,
    stairs,
    tier_labels,
    total_words,
)
from outgrow.faces.charts.cost_flags import POLE, SHORT, Flag, crossing_of, flags, order_day
from outgrow.faces.charts.forecast_chart import DATE_LINES, SCHEMA, SUBTITLE_LINE, TICK_GAP, TITLE_GAP, TITLE_LINE
from outgrow.faces.charts.labels import text_width, wrap
from outgrow.faces.charts.layers import Axes, Spec, crossing_span, layer, words
from outgrow.faces.charts.layout import Days, Frame, Values, nice_step
from outgrow.faces.charts.rows import Rows
from outgrow.planning.ladder.plan import LadderPlan, PlannedMonth
from outgrow.service.ladder import LadderReport

STRIP, BARE = 43, 8
"""Pixels above the plot, with dates and without."""
NEAR_PRICE = 3
"""The next tier's price is in the picture if it is at most so many times what a month may cost."""
GRID_LINES, FREE_ABOVE = 5, 1.12
YEAR = 365


def cost_chart(report: LadderReport) -> Spec:
    """Draw a plan: what each month costs, with which tiers, when they are outgrown, and by when to act.

    Returns:
        A complete Vega-Lite 6 specification with its data; every layer has a name.
    """
    plan = report.plan
    room = theme.WIDTH - 2 * theme.MARGIN
    lines = wrap(f"Platform {report.platform}: {report.sentence}", theme.SUBTITLE_SIZE, room)
    values, last = _values(plan), month_end(plan.months[-1].month)
    left = round(max(text_width(format(tick, values.format()), theme.LABEL_SIZE) for tick in values.ticks())) + TICK_GAP
    right = round(max(text_width(text, size, weight) for text, _, size, weight in total_words(plan))) + COLUMN_GAP
    strip = STRIP if order_day(plan, last) or crossing_of(plan, last) else BARE
    top = theme.MARGIN + TITLE_LINE + SUBTITLE_LINE * len(lines) + strip
    bottom = theme.MARGIN + DATE_LINES
    days = Days(plan.months[0].month, plan.as_of, last)
    frame = Frame(days, values, room - left - right, theme.HEIGHT - top - bottom)
    return {
        "$schema": SCHEMA,
        "description": description(report),
        "width": frame.width,
        "height": frame.height,
        "padding": {"left": theme.MARGIN + left, "right": theme.MARGIN + right, "top": top, "bottom": bottom},
        "autosize": {"type": "none"},
        "config": theme.config(),
        "title": {
            "text": f"Cost of the infrastructure, {plan.currency} a month",
            "subtitle": lines,
            "dx": -left,
            "offset": TITLE_GAP,
            "subtitlePadding": 6,
            "subtitleLineHeight": SUBTITLE_LINE,
            "limit": room,
        },
        "datasets": _datasets(plan, frame, left, right),
        "layer": _layers(Axes(frame, "", left, TICK_GAP)),
    }


def _values(plan: LadderPlan) -> Values:
    """From nothing to a little above all that a month may cost, and the next tier's price if that is near."""
    top = max(float(month.cost.p90) for month in plan.months)
    further = _next_tier(plan)
    if further is not None and float(further.cost_monthly) <= NEAR_PRICE * top:
        top = max(top, float(further.cost_monthly))
    high = FREE_ABOVE * (top or 1.0)
    return Values(0.0, high, nice_step(high / GRID_LINES))


def _next_tier(plan: LadderPlan) -> Tier | None:
    """The first tier that is not likely within the months shown, but may come."""
    likely = {stair.tier for stair in stairs(plan.months)}
    return next((step.needed for step in plan.steps if step.needed and step.needed.name not in likely), None)


def _datasets(plan: LadderPlan, frame: Frame, left: float, right: float) -> Spec:
    """All data of the picture by name; `left` and `right` are the room beside the plot, in pixels."""
    last, further = frame.days.last, _next_tier(plan)
    shown = further if further and frame.holds(float(further.cost_monthly)) else None
    crossing, flagged = crossing_of(plan, last), flags(plan, frame, left, right)
    labels = [
        *flagged.labels,
        *tier_labels(stairs(plan.months), frame, flagged.poles),
        *([next_label(shown, _chance(plan, shown), frame, flagged.poles)] if shown else []),
        *column_labels(plan, frame),
    ]
    span = [crossing.start, min(crossing.end or last, last)] if crossing else []
    return {
        "months": _month_rows(plan.months, last),
        "next": [{"value": float(shown.cost_monthly)}] if shown else [],
        "crossing": [{"start": span[0].isoformat(), "end": span[1].isoformat()}] if span else [],
        "order": [_flag_row(plan, flagged.order)] if flagged.order else [],
        "outgrown": [_flag_row(plan, flag) for flag in flagged.outgrown],
        "labels": [label.to_row() for label in labels],
    }


def _month_rows(months: tuple[PlannedMonth, ...], last: date) -> Rows:
    """One row a month, on its first day, and one on the last day of all, up to which the last step is drawn."""
    rows = [
        {"day": month.month.isoformat(), **{key: float(getattr(month.cost, key)) for key in ("p10", "p50", "p90")}}
        for month in months
    ]
    return [*rows, {**rows[-1], "day": last.isoformat()}]


def _flag_row(plan: LadderPlan, flag: Flag) -> Spec:
    """A day, the top of its pole in pixels, and the median cost of its month if the median is outgrown on it."""
    on_median = any(step.dates["p50"] == flag.day for step in plan.steps)
    cost = next(float(month.cost.p50) for month in reversed(plan.months) if month.month <= flag.day)
    return {
        "day": flag.day.isoformat(),
        "top": POLE if flag.beside else SHORT,
        "cost": cost if on_median else None,
    }


def _chance(plan: LadderPlan, tier: Tier) -> float | None:
    """Probability that a tier is needed within a year."""
    return next(step for step in plan.steps if step.needed == tier).probability_within.get(YEAR)


def _layers(axes: Axes) -> list[Spec]:
    """From the bottom to the top."""
    stairs_of = {"interpolate": "step-after"}
    filled = {"type": "area", **stairs_of, "fill": theme.BLANK, "opacity": 1}
    band = {"type": "area", **stairs_of, "fill": theme.BAND_90, "opacity": 1}
    line = {"type": "line", **stairs_of, "stroke": theme.MEDIAN, "strokeWidth": 2.25}
    dashed = {"type": "rule", "stroke": theme.HAIRLINE, "strokeWidth": 1.25, "strokeDash": [4, 3]}
    dotted = {"type": "rule", "stroke": theme.LIMIT, "strokeWidth": 1.25, "strokeDash": [2, 3]}
    solid = {"type": "rule", "stroke": theme.INK, "strokeWidth": 1}
    dot = {"type": "point", "filled": True, "fill": theme.LIMIT, "stroke": theme.PAPER, "strokeWidth": 1.5, "size": 80}
    pole: dict[str, Spec] = {
        "y": {"field": "top", "type": "quantitative", "scale": None, "axis": None},
        "y2": {"value": axes.frame.height + 5},
    }
    return [
        layer("cost", "months", filled, x=axes.x(), y=axes.y("p50"), y2={"datum": 0}),
        *crossing_span(axes),
        layer("band", "months", band, x=axes.x(), y=axes.y("p10"), y2={"field": "p90"}),
        layer("next-price", "next", dashed, y=axes.y("value")),
        layer("median", "months", line, x=axes.x(), y=axes.y("p50")),
        layer("order-day", "order", solid, x=axes.x(), **pole),
        layer("outgrown-day", "outgrown", dotted, x=axes.x(), **pole),
        layer("outgrown-point", "outgrown", {**dot, "opacity": 1}, x=axes.x(), y=axes.y("cost")),
        *words(),
    ]
