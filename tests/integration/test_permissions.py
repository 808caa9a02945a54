"""The least that outgrow has to be allowed, and what it says where it is not: the real command on a real server."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, NamedTuple

import psycopg
import pytest
from sqlalchemy import URL, Engine, create_engine, make_url, text
from sqlalchemy.orm import Session
from tests.support.platforms import eventful_platform
from tests.support.postgres import PostgresServer

import outgrow
from outgrow.sources.commerce.models import CommerceBase

SECRET = "s3cret/p@ss:w0rd"

WARM = """
import json, os, pkgutil, sys, traceback
from importlib import import_module
import alembic.command, psycopg, sqlalchemy.dialects.sqlite, sqlalchemy.dialects.postgresql.psycopg
import outgrow
for module in pkgutil.walk_packages(outgrow.__path__, "outgrow."):
    if "migrations" not in module.name and "charts" not in module.name:
        import_module(module.name)
from outgrow.__main__ import main

for line in sys.stdin:
    folder, words = json.loads(line)
    child = os.fork()
    if not child:
        os.chdir(folder)
        for stream, file in ((1, "out"), (2, "err")):
            os.dup2(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_TRUNC), stream)
        sys.argv, status = ["outgrow", *words], 0
        try:
            main()
        except SystemExit as end:
            status = end.code or 0
        except BaseException:
            traceback.print_exc()
            status = 1
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(status)
    print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), flush=True)
"""
"""A process that has imported everything, and runs each command in a fork of its own."""


class Told(NamedTuple):
    """What a command left behind."""

    status: int
    out: str
    err: str

    def document(self) -> Any:
        return json.loads(self.out)


Run = Callable[..., Told]


@pytest.fixture(scope="module")
def warm() -> Iterator[subprocess.Popen[str]]:
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("OUTGROW_", "PG"))}
    environment["PYTHONPATH"] = str(Path(outgrow.__file__).parents[1])  # the same one, whatever the folder
    pipes: dict[str, Any] = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
    with subprocess.Popen([sys.executable, "-c", WARM], env=environment, **pipes) as process:
        yield process


@pytest.fixture
def run(warm: subprocess.Popen[str], tmp_path: Path) -> Run:
    """Runs the command in a folder of the test's own, without any setting from outside."""

    def command(*words: str) -> Told:
        assert warm.stdin is not None
        assert warm.stdout is not None
        warm.stdin.write(json.dumps([str(tmp_path), words]) + "\n")
        warm.stdin.flush()
        status = int(warm.stdout.readline())
        return Told(status, (tmp_path / "out").read_text("utf-8"), (tmp_path / "err").read_text("utf-8"))

    return command


def as_role(url: str, role: str, password: str | None = None) -> str:
    return make_url(url).set(username=role, password=password).render_as_string(hide_password=False)


@contextmanager
def role_of(engine: Engine, *may: str) -> Iterator[str]:
    """A role that may log in and do this, for as long as the context lasts."""
    name = f"reader_{engine.url.database}"
    with engine.begin() as connection:
        connection.execute(text(f"CREATE ROLE {name} LOGIN PASSWORD '{SECRET}'"))
        for right in may:
            connection.execute(text(f"GRANT {right} TO {name}"))
    yield name
    with engine.begin() as connection:
        connection.execute(text(f"DROP OWNED BY {name}"))
        connection.execute(text(f"DROP ROLE {name}"))


@pytest.fixture
def customer(postgres_url: str) -> Iterator[Engine]:
    """A customer's database with a platform in it, and nothing of ours."""
    engine = create_engine(postgres_url)
    CommerceBase.metadata.create_all(engine)
    yesterday = datetime.now(UTC).date() - timedelta(days=1)
    with Session(engine) as session, session.begin():
        eventful_platform("UTC", yesterday - timedelta(days=60), yesterday).put(session)
    yield engine
    engine.dispose()


@pytest.fixture
def reader_url(customer: Engine) -> Iterator[str]:
    """The customer's database, for somebody who may only look."""
    tables = ", ".join(CommerceBase.metadata.tables)
    with role_of(customer, f"SELECT ON {tables}") as role:
        yield as_role(address(customer), role)


