"""Totals that begin anew every month."""

from datetime import date, timedelta

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray
from tests.support.growth_panels import LEVELS, flows

from outgrow.forecasting import forecast_panel
from outgrow.forecasting.flows import FlowForecast
from outgrow.forecasting.kernels.restarts import month_starts
from outgrow.forecasting.months import MonthTotalForecast
from outgrow.forecasting.panel import MODELS
from outgrow.forecasting.totals import month_to_date

Array = NDArray[np.float64]
TODAY = date(2026, 3, 20)
HORIZON = 100
each_model = pytest.mark.parametrize("model", MODELS)


def forecast(values: Array, model: str, today: date = TODAY, horizon: int = HORIZON) -> MonthTotalForecast:
    flow = forecast_panel(values, horizon, "flow", model)
    assert isinstance(flow, FlowForecast)
    return MonthTotalForecast.of(flow, values, today)


def days_ahead(today: date, horizon: int = HORIZON) -> list[date]:
    return [today + timedelta(days=d) for d in range(1, horizon + 1)]


@given(st.dates(date(2000, 1, 1), date(2030, 12, 31)), st.lists(st.integers(0, 1_000), max_size=120))
def test_month_to_date_is_the_sum_since_the_first(first: date, amounts: list[int]) -> None:
    days = [first + timedelta(days=n) for n in range(len(amounts))]
    expected = [sum(a for d, a in zip(days, amounts, strict=True) if day.replace(day=1) <= d <= day) for day in days]

    assert month_to_date(np.array(amounts, dtype=float), first).tolist() == expected


@given(st.dates(date(1999, 12, 1), date(2101, 3, 1)), st.integers(0, 900))
def test_months_start_on_the_first(first: date, n_days: int) -> None:
    assert month_starts(first, n_days).tolist() == [(first + timedelta(days=d)).day == 1 for d in range(n_days)]


@each_model
@pytest.mark.parametrize("today", [date(2026, 3, 20), date(2026, 1, 31), date(2026, 2, 1), date(2024, 2, 28)])
def test_a_steady_flow_comes_to_so_far_plus_rest(model: str, today: date) -> None:
    panel = forecast(np.full((1, 120), 100.0), model, today)
    quantiles = panel.quantiles(LEVELS)[0]

    assert panel.sofar[0] == 100 * today.day
    for at, day in enumerate(days_ahead(today)):
        np.testing.assert_allclose(quantiles[:, at], 100 * day.day, rtol=1e-3, err_msg=str(day))


@each_model
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_this_month_s_total_never_shrinks(model: str, seed: int) -> None:
    values = flows(seed)
    values[:, -15:-12] = np.nan  # what was bridged need not be whole
    panel = forecast(values, model)
    quantiles = panel.quantiles((0.001, *LEVELS))
    this_month = np.array([day.month == TODAY.month for day in days_ahead(TODAY)])

    assert (quantiles[:, :, this_month] >= panel.sofar[:, None, None]).all()
    assert (np.diff(quantiles, axis=1) >= 0).all()
    assert (quantiles >= 0).all()


@each_model
def test_a_total_of_whole_numbers_is_one(model: str) -> None:
    values = np.random.default_rng(3).poisson(40, (2, 200)).astype(float)
    quantiles = forecast(values, model).quantiles(LEVELS)

    np.testing.assert_array_equal(quantiles, np.round(quantiles))


@each_model
def test_the_median_grows_within_a_month_and_begins_anew(model: str) -> None:
    values = np.random.default_rng(3).poisson(400, (1, 200)).astype(float)
    median = forecast(values, model).quantiles((0.5,))[0, 0]
    first = np.array([day.day == 1 for day in days_ahead(TODAY)])

    assert (np.diff(median)[~first[1:]] > 0).all()
    assert (np.diff(median)[first[1:]] < 0).all()


@each_model
def test_a_month_s_end_is_less_certain_the_farther_it_is(model: str) -> None:
    values = np.random.default_rng(3).poisson(400, (1, 200)).astype(float)
    low, high = forecast(values, model).quantiles((0.1, 0.9))[0]
    ends = [at for at, day in enumerate(days_ahead(TODAY)) if (day + timedelta(days=1)).day == 1]
    width = (high - low)[ends]

    assert width[0] < width[1]


# The flow's own level, and its doubt


@each_model
def test_a_new_level_is_believed_before_the_model_has_it(model: str) -> None:
    """Of what lies between the model's level and that of the newest weeks, two thirds upwards, one third downwards."""
    for factor, share in ((1.5, 2 / 3), (1 / 1.5, 1 / 3)):
        values = np.full((1, 200), 100.0)
        values[0, -15:] *= factor
        panel = forecast(values, model)
        left = (date(2026, 3, 31) - TODAY).days
        come = panel.quantiles((0.5,))[0, 0, left - 1] - panel.sofar[0]
        by_model, newest = panel.flow.mean[0, :left].sum(), 100 * factor * left

        assert np.log(come / by_model) == pytest.approx(share * np.log(newest / by_model), abs=0.12)


