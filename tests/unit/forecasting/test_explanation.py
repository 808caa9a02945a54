"""The reasons that are read off a forecast are the forecast's."""

from datetime import date, timedelta
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from outgrow.domain.explanation import Cause, Explanation
from outgrow.domain.history import OBSERVED, History
from outgrow.domain.metric import ORDERS_PER_DAY, PLATFORM, TOTAL_ORDERS_MONTH, TOTAL_PRODUCTS, Metric
from outgrow.forecasting.correction import Correction
from outgrow.forecasting.flows import FlowForecast
from outgrow.forecasting.levels import LevelForecast
from outgrow.forecasting.panel import MODELS
from outgrow.forecasting.projection import Projection, project
from outgrow.forecasting.rules import ForecastRules

TODAY = date(2026, 3, 20)
NOISY = 5_000 + np.cumsum(np.random.default_rng(1).normal(6, 20, 300))
each_model = pytest.mark.parametrize("model", MODELS)


def explained(values: Any, metric: Metric = TOTAL_PRODUCTS, **rules: Any) -> tuple[Explanation, Projection]:
    array: NDArray[np.float64] = np.asarray(values, dtype=np.float64)
    first = TODAY - timedelta(days=len(array) - 1)
    history = History(metric, PLATFORM, "main", first, array, np.full(len(array), OBSERVED, np.int8))
    made = project(history, TODAY, ForecastRules(**rules))
    assert isinstance(made, Projection)
    assert made.explanation is not None
    return made.explanation, made


@each_model
def test_a_level_s_paces_are_those_of_its_past_and_its_growth_that_of_the_median(model: str) -> None:
    found, made = explained(NOISY, model=model)
    median = made.forecast.quantile(0.5)

    assert found.model == model
    assert found.paces == {days: pytest.approx((NOISY[-1] - NOISY[-1 - days]) / days) for days in (7, 28, 91)}
    assert found.growth_per_day == {d: pytest.approx((median[d - 1] - NOISY[-1]) / d) for d in (30, 90)}
    assert (found.amounts, found.amounts_ahead) == ({}, {})


@each_model
def test_the_width_is_that_of_the_80_percent_range(model: str) -> None:
    for metric in (TOTAL_PRODUCTS, ORDERS_PER_DAY):
        found, made = explained(NOISY, metric, model=model)
        span = made.forecast.quantile(0.9) - made.forecast.quantile(0.1)

        assert found.width80 == {days: pytest.approx(span[days - 1]) for days in (30, 90)}


def test_a_short_horizon_tells_nothing_beyond_it() -> None:
    found, _ = explained(NOISY, horizon_days=40)

    assert set(found.width80) == set(found.growth_per_day) == {30}


def test_the_plain_drift_s_doubt_is_of_days_and_pace() -> None:
    """The shares are those of sigma^2 90 and (doubt 90)^2; there is one course alone."""
    found, made = explained(NOISY, model="drift")
    assert isinstance(made.panel, LevelForecast)
    c = made.panel.future_of(0)
    days, pace = float(c.sigma[0, 0] ** 2 * 90), float((c.doubt[0, 0] * 90) ** 2)

    assert found.plain_share == 1
    assert found.causes[Cause.DAYS_VARY] == pytest.approx(days / (days + pace), rel=1e-5)
    assert found.causes[Cause.PACE_UNKNOWN] == pytest.approx(pace / (days + pace), rel=1e-5)
    assert found.causes[Cause.COURSES] == pytest.approx(0, abs=1e-9)


@each_model
def test_the_shares_of_the_doubt_sum_to_one(model: str) -> None:
    found, made = explained(NOISY, model=model)
    assert isinstance(made.panel, LevelForecast)

    assert sum(found.causes.values()) == pytest.approx(1)
    assert all(share >= 0 for share in found.causes.values())
    assert found.plain_share == pytest.approx(float(made.panel.future_of(0).weight[0, 0]))
    assert found.steady_share == (0.0 if model == "drift" else pytest.approx(made.panel.future_of(0).weight[-2:].sum()))


def test_a_straight_line_is_the_plain_drift_s() -> None:
    assert explained(100 + np.arange(60.0))[0].plain_share == 1


def test_a_correction_is_told() -> None:
    found, _ = explained(NOISY, correction=Correction(1.25, 7, 11.5))

    assert (found.width, found.correction_series, found.correction_outcomes) == (1.25, 7, 11.5)


@each_model
@pytest.mark.parametrize("metric", [ORDERS_PER_DAY, TOTAL_ORDERS_MONTH], ids=["flow", "month's total"])
def test_a_flow_s_amounts_are_means_of_its_days(model: str, metric: Metric) -> None:
    values = np.random.default_rng(3).poisson(60, 120).astype(float)
    found, made = explained(values, metric, model=model)
    flow = made.panel if isinstance(made.panel, FlowForecast) else made.panel.flow  # type: ignore[attr-defined]

    assert found.amounts == {days: pytest.approx(values[-days:].mean()) for days in (7, 28, 91)}
    assert found.amounts_ahead == {days: pytest.approx(flow.mean[0, :days].mean()) for days in (30, 90)}
    assert (found.paces, found.growth_per_day, found.causes, found.plain_share) == ({}, {}, {}, None)
