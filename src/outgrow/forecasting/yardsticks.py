"""Whether a plain yardstick would have forecast a metric's past better than the engine did."""

from dataclasses import dataclass

from outgrow.domain.words import percent
from outgrow.forecasting.backtest import ENDPOINT, ENGINE, LINE, WALK, WEEK, MetricBacktest
from outgrow.forecasting.scoring import JUDGED_DAYS_AHEAD

LEAST_SPAN = 90
"""Days from the first origin to the last without which nothing is judged: forecasts of one season err together."""
WORSE = 0.05
"""The engine is worse than a yardstick from this share of the yardstick's error on."""
NEGLIGIBLE = 0.1
"""And from so many daily changes on: beside the move of a single day, less is no difference."""
WORDS = {
    LINE: "a straight line",
    ENDPOINT: "the endpoint formula",
    WALK: "a random walk",
    WEEK: "the median of the weekday",
}
"""The yardsticks as they are called in a sentence."""


@dataclass(frozen=True, slots=True)
class Yardstick:
    """The best of the plain yardsticks on one metric, beside the engine.

    Attributes:
        days: the days ahead that both are judged by.
        error, engine_error: the mean absolute error of the medians over those days, in mean absolute daily changes.
    """

    name: str
    days: tuple[int, ...]
    error: float
    engine_error: float

    @property
    def better(self) -> bool:
        """The forecasts are worse than it by more than a twentieth."""
        return self.engine_error - self.error > max(WORSE * self.error, NEGLIGIBLE)

    @property
    def saved(self) -> float:
        """The share of the engine's error that it saves; below zero where it adds to it."""
        return 1.0 - self.error / self.engine_error if self.engine_error else 0.0

    @property
    def words(self) -> str:
        """By how much it errs less, as a part of a sentence."""
        return f"{WORDS[self.name]} errs {percent(self.saved)} less"


def best_yardstick(found: MetricBacktest) -> Yardstick | None:
    """The yardstick of the least error, beside the engine; None where too little has come to judge by.

    The score is the mean absolute error in daily changes, of all days ahead up to 90 that are scored. Two of the
    yardsticks know no spread, so that a loss of quantiles would flatter the engine; how wide it is, the bands tell. In
    daily changes, years in which the metric was small count as much as those in which it was large. Far days weigh
    more, as they do for capacity.
    """
    days = tuple(day for day in found.days if day <= JUDGED_DAYS_AHEAD and _span_days(found, day) >= LEAST_SPAN)
    errors = {name: _mean_error(found, name, days) for name in found.said}
    mine = errors.pop(ENGINE)
    known = {name: error for name, error in errors.items() if error is not None}
    if mine is None or not known:
        return None
    best = min(known, key=known.__getitem__)
    return Yardstick(best, days, known[best], mine)


def _span_days(found: MetricBacktest, day: int) -> int:
    """Days between the first and the last origin whose future of so many days ahead is known."""
    came = found.came_at(day)
    return int(came[-1] - came[0]) if len(came) else 0


def _mean_error(found: MetricBacktest, name: str, days: tuple[int, ...]) -> float | None:
    errors = [error for day in days if (error := found.error(name, day, scaled=True)) is not None]
    return sum(errors) / len(errors) if errors else None
