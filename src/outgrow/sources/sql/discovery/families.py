"""Schemas that are one tenant's each: told by the names of their tables, and by the register that names them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, text

from outgrow.sources.sql.discovery.catalogue import Catalogue, Holds, Table, read_catalogue
from outgrow.sources.sql.discovery.samples import Sample

FEWEST = 3
"""Schemas that make a family."""
ALIKE = 0.8
"""Share of the names of tables that they have in common."""
SCHEMAS_OF_TENANTS = "SELECT nspname FROM pg_namespace WHERE nspname <> current_schema()"
"""Those that are there: a register may name some that are not, and the platform's own."""
TABLES = text(
    "SELECT nspname, relname FROM pg_class JOIN pg_namespace n ON n.oid = relnamespace "
    "WHERE relkind IN ('r', 'p') AND nspname <> current_schema() AND nspname NOT LIKE 'pg\\_%' "
    "AND nspname <> 'information_schema'"
)


@dataclass(frozen=True, slots=True)
class Family:
    """Schemas of one make.

    Attributes:
        names: of the schemas.
        catalogue: of one of them, which stands for all.
        register: the table that names them.
        column: the column in which it does.
    """

    names: Sequence[str]
    catalogue: Catalogue
    register: Table
    column: str


def family(connection: Connection, catalogue: Catalogue, samples: Mapping[str, Sample]) -> Family | None:
    """The schemas that are tenants'; None where there are none, or no table names them."""
    if connection.dialect.name != "postgresql" or len(catalogue.others) < FEWEST:
        return None
    tables: dict[str, set[str]] = {}
    for schema, table in connection.execute(TABLES):
        tables.setdefault(schema, set()).add(table)
    if not tables:
        return None
    largest = max(tables.values(), key=len)
    names = sorted(name for name, held in tables.items() if len(held & largest) >= ALIKE * len(held | largest))
    if len(names) < FEWEST:
        return None
    for table in catalogue.tables.values():
        told = samples.get(table.name, Sample())
        for column in table.columns:
            if column.holds is Holds.TEXT and len({*told.values(column.name)} & {*names}) * 2 > len(names):
                return Family(names, read_catalogue(connection, names[0]), table, column.name)
    return None
