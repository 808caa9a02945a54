"""Made-up levels: whatever is drawn can be learned from."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from outgrow.forecasting.kernels.past import LENGTH as HISTORY
from outgrow.forecasting.training.laws import made_up
from outgrow.forecasting.training.windows import FUTURE, MADE_UP, MADE_UP_SHARE, Series, level_windows


@given(st.integers(0, 2**32 - 1))
def test_whatever_is_drawn_is_known_from_its_beginning_on(seed: int) -> None:
    drawn = made_up(8, HISTORY + FUTURE, HISTORY, np.random.default_rng(seed))
    known = ~np.isnan(drawn)

    assert drawn.shape == (8, HISTORY + FUTURE)
    assert not np.isinf(drawn).any()
    assert (np.diff(known.astype(int), axis=1) >= 0).all()
    assert known[:, HISTORY - 12 :].all()


def test_the_same_seed_draws_the_same() -> None:
    one, other = (made_up(4, 500, 400, np.random.default_rng(3)) for _ in range(2))

    np.testing.assert_array_equal(one, other)


def test_made_up_laws_stand_beside_what_was_seen_and_weigh_their_share() -> None:
    rng = np.random.default_rng(1)
    series = [Series(f"e{k}", "s", "level", 100 + np.cumsum(rng.normal(0, 1, 700))) for k in range(5)]
    windows = level_windows(series)
    theirs = windows.entity == MADE_UP

    assert 0.9 * MADE_UP_SHARE < theirs.mean() < 1.1 * MADE_UP_SHARE
    assert 0.99 * MADE_UP_SHARE < windows.weight[theirs].sum() / windows.weight.sum() < 1.01 * MADE_UP_SHARE


def test_some_windows_are_told_upside_down() -> None:
    series = [Series("e", "s", "cumulative", 5_000 + np.arange(900.0))]
    windows = level_windows(series)
    real = windows.history[windows.entity == "e"]

    assert 0 < (real[:, -1] < 0).sum() < len(real) / 3


def test_nothing_seen_is_nothing_to_learn_from() -> None:
    assert len(level_windows([]).weight) == 0
