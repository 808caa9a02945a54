"""The mixture against the textbook, by integration over the drift, and against simulated paths."""

from statistics import NormalDist
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy.integrate import quad
from scipy.special import log_ndtr, ndtr
from scipy.stats import norm

from outgrow.forecasting.kernels.mixture import (
    CURVED_DAYS,
    PULL_DAYS,
    Components,
    below,
    crossing,
    moments,
    quantiles,
    widened,
)

Array = NDArray[Any]
CASES = [
    pytest.param(70.0, 1.0, 0.5, 0.35, id="steady growth"),
    pytest.param(70.0, 1.0, 5.0, 0.2, id="noisy growth"),
    pytest.param(10.0, 0.0, 1.0, 0.05, id="no drift"),
    pytest.param(20.0, -0.3, 2.0, 0.3, id="falling"),
    pytest.param(0.5, 0.1, 1.0, 0.01, id="next door"),
    pytest.param(300.0, 1.0, 0.1, 0.5, id="far, and the drift in doubt"),
]
DAYS = (1, 7, 30, 90, 365)
LEVELS = (0.025, 0.1, 0.25, 0.5, 0.75, 0.9, 0.975)


def walk(drift: float, sigma: float, doubt: float, dtype: Any = np.float64) -> Components:
    """One component, one series."""
    values = (1.0, drift, doubt, sigma, 0.0, 0.0, 0.0, 1.0)
    return Components(*(np.array([[value]], dtype=dtype) for value in values))


def ask(c: Components, gap: float, days: Any) -> Array:
    """P(crossed by each day), (n_days,), of the only series."""
    day = np.asarray(days, dtype=c.drift.dtype)[:, None, None]
    found: Array = crossing(c, day, np.array([gap], dtype=c.drift.dtype))[:, 0]
    return found


def known_drift(gap: float, drift: float, sigma: float, days: float) -> float:
    """Bachelier-Lévy: the reflection principle for a drift that is known."""
    root = sigma * np.sqrt(days)
    above = ndtr((drift * days - gap) / root)
    reflected = np.exp(2 * drift * gap / sigma**2 + log_ndtr((-gap - drift * days) / root))
    return float(above + reflected)


def many(seed: int = 0, n: int = 200, *, sharp: float = 0.7, kinds: int = 5) -> Components:
    """Mixtures as a network makes them: several paces, their doubts about as large as they are far apart."""
    random = np.random.default_rng(seed)
    size = (kinds, n)
    pace = random.normal(0, 0.3, size)
    parts = (
        random.dirichlet(np.ones(kinds), n).T,
        pace,
        (0.1 + 0.35 * np.abs(pace)) * np.exp(random.uniform(-sharp, sharp, size)),
        np.exp(random.uniform(-sharp, sharp, size)),
        0.3 * np.tanh(random.normal(size=size)),
        random.normal(0, 2, size),
        random.uniform(-0.01, 0.01, size),
        np.ones(size),
    )
    return Components(*(part.astype(np.float32) for part in parts))


# Crossing, of one component


@pytest.mark.parametrize(("gap", "drift", "sigma", "doubt"), CASES)
def test_it_is_the_known_drift_s_average_over_the_drift(gap: float, drift: float, sigma: float, doubt: float) -> None:
    cdf = ask(walk(drift, sigma, doubt), gap, DAYS)
    for at, days in enumerate(DAYS):
        expected, _ = quad(
            lambda m, d=days: known_drift(gap, m, sigma, d) * norm.pdf(m, drift, doubt),
            drift - 9 * doubt,
            drift + 9 * doubt,
            points=[drift, gap / days] if abs(gap / days - drift) < 9 * doubt else [drift],
            limit=400,
        )
        assert cdf[at] == pytest.approx(expected, rel=1e-5, abs=1e-7), days


