"""Arithmetic on changes, held against the slow and obvious way."""

from collections.abc import Callable, Sequence
from datetime import date, timedelta

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from outgrow.domain.days import days_between
from outgrow.sources.commerce.dayscan import Changes

Event = tuple[date, float]

FIRST = date(2026, 1, 20)
NEAR = st.integers(-50, 70).map(lambda n: FIRST + timedelta(days=n))
AMOUNTS = st.integers(-9, 9).map(float)
EVENTS = st.lists(st.tuples(NEAR, AMOUNTS), max_size=30)
SPANS = st.tuples(NEAR, st.integers(0, 60)).map(lambda span: (span[0], span[0] + timedelta(days=span[1])))


def changes(events: Sequence[Event]) -> Changes:
    days = np.array([day for day, _ in events], dtype="datetime64[D]")
    return Changes(days, np.array([amount for _, amount in events], dtype=np.float64))


def total(events: Sequence[Event], since: date, until: date) -> float:
    return sum(amount for day, amount in events if since <= day <= until)


@given(events=EVENTS, span=SPANS)
def test_the_flow_is_what_happened_on_each_day(events: list[Event], span: tuple[date, date]) -> None:
    expected = [total(events, day, day) for day in days_between(*span)]

    np.testing.assert_allclose(changes(events).flow(*span), expected)


@given(events=EVENTS, span=SPANS)
def test_the_level_is_everything_up_to_each_day(events: list[Event], span: tuple[date, date]) -> None:
    expected = [total(events, date.min, day) for day in days_between(*span)]

    np.testing.assert_allclose(changes(events).level(*span), expected)


@given(events=EVENTS, span=SPANS)
def test_month_to_date_starts_anew_on_each_first(events: list[Event], span: tuple[date, date]) -> None:
    expected = [total(events, day.replace(day=1), day) for day in days_between(*span)]

    np.testing.assert_allclose(changes(events).month_to_date(*span), expected)


@given(events=EVENTS, others=EVENTS, span=SPANS, factor=st.integers(-3, 3))
def test_sums_differences_and_multiples_are_those_of_the_levels(
    events: list[Event], others: list[Event], span: tuple[date, date], factor: int
) -> None:
    a, b = changes(events), changes(others)

    np.testing.assert_allclose((a + b).level(*span), a.level(*span) + b.level(*span))
    np.testing.assert_allclose((a - b).level(*span), a.level(*span) - b.level(*span))
    np.testing.assert_allclose(a.scaled(factor).level(*span), factor * a.level(*span))


@given(events=EVENTS)
def test_the_first_day_is_the_earliest(events: list[Event]) -> None:
    assert changes(events).first_day == min((day for day, _ in events), default=None)


@pytest.mark.parametrize("of", [Changes.flow, Changes.level, Changes.month_to_date])
def test_nothing_happened(of: Callable[[Changes, date, date], NDArray[np.float64]]) -> None:
    assert of(Changes.none(), FIRST, FIRST + timedelta(days=40)).tolist() == [0.0] * 41
    assert of(changes([(FIRST, 5.0)]), FIRST, FIRST - timedelta(days=1)).tolist() == []


def test_a_month_in_numbers() -> None:
    placed = changes([(date(2026, 1, 30), 2), (date(2026, 1, 31), 3), (date(2026, 2, 1), 5), (date(2026, 2, 2), 7)])

    assert placed.flow(date(2026, 1, 31), date(2026, 2, 3)).tolist() == [3, 5, 7, 0]
    assert placed.level(date(2026, 1, 31), date(2026, 2, 3)).tolist() == [5, 10, 17, 17]
    assert placed.month_to_date(date(2026, 1, 31), date(2026, 2, 3)).tolist() == [5, 5, 12, 12]
