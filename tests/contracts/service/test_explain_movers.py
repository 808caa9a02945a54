"""What moved a date is told with its cause: new data, another limit or model, or what lies ahead."""

from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from random import Random

import numpy as np
import pytest
from sqlalchemy import delete, update
from sqlalchemy.orm import Session
from tests.support.desks import desk_of, store_of
from tests.support.documents import plain
from tests.support.movements import (
    DAYS,
    LADDER,
    NOW,
    PRODUCTS,
    THEN,
    ask,
    config,
    fill,
    keep,
    parts,
    sentence,
    wobbling,
)

from outgrow.documents.movement import movement_document
from outgrow.domain.event import CalendarRules, Event, EventKind
from outgrow.domain.limit import Limit
from outgrow.domain.movement import Movement, Mover
from outgrow.domain.scenario import Project
from outgrow.forecasting.crossing import expected_path
from outgrow.forecasting.kernels.normal import Array
from outgrow.forecasting.model import load_model, save_model
from outgrow.forecasting.rules import ForecastRules
from outgrow.service.config import CapacityConfig
from outgrow.service.desk import Desk
from outgrow.service.explain import explain
from outgrow.store.memory import MemoryStore
from outgrow.store.orm import MeasurementRow
from outgrow.store.tables import FORECASTS


class TestData:
    def test_faster_growth_than_forecast_is_slope(self, memory: MemoryStore) -> None:
        value = wobbling(7)
        fill(memory, lambda n: value(n) + 3 * max(0, n - DAYS))
        for day in (THEN, NOW):
            keep(memory, day, config())
        found = ask(memory, config())

        assert found.before is not None
        assert found.before.kept
        told = parts(found)
        assert told["slope"] is not None
        assert told["slope"] < -1
        assert told["level"] is not None
        assert told["level"] < -1
        assert set(told) <= {"slope", "level", "on_course"}
        assert "earlier" in found.sentence
        assert sentence(found, Mover.SLOPE).startswith("Growth was faster than forecast: +")
        assert sentence(found, Mover.LEVEL).startswith("The newest value is above the forecast: ")
        assert sentence(found, Mover.MODEL) == "The model is the same."

    def test_a_step_is_level(self, memory: MemoryStore) -> None:
        value = wobbling(7)
        fill(memory, lambda n: value(n) - 200 * (n > DAYS + 3))
        for day in (THEN, NOW):
            keep(memory, day, config())
        told = parts(ask(memory, config()))

        assert told["level"] == pytest.approx(200 / 7, abs=4)
        assert abs(told.get("slope") or 0) < 14

    def test_days_that_come_as_forecast_are_no_surprise(self, memory: MemoryStore) -> None:
        fill(memory, wobbling(7), last=DAYS)
        keep(memory, THEN, config())
        kept = desk_of(memory, "main", THEN, config())
        median = median_path(kept)
        fill(memory, lambda n: float(median[n - DAYS - 1]), first=DAYS + 1)
        keep(memory, NOW, config())
        found = ask(memory, config())

        assert set(parts(found)) <= {"on_course"}
        assert abs(found.moved_days or 0) <= 5
        assert sentence(found, Mover.LEVEL) == "The newest value is as forecast."
        assert sentence(found, Mover.ON_COURSE) == (
            "Time went by in line with the forecast: 14 new days, had they come as forecast."
        )

    def test_of_a_month_s_total_the_amounts_count(self, memory: MemoryStore) -> None:
        using = replace(config(), limits=(Limit("orders", 2_860, "queue"),))
        random = Random(5)
        fill(memory, lambda n: random.randint(80, 110) + 40 * (n > DAYS), metric="orders_per_day", last=DAYS + 13)
        fill(memory, lambda n: 1.0, metric="total_orders_month")
        for day in (THEN, NOW):
            keep(memory, day, using)
        found = explain(desk_of(memory, "main", NOW, using), "orders", THEN)
        told = parts(found)

        assert told["level"] is not None
        assert told["level"] < 0
        assert sentence(found, Mover.LEVEL).startswith("The amount of four weeks is above the forecast: ")

    def test_the_same_forecast_does_not_move(self, memory: MemoryStore) -> None:
        fill(memory, wobbling(7))
        keep(memory, NOW, config())
        found = ask(memory, config(), since=NOW)

        assert parts(found) == {}
        assert found.before is not None
        assert found.sentence.startswith("The date did not move: ")