@pytest.mark.parametrize(("gap", "drift", "sigma", "_doubt"), CASES)
def test_without_doubt_it_is_the_known_drift_s(gap: float, drift: float, sigma: float, _doubt: float) -> None:
    expected = [known_drift(gap, drift, sigma, d) for d in DAYS]

    np.testing.assert_allclose(ask(walk(drift, sigma, 0.0), gap, DAYS), expected, rtol=1e-5, atol=1e-7)


@pytest.mark.parametrize(("gap", "drift", "sigma", "doubt"), CASES)
def test_single_precision_is_enough(gap: float, drift: float, sigma: float, doubt: float) -> None:
    single, double = (ask(walk(drift, sigma, doubt, dtype), gap, DAYS) for dtype in (np.float32, np.float64))

    assert single.dtype == np.float32
    np.testing.assert_allclose(single, double, atol=2e-5)


def share_crossed(c: Components, gap: float, horizon: int, paths: int, seed: int) -> Array:
    """Of simulated paths of the only series, those that came to `gap` by each day, (horizon,).

    A path is seen once a day; whether it was at the limit meanwhile is drawn from the Brownian bridge between.
    """
    random = np.random.default_rng(seed)
    kind = random.choice(len(c.weight), paths, p=c.weight[:, 0])
    drift, doubt, sigma = (part[kind, 0] for part in (c.drift, c.doubt, c.sigma))
    steps = random.normal(size=(paths, horizon)) * sigma[:, None] + random.normal(drift, doubt)[:, None]
    ends = np.cumsum(steps, axis=1)
    starts = ends - steps
    between = np.exp(-2 * np.maximum(gap - starts, 0) * np.maximum(gap - ends, 0) / (sigma**2)[:, None])
    touched = random.random((paths, horizon)) < between
    return np.asarray(np.logical_or.accumulate(touched, axis=1).mean(axis=0))


@pytest.mark.parametrize("curve", [-0.02, -1e-4, 1e-6, 0.005, 0.0077])
def test_a_curved_pace_is_added_up_day_by_day(curve: float) -> None:
    c = Components(*(np.array([[x]]) for x in (1.0, 2.0, 0.3, 1.0, 0.0, 0.0, curve, 1.0)))
    fine = np.linspace(0, 365, 200_001)
    course = np.concatenate([[0.0], np.cumsum(np.exp(curve * (fine[1:] + fine[:-1]) / 2) * np.diff(fine))])
    days = np.array([1.0, 30.0, 365.0])
    mean, _, doubt = moments(c, days[:, None, None])
    run = np.interp(days, fine, course)

    np.testing.assert_allclose(mean[:, 0, 0], 2 * run, rtol=1e-4)
    np.testing.assert_allclose(doubt[:, 0, 0], 0.3 * run, rtol=1e-4)


def test_a_pace_does_not_speed_up_for_ever() -> None:
    c = Components(*(np.array([[x]]) for x in (1.0, 1.0, 0.3, 1.0, 0.0, 0.0, 0.01, 1.0)))
    mean, _, _ = moments(c, np.array([CURVED_DAYS, CURVED_DAYS + 1, 3650.0])[:, None, None])
    last = mean[1, 0, 0] - mean[0, 0, 0]

    assert mean[2, 0, 0] == pytest.approx(mean[0, 0, 0] + last * (3650 - CURVED_DAYS), rel=1e-6)


@pytest.mark.parametrize(("gap", "drift", "sigma", "doubt"), CASES)
def test_simulated_paths_cross_as_often(gap: float, drift: float, sigma: float, doubt: float) -> None:
    c, paths, horizon = walk(drift, sigma, doubt), 20_000, 60
    told = ask(c, gap, np.arange(1, horizon + 1))
    error = np.sqrt(told * (1 - told) / paths)

    assert (np.abs(share_crossed(c, gap, horizon, paths, seed=7) - told) <= 4 * error + 1e-4).all()


