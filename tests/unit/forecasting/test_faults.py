"""Every fault is named on its day and mended to what the clean series did."""

from datetime import date, timedelta

import numpy as np
import pytest
from numpy.typing import NDArray
from tests.support.clean_series import DAYS, NAN, ROWS, Array, Maker, Random, growth, named, orders, walk, weekly_batch

from outgrow.domain.history import OBSERVED, RECONSTRUCTED
from outgrow.domain.note import NoteCode
from outgrow.forecasting.faults import CODES, find_faults

levels = pytest.mark.parametrize("make", [growth, walk, weekly_batch])


def days_of(random: Random) -> NDArray[np.int64]:
    """A day somewhere within each row."""
    return random.integers(60, DAYS - 30, ROWS)


def shifted(values: Array, at: NDArray[np.int64], amount: Array) -> Array:
    """Rows that step by an amount on a day and stay there."""
    return values + np.where(np.arange(DAYS) >= at[:, None], amount[:, None], 0.0)


# ---------------------------------------------------------------- steps


@levels
@pytest.mark.parametrize(
    ("code", "low", "high"),
    [
        (NoteCode.IMPORT, 1.0, 5.0),
        (NoteCode.CLEANUP, -0.85, -0.6),
        (NoteCode.RESET, -1.0, -0.93),
    ],
)
def test_a_step_is_named_and_taken_out_of_the_changes(make: Maker, code: NoteCode, low: float, high: float) -> None:
    random = np.random.default_rng(1)
    clean, at = make(random), days_of(random)
    before = clean[np.arange(ROWS), at - 1]
    # Weekly batches are large: their step is larger still.
    factor = 3 if make is weekly_batch and code is NoteCode.IMPORT else 1
    values = shifted(clean, at, factor * random.uniform(low, high, ROWS) * before)
    faults = find_faults(values, "level")

    found = {row: (name, first) for row, name, first, _ in named(faults)}
    right = [row for row in range(ROWS) if found.get(row) == (code, at[row])]
    assert set(found) == set(right)
    assert len(right) >= (0.5 if make is weekly_batch and code is not NoteCode.IMPORT else 0.99) * ROWS
    changes, expected = np.diff(faults.mended[right], axis=1), np.diff(clean[right], axis=1)
    elsewhere = np.arange(1, DAYS) != at[right][:, None]
    np.testing.assert_allclose(changes[elsewhere], expected[elsewhere], atol=1e-6)
    largest = np.abs(expected).max(axis=1)
    assert (np.abs(changes[~elsewhere]) <= largest).all()
    np.testing.assert_array_equal(faults.mended[:, -1], values[:, -1])


def test_a_step_tells_what_was_before_and_after() -> None:
    values = growth(np.random.default_rng(2), 3)
    values[1, 250:] -= 0.99 * values[1, 249]
    first_day = date(2025, 1, 1)
    faults = find_faults(values, "cumulative")

    (note,) = faults.notes(1, first_day)
    assert (note.code, note.first, note.last) == (
        NoteCode.RESET,
        first_day + timedelta(250),
        first_day + timedelta(250),
    )
    assert (note.before, note.after) == (values[1, 249], values[1, 250])
    assert faults.notes(0, first_day) == faults.notes(2, first_day) == ()
    assert faults.has(NoteCode.RESET).tolist() == [False, True, False]


@pytest.mark.parametrize(("value", "code"), [(5_000, NoteCode.IMPORT), (300, NoteCode.CLEANUP), (20, NoteCode.RESET)])
def test_the_only_step_of_a_still_series_is_no_trend(value: float, code: NoteCode) -> None:
    values = np.full((1, 100), 1_000.0)
    values[0, 60:] = value
    faults = find_faults(values, "level")

    assert named(faults) == [(0, code, 60, 60)]
    np.testing.assert_array_equal(faults.mended, np.full((1, 100), value))


def test_a_still_series_that_is_nothing_for_a_day_stays() -> None:
    values = np.full((1, 100), 1_000.0)
    values[0, 60] = 0
    faults = find_faults(values, "level")

    assert named(faults) == [(0, NoteCode.OUTLIER, 60, 60)]
    np.testing.assert_array_equal(faults.mended, np.where(values == 0, NAN, values))


