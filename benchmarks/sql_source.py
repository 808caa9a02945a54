"""What a platform's own database costs to read, against one plain count of the same table in the same run.

    python benchmarks/sql_source.py [--rows 10000000] [--database postgresql] [--rounds 3] [--json]

A table of made-up things with a beginning, an end for one in three, and an amount is counted for three metrics at once:
how many there are, of one sort, and what they amount to. The yardstick is `count(*)`; for SQLite, which decodes nothing
for it, `count(created)`. CPU is that of server and client together, user and system. Only the ratios of one run say
anything.
"""

import argparse
import json
import os
import statistics
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path
from zoneinfo import ZoneInfo

from sqlalchemy import Engine, create_engine
from tests.support.mariadb import running_mariadb
from tests.support.postgres import running_postgres

from outgrow.domain.metric import Kind, Metric
from outgrow.sources.registry import SourceRequest
from outgrow.sources.sql.declaration import Counted, DeclaredMetric, SqlDeclaration, TimeExpression
from outgrow.sources.sql.opening import make_source

TODAY, DAYS = date(2026, 11, 22), 730
BOUNDS = {"mariadb": 3.0, "postgresql": 3.5, "sqlite": 3.0}
TICK = os.sysconf("SC_CLK_TCK")
MAKE = {
    "postgresql": """
        CREATE TABLE things AS SELECT n AS id, began AS created,
            CASE WHEN n % 3 = 0 THEN began + (timestamptz '2026-11-22' - began) * random() END AS deleted,
            (random() * 1e6)::bigint AS bytes, n % 7 AS sort
        FROM (SELECT n, timestamptz '2026-11-22' - interval '730 days' * (1 - sqrt(n / {rows}.0)) AS began
            FROM generate_series(1, {rows}) AS n) AS made;
        ALTER TABLE things ADD PRIMARY KEY (id); ANALYZE things""",
    "mariadb": """
        CREATE TABLE things (id bigint PRIMARY KEY, created datetime(6), deleted datetime(6), bytes bigint, sort int);
        INSERT INTO things SELECT n, began, CASE WHEN n % 3 = 0 THEN
            date_add(began, INTERVAL floor(rand() * timestampdiff(SECOND, began, '2026-11-22')) SECOND) END,
            floor(rand() * 1e6), n % 7
        FROM (SELECT seq AS n, date_sub('2026-11-22', INTERVAL floor(63072000 * (1 - sqrt(seq / {rows}))) SECOND)
            AS began FROM seq_1_to_{rows}) AS made""",
    "sqlite": """
        CREATE TABLE things (id integer PRIMARY KEY, created text, deleted text, bytes integer, sort integer);
        INSERT INTO things WITH RECURSIVE made(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM made WHERE n < {rows}),
            dated AS (SELECT n, cast(1795305600 - 63072000 * (1 - sqrt(n / {rows}.0)) AS integer) AS began FROM made)
        SELECT n, datetime(began, 'unixepoch'), CASE WHEN n % 3 = 0 THEN datetime(cast(began
            + (1795305600 - began) * (abs(random()) % 1000) / 1000.0 AS integer), 'unixepoch') END,
            abs(random()) % 1000000, n % 7 FROM dated""",
}


@dataclass(frozen=True)
class Outcome:
    """The cost of a question, in CPU seconds of client and server, and the yardstick's."""

    what: str
    cpu: float
    yardstick: float
    bound: float

    @property
    def ratio(self) -> float:
        return self.cpu / self.yardstick


def cpu_of(tree: int) -> float:
    """Seconds of CPU of a process and all that it has started, in seconds; 0 for none."""
    if not tree:
        return 0.0
    seconds = 0.0
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = stat.read_text().rsplit(")", 1)[1].split()
        except OSError:
            continue
        if int(stat.parent.name) == tree or int(fields[1]) == tree:
            seconds += sum(map(int, fields[11:13] if int(stat.parent.name) != tree else fields[11:15])) / TICK
    return seconds


def spent(server: int, do: Callable[[], object]) -> float:
    def now() -> float:
        times = os.times()
        return times.user + times.system + cpu_of(server)

    before = now()
    do()
    return now() - before


@contextmanager
def database(kind: str) -> Iterator[tuple[Engine, int]]:
    """An empty database, and the process of its server."""
    if kind == "sqlite":
        with tempfile.TemporaryDirectory() as folder:
            yield create_engine(f"sqlite:///{folder}/things.db"), 0
    elif kind == "postgresql":
        with running_postgres() as server, server.fresh_database() as url:
            yield create_engine(url), int((server.home / "data/postmaster.pid").read_text().split()[0])
    else:
        with running_mariadb() as maria, maria.fresh_database() as url:
            yield create_engine(url), int((maria.home / "pid").read_text())


def measure(kind: str, rows: int, rounds: int) -> Outcome:
    with database(kind) as (engine, server):
        for statement in MAKE[kind].format(rows=rows).split(";"):
            with engine.begin() as connection:
                connection.exec_driver_sql(statement, execution_options={"no_parameters": True})
        created, deleted = TimeExpression("created"), TimeExpression("deleted")
        told = {
            "things": Counted("things", created, deleted),
            "of_a_sort": Counted("things", created, deleted, where="sort = 3"),
            "bytes": Counted("things", created, deleted, amount="bytes"),
        }
        declared = [
            DeclaredMetric(Metric(name, Kind.LEVEL, name, name), counted, "benchmark") for name, counted in told.items()
        ]
        options = {"declared": SqlDeclaration(declared)}
        ours = create_engine(engine.url)  # of its own, for what is set in its sessions stays there
        source = make_source(SourceRequest(None, ZoneInfo("Europe/Berlin"), options=options, connection=ours))
        count = f"SELECT count({'created' if kind == 'sqlite' else '*'}) FROM things"

        def plain() -> None:
            with engine.connect() as connection:
                if kind == "postgresql":
                    connection.exec_driver_sql("SET max_parallel_workers_per_gather = 0")
                connection.exec_driver_sql(count).scalar()

        def history() -> None:
            past = source.past(None, TODAY, lambda _: True, lambda *_: None)
            assert past.unavailable == {}, past.unavailable

        plain()
        pairs = [(spent(server, plain), spent(server, history)) for _ in range(rounds)]
        ours.dispose()
        engine.dispose()
        yardstick, cpu = (statistics.median(column) for column in zip(*pairs, strict=True))
        return Outcome(f"history of {rows:,} rows in {kind}", cpu, yardstick, BOUNDS[kind])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, default=10_000_000)
    parser.add_argument("--database", choices=BOUNDS, action="append")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--json", action="store_true")
    asked = parser.parse_args()
    outcomes = [measure(kind, asked.rows, asked.rounds) for kind in asked.database or BOUNDS]
    if asked.json:
        print(json.dumps([{**asdict(each), "ratio": each.ratio} for each in outcomes]))
        return
    for each in outcomes:
        print(f"{each.what:40} {each.cpu:7.2f} s {each.yardstick:7.2f} s  ratio {each.ratio:5.2f}  bound {each.bound}")


if __name__ == "__main__":
    main()
