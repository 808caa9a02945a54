"""Kept forecasts against what came, in numbers that a hand can check."""

from dataclasses import replace
from datetime import date, timedelta

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.support.forecasts import flat

from outgrow.domain.history import OBSERVED, History
from outgrow.domain.issued import DAYS_AHEAD, Array, IssuedRecord
from outgrow.domain.metric import PLATFORM, TOTAL_ORDERS_MONTH, TOTAL_PRODUCTS, Metric
from outgrow.forecasting.scoring import (
    JUDGED_DAYS_AHEAD,
    LEAST_ISSUES,
    WINDOW_DAYS,
    Verdict,
    crossings,
    hold_against,
    judge,
)

FIRST = date(2026, 1, 1)
NAN = float("nan")


def history(values: list[float], metric: Metric = TOTAL_PRODUCTS, first: date = FIRST) -> History:
    path = np.array(values, dtype=np.float64)
    return History(metric, PLATFORM, "main", first, path, np.where(np.isnan(path), 0, OBSERVED).astype(np.int8))


def record(
    days: list[int], shared: float, drift: float, models: list[str] | None = None, limits: list[float] | None = None
) -> IssuedRecord:
    """One issue on each of these days after the first, all saying the same."""
    n, thresholds = len(days), np.array(limits or [], dtype=np.float64)
    issued_on = np.datetime64(FIRST, "D") + np.array(days, dtype=np.int64)

    def said(median: float) -> Array:
        return np.tile(flat(median), (n, 1, 1))

    return IssuedRecord(
        TOTAL_PRODUCTS.name,
        issued_on,
        issued_on,
        np.array(models or ["shared"] * n),
        {"shared": said(shared), "drift": said(drift)},
        np.zeros(len(thresholds), dtype=np.int64),
        thresholds,
        np.full((len(thresholds), 4), 0.5),
    )


class TestHoldAgainst:
    def test_each_forecast_meets_the_value_of_its_own_day(self) -> None:
        outcome = hold_against(record([2, 3], 0, 0), history([float(n) for n in range(12)]))

        assert outcome.came[:, :2].tolist() == [[3, 9], [4, 10]]
        assert np.isnan(outcome.came[:, 2:]).all()

    def test_an_unknown_value_makes_nothing_due(self) -> None:
        outcome = hold_against(record([0], 0, 0), history([1, NAN, 3, 4, 5, 6, 7, 8]))

        assert outcome.due_since(None).tolist() == [[False, True, *[False] * 6]]
        assert outcome.due_since(FIRST + timedelta(days=7))[0, 1]
        assert not outcome.due_since(FIRST + timedelta(days=8)).any()

    def test_without_any_value_nothing_is_due(self) -> None:
        assert not hold_against(record([0], 0, 0), history([])).due_since(None).any()

    def test_a_month_s_total_meets_the_total_of_the_month_so_far(self) -> None:
        """Ten orders a day: on the 8th of January there are 80, on the 1st of February 10."""
        outcome = hold_against(record([0, 17], 0, 0), history([10.0] * 40, TOTAL_ORDERS_MONTH))

        assert outcome.came[0, 1] == 80
        assert outcome.came[1, 2] == 10

    def test_what_was_issued_is_what_the_model_asked_said(self) -> None:
        said = hold_against(record([0, 1], 100, 200, ["shared", "drift"]), history([1.0])).issued()

        assert said[:, 3, 0].tolist() == [100, 200]

    def test_a_model_that_was_not_kept_is_not_known(self) -> None:
        kept = record([0], 100, 200)
        alone = replace(kept, quantiles={"shared": kept.quantiles["shared"]})

        assert np.isnan(hold_against(alone, history([1.0, 2.0])).quantiles("drift")).all()


class TestCrossings:
    def test_a_limit_is_reached_if_any_day_of_the_span_is_at_it(self) -> None:
        kept = record([0], 0, 0, limits=[50, 51, 200])
        values = [float(min(n, 50)) for n in range(61)]  # 50 from the fiftieth day on

        reached = crossings(hold_against(kept, history(values)), (30, 60, 90))
        assert reached[:, :2].tolist() == [[0, 1], [0, 0], [0, 0]]
        assert np.isnan(reached[:, 2]).all(), "the ninetieth day has not come"

    def test_no_limit_gives_no_row(self) -> None:
        assert crossings(hold_against(record([0], 0, 0), history([1.0])), (30,)).shape == (0, 1)


