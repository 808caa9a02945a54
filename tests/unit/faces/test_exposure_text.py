"""Sold against used, as a table for people."""

import pytest
from tests.support.exposures import UNSOLD, exposure_of, report_of, stored_exposure, tenants_of, until_of

from outgrow.domain.ladder import DEFAULT_LADDER
from outgrow.domain.metric import TOTAL_PRODUCTS
from outgrow.domain.tenant import UNLIMITED
from outgrow.faces.cli import tables
from outgrow.faces.cli.exposure_text import COLUMNS, print_exposure

TENANTS = tenants_of(
    [
        ((2_000, 500, 3, 100), (900, 100, 2, 60), False),
        ((400, 500, 3, 100), (100, 100, 1, 33.25), True),
        ((UNLIMITED,) * 4, (200, 50, 4, 1), False),
        (UNSOLD, (0, 0, 1, 0), False),
    ]
)


def cells(line: str) -> list[str]:
    return [cell for cell in line.split("  ") if cell.strip()]


def printed(capsys: pytest.CaptureFixture[str]) -> list[str]:
    told = capsys.readouterr()
    assert told.err == ""
    assert "\x1b" not in told.out
    assert "…" not in told.out
    return told.out.splitlines()


def test_people_read_a_table_and_a_sentence(capsys: pytest.CaptureFixture[str]) -> None:
    untils = [until_of(TOTAL_PRODUCTS, {30: 0.1, 90: 0.25, 180: 0.5, 365: 0.75})]
    print_exposure(report_of(exposure_of(TENANTS, rented="S", untils=untils)))
    lines = printed(capsys)
    rows = {cells(line)[0]: [cell.strip() for cell in cells(line)[1:]] for line in lines if line[:1].isalpha()}

    assert lines[0] == "Sold against used on 22 Nov 2026, tier S, 4 tenants"
    assert [cell.strip() for cell in cells(lines[2])] == list(COLUMNS)
    assert rows["Products"] == [
        "2,400", "400", "1", "1,200", "42%", "1,000", "240%", "75%", "75%", "25%", "75%",
    ]  # fmt: skip
    assert rows["Media storage"][:4] == ["200 GB", "100 GB", "1", "94.25 GB"]
    assert (
        "If every tenant used all it bought, tier M would be needed, for 2,600 products and 201 GB of media." in lines
    )
    assert lines[-1].startswith("Tenants on unlimited plans, or on none, count with what they use at present")


def test_why_numbers_are_missing_is_said_once(capsys: pytest.CaptureFixture[str]) -> None:
    print_exposure(report_of(exposure_of(TENANTS, DEFAULT_LADDER)))
    reasons = [line for line in printed(capsys) if line.startswith("–")]
    assert reasons == ["– tier Starter does not limit it: Orders this month, Team members, Media storage"]


def test_without_the_platforms_database(capsys: pytest.CaptureFixture[str]) -> None:
    print_exposure(report_of(stored_exposure({"total_products": 500.0, "theoretical_products_limit": 800.0})))
    lines = printed(capsys)

    assert lines[0] == "Sold against used on 22 Nov 2026, tier S"
    assert lines[-1].endswith("is not known without the platform's database.")
    assert "– no value is stored: Orders this month, Team members, Media storage" in lines


@pytest.mark.parametrize("width", [70, 80, 90, 102, 114, 124, 134, 160])
def test_a_narrow_terminal_shows_fewer_columns_whole(
    width: int, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(tables, "PLAIN_WIDTH", width)
    print_exposure(report_of(exposure_of(TENANTS)))
    lines = printed(capsys)
    heading, rows = lines[2], lines[4:8]

    shown = [cell.strip() for cell in cells(heading)]
    ranks = [rank for name, rank in COLUMNS.items() if name not in shown]
    assert shown == [name for name in COLUMNS if name in shown]
    assert set(ranks) == set(range(max(COLUMNS.values()) + 1 - len(ranks), max(COLUMNS.values()) + 1)), "in their order"
    assert (shown == list(COLUMNS)) == (width == 160)
    assert max(map(len, [heading, *rows])) <= width
