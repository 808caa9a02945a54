"""Recommendations from day to day: captures keep them, people acknowledge and put them off."""

import logging
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta
from threading import Barrier
from typing import Any

import pytest
from sqlalchemy import Engine, text
from sqlalchemy.orm import Session
from tests.support.databases import EACH_DATABASE
from tests.support.desks import Ours, capture, desk_of, store_of
from tests.support.forecasts import Products
from tests.support.platforms import KnownPlatform, Span, Thing, tables_of
from tests.support.snapshots import store_days

from outgrow import CapacityForecastService
from outgrow.domain.errors import ConfigurationError, UsageError
from outgrow.domain.ladder_rules import LadderRules
from outgrow.domain.limit import Limit, Severity
from outgrow.domain.metric import PLATFORM, TOTAL_PRODUCTS
from outgrow.domain.recommendation import RecommendationState, TrackedRecommendation
from outgrow.planning.advice.lifecycle import HOLD_DAYS
from outgrow.service import capture as capture_verb
from outgrow.service.config import CapacityConfig
from outgrow.service.desk import Desk
from outgrow.service.findings import stored_use, use_to_judge
from outgrow.service.tracking import acknowledge, recommendations, snooze, track
from outgrow.setup.settings import Settings
from outgrow.setup.workspace import Workspace
from outgrow.sources.commerce.aggregator import StatsAggregator
from outgrow.sources.commerce.platforms import find_platform
from outgrow.store.memory import MemoryStore
from outgrow.store.orm import StoreBase

TODAY = date(2026, 3, 20)
NOW = datetime(2026, 3, 20, 12, tzinfo=UTC)
DISK, SEATS, TIER = (
    "limit:platform:total_products:catalogue", "limit:platform:total_team_members:seats", "tier:Starter",
)  # fmt: skip
CONFIG = CapacityConfig(limits=(Limit("products", 1_000, "catalogue"), Limit("team_members", 100, "seats")))


@pytest.fixture
def db(commerce_engine: Engine) -> Iterator[Session]:
    """A platform whose products and team members are known for forty days, and hardly move."""
    with Session(commerce_engine) as session:
        KnownPlatform("UTC").put(session)
        settle(session)
        session.commit()
        yield session


@pytest.fixture
def ours(memory: MemoryStore) -> MemoryStore:
    """The same in memory."""
    settle(memory)
    return memory


def settle(ours: Ours) -> None:
    store_days(ours, 40, lambda n: 850, TODAY)
    store_days(ours, 40, lambda n: 85, TODAY, "total_team_members")


def keep(ours: Ours) -> None:
    if isinstance(ours, Session):
        ours.commit()


def view(db: Ours, day: date = TODAY, config: CapacityConfig = CONFIG) -> Desk:
    return desk_of(db, "main", day, config)


def look(
    db: Ours, day: date = TODAY, config: CapacityConfig = CONFIG, **values: float
) -> dict[str, TrackedRecommendation]:
    """Store these values for a day, and let the lives take the look of it."""
    for metric, value in values.items():
        store_days(db, 1, lambda n, value=value: value, day, metric)  # type: ignore[misc]
    seen = view(db, day, config)
    found = track(seen, stored_use(seen))
    keep(db)
    return {tracked.key: tracked for tracked in found}


def known(db: Ours) -> dict[str, tuple[str, str]]:
    return {
        key: (tracked.state.value, tracked.severity.word)
        for key, tracked in store_of(db).recommendations("main").items()
    }


def change(
    db: Ours, verb: Callable[..., list[TrackedRecommendation]], *arguments: Any, day: date = TODAY
) -> list[TrackedRecommendation]:
    seen = view(db, day)
    changed = verb(seen, stored_use(seen), *arguments)
    keep(db)
    return changed