@pytest.fixture
def store_url(postgres_server: PostgresServer) -> Iterator[str]:
    """A database of our own."""
    with postgres_server.fresh_database() as url:
        yield url


def address(engine: Engine) -> str:
    return engine.url.render_as_string(hide_password=False)


def fingerprint(engine: Engine) -> dict[str, list[str]]:
    """Everything in a database: its relations, and every row with the transaction that wrote it and its place."""
    with engine.connect() as connection:
        relations = "SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace ORDER BY relname"
        found = {"": list(connection.scalars(text(relations)))}
        for table in CommerceBase.metadata.tables:
            rows = connection.execute(text(f"SELECT xmin, ctid, t.* FROM {table} t ORDER BY ctid"))
            found[table] = [repr(tuple(row)) for row in rows]
    return found


def check_that_it_works(run: Run, where: list[str]) -> None:
    assert run("init", *where).status == 0
    rebuilt = run("backfill", "--json", *where)
    assert (rebuilt.status, rebuilt.document()["days"]) == (0, 61), rebuilt.err
    captured = run("capture", "--json", *where)
    assert (captured.status, captured.document()["missing"]) == (0, {}), captured.err
    examined = run("doctor", "--json", *where)
    assert [finding for finding in examined.document() if finding["state"] != "good"] == []
    assert examined.status == 0
    told = run("status", "--json", *where)
    assert told.status == 0
    assert told.document()["history"]["reconstructed_days"] == 61
    assert told.document()["newest_age_days"] in {0, 1}  # midnight may have passed


def test_reading_is_enough_where_our_tables_are_elsewhere(
    run: Run, customer: Engine, reader_url: str, store_url: str
) -> None:
    before = fingerprint(customer)
    check_that_it_works(run, ["--database-url", reader_url, "--store-url", store_url])

    assert fingerprint(customer) == before
    assert not any(relation.startswith("outgrow_") for relation in before[""])


def test_our_tables_may_be_in_a_file(run: Run, customer: Engine, reader_url: str, tmp_path: Path) -> None:
    before = fingerprint(customer)
    check_that_it_works(run, ["--database-url", reader_url, "--store-url", f"sqlite:///{tmp_path}/of/ours.db"])

    assert fingerprint(customer) == before


def test_what_nobody_may_read_is_missing_and_the_doctor_says_so(run: Run, customer: Engine, store_url: str) -> None:
    tables = ", ".join(set(CommerceBase.metadata.tables) - {"orders"})
    with role_of(customer, f"SELECT ON {tables}") as role:
        where = ["--database-url", as_role(address(customer), role), "--store-url", store_url]
        assert run("init", *where).status == 0
        captured = run("capture", "--json", *where)
        examined = run("doctor", "--json", *where)

    assert captured.status == 4
    assert set(captured.document()["missing"]) == {"total_orders_month"}
    assert "permission denied for table orders" in captured.err
    assert examined.status == 3
    finding = next(f for f in examined.document() if f["check"] == "commerce tables")
    assert finding["state"] == "bad"
    assert "permission denied for table orders" in finding["message"]
    assert "cannot be written" not in finding["message"]
    assert "SELECT" in finding["mend"]


@pytest.mark.parametrize(
    ("policies", "shared"),
    [((), False), (("CREATE POLICY few ON products USING (id < 5)",), False), ((), True)],
    ids=["no row", "some rows", "no row, in one database"],
)
def test_rows_that_row_security_hides_are_missing_and_not_none(
    run: Run, customer: Engine, store_url: str, policies: tuple[str, ...], shared: bool
) -> None:
    with customer.begin() as connection:
        for statement in ("ALTER TABLE products ENABLE ROW LEVEL SECURITY", *policies):
            connection.execute(text(statement))
    tables = ", ".join(CommerceBase.metadata.tables)
    rights = (f"SELECT ON {tables}", "CREATE ON SCHEMA public") if shared else (f"SELECT ON {tables}",)
    with role_of(customer, *rights) as role:
        reader = as_role(address(customer), role)
        where = ["--database-url", reader] if shared else ["--database-url", reader, "--store-url", store_url]
        assert run("init", *where).status == 0
        rebuilt = run("backfill", "--json", *where)
        captured = run("capture", "--json", *where)
        sold = run("tenants", *where)
        examined = run("doctor", "--json", *where)

    assert rebuilt.status == 0
    assert "row-level security" in rebuilt.document()["unavailable"]["total_products"]
    assert (captured.status, set(captured.document()["missing"])) == (4, {"total_products"})
    assert "row-level security" in captured.document()["missing"]["total_products"]
    assert sold.status == 3
    assert "row-level security" in sold.err
    finding = next(f for f in examined.document() if f["check"] == "commerce tables")
    assert (finding["state"], examined.status) == ("bad", 3)
    assert finding["message"] == "row-level security hides rows of products from the role that reads"
    assert "BYPASSRLS" in finding["mend"]


