"""Words and numbers for people: the same wherever the command line prints them."""

from collections.abc import Sequence
from datetime import date, timedelta

import numpy as np
from numpy.typing import NDArray

from outgrow.domain.days import spoken, spoken_range
from outgrow.domain.figures import Figures, figure
from outgrow.domain.forecast import WITHIN_DAYS, DaysUntil, HistoryNote, Status
from outgrow.domain.metric import Metric
from outgrow.domain.note import NO_FAULTS, RESTARTING, Note, NoteCode
from outgrow.domain.scenario import Project
from outgrow.domain.words import counted, exact, percent

BARS = "▁▂▃▄▅▆▇█"
SPARK_WIDTH = 18
NOTED_DAYS, NOTED = 400, 5
"""What was found amiss in the last days is told, and no more than so many of it."""
FEW = 3
"""Up to so many are told whatever they are; of more, gaps are left out, which the count of missing days stands for."""
EXAMPLES = "† An example that outgrow brings, not yours: set your own as [[limits]] and [[ladder]] in outgrow.toml."
LATELY = 90
"""A fault of the last days marks a metric's line: where the sparkline shows it."""

STATUS_WORDS = {
    Status.ALREADY_EXCEEDED: "reached",
    Status.NO_GROWTH: "no growth",
    Status.DECLINING: "declining",
    Status.BEYOND_HORIZON: "beyond horizon",
    Status.INSUFFICIENT_DATA: "too little data",
    Status.NO_LIMIT: "no limit",
    Status.STALE: "stale",
}


def day_range(until: DaysUntil) -> str:
    """The earliest to the latest date."""
    return spoken_range(until.date("p10"), until.date("p90"))


def growth(value: float | None, metric: Metric, current: float | None) -> str:
    """Growth over thirty days with its sign, with as many decimals as the value that grows."""
    return Figures.of(metric, (current,)).write(value, "+")


def with_unit(text: str, metric: Metric) -> str:
    """A value with its unit, unless it counts what the metric's label says."""
    return text if metric.is_count else f"{text} {metric.unit}"


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
    parts = f"{history.observed_days:,} observed and {history.reconstructed_days:,} rebuilt"
    return f"{counted(known, 'day')} of history, {parts}" + (
        f", {history.missing_days:,} missing" if history.missing_days else ""
    )


def until_lines(until: DaysUntil) -> list[str]:
    """The answer to "when?", a few lines long."""
    metric = until.metric
    limit = "" if until.threshold is None or until.falling else f" of {exact(until.threshold)}"
    value = figure(until.current, metric, until.threshold)
    example = " (example limit)" if until.example else ""
    head = f"{metric.label}: {value}{limit} {metric.unit}{example} on {spoken(until.as_of)}."
    if until.status is not Status.OK:
        stays = until.falling and until.status is Status.NO_GROWTH
        word = "not falling" if stays else STATUS_WORDS[until.status]
        lines = [head, f"{word.capitalize()}: {until.reason}."]
        if until.status is Status.INSUFFICIENT_DATA and until.need:
            lines.append(f"Have {until.have}, need {counted(until.need, 'day')}.")
    else:
        span = f"80% range {day_range(until)}"
        what = f"At or below {exact(until.threshold or 0.0)}" if until.falling else "Reached"
        lines = [
            head,
            f"{what} in about {counted(until.days.p50 or 0, 'day')}, on {spoken(until.date('p50'))}; {span}.",
        ]
    if until.probability_within:
        chances = ", ".join(
            f"{d} days {percent(until.probability_within[d])}" for d in WITHIN_DAYS if d in until.probability_within
        )
        lines.append(f"Chance within {chances}.")
    if until.projects:
        lines.append(projects_line(until.projects))
    lines.append(f"Rests on {rests_on(until.history)}.")
    return lines if until.as_of is None else lines + note_lines(until.notes, metric, until.as_of)


def note_lines(notes: Sequence[Note], metric: Metric, as_of: date) -> list[str]:
    """What was found amiss lately and what was made of it, a sentence each, oldest first."""
    recent = [note for note in notes if note.last > as_of - timedelta(days=NOTED_DAYS)]
    if len(recent) > FEW:
        recent = [note for note in recent if note.code is not NoteCode.GAP]
    of_what = "Of the days that it adds up: " if metric.month_total_of else ""
    lines = [
        _capital(f"{'' if note.code in RESTARTING else of_what}{note.sentence(metric.unit)}.")
        for note in recent[-NOTED:]
    ]
    more = len(recent) - len(lines)
    return [*lines, f"Before that, {more} more: see `notes` of --json."] if more else lines


def mark_line(notes: Sequence[Note], metric: Metric, as_of: date | None, label: str) -> str | None:
    """The newest of a series' faults in one sentence; None without one lately, gaps and a start apart.

    Args:
        label: the metric, with whose it is.
    """
    if as_of is None:
        return None
    lately = [note for note in notes if note.last > as_of - timedelta(days=LATELY) and note.code not in NO_FAULTS]
    more = f" ({len(lately) - 1} more)" if len(lately) > 1 else ""
    return f"{label}: {lately[-1].sentence(metric.unit)}{more}." if lately else None


def projects_line(projects: Sequence[Project]) -> str:
    """Which committed projects are counted in."""
    return f"Committed projects are in it: {', '.join(project.sentence() for project in projects)}."


def _capital(sentence: str) -> str:
    return sentence[0].upper() + sentence[1:]