@pytest.mark.parametrize(
    "rest", [[1] * 30 + [2] * 30, [0] * 50 + [3] * 10, [3] * 20 + [10] * 40, [2] * 40 + [5] * 10 + [9] * 10]
)
def test_a_few_more_of_a_few_are_no_import(rest: list[float]) -> None:
    codes = {CODES[code] for code in find_faults(np.array([rest], dtype=np.float64), "level").code}

    assert codes <= {NoteCode.STARTS_AT_ZERO}


def test_two_steps_of_a_row_are_both_taken_out() -> None:
    random = np.random.default_rng(3)
    clean = growth(random)
    values = clean.copy()
    values[:, 120:] += 30_000
    values[:, 300:] -= 15_000
    faults = find_faults(values, "level")

    assert named(faults)[:2] == [(0, NoteCode.IMPORT, 120, 120), (0, NoteCode.CLEANUP, 300, 300)]
    assert len(faults) == 2 * ROWS
    drifts = np.abs(np.diff(faults.mended, axis=1) - np.diff(clean, axis=1))
    assert np.median(drifts[:, [119, 299]]) < 5
    assert np.delete(drifts, [119, 299], axis=1).max() < 1e-6


def test_a_counter_that_is_reset_often_never_declines() -> None:
    values = growth(np.random.default_rng(4), 1)
    for at in range(50, 400, 50):
        values[0, at:] -= values[0, at - 1]

    assert [code for _, code, _, _ in named(find_faults(values, "cumulative"))] == [NoteCode.RESET] * 7
    assert (np.diff(find_faults(values, "cumulative").mended) >= 0).all()


@levels
def test_the_newest_days_jump_is_not_settled_yet(make: Maker) -> None:
    random = np.random.default_rng(5)
    clean = make(random)
    values = clean.copy()
    values[:, -1] *= 5
    faults = find_faults(values, "level")

    assert named(faults) == [(row, NoteCode.UNSETTLED, DAYS - 1, DAYS - 1) for row in range(ROWS)]
    np.testing.assert_array_equal(faults.mended[:, -1], values[:, -1])
    changes, expected = np.diff(faults.mended, axis=1), np.diff(clean, axis=1)
    np.testing.assert_allclose(changes[:, :-1], expected[:, :-1], atol=1e-6)
    assert (np.abs(changes[:, -1]) <= np.abs(expected).max(axis=1)).all()


def test_a_rise_over_a_gap_is_over_its_days() -> None:
    random = np.random.default_rng(6)
    values = growth(random)
    at = days_of(random)
    hole = (np.arange(DAYS) >= at[:, None] - 50) & (np.arange(DAYS) < at[:, None])
    faults = find_faults(np.where(hole, NAN, values), "level")

    assert named(faults) == [(row, NoteCode.GAP, at[row] - 50, at[row] - 1) for row in range(ROWS)]
    np.testing.assert_array_equal(faults.mended, np.where(hole, NAN, values))


# ---------------------------------------------------------------- glitches


@levels
@pytest.mark.parametrize("length", [1, 3])
@pytest.mark.parametrize(
    ("factor", "code"), [(0.0, NoteCode.OUTLIER), (0.3, NoteCode.OUTLIER), (7.0, NoteCode.OUTLIER)]
)
def test_what_is_off_and_back_is_left_out(make: Maker, length: int, factor: float, code: NoteCode) -> None:
    random = np.random.default_rng(7)
    clean, at = make(random), days_of(random)
    off = (np.arange(DAYS) >= at[:, None]) & (np.arange(DAYS) < at[:, None] + length)
    faults = find_faults(np.where(off, factor * clean, clean), "level")

    found = named(faults)
    assert set(found) <= {(row, code, at[row], at[row] + length - 1) for row in range(ROWS)}
    assert len(found) >= 0.99 * ROWS if make is not weekly_batch or factor > 1 else len(found) >= 0.8 * ROWS
    np.testing.assert_array_equal(faults.mended[faults.row], np.where(off, NAN, clean)[faults.row])


