"""Recommendations live on with each capture, and are told to a host."""

import logging
from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from sqlalchemy import Engine, text
from sqlalchemy.orm import Session
from tests.support.databases import EACH_DATABASE
from tests.support.desks import capture, store_of
from tests.support.forecasts import Products
from tests.support.platforms import KnownPlatform, Span, Thing, tables_of
from tests.support.snapshots import store_days
from tests.support.tracked import CONFIG, DISK, NOW, SEATS, TIER, TODAY, change, known, look, view

from outgrow import CapacityForecastService
from outgrow.domain.errors import ConfigurationError
from outgrow.domain.metric import PLATFORM, TOTAL_PRODUCTS
from outgrow.domain.recommendation import RecommendationState
from outgrow.service import capture as capture_verb
from outgrow.service.findings import stored_use, use_to_judge
from outgrow.service.tracking import acknowledge, recommendations
from outgrow.setup.settings import Settings
from outgrow.setup.workspace import Workspace
from outgrow.sources.commerce.aggregator import StatsAggregator
from outgrow.sources.commerce.platforms import find_platform
from outgrow.store.orm import StoreBase


class TestCapture:
    def take(self, db: Session, now: datetime = NOW, count: Callable[[], float | None] = lambda: 850) -> None:
        capture(db, db, find_platform(db), now, StatsAggregator([Products(count)]), config=CONFIG)
        db.commit()

    def test_a_capture_lets_the_lives_live_on(self, settled: Session) -> None:
        self.take(settled)
        assert known(settled)[DISK] == ("open", "warning")

        self.take(settled, NOW + timedelta(days=1), lambda: 1_000)
        assert known(settled)[DISK] == ("open", "critical")

    def test_a_second_capture_of_the_day_changes_nothing(self, settled: Session) -> None:
        self.take(settled)
        before = tables_of(settled, StoreBase)
        self.take(settled, NOW + timedelta(hours=3))

        assert tables_of(settled, StoreBase) == before

    @EACH_DATABASE
    def test_sold_capacity_is_asked_of_the_platform(self, commerce_engine: Engine) -> None:
        began = NOW - timedelta(days=20)
        with Session(commerce_engine) as db:
            plan = [[Span("pro", "active", began)], [Span("unlimited", "active", began)]]
            KnownPlatform("UTC", stores=[Thing(began)], products=[Thing(began)] * 900, subscriptions=plan).put(db)
            self.take(db)

            assert known(db)["sold:products"] == ("open", "warning")
            numbers = store_of(db).recommendations("main")["sold:products"].said.evidence[0]
            assert (numbers["used"], numbers["sold"]) == (900, 1_000)

    @EACH_DATABASE
    def test_what_was_sold_cannot_be_counted(self, settled: Session, caplog: pytest.LogCaptureFixture) -> None:
        self.take(settled)
        settled.execute(text("DROP TABLE subscription_periods"))
        settled.execute(text("DROP TABLE merchant_subscriptions"))
        settled.commit()
        with caplog.at_level(logging.WARNING, "outgrow"):
            self.take(settled, NOW + timedelta(days=1), lambda: 1_000)

        (said,) = caplog.messages
        assert said.startswith("what was sold could not be counted: ")
        assert "subscription" in said
        assert known(settled)[DISK] == ("open", "critical")

    def test_an_error_costs_no_day(
        self, settled: Session, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
    ) -> None:
        def fail(*_arguments: object) -> None:
            raise ConfigurationError("it cannot be said")

        monkeypatch.setattr(capture_verb, "track", fail)
        with caplog.at_level(logging.WARNING, "outgrow"):
            self.take(settled, NOW + timedelta(days=1), lambda: 900)

        day = TODAY + timedelta(days=1)
        assert caplog.messages == [f"no recommendation of {day} is kept: it cannot be said"]
        assert view(settled, day).history(TOTAL_PRODUCTS, PLATFORM).newest == (day, 900)
        assert known(settled) == {}

    @EACH_DATABASE
    def test_the_caller_s_rollback_takes_them_back(self, settled: Session) -> None:
        capture(settled, settled, find_platform(settled), NOW, StatsAggregator([]), config=CONFIG)
        assert store_of(settled).recommendations("main")
        settled.rollback()

        assert known(settled) == {}


class TestEmbedded:
    def test_what_is_found_now_with_the_state_of_its_life(self, settled: Session) -> None:
        look(settled)
        change(settled, acknowledge, [DISK])
        service = CapacityForecastService(config=CONFIG, clock=lambda: NOW)
        told = {one["key"]: one for one in service.get_scaling_recommendations(settled)}

        # The platform itself has no products: what is said of today's tier is measured, the rest is from the store.
        assert told[DISK]["state"] == "acknowledged"
        assert told[SEATS]["state"] == "open"
        assert told[SEATS]["opened_on"] == TODAY.isoformat()

    def test_what_is_only_held_on_to_is_not_told(self, settled: Session) -> None:
        look(settled)
        tomorrow = TODAY + timedelta(days=1)
        store_days(settled, 1, lambda n: 100, tomorrow)
        service = CapacityForecastService(config=CONFIG, clock=lambda: NOW + timedelta(days=1))

        assert DISK not in [one["key"] for one in service.get_scaling_recommendations(settled)]
        seen = view(settled, tomorrow)
        assert DISK in [tracked.key for tracked in recommendations(seen, stored_use(seen))]


@EACH_DATABASE
def test_a_person_can_acknowledge_while_the_platform_s_own_database_is_read(
    commerce_engine: Engine, database_url: str
) -> None:
    """As the command does where both are one database: two sessions, one of which writes."""
    with Session(commerce_engine) as db, db.begin():
        KnownPlatform("UTC", stores=[Thing(NOW - timedelta(days=3))]).put(db)
    workspace = Workspace(Settings(database_url=database_url), clock=lambda: NOW)
    with workspace.desk() as desk:
        (tracked,) = acknowledge(desk, use_to_judge(desk), [TIER])
    workspace.close()

    assert tracked.state is RecommendationState.ACKNOWLEDGED
    with Session(commerce_engine) as db:
        assert known(db) == {TIER: ("acknowledged", "info")}
