"""How long the command line takes to start and to answer, against a bare interpreter.

    python benchmarks/cli.py

`outgrow --help` and a bare `python -c pass` take turns; the ratio is that of their medians. `outgrow when` answers
from 400 days of snapshots in a SQLite file and in a real PostgreSQL.
"""

import statistics
import subprocess
import sys
import tempfile
import time
from datetime import date, timedelta
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))  # for the tests' PostgreSQL

from sqlalchemy import create_engine
from sqlalchemy.orm import Session
from tests.support.postgres import running_postgres

from outgrow import CapacitySnapshot, create_schema

DAYS, ROUNDS = 400, 15
BARE = [sys.executable, "-c", "pass"]
OUTGROW = [str(Path(sys.executable).with_name("outgrow"))]


def fill(url: str) -> None:
    """Store 400 days of snapshots up to today."""
    engine = create_engine(url)
    create_schema(engine, commerce=False)
    with Session(engine) as session, session.begin():
        for number in range(DAYS):
            day = date.today() - timedelta(days=DAYS - 1 - number)
            session.add(CapacitySnapshot(platform="main", snapshot_date=day, total_products=10_000 + 37 * number))
    engine.dispose()


def seconds(command: list[str]) -> float:
    """Wall time of one whole process."""
    started = time.perf_counter()
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    return time.perf_counter() - started


def median_of(command: list[str]) -> float:
    """Median over all rounds, after one that is not counted."""
    seconds(command)
    return statistics.median(seconds(command) for _ in range(ROUNDS))


def main() -> None:
    """Print a line per figure."""
    seconds([*OUTGROW, "--help"])
    bare, helped = zip(*((seconds(BARE), seconds([*OUTGROW, "--help"])) for _ in range(ROUNDS)), strict=True)
    one, other = statistics.median(bare), statistics.median(helped)
    print(f"bare interpreter        {1000 * one:7.0f} ms")
    print(f"outgrow --help          {1000 * other:7.0f} ms   {other / one:.1f} times the interpreter   bound 8")
    with tempfile.TemporaryDirectory() as folder, running_postgres() as server, server.fresh_database() as postgres:
        for name, url in (("sqlite", f"sqlite:///{folder}/cli.db"), ("postgresql", postgres)):
            fill(url)
            took = median_of([*OUTGROW, "when", "total_products", "30000", "--database-url", url])
            print(f"outgrow when, {name:10s}{1000 * took:7.0f} ms   {took / one:.1f} times; bound 1,000 ms")


if __name__ == "__main__":
    main()
