"""One resource of many tenants: what is used, how fast it grew, and what a limit is held against."""

from datetime import date

import numpy as np
import pytest

from outgrow.forecasting import forecast_panel
from outgrow.forecasting.rules import ForecastRules
from outgrow.forecasting.tenants import UseForecast

RULES = ForecastRules(horizon_days=120)
NAN = np.nan


def test_levels_are_told_as_they_are_now_were_and_will_be() -> None:
    steady = np.arange(200.0)
    fallen = np.where(np.arange(200) < 150, 80.0, 20.0)
    young = np.where(np.arange(200) < 170, NAN, 5.0)
    said = UseForecast.of_levels(np.array([steady, fallen, young]), RULES)
    assert said.used.tolist() == said.size.tolist() == said.now.tolist() == [199, 20, 5]
    assert said.before[:2].tolist() == [109, 80]
    assert np.isnan(said.before[2])
    assert said.pace.tolist() == [90, 0, 5]
    assert said.later[0] == pytest.approx(289, rel=0.1)
    assert said.chance.tolist() == [0, 0, 0]


def test_a_short_past_has_no_use_of_90_days_ago() -> None:
    said = UseForecast.of_levels(np.arange(60.0)[None, :], RULES)
    assert np.isnan(said.before).all()
    assert said.pace.tolist() == [59]


def test_orders_are_those_of_the_month_and_of_90_days() -> None:
    busy = np.full(200, 2.0)
    young = np.where(np.arange(200) < 170, NAN, 3.0)
    halved = np.where(np.arange(200) < 110, 4.0, 2.0)
    said = UseForecast.of_orders(np.array([busy, young, halved]), date(2026, 3, 12), RULES)
    assert said.used.tolist() == [24, 36, 24]
    assert said.size.tolist() == said.pace.tolist() == [60, 90, 60]
    assert said.now.tolist() == [180, 90, 180]
    assert said.before[[0, 2]].tolist() == [180, 360]
    assert np.isnan(said.before[1])
    assert said.chance[2] == pytest.approx(np.sqrt(540))
    assert said.later[0] == pytest.approx(180, rel=0.05)


def test_what_is_not_corrected_is_the_engines_own() -> None:
    values = np.cumsum(np.random.default_rng(2).poisson(1.0, (20, 150)), axis=1).astype(np.float64)
    limits = values[:, -1] * 1.3
    told = UseForecast.of_levels(values, RULES).reached(limits, (30, 90))
    assert np.array_equal(told, forecast_panel(values, 120).crossing_at(limits, (30, 90)))


@pytest.mark.parametrize("monthly", [False, True])
def test_fewer_days_ahead_are_the_same_days(monthly: bool) -> None:
    values = np.random.default_rng(3).poisson(4.0, (20, 150)).astype(np.float64)
    said = (
        UseForecast.of_orders(values, date(2026, 3, 12), RULES)
        if monthly
        else UseForecast.of_levels(np.cumsum(values, axis=1), RULES)
    )
    limits = np.maximum(said.size, 1) * 1.2
    assert np.array_equal(said.until(90).reached(limits, (30, 90)), said.reached(limits, (30, 90)))
