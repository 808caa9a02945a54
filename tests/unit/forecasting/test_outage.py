"""Zeros on the newest days of what was far from zero are an outage; zeros that are a metric's own are not."""

from datetime import date, timedelta

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray
from tests.support import clean_series as makers
from tests.support.growth_panels import panels

from outgrow.domain.event import Event
from outgrow.domain.history import MISSING, OBSERVED, History
from outgrow.domain.metric import ORDERS_PER_DAY, PLATFORM, STORAGE_USED_GB, TOTAL_ORDERS_MONTH, Kind, Metric
from outgrow.domain.note import NoteCode
from outgrow.forecasting.outage import OUTAGE_DAYS, before_outage, find_outages
from outgrow.forecasting.outlook import days_until
from outgrow.forecasting.panel import forecast_panel
from outgrow.forecasting.projection import Projection, project
from outgrow.forecasting.rules import ForecastRules
from outgrow.forecasting.totals import month_to_date

Array = NDArray[np.float64]
TODAY = date(2026, 3, 31)
ROWS, DAYS = makers.ROWS, 200
LENGTHS = pytest.mark.parametrize("length", [1, 2, 7, OUTAGE_DAYS])


def with_zeros(values: Array, length: int, days: int = DAYS) -> Array:
    """The first days of rows, the last few of which read zero."""
    broken = values[:, :days].copy()
    broken[:, days - length :] = 0
    return broken


def gauge(random: np.random.Generator) -> Array:
    """Hundreds that scatter widely and come near zero never."""
    return np.round(random.gamma(12, 30, (ROWS, DAYS)))


def share_found(values: Array, kind: Kind) -> float:
    return len(find_outages(values, kind)) / len(values)


@LENGTHS
@pytest.mark.parametrize("kind", [Kind.LEVEL, Kind.CUMULATIVE])
@pytest.mark.parametrize("make", [makers.growth, makers.walk, makers.weekly_batch, makers.monthly_release, gauge])
def test_newest_zeros_of_a_level_are_an_outage(make: makers.Maker, kind: Kind, length: int) -> None:
    values = make(np.random.default_rng(1))[:, :DAYS]
    found = find_outages(with_zeros(values, length), kind)

    assert len(found) >= 0.95 * ROWS
    assert set(found.first.tolist()) == {DAYS - length}
    assert set(found.last.tolist()) == {DAYS - 1}
    np.testing.assert_array_equal(found.before, values[found.row, DAYS - length - 1])


@LENGTHS
def test_newest_zeros_of_a_busy_flow_are_an_outage(length: int) -> None:
    assert share_found(with_zeros(makers.orders(np.random.default_rng(2)), length), Kind.FLOW) == 1


def test_a_shop_that_closes_on_sundays_is_missed_when_it_is_closed_longer() -> None:
    values = makers.closed_on_sundays(np.random.default_rng(3))
    sunday = 195
    assert sunday % 7 == 6

    assert share_found(values[:, : sunday + 1], Kind.FLOW) == 0
    assert share_found(with_zeros(values, 1, sunday), Kind.FLOW) == 0  # a Saturday: one day is no wonder there
    assert share_found(with_zeros(values, 3, sunday + 3), Kind.FLOW) == 1


def test_a_month_at_zero_is_the_truth() -> None:
    random = np.random.default_rng(4)

    assert share_found(with_zeros(makers.growth(random), OUTAGE_DAYS + 1), Kind.LEVEL) == 0
    assert share_found(with_zeros(makers.orders(random), OUTAGE_DAYS + 1), Kind.FLOW) == 0


def test_days_without_a_value_among_the_zeros_count_as_they() -> None:
    values = with_zeros(makers.growth(np.random.default_rng(5)), 6)
    values[:, [-6, -3, -1]] = np.nan
    found = find_outages(values, Kind.LEVEL)

    assert len(found) == ROWS
    assert (set(found.first.tolist()), set(found.last.tolist())) == ({DAYS - 5}, {DAYS - 2})


def test_a_second_outage_is_one_too() -> None:
    values = with_zeros(makers.growth(np.random.default_rng(6)), 2)
    values[:, 100:106] = 0

    assert share_found(values, Kind.LEVEL) == 1


def test_weekly_values_have_outages_too() -> None:
    values = with_zeros(makers.growth(np.random.default_rng(7)), 7)
    values[:, np.arange(DAYS) % 7 != (DAYS - 1) % 7] = np.nan

    assert share_found(values, Kind.LEVEL) == 1


def often_zero(random: np.random.Generator) -> Array:
    return random.gamma(12, 30, (ROWS, DAYS)) * (random.random((ROWS, DAYS)) > 0.1)


def rotation(random: np.random.Generator) -> Array:
    return ((np.arange(DAYS) + random.integers(0, 30, (ROWS, 1))) % 30) * random.uniform(5, 50, (ROWS, 1))


def drained(random: np.random.Generator) -> Array:
    return np.maximum(0, 500 - np.arange(DAYS) * random.uniform(2, 20, (ROWS, 1)))


def a_few(random: np.random.Generator) -> Array:
    return np.maximum(0, 3 + np.cumsum(random.integers(-1, 2, (ROWS, DAYS)), axis=1)).astype(np.float64)


@pytest.mark.parametrize(
    ("make", "kind", "most"),
    [
        *[(make, Kind.LEVEL, 0.001) for make in (often_zero, rotation, drained, a_few, makers.slow_growth)],
        *[(make, Kind.FLOW, 0.002) for make in (makers.few_orders, makers.closed_on_sundays)],
    ],
)
def test_zeros_that_are_a_metrics_own_are_none(make: makers.Maker, kind: Kind, most: float) -> None:
    values = make(np.random.default_rng(8))
    found = [share_found(values[:, :end], kind) for end in range(60, DAYS, 7)]

    assert np.mean(found) <= most


