"""Sums by whole numbers: added up by the server, or here where the database runs in this process.

Rows come from the driver as they are, some thousand at a time, and become arrays before the next are fetched: a row
costs no object of ours, and memory does not grow with the table.
"""

from collections.abc import Generator, Iterable, Iterator, Sequence
from contextlib import closing
from itertools import chain
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import BigInteger, ColumnElement, Executable, Select, SQLColumnExpression, cast, func, select
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from outgrow.domain.errors import DataError

FETCHED = 50_000
"""Rows at a time."""
MERGED = 4_000_000
"""Sums that are held before those of the same key are added up."""

Integers = NDArray[np.int64]
Sql = SQLColumnExpression[Any]


def whole_numbers(db: Session, query: Executable) -> Iterator[Integers]:
    """Blocks of a query's rows, int64 (n, n_columns).

    Raises:
        DataError: a column is no whole number in every row.
    """
    with closing(_fetched(db, query)) as blocks:
        for rows in blocks:
            yield _numbers(rows)


def all_whole_numbers(db: Session, query: Executable, n_columns: int) -> Integers:
    """All of its rows, int64 (n, n_columns)."""
    return np.concatenate([np.empty((0, n_columns), np.int64), *whole_numbers(db, query)])


def columns(db: Session, query: Executable, n_columns: int) -> list[list[Any]]:
    """All of a query's rows by column, as the driver gives their values."""
    found: list[list[Any]] = [[] for _ in range(n_columns)]
    for rows in _fetched(db, query):
        for column, values in zip(found, zip(*rows, strict=True), strict=True):
            column.extend(values)
    return found


def tallies(
    db: Session, table: type[Any], keys: Sequence[Sql], amounts: Sequence[Sql | None], wanted: Sequence[Any]
) -> Iterator[tuple[Integers, Integers]]:
    """Sums of amounts by keys, in blocks; a key may come again.

    Args:
        keys: whole numbers, never NULL.
        amounts: whole numbers that are added up, NULL being 0; None for the number of rows.
        wanted: which rows.

    Returns:
        Keys (n, n_keys) and sums (n, n_amounts).
    """
    by: list[Any] = [key.label(f"key_{n}") for n, key in enumerate(keys)]
    query: Select[Any] = select(*by).select_from(table).where(*wanted)
    summed = [n for n, amount in enumerate(amounts) if amount is not None]
    if db.get_bind(table).dialect.name == "sqlite":  # sorts rows for a GROUP BY, which takes longer than to tell them
        query = query.add_columns(*(func.coalesce(amounts[n], 0) for n in summed))
        for block in whole_numbers(db, query):
            sums = np.ones((len(block), len(amounts)), np.int64)
            sums[:, summed] = block[:, len(keys) :]
            yield block[:, : len(keys)], sums
        return
    sums_of = [func.count() if amount is None else _sum(amount) for amount in amounts]
    for block in whole_numbers(db, query.add_columns(*sums_of).group_by(*by)):
        yield block[:, : len(keys)], block[:, len(keys) :]


def added_up(parts: Iterable[tuple[Integers, Integers]], n_amounts: int = 1) -> tuple[Integers, Integers]:
    """The sums of each key once: keys (n,), ascending, and sums (n, n_amounts)."""
    keys, sums, held = [np.empty(0, np.int64)], [np.empty((0, n_amounts), np.int64)], 0
    for some_keys, some_sums in parts:
        keys.append(some_keys)
        sums.append(some_sums)
        held += len(some_keys)
        if held > MERGED:
            one_keys, one_sums = _merged(keys, sums)
            keys, sums, held = [one_keys], [one_sums], 0
    return _merged(keys, sums)


def places_of(ids: Integers, asked: Iterable[int] | Integers) -> tuple[Integers, NDArray[np.bool_]]:
    """Where each of the asked stands in sorted ids, and whether it is there at all."""
    wanted = asked if isinstance(asked, np.ndarray) else np.fromiter(asked, dtype=np.int64)
    if not len(ids):
        return np.zeros(len(wanted), np.int64), np.zeros(len(wanted), np.bool_)
    at = np.minimum(np.searchsorted(ids, wanted), len(ids) - 1)
    return at, ids[at] == wanted


def _merged(keys: list[Integers], sums: list[Integers]) -> tuple[Integers, Integers]:
    every = np.concatenate(keys)
    if not len(every):
        return every, sums[0]
    order = np.argsort(every, kind="stable")
    every = every[order]
    first = np.flatnonzero(np.concatenate([[True], every[1:] != every[:-1]]))
    return every[first], np.add.reduceat(np.concatenate(sums)[order], first, axis=0)


def _numbers(rows: Sequence[Any]) -> Integers:
    try:
        numbers = np.fromiter(chain.from_iterable(rows), np.int64, len(rows) * len(rows[0]))
    except TypeError as error:  # such as of a text that is no instant
        raise DataError(
            "the platform's tables have rows without an instant or a number by which they are counted",
            "see what `outgrow doctor` says of whole counts",
        ) from error
    return numbers.reshape(len(rows), -1)


def _sum(amount: Sql) -> ColumnElement[Any]:
    """Cast, because sums come as decimals from some databases."""
    return cast(func.coalesce(func.sum(amount), 0), BigInteger)


def _fetched(db: Session, query: Executable) -> Generator[Sequence[Any], None, None]:
    """Rows, some thousand at a time.

    Where the database runs in this process they are the driver's own: a row of SQLAlchemy's would cost more than all
    that is done with it. A server tells fewer, since it adds up; its cursor lives in a transaction, so that where each
    statement is one by itself, all of them come at once.
    """
    if db.autoflush:  # as the session's own `execute` does
        db.flush()
    connection = db.connection(bind_arguments={"clause": query})
    driver = connection.connection.dbapi_connection
    assert driver is not None, "a session's connection is open"  # noqa: S101
    if connection.dialect.name != "sqlite" and not connection.dialect.detect_autocommit_setting(driver):
        with connection.execute(query, execution_options={"yield_per": FETCHED}) as streamed:
            yield from streamed.partitions()
        return
    with connection.execute(query) as result:
        cursor = result.cursor
        assert cursor is not None, "a query has rows"  # noqa: S101
        try:
            while rows := cursor.fetchmany(FETCHED):
                yield rows
        except connection.dialect.loaded_dbapi.Error as error:  # as SQLAlchemy would have wrapped it
            raise DBAPIError(str(query), None, error) from error
