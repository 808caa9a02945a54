"""What some rows from both ends of a table say: evidence, without reading the rest."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Any

from sqlalchemy.engine.interfaces import Dialect

from outgrow.sources.sql.databases.database import Database
from outgrow.sources.sql.declaration import UnixUnit
from outgrow.sources.sql.discovery.catalogue import Column, Holds, Table, quoting
from outgrow.sources.sql.faults import QueryError

EACH_END = 150
"""Rows from either end of a key."""
EARLIEST, LATEST = datetime(1995, 1, 1, tzinfo=UTC), datetime(2100, 1, 1, tzinfo=UTC)
"""Between them a number may be a time."""


@dataclass(frozen=True, slots=True)
class Sample:
    """Rows of a table from the beginning of its key and from the end; all of them where there are few.

    Attributes:
        whole: whether these are all the rows there are.
        readable: whether the table may be read at all.
    """

    first: Sequence[Mapping[str, Any]] = field(default_factory=tuple)
    last: Sequence[Mapping[str, Any]] = field(default_factory=tuple)
    whole: bool = True
    readable: bool = True

    @property
    def rows(self) -> Sequence[Mapping[str, Any]]:
        """All of them."""
        return [*self.first, *self.last]

    def __len__(self) -> int:
        return len(self.first) + len(self.last)

    def values(self, column: str) -> list[Any]:
        """What stands in a column, NULL included."""
        return [row[column] for row in self.rows]


def sample(database: Database, table: Table, dialect: Dialect) -> Sample:
    """Rows from both ends; none where the table may not be read."""
    quote = quoting(dialect)
    wanted = [column.name for column in table.columns if column.holds is not Holds.OTHER or column.name in table.key]
    told = ", ".join(_told(table.by_name[name], quote(name), dialect) for name in wanted)
    from_table = f"SELECT {told} FROM {table.qualified(quote)}"
    order = ", ".join(quote(name) for name in table.key)
    try:
        if not order:
            rows = database.rows(f"{from_table} LIMIT {2 * EACH_END}", 2 * EACH_END)
            return Sample([dict(zip(wanted, row, strict=True)) for row in rows], (), len(rows) < 2 * EACH_END)
        first = database.rows(f"{from_table} ORDER BY {order} LIMIT {EACH_END}", EACH_END)
        if len(first) < EACH_END:
            return Sample([dict(zip(wanted, row, strict=True)) for row in first])
        down = ", ".join(f"{quote(name)} DESC" for name in table.key)
        last = database.rows(f"{from_table} ORDER BY {down} LIMIT {EACH_END}", EACH_END)[::-1]
    except QueryError:
        return Sample(whole=False, readable=False)
    keys = {tuple(row[wanted.index(name)] for name in table.key) for row in first}
    new = [row for row in last if tuple(row[wanted.index(name)] for name in table.key) not in keys]
    return Sample(
        [dict(zip(wanted, row, strict=True)) for row in first],
        [dict(zip(wanted, row, strict=True)) for row in new],
        whole=len(new) < len(last),
    )


def _told(column: Column, quoted: str, dialect: Dialect) -> str:
    """A column; times as texts where a driver has none for infinite ones or those before the year 1."""
    as_text = dialect.name == "postgresql" and column.holds is Holds.TIME
    return f"{quoted}::text AS {quoted}" if as_text else quoted


def unix_unit(values: Sequence[Any]) -> UnixUnit | None:
    """What whole numbers count, where they may be times; None where they are none, or nobody can know."""
    known = [value for value in values if isinstance(value, int) and not isinstance(value, bool) and value > 0]
    if not known:
        return None
    for unit in UnixUnit:
        times = [value / unit.a_second for value in known]
        if all(EARLIEST.timestamp() <= each <= LATEST.timestamp() for each in times):
            return unit
    return None


def as_time(value: Any, unit: UnixUnit | None) -> datetime | None:  # noqa: ANN401 - whatever a row holds
    """A value as an instant; what has no zone is taken for UTC, which is near enough to see whether it grows."""
    if isinstance(value, int | float) and not isinstance(value, bool):
        try:
            return datetime.fromtimestamp(value / unit.a_second, UTC) if unit is not None and value > 0 else None
        except (OverflowError, ValueError, OSError):  # no time that there will ever be
            return None
    if isinstance(value, str):
        try:
            value = datetime.fromisoformat(value)
        except ValueError:
            return None
    if isinstance(value, datetime):
        return value if value.tzinfo else value.replace(tzinfo=UTC)
    return datetime(value.year, value.month, value.day, tzinfo=UTC) if isinstance(value, date) else None


def may_tell_time(column: Column, values: Sequence[Any]) -> bool:
    """Whether a column may hold times, by its type and by what stands in it."""
    if column.holds is Holds.TIME:
        return True
    known = [value for value in values if value is not None]
    if column.holds is Holds.WHOLE:
        return unix_unit(known) is not None
    if column.holds is not Holds.TEXT or not known:
        return False
    return all(isinstance(value, str) and len(value) >= len("2026-01-01") and as_time(value, None) for value in known)
