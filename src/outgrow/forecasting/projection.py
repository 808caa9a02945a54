"""Histories' futures: of levels, flows, and months' running totals, behind one interface."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import partial
from typing import NamedTuple, Self

import numpy as np

from outgrow.domain.event import EventEffect
from outgrow.domain.explanation import Explanation
from outgrow.domain.forecast import Forecast, HistoryNote, Refusal
from outgrow.domain.history import History
from outgrow.domain.metric import Kind
from outgrow.domain.note import Note, NoteCode
from outgrow.domain.panel import HistoryPanel
from outgrow.domain.scenario import Project
from outgrow.forecasting.events import PanelEvents
from outgrow.forecasting.explanation import explain
from outgrow.forecasting.faults import Faults, find_faults
from outgrow.forecasting.flows import FlowForecast
from outgrow.forecasting.kernels.normal import Array
from outgrow.forecasting.levels import LevelForecast
from outgrow.forecasting.months import MonthTotalForecast
from outgrow.forecasting.outage import before_outage
from outgrow.forecasting.panel import PanelForecast, forecast_panel, model_asked
from outgrow.forecasting.recent import growth_ahead, looked_at, recent_amount, trimmed
from outgrow.forecasting.refusals import refuse
from outgrow.forecasting.rules import ForecastRules
from outgrow.forecasting.totals import flows_of_plain_totals, month_to_date, restart_note

LEVELS = (0.05, 0.1, 0.25, 0.5, 0.75, 0.9, 0.95)
"""The quantiles that every forecast holds: the median, and the 50 %, 80 % and 90 % bands."""
MONTH_DAYS = 30
"""Days over which growth is told."""
TOGETHER = 256
"""Histories that are forecast at once: as many as are read at a time anyway."""


@dataclass(frozen=True, slots=True, eq=False)
class Projection:
    """A forecast that can still be asked about any limit.

    Attributes:
        past: the daily values that a limit is held against, (n_days,), newest last.
        panel, row: where the whole distribution is.
        notes: what was found amiss in the past.
        floor: no value lies below it.
        events: what each event in the past that is looked at did, and what those within the horizon are to do, oldest
            first; none of a level.
        projects: the committed ones that are counted in.
        reasons: tells why the forecast is what it is, when that is asked.
    """

    forecast: Forecast
    past: Array
    panel: PanelForecast
    row: int = 0
    notes: tuple[Note, ...] = ()
    floor: float = -np.inf
    events: tuple[EventEffect, ...] = ()
    projects: tuple[Project, ...] = ()
    reasons: Callable[[], Explanation] | None = None

    @property
    def explanation(self) -> Explanation | None:
        """Why the forecast is what it is; None where nobody can tell."""
        return None if self.reasons is None else self.reasons()

    @property
    def events_ahead(self) -> tuple[EventEffect, ...]:
        """Those with days to come."""
        return tuple(effect for effect in self.events if effect.event.last > self.forecast.as_of)

    def in_30_days(self) -> float:
        """What 30 days bring: a level to its median, a flow its mean amount a day, a month's total their sum."""
        if isinstance(self.panel, MonthTotalForecast):
            return MONTH_DAYS * float(self.panel.flow.mean[self.row, :MONTH_DAYS].mean())
        if isinstance(self.panel, FlowForecast):
            return float(self.panel.mean[self.row, :MONTH_DAYS].mean())
        return self.forecast.current + self.forecast.growth_per_30_days

    def crossing_cdf(self, threshold: float, *, falling: bool = False) -> Array:
        """P(first day at or above the threshold <= d), (horizon,); `falling`: at or below.

        Every day is asked by itself. A panel draws straight lines between some of them, by which the middle date of
        a sure crossing would be a day off.
        """
        days = tuple(range(1, self.panel.horizon + 1))
        cdf: Array = self._alone.crossing_at(np.array([threshold]), days, falling=falling)[0]
        return cdf

    def quantiles(self, levels: tuple[float, ...]) -> Array:
        """Any quantiles of each day's value, (n_levels, horizon)."""
        rows: Array = np.maximum(self._alone.quantiles(levels)[0], self.floor)
        return rows

    def at_days(self, days: tuple[int, ...], levels: tuple[float, ...]) -> Array:
        """The same for some days alone, (n_levels, n_days)."""
        rows: Array = np.maximum(self._alone.at_days(days, levels)[0], self.floor)
        return rows

    @property
    def _alone(self) -> PanelForecast:
        """The panel's row by itself: a question costs what its own row costs."""
        return self.panel.pick(np.array([self.row]))


def project(history: History, today: date, rules: ForecastRules) -> Projection | Refusal:
    """Forecast a history, or say why not.

    Args:
        history: daily values of the metric; for a month's total, of the daily flow that it adds up.
        today: the day that the answer is for; the newest known day may lie a little before it.
    """
    return project_panel(HistoryPanel.of([history]), [rules], today)[0]


