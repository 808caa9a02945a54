"""The course of weeks: which lines are seen, how far they are trusted, and what is none."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from outgrow.forecasting.kernels.flow_course import Course, Shape, course
from outgrow.forecasting.kernels.rhythm import QUIET

Array = NDArray[Any]
WEEKS = 52
ROWS = 16
AHEAD = np.array([1.0, 4.0, 13.0, 26.0, 52.0])
NO_CURVE = Shape(np.ones(ROWS), np.zeros((ROWS, 2)))
seeds = st.integers(0, 500)


def of(levels: Array, seed: int = 0, noise: float = 0.01, shape: Shape = NO_CURVE) -> Course:
    """The course of rows that scatter around the same levels, the newest of about 1."""
    scatter = np.random.default_rng(seed).normal(0, noise, (ROWS, WEEKS))
    return course(np.log(levels + QUIET) + scatter, shape, AHEAD, QUIET)


def test_weeks_on_a_line_go_on_along_it() -> None:
    x = np.arange(WEEKS) - WEEKS + 1
    found = of(1 + 0.008 * x)

    np.testing.assert_allclose(found.middle, np.broadcast_to(np.log(1 + 0.008 * AHEAD + QUIET), (ROWS, 5)), atol=0.06)
    assert np.median(found.doubt[:, -1]) < 0.1
    assert found.known.all()


def test_compounding_weeks_compound() -> None:
    x = np.arange(WEEKS) - WEEKS + 1
    found = of(np.exp(0.02 * x), seed=1)

    np.testing.assert_allclose(
        found.middle, np.broadcast_to(np.log(np.exp(0.02 * AHEAD) + QUIET), (ROWS, 5)), atol=0.15
    )


@settings(max_examples=20)
@given(seeds, st.integers(8, 30))
def test_what_has_stopped_growing_or_has_shifted_stays(seed: int, ago: int) -> None:
    x = np.minimum(np.arange(WEEKS) - WEEKS + ago, 0)
    for levels in (1 + 0.012 * x, np.where(np.arange(WEEKS) < WEEKS - ago, 0.5, 1.0)):
        found = of(levels, seed)
        assert np.median(found.middle[:, 2]) == pytest.approx(np.log(1 + QUIET), abs=0.03)


@settings(max_examples=20)
@given(seeds, st.floats(0.004, 0.1))
def test_doubt_grows_with_the_weeks_ahead_and_with_the_scatter(seed: int, noise: float) -> None:
    found, rougher = of(np.ones(WEEKS), seed, noise), of(np.ones(WEEKS), seed, 2 * noise)

    assert (np.diff(found.doubt, axis=1) >= -1e-9).all()
    assert np.median(rougher.doubt[:, 2]) > np.median(found.doubt[:, 2])
    assert np.median(found.scatter) == pytest.approx(noise, rel=0.5)


def test_a_level_that_wanders_is_worth_fewer_weeks_and_more_doubt() -> None:
    moves = np.random.default_rng(2).normal(0, 0.05, (ROWS, WEEKS))
    wandering = course(np.cumsum(moves, axis=1), NO_CURVE, AHEAD, QUIET)
    steady = course(moves, NO_CURVE, AHEAD, QUIET)

    assert np.median(wandering.alone) < 0.7 < np.median(steady.alone)
    assert np.median(wandering.doubt[:, 2]) > 2 * np.median(steady.doubt[:, 2])


def test_errors_of_the_past_make_the_doubt_larger() -> None:
    """A line that turned ten weeks ago could not be told before; one that has always gone on could."""
    x = np.arange(WEEKS) - WEEKS + 1
    straight, turned = of(1 + 0.008 * x), of(1 + 0.008 * np.abs(x + 2))

    assert np.median(turned.doubt[:, 2]) > np.median(straight.doubt[:, 2])


def test_a_wave_of_a_year_is_told_from_lines() -> None:
    x = 2 * np.pi * np.arange(WEEKS) / WEEKS
    wave = of(1 + 0.4 * np.cos(x), shape=Shape(np.full(ROWS, 0.01), np.zeros((ROWS, 2))))
    line = of(1 + 0.008 * (np.arange(WEEKS) - WEEKS + 1), shape=Shape(np.full(ROWS, 0.05), np.zeros((ROWS, 2))))

    assert (wave.waves > 0.5).all()
    assert (wave.curved >= wave.waves).all()
    assert (line.curved < 0.5).all()


def test_a_parabola_is_told_from_lines() -> None:
    x = np.arange(WEEKS) - WEEKS + 1
    bent = of(1 - 0.0003 * x**2, shape=Shape(np.ones(ROWS), np.full((ROWS, 2), 30.0)))

    assert (bent.curved > 0.5).all()
    assert (bent.waves < 0.5).all()


def test_a_few_weeks_have_no_course_and_unknown_weeks_are_left_out() -> None:
    weekly = np.log(1.0 + QUIET) + np.random.default_rng(3).normal(0, 0.01, (ROWS, WEEKS))
    weekly[:, :-5] = np.nan
    holes = weekly.copy()
    holes[:, :-1:2] = 0.3
    few, with_holes = (course(each, NO_CURVE, AHEAD, QUIET) for each in (weekly, holes))

    assert not few.known.any()
    assert with_holes.known.all()
    for found in (few, with_holes, course(np.full((ROWS, WEEKS), np.nan), NO_CURVE, AHEAD, QUIET)):
        assert np.isfinite(found.middle).all()
        assert np.isfinite(found.doubt).all()
