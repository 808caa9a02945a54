"""SQLite: it runs in this process and is slow at groups, so each part of a table comes as a few long texts.

`group_concat` makes one text of a column, for hardly more than reading it: no row becomes an object on either side.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Engine
from sqlalchemy.exc import DBAPIError

from outgrow.sources.sql.databases.compiling import expressions, has_flag, some_rows
from outgrow.sources.sql.databases.database import Column, Patience
from outgrow.sources.sql.databases.parts import KeyRange, first_table, in_parts
from outgrow.sources.sql.faults import QueryError, persistent, said_by
from outgrow.sources.sql.midnights import Midnights
from outgrow.sources.sql.slots import NOWHERE, Places
from outgrow.sources.sql.tally import Keyed, Pass, Tally
from outgrow.sources.sql.texts import SEPARATOR, places_of
from outgrow.sources.sql.times import Timed, TimeKind

HALF_BITS = 31
HALF = (1 << HALF_BITS) - 1
NO_NUMBER = -(1 << 62)
"""Stands for what is no number among numbers of time."""
NO_AMOUNT = "no amount"


class Sqlite:
    """Keeps `Database`."""

    def __init__(self, engine: Engine, patience: Patience) -> None:
        self._engine, self._patience = engine, patience

    def columns(self, query: str) -> Sequence[Column]:
        """Names alone: a column may hold anything in any row, so what it holds is seen when it is read."""
        with self._question() as ask:
            return [Column(name, TimeKind.TEXT) for name, *_ in ask(some_rows(query, 0)).cursor.description]

    def rows(self, query: str, most: int) -> Sequence[tuple[Any, ...]]:
        """The first rows of a query."""
        with self._question() as ask:
            return [tuple(row) for row in ask(some_rows(query, most))]

    def tally(self, asked: Pass) -> Tally:
        """What came and went; counted here, a part of the table at a time where it can be cut.

        A reader keeps whoever writes from committing, unless the file has a write-ahead log.
        """
        tally, keys = Tally.nothing(asked), self._keys(asked.table)
        if keys is None:
            self._count(asked, tally, None)
            return tally
        for _ in in_parts(keys, self._patience.lock_seconds / 2, partial(self._count, asked, tally)):
            pass
        return tally

    def _count(self, asked: Pass, tally: Tally, part: str | None) -> None:
        n, *told = persistent(partial(self._one, _query(asked, part)))
        if n:
            try:
                _add(asked, int(n), iter(told), tally)
            except ValueError as error:
                raise QueryError(f"a time holds what no time does ({error})") from error

    def keyed(self, asked: Pass) -> Iterator[Keyed]:
        """What came and went by whose it is, row by row."""
        keys, found = self._keys(asked.table), list[Keyed]()

        def read(part: str | None) -> None:
            n, *told = persistent(partial(self._one, _query(asked, part)))
            if n:
                found.extend(_rows_by_key(asked, int(n), iter(told)))

        if keys is None:
            read(None)
            yield from found
            return
        for _ in in_parts(keys, self._patience.lock_seconds / 2, read):
            yield from found
            found.clear()

    def _one(self, query: str) -> Sequence[Any]:
        with self._question() as ask:
            row: Sequence[Any] = ask(query).one()
            return row

    @contextmanager
    def _question(self) -> Iterator[Any]:
        try:
            with self._engine.connect() as connection:
                ask = connection.execution_options(no_parameters=True).exec_driver_sql
                ask("PRAGMA query_only = ON")
                yield ask
        except DBAPIError as error:
            if error.connection_invalidated or "unable to open" in str(error.orig):
                raise
            raise QueryError(said_by(error), passing="locked" in str(error.orig)) from error

    def _keys(self, from_clause: str) -> KeyRange | None:
        """The range of the row numbers of the first table; a view or a table without them has none."""
        table = first_table(from_clause)
        if table is None:
            return None
        try:
            # Each by itself: for both at once it reads the whole table.
            ends = (f"(SELECT {end}(_rowid_) FROM {table.name})" for end in ("min", "max"))
            least, most = self.rows(f"SELECT {', '.join(ends)}", 1)[0]
        except QueryError:
            return None
        return KeyRange(f"{table.alias}._rowid_", least, most) if isinstance(least, int) else None


def _query(asked: Pass, part: str | None) -> str:
    """How many rows there are, and each column of them as one text."""
    told = ["count(*)", _time("og_b", asked.created)]
    if asked.deleted is not None:
        told.append(_time("og_d", asked.deleted))
    if asked.key is not None:
        told.append(f"group_concat(coalesce(CAST(og_k AS TEXT), ''), '{SEPARATOR}')")
    for at, column in enumerate(asked.columns):
        if has_flag(asked, at):
            told.append(f"group_concat(CASE WHEN og_w{at} THEN 1 ELSE 0 END, '')")
        if column.amount is not None:
            name = f"og_a{at}"
            exact = f"WHEN 'real' THEN printf('%!.17g', {name})"
            number = f"CASE typeof({name}) WHEN 'text' THEN '{NO_AMOUNT}' {exact} ELSE coalesce({name}, 0) END"
            told.append(f"group_concat({number})")
    rows = expressions(asked, part)
    if asked.only_within:
        rows = f"SELECT * FROM ({rows}) WHERE {_within(asked.created, asked.midnights)}"
    return f"SELECT {', '.join(told)} FROM ({rows}) AS og_rows"


def _time(name: str, timed: Timed) -> str:
    if timed.kind is TimeKind.NUMBER:
        number = f"CASE WHEN typeof({name}) IN ('integer', 'real') THEN CAST({name} AS INTEGER) ELSE {NO_NUMBER} END"
        return f"group_concat({number})"
    return f"group_concat(coalesce({name}, ''), '{SEPARATOR}')"


def _within(timed: Timed, midnights: Midnights) -> str:
    """A condition that an index on the time can serve: wider than the days by what zones differ."""
    if timed.kind is TimeKind.NUMBER:
        first, *_, last = timed.numbers(midnights).tolist()
        return f"og_b >= {first} AND og_b < {last}"
    two_days = np.timedelta64(2, "D")
    first, last = (
        str((bound).astype("datetime64[D]")) for bound in (midnights.days[0] - two_days, midnights.days[-1] + two_days)
    )
    return f"og_b >= '{first}' AND og_b < '{last}'"


def _add_to(sums: NDArray[np.object_], places: Places, amounts: NDArray[Any] | None) -> None:
    """Add amounts, or ones, to the sums of their places.

    Whole numbers stay whole: they are added up in halves of 31 bits, for a float holds the sums of those exactly.
    """
    if amounts is None:
        sums += np.bincount(places, minlength=len(sums)).astype(object)
    elif amounts.dtype == np.float64:
        sums += np.bincount(places, amounts, len(sums)).astype(object)
    else:
        for half, unit in ((amounts & HALF, 1), (amounts >> HALF_BITS, 1 << HALF_BITS)):
            sums += np.bincount(places, half, len(sums)).astype(np.int64).astype(object) * unit


def _add(asked: Pass, n: int, told: Iterator[str], tally: Tally) -> None:
    """Add some rows to a tally.

    Raises:
        QueryError: an amount is a text.
        ValueError: a time is no single one.
    """
    began = _places(next(told), n, asked.created, asked.midnights)
    dated = began != NOWHERE
    ended = np.full(n, NOWHERE, np.int64)
    if asked.deleted is not None:
        ended = _places(next(told), n, asked.deleted, asked.midnights)
        ended = np.where(ended == NOWHERE, NOWHERE, np.maximum(began, ended))
    for at, column in enumerate(asked.columns):
        counts = np.ones(n, np.bool_)
        if has_flag(asked, at):
            counts = np.frombuffer(next(told).encode(), np.uint8) == ord("1")
        amounts = None if column.amount is None else _amounts(next(told), n, column.amount)
        for sums, places, rows in (
            (tally.came[at], began, counts & dated),
            (tally.went[at], ended, counts & dated & (ended != NOWHERE)),
        ):
            if rows.any():
                _add_to(sums, places[rows], None if amounts is None else amounts[rows])
        tally.undated[at] += int((counts & ~dated).sum())


def _rows_by_key(asked: Pass, n: int, told: Iterator[str]) -> Iterator[Keyed]:
    """Rows, those with a beginning, each with whose it is.

    Raises:
        QueryError: an amount is a text, or a time is none.
    """
    try:
        began = _places(next(told), n, asked.created, asked.midnights)
        ended = None if asked.deleted is None else _places(next(told), n, asked.deleted, asked.midnights)
    except ValueError as error:
        raise QueryError(f"a time holds what no time does ({error})") from error
    keys = next(told).split(SEPARATOR)
    if len(keys) != n:
        raise QueryError("the key of a tenant holds what no key does")
    amount = asked.columns[0].amount
    amounts = np.ones(n) if amount is None else _amounts(next(told), n, amount)
    for ends, places, rows in (
        (False, began, began != NOWHERE),
        *(() if ended is None else ((True, np.maximum(began, ended), (began != NOWHERE) & (ended != NOWHERE)),)),
    ):
        yield Keyed([keys[at] or None for at in np.flatnonzero(rows)], places[rows], amounts[rows], ends)


def _amounts(joined: str, n: int, amount: str) -> NDArray[Any]:
    """What each row amounts to: whole numbers, or such that are none.

    Raises:
        QueryError: one is no number.
    """
    if NO_AMOUNT in joined:
        raise QueryError(f"`{amount}` gives texts in some rows, and only numbers can be added up")
    whole = not any(sign in joined for sign in ".eIN")
    amounts: NDArray[Any] = np.fromstring(joined, np.int64 if whole else np.float64, sep=",")
    if len(amounts) != n:
        raise QueryError(f"`{amount}` gives what is no number in some rows")
    return amounts


def _places(joined: str, n: int, timed: Timed, midnights: Midnights) -> Places:
    if timed.kind is not TimeKind.NUMBER:
        return places_of(joined, n, timed, midnights)
    numbers = np.fromstring(joined, np.int64, sep=",")
    places: Places = np.searchsorted(timed.numbers(midnights), numbers, side="right")
    places[numbers == NO_NUMBER] = NOWHERE
    return places
