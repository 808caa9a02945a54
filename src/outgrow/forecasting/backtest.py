"""Forecasts made again on past days, from what was known then, and held against what came."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from functools import partial
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from outgrow.domain.history import History
from outgrow.domain.metric import Kind, Metric
from outgrow.forecasting import scores
from outgrow.forecasting.asked import countable
from outgrow.forecasting.baselines import RandomWalk, WeeklyMedian, endpoint, straight_line
from outgrow.forecasting.faults import find_faults
from outgrow.forecasting.kernels.faults import count_known
from outgrow.forecasting.origins import LEAST_AFTER, LEAST_BEFORE, BacktestRules, Origins
from outgrow.forecasting.panel import forecast_panel, model_asked

Array = NDArray[np.float64]


class Answers(Protocol):
    """What is asked of a forecaster, the engine or a baseline."""

    def quantiles(self, levels: tuple[float, ...]) -> Array:
        """Quantiles of each day's value, (n, n_levels, horizon)."""
        ...

    def crossing_cdf(self, thresholds: Array) -> Array:
        """P(first day at or above the threshold <= d), (n, horizon)."""
        ...


Forecaster = Callable[[Array, int], Answers]
"""Makes a forecast of a panel (n, t), so many days ahead."""
Tell = Callable[[int, int], None]
"""Told how many origins are done, and how many there are."""

LEVELS = (0.025, 0.1, 0.25, 0.5, 0.75, 0.9, 0.975)
BANDS = {50: (0.25, 0.75), 80: (0.1, 0.9), 95: (0.025, 0.975)}
"""The central bands by what they promise to hold, in percent, and the quantiles between which they lie."""
BLOCK = 512
"""Origins that are forecast at a time, so that memory does not grow with the history."""
RELATED_DAYS = 90
"""Forecasts of one metric from within so many days rest on much the same past and meet much the same future."""

ENGINE, LINE, ENDPOINT, WALK, WEEK = "engine", "straight_line", "endpoint", "random_walk", "weekly_median"
BASELINES: dict[str, Forecaster] = {LINE: straight_line, ENDPOINT: endpoint, WALK: RandomWalk.fit}
"""What the engine has to beat, in the order in which it is told."""
FLOW_BASELINES: dict[str, Forecaster] = {WEEK: WeeklyMedian.fit}
"""What it has to beat of flows as well: levels know no weekdays."""


@dataclass(frozen=True, slots=True)
class TooShort:
    """A metric whose history is too short for a single origin; both in known days."""

    metric: Metric
    have: int
    need: int = LEAST_BEFORE + LEAST_AFTER

    @property
    def reason(self) -> str:
        """In words."""
        known = f"{self.have} {'day is' if self.have == 1 else 'days are'} known"
        return f"{known}, a backtest needs {self.need}: {LEAST_BEFORE} to forecast from and {LEAST_AFTER} to compare"


@dataclass(frozen=True, slots=True, eq=False)
class OriginForecasts:
    """What one forecaster said at each origin, of the days that are scored.

    Attributes:
        quantiles: (n, n_levels, n_days).
        probability: (n, n_limits, n_days), that the limit is reached by then; NaN where none is asked about.
    """

    quantiles: Array
    probability: Array

    def rows(self, part: slice) -> "OriginForecasts":
        """Some of the origins."""
        return OriginForecasts(self.quantiles[part], self.probability[part])


