"""How long a backfill takes, against one `GROUP BY day` scan of the orders and against one query per day.

    python benchmarks/backfill.py [--database sqlite|postgresql]

730 days, 5,000 stores, 200,000 products, 1,000,000 orders, 50,000 media files. All times are of the same run on the
same machine; only their ratios say anything. The backfill runs in a process of its own, whose peak memory is told.
"""

import argparse
import json
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))  # for the tests' PostgreSQL

from sqlalchemy import Engine, create_engine, func, or_, select, text
from sqlalchemy.orm import Session
from tests.support.postgres import running_postgres

from outgrow import Outgrow, create_schema
from outgrow.domain.days import day_start, days_between
from outgrow.sources.commerce.models import Order, Product, Store, StoreUser
from outgrow.sources.commerce.platforms import find_platform
from outgrow.store.orm import CapacitySnapshot
from outgrow.store.schema import downgrade, upgrade

DAYS, STORES, PRODUCTS, ORDERS, FILES = 730, 5_000, 200_000, 1_000_000, 50_000
FIRST = date(2024, 1, 1)
NOW = datetime(2025, 12, 31, 12, tzinfo=UTC)
ROUNDS = 5

SPREAD = {
    # A time stamp that wanders over the days as the row number grows, with growth: more rows late than early.
    "sqlite": "strftime('%Y-%m-%d %H:%M:%f000', '2024-01-01', "
    "'+' || CAST({days} * sqrt((i * 7919 % {n} + 0.5) / {n}) AS TEXT) || ' days')",
    "postgresql": "timestamptz '2024-01-01 UTC' + "
    "{days} * sqrt((i::bigint * 7919 % {n} + 0.5) / {n}) * interval '1 day'",
}
NUMBERS = {
    "sqlite": "(WITH RECURSIVE c(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM c WHERE i < {n}) SELECT i FROM c)",
    "postgresql": "generate_series(1, {n}) AS s(i)",
}


def fill(engine: Engine) -> None:
    """Make the platform inside the database."""
    create_schema(engine)
    dialect = engine.dialect.name

    def rows(table: str, columns: str, values: str, n: int) -> str:
        created = SPREAD[dialect].format(days=DAYS, n=n)
        return (
            f"INSERT INTO {table} (id, platform_id, created_at, {columns}) "
            f"SELECT i, 1, {created}, {values} FROM {NUMBERS[dialect].format(n=n)}"
        )

    ended = {"sqlite": "'2025-06-15 12:00:00.000000'", "postgresql": "timestamptz '2025-06-15 12:00 UTC'"}[dialect]
    now = {"sqlite": "'2024-01-01 00:00:00.000000'", "postgresql": "timestamptz '2024-01-01 UTC'"}[dialect]
    gone = f"CASE WHEN i % 10 = 0 THEN {ended} END"
    statements = [
        f"INSERT INTO platforms VALUES (1, 'bench', 'Bench', 'Europe/Berlin', {now})",
        f"INSERT INTO merchants (id, platform_id, created_at, name) VALUES (1, 1, {now}, 'm')",
        "INSERT INTO subscription_tiers (id, platform_id, code, name, price_monthly, products_limit) "
        "VALUES (1, 1, 'basic', 'Basic', 9, 100)",
        rows("stores", "merchant_id, code, name, deactivated_at", f"1, 's', 's', {gone}", STORES),
        "INSERT INTO merchant_subscriptions (id, platform_id, merchant_id, tier_id, status, started_at) "
        "SELECT id, 1, 1, 1, 'active', created_at FROM stores",
        "INSERT INTO subscription_periods (id, platform_id, subscription_id, tier_id, status, valid_from) "
        "SELECT id, 1, id, 1, 'active', started_at FROM merchant_subscriptions",
        rows("store_users", "store_id, email, deactivated_at", f"i, 'a', {gone}", STORES),
        rows("products", "store_id, sku, deleted_at", f"1 + i % {STORES}, 'p', {gone}", PRODUCTS),
        rows("orders", "store_id, status", f"1 + i % {STORES}, 'paid'", ORDERS),
        rows("media_files", "store_id, path, bytes, deleted_at", f"1 + i % {STORES}, 'f', 350000, {gone}", FILES),
    ]
    with engine.begin() as connection:
        for statement in statements:
            connection.execute(text(statement))
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("ANALYZE" if dialect == "sqlite" else "VACUUM ANALYZE"))