class TestLooks:
    def test_a_look_keeps_what_it_found(self, ours: MemoryStore) -> None:
        look(ours)

        assert known(ours) == {
            DISK: ("open", "warning"), SEATS: ("open", "warning"), TIER: ("open", "info"),
        }  # fmt: skip

    @EACH_DATABASE
    def test_a_second_look_on_the_day_changes_no_row(self, db: Session) -> None:
        look(db)
        before = tables_of(db, StoreBase)
        look(db)

        assert tables_of(db, StoreBase) == before

    def test_four_quiet_weeks_resolve(self, ours: MemoryStore) -> None:
        look(ours)
        days = [TODAY + timedelta(days=n) for n in range(1, HOLD_DAYS + 3)]
        states = [look(ours, day, total_products=300, total_team_members=85)[DISK].state for day in days]

        assert states == [RecommendationState.OPEN] * HOLD_DAYS + [RecommendationState.RESOLVED] * 2
        assert known(ours)[SEATS] == ("open", "warning")

    def test_a_raised_limit_resolves_at_once(self, ours: MemoryStore) -> None:
        look(ours)
        roomy = CapacityConfig(limits=(Limit("products", 2_000, "catalogue"), CONFIG.limits[1]))

        assert look(ours, TODAY + timedelta(days=1), roomy)[DISK].state is RecommendationState.RESOLVED

    def test_a_limit_that_is_taken_out_is_resolved(self, ours: MemoryStore) -> None:
        look(ours)

        assert look(ours, TODAY, CapacityConfig(limits=CONFIG.limits[:1]))[SEATS].state is RecommendationState.RESOLVED

    def test_the_tier_that_was_needed_before_is_held_for_a_while(self, ours: MemoryStore) -> None:
        look(ours, active_stores=49)
        found = look(ours, TODAY + timedelta(days=1), active_stores=50)
        assert (found["tier:Starter"].state, found["tier:Small"].state) == (
            RecommendationState.OPEN,
            RecommendationState.OPEN,
        )

        back = look(ours, TODAY + timedelta(days=2), active_stores=49)
        assert back["tier:Starter"].opened_on == TODAY
        assert back["tier:Small"].quiet_since == TODAY + timedelta(days=2)

    def test_a_tier_that_was_left_by_the_settings_is_not(self, ours: MemoryStore) -> None:
        look(ours, active_stores=49)
        rented = CapacityConfig(limits=CONFIG.limits, plan=LadderRules(current_tier="Medium"))
        found = look(ours, TODAY + timedelta(days=1), rented, active_stores=49)

        assert (found["tier:Starter"].state, found["tier:Medium"].state) == (
            RecommendationState.RESOLVED,
            RecommendationState.OPEN,
        )

    def test_stale_values_resolve_nothing(self, ours: MemoryStore) -> None:
        look(ours)
        for n in range(1, 90):
            found = look(ours, TODAY + timedelta(days=n), active_stores=10)

        assert (found[DISK].state, found[DISK].severity) == (RecommendationState.OPEN, Severity.WARNING)


class TestShown:
    def shown(self, ours: MemoryStore, day: date = TODAY) -> dict[str, TrackedRecommendation]:
        seen = view(ours, day)
        return {tracked.key: tracked for tracked in recommendations(seen, stored_use(seen))}

    def test_without_any_kept_life_it_is_what_is_found_today(self, ours: MemoryStore) -> None:
        found = self.shown(ours)

        assert list(found) == [DISK, SEATS, TIER]
        assert {tracked.opened_on for tracked in found.values()} == {TODAY}

    def test_showing_keeps_nothing(self, ours: MemoryStore) -> None:
        look(ours)
        before = dict(ours.recommendations("main"))
        self.shown(ours, TODAY + timedelta(days=5))

        assert dict(ours.recommendations("main")) == before

    def test_kept_lives_are_carried_on_to_the_day(self, ours: MemoryStore) -> None:
        look(ours)
        change(ours, snooze, [DISK], TODAY + timedelta(days=4))
        store_days(ours, 1, lambda n: 300, TODAY + timedelta(days=5))
        shown = self.shown(ours, TODAY + timedelta(days=5))

        assert (shown[DISK].state, shown[DISK].opened_on) == (RecommendationState.OPEN, TODAY)
        assert shown[DISK].quiet_since == TODAY + timedelta(days=5)

    def test_a_past_day_knows_nothing_of_what_came_later(self, ours: MemoryStore) -> None:
        look(ours)
        change(ours, acknowledge, [DISK])
        earlier = TODAY - timedelta(days=1)

        assert (self.shown(ours)[DISK].state, self.shown(ours, earlier)[DISK].state) == (
            RecommendationState.ACKNOWLEDGED,
            RecommendationState.OPEN,
        )
        assert self.shown(ours, earlier)[DISK].opened_on == earlier


