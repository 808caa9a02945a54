"""Scores of crossing probabilities and of quantiles, each averaged within an entity first and then over entities."""

import math
from collections.abc import Callable
from typing import Any

import numpy as np
from benchmarks.daily import Questions, entity_of
from numpy.typing import NDArray

Array = NDArray[np.float64]

DAYS = (7, 14, 30, 60, 90, 180, 365)
"""Days ahead on which a crossing's probability is held against what came."""
LEVELS = (0.025, 0.1, 0.5, 0.9, 0.975)
"""Quantiles that levels are scored by: the median, and the 80 % and 95 % intervals."""
HORIZONS = (30, 90, 180)
"""Days ahead over which levels are scored, each from the first."""
LEAST_SEEN = 0.6
"""Share of a window's future that has to be observed for its levels to be scored."""
DRAWS = 2000
"""Resamplings of the entities."""


def brier(questions: Questions, cdf: Array) -> Array:
    """Squared errors of P(reached by day d), (n_entities, n_days of DAYS), NaN where nothing is known.

    A question counts on a day when the series was watched until then and it is known whether the limit was reached.

    Args:
        questions: n of them.
        cdf: (n, horizon of 365 or more).
    """
    columns = []
    for day in DAYS:
        reached = questions.reached <= day
        known = (questions.observed >= day) & (reached | ~(questions.not_before <= day))
        error = (cdf[:, day - 1] - reached) ** 2
        columns.append(within_entities(questions.name, np.where(known, error, np.nan)))
    return np.stack(columns, axis=1)


def calibration_error(questions: Questions, cdf: Array) -> float:
    """Mean distance of the promised from the seen frequency over ten bins of probability, all of DAYS together."""
    promised, seen = [], []
    for day in DAYS:
        reached = questions.reached <= day
        known = (questions.observed >= day) & (reached | ~(questions.not_before <= day))
        promised.append(cdf[known, day - 1])
        seen.append(reached[known].astype(np.float64))
    p, y = np.concatenate(promised), np.concatenate(seen)
    tenth = np.clip((p * 10).astype(int), 0, 9)
    gap = np.bincount(tenth, p - y, minlength=10)
    return float(np.abs(gap).sum() / len(p))


def pinball(names: NDArray[np.str_], histories: Array, futures: Array, quantiles: Array) -> Array:
    """Mean pinball loss over LEVELS, doubled, in mean daily changes, (n_entities, n_horizons of HORIZONS).

    Args:
        names: (n,) series of each window.
        histories: (n, t), futures: (n, h): NaN where not observed.
        quantiles: (n, n_levels, h or more).
    """
    futures = futures[:, : max(HORIZONS)]
    change, level = mean_seen(np.abs(np.diff(histories)), axis=1), mean_seen(np.abs(histories), axis=1)
    scale = np.fmax(change, 1e-3 * level + 1e-9)  # without two days in a row, a thousandth of the level
    tau = np.array(LEVELS)[:, None]
    error = futures[:, None, :] - quantiles[:, :, : futures.shape[1]]
    loss = (2 * np.maximum(tau * error, (tau - 1) * error)).mean(axis=1) / scale[:, None]
    enough = (~np.isnan(futures)).mean(axis=1) >= LEAST_SEEN
    columns = []
    for horizon in HORIZONS:
        means = mean_seen(loss[:, :horizon], axis=1)
        columns.append(within_entities(names, np.where(enough, means, np.nan)))
    return np.stack(columns, axis=1)


def coverage(names: NDArray[np.str_], futures: Array, quantiles: Array) -> float:
    """Share of the days of the longest horizon inside the 80 % interval."""
    futures = futures[:, : max(HORIZONS)]
    low, high = (quantiles[:, LEVELS.index(level), : futures.shape[1]] for level in (0.1, 0.9))
    seen = ~np.isnan(futures)
    enough = seen.mean(axis=1) >= LEAST_SEEN
    inside = mean_seen(np.where(seen, (futures >= low) & (futures <= high), np.nan), axis=1)
    return float(mean_seen(within_entities(names, np.where(enough, inside, np.nan))))


def mean_seen(values: Array, axis: int | None = None) -> Array:
    """Mean of what is not NaN; NaN where nothing is."""
    seen = ~np.isnan(values)
    count = seen.sum(axis=axis)
    return np.where(count > 0, np.where(seen, values, 0.0).sum(axis=axis) / np.maximum(count, 1), np.nan)


def within_entities(names: NDArray[np.str_], scores: Array) -> Array:
    """Mean score of each entity, (n_entities,) in the order of their names; NaN for one without any."""
    _, number = np.unique([entity_of(name) for name in names.tolist()], return_inverse=True)
    known = ~np.isnan(scores)
    total = np.bincount(number, np.where(known, scores, 0.0))
    count = np.bincount(number, known.astype(np.float64))
    return np.where(count > 0, total / np.maximum(count, 1), np.nan)


def brier_skill(scores: Array, reference: Array) -> float:
    """1 - mean Brier score / that of a reference, from (n_entities, n_days) each; NaN if the reference never errs."""
    ours, theirs = (float(mean_seen(mean_seen(each, axis=0))) for each in (scores, reference))
    return 1 - ours / theirs if theirs > 0 else float("nan")


def pinball_skill(scores: Array, reference: Array) -> float:
    """1 - geometric mean over entities of pinball loss / that of a reference, from (n_entities, n_horizons) each."""
    ratio = np.log((scores + 1e-6) / (reference + 1e-6))
    return float(1 - np.exp(mean_seen(mean_seen(ratio, axis=1))))


def interval(n_entities: int, statistic: Callable[[NDArray[np.int64]], float], seed: int) -> tuple[float, float]:
    """95 % interval of a statistic of the entities with these numbers, from resampling them with replacement.

    Resamplings for which the statistic is NaN do not count.
    """
    draws = np.random.default_rng(seed).integers(0, n_entities, (DRAWS, n_entities))
    low, high = np.nanquantile([statistic(draw) for draw in draws], (0.025, 0.975))
    return float(low), float(high)


def for_json(document: Any) -> Any:  # noqa: ANN401
    """The same document with null for NaN and infinity, which JSON does not know."""
    if isinstance(document, dict):
        return {key: for_json(value) for key, value in document.items()}
    if isinstance(document, list):
        return [for_json(value) for value in document]
    return None if isinstance(document, float) and not math.isfinite(document) else document
