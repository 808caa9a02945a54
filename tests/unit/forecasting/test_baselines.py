"""The rules of thumb, against the textbook and against each other's own words."""

from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy.stats import linregress, norm

from outgrow.forecasting.baselines import RandomWalk, WeeklyMedian, endpoint, straight_line
from outgrow.forecasting.panel import PanelForecast

Array = NDArray[np.float64]
Baseline = Callable[[Array, int], PanelForecast]
LEVELS = (0.1, 0.5, 0.9)
HORIZON = 120
ALL = pytest.mark.parametrize(
    "baseline",
    [straight_line, endpoint, RandomWalk.fit, WeeklyMedian.fit],
    ids=["straight line", "endpoint", "random walk", "weekly median"],
)


@st.composite
def panels(draw: st.DrawFn) -> Array:
    """Growing, falling or still, smooth or wild, with gaps; the newest day is known or not."""
    random = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    rows, days = draw(st.integers(1, 4)), draw(st.integers(1, 150))
    start = 10.0 ** draw(st.integers(0, 5))
    steps = random.normal(draw(st.sampled_from([0, 1e-3, -1e-3])), draw(st.sampled_from([0, 1e-3, 0.05])), (rows, days))
    values = np.maximum(start * (1 + np.cumsum(steps, axis=1)), 0)
    values[random.random(values.shape) < draw(st.sampled_from([0, 0.3]))] = np.nan
    values[:, random.integers(days)] = start
    return values


def first_day(cdf: Array) -> int | None:
    """The first day on which a sure crossing is told."""
    return int(cdf.argmax()) + 1 if cdf[-1] else None


def a_line(days: int = 31, start: float = 100, step: float = 1) -> Array:
    return start + step * np.arange(days, dtype=float)[None, :]


@ALL
@given(values=panels(), factor=st.floats(1.001, 3))
def test_each_is_a_forecast_like_any_other(baseline: Baseline, values: Array, factor: float) -> None:
    before, panel = values.copy(), baseline(values, HORIZON)
    quantiles = panel.quantiles(LEVELS)
    cdf = panel.crossing_cdf(np.nanmax(values, axis=1) * factor + 0.1)

    assert panel.horizon == HORIZON
    assert quantiles.shape == (len(values), 3, HORIZON)
    assert np.isfinite(quantiles).all()
    assert (np.diff(quantiles, axis=1) >= 0).all()
    assert cdf.shape == (len(values), HORIZON)
    assert ((cdf >= 0) & (cdf <= 1)).all()
    assert (np.diff(cdf, axis=1) >= 0).all()
    np.testing.assert_array_equal(values, before)


@ALL
@given(values=panels())
def test_another_series_changes_nothing(baseline: Baseline, values: Array) -> None:
    stranger = np.linspace(1e6, 1, values.shape[1])[None, :]
    one, other = (baseline(v, HORIZON).quantiles(LEVELS) for v in (values, np.vstack([values, stranger])))

    np.testing.assert_array_equal(other[:-1], one)


@ALL
@given(values=panels(), days=st.integers(1, 100))
def test_unknown_days_before_the_first_say_nothing(baseline: Baseline, values: Array, days: int) -> None:
    padded = np.hstack([np.full((len(values), days), np.nan), values])

    np.testing.assert_allclose(
        baseline(padded, HORIZON).quantiles(LEVELS), baseline(values, HORIZON).quantiles(LEVELS), rtol=1e-9, atol=1e-9
    )


@ALL
@pytest.mark.parametrize("level", [0.0, 5.0, 1e9])
def test_what_stands_still_stays(baseline: Baseline, level: float) -> None:
    panel = baseline(np.full((1, 100), level), HORIZON)

    np.testing.assert_allclose(panel.quantiles((0.5,)), level)
    assert panel.crossing_cdf(np.array([level * 1.01 + 1]))[0, -1] == 0


@ALL
def test_one_known_day_is_a_level(baseline: Baseline) -> None:
    values = np.array([[np.nan] * 10 + [42.0] + [np.nan] * 5])

    np.testing.assert_allclose(baseline(values, HORIZON).quantiles((0.5,)), 42)


@ALL
def test_a_row_last_seen_long_ago_stays_where_it_was(baseline: Baseline) -> None:
    values = np.concatenate([np.linspace(1, 50, 50), np.full(120, np.nan)])[None, :]

    np.testing.assert_allclose(baseline(values, HORIZON).quantiles((0.5,)), 50)


@given(panels())
def test_the_straight_line_is_least_squares_over_ninety_days(values: Array) -> None:
    points = straight_line(values, HORIZON).points()
    for row, line in zip(values, points, strict=True):
        window = row[-90:]
        known = np.flatnonzero(~np.isnan(window))
        if len(known) < 2:
            continue
        fit = linregress(known - len(window) + 1, window[known])
        expected = fit.intercept + fit.slope * np.arange(1, HORIZON + 1)
        np.testing.assert_allclose(line, expected, rtol=1e-6, atol=1e-6 * np.nanmax(np.abs(row)))


def test_older_days_do_not_bend_the_line() -> None:
    values = np.concatenate([np.full(100, 900.0), 100 + np.arange(90.0)])[None, :]

    np.testing.assert_allclose(straight_line(values, 2).points(), [[190, 191]])


