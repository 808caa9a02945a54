"""Words and numbers for people: the same wherever the command line prints them."""

from datetime import date

import numpy as np
from numpy.typing import NDArray

from outgrow.domain.days import spoken
from outgrow.domain.forecast import WITHIN_DAYS, DaysUntil, HistoryNote, Status
from outgrow.domain.metric import Metric

BARS = "▁▂▃▄▅▆▇█"
SPARK_WIDTH = 18

STATUS_WORDS = {
    Status.ALREADY_EXCEEDED: "reached",
    Status.NO_GROWTH: "no growth",
    Status.DECLINING: "declining",
    Status.BEYOND_HORIZON: "beyond horizon",
    Status.INSUFFICIENT_DATA: "too little data",
    Status.NO_LIMIT: "no limit",
    Status.STALE: "stale",
}


def number(value: float | None, metric: Metric) -> str:
    """A value as people write it."""
    return "–" if value is None else f"{value:,.{metric.decimals}f}"


def day(when: date | None) -> str:
    """A day as people write it; a dash where there is none."""
    return "–" if when is None else spoken(when)


def day_range(until: DaysUntil) -> str:
    """The earliest to the latest date."""
    early, late = until.date("p10"), until.date("p90")
    if early is None:
        return ""
    if late is None:
        return f"{day(early)} or later"
    return f"{early.day} {early:%b} – {day(late)}" if early.year == late.year else f"{day(early)} – {day(late)}"


def growth(value: float | None, metric: Metric) -> str:
    """Growth over thirty days with its sign."""
    if value is None:
        return "–"
    shown = f"{value:+,.{metric.decimals}f}"
    return "0" if float(shown.replace(",", "")) == 0 else shown


def sparkline(values: NDArray[np.float64], width: int = SPARK_WIDTH) -> str:
    """A line of bars, each the mean of its share of the values; blank where nothing is known."""
    parts = [part[~np.isnan(part)] for part in np.array_split(values, width)]
    means = np.array([part.mean() if len(part) else np.nan for part in parts])
    known = means[~np.isnan(means)]
    if not len(known):
        return " " * width
    low, high = known.min(), known.max()
    span = high - low or 1.0
    steps = np.where(np.isnan(means), 0, np.round((np.nan_to_num(means) - low) / span * (len(BARS) - 1))).astype(int)
    return "".join(" " if np.isnan(mean) else BARS[step] for mean, step in zip(means, steps, strict=True))


def rests_on(history: HistoryNote) -> str:
    """How much of the past a statement rests on."""
    known = history.observed_days + history.reconstructed_days
    text = f"{known:,} days of history, {history.observed_days:,} observed and {history.reconstructed_days:,} rebuilt"
    return text + (f", {history.missing_days:,} missing" if history.missing_days else "")


def until_lines(until: DaysUntil) -> list[str]:
    """The answer to "when?", a few lines long."""
    metric = until.metric
    limit = "" if until.threshold is None else f" of {until.threshold:,g}"
    head = f"{metric.label}: {number(until.current, metric)}{limit} {metric.unit} on {day(until.as_of)}."
    if until.status is not Status.OK:
        word = STATUS_WORDS[until.status]
        lines = [head, f"{word.capitalize()}: {until.reason}."]
        if until.status is Status.INSUFFICIENT_DATA and until.need:
            lines.append(f"Have {until.have}, need {until.need} days.")
    else:
        span = f"80 % of the likely dates lie in {day_range(until)}"
        lines = [head, f"Reached in about {until.days.p50} days, on {day(until.date('p50'))}; {span}."]
    if until.probability_within:
        chances = ", ".join(
            f"{d} days {until.probability_within[d]:.0%}" for d in WITHIN_DAYS if d in until.probability_within
        )
        lines.append(f"Chance within {chances}.")
    return [*lines, f"Rests on {rests_on(until.history)}."]
