"""`outgrow status`: which columns a table has, and the day to act by."""

import re
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import create_engine
from sqlalchemy.orm import Session
from tests.support.cli import TODAY, Cli
from tests.support.snapshots import observed, row, store_days, write_measurements

from outgrow.faces.cli import tables
from outgrow.store.schema import upgrade

WHERE = ("--store-url", "sqlite:///ours.db")
ALL = ["Metric", "Now", "Limit", "30 days", "Reached", "80% range", "Act by", "Last 90 days"]
SETTINGS = """
[[limits]]
metric = "storage_gb"
maximum = 1000
keep_free = 0.1
name = "disk"

[[limits]]
metric = "products"
maximum = 500
scope = "store:17"
"""


@pytest.fixture(autouse=True)
def imported(cli: Cli, tmp_path: Path) -> None:
    engine = create_engine(f"sqlite:///{tmp_path / 'ours.db'}")
    upgrade(engine)
    with Session(engine) as db, db.begin():
        store_days(db, 60, lambda n: 641 + n * 2.5 + n % 3, TODAY, "storage_used_gb")
        store_days(db, 60, lambda n: 9_000 + n, TODAY)
        days = [TODAY - timedelta(days=59 - n) for n in range(60)]
        rows = [row(observed(100.0 + n), "total_products", day, "store:17") for n, day in enumerate(days)]
        write_measurements(db, rows)
    engine.dispose()
    (tmp_path / "outgrow.toml").write_text(SETTINGS, encoding="utf-8")


def columns(line: str) -> list[str]:
    return [name for name in ALL if name in line]


@pytest.mark.parametrize(
    ("width", "left_out"),
    [
        (160, []),
        (135, ["Last 90 days"]),
        (120, ["30 days", "Last 90 days"]),
        (105, ["30 days", "Reached", "Last 90 days"]),
        (95, ["Limit", "30 days", "Reached", "Last 90 days"]),
        (80, ["Limit", "30 days", "Reached", "Act by", "Last 90 days"]),
        (60, ["Limit", "30 days", "Reached", "Act by", "Last 90 days"]),
    ],
)
def test_the_bars_are_left_out_first_and_the_value_and_the_range_never(
    cli: Cli, monkeypatch: pytest.MonkeyPatch, width: int, left_out: list[str]
) -> None:
    monkeypatch.setattr(tables, "PLAIN_WIDTH", width)
    lines = cli("status", *WHERE).out.splitlines()

    assert columns(lines[2]) == [name for name in ALL if name not in left_out]
    assert max(map(len, lines[2:4])) <= width
    assert "…" not in "".join(lines[2:7]), "nothing is cut off"
    disk = next(line for line in lines if line.startswith("●") and "GB" in line)
    assert re.search(r"\d+\.\d\d GB .*\d+ [A-Z][a-z]+ 20\d\d to \d+ [A-Z][a-z]+ 20\d\d", disk)


def test_the_day_is_that_of_the_document(cli: Cli) -> None:
    document = cli("status", "--json", *WHERE).document()
    disk = next(limit for limit in document["limits"] if limit["name"] == "disk")
    line = next(line for line in cli("status", *WHERE).out.splitlines() if "Media storage" in line and "●" in line)

    assert (disk["threshold"], disk["maximum"]) == (900, 1_000)
    year, month, day = map(int, disk["act_by"].split("-"))
    assert f" {day} {TODAY.replace(year, month, day):%b %Y} " in line
    assert " 900 " in line


def test_whose_metric_it_is_is_told_where_it_is_not_the_platform_s(cli: Cli) -> None:
    lines = cli("status", *WHERE).out.splitlines()

    assert [line for line in lines if "Products of store:17" in line and " 500 " in line]
    assert [line for line in lines if "Products " in line and " 10,000 " in line]


def test_two_scopes_of_one_metric_have_a_footnote_each(cli: Cli, tmp_path: Path) -> None:
    engine = create_engine(f"sqlite:///{tmp_path / 'ours.db'}")
    with Session(engine) as db, db.begin():
        for scope, spike in (("store:17", 9_000.0), ("store:18", 7_000.0), ("store:19", None)):
            values = [spike if n == 40 and spike else 100.0 + n for n in range(60)]
            days = [TODAY - timedelta(days=59 - n) for n in range(60)]
            write_measurements(
                db,
                [row(observed(v), "total_team_members", day, scope) for v, day in zip(values, days, strict=True)],
            )
    engine.dispose()
    limits = "".join(
        f'[[limits]]\nmetric = "team_members"\nmaximum = 500\nscope = "store:{store}"\n' for store in (17, 18, 19)
    )
    (tmp_path / "outgrow.toml").write_text(limits, encoding="utf-8")
    told = cli("status", *WHERE).out

    marked = [line for line in told.splitlines() if line.startswith("● ") and " * " in line]
    notes = [line for line in told.splitlines() if line.startswith("* ")]
    assert {line.split(":1")[1][0] for line in marked} == {"7", "8"}
    assert {line.split(": ")[0] for line in notes} == {
        "* Team members of store:17", "* Team members of store:18",
    }  # fmt: skip


def test_a_middle_date_that_has_passed_is_not_called_today() -> None:
    from outgrow.planning.limits.words import _ahead

    assert [_ahead(days) for days in (-2, -1, 0, 1, 2)] == ["2 days ago", "1 day ago", "today", "in 1 day", "in 2 days"]
