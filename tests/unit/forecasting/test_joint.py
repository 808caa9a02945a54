"""Joint futures: each metric as its own forecast says, together as they moved in the past."""

from collections.abc import Sequence
from datetime import date, timedelta

import numpy as np
import pytest
from numpy.typing import NDArray
from tests.support.growth_panels import flows, levels

from outgrow.domain.history import OBSERVED, History
from outgrow.domain.metric import ORDERS_PER_DAY, PLATFORM, TOTAL_ORDERS_MONTH, Kind, Metric
from outgrow.domain.panel import HistoryPanel
from outgrow.domain.paths import Paths
from outgrow.forecasting.joint import joint_ranks, simulate_paths, weekly_changes
from outgrow.forecasting.projection import ForecastRules, Projection, project_panel

TODAY = date(2026, 11, 22)
RULES = ForecastRules(horizon_days=120)


def history(name: str, values: NDArray[np.float64], metric: Metric | None = None, last: date = TODAY) -> History:
    known = metric or Metric(name, Kind.LEVEL, "things", name)
    provenance = np.full(len(values), OBSERVED, np.int8)
    return History(known, PLATFORM, "main", last - timedelta(days=len(values) - 1), np.asarray(values), provenance)


def projected(histories: Sequence[History]) -> dict[str, Projection]:
    made = project_panel(HistoryPanel.of(histories), [RULES] * len(histories), TODAY)
    assert all(isinstance(each, Projection) for each in made)
    return {one.metric.name: each for one, each in zip(histories, made, strict=True) if isinstance(each, Projection)}


def simulated(histories: Sequence[History], limits: dict[str, list[float]], seed: int = 1) -> Paths:
    named = {one.metric.name: one for one in histories}
    return simulate_paths(projected(histories), named, limits, TODAY, n_days=100, seed=seed, n_paths=500)


def panel() -> list[History]:
    """Eleven levels, two daily flows, one month's total, of which one ends a day early."""
    levels_ = [history(f"m{k}", values) for k, values in enumerate(levels()[:11])]
    busy = flows()[0]
    return [
        *levels_,
        history("orders_per_day", busy[:-1], ORDERS_PER_DAY, TODAY - timedelta(days=1)),
        history("total_orders_month", busy, TOTAL_ORDERS_MONTH),
    ]


def test_what_the_paths_say_of_one_metric_is_what_its_forecast_says() -> None:
    histories = panel()
    made = projected(histories)
    limits = {}
    for name, projection in made.items():
        current, top = projection.past[-1], projection.quantiles((0.99,)).max()
        limits[name] = [
            float(current + share * (max(top, current + 1) - current)) for share in (0.01, 0.1, 0.4, 0.8, 2)
        ]

    paths = simulated(histories, limits)

    for name, projection in made.items():
        lag = (TODAY - projection.forecast.as_of).days
        peaks = paths.of(name)[1]
        for limit in limits[name]:
            alone = projection.crossing_cdf(limit)[lag : lag + paths.n_days]
            together = (peaks >= limit).mean(axis=0)
            assert np.abs(alone - together).max() <= 1 / paths.n_paths, (name, limit)


@pytest.mark.parametrize("far", [(), (1e6, 1e12)])
def test_levels_that_nobody_named_are_reached_about_as_the_forecast_says(far: tuple[float, ...]) -> None:
    histories = panel()
    made = projected(histories)

    paths = simulated(histories, {name: list(far) for name in made})

    for name, projection in made.items():
        lag = (TODAY - projection.forecast.as_of).days
        current, top = float(projection.past[-1]), float(projection.quantiles((0.95,)).max())
        for share in (0.13, 0.37, 0.71) if top > current else ():
            level = current + share * (top - current)
            alone = projection.crossing_cdf(level)[lag : lag + paths.n_days]
            together = (paths.of(name)[1] >= level).mean(axis=0)
            assert np.abs(alone - together).mean() < 0.05, (name, share)
        assert (paths.of(name)[1] < max(far, default=np.inf)).all()


