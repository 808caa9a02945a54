"""The statistics, against plain loops that anybody can check, and what must hold of them always."""

import math
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy.stats import binomtest

from outgrow.forecasting import scores
from outgrow.forecasting.scores import ReliabilityBin

Array = NDArray[np.float64]
LEVELS = (0.1, 0.5, 0.9)
NAN = math.nan


def cut(numbers: list[float]) -> Array:
    """One row."""
    return np.array([numbers], dtype=float)


@st.composite
def paths(draw: st.DrawFn, least: int = 1) -> Array:
    """Rows of daily values with gaps, the first day known."""
    random = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    rows, days = draw(st.integers(1, 5)), draw(st.integers(least, 40))
    values = np.round(100 + np.cumsum(random.normal(0.3, 3, (rows, days)), axis=1))
    gaps = random.random(values.shape) < draw(st.sampled_from([0, 0.1, 0.5]))
    gaps[:, 0] = False
    values[gaps] = NAN
    return values


@st.composite
def asked(draw: st.DrawFn) -> tuple[Array, Array, NDArray[np.int64]]:
    """Probabilities, outcomes of which some are unknown, and groups."""
    random = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    n = draw(st.integers(1, 200))
    probability = np.round(random.random(n), draw(st.sampled_from([1, 3, 9])))
    outcome = np.where(random.random(n) < 0.2, NAN, (random.random(n) < probability).astype(float))
    return probability, outcome, random.integers(0, 5, n)


# The slow reference


def slow_mean(values: list[float]) -> float | None:
    known = [value for value in values if not math.isnan(value)]
    return sum(known) / len(known) if known else None


def slow_scale(row: list[float]) -> float:
    """Over a gap, the change counts as so many equal ones."""
    known = [day for day, value in enumerate(row) if not math.isnan(value)]
    walked = sum(abs(row[b] - row[a]) for a, b in pairwise(known))
    change = walked / ((len(row) - 1) - known[0]) if len(row) - 1 > known[0] else 0.0
    level = sum(abs(row[day]) for day in known) / len(known)
    return max(change, level / 1_000) or NAN


def slow_crossed(row: list[float], limit: float, reach: float, day: int) -> float:
    known = [at for at, value in enumerate(row) if not math.isnan(value)]
    if math.isnan(limit) or known[-1] < day:
        return NAN
    if any(row[at] >= limit for at in known if at <= day):
        return 1.0
    for a, b in pairwise(known):
        could_be = b - a > 1 and max(row[a], row[b]) + reach * (b - a - 1) >= limit
        if could_be and a + 1 <= day:
            return NAN
    return 0.0


def slow_bins(
    probability: list[float], outcome: list[float]
) -> tuple[list[tuple[int, float | None, float | None]], float]:
    told = [(p, y) for p, y in zip(probability, outcome, strict=True) if not math.isnan(y)]
    bins = []
    for number in range(10):
        mine = [(p, y) for p, y in told if min(int(p * 10), 9) == number]
        bins.append((len(mine), slow_mean([p for p, _ in mine]), slow_mean([y for _, y in mine])))
    return bins, sum(n * abs(said - came) for n, said, came in bins if n) / max(len(told), 1)  # type: ignore[operator]


@given(paths(), st.integers(0, 2**32 - 1))
def test_errors_pinball_and_coverage_agree_with_loops(actual: Array, seed: int) -> None:
    random = np.random.default_rng(seed)
    quantiles = np.sort(random.normal(100, 10, (len(actual), 3, actual.shape[1])), axis=1)
    error = scores.absolute_error(actual, quantiles[:, 1])
    loss = scores.pinball_loss(actual, quantiles, LEVELS)
    inside = scores.covered(actual, quantiles[:, 0], quantiles[:, 2])

    for row, came in np.ndenumerate(actual):
        i, d = row
        low, middle, high = (float(q) for q in quantiles[i, :, d])
        assert error[i, d] == pytest.approx(abs(came - middle), nan_ok=True)
        for level, said, got in zip(LEVELS, (low, middle, high), loss[i, :, d], strict=True):
            cost = level * (came - said) if came >= said else (1 - level) * (said - came)
            assert got == pytest.approx(cost, nan_ok=True)
        expected = NAN if math.isnan(came) else float(low <= came <= high)
        assert inside[i, d] == pytest.approx(expected, nan_ok=True)
    assert scores.mean_or_none(error) == pytest.approx(slow_mean(error.ravel().tolist()))