@dataclass(frozen=True, slots=True, eq=False)
class MetricBacktest:
    """One metric's forecasts of the past, and what came. A score is None where nothing is known to judge by.

    Attributes:
        days: days ahead, in the order of the arrays' last axis.
        origins: the days from which was forecast.
        said: by forecaster: the engine's and each baseline's.
        actual: (n, n_days) what came; NaN where not known.
        crossed: (n, n_limits, n_days) 1.0 or 0.0, or NaN where it cannot be told.
    """

    metric: Metric
    days: tuple[int, ...]
    origins: Origins
    said: dict[str, OriginForecasts]
    actual: Array
    crossed: Array

    @property
    def baselines(self) -> list[str]:
        """What the engine has to beat of this metric."""
        return [name for name in self.said if name != ENGINE]

    @property
    def span(self) -> tuple[date, date]:
        """The first and the last origin."""
        first, last = self.origins.day[[0, -1]].astype("datetime64[D]").tolist()
        return first, last

    def came_at(self, day: int) -> NDArray[np.int64]:
        """The origins, in days since 1970, of which is known what came so many days ahead."""
        known = ~np.isnan(self.actual[:, self.days.index(day)])
        return self.origins.day[known]

    def error(self, name: str, day: int, scaled: bool = False) -> float | None:
        """The mean absolute error of a forecaster's median so many days ahead, in the unit or in daily changes."""
        at = self.days.index(day)
        error = scores.absolute_error(self.actual[:, at], self.said[name].quantiles[:, LEVELS.index(0.5), at])
        return scores.mean_or_none(error / self.origins.scale if scaled else error)

    def pinball(self, name: str, day: int) -> float | None:
        """The mean pinball loss over all levels so many days ahead, in the metric's unit."""
        at = [self.days.index(day)]
        loss = scores.pinball_loss(self.actual[:, at], self.said[name].quantiles[:, :, at], LEVELS)
        return scores.mean_or_none(loss)

    def skill(self, baseline: str, day: int) -> float | None:
        """The share of a baseline's error that the engine saves so many days ahead; below zero where it adds."""
        mine, theirs = self.error(ENGINE, day), self.error(baseline, day)
        return None if mine is None or not theirs else 1.0 - mine / theirs

    def coverage(self, band: int, day: int | None = None) -> float | None:
        """The share of what came that the engine's band held, so many days ahead or on all days that are scored."""
        at = slice(None) if day is None else [self.days.index(day)]
        low, high = (self.said[ENGINE].quantiles[:, LEVELS.index(level)][:, at] for level in BANDS[band])
        return scores.mean_or_none(scores.covered(self.actual[:, at], low, high))

    def brier(self, name: str, day: int | None = None) -> float | None:
        """The mean Brier score of crossings within so many days, or of all days that are scored, each counting once.

        None of a forecaster that was not asked about this metric.
        """
        if name not in self.said:
            return None
        if day is None:
            return _mean(self.brier(name, each) for each in self.days)
        at = self.days.index(day)
        return scores.mean_or_none(scores.brier_score(self.said[name].probability[:, :, at], self.crossed[:, :, at]))

    def reliability(self, name: str = ENGINE) -> tuple[scores.ReliabilityBin, ...]:
        """Probabilities of crossings in bins, and how often the limit was reached."""
        return _reliability([self], name)


@dataclass(frozen=True, slots=True, eq=False)
class Backtest:
    """All metrics' forecasts of the past, and the metrics that are too young for any."""

    rules: BacktestRules
    metrics: tuple[MetricBacktest, ...]
    too_short: tuple[TooShort, ...]

    @property
    def distinct(self) -> list[MetricBacktest]:
        """The metrics without month totals whose daily flow is among them: one forecast under two names."""
        names = {found.metric.name for found in self.metrics}
        return [found for found in self.metrics if found.metric.month_total_of not in names - {found.metric.name}]

    def coverage(self, band: int) -> float | None:
        """The share of what came that the engine's band held; every metric counts once."""
        return _mean(found.coverage(band) for found in self.distinct)

    def brier(self, name: str) -> float | None:
        """The mean Brier score of crossings; every metric counts once. None where not all were asked about."""
        everywhere = all(name in found.said for found in self.distinct)
        return _mean(found.brier(name) for found in self.distinct) if everywhere else None

    def reliability(self, name: str = ENGINE) -> tuple[scores.ReliabilityBin, ...]:
        """Probabilities of crossings in bins, and how often the limit was reached."""
        return _reliability(self.distinct, name)


