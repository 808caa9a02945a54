"""Our tables as they are in a database, and what the check of their version says."""

import pytest
from sqlalchemy import Connection, Engine, inspect, text

from outgrow.domain.errors import SchemaError
from outgrow.store.orm import StoreBase
from outgrow.store.schema import VERSION_TABLE, check_schema

TABLES = set(StoreBase.metadata.tables)


def ours(connection: Connection) -> set[str]:
    """The tables of ours that are there."""
    return {name for name in inspect(connection).get_table_names() if name.startswith("outgrow_")} - {VERSION_TABLE}


def run(engine: Engine, *statements: str) -> None:
    """Execute these, and commit."""
    with engine.begin() as connection:
        for statement in statements:
            connection.execute(text(statement))


def complaint(engine: Engine) -> SchemaError:
    """What `check_schema` has to say."""
    with engine.connect() as connection, pytest.raises(SchemaError) as caught:
        check_schema(connection)
    return caught.value
