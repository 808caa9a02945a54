"""Totals that begin anew once a month: which day it is, and what is none."""

from datetime import date, timedelta
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from outgrow.forecasting.kernels.restarts import Restarts, daily_amounts, find_restarts, month_starts

Array = NDArray[np.float64]
FIRST = date(2026, 1, 3)
DAYS_OF_MONTH = st.integers(1, 31)
dates = st.dates(date(2023, 1, 1), date(2027, 12, 31))


def totals(amounts: Array, begins_on: int, first: date = FIRST) -> Array:
    """What the amounts have come to since the last day of this number."""
    result, total = np.empty_like(amounts), 0.0
    for at, amount in enumerate(amounts):
        total = (0.0 if begins(first + timedelta(days=at), begins_on) else total) + amount
        result[at] = total
    return result


def begins(day: date, begins_on: int) -> bool:
    last = (day + timedelta(days=1)).day == 1
    return day.day == begins_on or (last and day.day < begins_on)


def amounts(seed: int, days: int, noise: float = 0.3, growth: float = 0.0, week: float = 0.3) -> Array:
    day = np.arange(days)
    season = 1 + week * np.sin(2 * np.pi * day / 7)
    drawn: Array = np.round(
        3_300 * np.exp(growth * day) * season * np.random.default_rng(seed).lognormal(0, noise, days)
    )
    return drawn


def seen(*rows: Array, first: date = FIRST) -> Restarts:
    newest = first + timedelta(days=len(rows[0]) - 1)
    return find_restarts(np.stack(rows), np.full(len(rows), np.datetime64(newest, "D")))


@given(dates, st.integers(0, 800), DAYS_OF_MONTH)
def test_a_month_begins_on_its_day_or_the_last_one_that_it_has(first: date, days: int, begins_on: int) -> None:
    told = month_starts(first, days, begins_on)

    assert told.tolist() == [begins(first + timedelta(days=at), begins_on) for at in range(days)]


@given(DAYS_OF_MONTH, dates, st.integers(0, 1_000), st.integers(130, 400), st.floats(0, 0.4))
def test_whatever_day_it_begins_on_is_found(begins_on: int, first: date, seed: int, days: int, noise: float) -> None:
    growth = 0.004 * (seed % 5) / 4
    values = totals(amounts(seed, days, noise, growth), begins_on, first)
    found = seen(values, first=first)

    # A day that says the same of all these months will do.
    np.testing.assert_array_equal(month_starts(first, days, int(found.day[0])), month_starts(first, days, begins_on))
    assert found.plain[0]
    assert not found.unknown[0]


@given(DAYS_OF_MONTH, st.integers(0, 1_000), st.integers(200, 400))
def test_days_that_are_not_known_hide_no_restart(begins_on: int, seed: int, days: int) -> None:
    values = totals(amounts(seed, days, 0.1), begins_on)
    values[np.random.default_rng(seed).random(days) < 0.1] = np.nan
    known = np.flatnonzero(~np.isnan(values))
    found = seen(values)
    told, right = (month_starts(FIRST, days, day) for day in (int(found.day[0]), begins_on))

    # Between two known days it is anybody's guess.
    ends = list(pairwise(known.tolist()))
    same = [told[one + 1 : two + 1].any() == right[one + 1 : two + 1].any() for one, two in ends]
    assert all(same)
    assert not found.unknown[0]


@given(DAYS_OF_MONTH, st.integers(0, 1_000))
def test_what_each_day_brought_is_what_came(begins_on: int, seed: int) -> None:
    came = amounts(seed, 200)
    told = daily_amounts(totals(came, begins_on), month_starts(FIRST, 200, begins_on))

    np.testing.assert_allclose(told[1:], came[1:])


