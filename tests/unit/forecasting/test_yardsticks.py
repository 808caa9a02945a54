"""Which plain yardstick is the best on a metric, and whether the engine does worse."""

from dataclasses import replace
from datetime import date

import numpy as np
import pytest

from outgrow.domain.history import OBSERVED, History
from outgrow.domain.metric import PLATFORM, STORAGE_USED_GB
from outgrow.forecasting.backtest import ENGINE, LINE, MetricBacktest, OriginForecasts, backtest
from outgrow.forecasting.origins import BacktestRules
from outgrow.forecasting.yardsticks import Yardstick, best_yardstick


def noisy_line(days: int = 300) -> MetricBacktest:
    """A line with some noise, on which a straight line is hard to beat."""
    values = 1_000 + 2.0 * np.arange(days) + np.random.default_rng(4).normal(0, 3, days)
    history = History(STORAGE_USED_GB, PLATFORM, "main", date(2025, 1, 1), values, np.full(days, OBSERVED, np.int8))
    (found,) = backtest([history], BacktestRules()).metrics
    return found


def with_engine_off_by(found: MetricBacktest, share: float) -> MetricBacktest:
    """The same where the engine says what came, and so much more."""
    said = found.said[ENGINE]
    told = np.broadcast_to((found.actual * (1 + share))[:, None, :], said.quantiles.shape)
    return replace(found, said={**found.said, ENGINE: OriginForecasts(told, said.probability)})


def test_where_the_engine_loses_the_best_yardstick_is_told() -> None:
    best = best_yardstick(with_engine_off_by(noisy_line(), 0.5))

    assert best is not None
    assert (best.name, best.better, best.days) == (LINE, True, (7, 14, 30, 60, 90))
    assert best.saved > 0.5
    assert best.words.startswith("a straight line errs ")


def test_where_it_wins_none_is_better() -> None:
    best = best_yardstick(with_engine_off_by(noisy_line(), 0.0))

    assert best is not None
    assert not best.better
    assert best.engine_error == pytest.approx(0)


@pytest.mark.parametrize(("days", "judged"), [(178, None), (200, (7, 14, 30)), (300, (7, 14, 30, 60, 90))])
def test_days_ahead_of_too_few_origins_are_not_judged_by(days: int, judged: tuple[int, ...] | None) -> None:
    best = best_yardstick(noisy_line(days))

    assert (best and best.days) == judged


@pytest.mark.parametrize(
    ("theirs", "mine", "better"),
    [(10.0, 10.4, False), (10.0, 10.6, True), (0.0, 0.05, False), (0.0, 0.2, True), (0.0, 0.0, False)],
)
def test_a_twentieth_more_or_a_tenth_of_a_daily_change_is_no_loss(theirs: float, mine: float, better: bool) -> None:
    assert Yardstick(LINE, (7,), theirs, mine).better is better