class TestWhatElseMovesIt:
    """The data of both days are the same, or come as they come; one more thing changes."""

    @pytest.fixture(autouse=True)
    def kept(self, session: Session) -> None:
        fill(session, wobbling(7))
        keep(session, THEN, config())

    def test_a_raised_limit(self, session: Session) -> None:
        keep(session, NOW, config(2_700))
        found = ask(session, config(2_700))

        assert parts(found)["limit"] == pytest.approx(100 / 7, abs=6)
        assert sentence(found, Mover.LIMIT) == "The limit was raised: 2,700 (catalogue) instead of 2,600 (catalogue)."
        assert plain(movement_document(found))["from"]["limit"] == {"name": "catalogue", "threshold": 2600}
        assert plain(movement_document(found))["limit"] == {"name": "catalogue", "threshold": 2700}

    def test_a_limit_of_another_name_takes_the_place_of_the_nearest(self, session: Session) -> None:
        using = config(2_500, name="disk")
        keep(session, NOW, using)
        found = ask(session, using)

        assert (parts(found)["limit"] or 0) < -5
        assert sentence(found, Mover.LIMIT) == "The limit was lowered: 2,500 (disk) instead of 2,600 (catalogue)."

    def test_a_limit_keeps_its_name_though_another_is_nearer(self, session: Session) -> None:
        keep(session, NOW, config(2_650))
        earlier = store_of(session).forecast_of("main", PRODUCTS, THEN)
        assert earlier is not None
        nearer = replace(earlier.limits[0], name="warning", threshold=2_100)
        store_of(session).write_forecasts("main", [replace(earlier, limits=(nearer, *earlier.limits))])

        assert plain(movement_document(ask(session, config(2_650))))["from"]["limit"]["name"] == "catalogue"

    def test_another_model(self, session: Session) -> None:
        using = config(rules=ForecastRules(model="drift"))
        keep(session, NOW, using)
        found = ask(session, using)

        told = parts(found)
        assert "revised" not in told
        assert (found.before, found.after) != (None, None)
        assert sentence(found, Mover.MODEL).startswith("The model was changed: from shared:")
        assert sentence(found, Mover.MODEL).endswith(" to drift.")

    def test_another_file_while_the_former_is_at_hand(self, session: Session, tmp_path: Path) -> None:
        using = config(rules=ForecastRules(model_file=other_model(tmp_path)))
        keep(session, NOW, using)
        told = parts(ask(session, using))

        assert told["model"] is not None
        assert "revised" not in told, "the model that is shipped says of then what it said"

    def test_another_file_when_the_former_is_gone(self, session: Session, tmp_path: Path) -> None:
        """Backwards: the earlier forecast came from a file that is not there any more."""
        file = other_model(tmp_path)
        for day in (THEN, NOW):
            session.execute(delete(FORECASTS).where(FORECASTS.c.issued_on == day))
            keep(session, day, config(rules=ForecastRules(model_file=file)) if day == THEN else config())
        file.unlink()
        found = ask(session, config())

        assert "model" in parts(found)
        assert "revised" not in parts(found)
        assert sentence(found, Mover.MODEL).endswith("revisions of the past are counted too: one is no longer at hand.")

    def test_a_newer_forecast_from_a_file_that_is_gone(self, session: Session, tmp_path: Path) -> None:
        file = other_model(tmp_path)
        keep(session, NOW, config(rules=ForecastRules(model_file=file)))
        file.unlink()

        assert "model" in parts(ask(session, config()))
        assert "revised" not in parts(ask(session, config()))

    def test_a_past_that_was_revised_since(self, session: Session) -> None:
        keep(session, NOW, config())
        last = THEN - timedelta(days=1)
        mine = (MeasurementRow.metric == PRODUCTS, MeasurementRow.day.between(THEN - timedelta(days=60), last))
        session.execute(update(MeasurementRow).where(*mine).values(value=MeasurementRow.value - 120))
        found = ask(session, config())

        told = parts(found)
        assert found.before is not None
        assert found.before.kept
        assert found.after is not None
        assert found.after.kept
        assert "revised" in told
        assert sentence(found, Mover.REVISED).startswith("The past was revised: ")

    @pytest.mark.parametrize("gone", [THEN, NOW])
    def test_a_newest_day_that_is_not_stored_any_more(self, session: Session, gone: date) -> None:
        keep(session, NOW, config())
        session.execute(delete(MeasurementRow).where(MeasurementRow.day == gone))

        parts(ask(session, config()))

    def test_what_was_not_kept_is_taken_as_it_is_now(self, session: Session) -> None:
        """Forecasts of an older release say neither which file they came from nor what they assumed."""
        keep(session, NOW, config())
        session.execute(update(FORECASTS).values(model_id=None, assumptions=None))
        found = ask(session, config())

        assert set(parts(found)) <= {"on_course", "level", "slope"}
        assert sentence(found, Mover.MODEL) == "The model is the same."
        assert sentence(found, Mover.ASSUMPTIONS) == (
            "What lies ahead is taken as it is now: what was known of it then was not kept."
        )


