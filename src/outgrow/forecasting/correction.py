"""What the platform's own past says of the width of its forecasts, drawn to no correction while there is little."""

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import NormalDist

import numpy as np

from outgrow.domain.metric import Kind
from outgrow.forecasting.kernels.normal import Array
from outgrow.forecasting.levels import LevelForecast
from outgrow.forecasting.model import SharedModel

SPACING = 28
"""Days between the days from which the past is forecast."""
LEAST_PAST = 60
"""Days of history that such a day has before it."""
AHEAD = (28, 84)
"""Days ahead on which those forecasts are held against what came."""
LEAST_SERIES = 3
"""Fewer series say nothing of the platform."""
ALIKE = 0.3
"""How far the series of a platform move together: many of them are less evidence than as many strangers."""
PRIOR = 30.0
"""Independent outcomes in favour of no correction: the shared model's own evidence."""
FARTHEST = 3.0
"""Normal score beyond which an outcome is a fault of the data rather than of the width."""
NARROWEST, WIDEST = 0.5, 2.0
"""Bounds of the correction."""
HISTORY = 400


@dataclass(frozen=True, slots=True)
class Correction:
    """How much wider the platform's bands are made than the shared model's.

    Attributes:
        width: factor of every band's width, 1.0 for none.
        series: how many of the platform's series it was learned from.
        outcomes: how many independent outcomes they amount to.
    """

    width: float = 1.0
    series: int = 0
    outcomes: float = 0.0


NO_CORRECTION = Correction()


def learn_correction(series: Sequence[tuple[Array, Kind]], model: SharedModel) -> Correction:
    """Forecast the platform's past from days every four weeks, and see how far what came lay from the middle.

    The normal scores of the outcomes' ranks have a variance of 1 where the width is right (Dawid 1984); it is
    averaged with `PRIOR` outcomes of variance 1.

    Args:
        series: daily values (n_days,) of each level or counter, newest last, with its kind; flows are left out.
    """
    squares, weights, used = 0.0, 0.0, 0
    windows = [_windows(values) for values, kind in series if kind is not Kind.FLOW]
    windows = [(past, later) for past, later in windows if len(past)]
    if len(windows) < LEAST_SERIES:
        return NO_CORRECTION
    later = np.concatenate([later for _, later in windows])
    pasts = np.concatenate([past for past, _ in windows])
    panel = LevelForecast.fit(pasts, max(AHEAD), Kind.LEVEL, model.level)
    moved = np.fmax.reduce(pasts, axis=1) > np.fmin.reduce(pasts, axis=1)
    for k, day in enumerate(AHEAD):
        rank = panel.below(later[:, k], day)
        there = ~np.isnan(rank) & moved
        score = np.array([NormalDist().inv_cdf(r) for r in np.clip(rank[there], 1e-6, 1 - 1e-6)])
        weight = min(1.0, SPACING / day)
        squares += weight * float((np.clip(score, -FARTHEST, FARTHEST) ** 2).sum())
        weights += weight * float(there.sum())
    used = len(windows)
    if weights == 0:
        return NO_CORRECTION
    outcomes = weights / len(AHEAD) / (1.0 + ALIKE * (used - 1))
    width = np.sqrt((outcomes * squares / weights + PRIOR) / (outcomes + PRIOR))
    return Correction(float(np.clip(width, NARROWEST, WIDEST)), used, outcomes)


def _windows(values: Array) -> tuple[Array, Array]:
    """Pasts (n, 400) up to each of the days, and the values `AHEAD` of them, (n, n_ahead), NaN where unknown."""
    known = np.flatnonzero(~np.isnan(values))
    if not len(known):
        return np.empty((0, HISTORY)), np.empty((0, len(AHEAD)))
    ends = np.arange(len(values) - AHEAD[0] - 1, known[0] + LEAST_PAST, -SPACING)
    ends = ends[~np.isnan(values[ends])]
    past = np.full((len(ends), HISTORY), np.nan)
    for row, end in zip(past, ends, strict=True):
        part = values[max(0, end + 1 - HISTORY) : end + 1]
        row[HISTORY - len(part) :] = part
    longer = np.concatenate([values, np.full(max(AHEAD), np.nan)])
    return past, longer[ends[:, None] + np.array(AHEAD)]
