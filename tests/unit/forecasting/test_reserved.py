"""What committed projects take makes every limit nearer, and nothing else of a forecast different."""

from dataclasses import replace
from datetime import date, timedelta

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from outgrow.domain.history import OBSERVED, History
from outgrow.domain.metric import PLATFORM, TOTAL_PRODUCTS
from outgrow.domain.scenario import Project
from outgrow.forecasting.joint import simulate_paths
from outgrow.forecasting.projection import Projection, project
from outgrow.forecasting.reserved import Reserved, ReservedProjection
from outgrow.forecasting.rules import ForecastRules
from outgrow.planning.ladder.additions import moved

TODAY = date(2026, 11, 22)
LAG, N_DAYS = 2, 118


def projected() -> tuple[History, Projection]:
    values = 1000.0 + 3 * np.arange(200) + np.random.default_rng(3).normal(0, 4, 200)
    first = TODAY - timedelta(days=199 + LAG)
    history = History(TOTAL_PRODUCTS, PLATFORM, "main", first, values, np.full(200, OBSERVED, np.int8))
    made = project(history, TODAY, ForecastRules(horizon_days=120))
    assert isinstance(made, Projection)
    return history, made


HISTORY, ALONE = projected()
PROJECT, GROWTH = Project("the move", TODAY, 1.0, {}), 91.5


def reserved(limit: float, amount: float, since: int = 0) -> ReservedProjection:
    name = TOTAL_PRODUCTS.name
    paths = simulate_paths({name: ALONE}, {name: HISTORY}, {name: [limit]}, TODAY, n_days=N_DAYS, seed=1)
    curve = np.where(np.arange(paths.n_days) >= since, amount, 0.0)
    before, _ = paths.of(name)
    after, peaks = moved(paths, {name: curve}).of(name)
    return ReservedProjection.of(ALONE, Reserved(before, after, peaks, LAG), (PROJECT,), GROWTH)


@settings(max_examples=25, deadline=None)
@given(st.floats(1.01, 2), st.floats(0, 500), st.floats(0, 500), st.integers(0, N_DAYS - 1))
def test_the_more_is_taken_the_nearer_the_limit(factor: float, one: float, other: float, since: int) -> None:
    limit = float(ALONE.past[-1]) * factor
    alone = ALONE.crossing_cdf(limit)

    less, more = (reserved(limit, amount, since).crossing_cdf(limit) for amount in sorted((one, other)))

    assert (less >= alone).all()
    assert (more >= less).all()
    assert (np.diff(more) >= 0).all()
    np.testing.assert_array_equal(more[: LAG + since], alone[: LAG + since].clip(more[: LAG + since]))
    assert (more[: LAG + since] <= alone[: LAG + since] + 0.001).all()


def test_nothing_taken_is_the_forecast_alone() -> None:
    limit = float(ALONE.past[-1]) + 120

    np.testing.assert_allclose(reserved(limit, 0.0).crossing_cdf(limit), ALONE.crossing_cdf(limit), atol=0.001)


def test_what_is_sure_to_come_moves_the_date() -> None:
    limit = float(ALONE.past[-1]) + 300

    alone, taken = ALONE.crossing_cdf(limit), reserved(limit, 250.0, since=9).crossing_cdf(limit)

    # Three products a day: 300 take some 100 days, 50 some 17.
    assert 80 < np.searchsorted(alone, 0.5) < 120
    assert 10 < np.searchsorted(taken, 0.5) < 25


def test_where_no_peak_is_higher_the_chances_are_the_forecasts_own() -> None:
    made, limit = reserved(2000.0, 0.0), float(ALONE.past[-1]) + 120
    same = replace(made, reserved=replace(made.reserved, nearer=False))

    np.testing.assert_array_equal(same.crossing_cdf(limit), ALONE.crossing_cdf(limit))


def test_the_bands_move_by_what_is_taken_from_its_day_on() -> None:
    made = reserved(2000.0, 100.0, since=9).with_bands()
    more = made.forecast.quantiles - ALONE.forecast.quantiles

    np.testing.assert_array_equal(more[:, : LAG + 9], 0.0)
    np.testing.assert_allclose(more[:, LAG + 9 : LAG + N_DAYS], 100.0, atol=1e-9)
    assert (np.diff(made.forecast.quantiles, axis=0) >= 0).all()


def test_what_only_may_come_widens_the_bands() -> None:
    name = TOTAL_PRODUCTS.name
    paths = simulate_paths({name: ALONE}, {name: HISTORY}, {}, TODAY, n_days=N_DAYS, seed=1)
    half = (np.arange(paths.n_paths) % 2 * 500.0)[:, None] * np.ones(paths.n_days)
    before, (after, peaks) = paths.of(name)[0], moved(paths, {name: half}).of(name)
    made = ReservedProjection.of(ALONE, Reserved(before, after, peaks, LAG), (PROJECT,), GROWTH).with_bands()
    more = made.forecast.quantiles[:, LAG:] - ALONE.forecast.quantiles[:, LAG:]

    assert (more[:2] < 50).all()
    assert (more[-2:] > 430).all()


def test_the_rest_is_the_projections_own() -> None:
    made = reserved(2000.0, 100.0)

    assert made.projects == (PROJECT,)
    assert made.forecast.growth_per_30_days == GROWTH
    np.testing.assert_array_equal(made.forecast.quantiles, ALONE.forecast.quantiles)
    np.testing.assert_array_equal(made.quantiles((0.5,)), ALONE.quantiles((0.5,)))
    np.testing.assert_array_equal(made.crossing_cdf(500, falling=True), ALONE.crossing_cdf(500, falling=True))