def test_what_was_counted_twice_says_so() -> None:
    random = np.random.default_rng(8)
    clean, at = growth(random), days_of(random)
    off = np.arange(DAYS) == at[:, None]
    faults = find_faults(np.where(off, 2 * clean, clean), "level")

    assert named(faults) == [(row, NoteCode.DOUBLED, at[row], at[row]) for row in range(ROWS)]
    np.testing.assert_array_equal(faults.mended, np.where(off, NAN, clean))


def test_yesterdays_outlier_is_out_as_soon_as_today_is_back() -> None:
    clean = growth(np.random.default_rng(9))
    values = clean.copy()
    values[:, -2] = 0
    faults = find_faults(values, "level")

    assert named(faults) == [(row, NoteCode.OUTLIER, DAYS - 2, DAYS - 2) for row in range(ROWS)]


# ---------------------------------------------------------------- frozen, seam, start, gap


@pytest.mark.parametrize("make", [growth, walk])
def test_a_frozen_source_is_unknown_and_what_follows_no_import(make: Maker) -> None:
    random = np.random.default_rng(10)
    clean, at = make(random) + np.arange(DAYS), days_of(random) - 5  # so that every day moves
    still = (np.arange(DAYS) >= at[:, None]) & (np.arange(DAYS) < at[:, None] + 25)
    held = clean[np.arange(ROWS), at - 1]
    faults = find_faults(np.where(still, held[:, None], clean), "level")

    assert named(faults) == [(row, NoteCode.FROZEN, at[row], at[row] + 24) for row in range(ROWS)]
    np.testing.assert_array_equal(faults.mended, np.where(still, NAN, clean))


@pytest.mark.parametrize("kind", ["level", "flow"])
def test_a_frozen_tail_is_named_and_kept(kind: str) -> None:
    values = growth(np.random.default_rng(11)) if kind == "level" else orders(np.random.default_rng(11))
    values[:, -20:] = values[:, -21:-20] = values[:, -22:-21] + 1
    faults = find_faults(values, kind)

    assert named(faults) == [(row, NoteCode.FROZEN, DAYS - 20, DAYS - 1) for row in range(ROWS)]
    np.testing.assert_array_equal(faults.mended, values)


def test_a_quiet_week_of_a_quiet_series_is_not_frozen() -> None:
    values = np.cumsum(np.random.default_rng(12).poisson(0.4, (ROWS, DAYS)), axis=1).astype(np.float64)
    values[:, 200:214] = values[:, 199:200]

    assert not find_faults(values, "level").has(NoteCode.FROZEN).any()


@levels
def test_a_step_at_the_seam_is_not_growth(make: Maker) -> None:
    random = np.random.default_rng(13)
    clean, at = make(random), days_of(random)
    provenance = np.where(np.arange(DAYS) < at[:, None], RECONSTRUCTED, OBSERVED).astype(np.int8)
    missed = 0.35 if make is weekly_batch else 0.1
    values = np.where(provenance == RECONSTRUCTED, clean - missed * clean[:, :1], clean)
    faults = find_faults(values, "level", provenance)

    found = named(faults)
    assert set(found) <= {(row, NoteCode.SEAM, at[row], at[row]) for row in range(ROWS)}
    assert len(found) >= 0.95 * ROWS
    changes = np.diff(faults.mended, axis=1)[faults.row]
    expected = np.diff(clean, axis=1)[faults.row]
    elsewhere = np.arange(1, DAYS) != at[faults.row][:, None]
    np.testing.assert_allclose(changes[elsewhere], expected[elsewhere], atol=1e-6)
    assert (np.abs(changes[~elsewhere]) <= np.abs(expected).max(axis=1)).all()


@levels
def test_a_seam_without_a_step_is_none(make: Maker) -> None:
    random = np.random.default_rng(14)
    clean, at = make(random), days_of(random)
    provenance = np.where(np.arange(DAYS) < at[:, None], RECONSTRUCTED, OBSERVED).astype(np.int8)

    assert len(find_faults(clean, "level", provenance)) == 0


