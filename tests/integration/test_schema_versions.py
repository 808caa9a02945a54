"""Databases of older versions keep what they hold, and those of newer ones are left alone."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import Engine, text
from tests.support.schemas import TABLES, complaint, ours, run
from tests.support.snapshots import DAY

from outgrow.domain.errors import SchemaError
from outgrow.store import schema
from outgrow.store.schema import HEAD, VERSION_TABLE, check_schema, downgrade, upgrade


def contents(engine: Engine) -> dict[str, list[tuple[Any, ...]]]:
    """Every row of ours."""
    with engine.connect() as connection:
        return {
            table: sorted(tuple(row) for row in connection.execute(text(f"SELECT * FROM {table}")))
            for table in sorted(ours(connection))
        }


def test_a_database_of_the_first_version_keeps_everything(engine: Engine) -> None:
    upgrade(engine, "0001")
    run(
        engine,
        f"INSERT INTO outgrow_snapshots (platform, snapshot_date, captured_at_ms) VALUES ('main', '{DAY}', 7)",
        f"INSERT INTO outgrow_measurements VALUES ('main', 'visitors', 'platform', '{DAY}', 1.5, NULL, 'observed')",
        "INSERT INTO outgrow_platforms VALUES ('main', '1', 'Europe/Berlin', 7)",
        "INSERT INTO outgrow_metrics VALUES ('visitors', 'flow', 'visitors', 'Visitors')",
    )
    before = contents(engine)
    assert "outgrow_forecasts" not in before
    error = complaint(engine)
    assert f"are of version 0001, older than {HEAD}" in error.what
    assert "outgrow init" in error.mend

    upgrade(engine)
    recorded = [(*row, 7) for row in before["outgrow_measurements"]]
    now = {**before, "outgrow_measurements": recorded, "outgrow_forecasts": [], "outgrow_recommendations": []}
    assert contents(engine) == now

    run(engine, f"INSERT INTO outgrow_forecasts ({FORECAST}) VALUES ({issued('visitors')})", RECOMMENDED)
    downgrade(engine, "0001")
    assert contents(engine) == before
    upgrade(engine)
    assert contents(engine) == now


FORECAST = "platform, issued_on, metric, scope, as_of, value, known_days, model, reason, quantiles, limits"
LIVES = "platform, key, basis, state, severity, opened_on, changed_on, seen_on, looked_on, quiet_severity, document"
RECOMMENDED = (
    f"INSERT INTO outgrow_recommendations ({LIVES}) "
    f"VALUES ('main', 'tier:Small', '', 'open', 'info', '{DAY}', '{DAY}', '{DAY}', '{DAY}', 'ok', '{{}}')"
)


def issued(metric: str) -> str:
    return f"'main', '{DAY}', '{metric}', 'platform', '{DAY}', 1.5, 20, 'shared', NULL, '{{}}', '[]'"


def test_forecasts_of_the_second_version_are_kept_without_what_they_did_not_say(engine: Engine) -> None:
    upgrade(engine, "0002")
    for metric in ("visitors", "vans"):
        run(engine, f"INSERT INTO outgrow_forecasts ({FORECAST}) VALUES ({issued(metric)})")
    before = contents(engine)["outgrow_forecasts"]
    assert "outgrow_recommendations" not in contents(engine)

    upgrade(engine)
    after = contents(engine)
    assert after["outgrow_forecasts"] == [(*row, None, None) for row in before]
    assert after["outgrow_recommendations"] == []

    run(engine, "UPDATE outgrow_forecasts SET model_id = 'shared:1', assumptions = '{}'", RECOMMENDED)
    downgrade(engine, "0002")
    assert contents(engine)["outgrow_forecasts"] == before
    assert "outgrow_recommendations" not in contents(engine)
    upgrade(engine)
    assert contents(engine) == after


def test_values_of_older_versions_were_recorded_by_the_captures_that_brought_them(engine: Engine) -> None:
    """Four days: one rebuilt, two captured, one rebuilt that nothing was captured after."""
    upgrade(engine, "0003")
    captured: list[int | None] = [None, 1_000, 2_000, None]
    days = [DAY + timedelta(days=number) for number in range(4)]
    for day, ms in zip(days, captured, strict=True):
        run(engine, f"INSERT INTO outgrow_snapshots VALUES ('main', '{day}', {ms or 'NULL'})")
        for metric, origin in (("stores", "observed"), ("orders", "reconstructed")):
            values = f"'main', '{metric}', 'platform', '{day}', 1, NULL, '{origin}'"
            run(engine, f"INSERT INTO outgrow_measurements VALUES ({values})")
    upgrade(engine)
    run(engine, "DELETE FROM outgrow_alembic_version", "INSERT INTO outgrow_alembic_version VALUES ('0003')")
    upgrade(engine)  # cut off after the column was there

    with engine.connect() as connection:
        query = text("SELECT metric, recorded_at_ms FROM outgrow_measurements ORDER BY metric, day")
        found = [tuple(row) for row in connection.execute(query)]
    assert found == [
        ("orders", None), ("orders", 2_000), ("orders", None), ("orders", None),
        ("stores", None), ("stores", 1_000), ("stores", 2_000), ("stores", None),
    ]  # fmt: skip


def test_an_upgrade_to_the_third_version_that_was_cut_off_can_be_run_again(engine: Engine) -> None:
    """As a database leaves it whose tables are not made in one transaction."""
    upgrade(engine, "0002")
    run(
        engine,
        f"INSERT INTO outgrow_forecasts ({FORECAST}) VALUES ({issued('visitors')})",
        "ALTER TABLE outgrow_forecasts ADD COLUMN model_id VARCHAR(64)",
    )
    upgrade(engine)

    with engine.connect() as connection:
        check_schema(connection)
        assert ours(connection) == TABLES
        assert connection.scalar(text("SELECT count(*) FROM outgrow_forecasts")) == 1


def test_missing_tables_are_mended_by_init(engine: Engine) -> None:
    error = complaint(engine)

    assert "there are no outgrow tables in" in error.what
    assert "outgrow init" in error.mend


def test_an_older_version_is_mended_by_init(store_engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(schema, "HEAD", "9999")
    error = complaint(store_engine)

    assert f"are of version {HEAD}, older than 9999" in error.what
    assert "outgrow init" in error.mend


@pytest.fixture
def newer_engine(store_engine: Engine) -> Engine:
    """On a database that a later release has migrated."""
    run(store_engine, f"UPDATE {VERSION_TABLE} SET version_num = '9999'")
    return store_engine


def test_a_newer_version_takes_a_newer_release(newer_engine: Engine) -> None:
    error = complaint(newer_engine)

    assert f"are of version 9999, newer than {HEAD}" in error.what
    assert error.mend == "install the newer outgrow that made them"


@pytest.mark.parametrize("migrate", [upgrade, downgrade])
def test_a_newer_version_is_not_migrated(newer_engine: Engine, migrate: Callable[[Engine], None]) -> None:
    with pytest.raises(SchemaError, match="newer outgrow"):
        migrate(newer_engine)

    with newer_engine.connect() as connection:
        assert ours(connection) == TABLES