def test_simulated_paths_of_a_mixture_cross_as_often() -> None:
    parts = (
        [0.5, 0.3, 0.2],
        [0.1, 1.0, -0.5],
        [0.05, 0.3, 0.01],
        [1.0, 0.5, 4.0],
        [0.0] * 3,
        [0.0] * 3,
        [0.0] * 3,
        [1.0] * 3,
    )
    c, paths, horizon = Components(*(np.array(part)[:, None] for part in parts)), 20_000, 60
    told = ask(c, 12.0, np.arange(1, horizon + 1))
    error = np.sqrt(told * (1 - told) / paths)

    assert (np.abs(share_crossed(c, 12.0, horizon, paths, seed=8) - told) <= 4 * error + 1e-4).all()


def test_a_steady_climb_arrives_on_its_day() -> None:
    cdf = ask(walk(1.0, 1e-3, 0.0), 70.0, (69, 70, 71))

    assert cdf[0] < 1e-9
    assert cdf[1] == pytest.approx(0.5, abs=1e-3)
    assert cdf[2] > 1 - 1e-9


def test_what_is_at_the_limit_has_crossed() -> None:
    np.testing.assert_allclose(ask(walk(0.0, 1.0, 0.1), 0.0, DAYS), 1, atol=1e-6)


parameters = st.tuples(
    st.floats(1e-6, 1e5),  # gap
    st.floats(-80, 80),  # drift
    st.floats(-5, 5).map(lambda x: float(np.exp(x))),  # sigma
    st.one_of(st.just(0.0), st.floats(1e-3, 400)),  # doubt
    st.floats(-0.5, 0.5),  # bend
    st.floats(-400, 400),  # back
)


@given(parameters, st.sampled_from([np.float32, np.float64]))
def test_it_is_a_probability_whatever_a_network_says(values: tuple[float, ...], dtype: Any) -> None:
    gap, *rest = values
    drift, sigma, doubt, bend, back = rest
    c = Components(*(np.array([[value]], dtype=dtype) for value in (1.0, drift, doubt, sigma, bend, back, 0.0, 1.0)))
    days = (1, 2, 30, 365, 3650)
    with np.errstate(all="raise", under="ignore"):
        near, far = ask(c, gap, days), ask(c, 1.5 * gap, days)
        value = np.array([gap], dtype=dtype)
        above = np.array([1 - below(c, dtype(day), value)[0] for day in days])

    assert ((near >= 0) & (near <= 1)).all()
    assert (far <= near + 1e-5).all()
    assert (near >= above - 1e-5).all()


@given(gap=st.floats(0.1, 1e6), drift=st.floats(-1e3, 1e3), sigma=st.floats(0.01, 1e4), doubt=st.floats(0, 1e3))
def test_whoever_crossed_has_crossed_the_day_after(gap: float, drift: float, sigma: float, doubt: float) -> None:
    cdf = ask(walk(drift, sigma, doubt), gap, np.arange(1, 61))

    assert np.isfinite(cdf).all()
    assert (np.diff(cdf) >= -1e-6).all()


@given(scale=st.floats(1e-3, 1e6))
def test_the_unit_does_not_matter(scale: float) -> None:
    one, other = (ask(walk(s, 3 * s, 0.3 * s), 70 * s, DAYS) for s in (1.0, scale))

    np.testing.assert_allclose(other, one, rtol=1e-9)


# Moments, and the mixture of several


def test_moments_are_those_of_the_definition() -> None:
    c = Components(*(np.array([[x]]) for x in (1.0, 0.5, 0.2, 3.0, 0.3, -8.0, 0.0, 1.0)))
    for day in (1.0, 10.0, 100.0):
        mean, variance, doubt = moments(c, day)
        assert mean[0, 0] == pytest.approx(0.5 * day - 8 * (1 - np.exp(-day / PULL_DAYS)))
        assert variance[0, 0] == pytest.approx(9 * day**1.3)
        assert doubt[0, 0] == pytest.approx(0.2 * day)


