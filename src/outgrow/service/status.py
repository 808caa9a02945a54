"""Status: the five-second answer - what runs out first, and when."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

import numpy as np
from numpy.typing import NDArray

from outgrow.domain.forecast import HistoryNote
from outgrow.domain.history import History
from outgrow.domain.limit import Severity
from outgrow.domain.scenario import Project
from outgrow.forecasting.totals import month_to_date
from outgrow.planning.limits.urgency import LimitOutlook
from outgrow.planning.limits.words import first_sentence
from outgrow.service.desk import Desk
from outgrow.service.survey import survey

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


def status(desk: Desk) -> StatusReport:
    """Every limit of the platform by urgency, then the metrics without one."""
    seen = survey(desk)
    ordered = seen.ordered
    return StatusReport(
        platform=desk.code,
        today=desk.today,
        sentence=first_sentence(ordered, desk.today) if ordered else f"Nothing is stored yet: {desk.first_step}.",
        severity=max((o.severity for o in ordered), default=Severity.INFO),
        rows=tuple(StatusRow(o, _recent(seen.history(o), desk.today)) for o in ordered),
        newest_snapshot=desk.store.newest_day(desk.code, desk.today),
        history=_longest(seen.histories.values()),
        projects=desk.projects,
    )


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
