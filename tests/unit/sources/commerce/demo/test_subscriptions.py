"""A subscription's course: trial, conversion, upgrade, late payment, end."""

from datetime import date
from itertools import pairwise
from zoneinfo import ZoneInfo

import numpy as np
import pytest

from outgrow.sources.commerce.demo.clock import DAYS_BACK, NEVER, DemoClock
from outgrow.sources.commerce.demo.plans import BASIC, FREE, PLANS, PRO
from outgrow.sources.commerce.demo.subscriptions import OVERRIDES, Moves, State, course
from outgrow.sources.commerce.demo.tenants import Merchants
from outgrow.sources.commerce.demo.world import World, draw_world
from outgrow.sources.commerce.models import SubscriptionStatus

CLOCK = DemoClock.until(date(2026, 11, 22), ZoneInfo("Europe/Berlin"))


@pytest.fixture(scope="module")
def world() -> World:
    return draw_world(date(2026, 11, 22), ZoneInfo("Europe/Berlin"), 7)


def one_course(
    plan: int, left: float = NEVER, upgraded: float = NEVER, late: float = NEVER, *, expired: bool = False
) -> list[tuple[float, str, str]]:
    merchants = Merchants(np.array([100.0]), np.array([left]), np.array([NEVER]), np.array([expired]), np.array([plan]))
    moves = Moves(np.array([upgraded]), np.array([late]), np.array([late + 5]), {})
    return [(s.since, PLANS[s.plan].code, s.status.value) for s in course(merchants, moves, 0, CLOCK)]


def test_a_trial_converts_upgrades_and_is_cancelled() -> None:
    assert one_course(PRO, left=400.0, upgraded=250.0) == [
        (100.0, "basic", "trial"),
        (114.0, "basic", "active"),
        (250.0, "pro", "active"),
        (400.0, "pro", "cancelled"),
    ]


def test_a_trial_expires() -> None:
    assert one_course(BASIC, left=114.0, expired=True) == [(100.0, "basic", "trial"), (114.0, "basic", "expired")]


def test_a_late_payment_is_made_good() -> None:
    assert one_course(BASIC, late=300.0)[2:] == [(300.0, "basic", "past_due"), (305.0, "basic", "active")]


def test_the_free_plan_has_no_trial() -> None:
    assert one_course(FREE) == [(100.0, "free", "active")]


def test_what_is_yet_to_come_is_not_told() -> None:
    assert one_course(BASIC, left=DAYS_BACK + 3.0)[-1] == (114.0, "basic", "active")


def test_every_course_runs_forward_and_ends_once(world: World) -> None:
    over = {SubscriptionStatus.CANCELLED, SubscriptionStatus.EXPIRED}
    for states in world.courses:
        since = [state.since for state in states]
        assert since == sorted(set(since))
        assert since[-1] < world.clock.now
        assert not any(state.status in over for state in states[:-1])


def test_the_platform_has_seen_everything(world: World) -> None:
    states = [state for states in world.courses for state in states]
    assert {state.status for state in states} == set(SubscriptionStatus)
    assert {state.plan for state in states} == set(range(len(PLANS)))
    assert sum(any(_upgrades(states)) for states in world.courses) >= 10
    granted = [states[-1].override for states in world.courses if states[-1].override]
    assert sorted(granted) == sorted((name, value) for _, name, value in OVERRIDES)


def _upgrades(states: list[State]) -> list[bool]:
    return [after.plan > before.plan for before, after in pairwise(states)]
