"""Every fault is named on its day and mended to what the clean series did; clean series have none."""

from collections.abc import Callable
from datetime import date, timedelta

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from outgrow.domain.errors import UsageError
from outgrow.domain.history import OBSERVED, RECONSTRUCTED
from outgrow.domain.note import NoteCode
from outgrow.forecasting.faults import CODES, Faults, find_faults

Array = NDArray[np.float64]
Random = np.random.Generator
NAN = np.nan
ROWS, DAYS = 200, 400


def growth(random: Random, rows: int = ROWS, days: int = DAYS) -> Array:
    """Counts that grow by a few every day."""
    steps = random.poisson(random.uniform(3, 20, (rows, 1)), (rows, days)).astype(np.float64)
    return 2_000.0 + np.cumsum(steps, axis=1)


def slow_growth(random: Random, rows: int = ROWS, days: int = DAYS) -> Array:
    """Counts from next to nothing that grow by one now and then."""
    return np.cumsum(random.poisson(random.uniform(0.02, 1, (rows, 1)), (rows, days)), axis=1).astype(np.float64)


def walk(random: Random, rows: int = ROWS, days: int = DAYS) -> Array:
    """Gauges that wander."""
    return 10_000 + np.cumsum(random.normal(0, 20, (rows, days)), axis=1)


def weekly_batch(random: Random, rows: int = ROWS, days: int = DAYS) -> Array:
    """Counts that move once a week."""
    batches = random.poisson(200, (rows, days)) * (np.arange(days) % 7 == 3)
    return 5_000.0 + np.cumsum(batches, axis=1)


def monthly_release(random: Random, rows: int = ROWS, days: int = DAYS) -> Array:
    """Slow counts that make a leap each month."""
    leaps = random.poisson(800, (rows, days)) * (np.arange(days) % 30 == 11)
    return 2_000 + np.cumsum(leaps + random.poisson(4, (rows, days)), axis=1)


def compound(random: Random, rows: int = ROWS, days: int = DAYS) -> Array:
    """Counts that double every two months."""
    return np.floor(20 * 2 ** (np.arange(days) / 60) * np.exp(np.cumsum(random.normal(0, 0.01, (rows, days)), axis=1)))


def orders(random: Random, rows: int = ROWS, days: int = DAYS) -> Array:
    """Flows with a weekly rhythm."""
    week = np.array([1.0, 1.1, 0.9, 1.0, 1.2, 0.7, 0.6])[np.arange(days) % 7]
    return random.poisson(300 * week, (rows, days)).astype(np.float64)


def few_orders(random: Random, rows: int = ROWS, days: int = DAYS) -> Array:
    """Flows of a handful a day, and heavy-tailed."""
    rate = random.gamma(0.7, random.uniform(0.5, 8, (rows, 1)), (rows, days))
    return random.poisson(rate).astype(np.float64)


def closed_on_sundays(random: Random, rows: int = ROWS, days: int = DAYS) -> Array:
    """Flows without anything on one day a week."""
    placed: Array = orders(random, rows, days) * (np.arange(days) % 7 != 6)
    return placed


levels = pytest.mark.parametrize("make", [growth, walk, weekly_batch])
Maker = Callable[[Random], Array]


def days_of(random: Random) -> NDArray[np.int64]:
    """A day somewhere within each row."""
    return random.integers(60, DAYS - 30, ROWS)


def named(faults: Faults) -> list[tuple[int, NoteCode, int, int]]:
    """Row, code, first and last column of everything found."""
    return [
        (int(row), CODES[code], int(first), int(last))
        for row, code, first, last in zip(faults.row, faults.code, faults.first, faults.last, strict=True)
    ]


def shifted(values: Array, at: NDArray[np.int64], amount: Array) -> Array:
    """Rows that step by an amount on a day and stay there."""
    return values + np.where(np.arange(DAYS) >= at[:, None], amount[:, None], 0.0)


def share_flagged(values: Array, kind: str) -> float:
    return len(set(find_faults(values, kind).row.tolist())) / len(values)


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
