"""Clean series have no faults; and what holds of every series, whatever its faults."""

from collections.abc import Callable
from datetime import date

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray
from tests.support.clean_series import (
    DAYS,
    NAN,
    Array,
    closed_on_sundays,
    compound,
    few_orders,
    growth,
    monthly_release,
    named,
    orders,
    slow_growth,
    walk,
    weekly_batch,
)

from outgrow.domain.errors import UsageError
from outgrow.domain.history import OBSERVED, RECONSTRUCTED
from outgrow.domain.note import NoteCode
from outgrow.forecasting.faults import CODES, find_faults


def share_flagged(values: Array, kind: str) -> float:
    return len(set(find_faults(values, kind).row.tolist())) / len(values)


# ---------------------------------------------------------------- what is no fault


@pytest.mark.parametrize(
    ("make", "kind"),
    [
        (growth, "cumulative"),
        (walk, "level"),
        (weekly_batch, "cumulative"),
        (monthly_release, "level"),
        (compound, "level"),
        (orders, "flow"),
        (few_orders, "flow"),
        (closed_on_sundays, "flow"),
    ],
)
def test_clean_series_raise_no_alarm(make: Callable[..., Array], kind: str) -> None:
    assert share_flagged(make(np.random.default_rng(22), 2_000), kind) <= 0.001


@pytest.mark.parametrize("days", [20, 60, 120])
@pytest.mark.parametrize(("make", "kind"), [(growth, "level"), (walk, "level"), (orders, "flow")])
def test_nor_do_short_ones(make: Callable[..., Array], kind: str, days: int) -> None:
    assert share_flagged(make(np.random.default_rng(23), 2_000, days), kind) <= 0.001


def test_tiny_counts_are_at_most_said_to_start_at_zero() -> None:
    faults = find_faults(slow_growth(np.random.default_rng(24), 2_000), "level")

    assert {CODES[code] for code in faults.code} == {NoteCode.STARTS_AT_ZERO}


@pytest.mark.parametrize("kind", ["level", "cumulative", "flow"])
@pytest.mark.parametrize("value", [0.0, 1.0, 1e9])
def test_what_stands_still_has_no_faults(kind: str, value: float) -> None:
    values = np.full((2, DAYS), value)
    faults = find_faults(values, kind)

    assert len(faults) == 0
    np.testing.assert_array_equal(faults.mended, values)


# ---------------------------------------------------------------- what always holds


@st.composite
def panels(draw: st.DrawFn) -> Array:
    """Whole numbers with faults of all sorts, in histories from a day to a year."""
    random = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    rows, days = draw(st.integers(1, 4)), draw(st.sampled_from([1, 2, 3, 5, 10, 30, 100, 365]))
    steps = random.poisson(draw(st.sampled_from([0, 1, 9])), (rows, days)).astype(np.float64)
    values = 500.0 + np.cumsum(steps, axis=1)
    if draw(st.booleans()):
        values = random.poisson(draw(st.sampled_from([0, 2, 80])), (rows, days)).astype(np.float64)
    for _ in range(draw(st.integers(0, 3))):
        row, at, size = random.integers(rows), random.integers(days), float(random.integers(-450, 5_000))
        until = draw(st.sampled_from([at + 1, at + 2, days]))
        values[row, at:until] += size
    if draw(st.booleans()):
        values[:, : random.integers(days)] = 0
    values[random.random(values.shape) < draw(st.sampled_from([0, 0, 0.3]))] = NAN
    return values


kinds = st.sampled_from(["level", "cumulative", "flow"])


def seam_of(values: Array) -> NDArray[np.int8]:
    half = np.arange(values.shape[1]) < values.shape[1] // 2
    return np.broadcast_to(np.where(half, RECONSTRUCTED, OBSERVED), values.shape).astype(np.int8)


@given(panels(), kinds, st.sampled_from([3.0, 0.1, 1e6, 1 / 7]))
def test_the_unit_does_not_matter(values: Array, kind: str, unit: float) -> None:
    one, other = (find_faults(v, kind, seam_of(values)) for v in (values, values * unit))

    assert named(other) == named(one)
    np.testing.assert_allclose(other.mended / unit, one.mended, rtol=1e-9, atol=1e-6)


