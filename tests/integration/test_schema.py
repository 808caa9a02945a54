"""Our migrations on real databases: up, down, interrupted, raced, and beside a host's own."""

import subprocess
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor, wait
from threading import Event
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine, create_engine, event, inspect, text
from tests.support.schemas import TABLES, complaint, ours, run
from tests.support.snapshots import DAY

from outgrow.store import schema
from outgrow.store.orm import StoreBase
from outgrow.store.schema import HEAD, MIGRATIONS, VERSION_TABLE, check_schema, downgrade, upgrade

UPGRADE_ON_COMMAND = """
import sys
from sqlalchemy import create_engine
from outgrow.store.schema import upgrade
import alembic.command
engine = create_engine(sys.argv[1])
print("ready", flush=True)
sys.stdin.readline()
upgrade(engine)
"""


def reflected(connection: Connection) -> dict[str, Any]:
    """Everything that makes up our tables, as the database tells it."""
    told = inspect(connection)
    by_name: Callable[[Any], str] = lambda part: str(part.get("name"))  # noqa: E731
    return {
        table: {
            "columns": [(c["name"], str(c["type"]), c["nullable"], c["default"]) for c in told.get_columns(table)],
            "primary key": told.get_pk_constraint(table)["constrained_columns"],
            "foreign keys": sorted(told.get_foreign_keys(table), key=by_name),
            "checks": sorted(told.get_check_constraints(table), key=by_name),
            "indexes": sorted(told.get_indexes(table), key=by_name),
        }
        for table in sorted(ours(connection))
    }


def test_up_down_and_up_again(engine: Engine) -> None:
    for _ in range(2):
        upgrade(engine)
        with engine.connect() as connection:
            check_schema(connection)
            assert ours(connection) == TABLES

        downgrade(engine)
        with engine.connect() as connection:
            assert ours(connection) == set()
        assert "there are no outgrow tables" in complaint(engine).what


def test_a_second_upgrade_keeps_what_is_stored(store_engine: Engine) -> None:
    run(store_engine, f"INSERT INTO outgrow_snapshots (platform, snapshot_date) VALUES ('main', '{DAY}')")
    upgrade(store_engine)

    with store_engine.connect() as connection:
        assert connection.scalar(text("SELECT count(*) FROM outgrow_snapshots")) == 1


def test_the_migrations_make_what_the_models_say(store_engine: Engine) -> None:
    options = {
        "version_table": VERSION_TABLE,
        "compare_type": True,
        "compare_server_default": True,
        "include_name": lambda name, kind, _parents: kind != "table" or name.startswith("outgrow_"),
    }
    with store_engine.connect() as connection:
        context = MigrationContext.configure(connection, opts=options)
        assert compare_metadata(context, StoreBase.metadata) == []


def test_the_migrations_make_the_same_tables_as_the_models(store_engine: Engine) -> None:
    """To the last check and cascade, which Alembic's own comparison leaves out."""
    with store_engine.connect() as connection:
        migrated = reflected(connection)
    downgrade(store_engine)
    StoreBase.metadata.create_all(store_engine)

    with store_engine.connect() as connection:
        assert migrated == reflected(connection)


def test_head_is_the_newest_script() -> None:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    script = ScriptDirectory.from_config(config)

    assert script.get_heads() == [HEAD]
    assert schema._known_revisions() == {revision.revision for revision in script.walk_revisions()}


