"""Changes per local day from one grouped scan of a table: the way a whole history is read at once."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import ColumnElement, SQLColumnExpression, func, select
from sqlalchemy.orm import Session

from outgrow.domain.days import day_start
from outgrow.domain.days import local_day as local_day_of
from outgrow.domain.errors import DataError
from outgrow.sources.commerce.held import Held
from outgrow.sources.commerce.localdays import local_day
from outgrow.sources.commerce.models.base import OfPlatform, as_utc


@dataclass(frozen=True, slots=True, eq=False)
class Changes:
    """Amounts that came or went, by day. Days may repeat and need no order.

    Attributes:
        days: datetime64[D] (n,).
        amounts: float64 (n,), negative where something ended.
    """

    days: NDArray[np.datetime64]
    amounts: NDArray[np.float64]

    @classmethod
    def none(cls) -> "Changes":
        """Nothing ever happened."""
        return cls(np.empty(0, "datetime64[D]"), np.empty(0))

    @classmethod
    def of(cls, days: Sequence[date], amounts: Sequence[float]) -> "Changes":
        """An amount for each day."""
        return cls(np.array(days, dtype="datetime64[D]"), np.array(amounts, dtype=np.float64))

    def __add__(self, other: "Changes") -> "Changes":
        return Changes(np.concatenate([self.days, other.days]), np.concatenate([self.amounts, other.amounts]))

    def __sub__(self, other: "Changes") -> "Changes":
        return self + Changes(other.days, -other.amounts)

    def scaled(self, factor: float) -> "Changes":
        """The same changes in another unit."""
        return Changes(self.days, self.amounts * factor)

    @property
    def first_day(self) -> date | None:
        """The earliest day on which anything happened."""
        return self.days.min().item() if len(self.days) else None

    def flow(self, first: date, last: date) -> NDArray[np.float64]:
        """What happened on each day from `first` to `last`, float64 (n_days,)."""
        start = np.datetime64(first, "D")
        n_days = (last - first).days + 1
        at = (self.days - start).astype(np.int64)
        inside = (at >= 0) & (at < n_days)
        return np.bincount(at[inside], self.amounts[inside], n_days).astype(np.float64)

    def level(self, first: date, last: date) -> NDArray[np.float64]:
        """What there was at the end of each day from `first` to `last`, float64 (n_days,)."""
        before = self.amounts[self.days < np.datetime64(first, "D")].sum()
        level: NDArray[np.float64] = before + np.cumsum(self.flow(first, last))
        return level

    def month_to_date(self, first: date, last: date) -> NDArray[np.float64]:
        """What happened from the first of the month to the end of each day, float64 (n_days,)."""
        whole_from = first.replace(day=1)
        running = np.cumsum(self.flow(whole_from, last))
        days = np.datetime64(whole_from, "D") + np.arange(len(running))
        month_starts = days == days.astype("datetime64[M]").astype("datetime64[D]")
        month_start = np.maximum.accumulate(np.where(month_starts, np.arange(len(running)), 0))
        before_month = np.concatenate([[0.0], running])[month_start]
        since_first: NDArray[np.float64] = running - before_month
        return since_first[(first - whole_from).days :]


@dataclass(frozen=True, slots=True)
class DayScan:
    """Reads one platform's changes up to the end of the local day `until`, a grouped scan at a time."""

    db: Session
    platform_id: int
    zone: ZoneInfo
    until: date
    since: date | None = None
    """Where set, changes of earlier days are left out: enough for flows, never for levels."""

    def local_day(self, instant: datetime) -> date:
        """The day on which an instant falls on this platform."""
        return local_day_of(instant, self.zone)

    def changes(
        self,
        table: type[OfPlatform],
        began: SQLColumnExpression[Any],
        amount: SQLColumnExpression[Any] | None = None,
    ) -> Changes:
        """Rows (or the sum of `amount`) by the local day of `began`; rows without that instant are left out."""
        return self.changes_by(None, table, began, [amount])[""][0]

    def held(self, held: Held) -> Changes:
        """What stores hold of something, in the unit of its resource."""
        changes = self.changes(held.table, held.began, held.amount)
        if held.ended is not None:
            changes -= self.changes(held.table, held.ended, held.amount)
        return changes if held.units == 1 else changes.scaled(1 / held.units)

    def lifetimes(
        self,
        table: type[OfPlatform],
        began: SQLColumnExpression[Any],
        ended: SQLColumnExpression[Any],
        amount: SQLColumnExpression[Any] | None = None,
    ) -> Changes:
        """Rows (or the sum of `amount`) that exist: up on the day of `began`, down on the day of `ended`."""
        return self.changes(table, began, amount) - self.changes(table, ended, amount)

    def changes_by(
        self,
        label: SQLColumnExpression[Any] | None,
        table: type[OfPlatform],
        began: SQLColumnExpression[Any],
        amounts: Sequence[SQLColumnExpression[Any] | None],
        joined: tuple[type[Any], ColumnElement[bool]] | None = None,
    ) -> dict[str, list[Changes]]:
        """Several sums (None: the number of rows) in one scan, apart by a label; without one, all under ``""``."""
        end = day_start(self.until + timedelta(days=1), self.zone)
        wanted = [table.platform_id == self.platform_id, began < end]  # which leaves out those that did not begin
        if self.since is not None:
            wanted.append(began >= day_start(self.since, self.zone))
        oldest = self.db.scalar(select(func.min(began)).select_from(table).where(*wanted))
        if oldest is None:
            return {} if label is not None else {"": [Changes.none() for _ in amounts]}
        day = local_day(began, self.zone, self.db.get_bind(table).dialect.name, as_utc(oldest), end).label("day")
        sums = [func.count() if a is None else func.coalesce(func.sum(a), 0) for a in amounts]
        query = select(day, *sums).select_from(table).where(*wanted).group_by(day)
        if joined is not None:
            query = query.outerjoin(*joined)  # a row without its partner is an error, not one row less
        if label is not None:
            query = query.add_columns(label).group_by(label)
        rows = [tuple(row) for row in self.db.execute(query)]
        if label is not None and any(row[-1] is None for row in rows):
            raise DataError(f"{table.__tablename__} has rows that refer to others which are not there")
        groups = np.array([str(row[-1]) if label is not None else "" for row in rows], dtype=object)
        days = np.array([row[0] for row in rows], dtype=np.int64).astype("datetime64[D]")
        totals = np.array([row[1 : 1 + len(sums)] for row in rows], dtype=np.float64).reshape(-1, len(sums))
        return {
            name: [Changes(days[groups == name], totals[groups == name, i]) for i in range(len(sums))]
            for name in sorted(set(groups))
        }
