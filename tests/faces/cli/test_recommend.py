"""`outgrow recommend`: what is shown, acknowledged and put off."""

import os
import subprocess
import sys
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import create_engine
from sqlalchemy.orm import Session
from tests.support.cli import TODAY, Cli, Told
from tests.support.platforms import tables_of
from tests.support.snapshots import store_days

import outgrow
from outgrow.store.orm import StoreBase
from outgrow.store.schema import upgrade

DISK, SEATS, TIER = (
    "limit:platform:storage_used_gb:media storage", "limit:platform:total_team_members:seats", "tier:Starter",
)  # fmt: skip
SETTINGS = """
[[limits]]
metric = "storage_gb"
maximum = 1000
name = "media storage"

[[limits]]
metric = "team_members"
maximum = 100
name = "seats"
"""
WHERE = ("--store-url", "sqlite:///ours.db")
YESTERDAY, TOMORROW = TODAY - timedelta(days=1), TODAY + timedelta(days=1)


@pytest.fixture
def imported(cli: Cli, tmp_path: Path) -> Path:
    """Our tables with forty imported days, of a platform whose database is not at hand: nothing captures here."""
    file = tmp_path / "ours.db"
    engine = create_engine(f"sqlite:///{file}")
    upgrade(engine)
    with Session(engine) as db, db.begin():
        store_days(db, 40, lambda n: 1_100, TODAY, "storage_used_gb")
        store_days(db, 40, lambda n: 85, TODAY, "total_team_members")
    engine.dispose()
    (tmp_path / "outgrow.toml").write_text(SETTINGS, encoding="utf-8")
    return file


def stored(file: Path) -> dict[str, list[tuple[Any, ...]]]:
    engine = create_engine(f"sqlite:///{file}")
    with Session(engine) as session:
        found = tables_of(session, StoreBase)
    engine.dispose()
    return found


def states(told: Told) -> dict[str, str]:
    assert told.status == 0, told.err
    return {one["key"]: one["state"] for one in told.document()}


def refused(told: Told, *parts: str) -> None:
    assert (told.status, told.out) == (2, "")
    for part in parts:
        assert part in told.err


@pytest.mark.usefixtures("imported")
class TestShown:
    def test_for_people(self, cli: Cli) -> None:
        told = cli("recommend", *WHERE)

        assert (told.status, told.err) == (0, "")
        assert told.out.splitlines()[:5] == [
            "● critical Storage usage high",
            "  Media storage at 1,100.00 of 1,000 GB, reached 39 days ago",
            "  → Plan for storage expansion or implement cleanup policies",
            f"  open since 31 Mar 2026 [{DISK}]",
            "",
        ]
        assert [line for line in told.out.splitlines() if line.startswith("●")] == [
            "● critical Storage usage high", "● warning Seats running out",
            "● info Current tier: Starter of the example ladder",
        ]  # fmt: skip

    def test_the_document_begins_with_the_five_keys(self, cli: Cli) -> None:
        told = cli("recommend", "--json", *WHERE)

        assert told.err == ""
        for one in told.document():
            assert list(one)[:5] == ["category", "severity", "title", "description", "action"]
            assert one.keys() >= {"key", "state", "opened_on", "changed_on", "snoozed_until", "act_by", "evidence"}
            assert one["sentence"].endswith(".")

    def test_a_past_day_is_as_it_was_found_then(self, cli: Cli) -> None:
        assert cli("recommend", "--acknowledge", DISK, *WHERE).status == 0
        past = cli("recommend", "--as-of", f"{YESTERDAY}", "--json", *WHERE)

        assert states(past)[DISK] == "open"
        assert {one["opened_on"] for one in past.document()} == {f"{YESTERDAY}"}


class TestAcknowledge:
    def test_it_is_said_kept_and_shown(self, cli: Cli, imported: Path) -> None:
        told = cli("recommend", "--acknowledge", DISK, *WHERE)

        assert (told.status, told.err) == (0, f"acknowledged {DISK}\n")
        assert f"  acknowledged on 31 Mar 2026, open since 31 Mar 2026 [{DISK}]" in told.out
        assert states(cli("recommend", "--json", *WHERE)) == {DISK: "acknowledged", SEATS: "open", TIER: "open"}
        assert len(stored(imported)["outgrow_recommendations"]) == 1

    @pytest.mark.usefixtures("imported")
    def test_json_alone_is_on_standard_output(self, cli: Cli) -> None:
        told = cli("recommend", "--acknowledge", "tier", "--json", *WHERE)

        assert told.err == "acknowledged tier:Starter\n"
        assert states(told)[TIER] == "acknowledged"

    @pytest.mark.usefixtures("imported")
    def test_several_in_one_command(self, cli: Cli) -> None:
        told = cli(
            "recommend", "--acknowledge", DISK, "--acknowledge", "tier", "--snooze", SEATS, "--until", f"{TOMORROW}",
            "--json", *WHERE,
        )  # fmt: skip

        assert states(told) == {DISK: "acknowledged", TIER: "acknowledged"}
        assert told.err.splitlines() == [
            f"acknowledged {DISK}", f"acknowledged {TIER}", f"put off until 1 Apr 2026: {SEATS}",
        ]  # fmt: skip


