"""SQLite: it runs in this process and counts slowly by groups, so rows come as Arrow and are counted here."""

from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Engine
from sqlalchemy.exc import DBAPIError

from outgrow.domain.errors import MissingExtraError
from outgrow.sources.sql.databases.compiling import expressions, has_flag, some_rows
from outgrow.sources.sql.databases.database import Column, Patience
from outgrow.sources.sql.faults import QueryError, said_by
from outgrow.sources.sql.midnights import Midnights
from outgrow.sources.sql.tally import Pass, Tally
from outgrow.sources.sql.texts import NOWHERE, Places, places_of
from outgrow.sources.sql.times import Timed, TimeKind

if TYPE_CHECKING:
    import pyarrow as pa

EXTRA = "sql"
BATCH = 65_536
"""Rows that are in memory together."""


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
        """What came and went; counted here."""
        tally = Tally.nothing(asked)
        with self._batches(_query(asked)) as batches:
            for at, batch in enumerate(batches):
                _count(asked, batch if at else batch.slice(1), tally)
        return tally

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

    @contextmanager
    def _batches(self, query: str) -> Iterator[Iterator["pa.RecordBatch"]]:
        """The rows of a query, some thousand at a time."""
        try:
            from adbc_driver_manager import Error
            from adbc_driver_sqlite import dbapi
        except ImportError as error:
            raise MissingExtraError("reading a platform's SQLite database", EXTRA) from error
        try:
            with closing(dbapi.connect(self._file)) as connection, closing(connection.cursor()) as cursor:
                cursor.adbc_statement.set_options(**{"adbc.sqlite.query.batch_rows": BATCH})
                cursor.execute(query)
                yield iter(cursor.fetch_record_batch())
        except (Error, OSError) as error:
            raise QueryError(str(error).strip(), passing="locked" in str(error)) from error

    @property
    def _file(self) -> str:
        """Its file, opened for reading alone."""
        from urllib.parse import quote

        file = self._engine.url.database or ""
        return file if file.startswith("file:") else f"file:{quote(file)}?mode=ro"


def _query(asked: Pass) -> str:
    """Times and amounts as columns of one type each, for a column of a table may hold several.

    The first row is ours: the driver takes the type of a column from the rows that it sees first, and they may all be
    empty.
    """
    columns = [("og_b", _time("og_b", asked.created), _typed(asked.created))]
    if asked.deleted is not None:
        columns.append(("og_d", _time("og_d", asked.deleted), _typed(asked.deleted)))
    for at, column in enumerate(asked.columns):
        if has_flag(asked, at):
            columns.append((f"og_w{at}", f"CASE WHEN og_w{at} THEN 1 ELSE 0 END", "0"))
        if column.amount is not None:
            name, real = f"og_a{at}", f"og_r{at}"
            whole = f"CASE typeof({name}) WHEN 'integer' THEN {name} WHEN 'text' THEN NULL ELSE 0 END"
            columns += [(name, whole, "0"), (real, f"CASE typeof({name}) WHEN 'real' THEN {name} ELSE 0.0 END", "0.0")]
    typed = ", ".join(f"{kind} AS {name}" for name, _, kind in columns)
    told = ", ".join(f"{sql} AS {name}" for name, sql, _ in columns)
    return f"SELECT {typed} UNION ALL SELECT {told} FROM ({expressions(asked)}) AS og_rows"


def _typed(timed: Timed) -> str:
    return "0" if timed.kind is TimeKind.NUMBER else "''"


def _time(name: str, timed: Timed) -> str:
    if timed.kind is TimeKind.NUMBER:
        return f"CASE WHEN typeof({name}) IN ('integer', 'real') THEN CAST({name} AS INTEGER) END"
    return f"CAST({name} AS TEXT)"


def _count(asked: Pass, batch: "pa.RecordBatch", tally: Tally) -> None:
    """Add one batch to a tally."""
    began = _places(batch.column("og_b"), asked.created, asked.midnights)
    ended = None
    if asked.deleted is not None:
        ended = _places(batch.column("og_d"), asked.deleted, asked.midnights)
    for at, column in enumerate(asked.columns):
        counts = np.ones(len(began), bool)
        if has_flag(asked, at):
            counts = batch.column(f"og_w{at}").to_numpy() == 1
        dated = counts & (began != NOWHERE)
        tally.undated[at] += int((counts & ~dated).sum())  # type: ignore[index]
        for whole in _amounts(batch, at, column.amount):
            _add(tally.came[at], began[dated], None if whole is None else whole[dated])
            if ended is not None:
                gone = dated & (ended != NOWHERE)
                _add(tally.went[at], np.maximum(began, ended)[gone], None if whole is None else whole[gone])


def _amounts(batch: "pa.RecordBatch", at: int, amount: str | None) -> Iterator[NDArray[Any] | None]:
    """What each row amounts to: whole numbers, and those that are none, which are added up apart."""
    if amount is None:
        yield None
        return
    whole = batch.column(f"og_a{at}")
    if whole.null_count:
        raise QueryError(f"`{amount}` gives texts in some rows, and only numbers can be added up")
    yield whole.to_numpy().astype(np.int64)
    yield batch.column(f"og_r{at}").to_numpy()


def _add(sums: NDArray[np.object_], places: Places, amounts: NDArray[Any] | None) -> None:
    """Add amounts to the sums of their places; whole numbers stay whole."""
    if not len(places):
        return
    order = np.argsort(places, kind="stable")
    ordered = places[order]
    first = np.flatnonzero(np.concatenate([[True], ordered[1:] != ordered[:-1]]))
    many = np.diff(np.append(first, len(ordered)))
    added = many if amounts is None else np.add.reduceat(amounts[order], first)
    sums[ordered[first]] += added.tolist()


def _places(column: "pa.Array", timed: Timed, midnights: Midnights) -> Places:
    if timed.kind is not TimeKind.NUMBER:
        return places_of(column.cast("string"), timed, midnights)
    numbers = column.fill_null(0).to_numpy().astype(np.int64)
    places: Places = np.searchsorted(timed.numbers(midnights), numbers, side="right")
    places[column.is_null().to_numpy(zero_copy_only=False)] = NOWHERE
    return places
