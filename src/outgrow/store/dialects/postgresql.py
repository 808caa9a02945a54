"""PostgreSQL: many writers at once, and arrays for whole columns."""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import date
from typing import Any

from sqlalchemy import (
    ARRAY,
    ColumnElement,
    Connection,
    Date,
    Double,
    Integer,
    String,
    Subquery,
    Table,
    any_,
    bindparam,
    cast,
    column,
    func,
    literal,
    select,
)
from sqlalchemy.dialects.postgresql import insert

from outgrow.store.dialects.dialect import EPOCH, Block, Dialect, Making
from outgrow.store.migrating import mapped_schema
from outgrow.store.tables import MEASUREMENTS

LOCK = 7_236_515
"""First key of the advisory lock under which one writer of a platform's lives works at a time."""


ROWS = 20_000
"""Rows of a block that are sent together."""


class Postgresql(Dialect):
    """A server."""

    name = "postgresql"
    rows = ROWS
    locked = ("lock timeout",)
    waits = "connect_timeout"

    def options(self, driver: str, *, read_only: bool) -> dict[str, Any]:
        """What is only read cannot be written."""
        options: dict[str, Any] = {}
        if driver == "postgresql+psycopg":
            # Behind pgbouncer in transaction mode, statements that are prepared on a connection meet those of others.
            options["connect_args"] = {"prepare_threshold": None}
        if read_only:
            options["isolation_level"] = "REPEATABLE READ"
            options["execution_options"] = {"postgresql_readonly": True}
        return options

    def among(self, column: ColumnElement[str], names: Sequence[str]) -> ColumnElement[bool]:
        """By one array."""
        return column == any_(literal(list(names), ARRAY(String())))

    def day_of(self, column: ColumnElement[date]) -> ColumnElement[Any]:
        """As the number that is wanted."""
        return column - cast(literal(EPOCH, Date()), Date())

    def day_numbers(self, days: Iterable[Any]) -> list[int]:
        """They are."""
        return list(days)

    def insert(self, table: Table) -> Any:  # noqa: ANN401 - the dialects share no type for it
        """`INSERT … ON CONFLICT`."""
        return insert(table)

    def run(self, connection: Connection, making: Making, block: Block, constants: dict[str, Any]) -> Any:  # noqa: ANN401
        """As three texts of arrays, and the names by their number, so that each is sent once."""
        statement = making(self, _given(), lambda name, kind: literal(constants[name], kind))
        return connection.execute(statement, _texts(block), execution_options={"preserve_rowcount": True})

    @contextmanager
    def bulk_write(self, connection: Connection, values: int) -> Iterator[None]:
        """Counts the rows anew at the end: of a table that it takes for empty, it reads all for each that it looks up.

        Where the role may not, the server says so and goes on.
        """
        yield
        if values >= self.many:
            schema, quote = mapped_schema(connection), connection.dialect.identifier_preparer.quote
            where = f"{quote(schema)}." if schema else ""
            connection.exec_driver_sql(f"ANALYZE {where}{MEASUREMENTS.name}")

    def claim_recommendations(self, connection: Connection, platform: str) -> None:
        """A lock of the platform alone, until the transaction ends."""
        connection.execute(select(func.pg_advisory_xact_lock(LOCK, func.hashtext(platform))))


def _given() -> Subquery:
    arrays: dict[str, Any] = {"numbers": Integer(), "days": Date(), "given_values": Double()}
    numbered: tuple[Any, ...] = (column("number", Integer()), column("day", Date()), column("value", Double()))
    row = func.unnest(*(cast(bindparam(name, type_=String()), ARRAY(kind)) for name, kind in arrays.items()))
    rows = row.table_valued(*numbered, name="numbered").render_derived()
    name = func.unnest(*(bindparam(name, type_=ARRAY(String())) for name in ("metrics", "scopes")))
    named = (column("metric", String()), column("scope", String()))
    names = name.table_valued(*named, with_ordinality="number", name="names").render_derived()
    columns = select(names.c.metric, names.c.scope, rows.c.day, rows.c.value)
    return columns.join_from(rows, names, rows.c.number == names.c.number).subquery("given")


def _texts(block: Block) -> dict[str, Any]:
    numbers: dict[tuple[str, str], int] = {}
    at = [numbers.setdefault(key, len(numbers) + 1) for key in zip(block.metrics, block.scopes, strict=True)]
    return {
        "metrics": [metric for metric, _ in numbers],
        "scopes": [scope for _, scope in numbers],
        "numbers": f"{{{','.join(map(str, at))}}}",
        "days": f"{{{','.join(block.days)}}}",
        "given_values": f"{{{','.join(map(repr, block.values))}}}",
    }


DIALECT = Postgresql()