def test_the_seam_of_a_flow_scales_what_was_before() -> None:
    random = np.random.default_rng(15)
    clean, at = orders(random), days_of(random)
    rebuilt = np.arange(DAYS) < at[:, None]
    provenance = np.where(rebuilt, RECONSTRUCTED, OBSERVED).astype(np.int8)
    faults = find_faults(np.where(rebuilt, 0.6 * clean, clean), "flow", provenance)

    assert set(named(faults)) <= {(row, NoteCode.SEAM, at[row], at[row]) for row in range(ROWS)}
    assert len(faults) >= 0.95 * ROWS
    np.testing.assert_allclose(faults.mended[faults.row], clean[faults.row], rtol=0.25)
    assert len(find_faults(clean, "flow", provenance)) <= 0.01 * ROWS


def test_a_start_from_zero_is_no_import() -> None:
    values = growth(np.random.default_rng(16))
    values[:, :150] = 0
    faults = find_faults(values, "level")

    assert named(faults) == [(row, NoteCode.STARTS_AT_ZERO, 0, 149) for row in range(ROWS)]
    assert np.isnan(faults.mended[:, :150]).all()
    np.testing.assert_array_equal(faults.mended[:, 150:], values[:, 150:])


def test_a_slow_start_from_zero_keeps_its_zeros() -> None:
    values = np.array([[0.0] * 40 + list(range(1, 361))])
    faults = find_faults(values, "cumulative")

    assert named(faults) == [(0, NoteCode.STARTS_AT_ZERO, 0, 39)]
    np.testing.assert_array_equal(faults.mended, values)


def test_gaps_are_named_against_how_densely_a_row_is_known() -> None:
    values = growth(np.random.default_rng(17), 3)
    values[0, 100:103] = NAN  # every day but three
    values[1, 100:102] = NAN  # two days are not worth a word
    values[2, np.arange(DAYS) % 7 != 0] = NAN  # once a week
    values[2, 100:150] = NAN

    assert named(find_faults(values, "level")) == [(0, NoteCode.GAP, 100, 102), (2, NoteCode.GAP, 99, 153)]


# ---------------------------------------------------------------- flows


@pytest.mark.parametrize("days", [1, 2, 4])
@pytest.mark.parametrize("nothing", [0.0, NAN])
def test_an_amount_of_several_days_is_shared_among_them(days: int, nothing: float) -> None:
    random = np.random.default_rng(18)
    clean, at = orders(random), days_of(random)
    silent = (np.arange(DAYS) >= at[:, None] - days) & (np.arange(DAYS) < at[:, None])
    values = np.where(silent, nothing, clean)
    values[np.arange(ROWS), at] += np.where(silent, clean, 0).sum(axis=1)
    faults = find_faults(values, "flow")

    doubled = faults.has(NoteCode.DOUBLED)
    assert doubled.mean() >= 0.9
    assert all(first == at[row] for row, code, first, _ in named(faults) if code is NoteCode.DOUBLED)
    mended, expected = faults.mended[doubled], clean[doubled]
    np.testing.assert_allclose(mended.sum(axis=1), expected.sum(axis=1))
    np.testing.assert_allclose(mended, expected, rtol=0.4)


@pytest.mark.parametrize("value", [0.0, 9_000.0])
def test_a_flows_day_that_is_off_is_left_out(value: float) -> None:
    random = np.random.default_rng(19)
    clean, at = orders(random), days_of(random)
    off = np.arange(DAYS) == at[:, None]
    faults = find_faults(np.where(off, value, clean), "flow")

    assert named(faults) == [(row, NoteCode.OUTLIER, at[row], at[row]) for row in range(ROWS)]
    np.testing.assert_array_equal(faults.mended, np.where(off, NAN, clean))


def test_a_flows_newest_burst_is_not_settled_and_not_extrapolated() -> None:
    values = orders(np.random.default_rng(20))
    values[:, -1] = 9_000
    faults = find_faults(values, "flow")

    assert named(faults) == [(row, NoteCode.UNSETTLED, DAYS - 1, DAYS - 1) for row in range(ROWS)]
    assert np.isnan(faults.mended[:, -1]).all()


def test_bursts_that_recur_are_how_a_flow_lives() -> None:
    values = orders(np.random.default_rng(21))
    values[:, 50::60] = 9_000

    assert len(find_faults(values, "flow")) == 0
