"""The command line: what it prints where, and how it ends."""

import json
import os
import subprocess
import sys
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from tests.support.cli import TODAY, Cli
from tests.support.command_files import csv, refused

import outgrow
from outgrow.faces.cli.run import main
from outgrow.setup.program import SettingsProgram

READING = [
    ("status",),
    ("status", "--as-of", "2026-02-15"),
    ("when", "products", "500"),
    ("when", "total_products", "1"),
    ("when", "storage_gb"),
    ("when", "db_size_mb", "1000"),
    ("when", "stores", "100", "--as-of", "2026-03-01"),
    ("forecast", "products"),
    ("when", "products", "100", "--falling"),
    ("forecast", "db_size_mb"),
    ("forecast", "orders", "--limit", "400"),
    ("forecast", "products", "--why"),
    ("forecast", "db_size_mb", "--why"),
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


def test_what_the_documents_say(cli: Cli, shop: str) -> None:
    def ask(*words: str) -> Any:
        return cli(*words, "--json", "--database-url", shop).document()

    days = ask("history", "products", "--since", "2026-03-30")["days"]
    assert [(day["date"], day["provenance"]) for day in days] == [
        ("2026-03-30", "reconstructed"),
        ("2026-03-31", "observed"),
    ]
    when = ask("when", "products", "500")
    assert (when["metric"], when["scope"], when["threshold"]) == ("total_products", "platform:shop", 500)
    assert len(ask("forecast", "products")["days"]) == 365
    status = ask("status")
    assert (status["platform"], status["as_of"], status["newest_snapshot"]) == ("shop", "2026-03-31", "2026-03-31")
    assert {key: ask("capture")[key] for key in ("platform", "date", "missing")} == {
        "platform": "shop",
        "date": "2026-03-31",
        "missing": {},
    }
    dry = ask("backfill", "--dry-run")
    assert (dry["first_day"], dry["last_day"], dry["dry_run"]) == ("2025-12-01", "2026-03-30", True)
    assert set(ask("trends")["trends"]) >= {"stores", "products", "orders", "team_members", "storage_gb"}
    assert list(ask("recommend")[0])[:5] == ["category", "severity", "title", "description", "action"]
    assert {finding["state"] for finding in ask("doctor")} == {"good"}


def test_the_short_and_the_full_name_are_the_same(cli: Cli, shop: str) -> None:
    for short, full in (("stores", "active_stores"), ("storage_gb", "storage_used_gb")):
        told = [cli("when", name, "2000", "--json", "--database-url", shop) for name in (short, full)]
        assert told[0] == told[1]


class TestFaults:
    """An import of five thousand products four weeks ago, and one day on which nearly all orders were lost."""

    @pytest.fixture
    def faulty(self, cli: Cli, tmp_path: Path) -> tuple[str, str]:
        rows = []
        for n in range(200):
            day = TODAY - timedelta(days=199 - n)
            products = 10_000 + 20 * n + (n * 7) % 11 + (5_000 if n > 170 else 0)
            rows.append(f"{day},{products},{1 if n == 180 else 300 + (n * 13) % 17},{2 * n + (n * 5) % 3}")
        where = ("--store-url", "sqlite:///ours.db")
        cli("init", *where)
        cli("import", csv(tmp_path, "date,products,orders_per_day,team_members", *rows), *where)
        return where

    def test_they_are_named_below_the_answer(self, cli: Cli, faulty: tuple[str, str]) -> None:
        said = "On 3 Mar 2026 the value rose by 5,027 to 18,429 products and went on from there: taken as an import"

        for words in (("when", "products", "30000"), ("forecast", "products")):
            lines = cli(*words, *faulty).out.splitlines()
            assert lines[-2].startswith("Rests on 200 days of history")
            assert lines[-1] == f"{said}, not as growth."
        assert "import" not in cli("when", "team_members", "500", *faulty).out

    def test_status_marks_them_with_a_line_each(self, cli: Cli, faulty: tuple[str, str]) -> None:
        lines = cli("status", *faulty).out.splitlines()

        marked = [line.partition(" * ")[0] for line in lines if " * " in line]
        assert [line.removeprefix("● ok").strip() for line in marked] == ["Products", "Orders per day"]
        marks = [line for line in lines if line.startswith("* ")]
        assert [line[:14] for line in marks] == ["* Products: on", "* Orders per d"]
        assert lines[-1].startswith("Platform main: ")

    def test_why(self, cli: Cli, faulty: tuple[str, str]) -> None:
        told = cli("forecast", "products", "--why", *faulty)
        reasons = told.out.partition("\nWhy:\n")[2].splitlines()

        assert told.status == 0
        assert reasons[0].startswith("  It grew by 20.")
        assert all(reason.endswith(".") for reason in reasons)
        assert "Why" not in cli("forecast", "products", *faulty).out

    def test_why_beside_a_chart(self, cli: Cli, faulty: tuple[str, str]) -> None:
        told = cli("forecast", "products", "--why", "--svg", "drawn.svg", *faulty)

        assert told.out.startswith("\nWhy:\n")

    def test_a_level_to_fall_to(self, cli: Cli, faulty: tuple[str, str]) -> None:
        told = cli("when", "team_members", "100", "--falling", *faulty)
        lines = told.out.splitlines()

        assert lines[0] == "Team members: 400 members on 31 Mar 2026."
        assert lines[1].startswith("Not falling: it grows by ")
        assert cli("when", "team_members", "400", "--falling", *faulty).out.splitlines()[1] == (
            "Reached: at or below 400 since 13 Sep 2025."
        )
        refused(cli("when", "team_members", "--falling", *faulty), 2, "no level is given to fall to")


class TestDefects:
    @pytest.fixture
    def broken(self, monkeypatch: pytest.MonkeyPatch) -> None:
        def status(_view: object) -> None:
            raise ZeroDivisionError("of ours")

        monkeypatch.setattr("outgrow.service.status.status", status)

    @pytest.mark.usefixtures("broken")
    def test_a_defect_is_status_one_and_asks_for_a_report(self, cli: Cli, shop: str) -> None:
        refused(cli("status", "--database-url", shop), 1, "a defect of outgrow: ZeroDivisionError: of ours", "--debug")

    def test_an_interruption_is_no_defect(self, cli: Cli, shop: str, monkeypatch: pytest.MonkeyPatch) -> None:
        def status(_view: object) -> None:
            raise KeyboardInterrupt

        monkeypatch.setattr("outgrow.service.status.status", status)

        assert cli("status", "--database-url", shop) == (130, "", "")

    @pytest.mark.usefixtures("broken", "cli")
    @pytest.mark.parametrize("words", [["--debug", "status"], ["status", "--debug"]])
    def test_debug_anywhere_shows_the_traceback_and_keeps_the_status(
        self, shop: str, words: list[str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
    ) -> None:
        monkeypatch.setattr(sys, "argv", ["outgrow", *words, "--database-url", shop])
        with pytest.raises(SystemExit) as end:
            main(SettingsProgram)

        assert end.value.code == 1
        told = capsys.readouterr().err
        assert told.startswith("Traceback (most recent call last):")
        assert "ZeroDivisionError: of ours\noutgrow: this is a defect of outgrow: ZeroDivisionError: of ours" in told


COMMAND = [sys.executable, "-c", "from outgrow.__main__ import main; main()"]


def real(folder: Path, **more: str) -> dict[str, Any]:
    """How to start a process of its own in a folder, with a setting more in its environment."""
    source = str(Path(outgrow.__file__).parents[1])
    return {"cwd": folder, "env": {**os.environ, "PYTHONPATH": source, **more}, "text": True}


def test_a_real_process_tells_every_command(tmp_path: Path) -> None:
    told = subprocess.run([*COMMAND, "--help"], capture_output=True, check=True, **real(tmp_path))

    assert told.stderr == ""
    for name in ("demo", "init", "doctor", "capture", "backfill", "status", "history", "trends", "forecast", "when"):
        assert f"  {name} " in told.stdout
    for name in ("recommend", "check", "import"):
        assert f"  {name} " in told.stdout
    assert "--debug" in told.stdout


@pytest.mark.parametrize(
    "words",
    [
        pytest.param(["forecast", "products", "--json"], id="more than a pipe holds"),
        pytest.param(["when", "products", "500"], id="a few lines"),
    ],
)
def test_a_reader_that_goes_away_is_no_error(shop: str, tmp_path: Path, words: list[str]) -> None:
    options = real(tmp_path)
    with subprocess.Popen(
        [*COMMAND, *words, "--database-url", shop, "--as-of", "2026-03-31"],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, **options,
    ) as process:  # fmt: skip
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.close()
        said = process.stderr.read()

        assert (process.wait(timeout=60), said) == (0, "")


def test_a_terminal_that_knows_no_bars(shop: str, tmp_path: Path) -> None:
    told = subprocess.run(
        [*COMMAND, "status", "--database-url", shop, "--as-of", "2026-03-31"],
        capture_output=True, check=False, **real(tmp_path, PYTHONIOENCODING="ascii", PYTHONUTF8="0"),
    )  # fmt: skip

    assert (told.returncode, told.stderr) == (0, "")
    assert told.stdout.isascii()
