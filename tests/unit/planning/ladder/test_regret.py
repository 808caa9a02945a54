"""Too early costs a tier that is not needed, too late costs days above the limit."""

from datetime import timedelta
from decimal import Decimal

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.support.futures import TODAY, straight

from outgrow.documents.ladder import regret_document
from outgrow.planning.ladder.regret import regret_of

PATHS = straight(0, 1)
DAYS = st.lists(st.integers(1, 366), min_size=1, max_size=60).filter(
    lambda days: sorted(days)[(len(days) - 1) // 2] <= 365
)


def test_a_sure_day() -> None:
    found = regret_of(np.full(10, 100), PATHS, Decimal("73.00"), Decimal(50))

    early, on_time, late = found.rows[1:4]
    none = Decimal(0)
    assert [row.shift_days for row in found.rows] == [-60, -30, 0, 30, 60]
    assert (early.days_early, early.days_above, early.cost_early, early.cost_above) == (30, 0, Decimal("72.00"), none)
    assert (on_time.total, on_time.probability_late) == (none, 0)
    assert (late.days_early, late.days_above, late.cost_early, late.cost_above) == (0, 30, none, Decimal(1500))
    assert late.probability_late == 1
    assert found.best_on == TODAY + timedelta(days=100)


def test_what_a_late_day_costs_is_not_made_up() -> None:
    found = regret_of(np.full(10, 100), PATHS, Decimal(73), None)

    assert found.best_on is None
    assert {row.cost_above for row in found.rows} == {row.total for row in found.rows} == {None}
    assert regret_document(found)["rows"][0]["total"] is None
    assert found.rows[3].days_above == 30


def test_days_that_are_past_are_no_choice() -> None:
    found = regret_of(np.full(10, 20), PATHS, Decimal(73), Decimal(1))

    assert [row.shift_days for row in found.rows] == [0, 30, 60]


@given(DAYS, st.decimals(0, 500, places=2), st.decimals(0, 500, places=2))
def test_no_day_is_better_than_the_best(days: list[int], extra: Decimal, over: Decimal) -> None:
    found = regret_of(np.array(days), PATHS, extra, over)

    def cost(day: int) -> float:
        early, late = (sum(max(0, sign * (day - d)) for d in days) for sign in (-1, 1))
        return early * float(extra) * 12 / 365 + late * float(over)

    if found.best_on is not None:
        best = cost((found.best_on - TODAY).days)
        assert best <= min(cost(day) for day in range(366)) + 1e-6
    assert all(row.total == row.cost_early + row.cost_above for row in found.rows if row.cost_above is not None)
    earlier = list(zip(found.rows, found.rows[1:], strict=False))
    assert all(a.days_early >= b.days_early and a.days_above <= b.days_above for a, b in earlier)


def test_both_prices_nothing() -> None:
    assert regret_of(np.array([5]), PATHS, Decimal(0), Decimal(0)).best_on is None
    assert regret_of(np.array([5]), PATHS, Decimal(0), Decimal(0)).rows[0].total == pytest.approx(Decimal(0))
