"""Days unlike others: what is learned of them."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest
from tests.support.event_flows import RULES, TODAY, Array, days_ago, effect, on, orders, past, projected, with_days

from outgrow.domain.event import Event, EventKind
from outgrow.forecasting.events import LEAST_ORDINARY, EventDays, event_days


def learned(values: Array, events: Sequence[Event], horizon: int = 60) -> EventDays:
    return event_days(past(values), events, horizon)


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
