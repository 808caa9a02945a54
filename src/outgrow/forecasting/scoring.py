"""Scoring: kept forecasts held against what came, and which model has earned to be asked."""

from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
from numpy.typing import NDArray

from outgrow.domain.history import History
from outgrow.domain.issued import DAYS_AHEAD, KEPT_LEVELS, Array, IssuedRecord
from outgrow.domain.metric import Metric
from outgrow.forecasting import scores
from outgrow.forecasting.panel import DRIFT, SHARED
from outgrow.forecasting.totals import month_to_date

WINDOW_DAYS = 90
"""The models are judged by what came due within so many days."""
JUDGED_DAYS_AHEAD = 90
"""And by forecasts of at most so many days ahead. Those of a year ahead that come due within a season have nearly the
whole year in common: they are one event, told many times, and the largest of all errors.
"""
LEAST_ISSUES = 30
"""Forecasts of a metric, one a day, that must have come due by then: fewer are no reason to leave the shared model."""


@dataclass(frozen=True, slots=True, eq=False)
class ScoredForecasts:
    """One metric's kept forecasts and what came.

    Attributes:
        came: the value of each day that is spoken of, (n, n_days_ahead); NaN where the day has not come or its value
            is not known. A forecast is due where it is known.
        path: the metric's daily values, (t,), from `first_day` on.
    """

    record: IssuedRecord
    came: Array
    path: Array
    first_day: date

    def quantiles(self, model: str) -> Array:
        """What a model said, (n, n_levels, n_days_ahead); NaN where it was not kept."""
        found = self.record.quantiles.get(model)
        return np.full((len(self.record), len(KEPT_LEVELS), len(DAYS_AHEAD)), np.nan) if found is None else found

    def issued(self) -> Array:
        """What was said: the quantiles of the model that was asked, (n, n_levels, n_days_ahead)."""
        asked = self.record.models[:, None, None]
        said = np.full((len(self.record), len(KEPT_LEVELS), len(DAYS_AHEAD)), np.nan)
        for model, quantiles in self.record.quantiles.items():
            said = np.where(asked == model, quantiles, said)
        return said

    def loss(self, quantiles: Array) -> Array:
        """Pinball loss in the metric's unit, (n, n_levels, n_days_ahead); NaN where it is not due."""
        return scores.pinball_loss(self.came, quantiles, KEPT_LEVELS)

    def due_since(self, since: date | None) -> NDArray[np.bool_]:
        """Which forecasts have come due, since a day or ever, (n, n_days_ahead)."""
        due = ~np.isnan(self.came)
        return due if since is None else due & (self.record.due_on() >= np.datetime64(since, "D"))


def hold_against(record: IssuedRecord, history: History) -> ScoredForecasts:
    """What came of a record.

    Args:
        history: as for `project`; it ends at the day up to which is scored.
    """
    path = history.values
    if history.metric.month_total_of is not None:
        path = month_to_date(path, history.first_day, history.metric.begins_on)
    at = (record.due_on() - np.datetime64(history.first_day, "D")).astype(np.int64)
    return ScoredForecasts(record, _on(path, at), path, history.first_day)


def _on(path: Array, at: NDArray[np.int64]) -> Array:
    """The values at some indices of a path; NaN outside of it."""
    if not len(path):
        return np.full(at.shape, np.nan)
    inside = (at >= 0) & (at < len(path))
    return np.where(inside, path[np.where(inside, at, 0)], np.nan)


def crossings(outcome: ScoredForecasts, days: tuple[int, ...]) -> Array:
    """Whether each kept limit was reached within so many days of its issue, (m, n_days): 1.0, 0.0, NaN not known."""
    record = outcome.record
    if not len(record.limit_issue):
        return np.empty((0, len(days)))
    start = (record.as_of[record.limit_issue] - np.datetime64(outcome.first_day, "D")).astype(np.int64)
    paths = _on(outcome.path, start[:, None] + np.arange(days[-1] + 1))
    reach = np.full(len(paths), scores.daily_scale(outcome.path[None, :])[0])
    return scores.crossed_by(paths, record.limit_threshold, reach, days)


@dataclass(frozen=True, slots=True)
class Verdict:
    """Which model is to be asked for a metric.

    Attributes:
        issues: forecasts that have come due within the window.
        shared, drift: mean pinball loss of each model over them, in the metric's unit; None where nothing is due.
    """

    metric: Metric
    issues: int = 0
    shared: float | None = None
    drift: float | None = None

    @property
    def model(self) -> str:
        """The shared model, unless enough forecasts have come due by which it loses to the plain drift."""
        if self.issues < LEAST_ISSUES or self.shared is None or self.drift is None:
            return SHARED
        return DRIFT if self.shared > self.drift else SHARED

    @property
    def reason(self) -> str | None:
        """Why the drift is asked, in one sentence; None where the shared model is."""
        if self.model == SHARED:
            return None
        return (
            f"over the last {WINDOW_DAYS} days the shared model was further off than the plain drift (mean loss "
            f"{_short(self.shared)} against {_short(self.drift)} {self.metric.unit}, {self.issues} forecasts), "
            "so the drift is asked until the shared model wins again"
        )


def _short(loss: float | None) -> str:
    """A loss in three digits or, where it is large, without decimals."""
    return "?" if loss is None else f"{loss:,.0f}" if loss >= 100 else f"{loss:.3g}"  # noqa: PLR2004 - three digits


def judge(outcome: ScoredForecasts, metric: Metric, today: date) -> Verdict:
    """Compare both models by all quantiles that have come due within the window."""
    since = today - timedelta(days=WINDOW_DAYS - 1)
    shared, drift = (outcome.loss(outcome.quantiles(model)) for model in (SHARED, DRIFT))
    near = np.array(DAYS_AHEAD) <= JUDGED_DAYS_AHEAD
    due = (outcome.due_since(since) & near)[:, None, :] & ~np.isnan(shared) & ~np.isnan(drift)
    issues = int(due.any(axis=(1, 2)).sum())
    return Verdict(metric, issues, scores.mean_or_none(shared[due]), scores.mean_or_none(drift[due]))
