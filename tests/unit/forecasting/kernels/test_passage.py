"""First passage against the textbook, by integration over the drift, and against simulated paths."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.integrate import quad
from scipy.special import log_ndtr, ndtr
from scipy.stats import norm

from outgrow.forecasting.kernels.passage import first_passage_cdf

CASES = [
    pytest.param(70.0, 1.0, 0.5, 0.35, id="steady growth"),
    pytest.param(70.0, 1.0, 5.0, 0.2, id="noisy growth"),
    pytest.param(10.0, 0.0, 1.0, 0.05, id="no drift"),
    pytest.param(20.0, -0.3, 2.0, 0.3, id="falling"),
    pytest.param(0.5, 0.1, 1.0, 0.01, id="next door"),
    pytest.param(300.0, 1.0, 0.1, 0.5, id="far, and the drift in doubt"),
]
DAYS = [1, 7, 30, 90, 365]


def ask(gap: float, drift: float, sigma: float, drift_sd: float, horizon: int = 365) -> np.ndarray:
    g, mu, s, tau = (np.array([value]) for value in (gap, drift, sigma, drift_sd))
    cdf: np.ndarray = first_passage_cdf(g, mu, s, tau, horizon)[0]
    return cdf


def known_drift(gap: float, drift: float, sigma: float, days: float) -> float:
    """Bachelier-Lévy: the reflection principle for a drift that is known."""
    root = sigma * np.sqrt(days)
    above = ndtr((drift * days - gap) / root)
    reflected = np.exp(2 * drift * gap / sigma**2 + log_ndtr((-gap - drift * days) / root))
    return float(above + reflected)


@pytest.mark.parametrize(("gap", "drift", "sigma", "drift_sd"), CASES)
def test_it_is_the_known_drift_s_average_over_the_drift(
    gap: float, drift: float, sigma: float, drift_sd: float
) -> None:
    cdf = ask(gap, drift, sigma, drift_sd)
    for days in DAYS:
        expected, _ = quad(
            lambda m, d=days: known_drift(gap, m, sigma, d) * norm.pdf(m, drift, drift_sd),
            drift - 9 * drift_sd,
            drift + 9 * drift_sd,
            points=[drift, gap / days] if abs(gap / days - drift) < 9 * drift_sd else [drift],
            limit=400,
        )
        assert cdf[days - 1] == pytest.approx(expected, rel=1e-5, abs=1e-7), days


@pytest.mark.parametrize(("gap", "drift", "sigma", "_drift_sd"), CASES)
def test_without_doubt_it_is_the_known_drift_s(gap: float, drift: float, sigma: float, _drift_sd: float) -> None:
    cdf = ask(gap, drift, sigma, 0.0)
    expected = [known_drift(gap, drift, sigma, d) for d in DAYS]

    np.testing.assert_allclose(cdf[np.array(DAYS) - 1], expected, rtol=1e-5, atol=1e-7)


def test_simulated_paths_cross_as_often() -> None:
    """Forty steps a day: a path that is looked at less often crosses unseen."""
    random = np.random.default_rng(7)
    gap, drift, sigma, drift_sd, horizon, steps, paths = 15.0, 0.4, 1.5, 0.2, 40, 40, 4_000
    drifts = random.normal(drift, drift_sd, (paths, 1)) / steps
    moves = random.normal(0, sigma / np.sqrt(steps), (paths, horizon * steps)) + drifts
    highest = np.maximum.accumulate(np.cumsum(moves, axis=1), axis=1)[:, steps - 1 :: steps]
    # Between two looks a path goes on average 0.5826 standard deviations of a step higher (Chernoff 1965).
    seen = (highest >= gap - 0.5826 * sigma / np.sqrt(steps)).mean(axis=0)

    np.testing.assert_allclose(ask(gap, drift, sigma, drift_sd, horizon), seen, atol=4 * 0.5 / np.sqrt(paths))


def test_a_limit_that_is_reached_is_reached() -> None:
    assert (ask(0.0, -5.0, 1.0, 0.1) == 1).all()
    assert (ask(-3.0, -5.0, 1.0, 0.1) == 1).all()


def test_a_steady_climb_arrives_on_its_day() -> None:
    cdf = ask(70.0, 1.0, 1e-3, 0.0)

    assert cdf[68] < 1e-9
    assert cdf[69] == pytest.approx(0.5, abs=1e-3)
    assert cdf[70] > 1 - 1e-9


def test_each_row_is_its_own() -> None:
    rows = np.array([case.values for case in CASES], dtype=float)
    together = first_passage_cdf(rows[:, 0], rows[:, 1], rows[:, 2], rows[:, 3], 200)

    for row, (gap, drift, sigma, drift_sd) in zip(together, rows.tolist(), strict=True):
        np.testing.assert_array_equal(row, ask(gap, drift, sigma, drift_sd, 200))


positive = st.floats(1e-6, 1e9)


@given(gap=st.floats(-10, 1e9), drift=st.floats(-1e6, 1e6), sigma=positive, drift_sd=st.one_of(st.just(0.0), positive))
def test_it_is_a_distribution_whatever_comes_in(gap: float, drift: float, sigma: float, drift_sd: float) -> None:
    cdf = ask(gap, drift, sigma, drift_sd, 100)

    assert np.isfinite(cdf).all()
    assert ((cdf >= 0) & (cdf <= 1)).all()
    assert (np.diff(cdf) >= 0).all()


@given(gap=st.floats(0.1, 1e6), drift=st.floats(-1e3, 1e3), sigma=st.floats(0.01, 1e4), drift_sd=st.floats(0, 1e3))
def test_a_higher_limit_is_no_likelier(gap: float, drift: float, sigma: float, drift_sd: float) -> None:
    near, far = (ask(gap * factor, drift, sigma, drift_sd, 60) for factor in (1, 1.5))

    assert (near >= far - 1e-6).all()


@given(gap=st.floats(0.1, 1e6), drift=st.floats(-1e3, 1e3), sigma=st.floats(0.01, 1e4), drift_sd=st.floats(0, 1e3))
def test_whoever_ends_above_has_crossed(gap: float, drift: float, sigma: float, drift_sd: float) -> None:
    days = np.arange(1, 61)
    ends_above = ndtr((drift * days - gap) / np.sqrt(sigma**2 * days + (drift_sd * days) ** 2))

    assert (ask(gap, drift, sigma, drift_sd, 60) >= ends_above - 1e-6).all()


@given(scale=st.floats(1e-3, 1e6))
def test_the_unit_does_not_matter(scale: float) -> None:
    np.testing.assert_allclose(ask(70 * scale, scale, 3 * scale, 0.3 * scale), ask(70, 1, 3, 0.3), rtol=1e-9)
