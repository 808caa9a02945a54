"""Whether any of several tries reaches a limit."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from outgrow.forecasting.kernels.normal import normal_cdf
from outgrow.forecasting.kernels.tries import BLOCK, KEPT, MONTH_DAYS, any_reached

Array = NDArray[np.float64]
MONTHS = 12


def of_months(away: Array, own: float, lasting: Array) -> Array:
    """A try a day: the chance after each."""
    told = any_reached(away[None, :], np.full((1, len(away)), own), lasting[None, :], np.ones(len(away), dtype=bool))
    return np.asarray(told[0])


@given(st.floats(-2, 3), st.floats(0.01, 3))
def test_tries_that_share_nothing_are_independent(away: float, own: float) -> None:
    told = of_months(np.full(MONTHS, away), own, np.zeros(MONTHS))

    missed = normal_cdf(np.array(away / own))
    np.testing.assert_allclose(told, 1 - missed ** np.arange(1, MONTHS + 1), atol=1e-6)


@given(st.floats(-2, 3), st.floats(0.05, 3))
def test_tries_that_share_a_level_are_little_more_than_one(away: float, lasting: float) -> None:
    """A level that is off is hardly less so within days."""
    told = of_months(np.full(MONTHS, away), 1e-3 * lasting, np.full(MONTHS, lasting))
    one = 1 - normal_cdf(np.array(away / lasting))

    assert told[0] == pytest.approx(one, abs=0.02)
    assert (told >= one - 0.02).all()
    assert told[-1] <= one + 0.2


@given(st.integers(0, 10_000), st.floats(0.01, 0.1), st.floats(0.001, 0.1), st.floats(0, 0.05), st.floats(-0.05, 0.2))
def test_a_level_that_wanders_is_drawn_as_it_is(seed: int, own: float, now: float, step: float, away: float) -> None:
    """Held against thousands of courses: 64 evenly spread ones tell a chance to some points."""
    variance = now**2 + step**2 * np.arange(MONTHS)
    random = np.random.default_rng(seed)
    level, missed, told = np.zeros(4_000), np.ones(4_000), []
    for month, spread in enumerate(np.sqrt(variance)):
        before = np.sqrt(variance[month - 1]) if month else 0.0
        kept = KEPT ** (1 / MONTH_DAYS) * before
        level = level * (kept / before if month else 0.0) + random.standard_normal(4_000) * np.sqrt(spread**2 - kept**2)
        missed = missed * normal_cdf((away - level) / own)
        told.append(1 - missed.mean())

    off = of_months(np.full(MONTHS, away), own, np.sqrt(variance)) - np.array(told)
    assert np.abs(off).max() <= 0.1
    assert np.abs(off).mean() <= 0.05


@given(st.integers(0, 10_000), st.integers(1, 2 * BLOCK + 1))
def test_rows_do_not_know_of_each_other(seed: int, rows: int) -> None:
    random = np.random.default_rng(seed)
    away, own, lasting = random.normal(0.1, 0.2, (rows, 40)), *random.uniform(0.01, 0.2, (2, rows, 40))
    restart = np.arange(40) % 15 == 7
    whole = any_reached(away, own, lasting, restart)
    row = int(random.integers(rows))

    one = slice(row, row + 1)
    alone = any_reached(away[one], own[one], lasting[one], restart)
    np.testing.assert_allclose(alone[0], whole[row], rtol=1e-9, atol=1e-12)


@given(st.integers(0, 10_000))
def test_fewer_days_are_told_the_same_and_a_higher_limit_is_no_likelier(seed: int) -> None:
    random = np.random.default_rng(seed)
    away, own, lasting = random.normal(0.1, 0.2, (3, 40)), *random.uniform(0.01, 0.2, (2, 3, 40))
    restart = np.arange(40) % 15 == 7
    whole = any_reached(away, own, lasting, restart)

    fewer = any_reached(away[:, :20], own[:, :20], lasting[:, :20], restart[:20])
    np.testing.assert_array_equal(fewer, whole[:, :20])
    assert (any_reached(away + 0.05, own, lasting, restart) <= whole + 1e-9).all()
    assert ((whole >= -1e-9) & (whole <= 1 + 1e-9)).all()


def test_no_rows_are_no_chances() -> None:
    none = np.zeros((0, 40))

    assert any_reached(none, none, none, np.zeros(40, dtype=bool)).shape == (0, 40)
