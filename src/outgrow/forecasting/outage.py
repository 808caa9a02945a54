"""Zeros on the newest days of a metric that was far from zero: a collector that is down, not a fall.

What a broken collector writes and what an emptied disk holds look alike for a while. Taken as a fall the zeros would
be an all-clear, so they are taken as unknown days, and said to be, until they have lasted.
"""

from collections.abc import Sequence
from datetime import timedelta

import numpy as np

from outgrow.domain.event import Event
from outgrow.domain.history import MISSING, History
from outgrow.domain.metric import Kind
from outgrow.domain.note import Note, NoteCode
from outgrow.forecasting.found import Found, Mask, a_year
from outgrow.forecasting.kernels.faults import Days, count_known, median
from outgrow.forecasting.kernels.normal import Array

OUTAGE_DAYS = 28
"""After so many days at zero, zero is the truth."""
RECENT_LEVELS, RECENT_FLOWS = 28, 56
"""So many known values before the zeros tell what is usual."""
NEEDED_LEVELS, NEEDED_FLOWS = 14, 28
"""So many of them it takes."""
WEEK = 7
"""A flow's zeros are held against as many days in a row before, up to so many: these have every weekday in them."""
FAR = 0.25
"""The lowest of what is usual has to be this share of its median: what comes near zero may come to it."""
HANDFUL = 5
"""Of what is counted in whole things the lowest has to be as many: a few may be gone for good."""
DROP, A_YEAR = 0.1, 3
"""What fell to this share at once more often than so many times a year lives so; once is no way of living."""


def find_outages(values: Array, kind: Kind) -> Found:
    """The zeros on the newest known days of rows that were far from zero before, for at most `OUTAGE_DAYS`.

    What a level reads between or before them, where it is hardly more than nothing, is of the same outage.

    Args:
        values: (n, t), a value a day, newest last; NaN where unknown.

    Returns:
        For each such row the first and the last day of its zeros, the last value before them, and zero.
    """
    some = np.flatnonzero(_newest(values) == 0)
    if not len(some):
        return Found(NoteCode.OUTAGE, some, some, some, np.empty(0), np.empty(0))
    rows = values[some]
    known, something = ~np.isnan(rows), np.abs(np.nan_to_num(rows)) > _crumbs(rows, kind)
    column = np.arange(values.shape[1])
    good = np.where(something, column, -1).max(axis=1)
    zeros = known & (column > good[:, None])
    first, last = zeros.argmax(axis=1), np.where(zeros, column, -1).max(axis=1)
    alive = (good >= 0) & (last - first < OUTAGE_DAYS)
    some, rows, zeros, good, first, last = (each[alive] for each in (some, rows, zeros, good, first, last))
    born = (np.nan_to_num(rows) != 0).argmax(axis=1)[:, None]
    before = np.where((column >= born) & (column <= good[:, None]), np.abs(rows), np.nan)
    order = _in_a_row(before)
    rare = _rarely_drops(order)
    judged = _flows(order, rare, zeros.sum(axis=1)) if kind is Kind.FLOW else rare & _levels(order)
    found = Found(NoteCode.OUTAGE, some, first, last, rows[np.arange(len(some)), good], np.zeros(len(some)))
    return found.pick(judged)


def _crumbs(rows: Array, kind: Kind) -> Array:
    """What a level reads at the most while its source comes and goes, (n, 1); zero for a flow, which may be small."""
    if kind is Kind.FLOW:
        return np.zeros((len(rows), 1))
    usual = _in_a_row(np.where(rows != 0, np.abs(rows), np.nan))[:, -RECENT_LEVELS:]
    return DROP * np.nan_to_num(median(usual))[:, None]


def _newest(values: Array) -> Array:
    """The newest known value of each row; NaN where nothing is known."""
    if not values.shape[1]:
        return np.full(len(values), np.nan)
    known = ~np.isnan(values)
    at = values.shape[1] - 1 - known[:, ::-1].argmax(axis=1)
    newest: Array = values[np.arange(len(values)), at]
    return newest


def _in_a_row(values: Array) -> Array:
    """The known values of each row moved together to its end, NaN before them."""
    order = np.argsort(~np.isnan(values), axis=1, kind="stable")
    return np.take_along_axis(values, order, axis=1)


def _rarely_drops(order: Array) -> Mask:
    """Which rows fell to almost nothing no more often than a source breaks down, or a metric is reset."""
    drops = _drops(order)
    grown_anew = _drops(_in_a_row(np.where(order > 0, order, np.nan)))
    rare: Mask = (drops <= a_year(count_known(order), A_YEAR, 1)) & (grown_anew <= 1)
    return rare


def _drops(order: Array) -> Days:
    fallen = (order[:, 1:] <= DROP * order[:, :-1]) & (order[:, :-1] > 0)
    drops: Days = np.count_nonzero(fallen, axis=1)
    return drops


def _levels(order: Array) -> Mask:
    """Which rows never came near zero of late. Of rare zeros nothing is learned."""
    recent = _in_a_row(np.where(order > 0, order, np.nan))[:, -RECENT_LEVELS:]
    return _far(recent, recent) & (count_known(recent) >= NEEDED_LEVELS)


def _flows(order: Array, rare: Mask, days: Days) -> Mask:
    """Which rows never brought as little in as many days in a row, by far. Of rare empty days nothing is learned."""
    order = _in_a_row(np.where((order > 0) | ~rare[:, None], order, np.nan))
    recent = order[:, -RECENT_FLOWS:]
    span = np.minimum(days, WEEK)[:, None]
    total = np.pad(np.cumsum(np.nan_to_num(recent), axis=1), ((0, 0), (1, 0)))
    end = np.arange(1, total.shape[1])
    sums = total[:, 1:] - np.take_along_axis(total, np.maximum(end - span, 0), axis=1)
    begin = recent.shape[1] - count_known(recent)[:, None]
    sums = np.where(end - span >= begin, sums, np.nan)
    return _far(recent, sums) & (count_known(recent) >= NEEDED_FLOWS)


def _far(recent: Array, amounts: Array) -> Mask:
    """Whether the lowest of some amounts is far from zero, by what is usual among them and by number."""
    lowest = np.fmin.reduce(amounts, axis=1, initial=np.inf)
    whole = (np.isnan(recent) | (recent == np.rint(recent))).all(axis=1)
    far: Mask = (lowest >= FAR * median(amounts)) & (lowest > 0) & (~whole | (lowest >= HANDFUL))
    return far


def find_outage(history: History, events: Sequence[Event] = ()) -> Note | None:
    """The zeros on a history's newest known days, if they are to be taken as an outage.

    Args:
        events: days on which a flow may well bring nothing.
    """
    newest = history.newest
    if newest is None or newest[1] != 0:
        return None
    found = find_outages(np.where(history.provenance == MISSING, np.nan, history.values)[None, :], history.metric.kind)
    if not len(found):
        return None
    first, last = history.day(int(found.first[0])), history.day(int(found.last[0]))
    if any(event.first <= first and last <= event.last for event in events):
        return None
    return Note(NoteCode.OUTAGE, first, last, float(found.before[0]), 0.0)


def before_outage(history: History, events: Sequence[Event] = ()) -> tuple[History, Note | None]:
    """A history up to its last good day, and the outage since; itself and None where there is none."""
    outage = find_outage(history, events)
    if outage is None:
        return history, None
    before = history.between(None, outage.first - timedelta(days=1)).to_known()
    return before, outage
