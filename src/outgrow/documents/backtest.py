"""The document of `outgrow backtest`: what would have been forecast, against what came."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Annotated, Literal, TypedDict, cast

from outgrow.documents.kinds import Day, ModelName, Told, share, significant

if TYPE_CHECKING:
    from outgrow.forecasting.backtest import MetricBacktest, TooShort
    from outgrow.forecasting.scores import ReliabilityBin
    from outgrow.forecasting.yardsticks import Yardstick
    from outgrow.service.backtest import BacktestReport

ByDays = dict[str, float | None]

_FromTo = TypedDict(
    "_FromTo",
    {
        "from": Annotated[float, Told("the lower end of the bin")],
        "to": Annotated[float, Told("its upper end")],
    },
)


class ReliabilityBinDocument(_FromTo):
    """Chances of crossings that lie in one of ten bins."""

    questions: int
    """how many they are"""
    said: float | None
    """what was said on average; null in an empty bin"""
    happened: float | None
    """the share that happened; null in an empty bin"""


class YardstickDocument(TypedDict):
    """The rule of thumb of the least error on a metric."""

    name: str
    """which one it is"""
    days: list[int]
    """the days ahead that it is judged by: up to 90, from forecasts that span at least 90 days"""
    yardstick_error: float
    """the mean `scaled_error` over these days, of the rule of thumb"""
    engine_error: float
    """the same of the forecast"""
    better: bool
    """the rule of thumb errs less, and the forecast more than 5% and more than a tenth of a daily change beyond it: the
    sentence names the metric"""


class ScoresDocument(TypedDict):
    """How good one forecaster was; numbers as keys are days ahead."""

    error: ByDays
    """mean absolute error of the median, in the unit"""
    scaled_error: ByDays
    """the same in mean absolute daily changes of the history"""
    pinball: ByDays
    """mean pinball loss of the quantiles 2.5, 10, 25, 50, 75, 90 and 97.5%, in the unit"""
    brier: float | None
    """Brier score of crossings, of all days ahead"""
    brier_within: ByDays
    """Brier score of crossings within so many days"""


class MetricBacktestDocument(TypedDict):
    """One metric that was tested."""

    metric: str
    """its name"""
    unit: str
    """in which errors are told"""
    daily_flow: str | None
    """of a month's total, the daily metric that was tested in its place; else null"""
    origins: int
    """how many days it was forecast from"""
    first_origin: Day
    """the first of them"""
    last_origin: Day
    """the last of them"""
    crossings: int
    """questions whose limit was reached"""
    coverage: dict[str, float | None]
    """share of what came that the bands held, by what they promise"""
    coverage_by_day: dict[str, ByDays]
    """the same by days ahead: `7`, `14`, `30`, `60`, `90`, `180`, `365`, as far as the horizon goes"""
    skill: dict[str, ByDays]
    """share of the error of each rule of thumb that the forecast saves, by days ahead; below 0 where it adds to it"""
    best_yardstick: YardstickDocument | None
    """the rule of thumb of the least error on this metric; null where the forecasts span fewer than 90 days"""
    calibration_error: float | None
    """mean distance of what was said from what happened, over the bins"""
    forecasters: dict[str, ScoresDocument]
    """scores of the forecast, `engine`, and of the rules of thumb: `straight_line` through 90 days, `endpoint` formula
    of 30 days, `random_walk` with the drift of 90 days; of daily flows also `weekly_median`, of the same weekday of
    eight weeks"""


class LeftOutDocument(TypedDict):
    """A metric with too little history."""

    metric: str
    """its name"""
    status: Literal["insufficient_data"]
    """`insufficient_data`"""
    reason: str
    """the same in words"""
    have: int
    """days known"""
    need: int
    """days needed"""


