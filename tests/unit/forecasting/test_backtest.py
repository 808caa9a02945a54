"""Answers at rolling origins, and how they are held against what came."""

import math
from dataclasses import replace
from datetime import timedelta
from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from tests.support.backtests import FIRST, WALKS, Array, history, one, places, walk

from outgrow.domain.history import History
from outgrow.domain.metric import (
    ACTIVE_STORES,
    ORDERS_PER_DAY,
    STORAGE_USED_GB,
    TOTAL_ORDERS_MONTH,
    TOTAL_SUBSCRIPTIONS,
    Metric,
)
from outgrow.forecasting import backtest as module
from outgrow.forecasting import origins as origins_module
from outgrow.forecasting.backtest import BANDS, BASELINES, ENGINE, LEVELS, LINE, Backtest, backtest
from outgrow.forecasting.origins import FACTORS, BacktestRules
from outgrow.forecasting.panel import PanelForecast, forecast_panel

FORECASTERS = (ENGINE, *BASELINES)


def answers(result: Backtest, until: int) -> dict[tuple[str, int, str], tuple[list[Any], ...]]:
    """Everything that was said at origins up to a place, by metric, place and forecaster."""
    return {
        (found.metric.name, place, name): (
            np.nan_to_num(found.origins.limits[row], nan=-1).tolist(),
            said.quantiles[row].tolist(),
            np.nan_to_num(said.probability[row], nan=-1).tolist(),
        )
        for found in result.metrics
        for row, place in enumerate(places(found))
        for name, said in found.said.items()
        if place <= until
    }


class TestNoLookAhead:
    FROM = 200

    def changed(self, seed: int) -> tuple[list[History], list[History]]:
        """Histories of every kind, and the same with another future after a day."""
        pasts = [walk(metric, gaps=0.1, seed=seed) for metric in WALKS]
        futures = [replace(past, values=past.values.copy()) for past in pasts]
        for future in futures:
            future.values[self.FROM + 1 :] *= 3.7
        return pasts, futures

    @settings(max_examples=5)
    @given(st.integers(0, 100))
    def test_another_future_leaves_every_answer_before_it_as_it_was(self, seed: int) -> None:
        one, other = (answers(backtest(h, BacktestRules()), self.FROM) for h in self.changed(seed))

        assert len(one) > 100
        assert one == other

    def test_what_is_not_there_yet_changes_nothing_either(self) -> None:
        whole = [walk(metric, gaps=0.1) for metric in WALKS]
        cut = [past.between(None, FIRST + timedelta(days=self.FROM)) for past in whole]
        one, other = (answers(backtest(h, BacktestRules(every_days=1)), self.FROM) for h in (whole, cut))
        both = one.keys() & other.keys()

        assert len(both) > 400
        assert {key: one[key] for key in both} == {key: other[key] for key in both}

    @pytest.mark.parametrize("days", [1, 7])
    def test_an_origin_that_sees_a_day_too_much_is_caught(self, monkeypatch: pytest.MonkeyPatch, days: int) -> None:
        honest = origins_module._windows

        def peeking(values: Array, at: NDArray[np.int64], before: int, after: int) -> Array:
            return honest(values, at + (days if before else 0), before, after)

        monkeypatch.setattr(origins_module, "_windows", peeking)
        one, other = (answers(backtest(h, BacktestRules(every_days=1)), self.FROM) for h in self.changed(1))

        assert one != other


