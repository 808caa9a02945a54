"""PostgreSQL: rows grouped by the hour with `date_bin`, and each question in a short transaction that may only read."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from typing import Any

import numpy as np
from sqlalchemy import Connection, Engine
from sqlalchemy.exc import DataError, DBAPIError

from outgrow.sources.sql.databases.compiling import expressions, has_flag, some_rows, where
from outgrow.sources.sql.databases.database import Column, Patience
from outgrow.sources.sql.databases.server import TimeKey, add, as_they_are, keyed, seconds
from outgrow.sources.sql.databases.watching import Watch
from outgrow.sources.sql.faults import QueryError, TooLongError, persistent, said_by
from outgrow.sources.sql.midnights import Instants, Midnights
from outgrow.sources.sql.slots import places_of, slot_seconds
from outgrow.sources.sql.tally import Keyed, Pass, Tally
from outgrow.sources.sql.times import Timed, TimeKind

KINDS = {
    1184: TimeKind.AWARE, 1114: TimeKind.NAIVE, 1082: TimeKind.DAY,
    25: TimeKind.TEXT, 1043: TimeKind.TEXT, 1042: TimeKind.TEXT, 705: TimeKind.TEXT,
    20: TimeKind.NUMBER, 21: TimeKind.NUMBER, 23: TimeKind.NUMBER, 700: TimeKind.NUMBER, 701: TimeKind.NUMBER,
    1700: TimeKind.NUMBER,
}  # fmt: skip
"""By the number of a type in its catalogue."""
TYPES = {
    TimeKind.AWARE: ("{}", "timestamptz"), TimeKind.NAIVE: ("{}", "timestamp"),
    TimeKind.DAY: ("{}::timestamp", "timestamp"), TimeKind.TEXT: ("{}", "timestamptz"),
    TimeKind.NUMBER: ("floor({})::bigint", "bigint"),
}  # fmt: skip
"""What is made of a time of each kind to find its place, and the type of the bounds."""
WITH_ZONE, DATE_LENGTH = r"(Z|z|[+-]\d\d(:?\d\d)?)$", 10
ENDED, LOCKED = "57014", "55P03"
MOST_GROUPS = 100_000_000
"""A parameter, by which a server knows a statement for one alone; there are never so many hours."""
CUT_OFF = {"40001", "40P01", "55P03", "57014", "57P01", "57P02", "57P03"}
"""States of answers that may come when the same is asked again: after a replica had to go on, a lock, a restart."""


class Postgresql:
    """Keeps `Database`."""

    def __init__(self, engine: Engine, patience: Patience) -> None:
        self._engine, self._patience = engine, patience

    def columns(self, query: str) -> Sequence[Column]:
        """By the description of a query that gives no row."""
        with self._question() as connection:
            result = connection.exec_driver_sql(some_rows(_escaped(query), "%s"), (0,))
            assert result.cursor is not None, "a query has columns"  # noqa: S101
            told: Sequence[Any] = result.cursor.description
            return [Column(each[0], KINDS.get(each[1], TimeKind.NONE)) for each in told]

    def rows(self, query: str, most: int) -> Sequence[tuple[Any, ...]]:
        """The first rows of a query."""
        with self._question() as connection:
            return [tuple(row) for row in connection.exec_driver_sql(some_rows(_escaped(query), "%s"), (most,))]

    def tally(self, asked: Pass) -> Tally:
        """What came and went; what went in a second statement, which passes over what is still there."""
        tally = Tally.nothing(asked)
        self._count(asked, tally, _key("og_b", asked.created, asked.midnights), ends=False)
        if asked.deleted is not None:
            self._count(asked, tally, _end_key(asked.created, asked.deleted, asked.midnights), ends=True)
        return tally

    def _count(self, asked: Pass, tally: Tally, key: TimeKey, *, ends: bool) -> None:
        within = _within(asked.created, asked.midnights) if asked.only_within else None
        dated = "og_b IS NOT NULL AND og_d IS NOT NULL" if ends else None
        query = (
            f"SELECT {key.told}, {', '.join(_told(asked))} FROM ({_escaped(expressions(asked))}) AS og_rows"
            f"{where(within, dated)} GROUP BY {key.group}"
        )
        rows = persistent(lambda: self._watched(query))
        add(asked, tally, rows, key, ends=ends)

    def keyed(self, asked: Pass) -> Iterator[Keyed]:
        """What came and went by whose it is, grouped by the server."""
        amount = "count(*)" if asked.columns[0].amount is None else "sum(og_a0)"
        keys: list[tuple[str, str | None]] = [(_place("og_b", asked.created, asked.midnights), None)]
        if asked.deleted is not None:
            keys.append((_end_place(asked.created, asked.deleted, asked.midnights), "og_d IS NOT NULL"))
        within = _within(asked.created, asked.midnights) if asked.only_within else None
        for place, dated in keys:
            query = (
                f"SELECT og_k, {place}, {amount} FROM ({_escaped(expressions(asked))}) AS og_rows"
                f"{where(within, 'og_b IS NOT NULL', dated)} GROUP BY 1, 2"
            )
            found = keyed(persistent(partial(self._watched, query)), ends=dated is not None)
            if found is not None:
                yield found

    def _watched(self, query: str) -> Sequence[Sequence[Any]]:
        """The rows of a long query, which steps aside where somebody waits for it."""
        watch: Watch | None = None
        try:
            with self._question() as connection:
                process = connection.exec_driver_sql("SELECT pg_backend_pid()").scalar_one()
                watch = Watch(self._engine, process, self._patience.lock_seconds)
                with watch.over():
                    return connection.exec_driver_sql(f"{query} LIMIT %s", (MOST_GROUPS,)).fetchall()
        except QueryError as error:
            if watch is not None and watch.ended:
                raise QueryError("the platform was changing a table that is read for it", passing=True) from error
            raise

    @contextmanager
    def _question(self) -> Iterator[Connection]:
        """A short transaction: it reads, waits for little, and sees every row or fails.

        Set within it, because a pool between us and the server may give the next one another connection.
        """
        long, locked = 1000 * self._patience.statement_seconds, 1000 * self._patience.lock_seconds
        try:
            with self._engine.connect() as connection, connection.begin():
                connection.exec_driver_sql(
                    f"SET LOCAL statement_timeout = {long}; SET LOCAL lock_timeout = {locked}; "
                    f"SET LOCAL idle_in_transaction_session_timeout = {locked + 10_000}; SET LOCAL row_security = off; "
                    "SET LOCAL TimeZone = 'UTC'; SET LOCAL max_parallel_workers_per_gather = 0",
                    execution_options={"no_parameters": True},
                )
                yield connection
        except DBAPIError as error:
            state = getattr(error.orig, "sqlstate", None)
            if state is None and isinstance(error, DataError):
                raise QueryError(f"a time is infinite or lies before the year 1: {said_by(error)}") from error
            if state is None:  # it never was one that the server answered
                raise
            if state == ENDED and "statement timeout" in said_by(error):
                raise TooLongError(f"it took longer than {self._patience.statement_seconds} seconds") from error
            raise QueryError(self._why(state, error), passing=state in CUT_OFF) from error

    def _why(self, state: str, error: DBAPIError) -> str:
        said = said_by(error)
        if state == LOCKED:
            return f"the platform kept a table locked for longer than {self._patience.lock_seconds} seconds ({said})"
        return said


def _escaped(sql: str) -> str:
    """As the driver wants what it looks for parameters in."""
    return sql.replace("%", "%%")


def _made(name: str, timed: Timed, midnights: Midnights) -> str:
    """A time, as what its place is looked for by; a text as the instant that it means."""
    if timed.kind is not TimeKind.TEXT:
        return TYPES[timed.kind][0].format(name)
    return (
        f"(CASE WHEN length({name}) = {DATE_LENGTH} THEN {name}::timestamp AT TIME ZONE '{midnights.zone.key}' "
        f"WHEN {name} ~ '{WITH_ZONE}' THEN {name}::timestamptz "
        f"ELSE {name}::timestamp AT TIME ZONE '{timed.zone.key}' END)"
    )


def _told(asked: Pass) -> Iterator[str]:
    """For each column how many rows there are, and, where it adds something up, what they amount to."""
    for at, column in enumerate(asked.columns):
        only = f" FILTER (WHERE og_w{at})" if has_flag(asked, at) else ""
        yield f"count(*){only}"
        if column.amount is not None:
            yield f"sum(og_a{at}){only}"


def _key(name: str, timed: Timed, midnights: Midnights) -> TimeKey:
    """What rows are grouped by to find the days of a time."""
    kind = TYPES[timed.kind][1]
    told, bounds = _made(name, timed, midnights), _bounds(timed, midnights)
    if timed.kind is TimeKind.DAY:
        return TimeKey(name, f"extract(epoch FROM {told})::float8", lambda days: places_of(seconds(days), bounds))
    size = slot_seconds(bounds)
    if size is None:
        place = _place(name, timed, midnights)
        return TimeKey(place, place, as_they_are)
    if timed.told.unix is not None:
        slot = f"{told} / {size * timed.told.unix.a_second}"
        return TimeKey(slot, slot, lambda slots: places_of(seconds(slots, size), bounds))
    slot = f"date_bin('{size} seconds', {told}, {kind} '2000-01-01 00:00:00Z')"
    return TimeKey(slot, f"extract(epoch FROM {slot})::float8", lambda slots: places_of(seconds(slots), bounds))


def _end_key(created: Timed, deleted: Timed, midnights: Midnights) -> TimeKey:
    """The same of ends, of which none counts before its beginning."""
    alike = (created.kind, created.told.unix, created.zone) == (deleted.kind, deleted.told.unix, deleted.zone)
    if alike and created.kind is not TimeKind.TEXT:
        return _key("greatest(og_b, og_d)", created, midnights)
    place = _end_place(created, deleted, midnights)
    return TimeKey(place, place, as_they_are)


def _place(name: str, timed: Timed, midnights: Midnights) -> str:
    """The place of a time among the bounds."""
    kind = TYPES[timed.kind][1]
    return f"width_bucket({_made(name, timed, midnights)}, '{{{','.join(_literals(timed, midnights))}}}'::{kind}[])"


def _end_place(created: Timed, deleted: Timed, midnights: Midnights) -> str:
    return f"greatest({_place('og_b', created, midnights)}, {_place('og_d', deleted, midnights)})"


def _within(timed: Timed, midnights: Midnights) -> str:
    """A condition that an index on the time can serve."""
    kind = TYPES[timed.kind][1]
    told = _made("og_b", timed, midnights) if timed.kind is TimeKind.TEXT else "og_b"
    first, *_, last = _literals(timed, midnights)
    return f"{told} >= '{first}'::{kind} AND {told} < '{last}'::{kind}"


def _bounds(timed: Timed, midnights: Midnights) -> Instants:
    """The bounds as the server sees them: instants from clocks it knows by what each text says."""
    return midnights.instants if timed.kind is TimeKind.TEXT else timed.bounds(midnights)


def _literals(timed: Timed, midnights: Midnights) -> list[str]:
    if timed.kind is TimeKind.NUMBER:
        return [str(bound) for bound in timed.numbers(midnights).tolist()]
    ending = "Z" if timed.kind in {TimeKind.AWARE, TimeKind.TEXT} else ""
    return [f"{bound}{ending}" for bound in np.datetime_as_string(_bounds(timed, midnights)).tolist()]
