"""Rolling origins: where they are, what each sees, and what it is asked."""

import math
from datetime import date

import numpy as np
import pytest
from tests.support.backtests import history, one, places, walk

from outgrow.domain.history import History
from outgrow.domain.metric import ACTIVE_STORES, ORDERS_PER_DAY, STORAGE_USED_GB
from outgrow.forecasting.backtest import ENGINE, backtest
from outgrow.forecasting.origins import BacktestRules, Origins


class TestOrigins:
    def test_sixty_known_days_up_to_it_and_thirty_after_it(self) -> None:
        assert places(one(history(np.arange(100.0)), every_days=1)) == list(range(59, 70))

    def test_the_newest_is_one_and_so_is_each_a_step_before_it(self) -> None:
        assert places(one(history(np.arange(200.0)), every_days=30)) == [79, 109, 139, 169]

    def test_unknown_days_do_not_count_and_give_way_to_the_last_known_one(self) -> None:
        values = np.arange(140.0)
        values[[0, 1, 85, 99]] = np.nan  # a step before the newest origin, and the one before that, fall into gaps
        found = places(one(history(values), every_days=5))

        assert found == [64, 69, 74, 79, 84, 89, 94, 98, 104, 109]

    def test_steps_are_counted_from_a_known_day(self) -> None:
        values = np.arange(140.0)
        values[100:110] = np.nan  # thirty days are known after each of these too

        assert places(one(history(values), every_days=7)) == [64, 71, 78, 85, 92, 99]

    def test_a_long_gap_is_one_origin(self) -> None:
        values = np.arange(200.0)
        values[100:140] = np.nan

        found = places(one(history(values), every_days=10))
        assert [place for place in found if 85 <= place < 155] == [89, 99, 149]

    @pytest.mark.parametrize(("known", "made"), [(89, 0), (90, 1)])
    def test_ninety_known_days_are_the_least(self, known: int, made: int) -> None:
        result = backtest([history([math.nan, *range(known)])], BacktestRules(every_days=1))

        assert [len(found.origins) for found in result.metrics] == [1] * made
        assert [(short.have, short.need) for short in result.too_short] == [(known, 90)] * (1 - made)

    def test_too_short_is_a_value_in_words(self) -> None:
        result = backtest([history([5.0]), history([]), walk(ACTIVE_STORES)], BacktestRules())
        one_day, nothing = result.too_short

        assert (one_day.have, nothing.have) == (1, 0)
        assert one_day.reason == "1 day is known, a backtest needs 90: 60 to forecast from and 30 to compare"
        assert nothing.reason.startswith("0 days are known")
        assert [found.metric for found in result.metrics] == [ACTIVE_STORES]

    def test_an_origin_sees_four_hundred_days_and_what_came_is_apart(self) -> None:
        origins = Origins.of(history(np.arange(1_000.0)), BacktestRules(every_days=100))

        assert origins.past.shape == (len(origins), 400)
        assert origins.path.shape == (len(origins), 366)
        for place, past, path in zip(places(origins), origins.past, origins.path, strict=True):
            before = np.arange(place - 399.0, place + 1)
            np.testing.assert_array_equal(past, np.where(before >= 0, before, np.nan))
            after = np.arange(place, place + 366.0)
            np.testing.assert_array_equal(path, np.where(after < 1_000, after, np.nan))

    def test_the_days_are_told(self) -> None:
        assert one(history(np.arange(100.0)), every_days=10).span == (date(2025, 3, 1), date(2025, 3, 11))


class TestLimits:
    def limits(self, past: History) -> list[float]:
        return [float(limit) for limit in Origins.of(past, BacktestRules(every_days=1)).limits[-1]]

    def test_counts_are_rounded_up(self) -> None:
        assert self.limits(history(np.full(90, 1_001.0))) == [1_022, 1_052, 1_102, 1_252, 1_502, 2_002]
        assert self.limits(history(np.full(90, 100.0))) == [102, 105, 110, 125, 150, 200]

    def test_the_same_limit_is_asked_about_once(self) -> None:
        assert self.limits(history(np.full(90, 10.0))) == pytest.approx(
            [11, math.nan, math.nan, 13, 15, 20], nan_ok=True
        )

    def test_sizes_are_not(self) -> None:
        assert self.limits(history(np.full(90, 10.0), STORAGE_USED_GB)) == [10.2, 10.5, 11, 12.5, 15, 20]

    def test_a_flow_s_lie_above_its_highest_day_of_the_week(self) -> None:
        week = [100.0, 120, 90, 80, 70, 20, 10]

        assert self.limits(history(week * 20, ORDERS_PER_DAY))[-1] == 240

    def test_of_nothing_no_multiple_is_asked_about(self) -> None:
        found = one(history(np.zeros(120)))

        assert np.isnan(found.origins.limits).all()
        assert (found.brier(ENGINE), found.error(ENGINE, 30), found.coverage(80)) == (None, 0, 1)
        assert found.error(ENGINE, 30, scaled=True) is None
