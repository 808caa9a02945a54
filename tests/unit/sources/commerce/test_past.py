"""A rebuilt series from changes that no database would hold, had nobody made a mistake in it."""

from datetime import date, timedelta

import numpy as np
import pytest

from outgrow.domain.metric import ORDERS_PER_DAY, PLATFORM, TOTAL_ORDERS_MONTH, TOTAL_PRODUCTS, Metric
from outgrow.sources.commerce.dayscan import Changes
from outgrow.sources.commerce.past import RebuiltSeries

FIRST = date(2026, 3, 30)
DAYS = [FIRST + timedelta(days=n) for n in range(4)]


def series(amounts: list[float], metric: Metric = TOTAL_PRODUCTS) -> RebuiltSeries:
    return RebuiltSeries(metric, PLATFORM, Changes.of(DAYS, amounts))


@pytest.mark.parametrize(
    ("amounts", "values"),
    [
        ([5, -2, 1, 0], [5, 3, 4, 4]),
        ([-2, 5, -3, 1], [0, 3, 0, 1]),  # what ended before it began is not counted below nothing
        ([-2, 1, 1, 1], [0, 0, 0, 1]),
        ([1, -1, 0.5, 0], [1, 0, 0.5, 0.5]),  # a small amount is one
        ([0.1, 0.2, -0.3, 0], [0.1, 0.3, 0, 0]),  # and a hair of arithmetic is none
    ],
)
def test_a_level_is_never_below_nothing(amounts: list[float], values: list[float]) -> None:
    assert series(amounts).values(FIRST, DAYS[-1]).tolist() == values


def test_but_what_was_wrong_is_not_made_up_for_later() -> None:
    """The clamp is of the values, not of the sum: the level is right again as soon as what was missing has come."""
    level = series([-3, 1, 1, 4]).values(FIRST, DAYS[-1])
    assert level.tolist() == [0, 0, 0, 3]


def test_a_flow_is_what_happened_each_day_and_its_total_begins_with_the_month() -> None:
    assert series([3, 0, 2, 4], ORDERS_PER_DAY).values(FIRST, DAYS[-1]).tolist() == [3, 0, 2, 4]
    assert series([3, 1, 2, 4], TOTAL_ORDERS_MONTH).values(FIRST, DAYS[-1]).tolist() == [3, 4, 2, 6]


def test_days_outside_what_is_asked_for_count_for_a_level_alone() -> None:
    made = series([5, 1, 1, 1])
    assert made.values(DAYS[1], DAYS[2]).tolist() == [6, 7]
    assert np.array_equal(series([5, 1, 1, 1], ORDERS_PER_DAY).values(DAYS[1], DAYS[2]), [1, 1])
