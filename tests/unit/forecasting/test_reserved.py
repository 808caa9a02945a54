"""What committed projects take makes every limit nearer, and nothing else of a forecast different."""

from datetime import date, timedelta

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from outgrow.domain.history import OBSERVED, History
from outgrow.domain.metric import PLATFORM, TOTAL_PRODUCTS
from outgrow.forecasting.joint import simulate_paths
from outgrow.forecasting.projection import ForecastRules, Projection, project
from outgrow.forecasting.reserved import ReservedProjection
from outgrow.planning.additions import moved

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


def reserved(limit: float, amount: float, since: int = 0) -> ReservedProjection:
    name = TOTAL_PRODUCTS.name
    paths = simulate_paths({name: ALONE}, {name: HISTORY}, {name: [limit]}, TODAY, n_days=N_DAYS, seed=1)
    curve = np.where(np.arange(paths.n_days) >= since, amount, 0.0)
    return ReservedProjection.of(ALONE, moved(paths, {name: curve}).of(name)[1], LAG)


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


def test_the_rest_is_the_projections_own() -> None:
    made = reserved(2000.0, 100.0)

    assert made.forecast is ALONE.forecast
    np.testing.assert_array_equal(made.quantiles((0.5,)), ALONE.quantiles((0.5,)))
    np.testing.assert_array_equal(made.crossing_cdf(500, falling=True), ALONE.crossing_cdf(500, falling=True))
