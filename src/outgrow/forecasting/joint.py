"""Joint futures of several metrics: each as its own forecast says, moving together as they did in the past.

A path is one rank for each metric, kept over all days: where a forecast holds a value with probability p, the path of
rank p is. So what the paths say of one metric is what its forecast says, on every day and for every limit; only how
ranks belong together is simulated.
"""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from statistics import NormalDist

import numpy as np
from numpy.typing import NDArray

from outgrow.domain.history import History
from outgrow.domain.metric import Kind
from outgrow.domain.paths import Paths
from outgrow.forecasting.kernels.normal import Array
from outgrow.forecasting.kernels.series import bridge_gaps
from outgrow.forecasting.panel import PanelForecast
from outgrow.forecasting.projection import Projection

N_PATHS = 1000
AT_ONCE = 32
"""Days of all paths that are in the processor's cache together."""
CORRELATED_WEEKS, LEAST_WEEKS = 52, 12
"""Newest weeks whose changes are compared, and the fewest that both metrics have to have."""
UNRELATED_WEEKS = 10.0
"""Weeks' worth of evidence that two metrics move apart, before any is seen."""
FAN = (0.0005, 0.002, 0.005, 0.01, 0.025, *(k / 20 for k in range(1, 20)), 0.975, 0.99, 0.995, 0.998, 0.9995)
"""Quantiles of each day's value between which a path's is found."""
STEPS = tuple(np.geomspace(1e-4, 5.0, 48).tolist())
"""Levels above the current value for which the probability of having been there is asked, besides the limits: as shares
of the way to the highest quantile of `FAN`. They lie close for the first days, whose peaks are near, and reach beyond
the fan, so that no path jumps from there to a far limit.
"""


def simulate_paths(
    projections: Mapping[str, Projection],
    histories: Mapping[str, History],
    limits: Mapping[str, Sequence[float]],
    today: date,
    *,
    n_days: int,
    seed: int,
    n_paths: int = N_PATHS,
) -> Paths:
    """Simulate metrics jointly.

    Ranks of two metrics are correlated as their weekly changes of the last year were (Iman and Conover, A
    distribution-free approach to inducing rank correlation among input variables, 1982). They are drawn evenly
    (Roberts' quasirandom sequence, 2018), so that each metric has every rank exactly once.

    Args:
        projections: by metric.
        histories: the daily values that each rests on, by metric; of a month's total, its daily amounts.
        limits: of each metric, the levels at which the paths are to be exact: P(crossed by a day) is then that of
            `Projection.crossing_cdf` within 1 / n_paths.
        today: the day that paths count from; a projection may rest on an earlier day.
        n_days: how far ahead, at most; less where a projection ends earlier.
        seed: shifts the sequence; the same seed gives the same paths.
    """
    metrics = tuple(projections)
    lags = {name: (today - p.forecast.as_of).days for name, p in projections.items()}
    n_days = min(n_days, *(p.panel.horizon - lags[name] for name, p in projections.items()))
    order = _joint_order(_correlations([histories[name] for name in metrics], today), seed, n_paths)
    inverse = NormalDist().inv_cdf
    scores, wanted = (np.array([inverse(rank) for rank in some]) for some in (FAN, _ranks(n_paths).tolist()))
    views = _Views(projections, limits)
    # Day by day in memory: what is asked of paths goes along their days, and is so asked of all paths at once.
    values, peaks = np.empty((2, len(metrics), n_days, n_paths))
    current = np.array([float(projection.past[-1]) for projection in projections.values()])
    for at, name in enumerate(metrics):
        days = slice(lags[name], lags[name] + n_days)
        levels, reached = views.reached(name)
        fan, reached = views.fans[name][:, days], reached[:, days]
        peak_before = raised_before = np.full(n_paths, -np.inf)
        for part in (slice(begin, begin + AT_ONCE) for begin in range(0, n_days, AT_ONCE)):
            highest, each = _at_ranks(levels, reached[:, part], n_paths), _between(wanted, scores, fan[:, part])
            peak_before = _never_fall(highest, peak_before)
            _raise(highest, each, views.exact[name])
            raised_before = _never_fall(highest, raised_before)
            np.minimum(each, highest, out=each)
            for sorted_, shuffled in ((each, values[at, part]), (highest, peaks[at, part])):
                np.take(sorted_, order[at], axis=1, out=shuffled, mode="clip")  # no place is out of bounds
    return Paths(today, metrics, current, values.transpose(0, 2, 1), peaks.transpose(0, 2, 1))


