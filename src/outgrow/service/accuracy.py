"""Accuracy: how good the forecasts were that were issued, now that their days have come."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
from numpy.typing import NDArray

from outgrow.domain.forecast import WITHIN_DAYS
from outgrow.domain.issued import DAYS_AHEAD, KEPT_LEVELS, Array
from outgrow.domain.metric import Metric
from outgrow.forecasting import scores
from outgrow.forecasting.panel import MODELS
from outgrow.forecasting.scoring import WINDOW_DAYS, ScoredForecasts, Verdict, crossings, hold_against, judge
from outgrow.service.desk import Desk

BANDS = {50: (0.25, 0.75), 80: (0.1, 0.9), 95: (0.025, 0.975)}
"""The central bands by what they promise to hold, in percent, and the quantiles between which they lie."""
ISSUED = "issued"
"""What was said, by whichever model was asked that day."""


@dataclass(frozen=True, slots=True)
class HorizonScore:
    """How good the forecasts of one day ahead, or of all, were. None where nothing is due or kept.

    Attributes:
        days_ahead: None for all of them together.
        due: forecasts whose day has come and whose value is known.
        mean_absolute_error: of the medians that were issued, in the metric's unit.
        pinball: mean loss over the kept quantiles, in the metric's unit: of what was issued, and of each model.
        coverage: by band, the share of values that the issued band held.
    """

    days_ahead: int | None
    due: int
    mean_absolute_error: float | None
    pinball: dict[str, float | None]
    coverage: dict[int, float | None]


@dataclass(frozen=True, slots=True)
class LimitScore:
    """How good the probabilities were that a limit is reached within so many days.

    Attributes:
        due: probabilities whose day has come.
        brier: mean Brier score, 0 (always right and sure of it) to 1.
        said, came: the mean probability, and the share of limits that were reached.
    """

    within_days: int
    due: int
    brier: float | None
    said: float | None
    came: float | None


@dataclass(frozen=True, slots=True)
class SpanScore:
    """The scores of what came due in some span of time."""

    together: HorizonScore
    horizons: tuple[HorizonScore, ...]
    limits: tuple[LimitScore, ...]


@dataclass(frozen=True, slots=True)
class MetricAccuracy:
    """What was said of one metric, and how it came out.

    Attributes:
        issued: how many forecasts are kept, one a day.
        next_due: the next day that one of them speaks of.
        model, reason: which model is asked now, and why if it is not the usual one.
        verdict: what both models have lost over the last days; decides the model at the next capture.
    """

    metric: Metric
    issued: int
    first_issued: date
    next_due: date | None
    model: str
    reason: str | None
    verdict: Verdict
    recent: SpanScore
    ever: SpanScore


@dataclass(frozen=True, slots=True)
class AccuracyReport:
    """The accuracy of every metric that was asked about and of which something was issued."""

    platform: str
    today: date
    metrics: tuple[MetricAccuracy, ...]

    @property
    def due(self) -> int:
        """How many forecasts, of whatever metric and day ahead, have ever come due."""
        return sum(found.ever.together.due for found in self.metrics)

    @property
    def next_due(self) -> date | None:
        """The next day that a forecast speaks of."""
        return min((found.next_due for found in self.metrics if found.next_due), default=None)


def accuracy(desk: Desk, metrics: Sequence[str] = ()) -> AccuracyReport:
    """Score the forecasts that were issued up to the desk's day by the values that were stored up to it.

    Args:
        metrics: names or short names; all by default.

    Raises:
        UnknownMetricError: there is no such metric.
    """
    asked = [desk.metrics.resolve(name) for name in metrics] or desk.platform_metrics()
    records = desk.store.forecasts(desk.code, desk.today, metrics=[metric.name for metric in asked])
    kept = [metric for metric in dict.fromkeys(asked) if metric.name in records]
    found = [
        _of_metric(desk, hold_against(records[metric.name], history), metric)
        for metric, history in zip(kept, desk.forecastables(kept), strict=True)
    ]
    return AccuracyReport(desk.code, desk.today, tuple(found))


def _of_metric(desk: Desk, outcome: ScoredForecasts, metric: Metric) -> MetricAccuracy:
    ahead = outcome.record.due_on()
    ahead = ahead[ahead > np.datetime64(desk.today, "D")]
    return MetricAccuracy(
        metric=metric,
        issued=len(outcome.record),
        first_issued=outcome.record.issued_on[0].item(),
        next_due=ahead.min().item() if ahead.size else None,
        model=desk.model(metric),
        reason=desk.fallback(metric),
        verdict=judge(outcome, metric, desk.today),
        recent=_of_span(outcome, desk.today - timedelta(days=WINDOW_DAYS - 1)),
        ever=_of_span(outcome, None),
    )


def _of_span(outcome: ScoredForecasts, since: date | None) -> SpanScore:
    due = outcome.due_since(since)
    came = np.where(due, outcome.came, np.nan)
    said = outcome.issued()
    losses = {ISSUED: outcome.loss(said), **{model: outcome.loss(outcome.quantiles(model)) for model in MODELS}}

    def score(days_ahead: int | None, at: slice) -> HorizonScore:
        told = came[:, at]
        return HorizonScore(
            days_ahead,
            int(due[:, at].sum()),
            scores.mean_or_none(scores.absolute_error(told, said[:, KEPT_LEVELS.index(0.5), at])),
            {name: _mean_where(due[:, None, at], loss[:, :, at]) for name, loss in losses.items()},
            {band: _coverage(told, said[:, :, at], *levels) for band, levels in BANDS.items()},
        )

    horizons = tuple(score(days, slice(at, at + 1)) for at, days in enumerate(DAYS_AHEAD))
    return SpanScore(score(None, slice(None)), horizons, _of_limits(outcome, since))


def _of_limits(outcome: ScoredForecasts, since: date | None) -> tuple[LimitScore, ...]:
    reached = crossings(outcome, WITHIN_DAYS)
    said = outcome.record.limit_within
    day = outcome.record.as_of[outcome.record.limit_issue][:, None] + np.array(WITHIN_DAYS)
    due = ~np.isnan(reached) & ~np.isnan(said)
    if since is not None:
        due &= day >= np.datetime64(since, "D")
    brier = scores.brier_score(said, reached)
    return tuple(
        LimitScore(
            days,
            int(mine.sum()),
            scores.mean_or_none(brier[mine, at]),
            scores.mean_or_none(said[mine, at]),
            scores.mean_or_none(reached[mine, at]),
        )
        for at, (days, mine) in enumerate(zip(WITHIN_DAYS, due.T, strict=True))
    )


def _coverage(came: Array, said: Array, low: float, high: float) -> float | None:
    bottom, top = (said[:, KEPT_LEVELS.index(level)] for level in (low, high))
    return scores.mean_or_none(scores.covered(np.where(np.isnan(bottom), np.nan, came), bottom, top))


def _mean_where(chosen: NDArray[np.bool_], values: Array) -> float | None:
    return scores.mean_or_none(np.where(chosen, values, np.nan))
