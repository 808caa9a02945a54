"""A plugin's line is one line, and what stands behind the bar is read back as it was meant."""

import math
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.support.plugins import Number

from outgrow.domain.monitoring import LONGEST_LINE, Performance, one_line, plain, plugin_line

finite = st.floats(allow_nan=False, allow_infinity=False)
texts = st.text(st.characters(codec="utf-8"), max_size=120)


@given(
    texts, st.lists(st.builds(Performance, texts, finite, texts, st.none() | finite, st.none() | finite), max_size=6)
)
def test_every_line_is_read_back(text: str, numbers: list[Performance]) -> None:
    line = plugin_line(1, text, numbers)
    read = list(Number.read_all(line).values())

    assert line.startswith("OUTGROW WARNING - ")
    for given_, found in zip(numbers, read, strict=False):
        assert float(found.value) == given_.value
        assert [float(level) if level else None for level in (found.warning, found.critical)] == [
            given_.warning,
            given_.critical,
        ]
    if sum(len(plain(number.value)) for number in numbers) < 1_000:
        assert len(read) == len(numbers) or len(line) > LONGEST_LINE // 2


@given(st.lists(st.builds(Performance, texts, finite, st.sampled_from(["", "GB", "MB", "s"])), max_size=4))
def test_a_plugin_library_writes_the_same(numbers: list[Performance]) -> None:
    line = plugin_line(0, "all is well", numbers)
    for number in Number.read_all(line).values():
        written = number.as_plugins_write_it()
        assert written in line or f"'{number.label}'={written.partition('=')[2]}" in line


@pytest.mark.parametrize(
    ("label", "written"),
    [
        ("a=b", "a_b"),
        ("it's", "it_s"),
        ('"quoted"', "_quoted_"),
        ("two\nlines\r\n", "two_lines__"),
        ("a|b", "a_b"),
        ("store::17", "store:17"),
        ("a:::b", "a:b"),
        ("  much   room ", "much room"),
        ("größe", "größe"),
        ("$HOME`x`<y>&~;\\", "_HOME_x__y_____"),
        ("\x1b[31mred", "__31mred"),
        ("", "_"),
        ("x" * 200, "x" * 80),
    ],
)
def test_labels_hold_nothing_that_a_reader_trips_over(label: str, written: str) -> None:
    assert Performance(label, 1).written(set()) == f"'{written}'=1;;;0"


def test_labels_stand_once_each() -> None:
    line = plugin_line(0, "x", [Performance("a=b", 1), Performance("a'b", 2), Performance("a_b", 3)])

    assert list(Number.read_all(line)) == ["a_b", "a_b 2", "a_b 3"]
    line = plugin_line(0, "x", [Performance("y" * 90, n) for n in range(12)])
    assert {len(label) for label in Number.read_all(line)} == {80}


@pytest.mark.parametrize(
    ("value", "written"),
    [
        (1_234_567.0, "1234567"),
        (1e6, "1000000"),
        (1e22, "10000000000000000000000"),
        (1.5e-7, "0.00000015"),
        (0.1 + 0.2, "0.30000000000000004"),
        (-2.5, "-2.5"),
        (0.0, "0"),
        (933.395, "933.395"),
    ],
)
def test_numbers_keep_all_their_digits(value: float, written: str) -> None:
    assert plain(value) == written


@given(finite)
def test_a_number_is_the_same_when_read_back(value: float) -> None:
    assert "e" not in plain(value)
    assert float(plain(value)) == value
    assert math.isclose(float(Decimal(plain(value))), value, rel_tol=0, abs_tol=0)


@pytest.mark.parametrize(
    ("unit", "written"),
    [("GB", "1GB"), ("MB", "1MB"), ("s", "1s"), ("%", "1"), ("products", "1"), ("w", "1"), ("EUR", "1"), ("c", "1")],
)
def test_only_units_that_all_readers_know_are_written(unit: str, written: str) -> None:
    assert Performance("x", 1, unit).written(set()) == f"'x'={written};;;0"


def test_a_value_below_zero_has_no_least_one() -> None:
    assert Performance("x", -1, "", -5, 0).written(set()) == "'x'=-1;-5;0"


def test_a_text_is_one_line_without_bars_and_bounded() -> None:
    assert one_line(" a\n\tb\x1b[0m | c\u2028d ") == "a b [0m / c d"
    assert len(one_line("x" * 5_000)) == 1_000


def test_numbers_without_room_are_left_out_from_the_end() -> None:
    line = plugin_line(2, "é" * 5_000, [Performance(f"é{n} {'é' * 60}", n) for n in range(200)])

    assert len(line.encode()) <= LONGEST_LINE
    kept = list(Number.read_all(line))
    assert [int(label.split()[0][1:]) for label in kept] == list(range(len(kept)))
    assert len(kept) > 30
