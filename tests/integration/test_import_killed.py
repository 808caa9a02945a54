"""An import that is killed leaves nothing of its file, and the next one brings all of it."""

import signal
import subprocess
import sys
from datetime import date, timedelta
from pathlib import Path

from sqlalchemy import Engine, func, inspect, select
from sqlalchemy.orm import Session

from outgrow.store.orm import CapacitySnapshot, MeasurementRow, MetricRow, PlatformRow
from outgrow.store.tables import DAY_INDEX

WORK = """
import os, signal, sys
from outgrow.store.dialects.dialect import Dialect
from outgrow.store.dialects.postgresql import Postgresql
from outgrow.store.dialects.sqlite import Sqlite
from outgrow.store.sql import values

Sqlite.rows = Postgresql.rows = 100
Dialect.many = 1_000
written, stop_at = values._write, int(sys.argv.pop(1))

def until_killed(*block, **how):
    global stop_at
    stop_at -= 1
    if not stop_at:
        os.kill(os.getpid(), signal.SIGKILL)
    return written(*block, **how)

values._write = until_killed
from outgrow.__main__ import main
main()
"""
"""The command, killed before it writes its block of that number; 0 lets it end."""

DAYS, METRICS = 100, 20


def everything(engine: Engine) -> list[int]:
    with Session(engine) as session:
        tables = (CapacitySnapshot, MeasurementRow, MetricRow, PlatformRow)
        return [session.scalar(select(func.count()).select_from(table)) or 0 for table in tables]


def run(engine: Engine, file: Path, block: int) -> subprocess.CompletedProcess[str]:
    url = engine.url.render_as_string(hide_password=False)
    words = [sys.executable, "-c", WORK, str(block), "import", str(file), "--store-url", url]
    return subprocess.run(words, capture_output=True, text=True, check=False, cwd=file.parent)


def test_an_import_that_is_killed_leaves_nothing(store_engine: Engine, tmp_path: Path) -> None:
    file = tmp_path / "values.csv"
    rows = [f"{date(2025, 1, 1) + timedelta(days=n)}," + ",".join([str(n)] * METRICS) for n in range(DAYS)]
    file.write_text("\n".join(["date," + ",".join(f"m{n:02d}" for n in range(METRICS)), *rows]) + "\n")

    for block in (1, 20):
        assert run(store_engine, file, block).returncode == -signal.SIGKILL
        assert everything(store_engine) == [0, 0, 0, 0]
        indexes = inspect(store_engine).get_indexes("outgrow_measurements")
        assert DAY_INDEX in {index["name"] for index in indexes}
    whole = run(store_engine, file, 0)

    assert whole.returncode == 0, whole.stderr
    assert everything(store_engine) == [DAYS, DAYS * METRICS, METRICS, 1]
