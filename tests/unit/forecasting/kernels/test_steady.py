import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from outgrow.forecasting.kernels.features import Features, features
from outgrow.forecasting.kernels.mixture import Components
from outgrow.forecasting.kernels.past import LENGTH
from outgrow.forecasting.kernels.steady import SHARES

AMOUNTS, PER_CENT = 0, 1


def growing(pace: float | np.ndarray, chance: float, seed: int = 0, days: int = LENGTH) -> np.ndarray:
    """A level that grows by so much a day, (days,), with so much chance in it as a share of it."""
    rng = np.random.default_rng(seed)
    return 500 + np.cumsum(pace * rng.gamma(chance**-2, chance**2, days))


def read(*rows: np.ndarray) -> Features:
    return features(np.stack(rows))


@given(pace=st.floats(0.01, 1000), chance=st.floats(0.2, 1.0), seed=st.integers(0, 50))
def test_growth_by_as_much_every_day_is_mostly_borne_out(pace: float, chance: float, seed: int) -> None:
    rows = [growing(pace, chance, seed + 51 * k) for k in range(40)]
    f = read(*rows)
    steady = f.steady

    assert np.mean(steady.share[AMOUNTS] > 0.6 * SHARES[-1]) > 0.5
    drift = (steady.drift[AMOUNTS] * f.scale)[steady.share[AMOUNTS] > 0]
    assert drift == pytest.approx(np.full(len(drift), pace), rel=0.3)
    assert (steady.share[PER_CENT] < 0.1).mean() > 0.7


def test_growth_that_broke_or_came_at_once_is_not() -> None:
    broke = growing(np.r_[np.full(300, 1.0), np.full(100, 4.0)], 0.3)
    at_once = growing(0.02, 0.3)
    at_once[250:] += 300
    still = np.full(LENGTH, 70.0)
    wandering = growing(np.exp(0.8 * np.sin(np.arange(LENGTH) / 30)), 0.2)

    steady = read(broke, at_once, still, wandering).steady

    assert steady.share.sum(axis=0) == pytest.approx(np.zeros(4), abs=0.02)


@given(days=st.integers(70, 200), seed=st.integers(0, 50))
def test_doubling_levels_mostly_grow_in_per_cent(days: int, seed: int) -> None:
    rng = np.random.default_rng(seed)
    level = 40 * 2 ** (np.arange(LENGTH) / days) * np.exp(np.cumsum(rng.normal(0, 0.002, (40, LENGTH)), axis=1))
    f = features(level)

    assert (f.steady.share[AMOUNTS] < 0.05).all()
    assert np.mean(f.steady.share[PER_CENT] > 0.6 * SHARES[-1]) > 0.5
    there = f.steady.share[PER_CENT] > 0
    assert f.steady.curve[PER_CENT, there] == pytest.approx(np.log(2) / days, rel=0.15)
    expected = (level[:, -1] * np.log(2) / days)[there]
    assert (f.steady.drift[PER_CENT] * f.scale)[there] == pytest.approx(expected, rel=0.2)


def test_of_a_young_level_it_is_believed_the_more_the_longer_it_is_known() -> None:
    weeks = (8, 12, 16, 22)
    rows = [
        np.r_[np.full(LENGTH - 7 * w, np.nan), growing(2.0, 0.3, seed, days=7 * w)] for w in weeks for seed in range(40)
    ]

    share = read(*rows).steady.share[AMOUNTS].reshape(len(weeks), 40)

    assert (share[0] == 0.0).all()
    assert (np.diff(share.mean(axis=1)) > 0).all()


@given(
    scale=st.floats(1e-6, 1e9),
    shift=st.floats(-1e3, 1e3),
    pace=st.floats(0.1, 10),
    seed=st.integers(0, 50),
)
def test_the_unit_counts_for_nothing_and_a_fall_is_a_rise_upside_down(
    scale: float, shift: float, pace: float, seed: int
) -> None:
    rise = growing(pace, 0.4, seed)
    usual, scaled, fall = read(rise), read(scale * rise), read(shift - rise)

    for other, sign in ((scaled, 1), (fall, -1)):
        assert other.steady.share[AMOUNTS] == pytest.approx(usual.steady.share[AMOUNTS], abs=1e-3)
        assert sign * other.steady.drift[AMOUNTS] == pytest.approx(usual.steady.drift[AMOUNTS], rel=1e-3)
        assert other.steady.sigma[AMOUNTS] == pytest.approx(usual.steady.sigma[AMOUNTS], rel=1e-3)


@given(seed=st.integers(0, 200), kind=st.sampled_from(["steady", "doubling", "noise"]))
def test_beside_a_mixture_all_shares_are_one(seed: int, kind: str) -> None:
    rng = np.random.default_rng(seed)
    level = {
        "steady": growing(1.0, 0.5, seed),
        "doubling": 2 ** (np.arange(LENGTH) / 100),
        "noise": 100 + rng.normal(0, 1, LENGTH),
    }[kind]
    one = np.ones((2, 1), dtype=np.float32)
    mixture = Components(one / 2, *(one for _ in range(7)))

    beside = read(level).steady.beside(mixture)

    assert beside.weight.shape == (4, 1)
    assert (beside.weight >= 0).all()
    assert beside.weight.sum() == pytest.approx(1.0)
