"""Backtest: do the forecasts of this platform's own past keep their word?"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date

from outgrow.domain.errors import UsageError
from outgrow.domain.metric import Metric
from outgrow.domain.words import percent
from outgrow.forecasting.backtest import Backtest, MetricBacktest
from outgrow.forecasting.backtest import backtest as run
from outgrow.forecasting.origins import DAYS, BacktestRules
from outgrow.forecasting.totals import flows_of_plain_totals
from outgrow.forecasting.yardsticks import LEAST_SPAN, Yardstick, best_yardstick
from outgrow.service.desk import Desk

EVERY_DAYS = 5
"""Distance of the days from which is forecast: no multiple of seven, so that each weekday has its turn."""
LEAST_HORIZON = 30
"""Days ahead; of a shorter one little could be said."""
KEPT = 0.05
"""A band that holds what it promises, give or take this share, keeps its word."""
JUDGED_BAND = 80
"""The band that is judged, in percent."""
Progress = Callable[[str, int, int], None]
"""Told the step, how much of it is done, and how much there is."""


@dataclass(frozen=True, slots=True)
class BacktestReport:
    """How forecasts from past days compare with what came, on one platform."""

    platform: str
    today: date
    result: Backtest

    @property
    def sentence(self) -> str:
        """Whether the forecasts keep their word."""
        held = self.result.coverage(JUDGED_BAND)
        if held is None:
            return "No metric has enough history for a backtest."
        told = f"The {JUDGED_BAND}% bands held {percent(held)} of what came"
        span = max(_span_days(found) for found in self.result.metrics)
        if span < LEAST_SPAN:
            return f"{told}, in forecasts from {span + 1} {'day' if span == 0 else 'days'}: too few for a verdict."
        off = held - JUDGED_BAND / 100
        return f"{told}{self._as_promised() if abs(off) <= KEPT else self._off(off)}"

    def _off(self, off: float) -> str:
        """The end of the sentence where the bands hold more or less than they promise."""
        better = ", ".join(f"{found.metric.label} ({best.words})" for found, best in self.outdone)
        also = f" Plain yardsticks do better for {better}." if better else ""
        if off < 0:
            return f": they are too narrow, and surprises come more often than they say.{also}"
        less = ", ".join(f"{found.metric.label} ({percent(share)})" for found, share in self.broken)
        but = f" Not so for {less}." if less else ""
        return f": they are wider than they need to be, and the forecasts surer than they say.{but}{also}"

    def _as_promised(self) -> str:
        """The end of the sentence where the bands hold what they promise: of which metrics the forecasts do as well."""
        exceptions = self._exceptions()
        if not exceptions:
            return ": the forecasts keep their word."
        if len(exceptions) == sum(_span_days(found) >= LEAST_SPAN for found in self.result.distinct):
            return f", but the forecasts do not keep their word: {', '.join(exceptions)}."
        return f": the forecasts keep their word. Not so for {', '.join(exceptions)}."

    def _exceptions(self) -> list[str]:
        """Each metric whose forecasts do not keep their word, with what its band held or what does better."""
        why: dict[Metric, list[str]] = {}
        for found, share in self.broken:
            why.setdefault(found.metric, []).append(percent(share))
        for found, best in self.outdone:
            why.setdefault(found.metric, []).append(best.words)
        return [f"{metric.label} ({'; '.join(reasons)})" for metric, reasons in why.items()]

    @property
    def outdone(self) -> list[tuple[MetricBacktest, Yardstick]]:
        """The metrics of which a plain yardstick is better, with the best one, the worst metric first."""
        best = [(found, best_yardstick(found)) for found in self.result.distinct]
        worse = [(found, yardstick) for found, yardstick in best if yardstick is not None and yardstick.better]
        return sorted(worse, key=lambda pair: -pair[1].saved)

    @property
    def broken(self) -> list[tuple[MetricBacktest, float]]:
        """The metrics whose bands held much less than they promised, with what they held, the least first."""
        held = [
            (found, found.coverage(JUDGED_BAND)) for found in self.result.distinct if _span_days(found) >= LEAST_SPAN
        ]
        less = [(m, share) for m, share in held if share is not None and share < JUDGED_BAND / 100 - 2 * KEPT]
        return sorted(less, key=lambda pair: pair[1])


def backtest(
    desk: Desk,
    metrics: Sequence[str] = (),
    every_days: int = EVERY_DAYS,
    horizon_days: int = DAYS[-1],
    progress: Progress | None = None,
) -> BacktestReport:
    """Forecast the platform's metrics again from past days, and compare with what came.

    Args:
        metrics: names or short names; none asks for all of the platform. A month's total is tested as the daily flow
            that it adds up.
        every_days: distance of the days from which is forecast.
        horizon_days: how far ahead is compared.

    Raises:
        UnknownMetricError: there is no such metric.
        UsageError: the distance or the horizon makes no sense.
    """
    if every_days < 1:
        raise UsageError(f"origins {every_days} days apart make no sense", "give at least one day")
    if not LEAST_HORIZON <= horizon_days <= DAYS[-1]:
        raise UsageError(
            f"a backtest over {horizon_days} days cannot be made", f"give {LEAST_HORIZON} to {DAYS[-1]} days"
        )
    asked = [desk.metrics.resolve(name) for name in metrics] or desk.platform_metrics()
    known = desk.forecastables(list({metric.name: metric for metric in asked}.values()))
    histories = [flow or history for history, flow in zip(known, flows_of_plain_totals(known), strict=True)]
    own = desk.config.rules
    rules = BacktestRules(every_days, horizon_days, own.history_days, own.model, own.model_file)
    tell = progress or (lambda _step, _done, _of: None)
    result = run(histories, rules, lambda done, of: tell("forecasting the past", done, of))
    return BacktestReport(desk.code, desk.today, result)


def _span_days(found: MetricBacktest) -> int:
    first, last = found.span
    return (last - first).days
