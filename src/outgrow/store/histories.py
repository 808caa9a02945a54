"""Reads histories: the daily values of a platform's metrics, up to a day and as they were known on it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import ColumnElement, and_, func, or_, select
from sqlalchemy.orm import Session

from outgrow.domain.days import day_start
from outgrow.domain.history import MISSING, OBSERVED, RECONSTRUCTED, History
from outgrow.domain.metric import PLATFORM, Metric, Scope
from outgrow.domain.snapshot import Provenance
from outgrow.store.tables import MEASUREMENTS, SNAPSHOTS


@dataclass(frozen=True, slots=True)
class StoredSeries:
    """A metric of a scope as it is stored: how many days are known, and the newest of them."""

    metric: str
    scope: Scope
    days: int
    newest_day: date
    newest_value: float


@dataclass(frozen=True, slots=True)
class HistoryReader:
    """Reads a platform's histories up to a day.

    Attributes:
        until: nothing later is read; None reads everything.
        zone: where set, a value that a captured day was given after the end of `until`, in this time zone, is not
            read either. Days that nobody captured while they ran are known from their end, whenever it was that they
            were rebuilt or imported.
    """

    session: Session
    platform: str
    until: date | None = None
    zone: ZoneInfo | None = None

    def read(self, metrics: Sequence[Metric], scope: Scope = PLATFORM, since: date | None = None) -> list[History]:
        """One history per metric, in order, all in one query; empty where nothing is stored."""
        columns = [MEASUREMENTS.c[name] for name in ("metric", "day", "value", "provenance")]
        query = select(*columns).where(
            MEASUREMENTS.c.platform == self.platform,
            MEASUREMENTS.c.metric.in_([m.name for m in metrics]),
            MEASUREMENTS.c.scope == str(scope),
            *self._known(),
        )
        if since is not None:
            query = query.where(MEASUREMENTS.c.day >= since)
        rows: dict[str, list[tuple[date, float, str]]] = {m.name: [] for m in metrics}
        for name, day, value, provenance in self.session.execute(query):
            rows[name].append((day, float(value or 0.0), provenance))
        return [self._history(metric, scope, rows[metric.name]) for metric in metrics]

    def described(self) -> list[StoredSeries]:
        """Every series of the platform that has a value, by metric and scope."""
        table = MEASUREMENTS.c
        known = (
            select(table.metric, table.scope, func.count().label("days"), func.max(table.day).label("day"))
            .where(table.platform == self.platform, *self._known())
            .group_by(table.metric, table.scope)
            .subquery()
        )
        newest = and_(
            table.platform == self.platform,
            table.metric == known.c.metric,
            table.scope == known.c.scope,
            table.day == known.c.day,
        )
        query = select(known, table.value).join_from(known, MEASUREMENTS, newest)
        rows = sorted(self.session.execute(query), key=lambda row: (row[0], row[1]))
        return [
            StoredSeries(name, Scope.parse(scope), days, day, float(value)) for name, scope, days, day, value in rows
        ]

    def _known(self) -> Iterator[ColumnElement[bool]]:
        """What makes a stored value one that counts."""
        table = MEASUREMENTS.c
        yield table.value.is_not(None)
        if self.until is None:
            return
        yield table.day <= self.until
        if self.zone is not None:
            in_time = or_(table.recorded_at_ms.is_(None), table.recorded_at_ms < self._end_of(self.until))
            yield or_(in_time, table.day.not_in(self._captured_days()))

    def _captured_days(self) -> set[date]:
        """The days that were captured while they ran."""
        query = select(SNAPSHOTS.c.snapshot_date, SNAPSHOTS.c.captured_at_ms).where(
            SNAPSHOTS.c.platform == self.platform,
            SNAPSHOTS.c.snapshot_date <= self.until,
            SNAPSHOTS.c.captured_at_ms.is_not(None),
        )
        return {day for day, ms in self.session.execute(query) if ms < self._end_of(day)}

    def _end_of(self, day: date) -> int:
        """Milliseconds since 1970 UTC."""
        assert self.zone is not None, "days end in a zone"  # noqa: S101
        return int(day_start(day + timedelta(days=1), self.zone).timestamp() * 1000)

    def _history(self, metric: Metric, scope: Scope, rows: list[tuple[date, float, str]]) -> History:
        if not rows:
            empty = np.empty(0)
            return History(metric, scope, self.platform, self.until or date(1970, 1, 1), empty, empty.astype(np.int8))
        days: NDArray[np.datetime64] = np.array([row[0] for row in rows], dtype="datetime64[D]")
        first = days.min()
        at = (days - first).astype(np.int64)
        values = np.full(int(at.max()) + 1, np.nan)
        provenance = np.full(len(values), MISSING, dtype=np.int8)
        values[at] = [row[1] for row in rows]
        provenance[at] = [OBSERVED if row[2] == Provenance.OBSERVED.value else RECONSTRUCTED for row in rows]
        return History(metric, scope, self.platform, first.item(), values, provenance)