@each_model
def test_a_flow_that_wanders_has_less_certain_months_than_one_that_stays(model: str) -> None:
    random = np.random.default_rng(5)
    steady = random.poisson(400, (1, 364)).astype(float)
    wandering = steady * np.exp(np.repeat(np.cumsum(random.normal(0, 0.25, 52)), 7))
    relative = []
    for values in (steady, wandering):
        low, middle, high = forecast(values, model).quantiles((0.1, 0.5, 0.9))[0, :, 10]
        relative.append((high - low) / (middle - values[0, -20:].sum()))

    assert relative[1] > 3 * relative[0]


def test_eight_in_ten_months_lie_in_the_band_of_eighty_percent() -> None:
    """Of flows whose level wanders, seen in the middle of a month."""
    random = np.random.default_rng(6)
    level = np.exp(np.repeat(np.cumsum(random.normal(0, 0.1, (300, 60)), axis=1), 7, axis=1)[:, :411])
    values = np.round(300 * level * random.lognormal(0, 0.15, level.shape))
    today = date(2026, 3, 20)
    panel = forecast(values[:, :400], "shared", today)
    low, high = panel.quantiles((0.1, 0.9))[:, :, 10].T
    came = panel.sofar + values[:, 400:411].sum(axis=1)

    assert 0.7 < ((low <= came) & (came <= high)).mean() < 0.95


@each_model
def test_what_is_amiss_counts_for_the_total_and_not_for_the_level(model: str) -> None:
    values = np.full((1, 200), 100.0)
    ordinary = values.copy()
    values[0, -3], ordinary[0, -3] = 5_000.0, np.nan
    flow = forecast_panel(ordinary, HORIZON, "flow", model)
    assert isinstance(flow, FlowForecast)
    panel = MonthTotalForecast.of(flow, values, TODAY, ordinary)

    assert panel.sofar[0] == 19 * 100 + 5_000
    assert panel.quantiles((0.5,))[0, 0, 10] == pytest.approx(panel.sofar[0] + 1_100, rel=1e-3)


@each_model
def test_an_uplift_is_added_to_the_months_that_have_it(model: str) -> None:
    values = np.random.default_rng(3).poisson(400, (1, 200)).astype(float)
    flow = forecast_panel(values, HORIZON, "flow", model)
    assert isinstance(flow, FlowForecast)
    factor = np.ones((1, HORIZON))
    factor[0, 20] = 6.0  # in April
    plain = MonthTotalForecast.of(flow, values, TODAY)
    raised = MonthTotalForecast.of(flow.with_uplift(factor, np.zeros_like(factor)), values, TODAY)
    more = (raised.quantiles((0.5,)) - plain.quantiles((0.5,)))[0, 0]

    assert (more[:20] == 0).all()
    assert more[20:41] == pytest.approx(np.full(21, 5 * 400), rel=0.15)
    assert (more[41:] == 0).all()


# Crossings


@each_model
def test_a_crossing_within_the_month(model: str) -> None:
    panel = forecast(np.full((1, 120), 100.0), model)

    cdf = panel.crossing_cdf(np.array([2_550.0]))[0]
    assert cdf[4] < 0.01  # 2,500 on the 25th
    assert cdf[5] > 0.99  # 2,600 on the 26th
    assert (panel.crossing_cdf(np.array([2_000.0])) == 1).all()
    cdf = panel.crossing_cdf(np.array([3_050.0]))[0]
    assert cdf[9] < 0.01  # 3,000 on the 30th
    assert cdf[10] > 0.99
    assert panel.crossing_cdf(np.array([3_250.0]))[0, -1] < 0.01


@each_model
def test_what_was_reached_last_month_is_reached_anew(model: str) -> None:
    """On the 1st of April the total of March does not count."""
    panel = forecast(np.full((1, 120), 100.0), model, date(2026, 4, 1))

    cdf = panel.crossing_cdf(np.array([2_950.0]))[0]
    assert cdf[27] < 0.01
    assert cdf[28] > 0.99


@each_model
@pytest.mark.parametrize("share", [0.5, 0.9, 1.0, 1.1, 1.5])
def test_a_crossing_is_a_distribution_that_the_quantiles_agree_with(model: str, share: float) -> None:
    values = flows()
    panel = forecast(values, model)
    limits = share * np.nan_to_num(values[:, -31:]).sum(axis=1)
    cdf, quantiles = panel.crossing_cdf(limits), panel.quantiles(LEVELS)

    assert ((cdf >= 0) & (cdf <= 1)).all()
    assert (np.diff(cdf, axis=1) >= 0).all()
    assert (panel.crossing_cdf(1.2 * limits + 1) <= cdf + 1e-9).all()
    for at, level in enumerate(LEVELS):
        above = quantiles[:, at] >= limits[:, None]
        assert (cdf[above] >= 1 - level - 1e-6).all(), level


