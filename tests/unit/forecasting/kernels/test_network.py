"""Small networks: the plain drift, and what they may and may not add to it."""

from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from tests.support.growth_panels import levels

from outgrow.forecasting.kernels.features import Inputs, features
from outgrow.forecasting.kernels.network import (
    DRIFT_DOUBT,
    FASTEST,
    N_OUTPUTS,
    QUARTER_PACE,
    SLOWEST,
    components,
    plain,
)
from outgrow.forecasting.model import load_model

Array = NDArray[Any]
KINDS, N_FEATURES = 3, 88


@pytest.fixture(scope="module")
def inputs() -> Inputs:
    return features(levels()[:32]).inputs


def network(seed: int, size: float = 1.0, kinds: int = KINDS) -> dict[str, Any]:
    """As untrained as can be."""
    random = np.random.default_rng(seed)
    shapes = {"w0": (8, N_FEATURES), "b0": (8, 1), "w1": (6, 8), "b1": (6, 1)}
    shapes |= {"w2": (1 + kinds * N_OUTPUTS, 6), "b2": (1 + kinds * N_OUTPUTS, 1)}
    weights = {name: random.normal(0, size, shape).astype(np.float32) for name, shape in shapes.items()}
    return {**weights, "mean": np.zeros((N_FEATURES, 1), np.float32), "spread": np.ones((N_FEATURES, 1), np.float32)}


def test_the_plain_drift_is_the_last_quarter_s_pace(inputs: Inputs) -> None:
    c = plain(inputs)

    assert all(part.shape == (1, 32) for part in c)
    assert (c.weight == 1).all()
    assert (c.sigma == 1).all()
    assert (c.bend == 0).all()
    assert (c.back == 0).all()
    np.testing.assert_array_equal(c.drift[0], inputs.pace[QUARTER_PACE] * inputs.sign)
    assert (c.curve == 0).all()
    np.testing.assert_allclose(c.doubt[0] ** 2, 1 / inputs.days + (DRIFT_DOUBT * c.drift[0]) ** 2, rtol=1e-5)


@pytest.mark.parametrize("size", [0.1, 1.0, 30.0])
@pytest.mark.parametrize("count", [1, 3])
def test_whatever_networks_say_is_a_mixture(inputs: Inputs, size: float, count: int) -> None:
    c = components([network(seed, size) for seed in range(count)], inputs)

    assert all(part.shape == (1 + count * KINDS, 32) for part in c)
    assert all(np.isfinite(part).all() for part in c)
    assert (c.weight >= -1e-6).all()
    np.testing.assert_allclose(c.weight.sum(axis=0), 1, atol=1e-5)
    assert (c.sigma > 0).all()
    assert (c.doubt > 0).all()
    assert (np.abs(c.bend) <= 0.5).all()
    assert ((c.curve >= SLOWEST) & (c.curve <= FASTEST)).all()
    reach = np.abs(inputs.pull).sum(axis=0)
    assert (np.abs(c.back) <= reach * (1 + 1e-5)).all()


def test_the_first_component_is_the_plain_drift(inputs: Inputs) -> None:
    c, base = components([network(1), network(2)], inputs), plain(inputs)

    for part, first in zip(c[1:], base[1:], strict=True):
        np.testing.assert_array_equal(part[0], first[0])


def test_a_straight_line_is_left_to_the_plain_drift() -> None:
    lines = np.arange(100.0)[None, :] * np.linspace(1, 5, 16)[:, None]
    c = components([network(1)], features(lines).inputs)

    np.testing.assert_array_equal(c.weight[0], 1)
    np.testing.assert_array_equal(c.weight[1:], 0)


@pytest.mark.parametrize("seed", [1, 2])
def test_upside_down_rises_become_falls(seed: int) -> None:
    values = np.cumsum(np.random.default_rng(seed).integers(-3, 5, (16, 401)), axis=1).astype(np.float64)
    used, free = (components([network(seed, 0.1)], features(each).inputs) for each in (values, 4096.0 - values))

    for name, mine, theirs in zip(used._fields, used.mirrored(), free, strict=True):
        np.testing.assert_allclose(mine, theirs, rtol=1e-2, atol=1e-3, err_msg=name)


def test_several_networks_speak_in_equal_parts(inputs: Inputs) -> None:
    first, second = network(1), network(2)
    both = components([first, second], inputs)
    alone = [components([net], inputs) for net in (first, second)]

    for k, one in enumerate(alone):
        mine = slice(1 + k * KINDS, 1 + (k + 1) * KINDS)
        np.testing.assert_allclose(both.weight[mine], one.weight[1:] / 2, atol=1e-6)
        np.testing.assert_array_equal(both.drift[mine], one.drift[1:])
    np.testing.assert_allclose(both.weight[0], (alone[0].weight[0] + alone[1].weight[0]) / 2, atol=1e-6)


def test_a_network_that_says_nothing_leaves_paces_as_they_are(inputs: Inputs) -> None:
    """All outputs 0: equal attention to all paces, nothing pulled, the volatility of the past."""
    silent = {name: np.zeros_like(array) for name, array in network(1).items()}
    silent["spread"] += 1
    c = components([silent], inputs)

    rough = np.broadcast_to(inputs.rough, (KINDS, 32))
    np.testing.assert_allclose(c.weight[1:], rough / (1 + KINDS), atol=1e-6)
    np.testing.assert_allclose(
        c.drift[1:], np.repeat((inputs.pace.mean(axis=0) * inputs.sign)[None], KINDS, axis=0), atol=1e-5
    )
    np.testing.assert_allclose(c.curve, 0)
    np.testing.assert_allclose(c.sigma, 1)
    np.testing.assert_allclose(c.back, 0)


def test_features_far_out_of_what_was_seen_are_held(inputs: Inputs) -> None:
    net = network(1)
    far = np.where(inputs.table == 0, np.float32(0), np.sign(inputs.table) * np.float32(1e6))
    wild, wilder = (inputs._replace(table=far * np.float32(times)) for times in (1, 10))

    for one, other in zip(components([net], wild), components([net], wilder), strict=True):
        np.testing.assert_allclose(one, other, atol=1e-5)


def test_the_shipped_networks_have_the_right_shape(inputs: Inputs) -> None:
    nets = load_model().level
    c = components(nets, inputs)

    assert len(c.weight) > 1
    assert all(np.isfinite(part).all() for part in c)
    np.testing.assert_allclose(c.weight.sum(axis=0), 1, atol=1e-5)
