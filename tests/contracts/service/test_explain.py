"""Why a date moved: which two issued forecasts are compared, and that the parts add up."""

from datetime import timedelta
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import delete
from sqlalchemy.orm import Session
from tests.support.desks import desk_of
from tests.support.documents import plain
from tests.support.movements import DAYS, LADDER, NOW, THEN, ask, config, fill, keep, parts, wobbling

from outgrow.documents.movement import movement_document
from outgrow.domain.errors import BadThresholdError, UnknownMetricError
from outgrow.domain.forecast import Status
from outgrow.domain.movement import Movement
from outgrow.forecasting.rules import ForecastRules
from outgrow.service.config import CapacityConfig
from outgrow.service.explain import explain
from outgrow.store.memory import MemoryStore
from outgrow.store.orm import MeasurementRow


class TestDates:
    def test_a_limit_beyond_the_kept_horizon_is_looked_for_further_ahead(self, memory: MemoryStore) -> None:
        fill(memory, wobbling(7))
        for day in (THEN, NOW):
            keep(memory, day, config(9_000))
        found = ask(memory, config(9_000))

        parts(found)
        assert found.before is not None
        assert not found.before.kept
        assert found.before.median is not None
        assert found.before.median > THEN + timedelta(days=365)

    def test_where_there_is_no_date_even_then_no_number_is_made_up(self, memory: MemoryStore) -> None:
        fill(memory, lambda n: 500)
        for day in (THEN, NOW):
            keep(memory, day, config())
        found = ask(memory, config())

        assert found.status is Status.NO_GROWTH
        assert (found.moved_days, found.parts) == (None, ())
        assert found.reason is not None
        assert found.reason.startswith("on 10 Mar 2026 there was no date, it does not grow")
        assert plain(movement_document(found))["from"]["median"] is None

    def test_growth_that_stopped_has_a_date_then_and_none_now(self, memory: MemoryStore) -> None:
        value = wobbling(7)
        fill(memory, lambda n: value(min(n, DAYS)) - 9 * max(0, n - DAYS))
        for day in (THEN, NOW):
            keep(memory, day, config())
        found = ask(memory, config(), level=60_000)

        assert found.status in {Status.BEYOND_HORIZON, Status.NO_GROWTH, Status.DECLINING}
        assert found.moved_days is None
        assert found.sentence.startswith("Why the date moved cannot be said: on ")

    def test_a_limit_reached_in_between_is_explained_by_its_day(self, memory: MemoryStore) -> None:
        value = wobbling(7)
        fill(memory, lambda n: value(n) + 20 * max(0, n - DAYS - 2))
        for day in (THEN, NOW):
            keep(memory, day, config(2_060))
        found = ask(memory, config(2_060))

        assert (parts(found)["slope"] or 0) + (parts(found)["level"] or 0) < 0
        assert found.after is not None
        assert found.after.status is Status.ALREADY_EXCEEDED
        assert found.after.median is not None
        assert THEN < found.after.median < NOW
        assert found.sentence.startswith(f"The limit was reached on {found.after.median.day} Mar 2026, ")

    def test_a_limit_reached_before_has_nothing_to_explain(self, memory: MemoryStore) -> None:
        fill(memory, wobbling(7))
        for day in (THEN, NOW):
            keep(memory, day, config(1_000))
        found = ask(memory, config(1_000))

        assert found.status is Status.ALREADY_EXCEEDED
        assert found.parts == ()
        assert found.reason is not None
        assert found.reason.startswith("1,000 products were reached on ")


class TestWhatIsCompared:
    @pytest.fixture(autouse=True)
    def kept(self, memory: MemoryStore) -> None:
        fill(memory, wobbling(7))
        for ago in (14, 9, 3, 0):
            keep(memory, NOW - timedelta(days=ago), config())

    def days(self, movement: Movement) -> tuple[int, int]:
        assert movement.before is not None
        assert movement.after is not None
        return (NOW - movement.before.issued_on).days, (NOW - movement.after.issued_on).days

    def test_the_newest_forecast_against_that_of_a_week_ago_or_more(self, memory: MemoryStore) -> None:
        assert self.days(ask(memory, config(), since=None)) == (9, 0)

    def test_or_against_the_newest_of_a_day_or_before(self, memory: MemoryStore) -> None:
        assert self.days(ask(memory, config(), since=NOW - timedelta(days=4))) == (9, 0)
        assert self.days(ask(memory, config(), since=NOW - timedelta(days=3))) == (3, 0)

    def test_as_of_a_past_day_later_ones_are_not_known(self, memory: MemoryStore) -> None:
        view = desk_of(memory, "main", NOW - timedelta(days=2), config())

        assert self.days(explain(view, "products")) == (9, 3)

    def test_where_none_is_a_week_old_the_oldest_serves(self, memory: MemoryStore) -> None:
        view = desk_of(memory, "main", NOW - timedelta(days=8), config())

        assert self.days(explain(view, "products")) == (14, 9)

    def test_any_level_can_be_asked_for(self, memory: MemoryStore) -> None:
        found = ask(memory, config(), level="2100")

        parts(found)
        assert plain(movement_document(found))["limit"] == {"name": None, "threshold": 2100}