class TestAcknowledgeAndSnooze:
    @EACH_DATABASE
    def test_it_is_kept(self, db: Session) -> None:
        look(db)
        (tracked,) = change(db, acknowledge, [DISK])

        assert (tracked.key, tracked.state) == (DISK, RecommendationState.ACKNOWLEDGED)
        assert known(db)[DISK] == ("acknowledged", "warning")
        assert known(db)[SEATS] == ("open", "warning")

    def test_it_needs_no_life_that_was_kept_before(self, ours: MemoryStore) -> None:
        change(ours, snooze, [SEATS], TODAY + timedelta(days=3))

        assert known(ours) == {SEATS: ("snoozed", "warning")}

    def test_several_at_once(self, ours: MemoryStore) -> None:
        change(ours, acknowledge, [DISK, SEATS])

        assert set(known(ours).values()) == {("acknowledged", "warning")}

    def test_the_beginning_of_a_key_will_do(self, ours: MemoryStore) -> None:
        assert [tracked.key for tracked in change(ours, acknowledge, ["tier"])] == [TIER]

    def test_a_whole_key_may_be_the_beginning_of_another(self, ours: MemoryStore) -> None:
        twice = CapacityConfig(limits=(CONFIG.limits[0], Limit("products", 900, "catalogue")))
        seen = view(ours, config=twice)

        assert [tracked.key for tracked in acknowledge(seen, stored_use(seen), [DISK])] == [DISK]

    def test_a_beginning_of_several_names_them(self, ours: MemoryStore) -> None:
        with pytest.raises(UsageError, match="several recommendations begin with 'limit:'") as caught:
            change(ours, acknowledge, ["limit:"])

        assert caught.value.mend == f"give one of: {DISK}, {SEATS}"

    def test_an_unknown_key_names_those_that_are_open_and_changes_nothing(self, ours: MemoryStore) -> None:
        look(ours)
        before = dict(ours.recommendations("main"))
        with pytest.raises(UsageError, match="there is no recommendation 'nothing'") as caught:
            change(ours, acknowledge, [DISK, "nothing"])

        assert caught.value.mend == f"use one of: {DISK}, {SEATS}, {TIER}"
        assert dict(ours.recommendations("main")) == before

    def test_a_resolved_one_is_none(self, ours: MemoryStore) -> None:
        look(ours)
        quiet = CapacityConfig(limits=())
        look(ours, config=quiet)
        seen = view(ours, config=quiet)
        with pytest.raises(UsageError, match="use one of: tier:Starter"):
            acknowledge(seen, stored_use(seen), [DISK])

    @pytest.mark.parametrize("day", [TODAY, TODAY - timedelta(days=1)])
    def test_a_day_that_has_come_is_refused(self, ours: MemoryStore, day: date) -> None:
        with pytest.raises(UsageError, match=f"{day} is not after today"):
            change(ours, snooze, [DISK], day)

    def test_captures_let_it_be(self, ours: MemoryStore) -> None:
        look(ours)
        change(ours, acknowledge, [DISK])
        change(ours, snooze, [SEATS], TODAY + timedelta(days=5))
        for n in range(5):
            look(ours, TODAY + timedelta(days=n), total_products=850, total_team_members=85)

        assert (known(ours)[DISK][0], known(ours)[SEATS][0]) == ("acknowledged", "snoozed")
        look(ours, TODAY + timedelta(days=5), total_products=1_001, total_team_members=85)
        assert known(ours)[DISK] == ("open", "critical")
        assert known(ours)[SEATS] == ("open", "warning")

    @pytest.mark.parametrize("kept_before", [True, False])
    @EACH_DATABASE
    def test_several_at_the_same_moment_all_count(self, db: Session, kept_before: bool) -> None:
        keys = [DISK, SEATS, TIER] * 2
        if kept_before:
            look(db)
        engine = db.get_bind()
        db.close()
        start = Barrier(len(keys))

        def one(key: str) -> None:
            with Session(engine) as session:
                present = stored_use(view(session))
                session.rollback()
                start.wait(30)
                acknowledge(view(session), present, [key])
                session.commit()

        with ThreadPoolExecutor(len(keys)) as pool:
            list(pool.map(one, keys))
        assert {state for state, _ in known(db).values()} == {"acknowledged"}
        assert len(known(db)) == 3