def test_a_mixture_is_the_average_of_its_components() -> None:
    c = many()
    gap, value = np.full(200, 5, dtype=np.float32), np.full(200, 3, dtype=np.float32)
    for day in np.array(DAYS, dtype=np.float32):
        alone = [Components(*(part[k : k + 1] for part in c))._replace(weight=np.ones((1, 200))) for k in range(5)]
        crossed = sum(c.weight[k] * crossing(one, day, gap) for k, one in enumerate(alone))
        lies_below = sum(c.weight[k] * below(one, day, value) for k, one in enumerate(alone))
        np.testing.assert_allclose(crossing(c, day, gap), crossed, atol=1e-6)
        np.testing.assert_allclose(below(c, day, value), lies_below, atol=1e-6)


def test_below_is_the_normal_distribution_s() -> None:
    c, values = walk(1.0, 2.0, 0.3), np.linspace(-80, 120, 41)
    found = [below(c, 20.0, np.array([value]))[0] for value in values]

    np.testing.assert_allclose(found, norm.cdf(values, 20, np.sqrt(4 * 20 + 36)), atol=3e-7)


def test_upside_down_what_was_below_is_above() -> None:
    c = many()
    for day in np.array(DAYS, dtype=np.float32):
        for value in (-20.0, 0.0, 7.0):
            limit = np.full(200, value, dtype=np.float32)
            np.testing.assert_allclose(below(c.mirrored(), day, -limit), 1 - below(c, day, limit), atol=1e-6)
    for part, again in zip(c, c.mirrored().mirrored(), strict=True):
        np.testing.assert_array_equal(part, again)


# Quantiles


def asked(c: Components, levels: tuple[float, ...] = LEVELS) -> Array:
    scores = np.array([NormalDist().inv_cdf(level) for level in levels], dtype=np.float32)[:, None, None]
    found: Array = quantiles(c, np.array(DAYS, dtype=np.float32)[:, None, None], scores)
    return found


@pytest.mark.parametrize("seed", range(5))
def test_a_quantile_is_where_so_much_lies_below(seed: int) -> None:
    c = many(seed)
    found = asked(c)

    assert found.shape == (len(LEVELS), len(DAYS), 200)
    for k, day in enumerate(np.array(DAYS, dtype=np.float32)):
        for at, level in enumerate(LEVELS):
            np.testing.assert_allclose(below(c, day, found[at, k]), level, atol=2e-3)


@pytest.mark.parametrize("seed", range(3))
def test_quantiles_of_one_component_are_the_normal_distribution_s(seed: int) -> None:
    c = many(seed, kinds=1)
    found = asked(c)
    for k, day in enumerate(DAYS):
        mean, variance, doubt = (part[0] for part in moments(c, np.float32(day)))
        for at, level in enumerate(LEVELS):
            expected = norm.ppf(level, mean, np.sqrt(variance + doubt**2))
            np.testing.assert_allclose(found[at, k], expected, rtol=1e-4, atol=1e-4)


def test_quantiles_do_not_cross() -> None:
    found = asked(many(3, n=500), tuple(np.linspace(0.02, 0.98, 33).tolist()))

    assert (np.diff(found, axis=0) > 0).all()


def test_a_series_is_the_same_beside_others() -> None:
    c = many(4, n=64)
    found = asked(c)
    for start in (0, 16, 48):
        some = Components(*(np.ascontiguousarray(part[:, start : start + 16]) for part in c))
        np.testing.assert_array_equal(asked(some), found[:, :, start : start + 16])


@pytest.mark.parametrize("width", [0.5, 1.3, 2.0])
def test_wider_is_wider_around_the_middle(width: float) -> None:
    c = many(5)
    wide = widened(c, width)
    for k, day in enumerate(np.array(DAYS, dtype=np.float32)):
        middle = (c.weight * moments(c, day)[0]).sum(axis=0)
        np.testing.assert_allclose((wide.weight * moments(wide, day)[0]).sum(axis=0), middle, rtol=1e-3, atol=1e-3)
        distance, wider = (asked(each)[:, k] - middle for each in (c, wide))
        np.testing.assert_allclose(wider, width * distance, rtol=0.02, atol=0.02 * np.abs(distance).max())
