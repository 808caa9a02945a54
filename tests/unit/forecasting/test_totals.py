"""Histories of totals that begin anew once a month: what their forecast rests on, and what is said of it."""

from datetime import date, timedelta

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from numpy.typing import NDArray

from outgrow.domain.forecast import DaysUntil, Refusal, Status
from outgrow.domain.history import MISSING, OBSERVED, History
from outgrow.domain.metric import PLATFORM, TOTAL_ORDERS_MONTH, Kind, Metric
from outgrow.domain.note import NoteCode
from outgrow.domain.panel import HistoryPanel
from outgrow.forecasting.outlook import days_until
from outgrow.forecasting.projection import ForecastRules, Projection, project, project_panel
from outgrow.forecasting.totals import flow_of_total, month_to_date

Array = NDArray[np.float64]
LAST, DAYS = date(2026, 11, 28), 240
RULES = ForecastRules()
kinds = pytest.mark.parametrize("kind", list(Kind))


def amounts(seed: int = 1, days: int = DAYS, noise: float = 0.07) -> Array:
    """About 3,300 a day."""
    drawn: Array = np.round(3_300 * np.random.default_rng(seed).lognormal(-(noise**2) / 2, noise, days))
    return drawn


def total(values: Array, begins_on: int = 1, metric: Metric = TOTAL_ORDERS_MONTH, last: date = LAST) -> History:
    first = last - timedelta(days=len(values) - 1)
    return stored(month_to_date(values, first, begins_on), metric, last)


def stored(values: Array, metric: Metric = TOTAL_ORDERS_MONTH, last: date = LAST) -> History:
    provenance = np.where(np.isnan(values), MISSING, OBSERVED).astype(np.int8)
    return History(metric, PLATFORM, "main", last - timedelta(days=len(values) - 1), values, provenance)


def own_name(kind: Kind = Kind.LEVEL) -> Metric:
    return Metric("api_calls_mtd", kind, "calls", "API calls this month")


def until(history: History, limit: float) -> DaysUntil:
    """As it is asked of what an import brought."""
    known = history if history.metric.month_total_of is None else flow_of_total(history)
    return days_until(known, limit, history.last_day, RULES)


# A month that begins on another day


def test_a_quota_that_begins_on_the_15th_is_reached_at_the_end_of_its_month() -> None:
    """So far 46,762 in 14 days, and 16 days at 3,300 bring it to 99,600: not quite as likely as not."""
    history = total(amounts(16), 15)
    told = until(history, 100_000)

    assert told.current == 46_762
    assert told.date("p50") in {date(2026, 12, 14), date(2027, 1, 13), date(2027, 1, 14)}
    assert 0.25 < told.probability_within[30] < 0.65
    assert told.probability_within[90] > 0.9
    soon = until(history, 60_000)
    assert soon.date("p50") == date(2026, 12, 2)
    assert soon.probability_within[30] > 0.99


@given(st.integers(1, 31), st.integers(0, 100), st.floats(0.02, 0.4))
def test_whatever_day_it_is_the_total_so_far_and_the_date_are_right(begins_on: int, seed: int, noise: float) -> None:
    assume(begins_on != 29)  # tomorrow's total would be none of today's
    history = total(amounts(seed, noise=noise), begins_on)
    sofar = float(history.values[-1])
    told = until(history, sofar + 1.5)

    assert told.current == pytest.approx(sofar)
    assert (told.status, told.days.p50) in {(Status.OK, 1), (Status.OK, 2)}
    codes = [note.code for note in told.notes]
    assert (NoteCode.RESTARTS in codes) == (begins_on != 1)


def test_the_answer_says_on_which_day_it_begins_anew() -> None:
    (note,) = (note for note in until(total(amounts(), 15), 100_000).notes if note.code is NoteCode.RESTARTS)

    assert (note.first, note.days) == (date(2026, 11, 15), 1)
    assert "on 15 Nov 2026 it began anew with " in note.sentence("orders")
    assert "as on the 15th of each month" in note.sentence("orders")
    short = [n for n in until(total(amounts(), 31), 100_000).notes if n.code is NoteCode.RESTARTS]
    assert "as on the 31st of each month" in short[0].sentence()


def test_on_the_first_nothing_is_said_and_all_is_as_it_was() -> None:
    told = until(total(amounts()), 100_000)

    assert not told.notes
    assert told.current == pytest.approx(28 * 3_300, rel=0.04)


def test_what_begins_anew_on_no_fixed_day_is_refused_with_what_was_seen() -> None:
    values = np.concatenate([np.cumsum(month) for month in np.split(amounts(days=280), 10)])[-DAYS:]
    made = project(flow_of_total(stored(values)), LAST, RULES)

    assert isinstance(made, Refusal)
    assert made.status is Status.INSUFFICIENT_DATA
    assert made.reason.startswith("it began anew on 6 Sep 2026, 4 Oct 2026 and 1 Nov 2026, which is no fixed day")
    assert made.reason.endswith("store what each day brings, as orders_per_day")


