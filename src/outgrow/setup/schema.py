"""Brings the tables into a database, and keeps them out of the way of a host's own migrations."""

from contextlib import nullcontext
from typing import Any

from sqlalchemy import Connection, Engine

from outgrow.domain.errors import UsageError
from outgrow.sources.commerce.models import CommerceBase
from outgrow.store.migrating import in_schema, migrating
from outgrow.store.schema import PREFIX, bring_up


def create_schema(bind: Engine | Connection, commerce: bool = True, schema: str | None = None) -> None:
    """Create or upgrade our tables by the migrations and, if asked, create the commerce schema.

    What is there already stays as it is; running it again does nothing. Concurrent callers wait for each other.

    Args:
        bind: an engine, with a role that may create tables; or a connection, such as that of a host's migration: all
            is done in its transaction then, and committing is left to the caller.
        commerce: whether to create the commerce schema too.
        schema: the schema of PostgreSQL that our tables are put into, made where it is missing; by default they are
            where the connection's search path or its `schema_translate_map` says, as those of commerce always are.

    Raises:
        UsageError: the bind is neither, or the database has no such schemas.
        SchemaError: our tables are of a newer version than this one.
    """
    if not isinstance(bind, (Engine, Connection)):
        raise UsageError(
            f"the tables cannot be made by means of {type(bind).__name__}",
            "give an Engine or a Connection; of an async engine: await connection.run_sync(outgrow.create_schema)",
        )
    with migrating(bind) as connection:
        with nullcontext() if schema is None else in_schema(connection, schema):
            bring_up(connection)
        if commerce:
            CommerceBase.metadata.create_all(connection)


def include_object(item: Any, name: str | None, type_: str, reflected: bool, compare_to: object) -> bool:  # noqa: ANN401
    """Whether a host's `alembic revision --autogenerate` should look at something: not at tables of ours.

    Alembic's own hook of this name, for `context.configure(..., include_object=outgrow.include_object)` in the host's
    `env.py`. Without it, tables that are in the database and not among the host's models are taken for leftovers, and
    dropped. Ours are told by their prefix, those of the commerce schema by name and columns; a table that the host has
    a model of is always the host's.
    """
    if type_ != "table" or not reflected or compare_to is not None:
        return True
    known = CommerceBase.metadata.tables.get(str(name))
    is_commerce = known is not None and set(known.columns.keys()) <= set(item.columns.keys())
    return not (is_commerce or str(name).startswith(PREFIX))
