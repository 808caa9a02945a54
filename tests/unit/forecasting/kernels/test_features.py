"""What a history is told by, from first principles on small cases."""

from typing import Any

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from numpy.typing import NDArray
from tests.support.growth_panels import levels, panels

from outgrow.forecasting.kernels.features import LITTLE, Features, features
from outgrow.forecasting.kernels.past import CLIP, LENGTH, WINDOWS

Array = NDArray[Any]
N_FEATURES = 88
FIRST = {"pace": 7, "rate": 17, "break": 20, "level": 24, "shape": 42, "reach": 56, "track record": 63, "crossed": 75}
PULL = 84
"""Where groups of columns begin; a model's weights hang on their order."""
GAUGE, STILL, LARGEST = 0, 1, 2
"""Within the shape of a window; the windows are 4, 13 and 52 weeks."""
RECORD, BOTTOM, SINCE_RECORD, SINCE_CHANGE, AGE = range(51, 56)
GRAIN, SEEN_MONTH, SEEN_QUARTER = range(60, 63)


def told(values: Any) -> Features:
    """Of a single series, in a block as wide as those of a forecast."""
    row = np.asarray(values, dtype=np.float64)
    return features(np.repeat(row[None, :], 16, axis=0))


def column(values: Any, at: int) -> float:
    return float(told(values).inputs.table[at, 0])


def shape(values: Any, what: int) -> list[float]:
    """Over 4, 13 and 52 weeks."""
    return [column(values, FIRST["shape"] + 3 * k + what) for k in range(3)]


STEADY = 100 + 2.0 * np.arange(LENGTH)
SAW = 100 + np.arange(LENGTH) % 2 * 10.0
STANDING_STILL = np.full(LENGTH, 42.0)
NOISY = 1_000 + np.cumsum(np.random.default_rng(1).normal(1, 5, LENGTH))


def test_the_newest_and_the_lowest_value() -> None:
    panel = levels()
    found = features(panel[:32])

    np.testing.assert_array_equal(found.current, panel[:32, -1])
    np.testing.assert_array_equal(found.lowest, np.nanmin(panel[:32], axis=1))
    assert found.inputs.table.shape == (N_FEATURES, 32)
    assert np.isfinite(found.inputs.table).all()


# Pace and spread


def test_the_pace_is_the_mean_change_over_each_window() -> None:
    found = told(NOISY)
    changes = np.diff(NOISY)
    quarter = changes[-91:]
    cap = CLIP * np.abs(quarter).mean()
    clipped = np.clip(changes, -cap, cap)
    expected = [clipped[-7 * weeks :].mean() for weeks in WINDOWS]

    np.testing.assert_allclose(found.inputs.pace[:7, 0] * found.scale[0], expected, rtol=1e-4, atol=1e-4)


@pytest.mark.parametrize("days", [2, 5, 20, 60])
def test_a_short_history_gives_what_it_has(days: int) -> None:
    found = told(NOISY[:days])
    changes = np.diff(NOISY[:days])

    assert found.inputs.pace[6, 0] * found.scale[0] == pytest.approx(changes.mean(), rel=1e-4)
    assert found.inputs.days[0] == days - 1
    assert column(NOISY[:days], AGE) == pytest.approx(np.log(days))


def test_an_import_counts_as_a_few_days_of_growth() -> None:
    values = STEADY.copy()
    values[-30:] += 10_000
    found = told(values)
    usual = (90 * 2 + 10_002) / 91  # mean size of a change on days with one

    assert found.inputs.pace[4, 0] * found.scale[0] == pytest.approx((90 * 2 + CLIP * usual) / 91, rel=1e-4)


def test_the_scale_is_what_days_and_weeks_vary_by() -> None:
    quarter = np.diff(NOISY)[-91:]
    noise = quarter - quarter.mean()
    weeks = noise.reshape(13, 7).sum(axis=1)
    expected = np.sqrt(max((noise**2).mean(), (weeks**2).sum() / 91))

    assert told(NOISY).scale[0] == pytest.approx(expected, rel=1e-4)


def test_weeks_that_do_not_cancel_make_the_scale_wider() -> None:
    random = np.random.default_rng(2)
    days = random.normal(0, 1, 399)
    weeks = np.repeat(random.normal(0, 1, 57), 7)
    mixed, runs = (1e3 + np.cumsum(np.insert(steps, 0, 0.0)) for steps in (days, weeks))

    assert told(runs).scale[0] > 1.8 * told(mixed).scale[0]


