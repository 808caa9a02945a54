"""Tenants' changes as daily series."""

from datetime import date

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from outgrow.domain.tenant import UseChanges

LAST = date(2026, 3, 31)
DAYS, TENANTS = 10, 5
EVENTS = st.lists(
    st.tuples(st.integers(0, TENANTS - 1), st.integers(0, DAYS - 1), st.sampled_from([1.0, 2.0, -1.0, 0.25])),
    max_size=40,
)


def changes(events: list[tuple[int, int, float]]) -> UseChanges:
    tenant, day, amount = (np.array(column) for column in zip(*events, strict=True)) if events else ([], [], [])
    return UseChanges.of(
        LAST, DAYS, np.asarray(tenant, np.int32), np.asarray(day, np.int16), np.asarray(amount, np.float64)
    )


@given(EVENTS, st.sets(st.integers(0, TENANTS - 1)))
def test_each_days_changes_add_up_and_levels_are_told_back_from_the_newest(
    events: list[tuple[int, int, float]], asked: set[int]
) -> None:
    rows = np.array(sorted(asked), dtype=np.int64)
    expected = np.zeros((TENANTS, DAYS))
    for tenant, day, amount in events:
        expected[tenant, day] += amount
    made = changes(events)
    assert np.array_equal(made.flow(rows), expected[rows])
    used = 100.0 + expected[rows].sum(axis=1)
    assert np.array_equal(made.level(rows, used), 100.0 + np.cumsum(expected[rows], axis=1))


def test_a_level_is_never_below_zero_nor_a_hair_above_it() -> None:
    rows = np.array([0])
    ended_before_it_began = changes([(0, 3, -2.0), (0, 5, 2.0)])
    assert ended_before_it_began.level(rows, np.array([1.0])).min() == 0.0
    thirds = changes([(0, 1, 0.1), (0, 2, 0.2)])
    assert thirds.level(rows, np.array([0.1 + 0.2]))[0, 0] == 0.0


def test_the_newest_day_on_which_anything_changed() -> None:
    assert changes([]).newest_day is None
    assert changes([(1, 4, 1.0), (0, 7, 1.0)]).newest_day == date(2026, 3, 29)
