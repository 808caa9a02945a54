"""Recommendations from day to day: looks keep them, people acknowledge and put them off."""

from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from threading import Barrier

import pytest
from sqlalchemy.orm import Session
from tests.support.databases import EACH_DATABASE
from tests.support.platforms import tables_of
from tests.support.snapshots import store_days
from tests.support.tracked import CONFIG, DISK, SEATS, TIER, TODAY, change, known, look, settle, view

from outgrow.domain.errors import UsageError
from outgrow.domain.ladder_rules import LadderRules
from outgrow.domain.limit import Limit, Severity
from outgrow.domain.recommendation import RecommendationState, TrackedRecommendation
from outgrow.planning.advice.lifecycle import HOLD_DAYS
from outgrow.service.config import CapacityConfig
from outgrow.service.findings import stored_use
from outgrow.service.tracking import acknowledge, recommendations, snooze
from outgrow.store.memory import MemoryStore
from outgrow.store.orm import StoreBase


@pytest.fixture
def ours(memory: MemoryStore) -> MemoryStore:
    """The same as `settled`, in memory."""
    settle(memory)
    return memory


class TestLooks:
    def test_a_look_keeps_what_it_found(self, ours: MemoryStore) -> None:
        look(ours)

        assert known(ours) == {
            DISK: ("open", "warning"), SEATS: ("open", "warning"), TIER: ("open", "info"),
        }  # fmt: skip

    @EACH_DATABASE
    def test_a_second_look_on_the_day_changes_no_row(self, settled: Session) -> None:
        look(settled)
        before = tables_of(settled, StoreBase)
        look(settled)

        assert tables_of(settled, StoreBase) == before

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
    def test_it_is_kept(self, settled: Session) -> None:
        look(settled)
        (tracked,) = change(settled, acknowledge, [DISK])

        assert (tracked.key, tracked.state) == (DISK, RecommendationState.ACKNOWLEDGED)
        assert known(settled)[DISK] == ("acknowledged", "warning")
        assert known(settled)[SEATS] == ("open", "warning")

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
    def test_several_at_the_same_moment_all_count(self, settled: Session, kept_before: bool) -> None:
        keys = [DISK, SEATS, TIER] * 2
        if kept_before:
            look(settled)
        engine = settled.get_bind()
        settled.close()
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
        assert {state for state, _ in known(settled).values()} == {"acknowledged"}
        assert len(known(settled)) == 3
