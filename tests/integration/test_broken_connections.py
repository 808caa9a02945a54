"""A server that goes away in the middle: status 3, and the store holds whole pieces or nothing."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import create_engine
from sqlalchemy.orm import Session
from tests.faces.cli.conftest import cli  # noqa: F401 - a fixture
from tests.support.breaking import breaking
from tests.support.cli import TODAY, Cli, Told
from tests.support.platforms import eventful_platform, tables_of

from outgrow import create_schema
from outgrow.service import backfill
from outgrow.store.orm import StoreBase

Rows = dict[str, list[tuple[Any, ...]]]
DAYS, PIECE = 40, 16


def put_platform(url: str) -> str:
    """A platform of forty days; the address again."""
    engine = create_engine(url)
    create_schema(engine)
    with Session(engine) as session, session.begin():
        eventful_platform("UTC", TODAY - timedelta(days=DAYS), TODAY - timedelta(days=1)).put(session)
    engine.dispose()
    return url


@pytest.fixture(autouse=True)
def short_pieces(monkeypatch: pytest.MonkeyPatch) -> None:
    """So that several are written."""
    monkeypatch.setattr(backfill, "CHUNK_DAYS", PIECE)


def everything_of_ours(url: str) -> Rows:
    engine = create_engine(url)
    with Session(engine) as session:
        found = tables_of(session, StoreBase)
    engine.dispose()
    return found


def values(rows: Rows) -> set[tuple[Any, ...]]:
    return {row[:7] for row in rows["outgrow_measurements"]}


def refused(told: Told, at: str) -> None:
    assert (told.status, told.out) == (3, ""), at
    assert any(words in told.err for words in ("broke off", "was lost on the way", "cannot be used")), at
    assert "Traceback" not in told.err, at


@pytest.mark.parametrize("command", ["backfill", "capture"])
def test_a_platform_s_server_that_goes_away_at_any_statement(
    cli: Cli,  # noqa: F811
    postgres_url: str,
    tmp_path: Path,
    caplog: pytest.LogCaptureFixture,
    command: str,
) -> None:
    source_url = put_platform(postgres_url)
    store, whole = f"sqlite:///{tmp_path}/store.db", f"sqlite:///{tmp_path}/whole.db"
    for url in (store, whole):
        assert cli("init", "--store-url", url).status == 0
    nothing = everything_of_ours(store)
    with breaking(source_url) as breaker:
        assert cli(command, "--database-url", source_url, "--store-url", whole).status == 0
        statements = len(breaker.seen)
        assert statements > 20
        for breaker.at in range(1, statements + 1):
            breaker.seen.clear()
            told = cli(command, "--database-url", source_url, "--store-url", store)
            at = f"statement {breaker.at}: {breaker.seen[-1]}\n{told}"
            if told.status == 0:  # the day is counted: what was sold is asked for recommendations alone
                assert command == "capture", at
                assert "what was sold could not be counted" in caplog.text, at
                break
            refused(told, at)
            assert everything_of_ours(store) == nothing, at
        breaker.at = None
        assert cli(command, "--database-url", source_url, "--store-url", store).status == 0
    assert values(everything_of_ours(store)) == values(everything_of_ours(whole))


def test_a_server_of_our_tables_that_goes_away_at_any_statement(
    cli: Cli,  # noqa: F811
    postgres_url: str,
    sqlite_url: str,
    tmp_path: Path,
) -> None:
    """Whole pieces of the history stay, and the next run does the rest."""
    source_url, whole = put_platform(sqlite_url), f"sqlite:///{tmp_path}/whole.db"
    for url in (postgres_url, whole):
        assert cli("init", "--store-url", url).status == 0
    assert cli("backfill", "--database-url", source_url, "--store-url", whole).status == 0
    complete = values(everything_of_ours(whole))
    days = sorted({row[3] for row in complete})
    pieces = [{row for row in complete if row[3] in days[:end]} for end in (0, PIECE, 2 * PIECE, DAYS)]
    stored = []
    with breaking(postgres_url) as breaker:
        for number in range(1, 100):
            breaker.seen, breaker.at = [], number
            told = cli("backfill", "--database-url", source_url, "--store-url", postgres_url)
            at = f"statement {number}: {breaker.seen[-1]}\n{told}"
            breaker.at = None
            found = values(everything_of_ours(postgres_url))
            assert found in pieces, at
            stored.append(len(found))
            if told.status == 0:
                break
            refused(told, at)
    assert stored[0] == 0
    assert len(set(stored)) == len(pieces), "each piece was the last one once"
    assert found == complete
