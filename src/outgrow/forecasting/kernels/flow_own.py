"""Where a flow's own past has kept to a course, it decides; elsewhere what was learned from other flows does."""

from typing import NamedTuple

import numpy as np

from outgrow.forecasting.kernels.flow_course import Course, Shape, course
from outgrow.forecasting.kernels.flow_trend import BENT, YEAR_CURVES
from outgrow.forecasting.kernels.normal import Array
from outgrow.forecasting.kernels.ramps import falling, rising
from outgrow.forecasting.kernels.rhythm import QUIET, RANKS, SEASON_KNOTS, Rhythm

LOWER, MIDDLE, UPPER = RANKS.index(0.1), RANKS.index(0.5), RANKS.index(0.9)
"""Where the ends of the 80 % interval and the median stand in `RANKS`."""
WIDTH80 = 2.563
"""Standard deviations between the 10 % and the 90 % quantile of a normal distribution."""
MIDDLE_OF_WEEK, WEEK = 3.0, 7.0
"""Days from the middle of the newest week to the newest day, and of a week."""
APART = (0.4, 0.8)
"""Weeks that are worth less than this part of their number keep to no course; above the second they do."""
WANDERING = (1.2, 2.0)
"""So many times what a week's days make it scatter, squared, is a week's scatter of a flow that keeps to its course,
and of one that wanders: what it leaves for reasons of its own has no law."""
ROUGH = (0.1, 0.3)
"""Scatter of the days of a flow whose course can be told, and of one whose course cannot, as logarithms."""
SEASONAL = 0.4
"""What a wave of a year explains of the variance that was learned, where the days are calm."""
COMMON = 0.7
"""Correlation of the errors of both."""
LEAST_DOUBT = 0.1
"""Least doubt about what was learned, in standard deviations of a day."""
LEAST_SCATTER = 0.2
"""Least share of its scatter that a small day is told to have."""
NOTHING = 1e-9
LANES = 16
"""Rows at a time are a multiple of this."""
AHEAD = (np.array([SEASON_KNOTS[0], *SEASON_KNOTS]) + MIDDLE_OF_WEEK) / WEEK
"""Weeks from the middle of the newest to today, taken as the first day, and to each knot."""


class _Calm(NamedTuple):
    """Flows whose days are calm.

    Attributes:
        own: the course of their weeks.
        around: (n, 7) quantiles of the days around their weeks, as logarithms.
        noise: (n,) their scatter.
        kept: (n,) how far they have kept to the course.
        waves: (n,) how likely they follow a wave of a year.
    """

    own: Course
    around: Array
    noise: Array
    kept: Array
    waves: Array


def with_own_course(learned: Array, exactly: Array, trust: Array, r: Rhythm) -> Array:
    """What was learned beside what goes on exactly, both drawn towards the flow's own course as far as it kept to one.

    What was learned and the course count with the inverse of their variance; that of the course is told by its errors
    in the past.

    Args:
        learned: (n, 7, 1 + n_knots) quantiles `RANKS` of log(share + QUIET), today's as of the first.
        exactly: the same of a flow that keeps to its rhythm exactly.
        trust: (n,) how far the flow is unlike that, and what was learned counts.
    """
    noise = (r.around[:, UPPER] - r.around[:, LOWER]) / WIDTH80
    calm = falling(noise, ROUGH)
    rows = np.flatnonzero(calm > 0)
    result = exactly + trust[:, None, None] * (learned - exactly)
    if len(rows):
        # Sums over a single row would be made in another order.
        filled = np.resize(rows, -(-len(rows) // LANES) * LANES)
        evidence = r.trend.evidence[filled]
        shape = Shape(1.0 - evidence[:, BENT].sum(axis=1), np.sinh(evidence[:, YEAR_CURVES]))
        own = course(r.weekly[filled], shape, AHEAD, QUIET)
        kept = _kept(own, noise[filled], calm[filled])
        waves = np.where(own.known, calm[filled] * own.waves, 0.0)
        drawn = _drawn(learned[filled], _Calm(own, r.around[filled], noise[filled], kept, waves))
        # Days that keep to a rhythm may do so along any line: the course tells where it leads.
        line = exactly[filled]
        line = line + (kept[:, None] * (own.middle + r.around[filled, MIDDLE, None] - line[:, MIDDLE]))[:, None]
        result[rows] = (line + trust[filled, None, None] * (drawn - line))[: len(rows)]
    return result


def _kept(own: Course, noise: Array, calm: Array) -> Array:
    """How far calm flows have kept to their course, (n,)."""
    steady = rising(own.alone, APART) * falling(own.scatter**2 * WEEK / (noise**2 + NOTHING), WANDERING)
    result: Array = np.where(own.known, calm * (1.0 - own.curved) * steady, 0.0)
    return result


def _drawn(learned: Array, calm: _Calm) -> Array:
    """What was learned, drawn towards the course."""
    own, around, noise, kept, waves = calm
    # Beside `QUIET` small days scatter less, as the logarithm tells it; the scatter of the days so far is told at 1.
    small = np.clip((1.0 - QUIET * np.exp(-own.middle)) * (1.0 + QUIET), LEAST_SCATTER, 1.0 + QUIET)
    day = (noise[:, None] * small) ** 2 + NOTHING
    middle = learned[:, MIDDLE]
    learned_doubt = ((learned[:, UPPER] - learned[:, LOWER]) / WIDTH80) ** 2 - day
    learned_doubt = np.maximum(learned_doubt, LEAST_DOUBT**2 * day)
    own_doubt = own.doubt**2
    share = kept[:, None] * learned_doubt / (learned_doubt + own_doubt)
    rest = 1.0 - share
    both = 2.0 * COMMON * rest * share * np.sqrt(learned_doubt * own_doubt)
    most = learned_doubt * (1.0 - SEASONAL * waves)[:, None]
    doubt = np.minimum(rest**2 * learned_doubt + share**2 * own_doubt + both, most)
    others = (learned - middle[:, None]) / np.sqrt(day + learned_doubt)[:, None]
    days = (around - around[:, MIDDLE : MIDDLE + 1])[:, :, None] / np.sqrt(noise**2 + NOTHING)[:, None, None]
    # Tails, too, are those of others or of its own days.
    shape = days + rest[:, None] ** 2 * (others - days)
    drawn = middle + share * (own.middle + around[:, MIDDLE, None] - middle)
    result: Array = drawn[:, None] + shape * np.sqrt(day + doubt)[:, None]
    return result