def test_a_platform_that_row_security_hides_is_an_error(run: Run, customer: Engine, store_url: str) -> None:
    with customer.begin() as connection:
        connection.execute(text("ALTER TABLE platforms ENABLE ROW LEVEL SECURITY"))
    with role_of(customer, f"SELECT ON {', '.join(CommerceBase.metadata.tables)}") as role:
        where = ["--database-url", as_role(address(customer), role), "--store-url", store_url]
        assert run("init", *where).status == 0
        told = run("capture", *where)

    assert (told.status, told.out) == (3, "")
    assert 'row-level security policy for table "platforms"' in told.err
    assert "BYPASSRLS" in told.err


def test_a_role_that_sees_every_row_is_good(run: Run, customer: Engine, store_url: str) -> None:
    with role_of(customer, f"SELECT ON {', '.join(CommerceBase.metadata.tables)}") as role:
        with customer.begin() as connection:
            connection.execute(text("ALTER TABLE products ENABLE ROW LEVEL SECURITY"))
            connection.execute(text(f"ALTER ROLE {role} BYPASSRLS"))
        check_that_it_works(run, ["--database-url", as_role(address(customer), role), "--store-url", store_url])


def test_the_doctor_tells_what_leaves_rows_out(run: Run, customer: Engine, reader_url: str, store_url: str) -> None:
    role = make_url(reader_url).username
    with customer.begin() as connection:
        for statement in (
            "CREATE SCHEMA old",
            "ALTER TABLE orders SET SCHEMA old",
            "ALTER TABLE media_files ALTER bytes DROP NOT NULL, ALTER created_at DROP NOT NULL",
            "UPDATE media_files SET bytes = NULL",
            "ALTER TABLE products RENAME TO every_product",
            "CREATE VIEW products AS SELECT * FROM every_product WHERE id < 5",
            f"GRANT USAGE ON SCHEMA old TO {role}",
            f"GRANT SELECT ON products TO {role}",
            f"ALTER ROLE {role} SET search_path = public, old",
        ):
            connection.execute(text(statement))
    where = ["--database-url", reader_url, "--store-url", store_url]
    assert run("init", *where).status == 0
    finding = next(f for f in run("doctor", "--json", *where).document() if f["check"] == "whole counts")

    assert finding["state"] == "note"
    assert "products: a view and no table" in finding["message"]
    assert "orders in old; " in finding["message"]
    assert "media_files: rows without bytes are not counted" in finding["message"]
    assert "created_at" not in finding["message"]


@pytest.mark.parametrize("command", [("capture",), ("backfill",)])
def test_a_store_that_may_only_be_read(
    run: Run, customer: Engine, reader_url: str, store_url: str, command: tuple[str, ...]
) -> None:
    where = ["--database-url", reader_url, "--store-url"]
    assert run("init", *where, store_url).status == 0
    store = create_engine(store_url)
    with role_of(store, "SELECT ON ALL TABLES IN SCHEMA public") as role:
        read_only = as_role(store_url, role)
        told = run(*command, *where, read_only)
        examined = run("doctor", "--json", *where, read_only)
        read = run("status", "--json", *where, read_only)
    store.dispose()

    assert (told.status, told.out) == (3, "")
    assert "cannot be written: permission denied for table outgrow_" in told.err
    assert "mend: give the role the right to write outgrow's tables" in told.err
    assert "Traceback" not in told.err
    assert examined.status == 3
    assert {f["check"]: f["state"] for f in examined.document()}["right to write"] == "bad"
    assert read.status == 0