def test_after_unknown_days_it_is_the_mean_of_what_these_brought() -> None:
    starts = np.array([False] * 4 + [True] + [False] * 5)
    told = daily_amounts(np.array([10, 12, np.nan, 18, np.nan, np.nan, 9, 8, 11, np.nan]), starts)

    np.testing.assert_array_equal(told, [np.nan, 2, np.nan, 3, np.nan, np.nan, 3, np.nan, 3, np.nan])


def test_two_restarts_are_enough_on_the_first_alone() -> None:
    found = seen(*(totals(amounts(1, 75, 0.1), day, date(2026, 2, 20)) for day in (1, 5)), first=date(2026, 2, 20))

    assert found.fitting.tolist() == [3, 3]
    shorter = seen(*(totals(amounts(1, 60, 0.1), day, date(2026, 2, 20)) for day in (1, 5)), first=date(2026, 2, 20))
    assert shorter.fitting.tolist() == [2, 2]
    assert shorter.plain.tolist() == [True, False]
    assert shorter.day.tolist() == [1, 5]


def weekly(came: Array, weekday: int, first: date = FIRST) -> Array:
    result, total = np.empty_like(came), 0.0
    for at, amount in enumerate(came):
        total = (0.0 if (first + timedelta(days=at)).weekday() == weekday else total) + amount
        result[at] = total
    return result


@given(st.integers(0, 6), dates, st.integers(0, 500), st.integers(60, 400))
def test_a_week_s_total_has_its_weekday(weekday: int, first: date, seed: int, days: int) -> None:
    found = seen(weekly(amounts(seed, days, week=0.1), weekday, first), first=first)

    assert found.day[0] == -1 - weekday
    assert found.plain[0]
    assert found.unknown[0]  # as one of a month
    told = month_starts(first, days, -1 - weekday)
    assert told.tolist() == [(first + timedelta(days=at)).weekday() == weekday for at in range(days)]


# What is none


def teeth(every: int, low: float, seed: int, days: int = 240) -> Array:
    """A disk that fills up to 84 and is cleaned up every so many days."""
    at = np.arange(days) % every / every
    drawn: Array = low + (84 - low) * at + np.random.default_rng(seed).normal(0, 0.2, days)
    return drawn


@given(st.integers(0, 500), st.integers(5, 45).filter(lambda every: every not in {7, 30, 31}), st.floats(0, 60))
def test_teeth_of_another_length_are_none(seed: int, every: int, low: float) -> None:
    assert not seen(teeth(every, low, seed)).plain[0]


@given(st.integers(0, 500), DAYS_OF_MONTH, st.floats(0.25, 0.9), st.floats(0.2, 3))
def test_a_monthly_clean_up_that_leaves_something_is_none(seed: int, day: int, left: float, pace: float) -> None:
    grown = totals(pace * np.random.default_rng(seed).lognormal(0, 0.3, 300), day)
    floor = left / (1 - left) * grown.max()

    assert not seen(floor + grown).plain[0]


@given(st.integers(0, 500), st.integers(2, 12))
def test_a_counter_that_restarts_now_and_then_is_none(seed: int, times: int) -> None:
    random = np.random.default_rng(seed)
    starts = np.zeros(300, dtype=bool)
    starts[random.choice(np.arange(20, 300), times, replace=False)] = True
    value, values = 0.0, np.empty(300)
    for at, amount in enumerate(random.lognormal(3, 0.3, 300)):
        value = (0.0 if starts[at] else value) + amount
        values[at] = value
    on_firsts = (starts == (month_starts(FIRST, 300) & (np.arange(300) > 0))).all()

    assert not seen(values).plain[0] or on_firsts


