"""MariaDB and MySQL: rows grouped by the hour or the day, in sessions whose zone is UTC.

Where midnights are no whole hours, by `INTERVAL()` with a constant for each of them.
"""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Connection, Engine, text
from sqlalchemy.exc import DBAPIError

from outgrow.sources.sql.databases.compiling import expressions, has_flag, some_rows, where
from outgrow.sources.sql.databases.database import Column, Patience
from outgrow.sources.sql.databases.parts import KeyRange, first_table, in_parts
from outgrow.sources.sql.databases.server import TimeKey, add, as_they_are, keyed, seconds
from outgrow.sources.sql.faults import QueryError, TooLongError, persistent, said_by
from outgrow.sources.sql.midnights import Instants, Midnights
from outgrow.sources.sql.slots import places_of, slot_seconds
from outgrow.sources.sql.tally import Keyed, Pass, Tally
from outgrow.sources.sql.times import Timed, TimeKind

KINDS = {
    7: TimeKind.AWARE, 12: TimeKind.NAIVE, 10: TimeKind.DAY, 14: TimeKind.DAY,
    **dict.fromkeys((15, 249, 250, 251, 252, 253, 254), TimeKind.TEXT),
    **dict.fromkeys((0, 1, 2, 3, 4, 5, 8, 9, 246), TimeKind.NUMBER),
}  # fmt: skip
"""By the number of a type in its protocol; a TIMESTAMP is an instant, which a session in UTC shows in UTC."""
UTC_SESSION = "+00:00"
WITH_ZONE = "(Z|z|[+-][0-9]{2}(:?[0-9]{2})?)$"
DATE_LENGTH = 10
HOUR, DAY = 3_600, 86_400
DAYS_TO_1970 = 719_528
"""As `to_days` counts them."""
GONE = {2003, 2006, 2013, 2014, 2055, 4031}
"""Numbers of errors after which there is no connection."""
TOO_LONG, LOCKED = {1969, 3024}, {1205}
CUT_OFF = {1205, 1213, 1927, 1317}
"""Numbers of answers that may come when the same is asked again."""
KEY_OF = text(
    "SELECT c.column_name FROM information_schema.statistics AS s "
    "JOIN information_schema.columns AS c USING (table_schema, table_name, column_name) "
    "WHERE s.table_schema = coalesce(:schema, database()) AND s.table_name = :name AND s.index_name = 'PRIMARY' "
    "AND s.seq_in_index = 1 AND c.data_type IN ('tinyint', 'smallint', 'mediumint', 'int', 'bigint')"
)
"""The first column of a table's primary key, if it holds whole numbers."""