@given(paths())
def test_the_scale_agrees_with_loops(history: Array) -> None:
    expected = [slow_scale(row) for row in history.tolist()]

    assert scores.daily_scale(history).tolist() == pytest.approx(expected, nan_ok=True)


@given(paths(least=8), st.floats(90, 120), st.sampled_from([0.0, 1.0, 5.0, math.inf]))
def test_crossings_agree_with_loops(path: Array, limit: float, reach: float) -> None:
    days = (1, 3, 7)
    got = scores.crossed_by(path, np.full(len(path), limit), np.full(len(path), reach), days)

    expected = [[slow_crossed(row, limit, reach, day) for day in days] for row in path.tolist()]
    np.testing.assert_array_equal(got, expected)


@given(asked())
def test_reliability_agrees_with_loops(asked: tuple[Array, Array, NDArray[np.int64]]) -> None:
    probability, outcome, groups = asked
    bins = scores.reliability(probability, outcome, groups)
    expected, error = slow_bins(probability.tolist(), outcome.tolist())

    for found, (count, said, happened) in zip(bins, expected, strict=True):
        assert found.count == count
        assert found.said == pytest.approx(said)
        assert found.happened == pytest.approx(happened)
        assert found.groups <= min(count, 5)
    assert (scores.calibration_error(bins) or 0.0) == pytest.approx(error)


# What must always hold


@given(paths())
def test_a_perfect_forecast_costs_nothing(actual: Array) -> None:
    said = np.nan_to_num(actual, nan=1.0)
    same = np.repeat(said[:, None, :], len(LEVELS), axis=1)

    assert scores.mean_or_none(scores.absolute_error(actual, said)) == 0
    assert scores.mean_or_none(scores.pinball_loss(actual, same, LEVELS)) == 0
    assert scores.mean_or_none(scores.covered(actual, said, said)) == 1


@given(asked())
def test_brier_scores_and_calibration_errors_lie_between_0_and_1(
    asked: tuple[Array, Array, NDArray[np.int64]],
) -> None:
    probability, outcome, groups = asked
    brier = scores.brier_score(probability, outcome)
    known = brier[~np.isnan(brier)]

    assert ((known >= 0) & (known <= 1)).all()
    assert (np.isnan(brier) == np.isnan(outcome)).all()
    error = scores.calibration_error(scores.reliability(probability, outcome, groups))
    assert error is None or 0 <= error <= 1
    certain = scores.brier_score(outcome, outcome)
    assert scores.mean_or_none(certain) in {0, None}


@given(paths(), st.floats(0, 20), st.floats(0, 20))
def test_coverage_lies_between_0_and_1_and_a_wider_band_holds_no_less(actual: Array, half: float, more: float) -> None:
    narrow = scores.mean_or_none(
        scores.covered(actual, np.full_like(actual, 100 - half), np.full_like(actual, 100 + half))
    )
    wide = half + more
    broad = scores.mean_or_none(
        scores.covered(actual, np.full_like(actual, 100 - wide), np.full_like(actual, 100 + wide))
    )

    assert narrow is not None
    assert broad is not None
    assert 0 <= narrow <= broad <= 1


@given(paths(least=8), st.floats(90, 120), st.floats(0, 10))
def test_a_crossing_once_told_stays(path: Array, limit: float, reach: float) -> None:
    told = scores.crossed_by(path, np.full(len(path), limit), np.full(len(path), reach), tuple(range(1, 8)))
    for row in told:
        known = row[~np.isnan(row)]
        assert (np.diff(known) >= 0).all()
        ends = np.isnan(row)
        assert not (ends[:-1] & ~ends[1:] & (row[1:] == 0)).any()


