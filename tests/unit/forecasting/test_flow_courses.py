"""Flows that grow, fall, shift or stay, and newest days that are not whole: what is said of the days ahead."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from outgrow.domain.note import NoteCode
from outgrow.forecasting import forecast_panel
from outgrow.forecasting.faults import CODES, find_faults
from outgrow.forecasting.flows import FlowForecast
from outgrow.forecasting.partial import find_partial
from outgrow.forecasting.training.flow_laws import made_up_flows

Array = NDArray[Any]
WEEK = np.array([1.1, 1.05, 1.0, 1.0, 1.05, 0.95, 0.85])
seeds = st.integers(0, 200)
sizes = st.floats(50, 5_000)


def noisy(course: Array, seed: int, noise: float = 0.04, week: Array = WEEK) -> Array:
    days = len(course)
    random = np.random.default_rng(seed)
    return np.asarray(np.round(course * np.resize(week / week.mean(), days) * random.lognormal(0, noise, days)))


def told(values: Array) -> FlowForecast:
    found = forecast_panel(values[None, :], 365, "flow")
    assert isinstance(found, FlowForecast)
    return found


def middle(values: Array, first: int, last: int) -> float:
    return float(told(values).quantiles((0.5,))[0, 0, first - 1 : last].mean())


@settings(max_examples=15)
@given(seeds, sizes)
def test_a_steady_flow_goes_on_as_it_is_and_keeps_its_own_spread(seed: int, size: float) -> None:
    values = noisy(np.full(400, size), seed)
    low, high = told(values).quantiles((0.1, 0.9))[0, :, 29:90].mean(axis=1)

    assert middle(values, 1, 90) == pytest.approx(size, rel=0.06)
    assert high - low < 0.3 * size


@settings(max_examples=15)
@given(seeds, st.floats(100, 400), st.floats(0.4, 1.5))
def test_a_flow_that_rises_by_the_same_every_day_goes_on(seed: int, begin: float, rise: float) -> None:
    course = begin + rise * np.arange(490)

    assert middle(noisy(course[:400], seed), 61, 90) == pytest.approx(course[460:490].mean(), rel=0.1)


@settings(max_examples=15)
@given(seeds, sizes, st.floats(0.001, 0.003))
def test_what_compounds_compounds_and_what_falls_falls_on(seed: int, size: float, pace: float) -> None:
    for sign in (1, -1):
        course = 4 * size * np.exp(sign * pace * (np.arange(490) - 200))
        assert middle(noisy(course[:400], seed), 61, 90) == pytest.approx(course[460:490].mean(), rel=0.15)


@settings(max_examples=15)
@given(seeds, sizes, st.integers(50, 130), st.floats(1.5, 2.2))
def test_a_flow_that_shifted_stays_where_it_is(seed: int, size: float, ago: int, factor: float) -> None:
    course = np.where(np.arange(400) >= 400 - ago, factor * size, size)

    assert middle(noisy(course, seed), 1, 90) == pytest.approx(factor * size, rel=0.12)


def test_one_more_a_day_for_300_days() -> None:
    values = np.round(120 + np.arange(300) + np.random.default_rng(5).normal(0, 6, 300))
    forecast = told(values)
    days = [int((forecast.crossing_cdf(np.array([limit]))[0] >= 0.5).argmax()) + 1 for limit in (450.0, 500.0)]

    assert 17 <= days[0] <= 30
    assert 60 <= days[1] <= 80
    assert middle(values, 87, 93) == pytest.approx(510, rel=0.03)
    assert middle(values, 359, 365) == pytest.approx(785, rel=0.08)


def test_a_growing_peak_of_the_week_is_met_on_its_day() -> None:
    week = np.array([500.0, 400, 400, 450, 500, 600, 800])
    values = np.round(
        np.resize(week, 300) * (1 + 0.0012 * np.arange(300)) * np.random.default_rng(6).normal(1, 0.03, 300)
    )
    cdf = told(values).crossing_cdf(np.array([1.04 * values[-60:].max()]))[0]
    steps = np.diff(cdf, prepend=0)
    peak = (np.arange(365) + 300) % 7 == 6

    assert steps[:120][peak[:120]].sum() > 0.95 * steps[:120].sum()
    assert 14 <= (cdf >= 0.5).argmax() + 1 <= 80


@settings(max_examples=10)
@given(seeds, sizes, st.integers(80, 130), st.floats(0.001, 0.003))
def test_a_flow_that_has_stopped_growing_stays(seed: int, size: float, ago: int, pace: float) -> None:
    course = size * np.exp(pace * np.minimum(np.arange(400) - (400 - ago), 0))

    assert middle(noisy(course, seed), 61, 90) == pytest.approx(size, rel=0.1)
    assert middle(noisy(course, seed), 351, 365) == pytest.approx(size, rel=0.3)


@settings(max_examples=10)
@given(seeds, sizes)
def test_a_limit_far_above_a_steady_flow_is_out_of_reach(seed: int, size: float) -> None:
    values = noisy(np.full(400, size), seed, noise=0.03, week=np.ones(7))
    chance = told(values).crossing_at(np.array([1.3 * size]), (30, 90, 365))[0]

    assert (np.diff(chance) >= 0).all()
    assert chance[1] < 0.02
    assert chance[2] < 0.1


@settings(max_examples=10)
@given(seeds)
def test_four_months_of_a_steady_flow_make_a_far_limit_unlikely_within_a_year(seed: int) -> None:
    values = np.append(noisy(np.full(119, 1000.0), seed, noise=0.03, week=np.ones(7)), 310.0)

    assert told(values).crossing_at(np.array([1300.0]), (365,))[0, 0] < 0.35


def panel(courses: Array, noise: float, seed: int) -> Array:
    random = np.random.default_rng(seed)
    return np.asarray(np.round(courses * random.lognormal(0, noise, courses.shape)))


def test_steady_flows_have_highest_days_as_often_as_is_said() -> None:
    """Chances of any day of a month, a quarter and a year at or above limits around the highest day so far."""
    size = np.random.default_rng(3).uniform(200, 3_000, (150, 1))
    for noise in (0.03, 0.1):
        values = panel(np.broadcast_to(size, (150, 765)), noise, 4)
        past, future = values[:, :400], values[:, 400:]
        forecast = forecast_panel(past, 365, "flow")
        for above in (0.0, 1.0, 2.0):
            limit = past[:, -90:].max(axis=1) + 1 + above * noise * size[:, 0]
            happened = np.maximum.accumulate(future >= limit[:, None], axis=1)[:, [29, 89, 364]].mean(axis=0)
            np.testing.assert_allclose(
                forecast.crossing_at(limit, (30, 90, 365)).mean(axis=0), happened, atol=0.2, err_msg=f"{noise} {above}"
            )


def test_a_level_that_wanders_keeps_its_doubt() -> None:
    """A flow that has been elsewhere may be so again: its bands hold what comes, and are far wider than its days."""
    random = np.random.default_rng(5)
    level = 1000 * np.exp(np.cumsum(random.normal(0, 0.01, (80, 765)), axis=1))
    values = panel(level, 0.04, 6)
    low, high = forecast_panel(values[:, :400], 365, "flow").quantiles((0.1, 0.9)).transpose(1, 0, 2)
    held = (values[:, 400:] >= low) & (values[:, 400:] <= high)

    assert held.mean() > 0.6
    assert np.median((high - low)[:, 180] / values[:, 400]) > 0.2


def test_bands_of_each_kind_hold_about_as_much_as_they_say() -> None:
    random = np.random.default_rng(7)
    day, size = np.arange(765), random.uniform(300, 3_000, (60, 1))
    kinds = {
        "steady": np.ones((60, 765)),
        "one more a day": 1 + day * random.uniform(0.001, 0.004, (60, 1)),
        "compounding": np.exp(day * random.uniform(0.0005, 0.003, (60, 1))),
        "falling": np.exp(-day * random.uniform(0.0005, 0.003, (60, 1))),
        "yearly": 1 + 0.3 * np.cos(2 * np.pi * (day + random.uniform(0, 365, (60, 1))) / 365.25),
        "shifted": np.where(day > 400 - random.integers(40, 120, (60, 1)), 1.7, 1.0),
    }
    for kind, courses in kinds.items():
        values = panel(size * courses, 0.08, 8)
        low, high = forecast_panel(values[:, :400], 365, "flow").quantiles((0.1, 0.9)).transpose(1, 0, 2)
        held = (values[:, 400:] >= low) & (values[:, 400:] <= high)
        assert 0.68 <= held.mean() <= 0.92, f"{kind}: {held.mean():.2f}"


def test_medians_of_a_quarter_add_up_to_its_total_also_with_bursts() -> None:
    random = np.random.default_rng(9)
    bursts = np.where(random.random((80, 490)) < 0.03, random.uniform(3, 10, (80, 490)), 1.0)
    values = panel(500 * bursts, 0.1, 10)
    middle_days = forecast_panel(values[:, :400], 90, "flow").quantiles((0.5,))[:, 0]

    assert abs(np.median(middle_days.sum(axis=1) / values[:, 400:].sum(axis=1)) - 1) < 0.1


# Newest days that are not whole


@settings(max_examples=15)
@given(seeds, st.floats(0.05, 0.6))
def test_a_newest_day_that_is_partly_there_is_left_out(seed: int, share: float) -> None:
    whole = noisy(np.full(120, 1000.0), seed, noise=0.03)
    partly = np.append(whole, np.round(share * 850))
    found = find_faults(partly[None, :], "flow")

    assert [CODES[code] for code in found.code] == [NoteCode.PARTIAL]
    assert np.isnan(found.mended[0, -1])
    forecast = told(partly)
    without = told(np.append(whole, np.nan))
    np.testing.assert_array_equal(forecast.quantiles((0.1, 0.5, 0.9)), without.quantiles((0.1, 0.5, 0.9)))
    assert middle(partly, 1, 30) == pytest.approx(1000, rel=0.05)
    assert forecast.crossing_at(np.array([1500.0]), (30,))[0, 0] < 0.2


def test_a_low_day_is_whole_where_such_days_have_been() -> None:
    values = noisy(np.full(120, 1000.0), 1)
    values[[-1, -40]] = 310

    assert len(find_partial(values[None, :])) == 0


def test_a_second_low_day_is_a_fall() -> None:
    values = noisy(np.full(120, 1000.0), 1)
    values[-2:] = 310

    assert len(find_partial(values[None, :])) == 0


@pytest.mark.parametrize("mean", [0.5, 3.0, 8.0])
def test_few_of_a_handful_are_no_wonder(mean: float) -> None:
    values = np.random.default_rng(2).poisson(mean, (200, 200)).astype(float)

    assert len(find_partial(values)) <= 2


@settings(max_examples=15)
@given(seeds, st.integers(1, 7))
def test_zeros_of_an_outage_say_nothing_of_the_flow(seed: int, zeros: int) -> None:
    values = noisy(np.full(200, 800.0), seed)
    broken, unknown = (np.append(values, np.full(zeros, end)) for end in (0.0, np.nan))

    np.testing.assert_array_equal(told(broken).quantiles((0.5,)), told(unknown).quantiles((0.5,)))


# Made-up flows


def test_made_up_flows_are_amounts_and_come_again() -> None:
    one, other = made_up_flows(30, 500, 4), made_up_flows(30, 500, 4)

    assert one.shape == (30, 500)
    assert np.isfinite(one).all()
    assert (one >= 0).all()
    np.testing.assert_array_equal(one, other)
    assert made_up_flows(0, 10).shape == (0, 10)


@given(
    st.floats(100, 3_000), st.floats(0.2, 5.0), st.sampled_from([-1.0, 1.0]), st.floats(0.0, 0.003), st.integers(0, 99)
)
def test_a_flow_that_keeps_to_a_line_exactly_goes_on_along_it(
    start: float, pace: float, way: float, noise: float, seed: int
) -> None:
    """However little its days vary: what keeps to a rhythm need not stand still."""
    day = np.arange(400 + 180.0)
    pace = min(pace, start / 1_000) if way < 0 else pace
    flow = start + way * pace * day
    known = flow[:400] * (1 + noise * np.random.default_rng(seed).normal(0, 1, 400))
    told = forecast_panel(known[None], 180, "flow").quantiles((0.5,))[0, 0]

    assert told[[29, 89, 179]] == pytest.approx(flow[[429, 489, 579]], rel=0.02)
