"""What an import of 500,000 values costs, against a former build of the same command.

    python benchmarks/import.py FORMER_CHECKOUT [--database sqlite|postgresql] [--rows N] [--rounds N] [--json]

FORMER_CHECKOUT is a folder with the former build's `src`, such as a worktree of an earlier commit; it runs with the
same Python and the same libraries. Two files are made: a row per value (500 series, written day by day), and a column
per metric (100 metrics). Each is imported by the whole command, `outgrow import`, into a fresh store, by one build and
the other in turn. CPU time is that of the process, user and system, from its start to its end; a PostgreSQL server's
own is not in it. Memory is the process's peak. Only the ratios of one run say anything.
"""

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import asdict, dataclass
from datetime import date, timedelta
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))  # for the tests' PostgreSQL

from tests.support.postgres import PostgresServer, running_postgres

FIRST = date(2012, 1, 1)
HOSTS, METRICS = 250, 100
COMMAND = "import runpy; runpy.run_module('outgrow', run_name='__main__')"
FORMS = ("long", "wide")


@dataclass(frozen=True)
class Row:
    """One file into one database: seconds of CPU and megabytes, of this build and the former one."""

    database: str
    form: str
    seconds: float
    former_seconds: float
    ratio: float
    peak_mb: float
    former_peak_mb: float


def write_file(path: Path, form: str, rows: int) -> None:
    """A file of about so many values."""
    with path.open("w") as file:
        if form == "long":
            names = [("disk_used_gb", f"host:web-{n}") for n in range(HOSTS)]
            names += [("rows_total", scope) for _, scope in names]
            file.write("date,metric,scope,value\n")
            for day in range(rows // len(names)):
                when = FIRST + timedelta(days=day)
                file.writelines(
                    f"{when},{metric},{scope},{100 + n + day * 0.37:.3f}\n" for n, (metric, scope) in enumerate(names)
                )
            return
        file.write(f"date,{','.join(f'metric_{n}' for n in range(METRICS))}\n")
        for day in range(rows // METRICS):
            values = (f"{n * 10 + day * 0.37:.3f}" for n in range(METRICS))
            file.write(f"{FIRST + timedelta(days=day)},{','.join(values)}\n")


def run(build: Path, *words: str) -> tuple[float, float]:
    """Seconds of CPU and peak megabytes of one command of a build.

    Raises:
        SystemExit: it failed.
    """
    environment = {**os.environ, "PYTHONPATH": str(build / "src"), "OPENBLAS_NUM_THREADS": "1"}
    process = subprocess.Popen([sys.executable, "-c", COMMAND, *words], env=environment, stdout=subprocess.DEVNULL)
    _, status, used = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise SystemExit(f"{build}: outgrow {' '.join(words)} ended with {process.returncode}")
    return used.ru_utime + used.ru_stime, used.ru_maxrss / 1000


def measure(server: PostgresServer | None, form: str, options: argparse.Namespace) -> Row:
    """One file, imported by both builds in turn."""
    builds = (ROOT, options.former.resolve())
    found: tuple[list[tuple[float, float]], ...] = ([], [])
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / f"{form}.csv"
        write_file(file, form, options.rows)
        for _ in range(options.rounds):
            for build, runs in zip(builds, found, strict=True):
                with fresh_store(server) as url:
                    run(build, "init", "--store-url", url)
                    runs.append(run(build, "import", str(file), "--store-url", url))
    (ours, peak), (former, former_peak) = (
        (statistics.median(seconds for seconds, _ in runs), max(peak for _, peak in runs)) for runs in found
    )
    database = "postgresql" if server else "sqlite"
    return Row(database, form, ours, former, former / ours, peak, former_peak)


@contextmanager
def fresh_store(server: PostgresServer | None) -> Iterator[str]:
    """The address of an empty database."""
    with ExitStack() as stack:
        if server:
            yield stack.enter_context(server.fresh_database())
        else:
            yield f"sqlite:///{stack.enter_context(tempfile.TemporaryDirectory())}/store.db"


def main() -> None:
    """Measure both files, on both databases or the one that is named."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("former", type=Path, help="a checkout of the former build")
    parser.add_argument("--database", choices=("sqlite", "postgresql"), action="append")
    parser.add_argument("--form", choices=FORMS, action="append")
    parser.add_argument("--rows", type=int, default=500_000, help="values in each file")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    rows = []
    with ExitStack() as stack:
        for database in options.database or ("sqlite", "postgresql"):
            server = stack.enter_context(running_postgres()) if database == "postgresql" else None
            rows += [measure(server, form, options) for form in options.form or FORMS]
    if options.json:
        print(json.dumps({"values": options.rows, "rows": [asdict(row) for row in rows]}))
        return
    print(f"{options.rows:,} values        CPU s   former    ratio (goal 5)   peak MB (bound 150)   former")
    for row in rows:
        print(
            f"{row.database:11s}{row.form:6s}{row.seconds:9.2f}{row.former_seconds:9.2f}{row.ratio:9.2f}"
            f"{row.peak_mb:24.0f}{row.former_peak_mb:16.0f}"
        )


if __name__ == "__main__":
    main()
