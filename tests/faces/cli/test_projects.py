"""Every command that looks ahead counts committed projects in, names them, and leaves them out if asked."""

import re
from pathlib import Path

import pytest
from sqlalchemy import create_engine
from sqlalchemy.orm import Session
from tests.support.cli import TODAY, Cli
from tests.support.snapshots import store_days

from outgrow.store.schema import upgrade

WHERE = ("--store-url", "sqlite:///ours.db")
SETTINGS = """
[plan]
current_tier = "Disk"

[[ladder]]
name = "Disk"
max_storage_gb = 1000
cost_monthly = 10

[[ladder]]
name = "Disks"
cost_monthly = 20

[[projects]]
name = "the archive"
on = 2026-04-20
sizes = { storage_gb = 180 }
"""
COMMANDS = {
    "when": ("when", "storage_gb"),
    "forecast": ("forecast", "storage_gb"),
    "status": ("status",),
    "check": ("check",),
    "recommend": ("recommend",),
    "ladder": ("ladder",),
    "whatif": ("whatif", "--step", "storage_used_gb:1@2027-01-01"),
}


@pytest.fixture(autouse=True)
def stored(cli: Cli, tmp_path: Path) -> None:
    engine = create_engine(f"sqlite:///{tmp_path / 'ours.db'}")
    upgrade(engine)
    with Session(engine) as db, db.begin():
        store_days(db, 90, lambda n: 618 + n * 2 + n % 2, TODAY, "storage_used_gb")
    engine.dispose()
    (tmp_path / "outgrow.toml").write_text(SETTINGS, encoding="utf-8")


@pytest.mark.parametrize("name", COMMANDS)
def test_a_project_is_named_unless_it_is_left_out(cli: Cli, name: str) -> None:
    counted, alone = cli(*COMMANDS[name], *WHERE), cli(*COMMANDS[name], *WHERE, "--without-projects")

    assert (counted.err, alone.err) == ("", "")
    assert ("the archive" in counted.out) == (name != "whatif")  # which shows no names, but other dates
    assert "the archive" not in alone.out
    assert counted.out != alone.out


def test_all_of_them_tell_the_same_date(cli: Cli) -> None:
    def dates(*more: str) -> set[str]:
        document = cli("when", "storage_gb", *WHERE, "--json", *more).document()
        row = next(r for r in cli("status", *WHERE, "--json", *more).document()["limits"] if r["threshold"] == 1_000)
        step = cli("ladder", *WHERE, "--json", *more).document()["steps"][0]
        found = cli("recommend", *WHERE, "--json", *more).document()
        evidence = [each for one in found for each in one["evidence"] if each.get("metric") == "storage_used_gb"]
        limits = [each for each in evidence if each["threshold"] == 1_000]
        assert limits
        return {said["date"]["p50"] for said in (document, row, step, *limits)}

    (counted,), (alone,) = dates(), dates("--without-projects")
    # 798 GB and two more a day: a hundred days without the archive, and some twenty with it.
    assert "2026-04-18" <= counted <= "2026-05-01"
    assert "2026-07-01" <= alone <= "2026-07-20"


def test_the_chart_tells_of_it_and_of_nothing_else(cli: Cli, tmp_path: Path) -> None:
    assert cli("forecast", "storage_gb", *WHERE, "--svg", "with.svg").status == 0
    assert cli("forecast", "storage_gb", *WHERE, "--svg", "without.svg", "--without-projects").status == 0
    drawn = [(tmp_path / f"{name}.svg").read_text(encoding="utf-8") for name in ("with", "without")]
    texts = [re.sub(r"<[^>]*>", "", each) for each in drawn]
    assert ["the archive from 20 Apr 2026 on" in text for text in texts] == [True, False]


def test_what_is_kept_of_recommendations_is_not_changed_by_a_look_without(cli: Cli) -> None:
    told = cli("recommend", *WHERE, "--acknowledge", "tier", "--without-projects")
    assert told.status == 2
    assert "what is kept counts committed projects in" in told.err
