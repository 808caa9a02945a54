"""Weekdays, level, unit and season of flows, from first principles on small cases."""

from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays
from numpy.typing import NDArray
from tests.support.growth_panels import flows

from outgrow.forecasting.kernels.rhythm import (
    QUIET,
    RANKS,
    SEASON_KNOTS,
    SMALLEST_WEEKDAY,
    Rhythm,
    mean_of,
    quantiles_of_known,
    rhythm,
)

Array = NDArray[Any]
NAN = np.nan
WEEK = np.array([100.0, 110, 90, 100, 100, 30, 20])


def told(values: Any) -> Rhythm:
    return rhythm(np.asarray(values, dtype=np.float64)[None, :])


# Weekdays and level


@pytest.mark.parametrize("newest", range(7))
def test_the_first_column_is_the_weekday_of_the_first_day_ahead(newest: int) -> None:
    values = np.tile(WEEK, 30)[: 210 - newest]
    share = told(values).weekday[0]

    np.testing.assert_allclose(share, np.roll(WEEK, newest) / WEEK.mean(), rtol=1e-6)
    assert share.mean() == pytest.approx(1)


def test_the_level_is_the_average_day_of_eight_weeks() -> None:
    values = np.concatenate([np.tile(WEEK, 20), 2 * np.tile(WEEK, 8)])

    assert told(values).level[0] == pytest.approx(2 * WEEK.mean(), rel=0.02)


def test_a_flow_that_went_quiet_keeps_a_level() -> None:
    values = np.concatenate([np.full(100, 50.0), np.zeros(100)])

    assert 0 < told(values).level[0] < 15


def test_a_flow_of_nothing_has_a_level_that_can_be_divided_by() -> None:
    found = told(np.zeros(100))

    assert found.level[0] == 1
    assert all(np.isfinite(part).all() for part in (found.weekday, found.ranked, found.static, found.season))


def test_one_week_says_little_of_weekdays() -> None:
    random = np.random.default_rng(1)
    short, long = (told(random.poisson(50, days)).weekday[0] for days in (7, 350))

    assert np.ptp(long) < 0.1
    assert np.ptp(short) < 0.5
    np.testing.assert_allclose(told(np.full(3, 5.0)).weekday[0], 1)


def test_a_closed_weekday_may_open_and_says_nothing_of_the_open_ones() -> None:
    open_days = np.tile([1.0, 1, 1, 1, 1, 0, 0], 40)
    found = told(100.0 * open_days)

    assert found.weekday[0, 5:].min() > 0
    assert found.weekday[0, 5:].max() <= 1.5 * SMALLEST_WEEKDAY
    assert np.ptp(found.ranked[0]) < 0.01


# Spread


def test_the_quantiles_are_those_of_the_last_half_year() -> None:
    values = np.concatenate([np.full(182, 5_000.0), np.random.default_rng(2).lognormal(3, 0.5, 182)])
    found = told(values)
    weekday = np.tile(found.weekday[0], 26)
    share = np.log(values[-182:] / weekday / found.level[0] + QUIET)

    np.testing.assert_allclose(found.ranked[0], np.quantile(share, RANKS))


@given(
    arrays(
        np.float64,
        array_shapes(min_dims=2, max_dims=2, max_side=12),
        elements=st.one_of(st.just(NAN), st.floats(-1e6, 1e6)),
    )
)
def test_quantiles_and_means_of_what_is_known_are_those_of_pandas(values: Array) -> None:
    frame = pd.DataFrame(values.T)
    levels = (0.1, 0.5, 0.95)
    found = quantiles_of_known(values, levels)
    for at, level in enumerate(levels):
        np.testing.assert_allclose(found[:, at], frame.quantile(level), rtol=1e-9, atol=1e-6)
    expected = frame.mean().fillna(-3).to_numpy()
    means = mean_of(values, ~np.isnan(values), np.full(len(values), -3.0))
    np.testing.assert_allclose(means, expected, rtol=1e-9, atol=1e-6)


# The unit


@pytest.mark.parametrize(
    ("values", "unit"),
    [
        pytest.param([7.0] * 28, 7, id="always the same"),
        pytest.param([7.0] * 27, 0, id="too few days to tell"),
        pytest.param([0.0, 1, 2, 3] * 10, 1, id="pieces"),
        pytest.param([40.0, 60, 100, 0] * 10, 20, id="twenties, none of them alone"),
        pytest.param([199.0, 200, 203] * 10, 1, id="pieces, many a day"),
        pytest.param([0.1, 0.1 + 0.2, 0.3] * 10, 0.1, id="tenths, with the rounding of sums"),
        pytest.param([12.34, 9.99, 105.0] * 10, 0, id="cents, but of three amounts alone"),
        pytest.param([1.0, 1.5, 2.25] * 10, 0.25 * 2, id="halves and a quarter"),
        pytest.param([0.0] * 40, 0, id="nothing"),
    ],
)
def test_the_unit_is_what_all_amounts_are_multiples_of(values: list[float], unit: float) -> None:
    found = told(values).grid[0]
    multiples = np.array(values) / (found or 1)

    if unit and found:
        np.testing.assert_allclose(multiples, np.round(multiples), atol=1e-5)
    assert found == pytest.approx(unit) or found == 0


def test_amounts_of_money_come_in_cents() -> None:
    amounts = np.round(np.random.default_rng(4).lognormal(4, 1, 364), 2)

    assert told(amounts).grid[0] == pytest.approx(0.01)


def test_measured_amounts_have_no_unit() -> None:
    assert told(np.random.default_rng(4).lognormal(4, 1, 364)).grid[0] == 0


# The season


def test_a_season_is_what_happened_a_year_ago() -> None:
    days = np.arange(400)
    year_ago = days - (399 - 364)  # 0 a year ago today
    values = np.where((year_ago >= 50) & (year_ago < 130), 300.0, 100.0)
    values[-30:] = 100
    found = told(values)
    ratio = dict(zip(SEASON_KNOTS, np.exp(found.season[0]), strict=True))

    assert found.season_known[0, :8].all()
    assert ratio[1] == pytest.approx(1, rel=0.02)
    assert ratio[14] == pytest.approx(1, rel=0.02)
    assert ratio[90] == pytest.approx(3, rel=0.15)
    assert ratio[180] == pytest.approx(1, rel=0.02)


@pytest.mark.parametrize("days", [10, 100, 360])
def test_a_history_of_less_than_a_year_has_none(days: int) -> None:
    found = told(np.full(days, 5.0))

    assert (found.season == 0).all()
    assert (found.season_known == 0).all()


# All of it


@given(st.integers(0, 100), st.integers(-20, 20).map(lambda k: 2.0**k))
def test_a_rhythm_has_no_unit(seed: int, unit: float) -> None:
    values = flows(seed)
    values[:, -1] += 1  # nothing has no unit, and a level of 1 in each
    one, other = rhythm(values), rhythm(values * unit)

    for name in ("weekday", "ranked", "static", "season", "season_known"):
        np.testing.assert_array_equal(getattr(one, name), getattr(other, name))
    for name in ("level", "grid"):
        np.testing.assert_array_equal(unit * getattr(one, name), getattr(other, name))


@pytest.mark.parametrize("days", [1, 2, 6, 7, 8, 27, 100, 364, 500])
def test_every_length_has_a_rhythm(days: int) -> None:
    found = rhythm(np.random.default_rng(days).poisson(3, (5, days)).astype(float))

    for part in (found.level, found.weekday, found.ranked, found.static, found.season):
        assert np.isfinite(part).all()
    assert (np.diff(found.ranked, axis=1) >= 0).all()