class BacktestDocument(TypedDict):
    """Whether the forecasts of a platform's own past keep their word; what nothing is known of is null."""

    platform: str
    """code of the platform"""
    as_of: Day
    """the day up to which is looked"""
    every_days: int
    """distance of the days from which was forecast"""
    horizon_days: int
    """days ahead"""
    model: ModelName
    """the model that was asked"""
    sentence: str
    """whether the forecasts keep their word, and of which metrics they do not"""
    coverage: dict[str, float | None]
    """share of what came that the bands held which promise to hold 50, 80 and 95%; the mean over the metrics, in which
    a month's total and its daily flow count once"""
    brier: dict[str, float | None]
    """mean squared distance of the chances of crossings from what came, over the metrics, by forecaster: 0 is perfect,
    1 the worst"""
    calibration_error: float | None
    """mean distance of what was said from what happened, over the bins"""
    reliability: list[ReliabilityBinDocument]
    """chances of crossings in ten bins"""
    metrics: list[MetricBacktestDocument]
    """every metric that was tested"""
    left_out: list[LeftOutDocument]
    """metrics with too little history"""


def backtest_document(report: "BacktestReport") -> BacktestDocument:
    """All metrics together, then each."""
    from outgrow.forecasting.backtest import BANDS, BASELINES, ENGINE
    from outgrow.forecasting.scores import calibration_error

    result, rules = report.result, report.result.rules
    return {
        "platform": report.platform,
        "as_of": report.today.isoformat(),
        "every_days": rules.every_days,
        "horizon_days": rules.horizon_days,
        "model": cast("ModelName", rules.model),
        "sentence": report.sentence,
        "coverage": _shares({band: result.coverage(band) for band in BANDS}),
        "brier": {name: share(result.brier(name)) for name in (ENGINE, *BASELINES)},
        "calibration_error": share(calibration_error(result.reliability())),
        "reliability": [_bin_document(found) for found in result.reliability()],
        "metrics": [_metric_document(found) for found in result.metrics],
        "left_out": [_left_out_document(short) for short in result.too_short],
    }


def _metric_document(found: "MetricBacktest") -> MetricBacktestDocument:
    from outgrow.forecasting.backtest import BANDS
    from outgrow.forecasting.scores import calibration_error
    from outgrow.forecasting.yardsticks import best_yardstick

    metric, (first, last), days = found.metric, found.span, found.days
    best = best_yardstick(found)
    return {
        "metric": metric.name,
        "unit": metric.unit,
        "daily_flow": metric.month_total_of,
        "origins": len(found.origins),
        "first_origin": first.isoformat(),
        "last_origin": last.isoformat(),
        "crossings": int((found.crossed == 1).sum()),
        "coverage": _shares({band: found.coverage(band) for band in BANDS}),
        "coverage_by_day": {str(band): _shares({d: found.coverage(band, d) for d in days}) for band in BANDS},
        "skill": {name: _shares({d: found.skill(name, d) for d in days}) for name in found.baselines},
        "best_yardstick": _yardstick_document(best) if best else None,
        "calibration_error": share(calibration_error(found.reliability())),
        "forecasters": {name: _scores_document(found, name) for name in found.said},
    }


def _scores_document(found: "MetricBacktest", name: str) -> ScoresDocument:
    return {
        "error": {str(d): significant(found.error(name, d)) for d in found.days},
        "scaled_error": {str(d): significant(found.error(name, d, scaled=True)) for d in found.days},
        "pinball": {str(d): significant(found.pinball(name, d)) for d in found.days},
        "brier": share(found.brier(name)),
        "brier_within": _shares({d: found.brier(name, d) for d in found.days}),
    }


def _yardstick_document(best: "Yardstick") -> YardstickDocument:
    return {
        "name": best.name,
        "days": list(best.days),
        "yardstick_error": float(f"{best.error:.6g}"),
        "engine_error": float(f"{best.engine_error:.6g}"),
        "better": best.better,
    }


def _bin_document(found: "ReliabilityBin") -> ReliabilityBinDocument:
    return {
        "from": found.low,
        "to": found.high,
        "questions": found.count,
        "said": share(found.said),
        "happened": share(found.happened),
    }


def _left_out_document(short: "TooShort") -> LeftOutDocument:
    return {
        "metric": short.metric.name,
        "status": "insufficient_data",
        "reason": short.reason,
        "have": short.have,
        "need": short.need,
    }


def _shares(values: Mapping[int, float | None]) -> ByDays:
    return {str(number): share(value) for number, value in values.items()}