@pytest.mark.usefixtures("imported")
class TestSnooze:
    def test_it_is_hidden_until_its_day(self, cli: Cli) -> None:
        told = cli("recommend", "--snooze", SEATS, "--until", f"{TOMORROW}", *WHERE)

        assert told.err == f"put off until 1 Apr 2026: {SEATS}\n"
        assert SEATS not in told.out
        assert told.out.endswith("1 more is put off or resolved: see --all.\n")
        assert SEATS not in states(cli("recommend", "--json", *WHERE))

    def test_all_shows_it_and_what_is_resolved(self, cli: Cli, tmp_path: Path) -> None:
        cli("recommend", "--snooze", SEATS, "--until", f"{TOMORROW}", "--acknowledge", DISK, *WHERE)
        (tmp_path / "outgrow.toml").write_text(SETTINGS.replace("1000", "5000"), encoding="utf-8")

        everything = cli("recommend", "--all", "--json", *WHERE)
        assert states(everything) == {DISK: "resolved", SEATS: "snoozed", TIER: "open"}
        words = cli("recommend", "--all", *WHERE).out
        assert f"put off until 1 Apr 2026, open since 31 Mar 2026 [{SEATS}]" in words
        assert f"resolved on 31 Mar 2026, last found on 31 Mar 2026 [{DISK}]" in words


class TestRefused:
    @pytest.mark.parametrize(
        ("words", "parts"),
        [
            (("--acknowledge", "nothing"), ("there is no recommendation 'nothing'", f"use one of: {DISK}, {SEATS}")),
            (("--acknowledge", "limit"), ("several recommendations begin with 'limit'", DISK, SEATS)),
            (("--snooze", DISK), ("--snooze needs the day", "--until")),
            (("--snooze", DISK, "--until", f"{TODAY}"), ("2026-03-31 is not after today",)),
            (("--snooze", DISK, "--until", "2020-01-01"), ("2020-01-01 is not after today",)),
            (("--until", f"{TOMORROW}"), ("nothing is", "--snooze KEY")),
            (("--acknowledge", DISK, "--as-of", f"{YESTERDAY}"), ("past day", "leave --as-of out")),
            (("--acknowledge", DISK, "--snooze", "x", "--until", f"{TOMORROW}"), ("there is no recommendation 'x'",)),
        ],
    )
    def test_nothing_is_changed(self, cli: Cli, imported: Path, words: tuple[str, ...], parts: tuple[str, ...]) -> None:
        cli("recommend", "--acknowledge", TIER, *WHERE)
        before = stored(imported)
        refused(cli("recommend", *words, *WHERE), *parts)

        assert stored(imported) == before


WORK = """
import os, sys
from datetime import UTC, datetime
from outgrow.service import tracking
from outgrow.service.findings import stored_use
from outgrow.setup.settings import Settings
from outgrow.setup.workspace import Workspace
workspace = Workspace(Settings(store_url=sys.argv[1]), clock=lambda: datetime(2026, 3, 31, 12, tzinfo=UTC))
with workspace.desk() as desk:
    newest = stored_use(desk)
    print("ready", flush=True)
    sys.stdin.readline()
    tracking.acknowledge(desk, newest, [sys.argv[2]])
    if sys.argv[3:] == ["and die"]:
        os.kill(os.getpid(), 9)
"""


def start(file: Path, *words: str) -> "subprocess.Popen[str]":
    source = str(Path(outgrow.__file__).parents[1])
    process = subprocess.Popen(
        [sys.executable, "-c", WORK, f"sqlite:///{file}", *words],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=file.parent,
        env={**os.environ, "PYTHONPATH": source},
    )  # fmt: skip
    assert process.stdout is not None
    assert process.stdout.readline() == "ready\n"
    return process


def test_two_processes_at_once_lose_nothing(cli: Cli, imported: Path) -> None:
    (imported.parent / "outgrow.toml").unlink()
    racers = [start(imported, key) for key in (DISK, TIER)]
    for racer in racers:
        assert racer.stdin is not None
        racer.stdin.write("go\n")
        racer.stdin.flush()
    for racer in racers:
        racer.communicate(timeout=60)

    assert [racer.returncode for racer in racers] == [0, 0]
    assert states(cli("recommend", "--json", *WHERE)) == {DISK: "acknowledged", TIER: "acknowledged"}


def test_a_process_that_is_killed_changes_nothing(cli: Cli, imported: Path) -> None:
    (imported.parent / "outgrow.toml").unlink()
    before = stored(imported)
    process = start(imported, DISK, "and die")
    process.communicate("go\n", timeout=60)

    assert process.returncode == -9
    assert stored(imported) == before
    assert states(cli("recommend", "--json", *WHERE))[DISK] == "open"


@pytest.mark.usefixtures("imported")
def test_a_day_that_has_not_come_is_refused(cli: Cli) -> None:
    refused(cli("recommend", "--as-of", f"{TOMORROW}", *WHERE), "has not come yet")