def test_four_processes_at_once_all_succeed(database_url: str) -> None:
    racers = [
        subprocess.Popen(
            [sys.executable, "-c", UPGRADE_ON_COMMAND, database_url],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for _ in range(4)
    ]
    for racer in racers:
        assert racer.stdout is not None
        assert racer.stdout.readline() == "ready\n"
    for racer in racers:
        assert racer.stdin is not None
        racer.stdin.write("go\n")
        racer.stdin.flush()
    errors = [racer.communicate(timeout=60)[1] for racer in racers]

    assert [racer.returncode for racer in racers] == [0] * 4, errors
    engine = create_engine(database_url)
    with engine.connect() as connection:
        check_schema(connection)
        assert connection.scalar(text(f"SELECT count(*) FROM {VERSION_TABLE}")) == 1
    engine.dispose()


def test_a_second_upgrade_waits_for_the_first(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    run_migrations, migrated, go_on = schema._run, Event(), Event()

    def linger(connection: Connection, direction: str, revision: str) -> None:
        run_migrations(connection, direction, revision)
        if not migrated.is_set():
            migrated.set()
            go_on.wait(30)

    monkeypatch.setattr(schema, "_run", linger)
    with ThreadPoolExecutor(2) as pool:
        first = pool.submit(upgrade, engine)
        assert migrated.wait(30)
        second = pool.submit(upgrade, engine)
        waited = not wait([second], timeout=0.3).done
        go_on.set()

    assert waited
    assert [first.result(), second.result()] == [None, None]


@pytest.mark.parametrize(
    "cut_off",
    [
        pytest.param([f"DELETE FROM {VERSION_TABLE}"], id="all tables, no version"),
        pytest.param([f"DROP TABLE {VERSION_TABLE}"], id="all tables, no version table"),
        pytest.param(
            [f"DELETE FROM {VERSION_TABLE}", "DROP TABLE outgrow_forecasts"], id="the last table is not there"
        ),
        pytest.param([f"DELETE FROM {VERSION_TABLE}", "DROP TABLE outgrow_metrics"], id="a table is missing"),
        pytest.param(["DROP INDEX ix_outgrow_measurements_day", f"DROP TABLE {VERSION_TABLE}"], id="no index yet"),
    ],
)
def test_an_interrupted_migration_is_run_to_its_end(store_engine: Engine, cut_off: list[str]) -> None:
    run(store_engine, f"INSERT INTO outgrow_snapshots (platform, snapshot_date) VALUES ('main', '{DAY}')", *cut_off)

    error = complaint(store_engine)
    assert "a migration was interrupted" in error.what
    assert "run `outgrow init` again" in error.mend

    upgrade(store_engine)
    with store_engine.connect() as connection:
        check_schema(connection)
        assert ours(connection) == TABLES
        assert connection.scalar(text("SELECT count(*) FROM outgrow_snapshots")) == 1
        assert [index["name"] for index in inspect(connection).get_indexes("outgrow_measurements")] == [
            "ix_outgrow_measurements_day"
        ]


def test_a_failing_migration_leaves_nothing_behind(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    """Both databases can take back tables that were made within a transaction."""

    def fail_after(run: Callable[[Connection, str, str], None]) -> Callable[[Connection, str, str], None]:
        def failing(connection: Connection, direction: str, revision: str) -> None:
            run(connection, direction, revision)
            raise KeyboardInterrupt

        return failing

    monkeypatch.setattr(schema, "_run", fail_after(schema._run))
    with pytest.raises(KeyboardInterrupt):
        upgrade(engine)

    with engine.connect() as connection:
        assert inspect(connection).get_table_names() == []


def test_the_password_is_not_told(postgres_url: str) -> None:
    engine = create_engine(postgres_url.replace("postgres@", "postgres:s3cret@"))
    error = str(complaint(engine))
    engine.dispose()

    assert "s3cret" not in error
    assert "postgres:***@" in error


def test_a_host_s_own_migrations_are_left_alone(engine: Engine) -> None:
    run(
        engine,
        "CREATE TABLE alembic_version (version_num VARCHAR(32) NOT NULL)",
        "INSERT INTO alembic_version VALUES ('host-7')",
        "CREATE TABLE users (id INTEGER PRIMARY KEY)",
    )
    assert "there are no outgrow tables" in complaint(engine).what

    for migrate in (upgrade, downgrade):
        migrate(engine)
        with engine.connect() as connection:
            assert connection.scalars(text("SELECT version_num FROM alembic_version")).all() == ["host-7"]
            assert inspect(connection).has_table("users")


def test_a_host_that_begins_sqlite_s_transactions_itself(sqlite_url: str) -> None:
    """As SQLAlchemy recommends for savepoints on SQLite."""
    engine = create_engine(sqlite_url)

    @event.listens_for(engine, "connect")
    def _leave_transactions_to_us(connection: Any, _record: object) -> None:
        connection.isolation_level = None

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        connection.exec_driver_sql("BEGIN")

    upgrade(engine)
    with engine.connect() as connection:
        check_schema(connection)
    engine.dispose()