def test_growth_of_one_a_day_reaches_200_in_seventy_days_and_the_endpoint_formula_says_54() -> None:
    """From 100 to 130 in thirty days: a percent a day of what it was, and 1.3 a day of what it is."""
    line, formula = straight_line(a_line(), HORIZON), endpoint(a_line(), HORIZON)

    assert first_day(line.crossing_cdf(np.array([200.0]))[0]) == 70
    assert first_day(formula.crossing_cdf(np.array([200.0]))[0]) == 54
    np.testing.assert_allclose(formula.points()[0, :2], [131.3, 132.6])


@pytest.mark.parametrize("start", [0.7, 1.1, 12.7])
@pytest.mark.parametrize("step", [0.1, 0.3, 1 / 3, 1.0])
@pytest.mark.parametrize("days", [10, 40, 70])
def test_rounding_costs_no_day(start: float, step: float, days: int) -> None:
    line = straight_line(a_line(90, start, step), HORIZON)

    assert first_day(line.crossing_cdf(np.array([start + step * (89 + days)]))[0]) == days


def test_the_endpoint_formula_looks_at_thirty_days_and_two_points() -> None:
    values = np.concatenate([np.full(40, 7.0), [100.0], np.linspace(500, 1, 29), [130.0]])[None, :]

    assert first_day(endpoint(values, HORIZON).crossing_cdf(np.array([200.0]))[0]) == 54


def test_the_endpoint_formula_takes_the_known_days_next_to_the_ends() -> None:
    values = a_line(35)
    values[0, [4, -1]] = np.nan

    formula = endpoint(values, HORIZON)
    np.testing.assert_allclose(formula.slope, 133 * (133 - 105) / 105 / 28)
    np.testing.assert_allclose(formula.level, 133)


def test_from_nothing_the_endpoint_formula_sees_no_growth() -> None:
    assert first_day(endpoint(a_line(start=0), HORIZON).crossing_cdf(np.array([31.0]))[0]) is None


@pytest.mark.parametrize("baseline", [straight_line, endpoint])
def test_a_falling_line_reaches_nothing(baseline: Baseline) -> None:
    panel = baseline(a_line(start=1_000, step=-2), HORIZON)

    assert first_day(panel.crossing_cdf(np.array([1_100.0]))[0]) is None


def test_the_random_walk_is_the_textbook_s() -> None:
    random = np.random.default_rng(5)
    values = 1_000 + np.cumsum(random.normal(2, 9, (3, 300)), axis=1)
    panel = RandomWalk.fit(values, HORIZON)
    changes = np.diff(values[:, -91:], axis=1)
    drift, sigma = changes.mean(axis=1)[:, None], changes.std(axis=1)[:, None]
    d, current = np.arange(1, HORIZON + 1), values[:, -1:]

    for at, level in enumerate(LEVELS):
        expected = norm.ppf(level, current + drift * d, sigma * np.sqrt(d))
        np.testing.assert_allclose(panel.quantiles(LEVELS)[:, at], expected, rtol=1e-6)
    gap = 0.03 * current
    above = norm.cdf((drift * d - gap) / (sigma * np.sqrt(d)))
    reflected = np.exp(2 * drift * gap / sigma**2) * norm.cdf((-drift * d - gap) / (sigma * np.sqrt(d)))
    np.testing.assert_allclose(panel.crossing_cdf((current + gap)[:, 0]), above + reflected, atol=1e-6)


def test_a_change_over_a_gap_counts_as_so_many_equal_ones() -> None:
    values = a_line(60)
    values[0, 20:40] = np.nan

    np.testing.assert_allclose(RandomWalk.fit(values, 5).drift, 1)


def weekly(weeks: int = 8, seed: int = 3) -> Array:
    random = np.random.default_rng(seed)
    return np.tile([90.0, 80, 70, 60, 100, 30, 20], weeks)[None, :] + random.normal(0, 4, (1, 7 * weeks))


def test_the_weekly_median_is_that_of_the_same_weekday_of_eight_weeks() -> None:
    values = np.hstack([np.full((1, 70), 5_000.0), weekly()])
    panel = WeeklyMedian.fit(values, HORIZON)
    medians = np.median(values[0, -56:].reshape(8, 7), axis=0)
    spread = (values[0, -56:] - np.tile(medians, 8)).std()
    centre = np.resize(medians, HORIZON)

    assert panel.sigma[0] == pytest.approx(np.sqrt(((values[0, -56:] - np.tile(medians, 8)) ** 2).mean()))
    assert panel.sigma[0] == pytest.approx(spread, rel=0.05)
    for at, level in enumerate(LEVELS):
        np.testing.assert_allclose(panel.quantiles(LEVELS)[0, at], norm.ppf(level, centre, panel.sigma[0]), rtol=1e-6)
    never = np.cumprod(norm.cdf(105, centre, panel.sigma[0]))
    np.testing.assert_allclose(panel.crossing_cdf(np.array([105.0]))[0], 1 - never, atol=1e-5)


def test_one_odd_day_moves_no_weekly_median() -> None:
    values, odd = weekly(), weekly()
    odd[0, 30] = values[0, 30::7].max() * 50
    one, other = (WeeklyMedian.fit(v, 7).points()[0] for v in (values, odd))

    np.testing.assert_array_equal(np.delete(other, 2), np.delete(one, 2))
    assert abs(other[2] - one[2]) < 10


def test_a_weekday_that_was_never_known_has_the_median_of_all_days() -> None:
    values = weekly()
    values[0, 4::7] = np.nan

    assert WeeklyMedian.fit(values, 7).points()[0, 4] == np.nanmedian(values)