class TestJudge:
    def verdict(self, shared: float, drift: float, days: list[int], last: int, came: float = 100) -> Verdict:
        outcome = hold_against(record(days, shared, drift), history([came] * (last + 1)))
        return judge(outcome, TOTAL_PRODUCTS, FIRST + timedelta(days=last))

    def test_the_loss_of_one_forecast_by_hand(self) -> None:
        """What came is 101; the shared quantiles are 98, 99, 99.5, 100, 100.5, 101, 102.

        They cost .025 x 3 + .1 x 2 + .25 x 1.5 + .5 x 1 + .75 x .5 + .9 x 0 + .025 x 1 = 1.55, over seven. Those of
        the drift, 97 to 101, cost .025 x 4 + .1 x 3 + .25 x 2.5 + .5 x 2 + .75 x 1.5 + .9 x 1 + 0 = 4.05.
        """
        found = self.verdict(100, 99, [0], 1, came=101)

        assert found.issues == 1
        assert found.shared == pytest.approx(1.55 / 7)
        assert found.drift == pytest.approx(4.05 / 7)

    @pytest.mark.parametrize(
        ("days", "model"), [(LEAST_ISSUES - 1, "shared"), (LEAST_ISSUES, "drift"), (LEAST_ISSUES + 1, "drift")]
    )
    def test_the_shared_model_is_left_only_for_enough_forecasts(self, days: int, model: str) -> None:
        found = self.verdict(120, 101, list(range(days)), days)

        assert found.issues == days
        assert found.model == model
        assert (found.reason is None) == (model == "shared")

    def test_a_fallback_says_why(self) -> None:
        assert self.verdict(120, 101, list(range(40)), 40).reason == (
            "over the last 90 days the shared model was further off than the plain drift (mean loss 9.58 against 0.221 "
            "products, 40 forecasts), so the drift is asked until the shared model wins again"
        )

    def test_a_tie_is_no_reason_to_leave_the_shared_model(self) -> None:
        assert self.verdict(120, 120, list(range(60)), 60).model == "shared"

    def test_what_came_due_before_the_window_no_longer_counts(self) -> None:
        """Forty forecasts of the beginning: those of a day ahead have left the window, those of 14 are in it."""
        found = self.verdict(120, 101, list(range(40)), WINDOW_DAYS + 14)

        assert found.issues == 40
        assert self.verdict(120, 101, list(range(40)), 40 + JUDGED_DAYS_AHEAD + WINDOW_DAYS).issues == 0

    def test_forecasts_of_far_ahead_do_not_judge(self) -> None:
        """On the day 390, all that came due within the window was said 180 days before."""
        outcome = hold_against(record(list(range(130, 206)), 120, 101), history([100.0] * 391))
        found = judge(outcome, TOTAL_PRODUCTS, FIRST + timedelta(days=390))

        assert outcome.due_since(FIRST + timedelta(days=301)).any()
        assert (found.issues, found.model) == (0, "shared")

    def test_a_metric_without_forecasts_has_the_shared_model(self) -> None:
        assert Verdict(TOTAL_PRODUCTS).model == "shared"

    @given(shared=st.floats(0, 1e6), drift=st.floats(0, 1e6), came=st.floats(0, 1e6), issues=st.integers(1, 60))
    def test_the_model_that_is_asked_never_lost_on_enough_forecasts(
        self, shared: float, drift: float, came: float, issues: int
    ) -> None:
        found = self.verdict(shared, drift, list(range(issues)), issues, came)

        assert found.shared is not None
        assert found.drift is not None
        lost = {"shared": found.shared, "drift": found.drift}
        assert found.issues < LEAST_ISSUES or lost[found.model] == min(lost.values())

    @given(scale=st.floats(1e-3, 1e6), issues=st.integers(30, 40))
    def test_the_unit_does_not_matter(self, scale: float, issues: int) -> None:
        days = list(range(issues))
        kept = record(days, 120, 101)
        scaled = replace(kept, quantiles={model: scale * values for model, values in kept.quantiles.items()})
        found = judge(
            hold_against(scaled, history([100 * scale] * (issues + 1))), TOTAL_PRODUCTS, FIRST + timedelta(days=issues)
        )

        assert found.model == self.verdict(120, 101, days, issues).model


def test_days_ahead_are_counted_from_the_newest_known_day() -> None:
    kept = record([5], 0, 0)
    late = replace(kept, as_of=kept.as_of - 2)

    assert late.due_on()[0].tolist() == [FIRST + timedelta(days=3 + ahead) for ahead in DAYS_AHEAD]
