"""What may come is on exactly its share of the futures, and evenly."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.support.scenarios import everything, of

from outgrow.domain.paths import Paths
from outgrow.forecasting.joint import joint_ranks
from outgrow.planning.ladder.spread import spread_evenly


def of_ranks(ranks: np.ndarray) -> Paths:
    """Futures that keep these ranks."""
    values = {f"m{n}": np.tile(row[:, None], (1, 4)) for n, row in enumerate(ranks)}
    return of(values, dict.fromkeys(values, 0.0))


@given(st.lists(st.floats(0, 1), max_size=4), st.integers(0, 99), st.integers(1, 60))
def test_each_has_exactly_its_share(shares: list[float], seed: int, n_paths: int) -> None:
    found = spread_evenly(everything(n_paths=n_paths, n_days=3), np.array(shares), seed)

    assert [each.sum() for each in found] == [round(share * n_paths) for share in shares]
    assert all(set(each.tolist()) <= {0.0, 1.0} for each in found)


@given(st.floats(0.01, 0.99), st.floats(0.01, 0.99), st.integers(0, 99))
def test_what_is_likelier_is_where_it_was_and_elsewhere_too(a: float, b: float, seed: int) -> None:
    paths = everything(n_days=3)
    less, more = (spread_evenly(paths, np.array([share]), seed)[0] for share in sorted((a, b)))

    assert (less <= more).all()


@pytest.mark.parametrize("n_metrics", [1, 2, 6])
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_it_comes_with_high_and_low_futures_of_every_metric_alike(n_metrics: int, seed: int) -> None:
    ranks = joint_ranks(np.eye(n_metrics), seed=seed, n_paths=1000)
    for share, apart in ((0.1, 0.06), (0.5, 0.025), (0.9, 0.01)):
        for members in spread_evenly(of_ranks(ranks), np.full(3, share), seed):
            for of_metric in ranks:
                chosen = np.sort(of_metric[members > 0])
                even = (np.arange(len(chosen)) + 0.5) / len(chosen)
                assert np.abs(chosen - even).max() < apart


def test_correlated_metrics_are_no_harder() -> None:
    together = np.full((5, 5), 0.7) + 0.3 * np.eye(5)
    ranks = joint_ranks(together, seed=1, n_paths=1000)
    (members,) = spread_evenly(of_ranks(ranks), np.array([0.5]), 1)

    assert np.abs(ranks[:, members > 0].mean(axis=1) - 0.5).max() < 0.01


def test_several_things_come_independently_of_each_other() -> None:
    ranks = joint_ranks(np.eye(3), seed=1, n_paths=1000)
    a, b, c = spread_evenly(of_ranks(ranks), np.array([0.4, 0.5, 0.3]), 1)

    assert [(a * b).mean(), (a * c).mean(), (b * c).mean()] == pytest.approx([0.2, 0.12, 0.15], abs=0.01)


def test_the_seed_decides() -> None:
    paths, share = everything(n_paths=200, n_days=3), np.array([0.5])
    first, again, other = (spread_evenly(paths, share, seed)[0].tolist() for seed in (3, 3, 4))

    assert first == again
    assert first != other