class Mariadb:
    """Keeps `Database`."""

    def __init__(self, engine: Engine, patience: Patience) -> None:
        self._engine, self._patience = engine, patience

    def columns(self, query: str) -> Sequence[Column]:
        """By the description of a query that gives no row."""
        with self._question() as connection:
            result = connection.exec_driver_sql(some_rows(query, 0))
            assert result.cursor is not None, "a query has columns"  # noqa: S101
            told: Sequence[Any] = result.cursor.description
            return [Column(each[0], KINDS.get(each[1], TimeKind.NONE)) for each in told]

    def rows(self, query: str, most: int) -> Sequence[tuple[Any, ...]]:
        """The first rows of a query."""
        with self._question() as connection:
            return [tuple(row) for row in connection.exec_driver_sql(some_rows(query, most))]

    def tally(self, asked: Pass) -> Tally:
        """What came and went, a part of the table at a time where it can be cut.

        No part may take longer than others may be kept waiting. What went comes in a second statement, which passes
        over what is still there.
        """
        tally, keys, seconds = Tally.nothing(asked), self._keys(asked.table), self._patience.lock_seconds
        if keys is None:
            self._count(asked, tally, self._patience.statement_seconds, None)
            return tally
        for _ in in_parts(keys, seconds / 2, partial(self._count, asked, tally, seconds)):
            pass
        return tally

    def _count(self, asked: Pass, tally: Tally, seconds: int, part: str | None) -> None:
        rows = f"FROM ({expressions(asked, part)}) AS og_rows"
        within = _within(asked.created, asked.midnights) if asked.only_within else None
        keys: list[tuple[TimeKey, str | None]] = [(_key("og_b", asked.created, asked.midnights), None)]
        if asked.deleted is not None:
            ends = _end_key(asked.created, asked.deleted, asked.midnights)
            keys.append((ends, f"{_is_there('og_b', asked.created)} AND {_is_there('og_d', asked.deleted)}"))
        found = []
        for key, dated in keys:
            query = f"SELECT {key.told}, {', '.join(_told(asked))} {rows}{where(within, dated)} GROUP BY {key.group}"
            found.append(persistent(partial(self._fetch, query, seconds)))
        for (key, dated), told in zip(keys, found, strict=True):
            add(asked, tally, told, key, ends=dated is not None)

    def keyed(self, asked: Pass) -> Iterator[Keyed]:
        """What came and went by whose it is, grouped by the server."""
        keys, seconds, found = self._keys(asked.table), self._patience.lock_seconds, list[Keyed]()

        def read(seconds: int, part: str | None) -> None:
            found.extend(self._by_key(asked, seconds, part))

        if keys is None:
            read(self._patience.statement_seconds, None)
            yield from found
            return
        for _ in in_parts(keys, seconds / 2, partial(read, seconds)):
            yield from found
            found.clear()

    def _by_key(self, asked: Pass, seconds: int, part: str | None) -> Sequence[Keyed]:
        amount = "count(*)" if asked.columns[0].amount is None else "sum(og_a0)"
        keys: list[tuple[str, str | None]] = [(_place("og_b", asked.created, asked.midnights), None)]
        if asked.deleted is not None:
            keys.append((_end_place(asked.created, asked.deleted, asked.midnights), "og_d IS NOT NULL"))
        within = _within(asked.created, asked.midnights) if asked.only_within else None
        rows, told = f"FROM ({expressions(asked, part)}) AS og_rows", []
        for place, dated in keys:
            query = (
                f"SELECT cast(og_k AS binary), {place}, {amount} {rows}{where(within, 'og_b IS NOT NULL', dated)} "
                "GROUP BY 1, 2"
            )
            told.append(keyed(persistent(partial(self._fetch, query, seconds)), ends=dated is not None))
        return [each for each in told if each is not None]

    def _fetch(self, query: str, seconds: int) -> Sequence[Sequence[Any]]:
        with self._question(seconds) as connection:
            return connection.exec_driver_sql(query).fetchall()

    def _keys(self, from_clause: str) -> KeyRange | None:
        """What the first of the tables can be cut by: whole numbers that its primary key leads with."""
        table = first_table(from_clause)
        if table is None:
            return None
        schema, name = (["", *table.names])[-2:]
        try:
            with self._question() as connection:
                column = connection.execute(KEY_OF, {"schema": schema or None, "name": name}).scalar()
            if column is None:
                return None
            quoted = f"{table.alias}.`{column}`"
            ends = f"SELECT min(`{column}`), max(`{column}`) FROM {table.name}"
            least, most = persistent(partial(self._fetch, ends, self._patience.lock_seconds))[0]
        except QueryError:  # what is wrong with it is told of the question itself
            return None
        return None if least is None else KeyRange(quoted, int(least), int(most))

    @contextmanager
    def _question(self, seconds: int | None = None) -> Iterator[Connection]:
        """A short transaction that reads: whoever changes a table's definition waits until it ends.

        Args:
            seconds: that a statement may take.
        """
        longest = seconds or self._patience.statement_seconds
        try:
            with self._engine.connect() as opened:
                connection = opened.execution_options(no_parameters=True)
                for setting in self._settings(
                    longest, is_mariadb=bool(getattr(connection.dialect, "is_mariadb", False))
                ):
                    connection.exec_driver_sql(f"SET SESSION {setting}")
                connection.rollback()  # what is set holds from the next transaction on
                yield connection
        except DBAPIError as error:
            number = error.orig.args[0] if error.orig is not None and error.orig.args else None
            if error.connection_invalidated or number in GONE or not isinstance(number, int):
                raise
            if number in TOO_LONG:
                raise TooLongError(f"it took longer than {longest} seconds ({said_by(error)})") from error
            raise QueryError(self._why(number, error), passing=number in CUT_OFF) from error

    def _settings(self, seconds: int, *, is_mariadb: bool) -> Sequence[str]:
        waits = self._patience.lock_seconds
        longest = f"max_statement_time = {seconds}" if is_mariadb else f"max_execution_time = {1000 * seconds}"
        return (
            f"time_zone = '{UTC_SESSION}', lock_wait_timeout = {waits}, {longest}",
            "TRANSACTION READ ONLY",
            "TRANSACTION ISOLATION LEVEL READ COMMITTED",
        )

    def _why(self, number: int, error: DBAPIError) -> str:
        said = said_by(error)
        if number in LOCKED:
            return f"the platform kept a table locked for longer than {self._patience.lock_seconds} seconds ({said})"
        return said


def _told(asked: Pass) -> Iterator[str]:
    """For each column how many rows there are, and, where it adds something up, what they amount to."""
    for at, column in enumerate(asked.columns):
        flagged = has_flag(asked, at)
        yield f"count(CASE WHEN og_w{at} THEN 1 END)" if flagged else "count(*)"
        if column.amount is not None:
            yield f"sum(CASE WHEN og_w{at} THEN og_a{at} END)" if flagged else f"sum(og_a{at})"


def _key(name: str, timed: Timed, midnights: Midnights) -> TimeKey:
    """What rows are grouped by to find the days of a time; a date of nothing but zeros is none."""
    if timed.kind is TimeKind.TEXT:
        return _exactly(_place(name, timed, midnights))
    bounds = timed.bounds(midnights)
    size = slot_seconds(bounds)
    if size is None or (timed.told.unix is None and size < HOUR):
        return _exactly(_place(name, timed, midnights))
    if timed.told.unix is not None:
        slot = f"floor({name} / {size * timed.told.unix.a_second})"
        return TimeKey(slot, slot, lambda slots: places_of(seconds(slots, size), bounds))
    if size == DAY:
        slot = f"to_days({name})"
        return TimeKey(slot, slot, lambda days: places_of(seconds(days, size) - DAYS_TO_1970 * size, bounds))
    slot = f"cast({name} AS unsigned) DIV 10000"
    return TimeKey(slot, slot, lambda hours: places_of(_hours(hours), bounds))