class TestNothingToCompare:
    def test_no_forecast_is_kept(self, memory: MemoryStore) -> None:
        fill(memory, wobbling(7))
        found = ask(memory, config())

        assert found.status is Status.INSUFFICIENT_DATA
        assert found.reason == (
            "no forecast of total_products is kept up to 24 Mar 2026; "
            "each `outgrow capture` keeps the forecasts of its day"
        )
        assert (found.before, found.after, found.parts) == (None, None, ())

    def test_none_is_kept_so_far_back(self, memory: MemoryStore) -> None:
        fill(memory, wobbling(7))
        keep(memory, NOW, config())
        found = ask(memory, config())

        assert (
            found.reason
            == "no forecast of total_products is kept of 10 Mar 2026 or before: the first is of 24 Mar 2026"
        )

    def test_only_one_is_kept(self, memory: MemoryStore) -> None:
        fill(memory, wobbling(7))
        keep(memory, NOW, config())
        found = ask(memory, config(), since=None)

        assert found.status is Status.INSUFFICIENT_DATA
        assert (found.reason or "").startswith("of total_products only the forecast of 24 Mar 2026 is kept; each ")

    def test_no_limit(self, memory: MemoryStore) -> None:
        none = CapacityConfig(LADDER, ())
        fill(memory, wobbling(7))
        for day in (THEN, NOW):
            keep(memory, day, none)
        found = ask(memory, none)

        assert (found.status, found.reason) == (Status.NO_LIMIT, "no limit is set for total_products")

    def test_what_it_rested_on_is_gone(self, session: Session) -> None:
        fill(session, wobbling(7))
        for day in (THEN, NOW):
            keep(session, day, config())
        session.execute(delete(MeasurementRow).where(MeasurementRow.day < THEN))
        found = ask(session, config())

        assert found.status is Status.INSUFFICIENT_DATA
        assert found.reason == "what the forecast of 10 Mar 2026 rested on is not stored any more"

    def test_wrong_questions(self, memory: MemoryStore) -> None:
        view = desk_of(memory, "main", NOW, config())
        with pytest.raises(UnknownMetricError, match="gigglebytes"):
            explain(view, "gigglebytes")
        with pytest.raises(BadThresholdError):
            explain(view, "products", None, "-5")


@settings(max_examples=25)
@given(
    pace=st.floats(-3, 30),
    noise=st.floats(0, 20),
    surprise=st.floats(-40, 40),
    step=st.integers(-800, 800),
    limits=st.tuples(st.integers(1, 60_000), st.integers(1, 60_000)),
    models=st.tuples(*[st.sampled_from(["shared", "drift"])] * 2),
    apart=st.integers(0, 14),
    seed=st.integers(0, 99),
)
def test_parts_add_up_whatever_came(
    *,
    pace: float,
    noise: float,
    surprise: float,
    step: int,
    limits: tuple[int, int],
    models: tuple[str, str],
    apart: int,
    seed: int,
) -> None:
    random, memory = Random(seed), MemoryStore()
    daily = [random.gauss(pace, noise) for _ in range(300)]
    fill(memory, lambda n: max(0.0, 5_000 + sum(daily[:n]) + surprise * max(0, n - DAYS) + step * (n > DAYS + 2)))
    then, now = (config(top, ForecastRules(model=model)) for top, model in zip(limits, models, strict=True))
    keep(memory, NOW - timedelta(days=apart), then)
    if apart:
        keep(memory, NOW, now)
    found = ask(memory, now, since=NOW - timedelta(days=apart))

    assert found.sentence
    assert plain(movement_document(found))["status"] == found.status.value
    if found.status is Status.OK:
        told = parts(found)
        assert apart or not told
    else:
        assert (found.parts, found.moved_days) == ((), None)
        assert found.reason