def group_by_day(engine: Engine) -> float:
    """Seconds of the plainest scan of the orders."""
    day = func.date(Order.created_at)
    with engine.connect() as connection:
        return _seconds(lambda: connection.execute(select(day, func.count()).group_by(day)).all())


def one_query_a_day(engine: Engine, days: list[date]) -> float:
    """Seconds of the obvious way: five counts for each of these days, and a snapshot's worth of answers."""
    with Session(engine) as session:
        platform = find_platform(session)

        def ask() -> None:
            for day in days:
                start, end = day_start(day, platform.zone), day_start(day + timedelta(days=1), platform.zone)
                for table, ended in (
                    (Store, Store.deactivated_at),
                    (StoreUser, StoreUser.deactivated_at),
                    (Product, Product.deleted_at),
                ):
                    alive = select(func.count()).where(table.created_at < end, or_(ended.is_(None), ended >= end))
                    session.scalar(alive)
                month = day_start(day.replace(day=1), platform.zone)
                for since in (start, month):
                    session.scalar(select(func.count()).where(Order.created_at >= since, Order.created_at < end))

        return _seconds(ask)


def one_backfill(url: str) -> dict[str, float]:
    """Seconds and peak memory of a whole backfill into an emptied store; runs in its own process."""
    engine = create_engine(url)
    downgrade(engine)
    upgrade(engine)
    with Outgrow(database_url=url, clock=lambda: NOW) as platform:
        started = time.perf_counter()
        report = platform.backfill()
        seconds = time.perf_counter() - started
    with Session(engine) as session:
        assert session.query(CapacitySnapshot).count() == report.days
    return {
        "seconds": seconds,
        "days": report.days,
        "peak_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1000,
    }


def _seconds(work: Callable[[], object]) -> float:
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


@contextmanager
def database(kind: str) -> Iterator[str]:
    """The address of an empty database."""
    with ExitStack() as stack:
        if kind == "sqlite":
            yield f"sqlite:///{stack.enter_context(tempfile.TemporaryDirectory())}/bench.db"
        else:
            yield stack.enter_context(stack.enter_context(running_postgres()).fresh_database())


def measure(kind: str, naive_days: int) -> None:
    """Print a line per figure for one database."""
    with database(kind) as url:
        engine = create_engine(url)
        print(f"{kind}: filling", file=sys.stderr)
        fill(engine)
        scans, runs = [], []
        for _ in range(ROUNDS):
            scans.append(group_by_day(engine))
            command = [sys.executable, __file__, "--one", url]
            told = subprocess.run(command, check=True, capture_output=True, text=True, env={**os.environ})
            runs.append(json.loads(told.stdout))
        days = days_between(FIRST, FIRST + timedelta(days=DAYS - 1))
        sample = days[:: max(len(days) // naive_days, 1)]
        naive = one_query_a_day(engine, sample) * len(days) / len(sample)
        engine.dispose()
    scan, whole = statistics.median(scans), statistics.median(run["seconds"] for run in runs)
    ratios = sorted(run["seconds"] / once for run, once in zip(runs, scans, strict=True))
    spread = f"{ratios[0]:.2f} to {ratios[-1]:.2f}"
    peak = max(run["peak_mb"] for run in runs)
    obvious = f"{naive / whole:.0f} times the backfill; from {len(sample)} of {len(days)} days"
    for figure, value in (
        (f"one GROUP BY day scan of {ORDERS:,} orders", f"{scan:8.3f} s"),
        (f"backfill of {runs[0]['days']:.0f} days, all metrics", f"{whole:8.3f} s"),
        ("backfill / scan, median", f"{statistics.median(ratios):8.2f}     {spread}; bound 5"),
        ("peak memory of the backfill's process", f"{peak:6.0f} MB     bound 500"),
        ("a query per day and count, 5 metrics alone", f"{naive:8.1f} s   {obvious}"),
    ):
        print(f"{kind:11s} {figure:44s} {value}")


def main() -> None:
    """Measure both databases, or the one that is named."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--database", choices=("sqlite", "postgresql"), action="append")
    parser.add_argument("--naive-days", type=int, default=73, help="days asked the obvious way, spread over all")
    parser.add_argument("--one", metavar="URL", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.one:
        print(json.dumps(one_backfill(options.one)))
        return
    for kind in options.database or ("sqlite", "postgresql"):
        measure(kind, options.naive_days)


if __name__ == "__main__":
    main()
