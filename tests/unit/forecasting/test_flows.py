"""Flows: whole amounts, weekdays, and what the days owe to each other."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray
from tests.support.growth_panels import LEVELS, flows

from outgrow.forecasting import forecast_panel
from outgrow.forecasting.flows import FlowForecast
from outgrow.forecasting.panel import MODELS

Array = NDArray[np.float64]
HORIZON = 120
each_model = pytest.mark.parametrize("model", MODELS)


def forecast(values: Array, model: str, horizon: int = HORIZON) -> FlowForecast:
    made = forecast_panel(values, horizon, "flow", model)
    assert isinstance(made, FlowForecast)
    return made


# Whole amounts


@pytest.mark.parametrize("mean", [0.2, 3, 30, 400, 20_000])
@pytest.mark.parametrize("unit", [1.0, 1000.0, 0.01, 12.0])
@each_model
def test_a_flow_of_whole_numbers_stays_one(model: str, mean: float, unit: float) -> None:
    values = np.random.default_rng(5).poisson(mean, (3, 300)).astype(np.float64) * unit
    multiples = forecast(values, model).quantiles(LEVELS) / unit

    assert (multiples >= 0).all()
    np.testing.assert_allclose(multiples, np.round(multiples), atol=1e-6)


@each_model
def test_a_flow_of_fractions_has_fractions(model: str) -> None:
    values = np.random.default_rng(5).lognormal(1, 0.5, (1, 300))
    quantiles = forecast(values, model).quantiles(LEVELS)

    assert np.abs(quantiles - np.round(quantiles)).max() > 0.1


@each_model
def test_too_few_days_say_nothing_of_a_unit(model: str) -> None:
    values = 8.0 * np.ones((1, 27))
    values[0, ::2] = 16

    assert forecast(values, model).grid[0] == 0
    assert forecast(np.hstack([values, values]), model).grid[0] == 8


@given(st.integers(0, 2**32 - 1), st.sampled_from([0.3, 5, 80]), st.integers(0, 150), st.sampled_from(MODELS))
def test_between_two_whole_numbers_every_limit_is_the_upper_one(seed: int, mean: float, limit: int, model: str) -> None:
    values = np.random.default_rng(seed).poisson(mean, (1, 200)).astype(float)
    values[0, :30] = np.arange(30) % 2 + 1
    panel = forecast(values, model, 30)
    exact, lower = (panel.crossing_cdf(np.array([x])) for x in (limit + 1.0, limit + 0.3))

    assert panel.grid[0] == 1
    np.testing.assert_array_equal(exact, lower)


@each_model
@pytest.mark.parametrize("grid", [0.0, 1.0])
def test_an_amount_that_is_the_limit_has_reached_it(model: str, grid: float) -> None:
    """A hair of rounding must not decide: 0.1 + 0.2 is at 0.3."""
    values = np.full((1, 90), 7.0 if grid else 7.1234567)
    if not grid:
        values[0, 20:40] *= 0.8765432
    panel = forecast(values, model, 30)

    assert panel.grid[0] == (7.0 if grid else 0.0)
    for limit in (values[0, -1], values[0, -1] * (1 + 1e-13), values[0, -1] * (1 - 1e-13)):
        at_most = panel.crossing_cdf(np.array([limit]), falling=True)
        at_least = panel.crossing_cdf(np.array([limit]))
        assert at_most[0, -1] > 0.9
        assert at_least[0, -1] > 0.9


# Weekdays


@each_model
def test_weekends_come_every_week(model: str) -> None:
    week = np.array([100.0, 110, 90, 100, 100, 30, 20])
    ahead = forecast(np.tile(week, 12)[None, :], model, 28).quantiles((0.5,))[0, 0]

    np.testing.assert_allclose(ahead, np.tile(week, 4), rtol=0.05)


@each_model
@pytest.mark.parametrize("newest", range(7))
def test_the_rhythm_is_continued_whatever_day_the_newest_is(model: str, newest: int) -> None:
    random = np.random.default_rng(newest)
    open_days = (np.arange(210) % 7 < 5)[: 210 - newest]
    values = (random.poisson(300, len(open_days)) * open_days).astype(float)[None, :]
    quantiles = forecast(values, model, 28).quantiles(LEVELS)[0]
    ahead = (np.arange(28) + len(open_days)) % 7 < 5

    assert quantiles[3, ahead].min() > 100
    assert quantiles[:, ~ahead].max() < 30


@each_model
def test_without_a_rhythm_there_is_none(model: str) -> None:
    values = np.random.default_rng(9).poisson(500, (4, 300)).astype(float)
    ahead = forecast(values, model, 28).quantiles((0.5,))[:, 0]

    by_weekday = ahead.reshape(4, 4, 7).mean(axis=1)
    assert (by_weekday.max(axis=1) / by_weekday.min(axis=1) < 1.1).all()


@each_model
def test_a_steady_flow_stays_where_it_is(model: str) -> None:
    ahead = forecast(np.full((1, 120), 100.0), model).quantiles(LEVELS)[0]

    np.testing.assert_allclose(ahead, 100, rtol=0.02)


@each_model
@pytest.mark.parametrize("factor", [5, 50])
def test_one_monstrous_day_is_forgotten(model: str, factor: float) -> None:
    values = np.random.default_rng(3).poisson(100, (1, 200)).astype(float)
    monstrous = values.copy()
    monstrous[0, 150] *= factor
    usual, other = (forecast(v, model).quantiles((0.1, 0.5, 0.9)) for v in (values, monstrous))

    assert (other < 2 * usual.max()).all()
    np.testing.assert_allclose(other[0, 1], usual[0, 1], rtol=0.2)


# What the days owe to each other


@each_model
def test_quantiles_at_or_above_a_limit_have_reached_it(model: str) -> None:
    values = flows()
    panel = forecast(values, model)
    quantiles = panel.quantiles(LEVELS)
    for share in (0.1, 0.5, 0.9, 1.0, 1.2, 2.0):
        limits = share * np.nanmax(values, axis=1)
        rising, falling = panel.crossing_cdf(limits), panel.crossing_cdf(limits, falling=True)
        for at, level in enumerate(LEVELS):
            above = quantiles[:, at] >= limits[:, None]
            below = quantiles[:, at] <= limits[:, None]
            assert (rising[above] >= 1 - level - 1e-6).all()
            assert (falling[below] >= level - 1e-6).all()


@each_model
def test_days_are_taken_as_independent(model: str) -> None:
    values = np.full((1, 100), np.nan)
    values[0] = np.random.default_rng(1).lognormal(3, 0.4, 100)
    panel = forecast(values, model, 3)
    limit = np.array([np.quantile(values, 0.9)])
    cdf = panel.crossing_cdf(limit)[0]
    alone = [1 - (1 - b) / (1 - a) for a, b in zip([0.0, *cdf[:-1]], cdf, strict=True)]

    assert all(0 < chance < 0.6 for chance in alone)
    assert cdf[2] == pytest.approx(1 - np.prod(1 - np.array(alone)))


@each_model
def test_nothing_and_less_are_reached_at_once(model: str) -> None:
    panel = forecast(flows(), model)
    n = len(panel.usable)

    assert (panel.crossing_cdf(np.zeros(n)) == 1).all()
    assert (panel.crossing_cdf(np.full(n, -5.0)) == 1).all()
    assert (panel.crossing_cdf(np.full(n, -5.0), falling=True) == 0).all()


@each_model
def test_a_day_of_nothing_is_a_day_at_nothing(model: str) -> None:
    """Of amounts without a unit, too, on weekends that are closed."""
    random = np.random.default_rng(2)
    values = (random.lognormal(5, 0.3, 210) * (np.arange(210) % 7 < 5))[None, :]
    panel = forecast(values, model, 14)

    assert panel.crossing_cdf(np.array([0.05 * values.max()]), falling=True)[0, -1] > 0.9


@each_model
def test_a_weekday_that_is_closed_stays_so_and_the_others_are_as_they_are(model: str) -> None:
    random = np.random.default_rng(6)
    open_days = np.arange(420) % 7 < 5
    values = np.round(random.uniform(100, 900, (6, 1)) * random.lognormal(0, 0.1, (6, 420)) * open_days)
    low, middle, high = forecast(values, model).quantiles((0.1, 0.5, 0.9)).transpose(1, 0, 2)
    opened = np.arange(HORIZON) % 7 < 5

    assert (high[:, ~opened] == 0).all()
    assert (low[:, opened] > 0).all()
    np.testing.assert_allclose(middle[:, opened].mean(axis=1), values[:, open_days].mean(axis=1), rtol=0.1)


@each_model
def test_a_flow_of_a_few_now_and_then_has_no_closed_weekday(model: str) -> None:
    values = np.random.default_rng(7).poisson(0.3, (30, 420)).astype(float)

    assert (forecast(values, model).quantiles((0.95,))[:, 0] > 0).all(axis=1).mean() > 0.5


@each_model
def test_moments_are_those_of_the_quantiles(model: str) -> None:
    values = np.random.default_rng(4).lognormal(6, 0.3, (2, 300))
    panel = forecast(values, model)
    low, middle, high = panel.quantiles((0.1, 0.5, 0.9)).transpose(1, 0, 2)
    spread = np.sqrt(panel.noise**2 + panel.level_sd**2)

    expected = 0.3 * low + 0.4 * middle + 0.3 * high
    assert (panel.mean >= (1 - 1e-5) * expected).all()  # rare days far above add the rest: here there are none
    np.testing.assert_allclose(panel.mean, expected, rtol=0.01)
    np.testing.assert_allclose(spread, (high - low) / 2.563, rtol=0.15)


@each_model
def test_bursts_that_come_again_are_in_the_mean_and_in_the_medians_sum(model: str) -> None:
    random = np.random.default_rng(8)
    calm = 300 * random.lognormal(0, 0.1, (40, 490))
    values = calm * np.where(random.random(calm.shape) < 0.03, random.uniform(3, 12, calm.shape), 1.0)
    panel = forecast(values[:, :400], model, 90)
    middle, without = (found.quantiles((0.5,)).sum() for found in (panel, forecast(calm[:, :400], model, 90)))

    assert 1.04 * without < middle < panel.mean.sum()
    assert panel.mean.sum() == pytest.approx(values[:, 400:].sum(), rel=0.12)


@each_model
def test_one_day_far_above_adds_nothing_to_the_mean(model: str) -> None:
    calm = 300 * np.random.default_rng(8).lognormal(0, 0.1, (20, 300))
    once = calm.copy()
    once[:, -100] *= 12
    plain, told = (forecast(values, model, 90).mean.sum() for values in (calm, once))

    assert told == pytest.approx(plain, rel=0.03)


@each_model
def test_running_totals_add_up_and_begin_anew(model: str) -> None:
    panel = forecast(flows(), model)
    restart, start = np.zeros(HORIZON), np.linspace(0, 100, len(panel.usable))
    restart[30] = restart[61] = 1.0
    mean, spread = panel.running_total(restart, start)

    np.testing.assert_allclose(mean[:, 29], start + panel.mean[:, :30].sum(axis=1))
    np.testing.assert_allclose(mean[:, 30], panel.mean[:, 30])
    np.testing.assert_allclose(mean[:, 60], panel.mean[:, 30:61].sum(axis=1))
    variance, common = (panel.noise[:, 30:61] ** 2).sum(axis=1), panel.level_sd[:, 30:61].sum(axis=1)
    np.testing.assert_allclose(spread[:, 60], np.sqrt(variance + common**2))


@each_model
def test_a_row_that_went_quiet_is_no_row_of_nothing(model: str) -> None:
    values = np.zeros((1, 200))
    values[0, :100] = 40

    quantiles = forecast(values, model).quantiles((0.05, 0.99))
    assert np.isfinite(quantiles).all()
    assert quantiles[0, 0].max() == 0
    assert quantiles[0, 1].max() <= 40


@each_model
@pytest.mark.parametrize("size", [1e-9, 1.0, 1e9])
def test_a_flow_that_stopped_more_than_a_year_ago_is_nothing(model: str, size: float) -> None:
    values = np.zeros((1, 500))
    values[0, :100] = size

    assert forecast(values, model).quantiles(LEVELS).max() == 0


@each_model
def test_a_flow_unknown_for_more_than_a_year_is_unknown(model: str) -> None:
    values = np.full((2, 500), np.nan)
    values[:, :100], values[1, -364] = 500.0, 500.0
    panel = forecast(values, model)

    np.testing.assert_array_equal(panel.usable, [False, True])
    assert np.isnan(panel.quantiles(LEVELS)[0]).all()
    assert np.isfinite(panel.quantiles(LEVELS)[1]).all()


# Days unlike others


@each_model
def test_an_uplift_multiplies_its_days_and_no_others(model: str) -> None:
    panel = forecast(np.random.default_rng(6).lognormal(5, 0.3, (3, 300)), model, 30)
    factor = np.ones((3, 30))
    factor[1, 4:6] = 2.5
    raised = panel.with_uplift(factor, np.zeros_like(factor))

    np.testing.assert_allclose(raised.quantiles(LEVELS), panel.quantiles(LEVELS) * factor[:, None, :], rtol=1e-12)
    for name in ("mean", "noise", "level_sd"):
        np.testing.assert_array_equal(getattr(raised, name), getattr(panel, name) * factor)
    np.testing.assert_array_equal(raised.until(5).uplift, factor[:, :5])
    np.testing.assert_array_equal(raised.with_uplift(factor, np.zeros_like(factor)).uplift, factor**2)


@each_model
def test_no_uplift_changes_nothing(model: str) -> None:
    panel = forecast(flows(), model, 30)
    same = panel.with_uplift(np.ones((len(panel.usable), 30)), np.zeros((len(panel.usable), 30)))

    np.testing.assert_array_equal(same.quantiles(LEVELS), panel.quantiles(LEVELS))
    limits = np.nanmax(flows(), axis=1)
    np.testing.assert_array_equal(same.crossing_cdf(limits), panel.crossing_cdf(limits))


@each_model
@pytest.mark.parametrize("doubt", [0.05, 0.3, 1.0])
def test_a_doubtful_uplift_widens_its_days_around_their_middle(model: str, doubt: float) -> None:
    panel = forecast(flows(), model, 30)
    unsure = panel.with_uplift(np.ones((len(panel.usable), 30)), np.full((len(panel.usable), 30), doubt))
    before, after = panel.ranked, unsure.ranked

    assert (np.diff(after, axis=1) >= 0).all()
    assert (after >= 0).all()
    np.testing.assert_allclose(after[:, 3], before[:, 3], rtol=1e-12)
    assert (after[:, 4:] >= before[:, 4:]).all()
    assert (after[:, :3] <= before[:, :3] + 1e-9).all()
    assert (unsure.level_sd >= panel.level_sd).all()
