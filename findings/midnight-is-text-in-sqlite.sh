#!/usr/bin/env bash
# SQLAlchemy 2.1.9 on SQLite writes and binds a DateTime as text with six decimals, SQLite's own CURRENT_TIMESTAMP (and many
# programs) without any, and others with a T between date and time. Text is compared as text: a row of exactly midnight,
# written by another program, is not found from midnight on; a T sorts behind every hour of its day, so that a row of
# 08:00 is not found before noon. Read back through SQLAlchemy, both rows show the right time.
set -euo pipefail
place=$(mktemp -d)
trap 'rm -rf "$place"' EXIT
cd "$place"
python3 -m venv env
env/bin/pip install -q --disable-pip-version-check 'sqlalchemy==2.1.9'
env/bin/python - <<'PYTHON'
import datetime, sqlite3
import sqlalchemy as sa

database = sqlite3.connect("shop.db")
database.execute("CREATE TABLE orders (id INTEGER PRIMARY KEY, created_at DATETIME)")
database.executemany(
    "INSERT INTO orders (created_at) VALUES (?)",
    [("2026-03-01 00:00:00",), ("2026-03-01T08:00:00",), ("2026-03-01 09:00:00.000000",)],
)
database.commit()
engine = sa.create_engine("sqlite:///shop.db")
orders = sa.Table("orders", sa.MetaData(), autoload_with=engine)
when = orders.c.created_at
first, noon = datetime.datetime(2026, 3, 1), datetime.datetime(2026, 3, 1, 12)
with engine.connect() as connection:
    everything = connection.scalars(sa.select(when).order_by(orders.c.id)).all()
    morning = connection.scalars(sa.select(orders.c.id).where(when >= first, when < noon)).all()
print("SQLAlchemy", sa.__version__, "SQLite", sqlite3.sqlite_version)
print("rows:", *everything)
print("from midnight to noon, by id:", morning)
assert [moment.hour for moment in everything] == [0, 8, 9]
assert morning == [3]
PYTHON
