"""What real databases refuse comes as our error, with a mend that fits."""

from pathlib import Path

import pytest
from sqlalchemy import Engine, make_url, text

from outgrow.domain.errors import ConfigurationError, DatabaseError, OutgrowError, SchemaError
from outgrow.setup.connections import database_errors, open_engine


def refusal(url: str, *statements: str) -> OutgrowError:
    """What comes of opening an address and running some statements there."""
    with pytest.raises(OutgrowError) as error:
        opened(url, *statements)
    return error.value


def opened(url: str, *statements: str) -> None:
    engine = open_engine(url, "store_url")
    try:
        run(engine, url, *statements)
    finally:
        engine.dispose()


def run(engine: Engine, url: str, *statements: str) -> None:
    with database_errors(url), engine.connect() as connection:
        for statement in ("SELECT 1", *statements):
            connection.execute(text(statement))


@pytest.fixture
def file(tmp_path: Path) -> str:
    """The address of an SQLite file with nothing in it."""
    url = f"sqlite:///{tmp_path / 'own.db'}"
    engine = open_engine(url, "store_url", may_create=True)
    run(engine, url, "CREATE TABLE things (name TEXT)")
    engine.dispose()
    return url


def test_a_full_disk_is_no_server_that_does_not_run(file: str) -> None:
    fill = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 10000) "
    fill += "INSERT INTO things SELECT hex(randomblob(50)) FROM n"

    error = refusal(file, "PRAGMA max_page_count = 5", fill)

    assert isinstance(error, DatabaseError)
    assert "has no room left" in error.what
    assert error.mend.startswith("make room")


def test_a_file_that_is_no_database(tmp_path: Path) -> None:
    (tmp_path / "text.db").write_text("Nothing of ours stands in this file.\n" * 300)

    error = refusal(f"sqlite:///{tmp_path / 'text.db'}", "SELECT * FROM sqlite_master")

    assert isinstance(error, DatabaseError)
    assert "is no SQLite database, or a damaged one" in error.what


def test_a_missing_table(file: str) -> None:
    assert isinstance(refusal(file, "SELECT * FROM absent"), SchemaError)


@pytest.mark.parametrize(
    ("address", "part"),
    [
        ("sqlite://", "in memory"),
        ("sqlite:///:memory:", "in memory"),
        ("sqlite:///{folder}", "is a folder"),
        ("sqlite:///{folder}/absent.db", "there is no database file"),
        ("sqlite:///{folder}/" + "x" * 300, "cannot be read"),
        ("postgresql+nodriver://h/x", "the driver 'postgresql+nodriver' is not there"),
        ("nothing://h/x", "the driver 'nothing' is not there"),
    ],
)
def test_odd_addresses(address: str, part: str, tmp_path: Path) -> None:
    error = refusal(address.format(folder=tmp_path))

    assert isinstance(error, ConfigurationError | DatabaseError)
    assert part in error.what
    assert "pip install" not in error.mend  # nothing of ours would bring these drivers


@pytest.mark.parametrize(
    ("changed", "part", "mend"),
    [
        ({"database": "absent"}, "cannot be opened", "create it"),
        ({"host": "127.0.0.1", "port": 1, "query": {}}, "cannot be reached", "that the server runs"),
        ({"host": "absent.invalid", "query": {}}, "there is no such host", "the name of the host"),
        ({"username": "nobody_knows"}, "refuses the login", "user and password"),
    ],
)
def test_servers_that_are_not_there_or_refuse(
    postgres_url: str, changed: dict[str, object], part: str, mend: str
) -> None:
    url = make_url(postgres_url).set(**changed)  # type: ignore[arg-type]

    error = refusal(url.render_as_string(hide_password=False))

    assert isinstance(error, DatabaseError)
    assert part in error.what
    assert mend in error.mend


@pytest.mark.parametrize(
    ("statements", "part"),
    [
        (("SET LOCAL statement_timeout = 50", "SELECT pg_sleep(5)"), "took too long"),
        (("SET TRANSACTION READ ONLY", "CREATE TABLE things (name TEXT)"), "cannot be written"),
        (("SELECT * FROM absent",), "lacks a table"),
        (("SELECT pg_terminate_backend(pg_backend_pid())",), "was lost on the way"),
    ],
)
def test_servers_that_stop_a_statement(postgres_url: str, statements: tuple[str, ...], part: str) -> None:
    assert part in refusal(postgres_url, *statements).what