def test_values_on_a_day_are_spread_as_the_forecast_says() -> None:
    histories = panel()
    made = projected(histories)

    paths = simulated(histories, {})

    for name, projection in made.items():
        lag = (TODAY - projection.forecast.as_of).days
        wanted = projection.quantiles((0.1, 0.5, 0.9))[:, lag : lag + paths.n_days]
        values, peaks = paths.of(name)
        found = np.quantile(values, (0.1, 0.5, 0.9), axis=0, method="inverted_cdf")
        spread = np.maximum(wanted[2] - wanted[0], 1e-9 * np.abs(wanted[1]) + 1e-12)
        assert (np.abs(found - wanted) / spread).max() < 0.02, name
        assert (values <= peaks).all()
        assert (np.diff(peaks, axis=1) >= 0).all()
        assert (peaks >= projection.past[-1]).all()


def test_the_same_seed_gives_the_same_paths_and_another_one_other_ones() -> None:
    histories = panel()[:4]

    first, again, other = (simulated(histories, {}, seed) for seed in (3, 3, 4))

    np.testing.assert_array_equal(first.values, again.values)
    np.testing.assert_array_equal(first.peaks, again.peaks)
    assert (first.values != other.values).any()


def test_metrics_that_moved_together_do_so_in_the_paths() -> None:
    random = np.random.default_rng(5)
    days = 380
    shocks, own = random.normal(0, 3, days), random.normal(0, 3, days)
    one = 1000 + np.cumsum(2 + shocks)
    twin, stranger, mirror = 500 + np.cumsum(1 + shocks), 900 + np.cumsum(2 + own), 9000 - np.cumsum(shocks)
    named = {"one": one, "twin": twin, "stranger": stranger, "mirror": mirror}

    paths = simulated([history(name, values) for name, values in named.items()], {})

    ends = {name: paths.of(name)[0][:, -1].argsort().argsort() for name in named}
    correlation = {name: np.corrcoef(ends["one"], ends[name])[0, 1] for name in named}
    assert correlation["twin"] > 0.75
    assert abs(correlation["stranger"]) < 0.3
    assert correlation["mirror"] < -0.75


def test_a_metric_and_its_limits_in_another_unit_change_nothing() -> None:
    values = levels()[:3]
    limits = {"m0": [2000.0, 2500.0], "m1": [50.0], "m2": [600.0]}

    plain = simulated([history(f"m{k}", row) for k, row in enumerate(values)], limits)
    scaled = simulated(
        [history(f"m{k}", 4 * row) for k, row in enumerate(values)],
        {name: [4 * limit for limit in some] for name, some in limits.items()},
    )

    np.testing.assert_array_equal(scaled.values, 4 * plain.values)
    np.testing.assert_array_equal(scaled.peaks, 4 * plain.peaks)


def test_what_does_not_change_has_one_future() -> None:
    paths = simulated([history("still", np.full(200, 7.0)), history("nothing", np.zeros(200))], {"still": [8.0]})

    np.testing.assert_allclose(paths.of("still")[0], 7.0, rtol=1e-3)
    assert (paths.of("nothing")[1] < 1e-90).all()


@pytest.mark.parametrize("correlation", [-0.95, -0.4, 0.0, 0.6, 0.99])
def test_every_metric_has_every_rank_once(correlation: float) -> None:
    ranks = joint_ranks(np.array([[1.0, correlation], [correlation, 1.0]]), seed=2, n_paths=1000)

    for row in ranks:
        np.testing.assert_array_equal(np.sort(row), (np.arange(1000) + 0.5) / 1000)
    spearman = np.asarray(np.corrcoef(ranks))[0, 1]
    assert spearman == pytest.approx(6 / np.pi * np.arcsin(correlation / 2), abs=0.03)


def test_weekly_changes_of_levels_and_of_flows() -> None:
    level = weekly_changes(history("level", np.arange(400.0)), TODAY)
    flow = weekly_changes(history("orders_per_day", np.full(400, 3.0), ORDERS_PER_DAY), TODAY)
    short = weekly_changes(history("short", np.arange(30.0)), TODAY)
    late = weekly_changes(history("late", np.arange(400.0), last=TODAY - timedelta(days=3)), TODAY)

    assert len(level) == len(flow) == len(short) == 52
    assert (level == 7).all()
    assert (flow == 0).all()
    assert np.isnan(short[:-4]).all()
    assert (short[-4:] == 7).all()
    assert np.isnan(late[-1])
    assert (late[:-1] == 7).all()
