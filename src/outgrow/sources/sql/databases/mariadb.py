"""MariaDB and MySQL: places by `INTERVAL()`, a constant for each midnight, in sessions whose zone is UTC."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from itertools import chain
from typing import Any

import numpy as np
from sqlalchemy import Connection, Engine
from sqlalchemy.exc import DBAPIError

from outgrow.sources.sql.databases.compiling import expressions, has_flag, some_rows
from outgrow.sources.sql.databases.database import Column, Patience
from outgrow.sources.sql.databases.server import counted
from outgrow.sources.sql.faults import QueryError, said_by
from outgrow.sources.sql.midnights import Instants, Midnights
from outgrow.sources.sql.tally import Pass, Tally
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
GONE = {2003, 2006, 2013, 2014, 2055, 4031}
"""Numbers of errors after which there is no connection."""
TOO_LONG, LOCKED = {1969, 3024}, {1205}
CUT_OFF = {1205, 1213, 1927, 1317}
"""Numbers of answers that may come when the same is asked again."""


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
        """What came and went; what went in a second statement, which passes over what is still there."""
        began, told = _place("og_b", asked.created, asked.midnights), ", ".join(_told(asked))
        rows = f"FROM ({expressions(asked)}) AS og_rows"
        wanted = [_within(asked.created, asked.midnights)] if asked.only_within else []
        queries = [(f"SELECT {began}, NULL, {told}", wanted)]
        if asked.deleted is not None:
            ended = _place("og_d", asked.deleted, asked.midnights)
            queries.append((f"SELECT -1, greatest({began}, {ended}), {told}", [*wanted, "og_d IS NOT NULL"]))
        with self._question() as connection:
            found = [
                list(connection.exec_driver_sql(f"{what} {rows}{_where(conditions)} GROUP BY 1, 2"))
                for what, conditions in queries
            ]
        return counted(asked, chain.from_iterable(found))

    @contextmanager
    def _question(self) -> Iterator[Connection]:
        """A short transaction that reads: whoever changes a table's definition waits until it ends."""
        try:
            with self._engine.connect() as opened:
                connection = opened.execution_options(no_parameters=True)
                for setting in self._settings(is_mariadb=bool(getattr(connection.dialect, "is_mariadb", False))):
                    connection.exec_driver_sql(f"SET SESSION {setting}")
                connection.rollback()  # what is set holds from the next transaction on
                yield connection
        except DBAPIError as error:
            number = error.orig.args[0] if error.orig is not None and error.orig.args else None
            if error.connection_invalidated or number in GONE or not isinstance(number, int):
                raise
            raise QueryError(self._why(number, error), passing=number in CUT_OFF) from error

    def _settings(self, *, is_mariadb: bool) -> Sequence[str]:
        seconds, waits = self._patience
        longest = f"max_statement_time = {seconds}" if is_mariadb else f"max_execution_time = {1000 * seconds}"
        return (
            f"time_zone = '{UTC_SESSION}', lock_wait_timeout = {waits}, {longest}",
            "TRANSACTION READ ONLY",
            "TRANSACTION ISOLATION LEVEL READ COMMITTED",
        )

    def _why(self, number: int, error: DBAPIError) -> str:
        said = said_by(error)
        if number in TOO_LONG:
            return f"it took longer than {self._patience.statement_seconds} seconds ({said})"
        if number in LOCKED:
            return f"the platform kept a table locked for longer than {self._patience.lock_seconds} seconds ({said})"
        return said


def _told(asked: Pass) -> Iterator[str]:
    """For each column the number of rows and what they amount to."""
    for at, column in enumerate(asked.columns):
        one, amount = "1", "1" if column.amount is None else f"coalesce(og_a{at}, 0)"
        if has_flag(asked, at):
            one, amount = (f"CASE WHEN og_w{at} THEN {told} ELSE 0 END" for told in (one, amount))
        yield f"coalesce(sum({one}), 0)"
        yield f"coalesce(sum({amount}), 0)"


def _place(name: str, timed: Timed, midnights: Midnights) -> str:
    """The place of a time among the bounds; NULL where there is no time. A date of nothing but zeros is none."""
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
    return (
        f"CASE WHEN length({name}) > {DATE_LENGTH} AND {name} REGEXP '{WITH_ZONE}' "
        f"THEN {_interval(f'nullif(cast({in_utc} AS unsigned), 0)', _digits(midnights.instants))} "
        f"ELSE {_interval(f'nullif(cast({shown} AS unsigned), 0)', _digits(timed.bounds(midnights)))} END"
    )


def _interval(told: str, bounds: Any) -> str:  # noqa: ANN401
    return f"nullif(interval({told}, {', '.join(bounds)}), -1)"


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


def _where(conditions: Sequence[str]) -> str:
    return f" WHERE {' AND '.join(conditions)}" if conditions else ""