class TestCapture:
    def take(self, db: Session, now: datetime = NOW, count: Callable[[], float | None] = lambda: 850) -> None:
        capture(db, db, find_platform(db), now, StatsAggregator([Products(count)]), config=CONFIG)
        db.commit()

    def test_a_capture_lets_the_lives_live_on(self, db: Session) -> None:
        self.take(db)
        assert known(db)[DISK] == ("open", "warning")

        self.take(db, NOW + timedelta(days=1), lambda: 1_000)
        assert known(db)[DISK] == ("open", "critical")

    def test_a_second_capture_of_the_day_changes_nothing(self, db: Session) -> None:
        self.take(db)
        before = tables_of(db, StoreBase)
        self.take(db, NOW + timedelta(hours=3))

        assert tables_of(db, StoreBase) == before

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
    def test_what_was_sold_cannot_be_counted(self, db: Session, caplog: pytest.LogCaptureFixture) -> None:
        self.take(db)
        db.execute(text("DROP TABLE subscription_periods"))
        db.execute(text("DROP TABLE merchant_subscriptions"))
        db.commit()
        with caplog.at_level(logging.WARNING, "outgrow"):
            self.take(db, NOW + timedelta(days=1), lambda: 1_000)

        assert caplog.messages == ["what was sold could not be counted"]
        assert known(db)[DISK] == ("open", "critical")

    def test_an_error_costs_no_day(
        self, db: Session, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
    ) -> None:
        def fail(*_arguments: object) -> None:
            raise ConfigurationError("it cannot be said")

        monkeypatch.setattr(capture_verb, "track", fail)
        with caplog.at_level(logging.WARNING, "outgrow"):
            self.take(db, NOW + timedelta(days=1), lambda: 900)

        day = TODAY + timedelta(days=1)
        assert caplog.messages == [f"no recommendation of {day} is kept: it cannot be said"]
        assert view(db, day).history(TOTAL_PRODUCTS, PLATFORM).newest == (day, 900)
        assert known(db) == {}

    @EACH_DATABASE
    def test_the_caller_s_rollback_takes_them_back(self, db: Session) -> None:
        capture(db, db, find_platform(db), NOW, StatsAggregator([]), config=CONFIG)
        assert store_of(db).recommendations("main")
        db.rollback()

        assert known(db) == {}


class TestEmbedded:
    def test_what_is_found_now_with_the_state_of_its_life(self, db: Session) -> None:
        look(db)
        change(db, acknowledge, [DISK])
        service = CapacityForecastService(config=CONFIG, clock=lambda: NOW)
        told = {one["key"]: one for one in service.get_scaling_recommendations(db)}

        # The platform itself has no products: what is said of today's tier is measured, the rest is from the store.
        assert told[DISK]["state"] == "acknowledged"
        assert told[SEATS]["state"] == "open"
        assert told[SEATS]["opened_on"] == TODAY.isoformat()

    def test_what_is_only_held_on_to_is_not_told(self, db: Session) -> None:
        look(db)
        tomorrow = TODAY + timedelta(days=1)
        store_days(db, 1, lambda n: 100, tomorrow)
        service = CapacityForecastService(config=CONFIG, clock=lambda: NOW + timedelta(days=1))

        assert DISK not in [one["key"] for one in service.get_scaling_recommendations(db)]
        assert DISK in [tracked.key for tracked in recommendations(view(db, tomorrow), stored_use(view(db, tomorrow)))]


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
