#!/usr/bin/env bash
# SQLAlchemy 2.1.9, psycopg 3.3.9, PyMySQL 1.2.4. A name that SQLAlchemy quotes for a server, `users 100%`, comes back
# with two per cent signs: it is meant for a statement in which the driver looks for parameters, and makes one of two.
# Sent without parameters, by the option `no_parameters` or by the driver's own cursor, it stays two, and the table is
# not there. For SQLite, whose driver looks for question marks, the name is as it is.
set -euo pipefail
place=$(mktemp -d)
trap 'rm -rf "$place"' EXIT
cd "$place"
python3 -m venv env
env/bin/pip install -q --disable-pip-version-check 'sqlalchemy==2.1.9' 'psycopg[binary]==3.3.9' 'pymysql==1.2.4'
env/bin/python - <<'PYTHON'
import pymysql
import sqlalchemy
from sqlalchemy import create_engine

print("SQLAlchemy", sqlalchemy.__version__)
NAME = "users 100%"
quoted = {}
for driver in ("sqlite", "postgresql+psycopg", "mysql+pymysql"):
    address = "sqlite://" if driver == "sqlite" else f"{driver}://nobody@nowhere.invalid/x"
    quoted[driver] = create_engine(address).dialect.identifier_preparer.quote(NAME)
    print(f"{driver:20s}", quoted[driver])
assert quoted == {
    "sqlite": '"users 100%"', "postgresql+psycopg": '"users 100%%"', "mysql+pymysql": "`users 100%%`",
}, quoted

cursor = pymysql.connect(defer_connect=True).cursor()
query = f"SELECT 1 FROM {quoted['mysql+pymysql']}"
sent = {"without parameters": cursor.mogrify(query), "with one": cursor.mogrify(f"{query} LIMIT %s", (5,))}
for how, statement in sent.items():
    print(f"{how:20s}", statement)
assert sent == {
    "without parameters": "SELECT 1 FROM `users 100%%`", "with one": "SELECT 1 FROM `users 100%` LIMIT 5",
}, sent

with create_engine("sqlite://").connect() as connection:
    connection.exec_driver_sql(f"CREATE TABLE {quoted['sqlite']} (id integer)")
    connection = connection.execution_options(no_parameters=True)
    connection.exec_driver_sql(f"SELECT 1 FROM {quoted['sqlite']}")
    try:
        connection.exec_driver_sql(f"SELECT 1 FROM {quoted['postgresql+psycopg']}")
    except sqlalchemy.exc.OperationalError as error:
        print("sent as it is:", error.orig)
    else:
        raise AssertionError("two per cent signs found a table that has one")
PYTHON
