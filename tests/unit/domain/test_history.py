"""Cutting a history keeps values, provenance and days together."""

from collections.abc import Iterable
from datetime import date, timedelta

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from outgrow.domain.history import MISSING, OBSERVED, RECONSTRUCTED, History, allowed_age, usual_gap
from outgrow.domain.metric import PLATFORM, TOTAL_PRODUCTS, Scope

FIRST = date(2026, 2, 26)


def day(number: int) -> date:
    return FIRST + timedelta(days=number)


def history(*values: float | None, scope: Scope = PLATFORM) -> History:
    """These values from FIRST on; None is missing, below 100 is rebuilt."""
    known = np.array([np.nan if value is None else value for value in values], dtype=np.float64)
    codes = [MISSING if value is None else RECONSTRUCTED if value < 100 else OBSERVED for value in values]
    return History(TOTAL_PRODUCTS, scope, "main", FIRST, known, np.array(codes, dtype=np.int8))


def by_day(part: History) -> dict[date, tuple[float | None, int]]:
    """Value and provenance by day: what a history says, however it says it."""
    return {
        part.day(i): (None if np.isnan(value) else float(value), int(part.provenance[i]))
        for i, value in enumerate(part.values)
    }


SIX = history(None, 1, None, 100, 101, None)


def test_days_are_counted_by_provenance() -> None:
    assert (SIX.observed_days, SIX.reconstructed_days, SIX.known_days, SIX.missing_days, len(SIX)) == (2, 1, 3, 3, 6)


def test_days_follow_each_other_over_the_month_s_end() -> None:
    assert SIX.last_day == date(2026, 3, 3)
    assert [d.isoformat() for d in SIX.days().tolist()] == [day(i).isoformat() for i in range(6)]


def test_the_newest_is_the_last_known() -> None:
    assert SIX.newest == (day(4), 101.0)
    assert history(None, None).newest is None
    assert history().newest is None


def test_unknown_days_are_cut_off_at_the_ends_alone() -> None:
    known = SIX.to_known()

    assert by_day(known) == {day(1): (1, RECONSTRUCTED), day(2): (None, MISSING)} | {
        day(3): (100, OBSERVED),
        day(4): (101, OBSERVED),
    }


@pytest.mark.parametrize("nothing", [history(), history(None), history(None, None)])
def test_nothing_known_leaves_no_days(nothing: History) -> None:
    known = nothing.to_known()

    assert len(known) == len(known.provenance) == 0
    assert known.last_day == known.first_day - timedelta(days=1)


@pytest.mark.parametrize(
    ("since", "until", "first", "n_days"),
    [
        (None, None, 0, 6),
        (0, 5, 0, 6),
        (-9, 99, 0, 6),
        (2, None, 2, 4),
        (None, 2, 0, 3),
        (3, 3, 3, 1),
        (4, 2, 4, 0),
        (None, -1, 0, 0),
        (6, None, 6, 0),
        (99, None, 6, 0),
    ],
)
def test_a_part_is_what_lies_within(since: int | None, until: int | None, first: int, n_days: int) -> None:
    part = SIX.between(None if since is None else day(since), None if until is None else day(until))

    assert (part.first_day, len(part)) == (day(first), n_days)
    assert by_day(part) == {d: v for d, v in by_day(SIX).items() if day(first) <= d < day(first + n_days)}


BOUND = st.none() | st.integers(-3, 12)


@given(st.lists(st.none() | st.sampled_from([1.0, 100.0]), max_size=8), BOUND, BOUND)
def test_a_part_says_the_same_of_its_days(values: list[float | None], since: int | None, until: int | None) -> None:
    whole = history(*values)
    part = whole.between(None if since is None else day(since), None if until is None else day(until))

    expected = {
        d: said
        for d, said in by_day(whole).items()
        if (since is None or d >= day(since)) and (until is None or d <= day(until))
    }
    assert by_day(part) == expected


def test_the_platform_s_scope_is_named_by_the_platform() -> None:
    assert history(1).scope_name == "platform:main"
    assert history(1, scope=Scope("store", "7")).scope_name == "store:7"


@pytest.mark.parametrize(
    ("days", "usual"),
    [
        ([], 1),
        ([5], 1),
        ([5, 300], 1),
        (range(30), 1),
        ([*range(0, 70, 7)], 7),
        ([*range(0, 70, 7), 84, 91, 98], 7),  # one week left out
        ([0, 31, 59, 90, 120, 151], 31),
        ([*range(100), *range(107, 200, 7)], 7),  # daily once, weekly now
        ([*range(0, 300, 30), *range(300, 320)], 1),  # monthly once, daily now
    ],
)
def test_the_rhythm_is_that_of_the_newest_days(days: Iterable[int], usual: int) -> None:
    assert usual_gap(np.array([*days], dtype=np.int64)) == usual


@given(st.integers(1, 400), st.integers(1, 60), st.integers(3, 40))
def test_twice_the_rhythm_is_allowed_and_never_less_than_what_is_set(gap: int, least: int, known: int) -> None:
    values: list[float | None] = [1.0, *([None] * (gap - 1) + [1.0]) * (known - 1)]
    assert allowed_age(history(*values).usual_gap, least) == max(2 * gap, least)
