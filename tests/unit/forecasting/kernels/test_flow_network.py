"""The flows' network: quantiles in order, whatever it learned."""

from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from tests.support.growth_panels import flows

from outgrow.forecasting.kernels.flow_network import MIDDLE, N_MEANS, N_OUTPUTS, N_RANKS, share_quantiles
from outgrow.forecasting.kernels.rhythm import Rhythm, rhythm
from outgrow.forecasting.model import load_model

Array = NDArray[Any]


@pytest.fixture(scope="module")
def seen() -> Rhythm:
    return rhythm(flows())


def network(seed: int, size: float) -> dict[str, Any]:
    random = np.random.default_rng(seed)
    shapes = {"w0": (8, 26), "b0": (8, 1), "w1": (6, 8), "b1": (6, 1), "w2": (N_OUTPUTS, 6), "b2": (N_OUTPUTS, 1)}
    weights = {name: random.normal(0, size, shape).astype(np.float32) for name, shape in shapes.items()}
    return {**weights, "mean": np.zeros((23, 1), np.float32), "spread": np.ones((23, 1), np.float32)}


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
    """All outputs 0: equal attention to the means over all spans and to the flow's own median."""
    found = ask(network(0, 0.0), seen, 30)
    own, means = seen.static[:, :N_RANKS], seen.static[:, N_RANKS + 3 : N_RANKS + 3 + N_MEANS]
    aside = own[:, MIDDLE] - means[:, 5]  # the half-year's
    expected = (np.sum(means + aside[:, None], axis=1) + own[:, MIDDLE]) / (N_MEANS + 1)

    np.testing.assert_allclose(found[MIDDLE], expected, rtol=1e-4, atol=1e-4)


def test_a_season_moves_all_quantiles_alike(seen: Rhythm) -> None:
    net = network(0, 0.0)
    net["b2"][N_MEANS + 2] = 10.0  # full trust
    plain, merry = (ask(net, seen, 30, season, 1.0) for season in (0.0, 0.7))

    np.testing.assert_allclose(merry - plain, 0.7, atol=1e-4)


def test_the_shipped_networks_have_the_right_shape(seen: Rhythm) -> None:
    for net in load_model().flow:
        found = ask(net, seen, 30)
        assert np.isfinite(found).all()
        assert (np.diff(found, axis=0) >= 0).all()