def project_panel(panel: HistoryPanel, rules: Sequence[ForecastRules], today: date) -> list[Projection | Refusal]:
    """Forecast every row of a panel, or say why not.

    Those alike are forecast together, and none hangs on the others: some series at once cost hardly more than one.

    Args:
        panel: rows as `project` takes them.
        rules: (n,), of each row.
        today: the day that the answers are for.
    """
    found: list[Projection | Refusal | None] = []
    alike: dict[_Alike, list[_Member]] = {}
    stored = list(panel)
    recent = [looked_at(history, own.history_days) for history, own in zip(stored, rules, strict=True)]
    behind = flows_of_plain_totals(recent)
    for at, (history, own) in enumerate(zip(stored, rules, strict=True)):
        found.append(refuse(recent[at], today, own))
        if found[-1] is None:
            flow = behind[at]
            whole, outage = before_outage(history if flow is None else trimmed(flow), own.events)
            known = recent[at] if whole is history else looked_at(whole, own.history_days)
            metric, total = known.metric, known.metric.month_total_of is not None
            kind, month_of = (Kind.FLOW, known.last_day) if total else (metric.kind, None)
            key = _Alike(own, kind, month_of, metric.begins_on or 1)
            totals = None if flow is None else recent[at].between(known.first_day, known.last_day)
            alike.setdefault(key, []).append(_Member(at, whole, known, outage, totals))
    for key, members in alike.items():
        for begin in range(0, len(members), TOGETHER):
            some = members[begin : begin + TOGETHER]
            together = _Batch.of(key, some)
            for row, one in enumerate(some):
                found[one.at] = together.projection(row, one)
    return [projection for projection in found if projection is not None]


class _Member(NamedTuple):
    """One of the histories that are asked about: its place, its days, those that are looked at, zeros since then.

    `totals` are the values of one that was swapped for the flow behind them.
    """

    at: int
    whole: History
    known: History
    outage: Note | None
    totals: History | None


class _Alike(NamedTuple):
    """What histories that are forecast together have in common."""

    rules: ForecastRules
    kind: Kind
    month_of: date | None
    """Of months' totals, the newest day; None of everything else."""
    begins_on: int
    """The day of the month on which these begin anew."""


@dataclass(frozen=True, slots=True, eq=False)
class _Batch:
    """Some histories as the rows of one panel, the newest day of each last."""

    rules: ForecastRules
    faults: Faults
    panel: PanelForecast
    quantiles: Array
    floors: Array
    growth: Array
    events: PanelEvents | None

    @classmethod
    def of(cls, key: _Alike, members: list[_Member]) -> Self:
        wholes, histories = [one.whole for one in members], [one.known for one in members]
        rules, known = key.rules, HistoryPanel.of(histories).newest_last()
        values = known.values
        events = (
            PanelEvents.of(wholes, known.n_days, rules.events, rules.horizon_days) if key.kind is Kind.FLOW else None
        )
        faults = find_faults(values if events is None else events.ordinary, key.kind, known.provenance)
        if events is not None:
            # What these days would have been is good enough to look for faults around them, and for nothing else.
            faults.mended[events.apart] = np.nan
        panel = forecast_panel(faults.mended, rules.horizon_days, key.kind, model_asked(rules.model, rules.model_file))
        if isinstance(panel, LevelForecast):
            panel = panel.widened(rules.correction.width)
        elif isinstance(panel, FlowForecast):
            if events is not None:
                panel = events.applied_to(panel)
            if key.month_of is not None:
                sofar = np.array([np.nan if one.totals is None else one.totals.values[-1] for one in members])
                panel = MonthTotalForecast.of(
                    panel, values, key.month_of, faults.mended, begins_on=key.begins_on, sofar=sofar
                )
        # A mended past may lie below zero; the future of a count does not.
        floors = np.where(np.fmin.reduce(values, axis=1) >= 0, 0.0, -np.inf)
        quantiles = panel.quantiles(LEVELS)
        np.maximum(quantiles, floors[:, None, None], out=quantiles)
        pasts = [past[-len(history) :] for past, history in zip(faults.mended, histories, strict=True)]
        growth = growth_ahead(panel, quantiles[:, LEVELS.index(0.5)], pasts, MONTH_DAYS)
        return cls(rules, faults, panel, quantiles, floors, growth, events)

    def projection(self, row: int, one: _Member) -> Projection:
        """One row as its metric's projection."""
        whole, known = one.whole, one.known
        total = isinstance(self.panel, MonthTotalForecast)
        past = month_to_date(known.values, known.first_day, known.metric.begins_on) if total else whole.values
        past = past if one.totals is None else one.totals.values
        notes = self.faults.notes(row, known.last_day - timedelta(days=self.faults.mended.shape[1] - 1))
        notes += () if one.outage is None else (one.outage,)
        notes += restart_note(known, past) if total else ()
        current = float(past[-1])
        if known.metric.is_daily_flow:
            current = recent_amount(known, whole=not is_partly_there(notes, known.last_day))
        forecast = Forecast(
            metric=known.metric,
            scope_name=known.scope_name,
            as_of=known.last_day,
            current=current,
            levels=LEVELS,
            quantiles=self.quantiles[row],
            growth_per_30_days=float(self.growth[row]),
            history=HistoryNote.of(known),
            model=self.rules.model,
        )
        reasons = partial(
            explain,
            self.panel,
            row,
            self.faults.mended[row, -len(known) :],
            forecast,
            correction=self.rules.correction,
        )
        effects = self.events.effects[row] if self.events else ()
        events = tuple(effect for effect in effects if effect.event.last >= known.first_day)
        floor = float(self.floors[row])
        return Projection(forecast, past, self.panel, row, notes, floor, events, reasons=reasons)


def is_partly_there(notes: tuple[Note, ...], day: date) -> bool:
    """Whether a day was found to be one that is not over yet."""
    return any(note.code is NoteCode.PARTIAL and note.last == day for note in notes)