@each_model
def test_single_days_are_those_of_the_whole(model: str) -> None:
    values, days = flows(), (1, 11, 12, 40)
    panel, limits, at = forecast(values, model), 5 * np.nanmax(values, axis=1), np.array(days) - 1

    np.testing.assert_array_equal(panel.at_days(days, LEVELS), panel.quantiles(LEVELS)[:, :, at])
    np.testing.assert_array_equal(panel.crossing_at(limits, days), panel.crossing_cdf(limits)[:, at])
    assert panel.horizon == HORIZON


@each_model
def test_a_total_falls_with_the_month(model: str) -> None:
    panel = forecast(np.full((1, 120), 100.0), model)
    cdf = panel.crossing_cdf(np.array([1_000.0]), falling=True)[0]

    assert cdf[:11].max() == 0
    assert cdf[11:].min() == 1
    assert (panel.crossing_cdf(np.array([2_000.0]), falling=True) == 1).all()
    assert (panel.crossing_cdf(np.array([-1.0]), falling=True) == 0).all()


# Dates, rows, units


@each_model
@pytest.mark.parametrize("other", [date(2027, 3, 20), date(2030, 3, 20), date(2015, 3, 20)])
def test_months_of_equal_shape_give_the_same(model: str, other: date) -> None:
    """From a 20th of March on, all years are alike until the next February."""
    values = flows()
    limits = 20 * np.nanmax(values, axis=1)
    one, two = (forecast(values, model, day) for day in (TODAY, other))

    np.testing.assert_array_equal(one.quantiles(LEVELS), two.quantiles(LEVELS))
    np.testing.assert_array_equal(one.crossing_cdf(limits), two.crossing_cdf(limits))


@each_model
def test_the_unit_is_nothing_but_a_unit(model: str) -> None:
    values, unit = flows(), 2.0**-12
    limits = 20 * np.nanmax(values, axis=1)
    one, two = (forecast(values * u, model) for u in (1.0, unit))

    np.testing.assert_array_equal(two.quantiles(LEVELS) / unit, one.quantiles(LEVELS))
    np.testing.assert_array_equal(two.crossing_cdf(limits * unit), one.crossing_cdf(limits))


@each_model
def test_rows_do_not_know_of_each_other(model: str) -> None:
    values = flows()
    limits = 20 * np.nanmax(values, axis=1)
    whole = forecast(values, model)
    for at in range(len(values)):
        alone = forecast(values[at : at + 1], model)
        np.testing.assert_array_equal(alone.quantiles(LEVELS)[0], whole.quantiles(LEVELS)[at])
        np.testing.assert_array_equal(alone.crossing_cdf(limits[at : at + 1])[0], whole.crossing_cdf(limits)[at])


@each_model
def test_a_bad_row_has_no_answer_and_a_bad_limit_neither(model: str) -> None:
    values = np.random.default_rng(1).poisson(30, (4, 100)).astype(float)
    values[1] = np.nan
    values[2, 5] = -1
    panel = forecast(values, model)
    cdf = panel.crossing_cdf(np.array([500.0, 500.0, 500.0, np.nan]))

    np.testing.assert_array_equal(panel.usable, [True, False, False, True])
    assert np.isnan(panel.quantiles(LEVELS)[1:3]).all()
    assert np.isnan(cdf[1:]).all()
    assert np.isfinite(cdf[0]).all()
    assert np.isfinite(panel.quantiles(LEVELS)[3]).all()


@each_model
def test_nothing_stays_nothing(model: str) -> None:
    panel = forecast(np.zeros((1, 60)), model)

    assert panel.quantiles(LEVELS).max() < 1e-90
    assert panel.crossing_cdf(np.array([1.0])).max() == 0


@each_model
def test_no_series_is_no_total(model: str) -> None:
    panel = forecast(np.empty((0, 60)), model)

    assert panel.quantiles(LEVELS).shape == (0, len(LEVELS), HORIZON)
    assert panel.crossing_cdf(np.empty(0)).shape == (0, HORIZON)