@given(panels(), kinds)
def test_other_rows_change_nothing(values: Array, kind: str) -> None:
    strangers = growth(np.random.default_rng(0), 2, values.shape[1])
    strangers[0, ::3] = NAN
    together = np.vstack([strangers[:1], values, strangers[1:]])
    one, other = find_faults(values, kind), find_faults(together, kind)

    inside = [(row - 1, *rest) for row, *rest in named(other) if 0 < row <= len(values)]
    assert inside == named(one)
    np.testing.assert_array_equal(other.mended[1:-1], one.mended)


@given(panels(), kinds, st.integers(1, 500))
def test_unknown_days_before_the_first_say_nothing(values: Array, kind: str, days: int) -> None:
    provenance = seam_of(values)
    padded = np.hstack([np.full((len(values), days), NAN), values])
    one = find_faults(values, kind, provenance)
    other = find_faults(padded, kind, np.hstack([np.zeros((len(values), days), dtype=np.int8), provenance]))

    assert [(row, code, first - days, last - days) for row, code, first, last in named(other)] == named(one)
    np.testing.assert_array_equal(other.mended[:, days:], one.mended)
    assert np.isnan(other.mended[:, :days]).all()


@given(panels(), st.sampled_from(["level", "cumulative"]))
def test_the_newest_value_of_a_level_stays(values: Array, kind: str) -> None:
    mended = find_faults(values, kind, seam_of(values)).mended

    for row, its_mended in zip(values, mended, strict=True):
        known = np.flatnonzero(~np.isnan(row))
        assert not len(known) or its_mended[known[-1]] == row[known[-1]]


@given(panels(), kinds)
def test_what_has_no_note_is_left_as_it_is(values: Array, kind: str) -> None:
    before = values.copy()
    faults = find_faults(values, kind, seam_of(values))

    np.testing.assert_array_equal(values, before)
    quiet = np.setdiff1d(np.arange(len(values)), faults.row)
    np.testing.assert_array_equal(faults.mended[quiet], values[quiet])


@given(panels(), kinds)
def test_every_fault_lies_within_its_row_and_has_a_sentence(values: Array, kind: str) -> None:
    faults = find_faults(values, kind, seam_of(values))

    assert ((faults.first >= 0) & (faults.first <= faults.last) & (faults.last < values.shape[1])).all()
    notes = [note for row in range(len(values)) for note in faults.notes(row, date(2025, 1, 1))]
    assert len(notes) == len(faults)
    assert all("nan" not in note.sentence("products") for note in notes)


@given(panels(), kinds)
def test_ten_days_are_too_few_to_judge(values: Array, kind: str) -> None:
    codes = {CODES[code] for code in find_faults(values[:, -10:], kind).code}

    assert codes <= {NoteCode.GAP, NoteCode.STARTS_AT_ZERO}


@pytest.mark.parametrize("shape", [(0, 30), (0, 0), (3, 0)])
def test_nothing_has_no_faults(shape: tuple[int, int]) -> None:
    faults = find_faults(np.empty(shape), "level")

    assert len(faults) == 0
    assert faults.mended.shape == shape


@pytest.mark.parametrize(
    ("values", "kind", "provenance", "said"),
    [
        (np.ones(5), "level", None, r"values have the shape \(5,\)"),
        (np.ones((1, 5)), "gauge", None, "there is no kind 'gauge'"),
        (np.array([[1.0, 2], [1, np.inf]]), "level", None, "row 1 has infinite values"),
        (np.ones((1, 5)), "level", np.ones((1, 4), dtype=np.int8), r"the provenance has the shape \(1, 4\)"),
    ],
)
def test_what_cannot_be_read_is_refused(
    values: Array, kind: str, provenance: NDArray[np.int8] | None, said: str
) -> None:
    with pytest.raises(UsageError, match=said) as caught:
        find_faults(values, kind, provenance)

    assert caught.value.mend