def test_nothing_that_does_not_end_in_zero_is_found() -> None:
    for make in (makers.growth, makers.walk, makers.compound, makers.orders):
        assert len(find_outages(make(np.random.default_rng(9)), Kind.LEVEL)) == 0
    for odd in (np.empty((0, 5)), np.empty((3, 0)), np.zeros((2, 50)), np.full((2, 50), np.nan)):
        assert len(find_outages(odd, Kind.FLOW)) == 0


@given(panels(), st.sampled_from(list(Kind)))
def test_each_row_is_judged_by_itself(values: Array, kind: Kind) -> None:
    values[:, -1:] = 0
    together = find_outages(values, kind).row.tolist()

    assert together == [row for row in range(len(values)) if len(find_outages(values[row : row + 1], kind))]


# ---------------------------------------------------------------- in a forecast


def history(values: Array, metric: Metric = STORAGE_USED_GB, last: date = TODAY) -> History:
    provenance = np.where(np.isnan(values), MISSING, OBSERVED).astype(np.int8)
    return History(metric, PLATFORM, "main", last - timedelta(days=len(values) - 1), values, provenance)


def filling(days: int = 120, per_day: float = 1.5, start: float = 700.0) -> Array:
    noise = np.random.default_rng(10).normal(0, 1, days)
    return np.asarray(np.round(start + per_day * np.arange(days) + noise, 3))


@pytest.mark.parametrize("length", [1, 2, 5, 12])
def test_a_forecast_rests_on_the_last_good_value(length: int) -> None:
    good = filling()
    values = np.append(good[: len(good) - length], np.zeros(length))
    told = days_until(history(values), 1_000.0, TODAY, ForecastRules())
    right = days_until(
        history(good[: len(good) - length], last=TODAY - timedelta(days=length)),
        1_000.0,
        TODAY,
        ForecastRules(stale_after_days=30),
    )

    assert (told.status, told.days, told.current) == (right.status, right.days, right.current)
    assert told.as_of == TODAY - timedelta(days=length)
    assert told.days.p50 == pytest.approx((1_000 - good[-length - 1]) / 1.5, rel=0.1)
    (note,) = told.notes
    assert (note.code, note.first, note.last) == (NoteCode.OUTAGE, TODAY - timedelta(days=length - 1), TODAY)
    assert told.outage == note
    assert right.outage is None


@pytest.mark.parametrize("length", [1, 5])
def test_a_panel_takes_the_zeros_for_days_of_which_nothing_is_known(length: int) -> None:
    zeros, unknown = filling(), filling()
    zeros[-length:], unknown[-length:] = 0.0, np.nan
    told, right = (forecast_panel(values[None, :], 30).quantiles((0.1, 0.5, 0.9)) for values in (zeros, unknown))

    np.testing.assert_array_equal(told, right)


def test_a_flow_and_its_months_total_know_nothing_of_the_days_at_zero() -> None:
    flow = np.random.default_rng(11).poisson(300, 200).astype(np.float64)
    flow[-3:] = 0
    daily, monthly = (
        project(history(flow, metric), TODAY, ForecastRules()) for metric in (ORDERS_PER_DAY, TOTAL_ORDERS_MONTH)
    )

    assert isinstance(daily, Projection)
    assert isinstance(monthly, Projection)
    assert daily.notes[-1].code is monthly.notes[-1].code is NoteCode.OUTAGE
    assert daily.forecast.current == pytest.approx(flow[-10:-3].mean())
    assert monthly.forecast.current == month_to_date(flow, TODAY - timedelta(days=199))[-4]
    # March ends three days after the last good day, and is told as a whole month.
    assert monthly.quantiles((0.5,))[0][2] == pytest.approx(300 * 31, rel=0.02)


def test_a_day_of_an_event_may_well_bring_nothing() -> None:
    flow = np.append(np.random.default_rng(12).poisson(300, 199).astype(np.float64), 0.0)
    closed = Event("closed", TODAY, TODAY)

    assert before_outage(history(flow, ORDERS_PER_DAY))[1] is not None
    assert before_outage(history(flow, ORDERS_PER_DAY), [closed])[1] is None


def test_a_history_is_cut_to_its_last_good_day() -> None:
    values = np.concatenate([filling(), [np.nan, 0.0, np.nan, 0.0]])
    whole = history(values)
    good, note = before_outage(whole)

    assert note is not None
    assert (good.last_day, note.first, note.last) == tuple(TODAY - timedelta(days=ago) for ago in (4, 2, 0))
    assert before_outage(good) == (good, None)


@pytest.mark.parametrize("tail", [[3, 0], [0, 0, 3, 0, 0], [1, 0, 0], [30, 0, 0], [5, 3, 0], [0, 1, 0]])
@pytest.mark.parametrize("level", [400, 8000])
def test_crumbs_of_a_level_among_its_zeros_are_no_all_clear(tail: list[float], level: int) -> None:
    values = np.array([*np.linspace(level, 1.2 * level, 118), *tail])
    history = History(STORAGE_USED_GB, PLATFORM, "main", TODAY, values, np.full(len(values), OBSERVED, np.int8))

    before, outage = before_outage(history)

    assert outage is not None
    assert (outage.last - outage.first).days == len(tail) - 1
    assert before.values.tolist() == values[:118].tolist()


def test_a_level_that_is_taken_down_step_by_step_has_no_outage() -> None:
    values = np.array([*np.linspace(400, 500, 118), 300, 100, 20, 0, 0])[None, :]

    assert len(find_outages(values, Kind.LEVEL)) == 0
