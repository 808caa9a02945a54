"""Which column of a table says when a row began, and which when it ended: by their names, then by evidence."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from outgrow.sources.sql.declaration import UnixUnit
from outgrow.sources.sql.discovery.catalogue import Column, Holds, Table
from outgrow.sources.sql.discovery.samples import Sample, as_time, may_tell_time, unix_unit
from outgrow.sources.sql.discovery.words import (
    BEGINNINGS,
    CHANGES,
    ENDINGS,
    NO_BEGINNING,
    ORDERS,
    PLACED,
    parts,
    singular,
)

ENOUGH = 4
"""The least that a name and the rows have to say for a column."""
AHEAD = timedelta(days=2)
"""By which a time may lie ahead and have begun: a clock without its zone may be 14 hours ahead of ours."""
MOST_TO_COME = 0.02
"""Of a beginning's rows; what more often lies ahead is planned, not begun."""
MOST_EMPTY = 0.5
"""Of a beginning's rows; what is emptier tells something else."""


@dataclass(frozen=True, slots=True)
class Moment:
    """A column of time.

    Attributes:
        when: a condition under which alone it is one, on names that are to be quoted; None where it always is.
        unit: of a number.
        score: how surely it is what it is taken for.
        evidence: what speaks for it.
        grows: whether later rows of the key have later times.
    """

    column: str
    unit: UnixUnit | None
    score: float
    evidence: str
    grows: bool
    when: str | None = None


def beginning(table: Table, sample: Sample, now: datetime) -> Moment | None:
    """The best of the columns that may say when a row began; None without any."""
    found = [moment for column in table.columns if (moment := _beginning(table, column, sample, now)) is not None]
    return max(found, key=lambda moment: moment.score, default=None)


def ending(table: Table, sample: Sample, begun: Moment) -> Moment | None:
    """The best of the columns that may say when it ended."""
    found = []
    for column in table.columns:
        words = parts(column.name)
        score = max((ENDINGS.get(word, 0) for word in words), default=0)
        values = sample.values(column.name) if column.holds is not Holds.OTHER else []
        if score < ENOUGH or column.name == begun.column:
            continue
        by_type = column.holds is Holds.TIME or (column.holds is Holds.WHOLE and bool({"time", "ts", "at"} & {*words}))
        if (any(value for value in values) and may_tell_time(column, [value or None for value in values])) or (
            by_type and not any(values)
        ):
            unit = (unix_unit([each for each in values if each]) or begun.unit) if column.holds is Holds.WHOLE else None
            if column.holds is not Holds.WHOLE or unit is not None:
                found.append(Moment(column.name, unit, score, "named as an end", grows=False))
    return max(found, key=lambda moment: moment.score, default=None)


def last_change(table: Table, sample: Sample) -> Moment | None:
    """The column that says when a row was changed last, which of one that is marked as deleted is its end, about."""
    for column in table.columns:
        words = {*parts(column.name)}
        values = sample.values(column.name) if column.holds is not Holds.OTHER else []
        if words & CHANGES and may_tell_time(column, [value or None for value in values]):
            unit = unix_unit([each for each in values if each]) if column.holds is Holds.WHOLE else None
            if column.holds is not Holds.WHOLE or unit is not None:
                return Moment(column.name, unit, 1, "the last change", grows=False)
    return None


def _beginning(table: Table, column: Column, sample: Sample, now: datetime) -> Moment | None:
    words = parts(column.name)
    score = float(max((BEGINNINGS.get(word, 0) for word in words), default=0))
    if {*words} & {"utc", "gmt"}:
        score += 1
    ordered = any(singular(word) in ORDERS for word in parts(table.name)[-2:])
    if ordered and {*words} & PLACED:
        score += 8
    elif {*words} & NO_BEGINNING:
        score -= 8
    values = sample.values(column.name) if column.holds is not Holds.OTHER else []
    if score <= 0 or (column.holds is not Holds.TIME and not values) or not may_tell_time(column, values):
        return None
    unit = unix_unit(values) if any(isinstance(value, int) for value in values) else None
    known = [time for value in values if (time := as_time(value, unit)) is not None]
    empty = 1 - len(known) / len(values) if values else 0.0
    if _is_no_beginning(known, empty if not (ordered and {*words} & PLACED) else 0.0, now):
        return None
    grows = _grows(sample, column.name, unit)
    score += 2 * grows - 4 * empty - (2 if column.date_only else 0)
    if len(known) > 1 and min(known) == max(known):
        score -= 2
    if score < ENOUGH:
        return None
    said = [f"`{column.name}` is named as a beginning"]
    if values:
        said.append("always there" if empty == 0 else f"empty in {empty:.0%} of the rows looked at")
    if grows:
        said.append("grows with the key")
    return Moment(column.name, unit, score, ", ".join(said), grows)


def _is_no_beginning(known: Sequence[datetime], empty: float, now: datetime) -> bool:
    """Whether times are too seldom there, or too often still to come."""
    return empty > MOST_EMPTY or sum(time > now + AHEAD for time in known) > MOST_TO_COME * len(known)


def _grows(sample: Sample, column: str, unit: UnixUnit | None) -> bool:
    """Whether what stands at the end of the key is later than what stands at its beginning."""

    def middle(rows: Sequence[object]) -> datetime | None:
        times = sorted(time for value in rows if (time := as_time(value, unit)) is not None)
        return times[len(times) // 2] if times else None

    half = len(sample.first) // 2
    early = sample.first if sample.last else sample.first[:half]
    late = sample.last or sample.first[half:]
    first, last = (middle([row[column] for row in rows]) for rows in (early, late))
    return first is not None and last is not None and first < last