def backtest(histories: Sequence[History], rules: BacktestRules, tell: Tell = lambda _done, _of: None) -> Backtest:
    """Forecast every history again from past days, and hold what was said against what came.

    An origin sees at most `rules.history_days` days, none of them after itself.

    Args:
        histories: daily values; for a month's total, of the daily flow that it adds up.
        tell: told of the progress.
    """
    origins = [Origins.of(history, rules) for history in histories]
    total, before = sum(map(len, origins)), 0
    made: dict[int, MetricBacktest] = {}
    for kind in Kind:
        ours = [i for i, history in enumerate(histories) if history.metric.kind is kind and len(origins[i])]
        if not ours:
            continue
        joined = Origins.join([origins[i] for i in ours])
        said = _ask(joined, kind, rules, partial(_tell_more, tell, before, total))
        before += len(joined)
        start = 0
        for i in ours:
            rows = slice(start, start := start + len(origins[i]))
            answers = {name: each.rows(rows) for name, each in said.items()}
            made[i] = _held_against_what_came(histories[i].metric, origins[i], answers, rules.days)
    short = (
        TooShort(h.metric, int(count_known(countable(h.values)))) for i, h in enumerate(histories) if i not in made
    )
    return Backtest(rules, tuple(made[i] for i in sorted(made)), tuple(short))


def _tell_more(tell: Tell, before: int, total: int, done: int) -> None:
    tell(before + done, total)


def _ask(origins: Origins, kind: Kind, rules: BacktestRules, tell: Callable[[int], None]) -> dict[str, OriginForecasts]:
    """Every forecaster's answers at every origin, many rows at a time."""

    def engine(values: Array, horizon: int) -> Answers:
        mended = find_faults(values, kind.value).mended  # as a forecast does; a day's past is all that is looked at
        return forecast_panel(mended, horizon, kind.value, model_asked(rules.model, rules.model_file))

    forecasters = {ENGINE: engine, **BASELINES, **(FLOW_BASELINES if kind is Kind.FLOW else {})}
    said: dict[str, list[OriginForecasts]] = {name: [] for name in forecasters}
    for start in range(0, len(origins), BLOCK):
        past, limits = origins.past[start : start + BLOCK], origins.limits[start : start + BLOCK]
        for name, forecaster in forecasters.items():
            said[name].append(_answers(forecaster(past, rules.days[-1]), past, limits, rules.days))
        tell(start + len(past))
    return {
        name: OriginForecasts(
            np.concatenate([p.quantiles for p in parts]), np.concatenate([p.probability for p in parts])
        )
        for name, parts in said.items()
    }


def _answers(panel: Answers, past: Array, limits: Array, days: tuple[int, ...]) -> OriginForecasts:
    at = np.array(days) - 1
    # Where no limit is asked about, any will do: its answer is thrown away.
    asked = np.where(np.isnan(limits), np.abs(past[:, -1:]) * 2 + 1, limits)
    probability = np.stack([panel.crossing_cdf(limit)[:, at] for limit in asked.T], axis=1)
    probability[np.isnan(limits)] = np.nan
    return OriginForecasts(panel.quantiles(LEVELS)[:, :, at], probability)


def _held_against_what_came(
    metric: Metric, origins: Origins, said: dict[str, OriginForecasts], days: tuple[int, ...]
) -> MetricBacktest:
    return MetricBacktest(metric, days, origins, said, origins.path[:, list(days)], origins.crossed(days))


def _reliability(metrics: Sequence[MetricBacktest], name: str) -> tuple[scores.ReliabilityBin, ...]:
    probability, outcome, group = [np.empty(0)], [np.empty(0)], [np.empty(0, dtype=np.int64)]
    for number, found in enumerate(metrics):
        stretch = found.origins.day // RELATED_DAYS * len(metrics) + number
        probability.append(found.said[name].probability.ravel())
        outcome.append(found.crossed.ravel())
        group.append(np.broadcast_to(stretch[:, None, None], found.crossed.shape).ravel())
    return scores.reliability(np.concatenate(probability), np.concatenate(outcome), np.concatenate(group))


def _mean(values: Iterable[float | None]) -> float | None:
    known = [value for value in values if value is not None]
    return sum(known) / len(known) if known else None