@given(st.integers(0, 50), st.floats(0.05, 0.6), st.floats(0.97, 1.03))
def test_each_month_is_a_new_try(seed: int, noise: float, height: float) -> None:
    """A level that every other month comes near is reached all but surely within a year."""
    rng = np.random.default_rng(seed)
    values = 3_300.0 * np.exp(noise * rng.standard_normal((1, 400)) - noise**2 / 2)
    panel = forecast(values, "drift", date(2026, 11, 1), 365)
    limit = np.array([panel.mean[0, :60].max() * height])
    cdf = panel.crossing_cdf(limit)[0]
    alone = (panel.quantiles(tuple(np.linspace(0.01, 0.99, 99)))[0] >= limit[0]).mean(axis=0)

    assert (np.diff(cdf) >= 0).all()
    assert (cdf >= alone - 0.02).all()
    if 0.3 < cdf[60] < 0.95:
        assert 1.0 - cdf[-1] < 0.75 * (1.0 - cdf[60])


@pytest.mark.parametrize("model", ["shared"])
def test_a_level_that_most_long_months_reach_is_reached_within_a_year(model: str) -> None:
    """Steady amounts of ~3,300 a day for 13 months; 8 of 13 months came to 101,500."""
    day = np.arange(398)
    random = np.random.default_rng(8)
    values = np.round(3_300 * (1 + 0.1 * np.sin(day * 2 * np.pi / 7)) * random.lognormal(0, 0.07, len(day)))[None, :]
    cdf = forecast(values, model, date(2026, 11, 1), 365).crossing_cdf(np.array([101_500.0]))[0]

    assert cdf[29] < 0.8
    assert cdf[-1] >= 0.95


@pytest.mark.parametrize("today", [date(2026, 11, 28), date(2026, 11, 1)])
def test_a_quota_that_grows_by_12_percent_a_month_goes_on(today: date) -> None:
    """Half as much again as the last whole month is there after 1.12 to the 3.6th: in the fourth month from now."""
    day = np.arange((today - date(2026, 1, 3)).days + 1)
    scatter = np.random.default_rng(4).lognormal(0, 0.07, len(day))
    amounts = np.round(2_300 * 1.12 ** (day / 30.4) * scatter)[None, :]
    last_month = amounts[0, -today.day - 31 : -today.day].sum() if today.day < 28 else amounts[0, -58:-28].sum()
    limit = 1.5 * last_month
    cdf = forecast(amounts, "shared", today, 365).crossing_cdf(np.array([limit]))[0]

    assert 75 <= int((cdf >= 0.5).argmax()) + 1 <= 160
    assert cdf[29] < 0.05
    assert cdf[-1] > 0.8


def made_up(kind: str, rows: int, days: int) -> Array:
    """Flows of some 20 to 20,000 a day that stay, wander from week to week, or grow by up to 15% a month."""
    random = np.random.default_rng(12)
    size, noise, step = (
        least * (most / least) ** random.uniform(size=(rows, 1))
        for least, most in ((20, 20_000), (0.02, 0.5), (0.01, 0.1))
    )
    steps = step * random.normal(size=(rows, days // 7 + 1))
    level = {
        "steady": np.zeros((rows, days)),
        "wandering": np.repeat(np.cumsum(steps, axis=1), 7, axis=1)[:, :days],
        "growing": random.uniform(0.0, 0.14, (rows, 1)) * np.arange(days) / 30.4,
    }[kind]
    week = np.exp(random.normal(0, 0.2, (rows, 7)))[:, np.arange(days) % 7]
    drawn: Array = np.round(size * np.exp(level) * week * random.lognormal(0, 1, (rows, days)) ** noise)
    return drawn


@pytest.mark.parametrize(
    ("kind", "off", "rare"), [("steady", 0.06, 0.1), ("wandering", 0.1, 0.15), ("growing", 0.06, 0.1)]
)
@pytest.mark.parametrize("today", [date(2026, 11, 1), date(2026, 11, 20)])
def test_what_is_told_comes_as_often(kind: str, off: float, rare: float, today: date) -> None:
    """Limits around a month's size, 30, 90 and 365 days ahead; what is told as sure or as out of the question is so."""
    values = made_up(kind, 120, 765)
    past, future = values[:, :400], values[:, 400:]
    panel = forecast(past, "shared", today, 365)
    restart = month_starts(today + timedelta(days=1), 365)
    total, totals = past[:, -today.day :].sum(axis=1), np.empty_like(future)
    for at in range(365):
        total = np.where(restart[at], 0.0, total) + future[:, at]
        totals[:, at] = total
    for days in (30, 90, 365):
        told, came = [], []
        for factor in (0.9, 0.96, 1.0, 1.03, 1.06, 1.12, 1.25, 1.6):
            limits = factor * past[:, -60:].sum(axis=1) * 30.4 / 60
            asked = limits > panel.sofar
            told.append(panel.crossing_at(limits, (days,))[asked, 0])
            came.append((totals[asked, :days] >= limits[asked, None]).any(axis=1))
        chance, outcome = np.concatenate(told), np.concatenate(came)

        assert chance.mean() == pytest.approx(outcome.mean(), abs=off)
        assert outcome[chance > 0.95].mean() > 0.9
        assert outcome[chance < 0.05].mean() < rare
