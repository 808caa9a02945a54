"""How a table has grown, without reading it: all of it where it is short, else by looking up where its key was when.

A key that is given out in the order of time tells how many rows there were at an instant: a binary search over it reads
some two dozen rows for each.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import numpy as np
from sqlalchemy.engine.interfaces import Dialect

from outgrow.sources.sql.databases.database import Database
from outgrow.sources.sql.discovery.catalogue import quoting
from outgrow.sources.sql.discovery.proposals import Candidate, rows_of
from outgrow.sources.sql.discovery.samples import Sample, as_time
from outgrow.sources.sql.faults import QueryError

MONTH = timedelta(days=30)
EVENLY = 100
"""Rows at even distances that stand for all."""
IN_ORDER, FEWEST = 0.98, 20
"""The least rank correlation of key and time by which one tells the other, and the rows that it takes to see it."""
MONTHS = 13
"""Points at which it is looked, the present one included."""


@dataclass(frozen=True, slots=True)
class Growth:
    """How many rows there were, 12 months ago first and now last.

    Attributes:
        exact: whether they were counted.
        read: how many rows were read for it.
    """

    counts: tuple[float, ...]
    exact: bool
    read: int = 0


def growth(database: Database, dialect: Dialect, each: Candidate, sample: Sample, now: datetime) -> Growth | None:
    """How it has grown; None where that takes a scan."""
    instants = [now - MONTH * back for back in range(MONTHS - 1, -1, -1)]
    if each.begun is None:
        return None
    unit, column = each.begun.unit, each.begun.column
    if sample.whole:
        times = [time for value in sample.values(column) if (time := as_time(value, unit)) is not None]
        gone: list[datetime] = []
        if each.ended is not None and each.ended.when is None:
            ends = sample.values(each.ended.column)
            gone = [time for value in ends if value and (time := as_time(value, each.ended.unit)) is not None]
        counts = tuple(float(sum(t <= at for t in times) - sum(t <= at for t in gone)) for at in instants)
        return Growth(counts, exact=not each.wheres and (each.ended is None or each.ended.when is None))
    key = each.table.whole_key
    rows: float | None = rows_of(each.table, sample)
    if key is None or not each.begun.grows or rows is None or not sample.first or not sample.last:
        return None
    least, most = sample.first[0][key.name], sample.last[-1][key.name]
    if each.table.rows is None or each.table.rows <= len(sample):  # what is known of it is older than its rows
        rows = most - least + 1
    search = _Search(database, dialect, each, (least, most))
    try:
        if not search.is_in_order():
            return None
        keys = [search.key_at(instant) for instant in instants]
    except QueryError:
        return None
    share = [(found - least) / max(most - least + 1, 1) for found in keys]
    if each.ended is not None and each.ended.when is None:
        rows *= search.share_without(each.ended.column)
    return Growth(tuple(rows * part / (share[-1] or 1.0) for part in share), exact=False, read=search.read)


class _Search:
    """Where a key was at an instant, by ever later ones."""

    def __init__(self, database: Database, dialect: Dialect, each: Candidate, ends: tuple[int, int]) -> None:
        quote = quoting(dialect)
        assert each.begun is not None, "it has a beginning"  # noqa: S101
        assert each.table.whole_key is not None, "and a key"  # noqa: S101
        self._database, self._unit, self._ends, self.read = database, each.begun.unit, ends, 0
        self._dialect, self._whole, self._column = dialect, ends, each.begun.column
        self._key, self._table = quote(each.table.whole_key.name), each.table.qualified(quote)
        told = f"SELECT {self._key}, {quote(each.begun.column)} FROM {self._table}"
        self._query = (
            f"{told} WHERE {self._key} >= {{}} AND {quote(each.begun.column)} IS NOT NULL ORDER BY {self._key} LIMIT 1"
        )

    def key_at(self, instant: datetime) -> int:
        """The first key that was given out after an instant."""
        low, high = self._ends[0], self._ends[1] + 1
        while low < high:
            middle = (low + high) // 2
            rows = self._database.rows(self._query.format(middle), 1)
            self.read += len(rows)
            found: tuple[Any, ...] | None = rows[0] if rows else None
            time = as_time(found[1], self._unit) if found is not None else None
            if found is None or time is None or time > instant:
                high = middle
            else:
                low = int(found[0]) + 1
        self._ends = (low, self._ends[1])
        return low

    def is_in_order(self) -> bool:
        """Whether later keys have later times, but for few: else a key says little of a time."""
        found = [as_time(row[0], self._unit) for row in self._evenly(self._column)]
        ranks = np.argsort(np.argsort([time.timestamp() for time in found if time is not None], kind="stable"))
        if len(ranks) < FEWEST:
            return False
        return bool(np.corrcoef(ranks, np.arange(len(ranks)))[0, 1] >= IN_ORDER)

    def share_without(self, column: str) -> float:
        """The share of rows in which a column is empty, by rows at even distances over the whole key."""
        found = self._evenly(column)
        return sum(not row[0] for row in found) / max(len(found), 1)

    def _evenly(self, column: str) -> list[tuple[Any, ...]]:
        least, most = self._whole
        found, quote = list[tuple[Any, ...]](), quoting(self._dialect)
        for at in range(EVENLY):
            key = least + (most - least) * at // EVENLY
            query = f"SELECT {quote(column)} FROM {self._table} WHERE {self._key} >= {key} ORDER BY {self._key} LIMIT 1"
            found += self._database.rows(query, 1)
        self.read += len(found)
        return found