def test_what_never_begins_anew_is_no_total_of_months() -> None:
    made = project(flow_of_total(stored(np.cumsum(amounts()))), LAST, RULES)

    assert isinstance(made, Refusal)
    assert "went on over the first of a month" in made.reason


def test_nothing_is_nothing() -> None:
    assert not len(flow_of_total(stored(np.empty(0))))


# Under a name of one's own


@kinds
def test_a_total_under_any_name_is_answered_as_the_built_in_one(kind: Kind) -> None:
    for begins_on, limit in ((1, 100_000), (15, 100_000), (1, 95_000)):
        mine = until(total(amounts(), begins_on, own_name(kind)), limit)
        known = until(total(amounts(), begins_on), limit)

        assert (mine.status, mine.days, mine.current) == (known.status, known.days, known.current)
        assert mine.probability_within == known.probability_within
        assert mine.growth_per_30_days == known.growth_per_30_days
        assert [note.code for note in mine.notes] == [NoteCode.RESTARTS]


@kinds
def test_it_says_so_and_keeps_its_name_and_unit(kind: Kind) -> None:
    told = until(total(amounts(), 1, own_name(kind)), 100_000)
    sentence = told.notes[0].sentence(told.metric.unit)

    assert (told.metric.name, told.metric.unit) == ("api_calls_mtd", "calls")
    assert sentence.startswith("on 1 Nov 2026 it began anew with ")
    assert sentence.endswith("as on the 1st of each month: taken as the total of what each day brings")


def test_what_was_reached_last_month_is_reached_anew() -> None:
    history = total(amounts(), metric=own_name())
    last_month = history.between(None, date(2026, 10, 31))

    assert until(last_month, 100_000).status is Status.ALREADY_EXCEEDED
    assert until(history, 100_000).status is Status.OK


def test_unknown_days_leave_the_total_so_far_as_it_is_known() -> None:
    values = total(amounts(), metric=own_name()).values.copy()
    values[[-30, -12, -11, -5, -2]] = np.nan
    told = until(stored(values, own_name()), 100_000)

    assert told.current == values[-1]
    assert told.as_of == LAST
    assert told.notes[-1].code is NoteCode.RESTARTS


def test_teeth_that_fall_to_more_than_nothing_stay_levels() -> None:
    disk = 20_000 + total(amounts(), metric=own_name()).values
    made = project(stored(disk, own_name()), LAST, RULES)

    assert isinstance(made, Projection)
    assert made.forecast.metric == own_name()
    assert NoteCode.RESTARTS not in [note.code for note in made.notes]


def test_a_counter_that_begins_anew_every_week_is_the_total_of_a_week() -> None:
    came = np.round(500 * np.random.default_rng(1).lognormal(0, 0.15, DAYS))
    # The newest day is a Saturday.
    counted = stored(month_to_date(came, LAST - timedelta(days=DAYS - 1), -1), own_name(Kind.CUMULATIVE))
    weeks = counted.values[np.diff(counted.values, append=0.0) < 0]
    told = {share: until(counted, float(np.quantile(weeks, share))) for share in (0.5, 0.95)}

    assert [note.code for note in told[0.5].notes] == [NoteCode.RESTARTS_WEEKLY]
    assert "as every Monday" in str(told[0.5].notes[0])
    assert told[0.5].probability_within[90] > 0.95
    assert 0.3 < told[0.95].probability_within[90] < 0.98
    assert until(counted, 1.3 * float(weeks.max())).probability_within[365] < 0.1
    as_level = until(stored(counted.values, own_name(Kind.LEVEL)), 1e6)
    assert NoteCode.RESTARTS_WEEKLY not in [note.code for note in as_level.notes]


def test_some_at_once_are_as_each_alone() -> None:
    asked = [
        total(amounts(seed, days), begins_on, own_name(kind))
        for seed, (days, begins_on, kind) in enumerate(
            [(240, 1, Kind.LEVEL), (400, 15, Kind.FLOW), (90, 1, Kind.CUMULATIVE), (300, 15, Kind.LEVEL)]
        )
    ]
    asked += [stored(np.cumsum(amounts(9)), own_name()), stored(amounts(8), own_name(Kind.FLOW))]
    together = project_panel(HistoryPanel.of(asked), [RULES] * len(asked), LAST)

    for history, made in zip(asked, together, strict=True):
        alone = project(history, LAST, RULES)
        assert isinstance(made, Projection)
        assert isinstance(alone, Projection)
        np.testing.assert_array_equal(made.forecast.quantiles, alone.forecast.quantiles)
        np.testing.assert_array_equal(made.crossing_cdf(100_000), alone.crossing_cdf(100_000))
