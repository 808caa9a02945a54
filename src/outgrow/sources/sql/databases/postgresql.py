"""PostgreSQL: places by `width_bucket`, and each question in a short transaction that may only read."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import numpy as np
from sqlalchemy import Connection, Engine
from sqlalchemy.exc import DBAPIError

from outgrow.sources.sql.databases.compiling import expressions, has_flag, some_rows
from outgrow.sources.sql.databases.database import Column, Patience
from outgrow.sources.sql.databases.server import counted
from outgrow.sources.sql.faults import QueryError, said_by
from outgrow.sources.sql.midnights import Midnights
from outgrow.sources.sql.tally import Pass, Tally
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
    TimeKind.DAY: ("{}::timestamp", "timestamp"), TimeKind.TEXT: ("{}::timestamptz", "timestamptz"),
    TimeKind.NUMBER: ("floor({})::bigint", "bigint"),
}  # fmt: skip
"""What is made of a time of each kind to find its place, and the type of the bounds."""
TOO_LONG, LOCKED, REPLICA = "57014", "55P03", "40001"
CUT_OFF = {"40001", "40P01", "55P03", "57P01", "57P02", "57P03"}
"""States of answers that may come when the same is asked again: a replica that had to go on, a lock, a restart."""


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
        """What came and went, counted in one pass."""
        began, bounds = _place("og_b", asked.created, asked.midnights)
        parameters = [bounds]
        ended = "NULL::integer"
        if asked.deleted is not None:
            ended, bounds = _place("og_d", asked.deleted, asked.midnights)
            parameters.append(bounds)
        told = []
        for at, column in enumerate(asked.columns):
            only = f" FILTER (WHERE og_w{at})" if has_flag(asked, at) else ""
            told.append(f"count(*){only}")
            told.append(f"count(*){only}" if column.amount is None else f"coalesce(sum(og_a{at}){only}, 0)")
        within = ""
        if asked.only_within:
            within, ends = _within(asked.created, asked.midnights)
            parameters += ends
        query = (
            f"SELECT {began}, {ended}, {', '.join(told)} FROM ({_escaped(expressions(asked))}) AS og_rows"
            f"{within} GROUP BY 1, 2"
        )
        with self._question(asked.created.zone.key) as connection:
            return counted(asked, connection.exec_driver_sql(query, tuple(parameters)))

    @contextmanager
    def _question(self, zone: str = "UTC") -> Iterator[Connection]:
        """A short transaction: it reads, waits for little, and sees every row or fails.

        Set within it, because a pool between us and the server may give the next one another connection.
        """
        long, locked = 1000 * self._patience.statement_seconds, 1000 * self._patience.lock_seconds
        try:
            with self._engine.connect() as connection, connection.begin():
                connection.exec_driver_sql(
                    f"SET LOCAL statement_timeout = {long}; SET LOCAL lock_timeout = {locked}; "
                    f"SET LOCAL idle_in_transaction_session_timeout = {locked + 10_000}; SET LOCAL row_security = off; "
                    f"SET LOCAL TimeZone = '{zone}'; SET LOCAL max_parallel_workers_per_gather = 0",
                    execution_options={"no_parameters": True},
                )
                yield connection
        except DBAPIError as error:
            state = getattr(error.orig, "sqlstate", None)
            if state is None:  # it never was one that the server answered
                raise
            raise QueryError(self._why(state, error), passing=state in CUT_OFF) from error

    def _why(self, state: str, error: DBAPIError) -> str:
        said = said_by(error)
        if state == TOO_LONG:
            return f"it took longer than {self._patience.statement_seconds} seconds ({said})"
        if state == LOCKED:
            return f"the platform kept a table locked for longer than {self._patience.lock_seconds} seconds ({said})"
        return said


def _escaped(sql: str) -> str:
    """As the driver wants what it looks for parameters in."""
    return sql.replace("%", "%%")


def _place(name: str, timed: Timed, midnights: Midnights) -> tuple[str, str]:
    """The place of a time among the bounds, and the bounds as an array's text."""
    made, kind = TYPES[timed.kind]
    return f"width_bucket({made.format(name)}, %s::{kind}[])", f"{{{','.join(_bounds(timed, midnights))}}}"


def _within(timed: Timed, midnights: Midnights) -> tuple[str, list[str]]:
    """A condition that an index on the time can serve, and the ends."""
    made, kind = TYPES[timed.kind]
    told = made.format("og_b") if timed.kind is TimeKind.TEXT else "og_b"
    bounds = _bounds(timed, midnights)
    return f" WHERE {told} >= %s::{kind} AND {told} < %s::{kind}", [bounds[0], bounds[-1]]


def _bounds(timed: Timed, midnights: Midnights) -> list[str]:
    if timed.kind is TimeKind.NUMBER:
        return [str(bound) for bound in timed.numbers(midnights).tolist()]
    if timed.kind is TimeKind.TEXT:  # the server knows instants from clocks by what each text says
        return [f"{bound}Z" for bound in np.datetime_as_string(midnights.instants)]
    ending = "Z" if timed.kind is TimeKind.AWARE else ""
    return [f"{bound}{ending}" for bound in np.datetime_as_string(timed.bounds(midnights))]