class TestAgainstALoop:
    """Every score again, one origin after the other, from the histories themselves."""

    HORIZON = 90

    @pytest.mark.parametrize("metric", WALKS, ids=lambda metric: metric.name)
    def test_errors_and_coverage_are_those_of_forecasts_made_one_by_one(self, metric: Metric) -> None:
        past = walk(metric, 260, gaps=0.05)
        found = one(past, every_days=23, horizon_days=self.HORIZON)
        errors: list[float] = []
        inside: dict[int, list[bool]] = {band: [] for band in BANDS}
        for place in places(found):
            quantiles = self.forecast(past, place).quantiles(LEVELS)[0]
            for day in found.days:
                came = float(past.values[place + day]) if place + day < len(past) else math.nan
                if math.isnan(came):
                    continue
                low95, low80, low50, middle, high50, high80, high95 = quantiles[:, day - 1]
                for band, low, high in ((50, low50, high50), (80, low80, high80), (95, low95, high95)):
                    inside[band].append(low <= came <= high)
                errors += [abs(came - middle)] * (day == 30)

        assert found.error(ENGINE, 30) == pytest.approx(np.mean(errors))
        for band in BANDS:
            assert found.coverage(band) == pytest.approx(np.mean(inside[band]))

    @pytest.mark.parametrize("metric", WALKS, ids=lambda metric: metric.name)
    def test_brier_scores_are_those_of_questions_asked_one_by_one(self, metric: Metric) -> None:
        past = walk(metric, 260, gaps=0.05)
        found = one(past, every_days=23, horizon_days=self.HORIZON)
        scores: dict[int, list[float]] = {day: [] for day in found.days}
        for row, place in enumerate(places(found)):
            panel = self.forecast(past, place)
            for limit in found.origins.limits[row][~np.isnan(found.origins.limits[row])]:
                said = panel.crossing_cdf(np.array([limit]))[0]
                for day in found.days:
                    came = self.crossed(past, place, float(limit), day, float(found.origins.scale[row]))
                    scores[day] += [] if came is None else [(said[day - 1] - came) ** 2]

        for day in found.days:
            assert found.brier(ENGINE, day) == pytest.approx(np.mean(scores[day]) if scores[day] else None)
        assert found.brier(ENGINE) == pytest.approx(np.mean([np.mean(each) for each in scores.values() if each]))

    def forecast(self, past: History, place: int) -> PanelForecast:
        return forecast_panel(past.values[None, : place + 1], self.HORIZON, past.metric.kind)

    def crossed(self, past: History, place: int, limit: float, day: int, reach: float) -> bool | None:
        """Whether the limit was reached by then; None where a gap or the end of the data hides it."""
        values = past.values[place : place + self.HORIZON + 1]
        known = [at for at in range(len(values)) if not math.isnan(values[at])]
        if known[-1] < day:
            return None
        if any(values[at] >= limit for at in known if at <= day):
            return True
        for a, b in pairwise(known):
            if b > a + 1 and a < day and max(values[a], values[b]) + reach * (b - a - 1) >= limit:
                return None
        return False

    def test_many_origins_at_a_time_say_the_same_as_few(self, monkeypatch: pytest.MonkeyPatch) -> None:
        pasts = [walk(metric, gaps=0.05) for metric in WALKS]
        whole = answers(backtest(pasts, BacktestRules()), 10_000)
        monkeypatch.setattr(module, "BLOCK", 7)

        for key, in_parts in answers(backtest(pasts, BacktestRules()), 10_000).items():
            for a, b in zip(whole[key], in_parts, strict=True):
                np.testing.assert_allclose(a, b, rtol=1e-9)

    def test_the_panel_is_asked_once_for_all_metrics_of_a_kind(self, monkeypatch: pytest.MonkeyPatch) -> None:
        asked: list[tuple[int, str, str]] = []

        def counting(values: Array, horizon: int, kind: str, model: str) -> Any:
            asked.append((len(values), kind, model))
            return forecast_panel(values, horizon, kind, model)

        monkeypatch.setattr(module, "forecast_panel", counting)
        result = backtest([walk(metric) for metric in WALKS], BacktestRules(model="drift"))
        rows = {found.metric: len(found.origins) for found in result.metrics}

        assert sorted(asked) == sorted([
            (rows[ACTIVE_STORES] + rows[STORAGE_USED_GB], "level", "drift"),
            (rows[TOTAL_SUBSCRIPTIONS], "cumulative", "drift"),
            (rows[ORDERS_PER_DAY], "flow", "drift"),
        ])  # fmt: skip


