"""Words and numbers for people."""

from datetime import date, timedelta
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from outgrow.domain.forecast import DayBand, DaysUntil, HistoryNote, Status
from outgrow.domain.metric import STORAGE_USED_GB, TOTAL_ORDERS_MONTH, TOTAL_PRODUCTS, Kind, Metric
from outgrow.domain.note import Note, NoteCode
from outgrow.faces.cli.text import (
    BARS,
    day_range,
    growth,
    mark_line,
    note_lines,
    rests_on,
    sparkline,
    until_lines,
)

NAN = float("nan")


def until(days: DayBand = DayBand(31, 47, 80), **more: Any) -> DaysUntil:  # noqa: B008 - frozen
    said: dict[str, Any] = {
        "metric": TOTAL_PRODUCTS,
        "scope_name": "platform:main",
        "threshold": 30_000.0,
        "status": Status.OK,
        "reason": None,
        "current": 23_456.0,
        "as_of": date(2026, 11, 21),
        "history": HistoryNote(12, 388, 0),
        "days": days,
    }
    return DaysUntil(**{**said, **more})


@pytest.mark.parametrize(
    ("value", "metric", "current", "text"),
    [
        (1_234.4, TOTAL_PRODUCTS, 23_456.0, "+1,234"),
        (-1_234.4, TOTAL_PRODUCTS, 23_456.0, "-1,234"),
        (0.4, TOTAL_PRODUCTS, 23_456.0, "0"),
        (-0.4, TOTAL_PRODUCTS, 23_456.0, "0"),
        (0.4, STORAGE_USED_GB, 933.0, "+0.40"),
        (-0.004, STORAGE_USED_GB, 933.0, "0"),
        (1.2e-7, Metric("err_ratio", Kind.LEVEL, "err_ratio", "Err ratio"), 1.8e-6, "+1.2e-07"),
        (None, TOTAL_PRODUCTS, 1.0, "–"),
    ],
)
def test_growth_has_its_sign_and_no_minus_zero(value: float | None, metric: Metric, current: float, text: str) -> None:
    assert growth(value, metric, current) == text


@pytest.mark.parametrize(
    ("days", "text"),
    [
        (DayBand(31, 47, 80), "22 Dec 2026 to 9 Feb 2027"),
        (DayBand(5, 10, 20), "26 Nov 2026 to 11 Dec 2026"),
        (DayBand(41, 47, 80), "1 Jan 2027 to 9 Feb 2027"),
        (DayBand(31, 47, None), "22 Dec 2026 or later"),
        (DayBand(31, None, None), "22 Dec 2026 or later"),
        (DayBand(), ""),
    ],
)
def test_a_range_of_days(days: DayBand, text: str) -> None:
    assert day_range(until(days)) == text


def test_a_range_without_a_day_to_count_from() -> None:
    assert day_range(until(DayBand(), as_of=None)) == ""


@pytest.mark.parametrize(
    ("values", "width", "line"),
    [
        ([0, 1, 2, 3, 4, 5, 6, 7], 8, BARS),
        ([7, 0, 7, 0], 4, "█▁█▁"),
        ([5, 5, 5], 3, "▁▁▁"),
        ([0, 0, 8, 8], 2, "▁█"),
        ([NAN, NAN, 1, 2], 4, "  ▁█"),
        ([NAN, 1, 2, NAN], 2, "▁█"),
        ([NAN, NAN], 2, "  "),
        ([], 3, "   "),
        ([1, 2], 4, "▁█  "),
    ],
)
def test_sparklines(values: list[float], width: int, line: str) -> None:
    assert sparkline(np.array(values, dtype=float), width) == line


@given(st.lists(st.one_of(st.just(NAN), st.floats(-1e12, 1e12)), max_size=200), st.integers(1, 40))
def test_a_sparkline_is_as_wide_as_asked_and_made_of_bars(values: list[float], width: int) -> None:
    line = sparkline(np.array(values, dtype=float), width)

    assert len(line) == width
    assert set(line) <= {*BARS, " "}


def test_what_it_rests_on() -> None:
    assert rests_on(HistoryNote(12, 1_388, 0)) == "1,400 days of history, 12 observed and 1,388 rebuilt"
    assert rests_on(HistoryNote(1, 0, 30)).endswith(", 30 missing")


def test_a_date_in_a_few_lines() -> None:
    chances = {30: 0.08, 90: 0.93, 180: 0.98, 365: 0.99}

    assert until_lines(until(probability_within=chances)) == [
        "Products: 23,456 of 30,000 products on 21 Nov 2026.",
        "Reached in about 47 days, on 7 Jan 2027; 80% range 22 Dec 2026 to 9 Feb 2027.",
        "Chance within 30 days 8%, 90 days 93%, 180 days 98%, 365 days 99%.",
        "Rests on 400 days of history, 12 observed and 388 rebuilt.",
    ]


