"""Forecasts with days unlike others: what an event changes, and what it leaves alone."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any, cast

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.support.event_flows import DAYS, RULES, TODAY, days_ago, on, orders, past, projected, with_days

from outgrow.domain.event import Event, EventEffect
from outgrow.domain.history import History
from outgrow.domain.metric import ORDERS_PER_DAY, TOTAL_ORDERS_MONTH, TOTAL_PRODUCTS, Metric
from outgrow.domain.note import NoteCode
from outgrow.domain.panel import HistoryPanel
from outgrow.forecasting.panel import MODELS
from outgrow.forecasting.projection import LEVELS, Projection, project, project_panel

each_model = pytest.mark.parametrize("model", MODELS)
each_flow = pytest.mark.parametrize("metric", [ORDERS_PER_DAY, TOTAL_ORDERS_MONTH], ids=["days", "months"])
seeds = st.integers(0, 2**32 - 1)
few = settings(max_examples=10)
"""Of eight histories each."""


def flock(seed: int, days: int, metric: Metric = ORDERS_PER_DAY, **changed: Any) -> list[History]:
    """Eight histories, which are forecast at once for the price of one; one day in each may be another."""
    made = [orders(seed + number, days) for number in range(8)]
    if changed:
        made = [with_days(values, changed["times"], changed["ago"]) for values in made]
    return [past(values, metric) for values in made]


def all_projected(histories: Sequence[History], *events: Event) -> list[Projection]:
    made = project_panel(HistoryPanel.of(histories), [replace(RULES, events=events)] * len(histories), TODAY)
    assert all(isinstance(one, Projection) for one in made)
    return cast("list[Projection]", made)


def all_same(some: Sequence[Projection], others: Sequence[Projection]) -> None:
    for one, two in zip(some, others, strict=True):
        same(one, two)


def same(one: Projection, two: Projection, limit: float = 150.0) -> None:
    np.testing.assert_array_equal(one.forecast.quantiles, two.forecast.quantiles)
    np.testing.assert_array_equal(one.crossing_cdf(limit), two.crossing_cdf(limit))
    assert one.forecast.growth_per_30_days == two.forecast.growth_per_30_days
    assert one.notes == two.notes


# What changes nothing


@each_flow
@each_model
def test_events_outside_the_past_and_the_horizon_change_nothing(metric: Metric, model: str) -> None:
    rules = replace(RULES, model=model)
    history = past(orders(), metric)
    far = [on(days_ago(DAYS + 5)), on(days_ago(-RULES.horizon_days - 1)), on(days_ago(-500), "x", 30, 9.0)]

    same(projected(history, rules=rules), projected(history, *far, rules=rules))


@few
@given(seeds, st.integers(1, 200), st.integers(1, 20), st.none() | st.floats(0.01, 100))
def test_an_event_beyond_the_horizon_changes_nothing(seed: int, after: int, days: int, times: float | None) -> None:
    histories = flock(seed, 120)
    late = on(days_ago(-RULES.horizon_days - after), days=days, multiplier=times)

    all_same(all_projected(histories), all_projected(histories, late))


@few
@given(seeds, st.integers(-59, 100), st.integers(1, 20))
def test_a_multiplier_of_one_changes_nothing(seed: int, ago: int, days: int) -> None:
    histories = flock(seed, 120)

    all_same(all_projected(histories), all_projected(histories, on(days_ago(ago), days=days, multiplier=1.0)))


@each_flow
def test_an_event_that_was_never_seen_changes_nothing_and_is_told(metric: Metric) -> None:
    history = past(orders(), metric)
    made = projected(history, on(days_ago(-10)))

    same(projected(history), made)
    assert made.events_ahead == (EventEffect(on(days_ago(-10))),)
    assert made.events_ahead[0].source == "not_seen"


def test_levels_know_no_events() -> None:
    history = past(np.cumsum(orders()), TOTAL_PRODUCTS)
    made = projected(history, on(days_ago(365)), on(days_ago(-10), multiplier=3.0))

    same(projected(history), made, 1e6)
    assert made.events == ()


def test_no_flow_knows_of_another_s_days() -> None:
    """Histories of other lengths and newest days, forecast at once."""
    events = (on(days_ago(365)), on(days_ago(100), "sale", 3), on(days_ago(-10)))
    rules = replace(RULES, events=events)
    histories = [
        past(with_days(orders(), 3.0, 365)),
        past(orders(2, 300)),
        past(orders(3, 80), last=days_ago(3)),
        past(np.concatenate([np.full(350, np.nan), orders(4, 50)])),
    ]
    together = project_panel(HistoryPanel.of(histories), [rules] * len(histories), TODAY)
    for history, made in zip(histories, together, strict=True):
        alone = project(history, TODAY, rules)
        assert isinstance(made, Projection)
        assert isinstance(alone, Projection)
        np.testing.assert_array_equal(made.forecast.quantiles, alone.forecast.quantiles)
        assert made.events == alone.events


# What is kept out of the past


@few
@given(seeds, st.integers(10, 380), st.floats(0.0, 100.0))
def test_a_past_event_of_any_size_leaves_ordinary_days_nearly_alone(seed: int, ago: int, size: float) -> None:
    quiet = all_projected(flock(seed, 400))
    event = all_projected(flock(seed, 400, times=size, ago=ago), on(days_ago(ago)))
    low, middle, high = (
        [np.array([made.forecast.quantile(level) for made in some]) for some in (event, quiet)]
        for level in (0.1, 0.5, 0.9)
    )

    np.testing.assert_allclose(middle[0], middle[1], rtol=0.06)
    np.testing.assert_allclose(high[0] - low[0], high[1] - low[1], rtol=0.25)


@few
@given(seeds, st.floats(0.0, 100.0), st.floats(0.0, 100.0))
def test_how_large_a_past_event_was_is_not_asked(seed: int, one: float, other: float) -> None:
    first, second = (all_projected(flock(seed, 200, times=size, ago=9), on(days_ago(9))) for size in (one, other))

    for mine, theirs in zip(first, second, strict=True):
        np.testing.assert_array_equal(mine.forecast.quantiles, theirs.forecast.quantiles)


def test_black_friday_is_neither_an_outlier_nor_growth() -> None:
    values = with_days(orders(), 40.0, 10)
    blind, told = projected(past(values)), projected(past(values), on(days_ago(10)))

    assert NoteCode.OUTLIER in {note.code for note in blind.notes}
    assert told.notes == ()
    assert told.forecast.growth_per_30_days == pytest.approx(
        projected(past(orders())).forecast.growth_per_30_days, abs=3.0
    )


def test_a_campaign_of_weeks_is_no_gap() -> None:
    values = orders()
    values[-60:-30] *= 3.0

    assert projected(past(values), on(days_ago(59), days=30)).notes == ()


def test_the_total_of_a_month_holds_what_its_events_brought() -> None:
    values = with_days(orders(), 50.0, 3)
    made = projected(past(values, TOTAL_ORDERS_MONTH), on(days_ago(3)))

    assert made.forecast.current == values[-TODAY.day :].sum()
    assert made.forecast.quantile(0.05)[10] >= made.forecast.current


# What is to come


@each_model
@each_flow
def test_an_event_raises_its_day_and_what_adds_up_from_it(metric: Metric, model: str) -> None:
    rules, history = replace(RULES, model=model), past(orders(), metric)
    plain, made = projected(history, rules=rules), projected(history, on(days_ago(-5), multiplier=4.0), rules=rules)
    changed = np.flatnonzero(made.forecast.quantile(0.5) != plain.forecast.quantile(0.5))

    assert changed.tolist() == ([4] if metric is ORDERS_PER_DAY else list(range(4, 11)))  # the month ends with day 11
    if metric is ORDERS_PER_DAY:
        np.testing.assert_allclose(made.forecast.quantiles[:, 4], 4 * plain.forecast.quantiles[:, 4], atol=2.5)
    else:
        more = made.forecast.quantile(0.5)[10] - plain.forecast.quantile(0.5)[10]
        assert more == pytest.approx(3 * projected(past(orders())).forecast.quantile(0.5)[4], rel=0.25)


def test_a_limit_that_only_an_event_reaches_is_reached_on_its_day() -> None:
    history = past(orders())
    limit = 2.2 * projected(history).forecast.quantiles.max()
    plain, made = projected(history), projected(history, on(days_ago(-5), multiplier=4.0))

    assert plain.crossing_cdf(limit)[:30].max() < 0.01
    assert made.crossing_cdf(limit)[3] < 0.01
    assert made.crossing_cdf(limit)[4] > 0.9


def test_what_is_not_sure_of_an_event_widens_its_day() -> None:
    values = with_days(orders(noise=0.3), 2.0, 365)
    sure = projected(past(values), on(days_ago(-10), multiplier=2.0)).forecast.quantiles[:, 9]
    unsure = projected(past(values), on(days_ago(365)), on(days_ago(-10))).forecast.quantiles[:, 9]
    middle = LEVELS.index(0.5)

    assert unsure[-1] / unsure[middle] > sure[-1] / sure[middle]
    assert unsure[0] / unsure[middle] < sure[0] / sure[middle]


@each_flow
@few
@given(
    seeds,
    st.tuples(st.integers(1, 55), st.integers(1, 5)),
    st.tuples(st.floats(0.05, 20), st.floats(0.05, 20)).map(sorted),
    st.floats(0.2, 30),
)
def test_a_larger_multiplier_never_lowers_anything(
    metric: Metric, seed: int, when: tuple[int, int], times: list[float], share: float
) -> None:
    histories = flock(seed, 120, metric)
    made = (all_projected(histories, on(days_ago(-when[0]), days=when[1], multiplier=size)) for size in times)
    for history, small, large in zip(histories, *made, strict=True):
        limit = share * float(history.values.max())
        assert (large.forecast.quantiles >= small.forecast.quantiles).all()
        assert (large.crossing_cdf(limit) >= small.crossing_cdf(limit) - 1e-12).all()