@given(st.integers(0, 2**32 - 1), st.floats(0.5, 5))
def test_the_true_quantile_costs_the_least(seed: int, off: float) -> None:
    actual = np.random.default_rng(seed).normal(100, 10, (1, 4_000))
    true = np.quantile(actual, LEVELS)
    cost = [
        scores.pinball_loss(actual, np.broadcast_to((true + by)[None, :, None], (1, 3, 4_000)), LEVELS).mean(
            axis=(0, 2)
        )
        for by in (-off, 0.0, off)
    ]

    assert (cost[1] <= np.minimum(cost[0], cost[2])).all()


@given(paths(least=3), st.floats(0.01, 1_000))
def test_scaled_errors_have_no_unit(history: Array, unit: float) -> None:
    assume(not np.isnan(scores.daily_scale(history)).any())

    np.testing.assert_allclose(scores.daily_scale(history * unit), scores.daily_scale(history) * unit)


# Crossings in words


@pytest.mark.parametrize(
    ("path", "reach", "expected"),
    [
        pytest.param([5, 6, 7, 8, 10], 1, [0, 0, 0, 1], id="reached on the fourth day"),
        pytest.param([5, 6, 10, 6, 6], 1, [0, 1, 1, 1], id="reached for a day"),
        pytest.param([5, 6, 7, NAN, NAN], 1, [0, 0, NAN, NAN], id="the data end"),
        pytest.param([5, 12, 6, NAN, NAN], 1, [1, 1, NAN, NAN], id="the data end after it was reached"),
        pytest.param([5, NAN, NAN, 6, 6], 1, [0, 0, 0, 0], id="a gap far below"),
        pytest.param([5, NAN, NAN, 8, 8], 1, [NAN, NAN, NAN, NAN], id="a gap that two days could have climbed out of"),
        pytest.param([5, NAN, 12, 12, 12], 0, [NAN, 1, 1, 1], id="a gap in which it was reached, or right after"),
        pytest.param([5, NAN, 9, 9, 12], 1, [NAN, NAN, NAN, 1], id="a gap that may hide it, and then it is seen"),
        pytest.param([5, 6, 7, 8, NAN], 0, [0, 0, 0, NAN], id="the last day is unknown"),
    ],
)
def test_what_is_not_known_is_left_out(path: list[float], reach: float, expected: list[float]) -> None:
    got = scores.crossed_by(cut(path), np.array([10.0]), np.array([float(reach)]), (1, 2, 3, 4))

    np.testing.assert_array_equal(got, cut(expected))


def test_where_no_limit_is_asked_about_nothing_is_told() -> None:
    got = scores.crossed_by(cut([5, 6, 7]), np.array([NAN]), np.array([1.0]), (1, 2))

    assert np.isnan(got).all()


def test_a_series_that_hardly_moves_has_a_thousandth_of_its_level_as_scale() -> None:
    assert scores.daily_scale(cut([2_000.0] * 10)).tolist() == [2.0]
    assert np.isnan(scores.daily_scale(cut([0.0] * 10))).all()


def test_of_nothing_there_is_no_score() -> None:
    nothing = np.empty(0)
    bins = scores.reliability(nothing, nothing, np.empty(0, dtype=np.int64))

    assert scores.mean_or_none(nothing) is None
    assert scores.mean_or_none(cut([NAN, NAN])) is None
    assert [found.count for found in bins] == [0] * 10
    assert {(found.said, found.happened, found.chance(1.0)) for found in bins} == {(None, None, None)}
    assert scores.calibration_error(bins) is None


def test_the_edges_of_bins_belong_to_the_upper_one_and_certainty_to_the_last() -> None:
    probability = np.array([0.0, 0.1, 0.5, 0.99, 1.0])
    bins = scores.reliability(probability, np.ones(5), np.arange(5))

    assert [found.count for found in bins] == [1, 1, 0, 0, 0, 1, 0, 0, 0, 2]


@pytest.mark.parametrize(("came", "groups"), [(0, 5), (3, 10), (50, 100), (7, 7)])
def test_the_range_of_chance_is_wilson_s_with_each_group_counting_once(came: int, groups: int) -> None:
    found = ReliabilityBin(0.3, 0.4, 1_000, groups, 0.35, came / groups)
    expected = binomtest(came, groups).proportion_ci(0.8, method="wilson")

    assert found.chance(1.2815515655446004) == pytest.approx((expected.low, expected.high))
