"""SQLite: one file, one writer at a time, and a parameter for each value."""

import json
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import date
from functools import lru_cache
from itertools import chain
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Date,
    Double,
    Engine,
    String,
    Subquery,
    Table,
    column,
    event,
    false,
    func,
    literal_column,
    select,
    text,
    type_coerce,
    update,
)
from sqlalchemy.dialects.sqlite import dialect as sqlite_dialect
from sqlalchemy.dialects.sqlite import insert

from outgrow.store.dialects.dialect import EPOCH, Block, Dialect, Making, commits_itself
from outgrow.store.tables import DAY_INDEX, MEASUREMENTS, RECOMMENDATIONS

SPELLED = sqlite_dialect(paramstyle="qmark")


BUSY_SECONDS = 60
"""How long to wait for another writer of the file."""
ROWS = 5_000
"""Rows of a block that are sent together."""


class _Numbers(dict[str, int]):
    """Days as numbers, by their texts; few of which differ."""

    def __missing__(self, day: str) -> int:
        self[day] = number = (date.fromisoformat(day) - EPOCH).days
        return number


class Sqlite(Dialect):
    """A file that is written by one connection at a time."""

    name = "sqlite"
    rows = ROWS
    locked = ("database is locked", "database table is locked", "database schema is locked")
    waits = "timeout"
    patience = BUSY_SECONDS

    def options(self, driver: str, *, read_only: bool) -> dict[str, Any]:  # noqa: ARG002
        """It waits for another writer."""
        return {"connect_args": {self.waits: self.patience}}

    def configure(self, engine: Engine, *, read_only: bool) -> None:
        """Foreign keys hold; what is only read cannot be written."""

        @event.listens_for(engine, "connect")
        def _pragmas(connection: Any, _record: object) -> None:  # noqa: ANN401 - the driver's own connection
            connection.execute(f"PRAGMA query_only = {'ON' if read_only else 'OFF'}")
            connection.execute("PRAGMA foreign_keys = ON")

    def among(self, column: ColumnElement[str], names: Sequence[str]) -> ColumnElement[bool]:
        """By one parameter for all of them: of parameters, a statement has room for so many."""
        asked = func.json_each(json.dumps(list(names))).table_valued("value", name="asked")
        return column.in_(select(asked.c.value))

    def day_of(self, column: ColumnElement[date]) -> ColumnElement[Any]:
        """As the text that is stored."""
        return type_coerce(column, String())

    def day_numbers(self, days: Iterable[Any]) -> list[int]:
        """Each text is looked at once."""
        return list(map(_NUMBERS.__getitem__, days))

    def insert(self, table: Table) -> Any:  # noqa: ANN401 - the dialects share no type for it
        """`INSERT … ON CONFLICT`."""
        return insert(table)

    def run(self, connection: Connection, making: Making, block: Block, constants: dict[str, Any]) -> Any:  # noqa: ANN401
        """As rows of parameters, in a statement that is spelled once for a size of blocks."""
        mapped = connection.get_execution_options().get("schema_translate_map") or {}
        spelled, order = _spelled(making, len(block.values), frozenset(mapped.items()))
        given = [constants[name] for name in order]
        return connection.exec_driver_sql(spelled, (*given, *chain.from_iterable(zip(*block, strict=True))))

    @contextmanager
    def at_once(self, connection: Connection) -> Iterator[None]:
        """Where it would commit, and write to the disk, one row after the other: all in one transaction."""
        if connection.connection.driver_connection.in_transaction or not commits_itself(connection):  # type: ignore[union-attr]
            yield
            return
        connection.exec_driver_sql("BEGIN IMMEDIATE")
        try:
            yield
        except BaseException:
            connection.exec_driver_sql("ROLLBACK")
            raise
        connection.exec_driver_sql("COMMIT")

    def claim_recommendations(self, connection: Connection, platform: str) -> None:  # noqa: ARG002
        """There is one lock for all, and any write takes it."""
        connection.execute(update(RECOMMENDATIONS).where(false()).values(state=""))

    @contextmanager
    def bulk_write(self, connection: Connection, values: int) -> Iterator[None]:
        """An index is kept up at the cost of the row itself; made anew at the end, it costs a tenth of that.

        Both are part of the transaction: whoever interrupts it finds the index as it was.
        """
        few = values < self.many or (connection.scalar(select(func.count()).select_from(MEASUREMENTS)) or 0) > values
        if few:
            yield
            return
        index = next(index for index in MEASUREMENTS.indexes if index.name == DAY_INDEX)
        index.drop(connection)
        yield
        index.create(connection)


@lru_cache(maxsize=32)
def _spelled(making: Making, size: int, mapped: frozenset[tuple[Any, Any]]) -> tuple[str, tuple[str, ...]]:
    """A statement on so many rows, and the names of the constants in the order in which it takes them.

    Their places stand before the rows', each of which takes metric, scope, day and value.
    """
    order: list[str] = []

    def constant(name: str, kind: Any) -> ColumnElement[Any]:  # noqa: ANN401 - a type of any kind
        order.append(name)
        return literal_column("?", kind)

    statement = making(DIALECT, _given(size), constant)
    compiled = statement.compile(
        dialect=SPELLED,
        compile_kwargs={"literal_binds": True},
        schema_translate_map=dict(mapped),
        render_schema_translate=bool(mapped),
    )
    return str(compiled), tuple(order)


def _given(size: int) -> Subquery:
    rows = text("SELECT NULL AS metric, NULL AS scope, NULL AS day, NULL AS value WHERE 0 UNION ALL VALUES "
                + ", ".join(["(?, ?, ?, ?)"] * size))  # fmt: skip
    kinds: dict[str, Any] = {"metric": String(), "scope": String(), "day": Date(), "value": Double()}
    return rows.columns(*(column(name, kind) for name, kind in kinds.items())).subquery("given")


_NUMBERS = _Numbers()
DIALECT = Sqlite()
