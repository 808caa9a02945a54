"""What makes counts of the platform's tables partial without an error, looked for: no query would say so."""

from collections.abc import Iterator

from sqlalchemy import Inspector, exists, inspect, select, text
from sqlalchemy.orm import Session

from outgrow.sources.commerce.models import CommerceBase

HOMES = text(
    "SELECT t.name, n.nspname FROM unnest(CAST(:names AS text[])) AS t(name) "
    "JOIN pg_class c ON c.oid = to_regclass(t.name) JOIN pg_namespace n ON n.oid = c.relnamespace ORDER BY t.name"
)


def partial_counts(db: Session) -> list[str]:
    """A sentence for each thing that may leave rows out of a count."""
    told = inspect(db.connection())
    return [*_views(told), *_scattered(db), *_rows_of_nobody(db, told)]


def _views(told: Inspector) -> Iterator[str]:
    if views := sorted(set(told.get_view_names()) & set(CommerceBase.metadata.tables)):
        yield f"{', '.join(views)}: a view and no table, so that only what it shows is counted"


def _scattered(db: Session) -> Iterator[str]:
    """Tables that the search path finds in several schemas: one of them may be another program's."""
    if db.get_bind().dialect.name != "postgresql":
        return
    homes: dict[str, list[str]] = {}
    for name, schema in db.execute(HOMES, {"names": list(CommerceBase.metadata.tables)}):
        homes.setdefault(schema, []).append(name)
    if len(homes) > 1:
        places = "; ".join(f"{', '.join(names)} in {schema}" for schema, names in sorted(homes.items()))
        yield f"the search path finds the tables in several schemas: {places}"


def _rows_of_nobody(db: Session, told: Inspector) -> Iterator[str]:
    """Rows without what counting asks for: whose they are, since when, how large. The schema lets none be empty."""
    for table in CommerceBase.metadata.sorted_tables:
        may_be_empty = {column["name"] for column in told.get_columns(table.name) if column["nullable"]}
        for column in table.columns:
            if (
                not column.nullable
                and column.name in may_be_empty
                and db.scalar(select(exists().where(column.is_(None))))
            ):
                yield f"{table.name}: rows without {column.name} are not counted, or not on every day"
