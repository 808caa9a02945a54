"""What is added to futures, and what follows from it."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from tests.support.scenarios import METRICS, N_DAYS, TODAY, everything, month_totals, of

from outgrow.domain.metric import CAPTURED
from outgrow.domain.paths import Paths
from outgrow.planning.ladder.additions import daily_amounts, month_lengths, month_to_date, moved, raised

PATHS = everything()
KNOWN = {metric.name: metric for metric in CAPTURED}
ORDERS, TOTAL = "orders_per_day", "total_orders_month"


def test_daily_amounts_of_a_total_are_those_it_adds_up() -> None:
    assert np.allclose(daily_amounts(PATHS, TOTAL, KNOWN), PATHS.of(ORDERS)[0])
    assert daily_amounts(PATHS, ORDERS, KNOWN) is not None
    assert np.array_equal(daily_amounts(PATHS, ORDERS, KNOWN), PATHS.of(ORDERS)[0])


@given(arrays(np.float64, N_DAYS, elements=st.integers(0, 99)))
def test_month_to_date_begins_anew_on_every_first(daily: np.ndarray) -> None:
    assert np.array_equal(month_to_date(PATHS, daily), month_totals(daily))


def test_month_lengths_are_those_of_the_calendar() -> None:
    lengths = month_lengths(PATHS)

    assert [int((lengths == days).sum()) for days in (28, 30, 31)] == [28, 8, 84]  # 23 November to 22 March
    assert len(lengths) == N_DAYS


@given(st.sampled_from(METRICS), st.floats(-50, 50), st.floats(0, 50))
def test_more_added_never_lowers_a_peak(metric: str, amount: float, more: float) -> None:
    low, high = (moved(PATHS, {metric: np.full(N_DAYS, each)}) for each in (amount, amount + more))

    assert (high.peaks >= low.peaks).all()


def test_peaks_keep_what_they_have_above_the_values() -> None:
    """A level's peak is more than its path's highest value: within a day, or between what the quantiles tell."""
    values = np.array([[10.0, 11.0, 12.0, 13.0]])
    rough = Paths(TODAY, ("total_products",), np.array([9.0]), values[None], values[None] + 2.0)
    later = moved(rough, {"total_products": np.array([0.0, 0.0, 5.0, 5.0])})

    assert later.of("total_products")[1].tolist() == [[12.0, 13.0, 19.0, 20.0]]


def test_what_was_reached_before_less_is_there_stays_reached() -> None:
    rising = of({"total_products": np.array([[10.0, 11.0, 12.0, 13.0, 14.0]])}, {"total_products": 9.0})
    purged = moved(rising, {"total_products": np.array([0.0, 0.0, -2.5, -2.5, -2.5])})

    assert purged.of("total_products")[1].tolist() == [[10.0, 11.0, 11.0, 11.0, 11.5]]


def test_an_earlier_sales_peak_is_no_higher_for_what_comes_later() -> None:
    sale = of({ORDERS: np.array([[10.0, 50.0, 10.0, 10.0]])}, {ORDERS: 10.0})
    later = moved(sale, {ORDERS: np.array([0.0, 0.0, 20.0, 20.0])})

    assert later.of(ORDERS)[1].tolist() == [[10.0, 50.0, 50.0, 50.0]]


def test_nothing_added_gives_the_very_same() -> None:
    assert moved(PATHS, {ORDERS: np.zeros(N_DAYS)}) is PATHS
    assert raised(PATHS, [], KNOWN) is PATHS
    assert raised(PATHS, [{"visitors": np.ones(N_DAYS)}], KNOWN, {ORDERS: np.ones(N_DAYS)}) is PATHS


def test_what_is_added_is_multiplied_too() -> None:
    times = np.ones(N_DAYS)
    times[3] = 4.0
    found = raised(PATHS, [{ORDERS: np.full(N_DAYS, 10.0)}], KNOWN, {ORDERS: times})

    assert found.of(ORDERS)[0][:, 3] == pytest.approx(4 * (PATHS.of(ORDERS)[0][:, 3] + 10))
    assert np.allclose(found.of(TOTAL)[0], month_totals(found.of(ORDERS)[0], 2_100.0))
