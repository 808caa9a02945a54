"""Writes whole tables from columns: hundreds of thousands of rows within seconds."""

from collections.abc import Iterable, Mapping, Sequence
from itertools import islice, repeat
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Connection, func, insert, select

from outgrow.sources.commerce.models import CommerceBase

Column = NDArray[Any] | Sequence[Any] | int | str
"""An array or a list with a value for each row, or one value for all rows. datetime64 are instants in UTC."""

CHUNK = 10_000


def load(connection: Connection, model: type[CommerceBase], columns: Mapping[str, Column]) -> int:
    """Insert rows under ids that count from one, and say how many there are.

    Args:
        columns: by name; at least one of them an array or a list.
    """
    n = next(len(column) for column in columns.values() if not isinstance(column, int | str))
    if n == 0:
        return 0
    with_ids: dict[str, Column] = {"id": range(1, n + 1), **columns}
    statement = insert(model)
    if connection.dialect.name == "sqlite":
        # Past the type processors, which would take twice as long as the database itself.
        text = statement.compile(dialect=connection.dialect, column_keys=list(with_ids))
        in_order = [_values(with_ids[name], as_text=True) for name in text.positiontup or ()]
        connection.exec_driver_sql(str(text), list(zip(*in_order, strict=False)))
        return n
    rows = zip(*(_values(column) for column in with_ids.values()), strict=False)
    while chunk := [dict(zip(with_ids, row, strict=True)) for row in islice(rows, CHUNK)]:
        connection.execute(statement, chunk)
    return n


def advance_ids(connection: Connection, counts: Mapping[str, int]) -> None:
    """Let the database's own numbering go on after the ids that were given; only PostgreSQL has to be told.

    Args:
        counts: rows by table.
    """
    if connection.dialect.name == "postgresql":
        for name, n in counts.items():
            if n:
                connection.execute(select(func.setval(func.pg_get_serial_sequence(name, "id"), n)))


def _values(column: Column, *, as_text: bool = False) -> Iterable[Any]:
    if isinstance(column, int | str):
        return repeat(column)
    if not isinstance(column, np.ndarray):
        return column
    if as_text and column.dtype.kind == "M":
        # As SQLAlchemy writes an instant on SQLite: 2026-11-22 07:30:00.000000
        texts = np.datetime_as_string(column, unit="s").tolist()
        return [None if text == "NaT" else f"{text[:10]} {text[11:]}.000000" for text in texts]
    values: list[Any] = column.tolist()
    return values
