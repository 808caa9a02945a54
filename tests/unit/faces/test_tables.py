"""Tables that a terminal is too narrow for: columns are left out, words are broken, numbers and dates stay whole."""

import io

from hypothesis import given
from hypothesis import strategies as st

from outgrow.faces.cli.tables import Column, _Console, table

COLUMNS = (
    Column("Metric", "text"), Column("Now", "right"), Column("Limit", "right", 2), Column("80% range"),
    Column("Act by", rank=1), Column("Bars", rank=3),
)  # fmt: skip
ROWS = (
    ("Active subscriptions", "933.39 GB", "1,000", "26 Dec 2026 to 26 Jan 2027", "5 Dec 2026", "▁▂▃▄▅▆▇█"),
    ("Stores", "29,342", "30,000", "3 Dec 2026 or later", "", ""),
)


def printed(width: int) -> list[str]:
    out = io.StringIO()
    _Console(file=out, width=width).print(table(COLUMNS, ROWS, width))
    return [line.rstrip() for line in out.getvalue().splitlines()]


def shown(width: int) -> list[str]:
    return [column.heading for column in COLUMNS if column.heading in printed(width)[0]]


def test_with_room_everything_is_shown() -> None:
    assert shown(120) == [column.heading for column in COLUMNS]


def test_columns_go_by_their_rank() -> None:
    assert shown(93) == ["Metric", "Now", "Limit", "80% range", "Act by"]
    assert shown(82) == ["Metric", "Now", "80% range", "Act by"]
    assert shown(70) == ["Metric", "Now", "80% range"]
    assert shown(10) == ["Metric", "Now", "80% range"]


@given(st.integers(1, 130))
def test_numbers_and_dates_are_whole_however_narrow_it_is(width: int) -> None:
    text = "\n".join(printed(width))

    assert "…" not in text
    for row in ROWS:
        assert row[1] in text
        assert row[3] in text


def test_words_are_broken_where_nothing_else_helps() -> None:
    lines = printed(54)

    assert max(map(len, lines)) <= 54
    assert lines[2].startswith("Active ")
    assert lines[3].startswith("subscriptions")
