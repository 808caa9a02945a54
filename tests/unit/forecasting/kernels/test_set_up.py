import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from outgrow.forecasting.kernels.set_up import set_up_until


def level(days: int, filled: float, slow: float, rng: np.random.Generator, start: float = 5.0) -> np.ndarray:
    """A level that is filled in so many days, and then grows slowly for a month or two."""
    fast = filled / days * rng.uniform(0.8, 1.2, days)
    return start + np.cumsum(np.r_[0.0, fast, slow * rng.uniform(0.5, 1.5, 50)])


@given(
    days=st.integers(1, 8),
    filled=st.floats(20, 1000),
    slow=st.floats(0.001, 0.012),
    unknown=st.integers(0, 30),
    seed=st.integers(0, 99),
)
def test_a_level_that_is_filled_at_once_was_set_up_by_the_last_of_these_days(
    days: int, filled: float, slow: float, unknown: int, seed: int
) -> None:
    values = level(days, filled, slow * filled / days, np.random.default_rng(seed))
    row, first, last = set_up_until(np.r_[np.full(unknown, np.nan), values][None])

    assert (row.tolist(), first.tolist(), last.tolist()) == ([0], [unknown], [unknown + days])


@given(
    pace=st.floats(0.1, 100),
    spread=st.floats(0.0, 1.0),
    speeding_up=st.floats(0.0, 0.02),
    days=st.integers(20, 200),
    seed=st.integers(0, 99),
)
def test_growth_that_goes_on_or_gains_pace_is_no_set_up(
    pace: float, spread: float, speeding_up: float, days: int, seed: int
) -> None:
    rng = np.random.default_rng(seed)
    values = 100 + np.cumsum(pace * np.exp(speeding_up * np.arange(days)) * rng.uniform(1 - spread, 1 + spread, days))

    assert not len(set_up_until(values[None])[0])


def test_what_came_after_the_set_up_has_to_say_how_the_level_lives() -> None:
    values = level(4, 55, 0.05, np.random.default_rng(1))

    assert not len(set_up_until(values[None, :11])[0])
    assert len(set_up_until(values[None, :30])[0]) == 1


def test_a_level_that_went_on_to_grow_by_more_than_it_was_filled_with_was_not_set_up() -> None:
    values = np.r_[level(2, 10, 0.2, np.random.default_rng(2)), 15 + 0.4 * np.arange(100)]

    assert not len(set_up_until(values[None])[0])


@pytest.mark.parametrize(
    "values",
    [
        np.r_[np.full(5, 500.0), np.full(55, 600.0)],
        np.r_[4.0, np.full(30, 5.0)],
        np.r_[np.full(4, 10.0), np.full(36, 20.0)],
        np.r_[np.full(2, 1.0), np.full(40, 50.0)],
    ],
)
def test_a_step_among_days_that_stand_still_is_no_set_up(values: np.ndarray) -> None:
    assert not len(set_up_until(values[None])[0])


@given(often=st.floats(0.05, 0.3), heavy=st.floats(1.1, 3.0), days=st.integers(20, 90), seed=st.integers(0, 999))
def test_rare_and_wild_growth_is_hardly_ever_a_set_up(often: float, heavy: float, days: int, seed: int) -> None:
    rng = np.random.default_rng(seed)
    came = (rng.random((50, days)) < often) * rng.pareto(heavy, (50, days))

    assert len(set_up_until(1 + np.cumsum(came, axis=1))[0]) <= 2


def test_an_old_level_was_set_up_too_long_ago_to_matter() -> None:
    rng = np.random.default_rng(4)
    values = np.r_[level(4, 55, 0.05, rng), 62 + np.cumsum(0.05 * rng.uniform(0.5, 1.5, 200))]

    assert not len(set_up_until(values[None])[0])
    assert len(set_up_until(values[None, :120])[0]) == 1


def test_the_first_days_are_days_however_far_values_are_apart() -> None:
    weekly = np.full(140, np.nan)
    weekly[::7] = np.r_[5.0, 20.0, 40.0, 60.0, 80.0, 81 + np.arange(15) * 0.3]

    row, _, last = set_up_until(weekly[None])

    assert not len(row) or last[0] <= 10


def test_the_zeros_before_a_level_began_are_not_its_first_days() -> None:
    values = np.r_[np.zeros(40), level(3, 60, 0.05, np.random.default_rng(3))]

    row, first, last = set_up_until(np.stack([values, np.zeros(len(values)), np.full(len(values), np.nan)]))

    assert (row.tolist(), first.tolist(), last.tolist()) == ([0], [40], [43])
