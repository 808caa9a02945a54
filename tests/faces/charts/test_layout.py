"""Grid lines and labelled days."""

from datetime import date, timedelta

import numpy as np
import pytest

from outgrow.domain.history import OBSERVED, History
from outgrow.domain.metric import PLATFORM, STORAGE_USED_GB, TOTAL_PRODUCTS, Metric
from outgrow.faces.charts.layout import Days, Frame, Values, choose_values, day_ticks


def past(low: float, high: float, metric: Metric = TOTAL_PRODUCTS) -> History:
    values = np.linspace(low, high, 50)
    return History(metric, PLATFORM, "main", date(2026, 1, 1), values, np.full(50, OBSERVED, np.int8))


@pytest.mark.parametrize(
    ("low", "high", "metric", "ticks", "number_format"),
    [
        (17_300, 39_000, TOTAL_PRODUCTS, [15_000, 20_000, 25_000, 30_000, 35_000], ",.0f"),
        (0, 9, TOTAL_PRODUCTS, [0, 2, 4, 6, 8], ",.0f"),
        (0, 0, TOTAL_PRODUCTS, [0, 1], ",.0f"),
        (42, 42, TOTAL_PRODUCTS, [41, 42, 43], ",.0f"),
        (0, 1.1, STORAGE_USED_GB, [0, 0.25, 0.5, 0.75, 1], ",.2f"),
        (0, 0.004, STORAGE_USED_GB, [0, 0.001, 0.002, 0.003, 0.004], ",.3f"),
    ],
)
def test_grid_lines_are_round_numbers(
    low: float, high: float, metric: Metric, ticks: list[float], number_format: str
) -> None:
    values = choose_values(past(low, high, metric), None, 7, None)
    assert values.ticks() == ticks
    assert values.format() == number_format
    assert values.low <= low
    assert values.high > high


def test_a_line_does_not_run_along_the_axis() -> None:
    assert choose_values(past(20_000, 29_000), None, 7, None).low < 20_000


@pytest.mark.parametrize(("low", "zero"), [(3_000, True), (4_000, False)])
def test_the_axis_starts_at_zero_where_the_lowest_is_about_a_third_of_the_highest(low: float, zero: bool) -> None:
    assert (choose_values(past(low, 10_000), None, 7, None).low == 0) == zero


@pytest.mark.parametrize("span", [3, 14, 15, 75, 76, 200, 545, 730])
@pytest.mark.parametrize("first", [date(2026, 1, 1), date(2026, 11, 21), date(2027, 2, 28)])
def test_labelled_days_lie_inside_and_leave_room(first: date, span: int) -> None:
    days = Days(first, first, first + timedelta(days=span))
    ticks = day_ticks(days, 720)
    pixels = [720 * (tick - first).days / span for tick in ticks]
    assert len(ticks) > 1
    assert first <= ticks[0]
    assert ticks[-1] <= days.last
    assert np.diff(pixels).min() >= 40


def test_long_spans_name_month_starts_with_every_january() -> None:
    ticks = day_ticks(Days(date(2025, 11, 21), date(2026, 11, 21), date(2027, 11, 21)), 720)
    assert {tick.day for tick in ticks} == {1}
    assert {date(2026, 1, 1), date(2027, 1, 1)} <= set(ticks)


def test_days_and_values_lie_at_their_pixels() -> None:
    days = Days(date(2026, 1, 1), date(2026, 1, 6), date(2026, 1, 11))
    frame = Frame(days, Values(100, 200, 50), 700, 300)
    assert (frame.x(days.anchor), frame.y(150), frame.y(200)) == (350, 150, 0)
    assert frame.holds(200)
    assert not frame.holds(201)
