"""A word beside the line finds a free place: above it, below it, or above the limit, and none where none is free."""

from dataclasses import replace
from datetime import date, timedelta

import numpy as np
import pytest

from outgrow.domain.history import OBSERVED, History
from outgrow.domain.metric import PLATFORM, TOTAL_PRODUCTS
from outgrow.faces.charts.captions import _clear
from outgrow.faces.charts.labels import Label
from outgrow.faces.charts.layout import Days, Frame, Values

FIRST, SPAN = date(2026, 1, 1), 100
ABOVE, BELOW, OVER = 14, 15, 12
"""Pixels from the highest value near the word, from the lowest, and from the limit."""


def frame(height: float = 200.0) -> Frame:
    """Five pixels a day; a value is as many pixels from the bottom."""
    days = Days(FIRST, FIRST + timedelta(days=SPAN), FIRST + timedelta(days=SPAN))
    return Frame(days, Values(0.0, height, 50.0), 500.0, height)


def line(*spans: tuple[int, int, float], rest: float = np.nan) -> History:
    """The days of a line, with values on spans of them."""
    values = np.full(SPAN + 1, rest)
    for first, last, value in spans:
        values[first : last + 1] = value
    return History(TOTAL_PRODUCTS, PLATFORM, "main", FIRST, values, np.full(SPAN + 1, OBSERVED, np.int8))


WORD = Label("word", 250.0, 0.0, align="center")
WIDE = WORD.box[2] - WORD.box[0]


def place(
    history: History, limit: float | None = None, placed: list[Label] | None = None, word: Label = WORD
) -> float | None:
    """How far from the top the word stands; None where it finds no place."""
    found = _clear(frame(), history, word, limit, placed or [])
    assert found is None or replace(found, y=word.y) == word  # only its height is chosen
    return None if found is None else found.y


def at(y: float, x: float = 250.0) -> Label:
    return Label("other", x, y, align="center")


def test_it_stands_above_the_highest_value_near_it() -> None:
    assert place(line((0, 100, 100.0))) == 100 - ABOVE
    assert place(line((0, 100, 100.0), (48, 50, 120.0))) == 80 - ABOVE
    assert place(line((0, 100, 100.0), (48, 50, 60.0))) == 100 - ABOVE


def test_below_the_lowest_where_above_is_taken() -> None:
    assert place(line((0, 100, 100.0)), placed=[at(86)]) == 100 + BELOW
    assert place(line((0, 100, 100.0), (48, 50, 60.0)), placed=[at(86)]) == 140 + BELOW
    assert place(line((0, 100, 100.0)), placed=[at(86, x=50.0)]) == 100 - ABOVE  # far to the left it is in no way


def test_nowhere_where_both_are_taken_or_nothing_is_known() -> None:
    assert place(line((0, 100, 100.0)), placed=[at(86), at(115)]) is None
    assert place(line()) is None
    assert place(line((0, 20, 100.0), (80, 100, 100.0))) is None


@pytest.mark.parametrize(
    ("value", "y"),
    [
        (178.0, 22 - ABOVE),  # on the very rim
        (178.5, 21.5 + BELOW),  # and beyond it
        (199.0, 1 + BELOW),
    ],
)
def test_above_the_plot_there_is_no_room(value: float, y: float) -> None:
    assert place(line((0, 100, value))) == y


@pytest.mark.parametrize(("value", "y"), [(23.0, 177 + BELOW), (22.5, None), (1.0, None)])
def test_nor_below_it(value: float, y: float | None) -> None:
    taken = [at(200 - value - ABOVE)]
    assert place(line((0, 100, value)), placed=taken) == y


@pytest.mark.parametrize(
    ("limit", "y"),
    [
        (125.0, 100 - ABOVE),  # eleven pixels from the word's middle
        (124.0, 76 - OVER),  # ten are too near, and above the limit is near enough
        (114.0, 86 - OVER),  # on the word
        (104.0, 96 - OVER),
        (103.0, 100 - ABOVE),  # just under the line, eleven pixels below the word
    ],
)
def test_it_keeps_clear_of_the_limit(limit: float, y: float) -> None:
    taken = [at(115)]
    assert place(line((0, 100, 100.0)), limit, taken) == y


def test_below_comes_before_above_the_limit() -> None:
    assert place(line((0, 100, 100.0)), 114.0) == 100 + BELOW


def test_above_the_limit_only_where_that_is_near() -> None:
    taken = [at(86), at(115)]
    assert place(line((0, 100, 100.0)), 141.0, taken) == 59 - OVER  # 39 pixels higher than it would stand
    assert place(line((0, 100, 100.0)), 50.0, taken) is None  # that is under the line
    assert place(line((0, 100, 60.0)), 102.0, [at(y) for y in (126, 155)]) is None  # 40
    assert place(line((0, 100, 100.0)), 101.5, taken) is None  # it would hit the word above


def test_a_limit_outside_the_picture_is_none() -> None:
    assert place(line((0, 100, 178.0)), 201.0) == 22 - ABOVE  # nine pixels from it, were it drawn
    for limit in (None, -5.0, 205.0):
        assert place(line((0, 100, 100.0)), limit) == 100 - ABOVE
        assert place(line((0, 100, 100.0)), limit, [at(86), at(115)]) is None


@pytest.mark.parametrize(("day", "near"), [(0, False), (1, True), (2, True)])
def test_near_begins_six_pixels_left_of_the_word(day: int, near: bool) -> None:
    """The word begins where 7 days and a bit are to its left; a peak there moves it, one farther left does not."""
    word = Label("word", 42.0, 0.0)  # from 36 = 42 - 6 pixels on, which is day 7
    peak = 6 + day
    expected = (200 - 150 if near else 100) - ABOVE
    assert place(line((0, 100, 100.0), (peak, peak, 150.0)), word=word) == expected


@pytest.mark.parametrize(("day", "near"), [(-1, True), (0, True), (1, False)])
def test_and_ends_six_pixels_right_of_it_with_the_day_begun(day: int, near: bool) -> None:
    word = Label("word", 100.0, 0.0, align="right")  # up to 106 pixels, within day 21, which ends at day 22
    peak = 22 + day
    expected = (200 - 150 if near else 100) - ABOVE
    assert place(line((0, 100, 100.0), (peak, peak, 150.0)), word=word) == expected


def test_at_the_left_edge_it_begins_with_the_first_day() -> None:
    word = Label("word", 2.0, 0.0)
    assert place(line((0, 100, 100.0), (0, 0, 150.0)), word=word) == 50 - ABOVE


def test_one_day_alone_is_a_picture_too() -> None:
    one = Frame(Days(FIRST, FIRST, FIRST), Values(0.0, 200.0, 50.0), 500.0, 200.0)
    found = _clear(one, line((0, 0, 100.0)).between(None, FIRST), Label("word", 0.0, 0.0), None, [])
    assert found is not None
    assert found.y == 100 - ABOVE
