"""The flows' network: quantiles in order, whatever it learned."""

from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from tests.support.growth_panels import flows

from outgrow.forecasting.kernels.flow_network import (
    MIDDLE,
    N_ASKED,
    N_CENTRES,
    N_OUTPUTS,
    N_RANKS,
    SEASON,
    centres,
    share_quantiles,
)
from outgrow.forecasting.kernels.flow_trend import N_TRENDS
from outgrow.forecasting.kernels.rhythm import QUIET, Rhythm, rhythm
from outgrow.forecasting.model import load_model

Array = NDArray[Any]
N_STATIC = 74


@pytest.fixture(scope="module")
def seen() -> Rhythm:
    return rhythm(flows())


def network(seed: int, size: float) -> dict[str, Any]:
    random = np.random.default_rng(seed)
    shapes = {
        "w0": (8, N_STATIC + N_ASKED),
        "b0": (8, 1),
        "w1": (6, 8),
        "b1": (6, 1),
        "w2": (N_OUTPUTS, 6),
        "b2": (N_OUTPUTS, 1),
    }
    weights = {name: random.normal(0, size, shape).astype(np.float32) for name, shape in shapes.items()}
    return {**weights, "mean": np.zeros((N_STATIC, 1), np.float32), "spread": np.ones((N_STATIC, 1), np.float32)}


def ask(net: dict[str, Any], seen: Rhythm, day: float, season: float = 0.0, known: float = 0.0) -> Array:
    static = np.ascontiguousarray(seen.static.T, dtype=np.float32)
    n = static.shape[1]
    seasons, days_known, ahead = (np.full(n, x, dtype=np.float32) for x in (season, known, day))
    found: Array = share_quantiles(net, static, seasons, days_known, ahead)
    return found


@pytest.mark.parametrize("size", [0.0, 0.1, 1.0, 30.0])
@pytest.mark.parametrize("day", [1, 30, 365])
def test_quantiles_are_finite_and_in_order(seen: Rhythm, size: float, day: float) -> None:
    for seed in range(5):
        found = ask(network(seed, size), seen, day)
        assert found.shape == (N_RANKS, len(seen.level))
        assert np.isfinite(found).all()
        assert (np.diff(found, axis=0) >= 0).all()


def test_a_silent_network_centres_on_what_the_flow_did(seen: Rhythm) -> None:
    """All outputs 0: equal attention to every centre."""
    found = ask(network(0, 0.0), seen, 30)
    expected = centres(seen.static.T, np.full(len(seen.level), 30.0))

    assert len(expected) == N_CENTRES
    np.testing.assert_allclose(found[MIDDLE], expected.mean(axis=0), rtol=1e-4, atol=1e-4)


@pytest.mark.parametrize("day", [1, 30, 90])
def test_lines_lead_to_the_day_that_is_asked_for(day: int) -> None:
    straight, compounding = 200 + np.arange(364.0), 200 * 1.003 ** np.arange(364)
    seen = rhythm(np.stack([straight, compounding]))
    found = centres(seen.static.T, np.full(2, float(day)))
    amount = (np.exp(found) - QUIET) * (seen.level * seen.weekday[:, (day - 1) % 7])

    # The four lines through shares, and the four through logarithms.
    np.testing.assert_allclose(amount[-N_TRENDS:, 0], 563 + day, rtol=0.03)
    np.testing.assert_allclose(amount[-2 * N_TRENDS : -N_TRENDS - 2, 1], 200 * 1.003 ** (363 + day), rtol=0.05)


def test_a_season_moves_all_quantiles_alike(seen: Rhythm) -> None:
    net = network(0, 0.0)
    net["b2"][SEASON] = 10.0  # full trust
    plain, merry = (ask(net, seen, 30, season, 1.0) for season in (0.0, 0.7))

    np.testing.assert_allclose(merry - plain, 0.7, atol=1e-4)


def test_the_shipped_networks_have_the_right_shape(seen: Rhythm) -> None:
    for net in load_model().flow:
        found = ask(net, seen, 30)
        assert np.isfinite(found).all()
        assert (np.diff(found, axis=0) >= 0).all()