def campaign(first: date, days: int = 5, multiplier: float | None = 2.0, name: str = "Push") -> Event:
    return Event(name, first, first + timedelta(days=days - 1), EventKind.CAMPAIGN, multiplier)


def shop(*events: Event, projects: tuple[Project, ...] = ()) -> CapacityConfig:
    """Orders of a month have a limit that is reached in months with a campaign, such as the one in May."""
    calendar = CalendarRules(events=(*events, campaign(date(2026, 5, 10), multiplier=3.0, name="Spring")))
    return CapacityConfig(LADDER, (Limit("orders", 3_250, "queue"),), calendar=calendar, projects=projects)


class TestWhatLiesAhead:
    """Campaigns move the months' totals; whether they are known makes the date."""

    @pytest.fixture(autouse=True)
    def orders(self, memory: MemoryStore) -> None:
        random = Random(5)
        daily = [random.randint(80, 110) + n / 30 for n in range(300)]
        fill(memory, lambda n: daily[n], metric="orders_per_day", last=DAYS + 13)
        fill(memory, lambda _: 1.0, metric="total_orders_month")

    def moved(self, memory: MemoryStore, then: CapacityConfig, now: CapacityConfig) -> Movement:
        keep(memory, THEN, then)
        keep(memory, NOW, now)
        found = explain(desk_of(memory, "main", NOW, now), "orders", THEN)
        assert "revised" not in parts(found)
        return found

    def test_a_campaign_that_was_added(self, memory: MemoryStore) -> None:
        found = self.moved(memory, shop(), shop(campaign(NOW + timedelta(days=15))))

        assert (parts(found)["assumptions"] or 0) < -1
        assert sentence(found, Mover.ASSUMPTIONS) == "What lies ahead was changed: added Push (8 Apr 2026)."

    def test_one_that_was_taken_out(self, memory: MemoryStore) -> None:
        found = self.moved(memory, shop(campaign(NOW + timedelta(days=15))), shop())

        assert (parts(found)["assumptions"] or 0) > 1
        assert sentence(found, Mover.ASSUMPTIONS) == "What lies ahead was changed: taken out Push (8 Apr 2026)."

    def test_one_that_is_to_do_more(self, memory: MemoryStore) -> None:
        then, now = (shop(campaign(NOW + timedelta(days=15), multiplier=much)) for much in (1.0, 2.0))
        found = self.moved(memory, then, now)

        assert (parts(found)["assumptions"] or 0) < -1
        assert sentence(found, Mover.ASSUMPTIONS) == "What lies ahead was changed: changed Push (8 Apr 2026)."

    def test_what_stays_planned_is_no_change(self, memory: MemoryStore) -> None:
        """Neither is what has passed meanwhile, nor what has come within the horizon."""
        passed, far = (
            campaign(THEN + timedelta(days=4), name="Passed"),
            campaign(THEN + timedelta(days=370), name="Far"),
        )
        using = shop(passed, campaign(NOW + timedelta(days=15)), far)
        found = self.moved(memory, using, using)

        assert "assumptions" not in parts(found)
        assert sentence(found, Mover.ASSUMPTIONS) == "What lies ahead is the same."

    def test_a_campaign_that_came_unannounced_and_was_told_later(self, memory: MemoryStore) -> None:
        told = shop(campaign(THEN + timedelta(days=4), name="Late"))
        found = self.moved(memory, shop(), told)

        assert "added Late (14 Mar 2026)" in sentence(found, Mover.ASSUMPTIONS)

    def test_a_project_is_told_though_single_dates_do_not_count_it(self, memory: MemoryStore) -> None:
        project = Project("Big merchant", NOW + timedelta(days=40), 0.8, {"orders": 900})
        found = self.moved(memory, shop(), shop(projects=(project,)))

        assert "assumptions" not in parts(found)
        assert sentence(found, Mover.ASSUMPTIONS) == "What lies ahead was changed: added Big merchant (3 May 2026)."


def median_path(view: Desk) -> Array:
    """The median path of the next fortnight."""
    metric = view.metrics.resolve(PRODUCTS)
    path = expected_path(view.forecastable(metric), 14, view.rules(metric))
    assert path is not None
    return path


def other_model(folder: Path) -> Path:
    """A model that says other dates: the shipped one with its weights a little off."""
    shipped = load_model()
    level = [{name: weights * np.float32(1.3) for name, weights in net.items()} for net in shipped.level]
    file = folder / "other.npz"
    save_model(replace(shipped, level=level), file)
    return file
