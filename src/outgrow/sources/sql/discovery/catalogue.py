"""What a database says of its own tables: columns, keys and about how many rows, without reading one."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import cached_property
from typing import Any
from warnings import catch_warnings, simplefilter

from sqlalchemy import Connection, inspect, text
from sqlalchemy import types as sql
from sqlalchemy.engine.interfaces import Dialect
from sqlalchemy.engine.reflection import Inspector, ObjectKind
from sqlalchemy.exc import DBAPIError, SAWarning


class Holds(StrEnum):
    """What a column can hold, as far as it matters here."""

    TIME = "time"
    """A time, with its zone or without, or a date."""
    WHOLE = "whole"
    NUMBER = "number"
    TEXT = "text"
    FLAG = "flag"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Column:
    """A column.

    Attributes:
        most: the greatest whole number that it can hold; 0 of anything else.
        date_only: whether it is a date without a time.
    """

    name: str
    holds: Holds
    nullable: bool
    most: int = 0
    date_only: bool = False


@dataclass(frozen=True, slots=True)
class Reference:
    """A foreign key of one column, said by the database or told by names alone."""

    column: str
    table: str
    to: str
    implied: bool = False


@dataclass(frozen=True)
class Table:
    """A table.

    Attributes:
        rows: about how many there are; None where the database does not say.
        key: the columns of its primary key.
        schema: None for the default one.
    """

    name: str
    columns: tuple[Column, ...]
    key: tuple[str, ...]
    references: tuple[Reference, ...]
    rows: int | None
    schema: str | None = None

    def qualified(self, quote: Callable[[str], str]) -> str:
        """Its name with its schema, where that is another than the default one."""
        return quote(self.name) if self.schema is None else f"{quote(self.schema)}.{quote(self.name)}"

    @cached_property
    def by_name(self) -> Mapping[str, Column]:
        """Its columns by their names."""
        return {column.name: column for column in self.columns}

    @property
    def whole_key(self) -> Column | None:
        """The column of a primary key that is one whole number."""
        column = self.by_name.get(self.key[0]) if len(self.key) == 1 else None
        return column if column is not None and column.holds is Holds.WHOLE else None


@dataclass(frozen=True)
class Catalogue:
    """All tables of a database, by name.

    Attributes:
        others: names of schemas beside the one that is looked at.
    """

    tables: Mapping[str, Table]
    others: Sequence[str] = ()

    @cached_property
    def referring(self) -> Mapping[str, Sequence[tuple[Table, Reference]]]:
        """Which tables refer to each, and by what."""
        found: dict[str, list[tuple[Table, Reference]]] = {name: [] for name in self.tables}
        for table in self.tables.values():
            for reference in table.references:
                if reference.table in found:
                    found[reference.table].append((table, reference))
        return found


ROWS = {
    "postgresql": "SELECT relname, reltuples::bigint FROM pg_class JOIN pg_namespace n ON n.oid = relnamespace "
    "WHERE nspname = current_schema() AND relkind IN ('r', 'p')",
    "mysql": "SELECT table_name, table_rows FROM information_schema.tables WHERE table_schema = database()",
}
"""About how many rows each table has."""
SHORTEST = 3
"""Letters of an abbreviation."""
OF_THE_SYSTEM = ("pg_", "information_schema", "mysql", "performance_schema", "sys")


def read_catalogue(connection: Connection, schema: str | None = None) -> Catalogue:
    """What the database says of the tables of a schema, the default one by default."""
    looked, dialect = inspect(connection), connection.dialect.name
    with catch_warnings():
        simplefilter("ignore", SAWarning)  # of types that it does not know, which we do not count either
        return _read(connection, looked, dialect, schema)


def _read(connection: Connection, looked: Inspector, dialect: str, schema: str | None) -> Catalogue:
    told: dict[str, dict[str, Any]] = {
        what: {
            key[1]: found
            for key, found in getattr(looked, f"get_multi_{what}")(schema=schema, kind=ObjectKind.TABLE).items()
        }
        for what in ("columns", "pk_constraint", "foreign_keys")
    }
    here = {None, schema, looked.default_schema_name if schema is None else schema}
    rows = _rows(connection, dialect) if schema is None else {}
    tables = {}
    for table, columns in told["columns"].items():
        key = tuple(told["pk_constraint"].get(table, {}).get("constrained_columns") or ())
        references = [
            Reference(each["constrained_columns"][0], each["referred_table"], each["referred_columns"][0])
            for each in told["foreign_keys"].get(table, ())
            if len(each["constrained_columns"]) == 1 and each["referred_schema"] in here
        ]
        tables[table] = Table(
            table, tuple(_column(each, dialect) for each in columns), key, tuple(references), rows.get(table),
            schema,
        )  # fmt: skip
    return Catalogue(_with_implied(tables), _others(looked, looked.default_schema_name))


def quoting(dialect: Dialect) -> Callable[[str], str]:
    """Writes a name as the database wants it, without what a driver would make of a per cent sign."""
    return lambda name: dialect.identifier_preparer.quote(name).replace("%%", "%")


def _others(looked: Inspector, schema: str | None) -> Sequence[str]:
    return [each for each in looked.get_schema_names() if each != schema and not each.startswith(OF_THE_SYSTEM)]


def _rows(connection: Connection, dialect: str) -> Mapping[str, int]:
    """Estimates; -1 and 0 of a table that was never looked at are none."""
    if dialect == "sqlite":
        return _last_rows(connection)
    if dialect not in ROWS:
        return {}
    told = connection.execute(text(ROWS[dialect]))
    return {table: int(rows) for table, rows in told if rows is not None and rows > 0}


def _last_rows(connection: Connection) -> Mapping[str, int]:
    """The last row number of each table: no fewer rows than that were ever there."""
    found = {}
    for name in inspect(connection).get_table_names():
        quoted = quoting(connection.dialect)(name)
        try:
            last = connection.exec_driver_sql(f"SELECT max(_rowid_) FROM {quoted}").scalar()
        except DBAPIError:  # a table without row numbers
            continue
        if isinstance(last, int) and last > 0:
            found[name] = last
    return found


def _column(told: Mapping[str, Any], dialect: str) -> Column:
    kind = told["type"]
    holds, most = Holds.OTHER, 0
    if isinstance(kind, sql.Boolean) or (dialect == "mysql" and getattr(kind, "display_width", None) == 1):
        holds = Holds.FLAG
    elif isinstance(kind, sql.DateTime | sql.Date):
        holds = Holds.TIME
    elif isinstance(kind, sql.Integer):
        holds = Holds.WHOLE
        most = _most(kind, dialect)
    elif isinstance(kind, sql.Numeric | sql.Float):
        holds = Holds.NUMBER
    elif isinstance(kind, sql.String):
        holds = Holds.TEXT
    return Column(told["name"], holds, bool(told.get("nullable", True)), most, isinstance(kind, sql.Date))


def _with_implied(tables: Mapping[str, Table]) -> Mapping[str, Table]:
    """The same with references that only names tell: a column `x_id` means the table `x`, or `x` in the plural."""
    by_noun = _by_noun({name.lower(): name for name in tables})
    # An application's name often stands before a table's own; what bears the whole name comes first.
    by_noun = _by_noun({own: name for name in tables if (own := name.lower().partition("_")[2])}) | by_noun
    found = {}
    for table in tables.values():
        said = {reference.column for reference in table.references}
        implied = []
        for column in table.columns:
            noun = column.name.lower().removesuffix("_id") if column.name.lower().endswith("_id") else None
            targets = _meant(noun, by_noun) if noun and column.name not in {*said, *table.key} else []
            if len(targets) == 1 and targets[0] != table.name and len(tables[targets[0]].key) == 1:
                implied.append(Reference(column.name, targets[0], tables[targets[0]].key[0], implied=True))
        found[table.name] = replace(table, references=(*table.references, *implied))
    return found


def _most(kind: sql.Integer, dialect: str) -> int:
    """The greatest number of a type of whole numbers."""
    bits = 64 if isinstance(kind, sql.BigInteger) else 16 if isinstance(kind, sql.SmallInteger) else 32
    if dialect == "mysql":
        bits = {"TINYINT": 8, "MEDIUMINT": 24}.get(type(kind).__name__, bits)
    unsigned = bool(getattr(kind, "unsigned", False))
    return int(2 ** ((64 if dialect == "sqlite" else bits) - (0 if unsigned else 1)) - 1)


def _by_noun(tables: Mapping[str, str]) -> dict[str, list[str]]:
    """Tables by what one of their rows is called."""
    found: dict[str, list[str]] = {}
    for called, table in tables.items():
        for noun in {called.removesuffix(many) for many in ("", "s", "es")}:
            found.setdefault(noun, []).append(table)
    return found


def _meant(noun: str, by_noun: Mapping[str, Sequence[str]]) -> Sequence[str]:
    """The tables that a noun means: those of this name, or those that begin so, as `organization` does with `org`."""
    if noun in by_noun or len(noun) < SHORTEST:
        return by_noun.get(noun, ())
    return sorted({table for known, tables in by_noun.items() if known.startswith(noun) for table in tables})