def joint_ranks(correlations: Array, seed: int, n_paths: int) -> Array:
    """Ranks (n_metrics, n_paths) in (0, 1), each metric's evenly spread, correlated as asked (n_metrics, n_metrics)."""
    return _ranks(n_paths)[_joint_order(correlations, seed, n_paths)]


def _ranks(n_paths: int) -> Array:
    """The middles of as many equal parts of (0, 1), increasing."""
    ranks: Array = (np.arange(n_paths) + 0.5) / n_paths
    return ranks


def _joint_order(correlations: Array, seed: int, n_paths: int) -> NDArray[np.int64]:
    """The place of each path's rank among all, (n_metrics, n_paths)."""
    n = len(correlations)
    golden = 2.0
    for _ in range(60):  # the root of x^(n+1) = x + 1
        golden = (1.0 + golden) ** (1.0 / (n + 1))
    steps = golden ** -np.arange(1.0, n + 1)
    shift = np.random.default_rng(seed).random(n)
    points = (shift[:, None] + steps[:, None] * np.arange(1, n_paths + 1)) % 1.0
    inverse = NormalDist().inv_cdf
    scores = np.array([list(map(inverse, row)) for row in np.clip(points, 1e-9, 1 - 1e-9).tolist()])
    together = np.linalg.cholesky(correlations) @ scores
    order: NDArray[np.int64] = together.argsort(axis=1, kind="stable").argsort(axis=1, kind="stable")
    return order


def _correlations(histories: Sequence[History], today: date) -> Array:
    """Normal-score correlations of the metrics' weekly changes, (n, n), drawn to none where few weeks are known."""
    changes = np.stack([weekly_changes(history, today) for history in histories])
    n = len(changes)
    found = np.eye(n)
    for i in range(n):
        for j in range(i):
            both = ~np.isnan(changes[i]) & ~np.isnan(changes[j])
            weeks = int(both.sum())
            if weeks >= LEAST_WEEKS:
                rank = _rank_correlation(changes[i, both], changes[j, both])
                strength = weeks / (weeks + UNRELATED_WEEKS)
                found[i, j] = found[j, i] = strength * 2.0 * np.sin(np.pi / 6.0 * rank)
    values, vectors = np.linalg.eigh(found)
    mended = (vectors * np.maximum(values, 1e-6)) @ vectors.T  # pairwise estimates need not fit together
    scale = np.sqrt(np.diag(mended))
    result: Array = mended / scale[:, None] / scale[None, :]
    return result


def weekly_changes(history: History, today: date) -> Array:
    """Change of a level over each of the last weeks, or of a flow's weekly amount, (n_weeks,), newest last."""
    days = 7 * (CORRELATED_WEEKS + 1)
    daily = np.full(days + 1, np.nan)
    known = history.between(today - timedelta(days=days), today).to_known()
    if known.known_days:
        end = days + 1 - (today - known.last_day).days
        daily[end - len(known) : end] = bridge_gaps(known.values[None, :])[0]
    if history.metric.kind is Kind.FLOW:
        return np.diff(daily[1:].reshape(-1, 7).sum(axis=1))
    return np.diff(daily[::7])[1:]


def _rank_correlation(a: Array, b: Array) -> float:
    """Spearman's; 0 where one of them never changes."""
    x, y = (_mean_ranks(values) for values in (a, b))
    spread = float(x.std() * y.std())
    return float(((x - x.mean()) * (y - y.mean())).mean()) / spread if spread > 0 else 0.0


def _mean_ranks(values: Array) -> Array:
    """Ranks, equal values sharing their mean."""
    _, inverse, counts = np.unique(values, return_inverse=True, return_counts=True)
    last = np.cumsum(counts)
    ranks: Array = (last - (counts - 1) / 2.0)[inverse]
    return ranks


