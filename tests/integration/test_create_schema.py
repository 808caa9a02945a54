"""Making the tables by means of whatever a host has: an engine or a connection, of any isolation, async or not."""

import asyncio
from collections.abc import Iterator
from datetime import date

import pytest
from sqlalchemy import Connection, Engine, create_engine, event, inspect, make_url, text
from sqlalchemy.ext.asyncio import AsyncSession, create_async_engine
from sqlalchemy.orm import Session

from outgrow import create_schema, record
from outgrow.domain.errors import SchemaError, UsageError
from outgrow.sources.commerce.models import CommerceBase
from outgrow.store.orm import CapacitySnapshot, StoreBase
from outgrow.store.schema import VERSION_TABLE, check_schema, downgrade

OURS = {*StoreBase.metadata.tables, VERSION_TABLE}
COMMERCE = {*CommerceBase.metadata.tables}
DAY = date(2026, 3, 1)


def tables(bind: Engine | Connection, schema: str | None = None) -> set[str]:
    return set(inspect(bind).get_table_names(schema))


@pytest.fixture
def postgres_engine(postgres_url: str) -> Iterator[Engine]:
    engine = create_engine(postgres_url)
    yield engine
    engine.dispose()


def test_a_connection_s_transaction_is_the_caller_s(engine: Engine) -> None:
    commits: list[object] = []
    event.listen(engine, "commit", commits.append)
    with engine.connect() as connection:
        create_schema(connection)
        check_schema(connection)
        assert commits == []
        connection.rollback()
    assert tables(engine) == set()

    with engine.begin() as connection:
        connection.execute(text("CREATE TABLE mine (id INTEGER PRIMARY KEY)"))
        connection.execute(text("INSERT INTO mine VALUES (1)"))
        create_schema(connection)
        create_schema(connection)
    assert tables(engine) == {*OURS, *COMMERCE, "mine"}


def test_while_a_host_s_connection_holds_the_lock_of_its_database(engine: Engine) -> None:
    """What SQLite grants to one connection alone has been granted already."""
    with engine.begin() as connection:
        if connection.dialect.name == "sqlite":
            connection.exec_driver_sql("BEGIN IMMEDIATE")
        create_schema(connection, commerce=False)
    assert tables(engine) == OURS


@pytest.mark.parametrize("where", ["engine", "connection"])
def test_where_each_statement_is_committed_by_itself(database_url: str, where: str) -> None:
    engine = create_engine(database_url, isolation_level="AUTOCOMMIT")
    for _ in range(2):
        if where == "engine":
            create_schema(engine)
        else:
            with engine.connect() as connection:
                create_schema(connection)
        assert tables(engine) == {*OURS, *COMMERCE}
    downgrade(engine)
    assert tables(engine) == {*COMMERCE, VERSION_TABLE}
    engine.dispose()


def test_a_failure_where_each_statement_is_committed_by_itself_leaves_nothing(
    database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(CommerceBase.metadata, "create_all", fail)
    engine = create_engine(database_url, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection, pytest.raises(KeyboardInterrupt):
        create_schema(connection)
    assert tables(engine) == set()
    engine.dispose()


def test_an_async_engine_s_connection(database_url: str) -> None:
    url = make_url(database_url)
    if url.get_backend_name() == "sqlite":
        url = url.set(drivername="sqlite+aiosqlite")

    async def host() -> tuple[set[str], float | None]:
        engine = create_async_engine(url)
        async with engine.begin() as connection:
            await connection.run_sync(create_schema, commerce=False)
            found = await connection.run_sync(tables)
        async with AsyncSession(engine) as db:
            await db.run_sync(lambda sync: record(sync, DAY, {"products": 7}))
            db.add(CapacitySnapshot(snapshot_date=date(2026, 3, 2), total_products=8))
            await db.commit()
        async with AsyncSession(engine) as db:
            stored = await db.get(CapacitySnapshot, ("main", DAY))
            products = stored.total_products if stored else None
        await engine.dispose()
        return found, products

    assert asyncio.run(host()) == (OURS, 7)


def test_an_async_engine_itself_is_told_what_to_do() -> None:
    engine = create_async_engine("sqlite+aiosqlite://")
    with pytest.raises(UsageError, match="run_sync"):
        create_schema(engine)  # type: ignore[arg-type]


@pytest.mark.parametrize("schema", ["growth", "Growth of 2026", "select"])
def test_a_schema_of_their_own(postgres_engine: Engine, schema: str) -> None:
    for _ in range(2):
        create_schema(postgres_engine, schema=schema)
        assert tables(postgres_engine, schema) == OURS
        assert tables(postgres_engine) == COMMERCE

    with postgres_engine.connect() as connection, pytest.raises(SchemaError, match="no outgrow tables"):
        check_schema(connection)
    with postgres_engine.connect().execution_options(schema_translate_map={None: schema}) as connection:
        check_schema(connection)


def test_a_caller_s_search_path_is_as_it_was(postgres_engine: Engine) -> None:
    with postgres_engine.begin() as connection:
        connection.execute(text("SET search_path TO public, pg_temp"))
        create_schema(connection, commerce=False, schema="growth")
        assert connection.scalar(text("SHOW search_path")) == "public, pg_temp"
        connection.execute(text(f"UPDATE growth.{VERSION_TABLE} SET version_num = '9999'"))
        with pytest.raises(SchemaError, match="newer"):
            create_schema(connection, schema="growth")
        assert connection.scalar(text("SHOW search_path")) == "public, pg_temp"


def test_a_map_of_schemas_keeps_tenants_apart(postgres_engine: Engine) -> None:
    tenants = {
        name: postgres_engine.execution_options(schema_translate_map={None: name, "shared": "public"})
        for name in ("tenant_1", "tenant_2")
    }
    for number, (name, engine) in enumerate(tenants.items()):
        create_schema(engine)
        create_schema(engine)
        assert tables(engine, name) == {*OURS, *COMMERCE}
        with Session(engine) as db:
            record(db, DAY, {"products": number, "vans": 2 + number})
            db.commit()
    assert tables(postgres_engine) == set()

    for number, (name, engine) in enumerate(tenants.items()):
        with Session(engine) as db:
            stored = db.get(CapacitySnapshot, ("main", DAY))
            assert stored is not None
            assert stored.total_products == number
        downgrade(engine)
        assert tables(engine, name) == {*COMMERCE, VERSION_TABLE}


def test_a_schema_beside_another_in_the_map_is_refused(postgres_engine: Engine) -> None:
    mapped = postgres_engine.execution_options(schema_translate_map={None: "one"})
    with pytest.raises(UsageError, match="'two' where the schema_translate_map says 'one'"):
        create_schema(mapped, schema="two")
    assert not inspect(postgres_engine).has_schema("one")


def test_sqlite_has_no_schemas(sqlite_url: str) -> None:
    engine = create_engine(sqlite_url)
    with pytest.raises(UsageError, match="only PostgreSQL's"):
        create_schema(engine, schema="growth")
    with pytest.raises(UsageError, match="only PostgreSQL's"):
        create_schema(engine.execution_options(schema_translate_map={None: "growth"}))
    assert tables(engine) == set()
    engine.dispose()