@pytest.mark.parametrize("values", [STEADY, STANDING_STILL, 3e9 - 7e6 * np.arange(60.0)])
def test_a_straight_line_is_not_rough(values: Array) -> None:
    assert told(values).inputs.rough[0] == 0


@pytest.mark.parametrize("values", [NOISY, SAW, np.floor(np.arange(100) / 3)])
def test_others_are(values: Array) -> None:
    assert told(values).inputs.rough[0] == 1


def test_the_pull_is_the_way_back_to_the_mean() -> None:
    found = told(NOISY)
    expected = [NOISY[-1] - NOISY[-days:].mean() for days in (7, 28, 91, 364)]

    np.testing.assert_allclose(found.inputs.pull[:, 0] * found.scale[0], expected, rtol=1e-3, atol=1e-3)
    scaled = np.array(expected) / found.scale[0] / np.sqrt([7, 28, 91, 364])
    np.testing.assert_allclose(found.inputs.table[PULL:, 0], np.arcsinh(scaled), rtol=1e-3, atol=1e-3)


# Gauge or counter, stillness, jumps


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        pytest.param(STEADY, 0, id="a counter only rises"),
        pytest.param(-STEADY, 0, id="or only falls"),
        pytest.param(STANDING_STILL, 0, id="what stands moves nowhere"),
        pytest.param(SAW, 1, id="a gauge comes back"),
    ],
)
def test_a_gauge_comes_back_and_a_counter_does_not(values: Array, expected: float) -> None:
    np.testing.assert_allclose(shape(values, GAUGE), expected, atol=0.02)


def test_half_a_gauge() -> None:
    """Three up and one down, four times what it comes to in the end: half of all ways were in vain."""
    steps = np.tile([3.0, -1.0], 200)[:399]
    total, net = np.abs(steps[-364:]).sum(), steps[-364:].sum()

    assert shape(1_000 + np.cumsum(np.insert(steps, 0, 0)), GAUGE)[2] == pytest.approx((total - net) / total, abs=1e-5)


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        pytest.param(STANDING_STILL, [1, 1, 1], id="always"),
        pytest.param(STEADY, [0, 0, 0], id="never"),
        pytest.param(np.floor(np.arange(LENGTH) / 7), [6 / 7] * 3, id="six days of seven"),
        pytest.param(np.minimum(STEADY, STEADY[-29]), [1, 28 / 91, 28 / 364], id="for four weeks"),
    ],
)
def test_the_share_of_days_that_stood_still(values: Array, expected: list[float]) -> None:
    np.testing.assert_allclose(shape(values, STILL), expected, atol=1e-6)


@pytest.mark.parametrize("ago", [3, 50, 200])
def test_the_largest_change_is_a_share_of_all(ago: int) -> None:
    values = STANDING_STILL.copy()
    values[-ago:] += 5
    expected = [1.0 if ago <= days else 0.0 for days in (28, 91, 364)]

    np.testing.assert_allclose(shape(values, LARGEST), expected)


# Records, and how long ago


def test_at_its_record_it_has_none_above() -> None:
    assert column(STEADY, RECORD) == 0
    assert column(STEADY, SINCE_RECORD) == 0