class _Views:
    """What each metric's forecast says; metrics of one panel are asked together, which costs what one of them costs.

    Attributes:
        fans: by metric, the quantiles `FAN` of each day, (n_levels, horizon).
        steps: by metric, levels above the current value up to what is hardly ever reached, (n_steps,), increasing.
        exact: by metric, its limits above the current value, (n_limits,), increasing.
        chances: by metric, P(at or above each of the limits, then of the steps, by each day), (n, horizon).
    """

    def __init__(self, projections: Mapping[str, Projection], limits: Mapping[str, Sequence[float]]) -> None:
        self.projections = projections
        self.fans: dict[str, Array] = {}
        self.steps: dict[str, Array] = {}
        self.exact: dict[str, Array] = {}
        self.chances: dict[str, Array] = {}
        for name, projection in projections.items():
            current = float(projection.past[-1])
            ahead = {float(limit) for limit in limits.get(name, ()) if current < limit}
            self.exact[name] = np.array(sorted(ahead))
        panels = {id(projection.panel): projection.panel for projection in projections.values()}
        for key, panel in panels.items():
            self._ask(panel, {name: p for name, p in projections.items() if id(p.panel) == key})

    def _ask(self, panel: PanelForecast, members: Mapping[str, Projection]) -> None:
        rows = np.array([projection.row for projection in members.values()])
        for (name, projection), quantiles in zip(members.items(), panel.pick(rows).quantiles(FAN), strict=True):
            fan, current = np.maximum(quantiles, projection.floor), float(projection.past[-1])
            way = max(float(fan[-1].max()) - current, float((fan[-1] - fan[0]).max()))
            self.fans[name], self.steps[name] = fan, current + way * np.array(STEPS)
        days = tuple(range(1, panel.horizon + 1))
        exact, steps = ([levels[name] for name in members] for levels in (self.exact, self.steps))
        # As `Projection.crossing_cdf` asks: every day by itself.
        sure = panel.pick(np.repeat(rows, list(map(len, exact)))).crossing_at(np.concatenate(exact), days)
        loose = panel.pick(np.repeat(rows, len(STEPS))).crossing_cdf(np.concatenate(steps))
        ends = np.cumsum(list(map(len, exact)))[:-1]
        each = zip(np.split(sure, ends), np.split(loose, len(members)), strict=True)
        self.chances |= zip(members, map(np.concatenate, each), strict=True)

    def reached(self, name: str) -> tuple[Array, Array]:
        """Levels, increasing, and the probability of having been at or above each by each day, (n_levels, horizon)."""
        exact, steps, current = self.exact[name], self.steps[name], float(self.projections[name].past[-1])
        kept = np.concatenate([np.full(len(exact), True), (steps > current) & ~np.isin(steps, exact)])
        levels = np.concatenate([[current], np.concatenate([exact, steps])[kept]])
        chances = np.concatenate([np.ones((1, self.chances[name].shape[1])), self.chances[name][kept]])
        order = np.argsort(levels)
        levels, chances, fixed = levels[order], chances[order], np.isin(levels[order], exact)
        # Between limits, whose probabilities are exact, the others may not leave what these leave them.
        at_most = np.minimum.accumulate(np.where(fixed[:, None], chances, 1.0))
        at_least = np.maximum.accumulate(np.where(fixed[:, None], chances, 0.0)[::-1])[::-1]
        return levels, np.minimum.accumulate(np.clip(chances, at_least, at_most))


def _between(wanted: Array, scores: Array, fan: Array) -> Array:
    """What `np.interp` of each day's quantiles (n_scores, n_days) gives at some scores, increasing, (n_days, n)."""
    place = np.clip(np.searchsorted(scores, wanted, side="right") - 1, 0, len(scores) - 2)
    slopes = np.ascontiguousarray((np.diff(fan, axis=0) / np.diff(scores)[:, None]).T)
    daily = np.ascontiguousarray(fan.T)
    result: Array = slopes.take(place, axis=1)
    result *= wanted - scores[place]
    result += daily.take(place, axis=1)
    result[:, wanted < scores[0]], result[:, wanted >= scores[-1]] = daily[:, :1], daily[:, -1:]
    return result


def _raise(peaks: Array, values: Array, limits: Array) -> None:
    """Raise peaks (n_days, n_paths) in place to the values of their days, but below every limit (increasing) ahead.

    Peaks are too coarse for the days on which a value lies above them.
    """
    cap = np.full(peaks.shape, np.inf)
    for limit in limits[::-1]:
        np.copyto(cap, np.nextafter(limit, -np.inf), where=peaks < limit)
    np.minimum(values, cap, out=cap)
    np.maximum(peaks, cap, out=peaks)


def _at_ranks(levels: Array, reached: Array, n_paths: int) -> Array:
    """The highest level that each rank, increasing, has reached as each day tells, (n_days, n_paths)."""
    # Strictly decreasing, so that a rank at or above 1 - P(reached) is at the level or above, and no other.
    falling = np.ascontiguousarray((reached - 1e-12 * np.arange(len(levels))[:, None])[::-1].T)
    # From the largest rank on: places between increasing numbers are found at once.
    left, highest = (1.0 - _ranks(n_paths))[::-1].copy(), levels[::-1].copy()
    result: Array = np.array([np.interp(left, chances, highest) for chances in falling])[:, ::-1]
    return result


def _never_fall(daily: Array, before: Array) -> Array:
    """Raise each day (n_days, n) to the one before, the first to that before it (n,), in place; the last of them."""
    for now in daily:
        before = np.maximum(before, now, out=now)
    return before