def test_a_role_that_may_not_make_tables(run: Run, customer: Engine, reader_url: str) -> None:
    before = fingerprint(customer)
    told = run("init", "--database-url", reader_url)

    assert told.status == 3
    assert "cannot be written: permission denied for schema public" in told.err
    assert "--store-url" in told.err
    assert fingerprint(customer) == before


def connects(url: URL) -> bool:
    try:
        parts = {key: str(value) for key, value in url.query.items()}
        psycopg.connect(user=url.username, password=url.password, dbname=url.database, **parts).close()  # type: ignore[arg-type]
    except psycopg.OperationalError:
        return False
    return True


@pytest.fixture
def passwords_are_asked_for(postgres_server: PostgresServer, customer: Engine, reader_url: str) -> None:
    """Let the server ask this one role for its password; it trusts everybody else."""
    role = make_url(reader_url).username
    rules = postgres_server.home / "data" / "pg_hba.conf"
    rules.write_text(f"local all {role} scram-sha-256\n{rules.read_text()}")
    with customer.connect() as connection:
        connection.execute(text("SELECT pg_reload_conf()"))
    deadline = time.monotonic() + 30
    while connects(make_url(reader_url)):
        assert time.monotonic() < deadline, "the server goes on trusting"
        time.sleep(0.01)


@pytest.mark.usefixtures("passwords_are_asked_for")
def test_the_right_password_opens_and_is_never_told(run: Run, reader_url: str, tmp_path: Path) -> None:
    url = as_role(reader_url, make_url(reader_url).username or "", SECRET)
    where = ["--database-url", url, "--store-url", f"sqlite:///{tmp_path}/store.db"]
    assert run("init", *where).status == 0
    told = [run("capture", *where), run("doctor", *where)]

    assert told[0].status == 0
    for each in told:
        check_that_no_secret_is_told(each)
    assert "***@" in told[1].out


def check_that_no_secret_is_told(told: Told) -> None:
    for text_of in (told.out, told.err):
        for spelling in (SECRET, "s3cret", "p@ss", "p%40ss", "w0rd"):
            assert spelling not in text_of


@pytest.mark.usefixtures("passwords_are_asked_for")
@pytest.mark.parametrize("command", [("capture",), ("doctor",), ("check",), ("status", "--debug")], ids=" ".join)
def test_a_wrong_password_is_said_and_never_told(run: Run, reader_url: str, command: tuple[str, ...]) -> None:
    wrong = as_role(reader_url, make_url(reader_url).username or "", SECRET + "!")
    told = run(*command, "--database-url", wrong)

    assert told.status == 3
    assert "refuses the login" in told.out + told.err
    check_that_no_secret_is_told(told)
    if "--debug" not in command:
        assert "Traceback" not in told.err


def test_a_role_that_does_not_exist(run: Run, customer: Engine) -> None:
    told = run("status", "--database-url", as_role(address(customer), "nobody_knows_me", SECRET))

    assert told.status == 3
    assert 'role "nobody_knows_me" does not exist' in told.err
    check_that_no_secret_is_told(told)


def test_a_server_that_is_not_there(run: Run, tmp_path: Path) -> None:
    url = f"postgresql://outgrow:{SECRET.replace('@', '%40').replace('/', '%2F')}@/shop?host={tmp_path}&port=1"
    told = run("status", "--database-url", url)

    assert (told.status, told.out) == (3, "")
    assert "cannot be reached: " in told.err
    assert "Traceback" not in told.err
    assert "mend: check host and port in the address, and that the server runs" in told.err
    check_that_no_secret_is_told(told)


def test_a_database_that_is_not_there(run: Run, postgres_url: str) -> None:
    told = run("status", "--database-url", postgres_url.replace("/test_", "/no_such_"))

    assert told.status == 3
    assert "does not exist" in told.err
    assert "Traceback" not in told.err
