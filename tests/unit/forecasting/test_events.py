"""Days unlike others: what is learned of them, and what they change and leave alone."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta
from typing import Any, cast

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from outgrow.domain.event import Event, EventEffect, EventKind
from outgrow.domain.history import MISSING, OBSERVED, History
from outgrow.domain.metric import ORDERS_PER_DAY, PLATFORM, TOTAL_ORDERS_MONTH, TOTAL_PRODUCTS, Metric
from outgrow.domain.note import NoteCode
from outgrow.domain.panel import HistoryPanel
from outgrow.forecasting.events import LEAST_ORDINARY, EventDays, event_days
from outgrow.forecasting.panel import MODELS
from outgrow.forecasting.projection import LEVELS, ForecastRules, Projection, project, project_panel

Array = NDArray[np.float64]
TODAY = date(2026, 3, 20)
RULES = ForecastRules(horizon_days=60)
DAYS = 900
each_model = pytest.mark.parametrize("model", MODELS)
each_flow = pytest.mark.parametrize("metric", [ORDERS_PER_DAY, TOTAL_ORDERS_MONTH], ids=["days", "months"])
seeds = st.integers(0, 2**32 - 1)
few = settings(max_examples=10)
"""Of eight histories each."""


def orders(seed: int = 1, days: int = DAYS, mean: float = 100.0, noise: float = 0.1) -> Array:
    """A weekly rhythm, a little growth, and days that stray by a tenth."""
    random = np.random.default_rng(seed)
    rhythm = np.array([1.2, 1.1, 1.0, 1.0, 0.9, 0.7, 0.8])[np.arange(days) % 7]
    return np.asarray(np.round(mean * rhythm * np.exp(0.0004 * np.arange(days)) * random.lognormal(0, noise, days)))


def past(values: Any, metric: Metric = ORDERS_PER_DAY, last: date = TODAY) -> History:
    array: Array = np.asarray(values, dtype=np.float64)
    provenance = np.where(np.isnan(array), MISSING, OBSERVED).astype(np.int8)
    return History(metric, PLATFORM, "main", last - timedelta(days=len(array) - 1), array, provenance)


def days_ago(days: int) -> date:
    return TODAY - timedelta(days=days)


def on(day: date, name: str = "fair", days: int = 1, multiplier: float | None = None) -> Event:
    return Event(name, day, day + timedelta(days=days - 1), EventKind.CAMPAIGN, multiplier)


def with_days(values: Array, factor: float, *ago: int) -> Array:
    """The same, with some days, counted back from the newest, multiplied."""
    changed = values.copy()
    for days in ago:
        changed[len(values) - 1 - days] *= factor
    return changed


def projected(history: History, *events: Event, rules: ForecastRules = RULES) -> Projection:
    made = project(history, TODAY, replace(rules, events=events))
    assert isinstance(made, Projection)
    return made


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


def learned(values: Array, events: Sequence[Event], horizon: int = 60) -> EventDays:
    return event_days(past(values), events, horizon)


def effect(made: Projection | EventDays, name: str = "fair") -> EventEffect:
    found = made.events if isinstance(made, Projection) else made.effects
    return [one for one in found if one.event.name == name][-1]


def same(one: Projection, two: Projection, limit: float = 150.0) -> None:
    np.testing.assert_array_equal(one.forecast.quantiles, two.forecast.quantiles)
    np.testing.assert_array_equal(one.crossing_cdf(limit), two.crossing_cdf(limit))
    assert one.forecast.growth_per_30_days == two.forecast.growth_per_30_days
    assert one.notes == two.notes


# What is learned


class TestLearned:
    def test_two_occurrences_that_tripled_say_about_three(self) -> None:
        values = with_days(orders(), 3.0, 730, 365)
        ahead = [on(days_ago(730)), on(days_ago(365)), on(days_ago(-10))]
        made = learned(values, ahead)

        assert made.factor[9] == pytest.approx(3.0, rel=0.15)
        assert 0.05 < made.doubt[9] < 0.3
        assert (np.delete(made.factor, 9) == 1).all()
        assert (np.delete(made.doubt, 9) == 0).all()
        found = effect(made)
        assert (found.seen, found.source) == (2, "learned")
        assert found.uplift is not None
        assert found.uplift[0] < found.uplift[1] == made.factor[9] < found.uplift[2]

    def test_a_day_that_is_closed_is_learned_as_next_to_nothing(self) -> None:
        values = with_days(orders(), 0.0, 730, 365)
        holiday = Event("closed", TODAY, TODAY, EventKind.HOLIDAY)
        events = [replace(holiday, first=day, last=day) for day in (days_ago(730), days_ago(365), days_ago(-10))]

        assert learned(values, events).factor[9] < 0.1

    def test_one_noisy_occurrence_is_shrunk(self) -> None:
        values = with_days(orders(noise=0.6), 2.0, 365)
        wild = learned(values, [on(days_ago(365)), on(days_ago(-10))])
        calm = learned(with_days(orders(noise=0.05), 2.0, 365), [on(days_ago(365)), on(days_ago(-10))])

        was = effect(wild).was or calm.factor[9]
        assert abs(np.log(wild.factor[9])) < 0.8 * abs(np.log(was))
        assert calm.factor[9] == pytest.approx(2.0, rel=0.1)
        assert wild.doubt[9] > calm.doubt[9]

    def test_more_occurrences_are_believed_more(self) -> None:
        values = with_days(orders(noise=0.5), 1.8, 720, 360)
        one = learned(values, [on(days_ago(360)), on(days_ago(-10))])
        two = learned(values, [on(days_ago(720)), on(days_ago(360)), on(days_ago(-10))])

        assert two.doubt[9] < one.doubt[9] or two.factor[9] > one.factor[9]
        assert effect(two).seen == 2

    @pytest.mark.parametrize("kind", list(EventKind))
    def test_a_day_like_others_teaches_that_it_is_one(self, kind: EventKind) -> None:
        days = [days_ago(ago) for ago in (728, 364, -10)]
        ordinary = [
            learned(orders(seed, noise=0.2), [Event("none", day, day, kind) for day in days]) for seed in range(20)
        ]

        assert np.abs(np.log([made.factor[9] for made in ordinary])).mean() < 0.12

    def test_a_holiday_has_to_prove_more_than_a_campaign(self) -> None:
        values = with_days(orders(noise=0.2), 1.4, 365)
        factors = [
            learned(values, [Event("x", day, day, kind) for day in (days_ago(365), days_ago(-10))]).factor[9]
            for kind in (EventKind.HOLIDAY, EventKind.SALE, EventKind.CAMPAIGN)
        ]

        assert 1.0 < factors[0] < factors[1] < factors[2] < 1.45

    def test_what_may_have_been_chance_is_less_sure_than_what_was_none(self) -> None:
        """Half believed, the day may be as any other, or all that was seen."""
        half, whole = (
            learned(
                with_days(orders(noise=0.2), times, 365),
                [Event("x", day, day, EventKind.HOLIDAY) for day in (days_ago(365), days_ago(-10))],
            )
            for times in (2.6, 6.0)
        )

        assert 1.2 < half.factor[9] < 2.0
        assert whole.factor[9] > 4.0
        assert half.doubt[9] > 1.2 * whole.doubt[9]

    def test_the_days_of_a_small_beginning_count_for_little(self) -> None:
        """Two orders a day say nothing of what an event does to hundreds."""
        young = np.random.default_rng(1).poisson(2, 400).astype(float)
        values = with_days(np.concatenate([young, orders(days=500)]), 3.0, 364)
        made = learned(values, [on(days_ago(728)), on(days_ago(364)), on(days_ago(-10))])

        assert made.factor[9] > 2.3

    def test_it_is_learned_from_the_whole_past_though_a_forecast_looks_at_less(self) -> None:
        values = with_days(orders(), 3.0, 800)
        made = projected(past(values), on(days_ago(800)), on(days_ago(-10)))

        assert made.forecast.history.observed_days == RULES.history_days
        assert effect(made).uplift is not None
        assert made.forecast.quantile(0.5)[9] > 2 * projected(past(values)).forecast.quantile(0.5)[9]

    def test_the_first_days_of_a_campaign_tell_of_the_rest(self) -> None:
        values = orders()
        values[-4:] *= 2.0
        made = learned(values, [on(days_ago(3), days=10)])

        assert made.factor[:6] == pytest.approx(np.full(6, 2.0), rel=0.2)
        assert (made.factor[6:] == 1).all()
        assert made.apart.sum() == 4

    def test_the_user_s_word_wins(self) -> None:
        values = with_days(orders(), 3.0, 730, 365)
        made = learned(values, [on(days_ago(730)), on(days_ago(365)), on(days_ago(-10), multiplier=1.5)])

        assert made.factor[9] == pytest.approx(1.5)
        assert made.doubt[9] == 0
        assert (effect(made).seen, effect(made).source) == (0, "settings")

    def test_the_user_s_word_is_of_one_occurrence(self) -> None:
        values = with_days(orders(), 3.0, 730, 365)
        events = [on(days_ago(730)), on(days_ago(365)), on(days_ago(-10), multiplier=1.5), on(days_ago(-20))]
        made = learned(values, events)

        assert made.factor[9] == pytest.approx(1.5)
        assert made.factor[19] == pytest.approx(3.0, rel=0.15)

    def test_on_one_day_the_campaign_has_it(self) -> None:
        day = days_ago(-10)
        holiday = Event("holiday", day, day, EventKind.HOLIDAY)
        made = learned(orders(), [on(day, multiplier=2.0), holiday])

        assert made.factor[9] == pytest.approx(2.0)
        assert [one.event.name for one in made.effects] == ["fair"]

    def test_what_a_past_occurrence_did_is_told(self) -> None:
        made = learned(with_days(orders(), 2.0, 30), [on(days_ago(30))])

        assert effect(made).was == pytest.approx(2.0, rel=0.3)

    def test_too_few_ordinary_days_are_not_made_fewer(self) -> None:
        values = orders(days=30)
        made = learned(values, [on(days_ago(20), days=31 - LEAST_ORDINARY + 3)])

        assert not made.apart.any()
        np.testing.assert_array_equal(made.ordinary, values)

    def test_a_flow_of_nothing_teaches_nothing(self) -> None:
        made = learned(np.zeros(400), [on(days_ago(100)), on(days_ago(-10))])

        assert (made.factor == 1).all()
        assert effect(made).uplift is None

    def test_unknown_days_teach_nothing(self) -> None:
        values = orders()
        values[-366] = np.nan

        assert learned(values, [on(days_ago(365)), on(days_ago(-10))]).factor[9] == 1


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