def test_no_date_in_a_few_lines() -> None:
    few = until(DayBand(), status=Status.INSUFFICIENT_DATA, reason="9 days are known", have=9, need=14)

    assert until_lines(few)[1:3] == ["Too little data: 9 days are known.", "Have 9, need 14 days."]
    passed = until(DayBand(), status=Status.ALREADY_EXCEEDED, reason="at or above 30,000 since 1 Nov 2026", days_ago=20)
    assert until_lines(passed)[1] == "Reached: at or above 30,000 since 1 Nov 2026."


@pytest.mark.parametrize("status", [status for status in Status if status is not Status.OK])
def test_every_status_has_its_words(status: Status) -> None:
    lines = until_lines(until(DayBand(), status=status, reason="because", threshold=None))

    assert lines[1].endswith(": because.")
    assert lines[0] == "Products: 23,456 products on 21 Nov 2026."


def test_nothing_is_known_at_all() -> None:
    nothing = until(
        DayBand(), status=Status.INSUFFICIENT_DATA, reason="nothing is stored yet", current=None, as_of=None,
        history=HistoryNote(0, 0, 0), have=0, need=14,
    )  # fmt: skip

    assert until_lines(nothing)[1] == "Too little data: nothing is stored yet."
    assert "–" in until_lines(nothing)[0]


class TestFalls:
    def test_a_date(self) -> None:
        assert until_lines(until(threshold=20_000.0, falling=True))[:2] == [
            "Products: 23,456 products on 21 Nov 2026.",
            "At or below 20,000 in about 47 days, on 7 Jan 2027; 80% range 22 Dec 2026 to 9 Feb 2027.",
        ]

    @pytest.mark.parametrize(
        ("status", "word"),
        [(Status.NO_GROWTH, "Not falling"), (Status.ALREADY_EXCEEDED, "Reached"), (Status.STALE, "Stale")],
    )
    def test_no_date(self, status: Status, word: str) -> None:
        assert until_lines(until(DayBand(), status=status, reason="because", falling=True))[1] == f"{word}: because."


AS_OF = date(2026, 11, 21)


def note(code: NoteCode, ago: int, before: float = 100, after: float = 900) -> Note:
    first = AS_OF - timedelta(days=ago)
    return Note(code, first, first, before, after)


IMPORT = (
    "On 11 Nov 2026 the value rose by 800 to 900 products and went on from there: taken as an import, not as growth."
)


class TestNotes:
    def test_they_stand_below_the_answer(self) -> None:
        assert until_lines(until(notes=(note(NoteCode.IMPORT, 10),)))[-1] == IMPORT

    def test_without_any_there_is_no_line(self) -> None:
        assert note_lines((), TOTAL_PRODUCTS, AS_OF) == []

    def test_what_is_long_past_is_not_told(self) -> None:
        told = note_lines((note(NoteCode.IMPORT, 400), note(NoteCode.IMPORT, 399)), TOTAL_PRODUCTS, AS_OF)

        assert [line[:14] for line in told] == ["On 18 Oct 2025"]

    def test_gaps_are_told_while_they_are_few(self) -> None:
        gaps = [note(NoteCode.GAP, ago) for ago in (300, 200, 100)]

        assert len(note_lines(gaps, TOTAL_PRODUCTS, AS_OF)) == 3
        assert note_lines([*gaps, note(NoteCode.GAP, 50)], TOTAL_PRODUCTS, AS_OF) == []
        assert note_lines([*gaps, note(NoteCode.IMPORT, 10)], TOTAL_PRODUCTS, AS_OF) == [IMPORT]

    def test_of_many_the_newest_are_told(self) -> None:
        told = note_lines([note(NoteCode.OUTLIER, ago) for ago in range(80, 10, -10)], TOTAL_PRODUCTS, AS_OF)

        assert [line[:14] for line in told[:2]] == ["On 22 Sep 2026", "On 2 Oct 2026 "]
        assert told[5:] == ["Before that, 2 more: see `notes` of --json."]

    def test_of_a_month_s_total_they_are_about_its_days(self) -> None:
        (told,) = note_lines([note(NoteCode.OUTLIER, 10)], TOTAL_ORDERS_MONTH, AS_OF)

        assert told.startswith("Of the days that it adds up: on 11 Nov 2026 the value was 900 orders")

    def test_a_mark_is_of_the_newest_fault(self) -> None:
        faults = (note(NoteCode.OUTLIER, 80), note(NoteCode.IMPORT, 10), note(NoteCode.GAP, 5))

        assert mark_line(faults, TOTAL_PRODUCTS, AS_OF, "Products") == f"Products: on{IMPORT[2:-1]} (1 more)."
        assert (
            mark_line(faults[1:], TOTAL_PRODUCTS, AS_OF, "Products of store:17")
            == f"Products of store:17: on{IMPORT[2:]}"
        )

    @pytest.mark.parametrize(
        "found", [(), (note(NoteCode.IMPORT, 90),), (note(NoteCode.GAP, 3),), (note(NoteCode.STARTS_AT_ZERO, 3),)]
    )
    def test_nothing_new_is_no_mark(self, found: tuple[Note, ...]) -> None:
        assert mark_line(found, TOTAL_PRODUCTS, AS_OF, "Products") is None
        assert mark_line(found, TOTAL_PRODUCTS, None, "Products") is None
