"""Parts add up: of a date's movement to the day, of growth to the unit."""

from datetime import date, timedelta

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from outgrow.domain.drivers import Identity, StoreChanges
from outgrow.domain.movement import Mover
from outgrow.planning.why.attribution import DatedMover, split_growth, telescope

START = date(2026, 6, 1)
DAYS = st.integers(-2_000, 2_000).map(lambda days: START + timedelta(days=days))
STEPS = st.lists(st.builds(DatedMover, st.sampled_from(Mover), st.none() | DAYS), max_size=12)


def day(n: int) -> date:
    return START + timedelta(days=n)


@given(start=DAYS, steps=STEPS, last=st.builds(DatedMover, st.sampled_from(Mover), DAYS))
def test_parts_add_up_to_the_movement(start: date, steps: list[DatedMover], last: DatedMover) -> None:
    moved = telescope(start, [*steps, last])

    assert list(moved) == list(Mover)
    assert last.day is not None
    assert sum(days or 0 for days in moved.values()) == (last.day - start).days


def test_each_thing_moves_the_date_from_where_the_one_before_left_it() -> None:
    steps = [DatedMover(Mover.LEVEL, day(-4)), DatedMover(Mover.SLOPE, day(6)), DatedMover(Mover.LIMIT, day(6))]
    moved = telescope(START, steps)

    assert (moved[Mover.LEVEL], moved[Mover.SLOPE], moved[Mover.LIMIT], moved[Mover.MODEL]) == (-4, 10, 0, 0)


def test_what_comes_twice_is_added_up() -> None:
    steps = [DatedMover(Mover.MODEL, day(3)), DatedMover(Mover.SLOPE, day(1)), DatedMover(Mover.MODEL, day(8))]

    assert telescope(START, steps)[Mover.MODEL] == 10


def test_what_leaves_no_date_is_counted_with_what_follows() -> None:
    steps = [DatedMover(Mover.LEVEL, None), DatedMover(Mover.SLOPE, day(5)), DatedMover(Mover.LIMIT, day(4))]
    moved = telescope(START, steps)

    assert (moved[Mover.LEVEL], moved[Mover.SLOPE], moved[Mover.LIMIT]) == (None, 5, -1)


def test_without_a_last_date_there_is_nothing_to_add_up_to() -> None:
    with pytest.raises(ValueError, match="no date"):
        telescope(START, [DatedMover(Mover.LEVEL, day(1)), DatedMover(Mover.SLOPE, None)])


def stores(*rows: tuple[int, int, bool, bool]) -> StoreChanges:
    before, after, then, now = (list(column) for column in zip(*rows, strict=True)) if rows else ([], [], [], [])
    n = len(rows)
    return StoreChanges(
        before=np.array(before, dtype=np.int64),
        after=np.array(after, dtype=np.int64),
        there_before=np.array(then, dtype=np.bool_),
        there_after=np.array(now, dtype=np.bool_),
        joined=np.full(n, np.datetime64("2026-01-01")),
        plan=np.full(n, "pro"),
        unplaced=(0, 0),
    )


BYTES = st.integers(0, 2**58)


@given(rows=st.lists(st.tuples(BYTES, BYTES, st.booleans(), st.booleans(), st.integers(0, 2)), max_size=15))
def test_growth_adds_up_to_the_byte(rows: list[tuple[int, int, bool, bool, int]]) -> None:
    split = split_growth(stores(*(row[:4] for row in rows)), np.array([row[4] for row in rows], dtype=np.int64), 3)

    assert split.change.sum() == sum(after - before for before, after, *_ in rows)
    assert split.stores.sum() == len(rows)
    for group in range(3):
        mine = [row for row in rows if row[4] == group]
        assert split.before[group].sum() == sum(row[0] for row in mine)
        assert split.after[group, Identity.JOINED] == sum(row[1] for row in mine if row[3] and not row[2])


def test_a_store_is_what_it_was_on_the_two_days() -> None:
    made = stores((0, 5, False, True), (7, 2, True, False), (10, 11, True, True), (3, 1, False, False))
    split = split_growth(made, np.zeros(4, dtype=np.int64), 1)

    assert split.change.tolist() == [[5, -5, 1, -2]]
    assert [identity.code for identity in Identity] == ["joined", "left", "stayed", "neither"]


def test_no_store_is_no_growth() -> None:
    assert split_growth(stores(), np.zeros(0, dtype=np.int64), 1).change.tolist() == [[0, 0, 0, 0]]
