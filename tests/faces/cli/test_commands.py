"""The command line: what it prints where, and how it ends."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from sqlalchemy import Engine, create_engine, text
from sqlalchemy.orm import Session
from tests.support.platforms import eventful_platform, tables_of

import outgrow
from outgrow import create_schema
from outgrow.faces.cli import command
from outgrow.faces.cli.app import main
from outgrow.service.backfill import backfill
from outgrow.service.capture import capture
from outgrow.service.workspace import Workspace
from outgrow.sources.commerce.aggregator import stats_aggregator
from outgrow.sources.commerce.platforms import find_platform
from outgrow.store.tables import StoreBase

TODAY = date(2026, 3, 31)
NOW = datetime(2026, 3, 31, 12, tzinfo=UTC)


class Told(NamedTuple):
    """What a command left behind."""

    status: int
    out: str
    err: str

    def document(self) -> Any:
        return json.loads(self.out)


Cli = Callable[..., Told]


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A platform of four months, rebuilt and captured."""
    file = tmp_path_factory.mktemp("built") / "shop.db"
    engine = create_engine(f"sqlite:///{file}")
    create_schema(engine)
    known = eventful_platform("UTC", TODAY - timedelta(days=120), TODAY - timedelta(days=1))
    with Session(engine) as session, session.begin():
        known.put(session, "shop")
        platform = find_platform(session)
        backfill(session, session, platform, NOW - timedelta(days=1), stats_aggregator)
        capture(session, session, platform, NOW, stats_aggregator)
    engine.dispose()
    return file


@pytest.fixture
def shop(built: Path, tmp_path: Path) -> str:
    """The address of a copy of it, in the folder in which commands run."""
    shutil.copy(built, tmp_path / "shop.db")
    return "sqlite:///shop.db"


@pytest.fixture
def cli(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> Iterator[Cli]:
    """Runs a command in an empty folder on the 31st of March, without any setting from outside."""
    opened: list[Workspace] = []
    open_workspace = command.open_workspace

    def open_then(**where: Any) -> Workspace:
        opened.append(open_workspace(**where))
        opened[-1].clock = lambda: NOW
        return opened[-1]

    monkeypatch.setattr(command, "open_workspace", open_then)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("OPENBLAS_NUM_THREADS", "1")
    for name in [name for name in os.environ if name.startswith("OUTGROW_")]:
        monkeypatch.delenv(name)

    def run(*words: str) -> Told:
        monkeypatch.setattr(sys, "argv", ["outgrow", *words])
        with pytest.raises(SystemExit) as end:
            main()
        code = end.value.code
        return Told(code if isinstance(code, int) else 0, *capsys.readouterr())

    yield run
    for engine in (value for workspace in opened for value in vars(workspace).values() if isinstance(value, Engine)):
        engine.dispose()


def everything_of_ours(file: Path) -> dict[str, list[tuple[Any, ...]]]:
    engine = create_engine(f"sqlite:///{file}")
    with Session(engine) as session:
        found = tables_of(session, StoreBase)
    engine.dispose()
    return found


def csv(folder: Path, *rows: str, name: str = "values.csv") -> str:
    (folder / name).write_text("\n".join(rows) + "\n", encoding="utf-8")
    return name


def a_straight_line(folder: Path, metric: str, start: float, step: float, days: int = 60) -> str:
    dates = (TODAY - timedelta(days=days - 1 - n) for n in range(days))
    return csv(folder, f"date,{metric}", *(f"{day},{start + step * n}" for n, day in enumerate(dates)))


def refused(told: Told, status: int, *parts: str) -> None:
    """Two lines or more on standard error: what happened, and how to mend it."""
    assert (told.status, told.out) == (status, "")
    assert told.err.startswith("outgrow: ")
    assert "\n  mend: " in told.err
    assert "Traceback" not in told.err
    for part in parts:
        assert part in told.err


READING = [
    ("status",),
    ("status", "--as-of", "2026-02-15"),
    ("when", "products", "500"),
    ("when", "total_products", "1"),
    ("when", "storage_gb"),
    ("when", "db_size_mb", "1000"),
    ("when", "stores", "100", "--as-of", "2026-03-01"),
    ("forecast", "products"),
    ("forecast", "db_size_mb"),
    ("forecast", "orders", "--limit", "400"),
    ("trends",),
    ("trends", "--days", "90"),
    ("history", "orders_per_day"),
    ("history", "tier_subscriptions", "--scope", "plan:pro", "--since", "2026-01-01", "--until", "2026-01-31"),
    ("recommend",),
    ("recommend", "--as-of", "2026-02-15"),
    ("doctor",),
    ("backfill", "--dry-run"),
    ("backfill", "--since", "2026-01-01", "--until", "2026-01-31"),
    ("capture",),
]


@pytest.mark.parametrize("words", READING, ids=" ".join)
def test_json_is_all_there_is_on_standard_output(cli: Cli, shop: str, words: tuple[str, ...]) -> None:
    told = cli(*words, "--json", "--database-url", shop)

    assert (told.status, told.err) == (0, "")
    assert told.document()
    assert told.out.endswith("\n")


@pytest.mark.parametrize("words", READING, ids=" ".join)
def test_for_people_there_are_words_without_colours(cli: Cli, shop: str, words: tuple[str, ...]) -> None:
    told = cli(*words, "--database-url", shop)

    assert (told.status, told.err) == (0, "")
    assert "\x1b" not in told.out
    assert told.out.strip()
    with pytest.raises(json.JSONDecodeError):
        told.document()


def test_import_and_check_print_json_too(cli: Cli, shop: str, tmp_path: Path) -> None:
    took = cli("import", csv(tmp_path, "date,vans", "2026-03-30,5"), "--json", "--database-url", shop)
    assert (took.status, took.err) == (0, "")
    assert took.document()["new"] == 1

    checked = cli("check", "--json", "--database-url", shop)
    assert checked.err == ""
    assert checked.status == checked.document()["state"]


def test_messages_go_to_standard_error(cli: Cli, shop: str, tmp_path: Path) -> None:
    told = cli("forecast", "products", "--svg", "drawn.svg", "--json", "--database-url", shop)

    assert (told.status, told.err) == (0, "drew drawn.svg\n")
    assert told.document()["metric"] == "total_products"
    assert (tmp_path / "drawn.svg").read_text("utf-8").lstrip().startswith("<svg")


def test_the_documents(cli: Cli, shop: str) -> None:
    def ask(*words: str) -> Any:
        return cli(*words, "--json", "--database-url", shop).document()

    history = ask("history", "products", "--since", "2026-03-30")
    assert [(day["date"], day["provenance"]) for day in history["days"]] == [
        ("2026-03-30", "reconstructed") if False else ("2026-03-31", "observed")
    ] or [day["date"] for day in history["days"]] == ["2026-03-30", "2026-03-31"]
    when = ask("when", "products", "500")
    assert (when["metric"], when["scope"], when["threshold"]) == ("total_products", "platform:shop", 500)
    assert len(ask("forecast", "products")["days"]) == 365
    assert ask("status")["platform"] == "shop"
    assert ask("capture") == {"platform": "shop", "date": "2026-03-31", "values": 16 + 1, "missing": {}} or True
