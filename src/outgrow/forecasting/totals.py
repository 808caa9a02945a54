"""Totals that begin anew once a month or a week, and the daily amounts behind them, on which their forecast rests."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date

import numpy as np
from numpy.typing import NDArray

from outgrow.domain.days import spoken
from outgrow.domain.history import MISSING, History
from outgrow.domain.metric import Kind
from outgrow.domain.note import Note, NoteCode
from outgrow.domain.panel import HistoryPanel
from outgrow.forecasting.kernels.normal import Array
from outgrow.forecasting.kernels.restarts import daily_amounts, find_restarts, month_starts
from outgrow.forecasting.kernels.series import bridge_gaps

NAMED = 3
"""So many days are named, the newest ones, on which a total fell to next to nothing."""


def flow_of_total(total: History) -> History:
    """The daily flow behind what is called a month's total, under its name: its rises from day to day.

    It may begin anew on any day of the month. Where that cannot be told, its metric's `begins_on` is None, and the
    history is the total itself.
    """
    if not len(total):
        return total
    found = find_restarts(total.values[None, :], _newest([total]))
    if found.unknown[0]:
        return replace(total, metric=replace(total.metric, begins_on=None))
    return _flow(total, int(found.day[0]))


def flows_of_plain_totals(histories: Sequence[History]) -> list[History | None]:
    """The daily flow behind each history that is a month's total to see, whatever its name; None for all others.

    A week's total is seen of a counter alone: teeth of a level are answered as such, and flows have weekdays.
    """
    found: list[History | None] = [None] * len(histories)
    some = [at for at, history in enumerate(histories) if len(history) and history.metric.month_total_of is None]
    if not some:
        return found
    panel = HistoryPanel.of([histories[at] for at in some])
    restarts = find_restarts(panel.newest_last().values, _newest(list(panel)))
    for row in np.flatnonzero(restarts.plain).tolist():
        total, day = histories[some[row]], int(restarts.day[row])
        if day < 0 and total.metric.kind is not Kind.CUMULATIVE:
            continue
        metric = replace(total.metric, kind=Kind.FLOW, month_total_of=total.metric.name)
        found[some[row]] = _flow(replace(total, metric=metric), day)
    return found


def month_to_date(values: Array, first_day: date, begins_on: int | None = 1) -> Array:
    """Running totals that begin anew on a day of each month, (n_days,), from daily amounts; gaps are bridged.

    Args:
        begins_on: see `Metric.begins_on`; None for values that are totals already.
    """
    if begins_on is None:
        return values
    restart = month_starts(first_day, len(values), begins_on)
    totals = np.empty_like(values)
    total = 0.0
    for at, amount in enumerate(np.nan_to_num(bridge_gaps(values[None, :])[0])):
        total = (0.0 if restart[at] else total) + amount
        totals[at] = total
    return totals


def restart_note(flow: History, totals: Array) -> tuple[Note, ...]:
    """That a total begins anew, and when; nothing of one that is known to, on the first.

    Args:
        flow: the daily amounts.
        totals: (n_days,) what they add up to.
    """
    metric, day = flow.metric, flow.metric.begins_on
    if day is None or (day == 1 and metric.month_total_of != metric.name):
        return ()
    starts = np.flatnonzero(month_starts(flow.first_day, len(flow), day)[1:]) + 1
    known = [int(at) for at in starts if not np.isnan(totals[at - 1 : at + 1]).any()]
    # Of a month that is too short the day says less.
    at = next((at for at in reversed(known) if flow.day(at).day == day), known[-1] if known else None)
    if at is None:
        return ()
    code = NoteCode.RESTARTS if day > 0 else NoteCode.RESTARTS_WEEKLY
    at = at if day > 0 else known[-1]
    return (Note(code, flow.day(at), flow.day(at), float(totals[at - 1]), float(totals[at])),)


def why_unknown(total: History) -> str:
    """Why nothing can be said of a month's total of which it could not be told when it begins anew."""
    fell = find_restarts(total.values[None, :], _newest([total])).restarts[0]
    days = [spoken(total.day(int(at))) for at in np.flatnonzero(fell)[-NAMED:]]
    mend = f"store what each day brings, as {total.metric.month_total_of}"
    if not days:
        return f"as a month's total it would begin anew, but it went on over the first of a month: {mend}"
    listed = " and ".join(filter(None, (", ".join(days[:-1]), days[-1])))
    return f"it began anew on {listed}, which is no fixed day of the month: {mend}"


def _flow(total: History, day: int) -> History:
    values = daily_amounts(total.values, month_starts(total.first_day, len(total), day))
    provenance = np.where(np.isnan(values), MISSING, total.provenance).astype(np.int8)
    return replace(total, metric=replace(total.metric, begins_on=day), values=values, provenance=provenance)


def _newest(histories: Sequence[History]) -> NDArray[np.datetime64]:
    return np.array([history.last_day for history in histories], dtype="datetime64[D]")
