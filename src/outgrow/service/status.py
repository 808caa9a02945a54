"""Status: the five-second answer - what runs out first, and when."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
from numpy.typing import NDArray

from outgrow.domain.days import spoken, spoken_range
from outgrow.domain.forecast import DaysUntil, HistoryNote, Status
from outgrow.domain.history import History
from outgrow.domain.limit import Limit, Severity
from outgrow.domain.metric import PLATFORM, Scope
from outgrow.domain.scenario import Project
from outgrow.domain.words import counted, exact
from outgrow.forecasting.outlook import days_until_of
from outgrow.forecasting.totals import month_to_date
from outgrow.planning.urgency import LimitOutlook, by_urgency
from outgrow.service.limits import Series, platform_limits, scoped_histories
from outgrow.service.outlooks import projections_of
from outgrow.service.view import View
from outgrow.store.snapshots import newest_day

SPARK_DAYS = 90
"""Days of history that a sparkline shows."""


@dataclass(frozen=True, slots=True, eq=False)
class StatusRow:
    """One line of the table."""

    outlook: LimitOutlook
    recent: NDArray[np.float64]
    """The last 90 daily values, NaN where unknown."""


@dataclass(frozen=True, slots=True)
class StatusReport:
    """What runs out first, everything else by urgency, and what all of it rests on."""

    platform: str
    today: date
    sentence: str
    severity: Severity
    rows: tuple[StatusRow, ...]
    newest_snapshot: date | None
    history: HistoryNote
    projects: tuple[Project, ...] = ()
    """Those that are still to come: the dates count them in."""

    @property
    def newest_age_days(self) -> int | None:
        """Age of the newest snapshot; None when there is none."""
        return None if self.newest_snapshot is None else (self.today - self.newest_snapshot).days


def status(view: View) -> StatusReport:
    """Every limit of the platform by urgency, then the metrics without one."""
    histories = {h.metric.name: h for h in view.forecastables(view.platform_metrics())}
    limits = platform_limits(view, histories)
    series: dict[Series, History] = {(name, PLATFORM): history for name, history in histories.items()}
    series |= scoped_histories(view, [limit for limit in limits if limit.scope != str(PLATFORM)])
    projections = projections_of(view, series)
    lines: list[tuple[Series, Limit | None]] = [((limit.metric, Scope.parse(limit.scope)), limit) for limit in limits]
    limited = {key for key, _ in lines}
    lines += [(key, None) for key, known in series.items() if key not in limited and known.known_days]
    outlooks = []
    for key, limit in lines:
        until = days_until_of(projections[key], series[key], limit.usable if limit else None)
        outlooks.append(LimitOutlook.of(limit, until, view.config.policy, view.today))
    ordered = by_urgency(outlooks)
    return StatusReport(
        platform=view.platform,
        today=view.today,
        sentence=first_sentence(ordered, view.today) if ordered else f"Nothing is stored yet: {view.first_step}.",
        severity=max((o.severity for o in ordered), default=Severity.INFO),
        rows=tuple(StatusRow(o, _recent(series[_series(o)], view.today)) for o in ordered),
        newest_snapshot=newest_day(view.store, view.platform, view.today),
        history=_longest(histories.values()),
        projects=view.projects,
    )


def _series(outlook: LimitOutlook) -> Series:
    return outlook.until.metric.name, Scope.parse(outlook.limit.scope) if outlook.limit else PLATFORM


def first_sentence(ordered: Sequence[LimitOutlook], today: date) -> str:
    """What runs out first and when, in one sentence."""
    limited = [o for o in ordered if o.limit is not None]
    if not limited:
        return "No limit is set for what is stored."
    dated = [(o.until.days.p50, o) for o in limited if o.until.days.p50 is not None]
    first = limited[0]
    if first.until.status is not Status.ALREADY_EXCEEDED and dated:
        first = min(dated, key=lambda pair: pair[0])[1]  # one that is nearly full may still last longer
    until = first.until
    limit = f"{exact(until.threshold or 0.0)} {until.metric.unit}"
    limit_name = first.limit.called if first.limit else first.name
    called = "" if limit_name.lower() == until.metric.label.lower() else f"{limit_name}, "
    whose = "" if first.limit is None or first.limit.scope == str(PLATFORM) else f" of {first.limit.scope}"
    what = f"{until.metric.label}{whose} ({called}{limit})"
    if until.status is Status.ALREADY_EXCEEDED:
        return f"{what}: the limit is reached, since {_ago(until)}."
    middle = until.date("p50")
    if middle is not None:
        span = spoken_range(until.date("p10") or middle, until.date("p90"))
        when = f"about {spoken(middle)}, {_ahead((middle - today).days)} ({span})"
        return f"First to run out: {what}, {when}{_counted(until)}."
    if all(o.until.status in {Status.INSUFFICIENT_DATA, Status.STALE} for o in limited):
        return f"Nothing can be said yet: {until.reason}."
    return f"No limit is likely to be reached within the horizon; nearest is {what}: {until.reason}."


def _counted(until: DaysUntil) -> str:
    """The committed projects that begin by a date and are counted in it."""
    middle = until.date("p50")
    names = [project.name for project in until.projects if middle is not None and project.on <= middle]
    return f"; committed: {', '.join(names)}" if names else ""


def _ahead(days: int) -> str:
    """How far ahead a date lies; forecasts count from the newest known day, so it may lie before today."""
    if days < 0:
        return f"{counted(-days, 'day')} ago"
    return f"in {counted(days, 'day')}" if days else "today"


def _ago(until: DaysUntil) -> str:
    assert until.as_of is not None and until.days_ago is not None, "an exceeded limit has its day"  # noqa: PT018, S101
    return spoken(until.as_of - timedelta(days=until.days_ago))


def _recent(history: History, today: date) -> NDArray[np.float64]:
    values = history.values
    if history.metric.month_total_of is not None:
        values = month_to_date(np.nan_to_num(values), history.first_day, history.metric.begins_on)
    recent = np.full(SPARK_DAYS, np.nan)
    lag = max((today - history.last_day).days, 0)
    tail = values[-(SPARK_DAYS - lag) :] if lag < SPARK_DAYS else values[:0]
    recent[SPARK_DAYS - lag - len(tail) : SPARK_DAYS - lag] = tail
    return recent


def _longest(histories: Iterable[History]) -> HistoryNote:
    """The days of the metric that is known best: it stands for the platform."""
    return max((HistoryNote.of(h) for h in histories), key=lambda n: n.observed_days + n.reconstructed_days)
