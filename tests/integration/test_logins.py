"""Whoever cannot log in is told why, and no password is ever told."""

import time
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import URL, Engine, make_url, text
from tests.support.cli import Told
from tests.support.postgres import PostgresServer
from tests.support.roles import SECRET, address, as_role
from tests.support.warm import Run


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
