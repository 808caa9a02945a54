"""Engines that are not as most are: each statement committed by itself, and pgbouncer before the server."""

import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import Engine, create_engine, make_url
from sqlalchemy.orm import Session
from tests.support.desks import backfill, store_of
from tests.support.platforms import KnownPlatform, eventful_platform
from tests.support.postgres import PostgresServer

from outgrow import CapacityForecastService, CapacitySnapshot, create_schema, record, stats_aggregator, when
from outgrow.domain.metric import Kind, Metric
from outgrow.sources.commerce.aggregator import StatsAggregator, installed_providers
from outgrow.sources.commerce.contract import Count, MetricsContext

TODAY = date(2026, 3, 31)
NOW = datetime(2026, 3, 31, 12, tzinfo=UTC)


class BrokenArea:
    """Asks for what is not there, which PostgreSQL takes as a reason to void a transaction."""

    area = "fleet"
    metrics: Mapping[str, Metric | None] = {"vans": Metric("vans", Kind.LEVEL, "vans", "Vans")}

    def collect(self, db: Session, context: MetricsContext) -> Sequence[Count]:
        db.connection().exec_driver_sql("SELECT count(*) FROM vans_that_are_not_there")
        return []


@pytest.fixture
def autocommit_engine(database_url: str) -> Iterator[Engine]:
    engine = create_engine(database_url, isolation_level="AUTOCOMMIT")
    create_schema(engine)
    yield engine
    engine.dispose()


def known() -> KnownPlatform:
    return eventful_platform("Europe/Berlin", date(2026, 1, 1), date(2026, 3, 30))


def live_a_day(engine: Engine) -> None:
    """What a host does in a day, by a session on this engine."""
    areas = StatsAggregator([*installed_providers(), BrokenArea()])
    service = CapacityForecastService(clock=lambda: NOW, aggregator=areas)
    with Session(engine) as db:
        known().put(db)
        db.commit()
        backfill(db, db, None, NOW, areas)
        snapshot = service.capture_daily_snapshot(db)
        assert snapshot.total_products == known().on(TODAY)["total_products", "platform"]
        assert set(snapshot.missing) == {"orders_per_day", "vans"}
        assert "vans_that_are_not_there" in snapshot.missing["vans"]
        assert set(store_of(db).kept_on("main", TODAY)) >= {"total_products", "storage_used_gb"}
        for ago in range(16):
            record(db, TODAY - timedelta(days=ago), {"seats": 100 - ago}, clock=lambda: NOW)
        record(db, TODAY, {"seats": 100}, clock=lambda: NOW)
        assert when(db, "seats", 110, clock=lambda: NOW).days.p50 == 10
        assert service.get_scaling_recommendations(db)
        assert service.get_growth_trends(db)["trends"]
        db.add(CapacitySnapshot(snapshot_date=TODAY, platform="other", total_products=7))
        db.commit()


def test_a_host_s_day_where_each_statement_is_committed_by_itself(autocommit_engine: Engine) -> None:
    live_a_day(autocommit_engine)

    with Session(autocommit_engine) as db:
        assert db.query(CapacitySnapshot).filter_by(platform="other").one().total_products == 7
        stats = stats_aggregator.get_admin_stats_flat(db, 1)
        assert {name for name, value in stats.items() if value is None} == {"orders.per_day"}


@pytest.fixture
def pooled_url(pgbouncer: Path, postgres_url: str, postgres_server: PostgresServer) -> str:
    """An empty PostgreSQL database, by way of pgbouncer."""
    assert str(postgres_server.home) in postgres_url
    return postgres_url.replace(str(postgres_server.home), str(pgbouncer))


def test_a_host_s_day_by_way_of_pgbouncer(pooled_url: str) -> None:
    """With what pgbouncer's own documentation asks of psycopg."""
    engine = create_engine(pooled_url, connect_args={"prepare_threshold": None})
    create_schema(engine)
    live_a_day(engine)
    engine.dispose()


def test_the_commands_by_way_of_pgbouncer(pooled_url: str, tmp_path: Path) -> None:
    def run(*words: str) -> str:
        command = [sys.executable, "-m", "outgrow", *words, "--database-url", pooled_url]
        done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
        return done.stdout

    today = datetime.now(UTC).date()
    file = tmp_path / "growth.csv"
    run("init")
    for turn in range(3):  # each with connections of its own, which the pool answers by the same few
        rows = [f"{today - timedelta(days=ago)},{100 - ago},{ago}" for ago in range(20)]
        file.write_text("\n".join([f"date,visitors,turn_{turn}", *rows]))
        run("import", str(file))
    assert "Reached in about 10 days" in run("when", "visitors", "110")


def test_what_stands_there_is_pgbouncer(pooled_url: str) -> None:
    """That the two above mean something: statements that are prepared meet those of others."""
    url = make_url(pooled_url)
    where = f"host={url.query['host']} port={url.query['port']} user=postgres dbname={url.database}"
    with psycopg.connect(where, prepare_threshold=0) as first:
        first.execute("SELECT %s", [1])
    with (
        pytest.raises(psycopg.errors.DuplicatePreparedStatement),
        psycopg.connect(where, prepare_threshold=0) as second,
    ):
        second.execute("SELECT %s", [1])
