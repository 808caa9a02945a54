"""Many histories as one value: what goes in comes out, whatever spans they have."""

from datetime import date, timedelta

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from outgrow.domain.history import MISSING, OBSERVED, RECONSTRUCTED, History
from outgrow.domain.metric import Kind, Metric, Scope
from outgrow.domain.panel import HistoryPanel

FIRST = date(2026, 1, 1)


@st.composite
def histories(draw: st.DrawFn) -> History:
    """A series with its first and last day known, some gaps between, or nothing at all."""
    inside = draw(st.lists(st.sampled_from((MISSING, RECONSTRUCTED, OBSERVED)), max_size=20))
    codes = [draw(st.sampled_from((RECONSTRUCTED, OBSERVED))), *inside, OBSERVED] if draw(st.booleans()) else []
    provenance = np.array(codes, dtype=np.int8)
    amounts = draw(st.lists(st.floats(0, 1e9), min_size=len(codes), max_size=len(codes)))
    values = np.where(provenance == MISSING, np.nan, np.array(amounts, dtype=np.float64))
    begins = FIRST + timedelta(days=draw(st.integers(-40, 40)))
    metric = Metric(draw(st.sampled_from(("seats", "files", "calls"))), Kind.LEVEL, "", "")
    return History(metric, Scope("store", str(draw(st.integers(1, 3)))), "main", begins, values, provenance)


def same(one: History, other: History) -> bool:
    return (
        (one.metric, one.scope, one.platform) == (other.metric, other.scope, other.platform)
        and (one.first_day == other.first_day or not len(one))
        and np.array_equal(one.values, other.values, equal_nan=True)
        and np.array_equal(one.provenance, other.provenance)
    )


SOME = st.lists(histories(), max_size=6)


@given(SOME)
def test_each_comes_out_as_it_went_in(some: list[History]) -> None:
    assert all(map(same, HistoryPanel.of(some), some))


@given(SOME, st.data())
def test_a_day_stands_where_the_calendar_puts_it(some: list[History], data: st.DataObject) -> None:
    panel = HistoryPanel.of(some)
    since, until = (FIRST + timedelta(days=data.draw(st.integers(-50, 70))) for _ in range(2))
    part = panel.between(since, until)

    assert part.values.shape == part.provenance.shape == (len(some), part.n_days)
    assert part.n_days == 0 or (since <= part.first_day and part.last_day <= until)
    for cut, history in zip(part, some, strict=True):
        assert same(cut, history.between(since, until).to_known())


@given(SOME, st.integers(1, 4))
def test_blocks_are_the_panel(some: list[History], size: int) -> None:
    blocks = list(HistoryPanel.of(some).blocks(size))

    assert all(len(block) <= size for block in blocks)
    assert all(map(same, [history for block in blocks for history in block], some))


@given(SOME)
def test_the_newest_known_day_of_each_stands_last(some: list[History]) -> None:
    moved = HistoryPanel.of(some).newest_last()

    assert moved.n_days == max(map(len, some), default=0)
    for row, history in enumerate(some):
        before = moved.n_days - len(history)
        assert np.array_equal(moved.values[row, before:], history.values, equal_nan=True)
        assert np.array_equal(moved.provenance[row, before:], history.provenance)
        assert np.isnan(moved.values[row, :before]).all()
        assert (moved.provenance[row, :before] == MISSING).all()