@given(st.integers(0, 500), st.sampled_from(["flow", "level", "counter", "steps", "nothing", "unknown", "rare"]))
def test_nothing_else_is(seed: int, kind: str) -> None:
    random = np.random.default_rng(seed)
    values = {
        "flow": amounts(seed, 300),
        "level": np.abs(100 + np.cumsum(random.normal(0, 3, 300))),
        "counter": np.cumsum(random.poisson(4, 300)).astype(float),
        "steps": 300 + 30.0 * np.cumsum(month_starts(FIRST, 300)) + random.normal(0, 0.5, 300),
        "nothing": np.zeros(300),
        "unknown": np.full(300, np.nan),
        "rare": (random.random(300) < 0.05).astype(float),
    }[kind]

    assert not seen(values).plain[0]


def test_a_total_that_begins_anew_every_28_days_has_no_day_of_the_month() -> None:
    at, value, values = np.arange(300), 0.0, np.empty(300)
    for day, amount in enumerate(amounts(3, 300, 0.1)):
        value = (0.0 if at[day] % 28 == 0 else value) + amount
        values[day] = value
    found = seen(values)

    assert found.unknown[0]
    assert found.restarts[0].sum() == 10


def test_a_total_that_never_begins_anew_has_none() -> None:
    assert seen(np.cumsum(amounts(3, 300, 0.1))).unknown[0]


def test_one_that_fell_once_for_another_reason_keeps_its_day() -> None:
    values = totals(amounts(3, 300, 0.1), 15)
    values[100:108] -= values[100] - 50
    found = seen(values)

    assert (found.day[0], found.unknown[0]) == (15, False)


@pytest.mark.parametrize("days", [0, 1, 2])
def test_too_little_is_nothing(days: int) -> None:
    found = find_restarts(np.zeros((2, days)), np.full(2, np.datetime64("2026-03-01")))

    assert not found.plain.any()
    assert not found.unknown.any()
    assert found.day.tolist() == [1, 1]


def test_what_is_beyond_counting_is_unknown() -> None:
    values = totals(amounts(1, 300), 15)
    values[[40, 80, 81]] = [np.inf, -np.inf, 1e300]
    found = seen(values)

    assert (found.day[0], found.plain[0], found.unknown[0]) == (15, True, False)


@given(st.integers(0, 100), st.floats(1e-6, 1e9))
def test_rows_and_units_make_no_difference(seed: int, unit: float) -> None:
    rows = np.stack([totals(amounts(seed + k, 300), day) for k, day in enumerate((1, 15, 31))])
    together, alone = seen(*rows), [seen(unit * row) for row in rows]

    assert together.day.tolist() == [one.day[0] for one in alone]
    assert together.plain.tolist() == [one.plain[0] for one in alone]


@given(st.integers(0, 1_000), DAYS_OF_MONTH, st.integers(1, 20), st.floats(0.0, 0.15))
def test_readings_of_nothing_on_days_of_the_month_are_no_total(seed: int, day: int, pace: int, left: float) -> None:
    """Whatever is there is back on the next day, as large as before."""
    level = 1_000 + np.cumsum(np.random.default_rng(seed).poisson(pace, 400)).astype(np.float64)
    off = np.array([begins(FIRST + timedelta(days=at), day) for at in range(400)])
    all_of_them, two = (np.where(where, left * level, level) for where in (off, off & (np.cumsum(off) > off.sum() - 2)))

    assert not seen(all_of_them, two).plain.any()


@given(st.integers(0, 1_000), DAYS_OF_MONTH, st.integers(1, 3), st.floats(0.0, 0.2))
def test_what_comes_on_a_few_days_of_a_month_is_no_total(seed: int, day: int, days: int, rest: float) -> None:
    """A pulse, or a block of days at the end of a month."""
    size = np.random.default_rng(seed).uniform(50, 500)
    there = np.zeros(400, dtype=bool)
    for at in range(400):
        if begins(FIRST + timedelta(days=at), day):
            there[at : at + days] = True

    assert not seen(np.where(there, size, rest * size)).plain.any()


def test_a_total_that_was_corrected_once_is_one_still() -> None:
    values = totals(amounts(3, 95), 1)
    values[50] = values[49] - 1

    assert seen(values).plain.all()