class TestScores:
    def test_a_straight_line_is_forecast_without_error(self) -> None:
        found = one(history(1_000 + 2.5 * np.arange(300), STORAGE_USED_GB))

        for name in (LINE, "random_walk"):
            for day in (7, 30, 90):
                assert found.error(name, day) == pytest.approx(0, abs=1e-6)
                assert found.error(name, day, scaled=True) == pytest.approx(0, abs=1e-6)
                assert found.pinball(name, day) == pytest.approx(0, abs=1e-3)
            assert found.brier(name) == pytest.approx(0, abs=1e-6)
        endpoint = found.error("endpoint", 30)
        assert endpoint is not None
        assert endpoint > 1

    def test_skill_is_the_share_of_the_error_that_is_saved(self) -> None:
        found = one(walk(STORAGE_USED_GB))
        mine, theirs = found.error(ENGINE, 30), found.error(LINE, 30)

        assert mine is not None
        assert theirs is not None
        assert found.skill(LINE, 30) == pytest.approx((theirs - mine) / theirs)

    def test_against_no_error_there_is_no_skill(self) -> None:
        assert one(history(np.full(200, 7.0))).skill(LINE, 30) is None

    def test_days_that_nobody_lived_to_see_are_none(self) -> None:
        found = one(walk(ACTIVE_STORES, 140))

        assert found.error(ENGINE, 30) is not None
        assert found.error(ENGINE, 90) is None is found.coverage(80, 90)
        assert found.brier(ENGINE, 90) is None is found.skill(LINE, 90)
        assert found.brier(ENGINE) is not None

    def test_a_horizon_leaves_out_what_lies_beyond(self) -> None:
        assert one(walk(ACTIVE_STORES), horizon_days=100).days == (7, 14, 30, 60, 90)

    @settings(max_examples=20)
    @given(st.sampled_from(list(WALKS)), st.integers(0, 10_000), st.sampled_from([0.0, 0.1, 0.4]))
    def test_shares_and_scores_lie_between_0_and_1(self, metric: Metric, seed: int, gaps: float) -> None:
        result = backtest([walk(metric, 260, seed, gaps)], BacktestRules(every_days=9))
        found = result.metrics[0]
        told = [
            *(found.coverage(band) for band in BANDS),
            *(found.coverage(band, day) for band in BANDS for day in found.days),
            *(found.brier(name) for name in FORECASTERS),
            *(result.brier(name) for name in FORECASTERS),
            *(share for b in result.reliability() for share in (b.said, b.happened)),
        ]

        assert all(share is None or 0 <= share <= 1 for share in told)
        fifty, eighty, most = (found.coverage(band) for band in BANDS)
        assert fifty is not None
        assert eighty is not None
        assert most is not None
        assert fifty <= eighty <= most


class TestTogether:
    def test_every_metric_counts_once_and_a_flow_under_two_names_is_one(self) -> None:
        flow = walk(ORDERS_PER_DAY)
        total = replace(flow, metric=TOTAL_ORDERS_MONTH)
        stores = walk(ACTIVE_STORES, 200)
        result = backtest([stores, flow, total], BacktestRules())

        assert [found.metric for found in result.metrics] == [ACTIVE_STORES, ORDERS_PER_DAY, TOTAL_ORDERS_MONTH]
        assert result.metrics[1].error(ENGINE, 30) == result.metrics[2].error(ENGINE, 30)
        assert [found.metric for found in result.distinct] == [ACTIVE_STORES, ORDERS_PER_DAY]
        each = [found.coverage(80) for found in result.distinct]
        assert result.coverage(80) == pytest.approx(np.mean([share for share in each if share is not None]))
        assert [found.metric for found in backtest([total], BacktestRules()).distinct] == [TOTAL_ORDERS_MONTH]

    def test_all_that_can_be_judged_is_in_the_bins(self) -> None:
        result = backtest([walk(metric) for metric in WALKS], BacktestRules())
        bins = result.reliability()
        judged = sum(int((~np.isnan(found.crossed)).sum()) for found in result.metrics)

        assert sum(found.count for found in bins) == judged > 1_000
        assert sum(b.count for found in result.metrics for b in found.reliability()) == judged
        for at, found in enumerate(bins):
            stretches = {
                (metric, int(each.origins.day[row]) // 90)
                for metric, each in enumerate(result.metrics)
                for row, limit, day in zip(*np.nonzero(~np.isnan(each.crossed)), strict=True)
                if min(int(each.said[ENGINE].probability[row, limit, day] * 10), 9) == at
            }
            assert found.groups == len(stretches)
        assert len(FACTORS) == result.metrics[0].crossed.shape[1]

    def test_nothing_at_all_is_a_result_too(self) -> None:
        result = backtest([], BacktestRules())

        assert (result.metrics, result.too_short, result.coverage(80), result.brier(ENGINE)) == ((), (), None, None)
        assert {found.count for found in result.reliability()} == {0}

    def test_progress_is_told_up_to_the_end(self) -> None:
        told: list[tuple[int, int]] = []
        result = backtest([walk(metric) for metric in WALKS], BacktestRules(), lambda *so_far: told.append(so_far))
        total = sum(len(found.origins) for found in result.metrics)

        assert told[-1] == (total, total)
        assert [done for done, _ in told] == sorted({done for done, _ in told})


@pytest.mark.filterwarnings("error")
def test_what_is_too_large_to_be_counted_with_is_left_out_of_a_backtest() -> None:
    result = backtest([history(np.linspace(1e299, 9e301, 120)), walk(ACTIVE_STORES)], BacktestRules())

    assert [left_out.have for left_out in result.too_short] == [0]
    assert len(result.metrics) == 1
