#!/usr/bin/env bash
# SQLite 3.50.4 (apsw 3.50.4.0), a table keyed by (platform, metric, scope, day) with a second index on (platform, day).
# Asked for the days of a span of two metrics, it looks along the key: what it reads is what it tells. With DISTINCT
# before the day, for an answer that has each day once anyway, it takes the second index, whose order spares it the
# sorting, and reads that span of every metric there is: with 2,000 metrics hundreds of times the work. Of one metric it
# looks along the key either way.
set -euo pipefail
place=$(mktemp -d)
trap 'rm -rf "$place"' EXIT
cd "$place"
python3 -m venv env
env/bin/pip install -q --disable-pip-version-check 'apsw==3.50.4.0'
env/bin/python - <<'PYTHON'
import time
import apsw

database = apsw.Connection("history.db")
database.execute(
    "CREATE TABLE measured (platform TEXT, metric TEXT, scope TEXT, day TEXT, value REAL,"
    " PRIMARY KEY (platform, metric, scope, day))"
)
database.execute("CREATE INDEX by_day ON measured (platform, day)")
with database:
    database.executemany(
        "INSERT INTO measured VALUES ('main', ?, 'all', ?, 1.0)",
        ((f"m{n:04d}", f"2026-{1 + d // 30:02d}-{1 + d % 30:02d}") for n in range(2000) for d in range(90)),
    )
ASKED = {"one name": "metric = 'm0007'", "two names": "metric IN ('m0007', 'm0008')"}


def plans(distinct):
    told = {}
    for name, which in ASKED.items():
        query = (
            f"SELECT {distinct} day FROM measured WHERE platform = 'main' AND {which} AND scope = 'all'"
            " AND day >= '2026-02-15' AND day < '2026-03-15' AND value IS NULL"
        )
        plan = " ".join(row[3] for row in database.execute("EXPLAIN QUERY PLAN " + query))
        begun = time.process_time()
        assert database.execute(query).fetchall() == []
        told[name] = "by_day" if "by_day" in plan else "key"
        print(f"{distinct:8s} {name:9s} {told[name]:6s}", f"{1000 * (time.process_time() - begun):7.2f} ms")
    return told


print("SQLite", apsw.sqlite_lib_version(), "apsw", apsw.apsw_version())
plain, distinct = plans(""), plans("DISTINCT")
assert plain == {"one name": "key", "two names": "key"}, plain
assert distinct == {"one name": "key", "two names": "by_day"}, distinct
PYTHON