@pytest.mark.parametrize("ago", [1, 8, 20, 150])
def test_a_record_is_so_many_weeks_ago(ago: int) -> None:
    values = NOISY.copy()
    values[-1 - ago] = NOISY.max() + 500
    found = told(values)

    height = (values.max() - values[-1]) / found.scale[0] / np.sqrt(91)
    assert found.inputs.table[RECORD, 0] == pytest.approx(np.arcsinh(height), rel=1e-4)
    assert found.inputs.table[SINCE_RECORD, 0] == pytest.approx(np.log1p(ago // 7))


def test_the_bottom_is_so_deep() -> None:
    found = told(NOISY)
    depth = (NOISY.min() - NOISY[-1]) / found.scale[0] / np.sqrt(364)

    assert found.inputs.table[BOTTOM, 0] == pytest.approx(np.arcsinh(depth), rel=1e-4)


@pytest.mark.parametrize(("ago", "weeks"), [(1, 0), (7, 0), (8, 1), (100, 14)])
def test_the_last_change_is_so_many_weeks_ago(ago: int, weeks: int) -> None:
    values = np.where(np.arange(LENGTH) < LENGTH - ago, 10.0, 11.0)

    assert column(values, SINCE_CHANGE) == pytest.approx(np.log1p(7 * weeks))


def test_the_grain_is_the_smallest_change() -> None:
    steps = np.random.default_rng(3).integers(3, 9, 399) * 1.0
    values = 1_000 + np.cumsum(np.insert(steps, 0, 0))
    found = told(values)

    assert found.inputs.table[GRAIN, 0] == pytest.approx(np.log(3 / found.scale[0] + 1e-3), rel=1e-4)


def test_how_much_was_seen() -> None:
    values = NOISY.copy()
    values[-15:-1] = np.nan

    assert column(values, SEEN_MONTH) == pytest.approx(14 / 28)
    assert column(values, SEEN_QUARTER) == pytest.approx(77 / 91)
    assert column(NOISY, SEEN_MONTH) == 1


def track(values: Array, weeks: int) -> list[float]:
    """How far "it goes on like this" was off, whether that is known, and how much of it was upwards."""
    at = FIRST["track record"] + 3 * (1, 4, 13, 26).index(weeks)
    return [float(x) for x in told(values).inputs.table[at : at + 3, 0]]


@pytest.mark.parametrize("weeks", [1, 4, 13, 26])
def test_a_straight_line_always_went_on_as_before(weeks: int) -> None:
    off, known, _ = track(STEADY, weeks)

    assert off == pytest.approx(np.log(LITTLE), abs=0.02)
    assert known == pytest.approx(min(58 - 2 * weeks, 10) / 10)


@pytest.mark.parametrize("weeks", [1, 4, 13, 26])
def test_what_speeds_up_was_off_upwards(weeks: int) -> None:
    faster, slower = (track(values, weeks) for values in (np.arange(LENGTH) ** 2.0, 900 * np.arange(LENGTH) ** 0.5))

    assert faster[2] == pytest.approx(1)
    assert slower[2] == pytest.approx(0)


def test_how_far_it_was_off_is_a_mean_over_weeks() -> None:
    found = told(NOISY)
    weekly = NOISY[::7]
    turns = weekly[8:] - 2 * weekly[4:-4] + weekly[:-8]
    expected = np.abs(turns).mean() / np.sqrt(28) / found.scale[0]

    off, known, upwards = track(NOISY, 4)
    assert off == pytest.approx(np.log(expected + LITTLE), rel=1e-3)
    assert known == 1
    assert upwards == pytest.approx(np.maximum(turns, 0).sum() / np.abs(turns).sum(), rel=1e-3)


def test_a_short_history_has_no_track_record() -> None:
    assert track(NOISY[:50], 4) == [0, 0, 0.5]
    assert track(NOISY[:60], 4)[1] > 0


# How the pace changes


@pytest.mark.parametrize("days", [90.0, 150.0, 400.0])
@pytest.mark.parametrize("sign", [1, -1])
def test_what_doubles_speeds_up_by_a_constant_share_a_day(days: float, sign: int) -> None:
    values = sign * 100 * 2.0 ** (np.arange(LENGTH) / days)

    np.testing.assert_allclose(told(values).inputs.rate[:2, 0], np.log(2) / days, rtol=0.2)


def test_what_goes_on_as_ever_does_not_speed_up() -> None:
    np.testing.assert_allclose(told(STEADY).inputs.rate, 0, atol=1e-6)


def test_the_rate_of_a_history_too_short_for_it_is_nothing() -> None:
    values = 100 * 2.0 ** (np.arange(100) / 60)

    assert told(values).inputs.rate[0, 0] > 0
    assert told(values).inputs.rate[1:, 0].tolist() == [0, 0]


@given(st.integers(2, 40), st.floats(1, 3), st.floats(1.5, 3))
def test_the_last_break_of_a_pace_is_found(weeks: int, before: float, times: float) -> None:
    after = before * times
    steps = np.where(np.arange(399) < 399 - 7 * weeks, before, after)
    found = told(np.cumsum(np.insert(steps, 0, 100.0)))

    assert found.inputs.table[FIRST["break"], 0] == pytest.approx(np.log1p(weeks))
    assert found.inputs.pace[10, 0] * found.scale[0] == pytest.approx(after, rel=0.02)


def test_the_highest_and_the_lowest_of_late() -> None:
    found = told(NOISY)
    expected = [
        (part - NOISY[-1]) / found.scale[0] / np.sqrt(7 * weeks)
        for weeks in (4, 13)
        for part in (NOISY[-7 * weeks :].max(), NOISY[-7 * weeks :].min())
    ]

    np.testing.assert_allclose(found.inputs.table[FIRST["reach"] : FIRST["reach"] + 4, 0], np.arcsinh(expected), 1e-3)


def test_how_far_each_memory_was_off() -> None:
    """A straight line is off by its growth if none is expected, and not at all by any memory."""
    found = told(STEADY)
    crossed = found.inputs.table[FIRST["crossed"] : FIRST["crossed"] + 5, 0]
    stayed = [np.log(2 * 7 * weeks / np.sqrt(7 * weeks) / found.scale[0] + LITTLE) for weeks in (4, 13)]

    np.testing.assert_allclose(crossed, [*stayed, *[np.log(LITTLE)] * 3], rtol=1e-3, atol=0.02)


# Used and free


def test_only_the_level_of_what_never_falls_counts() -> None:
    steps = np.diff(NOISY)
    up, both = (1_000 + np.cumsum(np.insert(each, 0, 0.0)) for each in (np.abs(steps), steps))
    level = slice(FIRST["level"], FIRST["level"] + 6)

    assert told(up).inputs.table[level, 0].all()
    assert not told(both).inputs.table[level, 0].any()
    assert not told(1e5 - up).inputs.table[level, 0].any()


@given(st.integers(0, 2**31), st.integers(20, 500), st.floats(-1, 1), st.integers(14, 20))
def test_what_is_free_is_told_as_what_is_used(seed: int, days: int, pace: float, capacity: int) -> None:
    """Turned around and shifted, a history that has fallen before is the same history."""
    used = np.round(1_000 + np.cumsum(np.random.default_rng(seed).normal(pace, 2, days)))  # differences are exact
    one, other = told(used), told(2.0**capacity - used)
    assume((np.diff(used) < 0).any() and (np.diff(used) > 0).any() and one.inputs.sign[0] == -other.inputs.sign[0])

    for mine, theirs in zip(one.inputs[:-1], other.inputs[:-1], strict=True):
        np.testing.assert_allclose(mine, theirs, rtol=1e-5, atol=1e-5)


# All columns


@given(panels(), st.integers(-20, 20).map(lambda k: 2.0**k))
def test_features_have_no_unit(values: Array, unit: float) -> None:
    block = np.repeat(values, 16, axis=0)[:16]
    one, other = features(block), features(block * unit)

    for mine, theirs in zip(one.inputs, other.inputs, strict=True):
        np.testing.assert_array_equal(mine, theirs)
    np.testing.assert_array_equal(one.current * unit, other.current)


@given(panels())
def test_features_are_finite(values: Array) -> None:
    found = features(np.repeat(values, 16, axis=0)[:32])

    assert all(np.isfinite(part).all() for part in found.inputs)
    assert (found.scale > 0).all()
    assert ((found.inputs.rough >= 0) & (found.inputs.rough <= 1)).all()


def test_only_the_newest_400_days_are_looked_at() -> None:
    older = np.concatenate([[1e9, -1e9, 3.0], NOISY])

    for mine, theirs in zip(told(NOISY).inputs, told(older).inputs, strict=True):
        np.testing.assert_array_equal(mine, theirs)


def test_a_value_older_than_the_window_is_all_there_is_to_say() -> None:
    found = told(np.concatenate([[7.0], np.full(500, np.nan)]))

    assert found.current[0] == 7
    assert found.inputs.pace[:, 0].tolist() == [0] * 11
    assert column(np.concatenate([[7.0], np.full(500, np.nan)]), AGE) == 0


def test_a_gap_is_bridged_by_a_straight_line() -> None:
    holes = STEADY.copy()
    holes[100:130] = np.nan

    one, other = told(STEADY), told(holes)
    np.testing.assert_allclose(one.inputs.pace, other.inputs.pace, rtol=1e-5)
    np.testing.assert_allclose(one.scale, other.scale, rtol=1e-5)