def _end_key(created: Timed, deleted: Timed, midnights: Midnights) -> TimeKey:
    """The same of ends, of which none counts before its beginning."""
    alike = (created.kind, created.told.unix, created.zone) == (deleted.kind, deleted.told.unix, deleted.zone)
    if alike and created.kind is not TimeKind.TEXT:
        return _key("greatest(og_b, og_d)", created, midnights)
    return _exactly(_end_place(created, deleted, midnights))


def _end_place(created: Timed, deleted: Timed, midnights: Midnights) -> str:
    """The place of an end; -1, which never comes, where it or its beginning is no time."""
    began, ended = (_place(name, timed, midnights) for name, timed in (("og_b", created), ("og_d", deleted)))
    return f"CASE WHEN {began} < 0 OR {ended} < 0 THEN -1 ELSE greatest({began}, {ended}) END"


def _is_there(name: str, timed: Timed) -> str:
    """Whether there is a time: a date of nothing but zeros is none."""
    zeros = timed.kind in {TimeKind.AWARE, TimeKind.NAIVE, TimeKind.DAY}
    return f"{name} IS NOT NULL AND {name} <> 0" if zeros else f"{name} IS NOT NULL"


def _exactly(place: str) -> TimeKey:
    return TimeKey(place, place, as_they_are)


def _hours(told: Sequence[Any]) -> NDArray[np.float64]:
    """Hours as the digits of year, month, day and hour, in seconds; NaN for zeros."""
    numbers = np.array([each or 0 for each in told], dtype=np.int64)
    months = (numbers // 1_000_000 - 1970) * 12 + numbers // 10_000 % 100 - 1
    days = months.astype("datetime64[M]").astype("datetime64[D]").astype(np.int64) + numbers // 100 % 100 - 1
    whole = (numbers // 10_000 % 100 > 0) & (numbers // 100 % 100 > 0)
    return np.where(~whole, np.nan, (days * 24 + numbers % 100) * 3_600.0)


def _place(name: str, timed: Timed, midnights: Midnights) -> str:
    """The place of a time among the bounds, -1 where there is none."""
    if timed.kind is TimeKind.NUMBER:
        return _interval(name, map(str, timed.numbers(midnights).tolist()))
    if timed.kind is TimeKind.DAY:
        return _interval(f"nullif(cast({name} AS unsigned), 0)", _digits(midnights.days, 8))
    if timed.kind is not TimeKind.TEXT:
        return _interval(f"nullif(cast({name} AS unsigned), 0)", _digits(timed.bounds(midnights)))
    shown = f"cast(left(replace({name}, 'T', ' '), 19) AS datetime)"
    zone = f"replace(regexp_substr({name}, '{WITH_ZONE}'), ':', '')"
    hours, minutes = f"left({zone}, 3)", f"concat(left({zone}, 1), '0', substr({zone}, 4))"
    ahead = f"CASE WHEN {zone} IN ('Z', 'z') THEN 0 ELSE 3600 * {hours} + 60 * {minutes} END"
    in_utc = f"date_sub({shown}, INTERVAL ({ahead}) SECOND)"
    day = f"nullif(cast(cast({name} AS date) AS unsigned), 0)"
    return (
        f"CASE WHEN length({name}) = {DATE_LENGTH} THEN {_interval(day, _digits(midnights.days, 8))} "
        f"WHEN length({name}) > {DATE_LENGTH} AND {name} REGEXP '{WITH_ZONE}' "
        f"THEN {_interval(f'nullif(cast({in_utc} AS unsigned), 0)', _digits(midnights.instants))} "
        f"ELSE {_interval(f'nullif(cast({shown} AS unsigned), 0)', _digits(timed.bounds(midnights)))} END"
    )


def _interval(told: str, bounds: Iterable[str]) -> str:
    return f"interval({told}, {', '.join(bounds)})"


def _digits(bounds: Instants, digits: int = 14) -> Iterator[str]:
    """Times as the numbers that a cast makes of them."""
    return ("".join(filter(str.isdigit, bound))[:digits] for bound in np.datetime_as_string(bounds).tolist())


def _within(timed: Timed, midnights: Midnights) -> str:
    """A condition that an index on the time can serve."""
    if timed.kind is TimeKind.NUMBER:
        bounds = timed.numbers(midnights)
        return f"og_b >= {bounds[0]} AND og_b < {bounds[-1]}"
    if timed.kind is TimeKind.TEXT:
        return "og_b IS NOT NULL"
    first, last = (str(bound).replace("T", " ") for bound in np.datetime_as_string(timed.bounds(midnights)[[0, -1]]))
    return f"og_b >= '{first}' AND og_b < '{last}'"
