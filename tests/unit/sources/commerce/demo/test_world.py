"""The drawn platform is possible: nothing before its owner, nothing after the end, nobody beyond the plan."""

from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from numpy.typing import NDArray

from outgrow.sources.commerce.demo.growth import (
    DAYS_TO_STORAGE_LIMIT,
    NEAR_LIMIT,
    PACE_DAYS,
    STORAGE_LIMIT_GB,
    Items,
    living_by_day,
)
from outgrow.sources.commerce.demo.plans import PLANS
from outgrow.sources.commerce.demo.world import World, draw_world

BERLIN = ZoneInfo("Europe/Berlin")
WORLDS = [
    pytest.param((7, date(2026, 11, 22)), id="default"),
    pytest.param((1, date(2026, 3, 29)), id="clocks go forward"),
    pytest.param((2, date(2026, 10, 25)), id="clocks go back"),
    pytest.param((3, date(2028, 2, 29)), id="leap day"),
]


@pytest.fixture(scope="module", params=WORLDS)
def world(request: pytest.FixtureRequest) -> World:
    seed, today = request.param
    return draw_world(today, BERLIN, seed)


def alive(items: Items, at: float) -> NDArray[np.bool_]:
    return (items.born <= at) & (items.ended > at)


def owned(world: World, items: Items, amount: NDArray[Any]) -> NDArray[np.float64]:
    return np.bincount(world.stores.merchant[items.store], amount, len(world.merchants)).astype(np.float64)


def limit(world: World, name: str) -> NDArray[np.float64]:
    states = [course[-1] for course in world.courses]
    granted = [dict([state.override] if state.override else []).get(name) for state in states]
    of_plan = [getattr(PLANS[state.plan], name) or np.inf for state in states]
    return np.array([g or p for g, p in zip(granted, of_plan, strict=True)], dtype=np.float64)


def storage_gb(world: World, at: float) -> float:
    return float(world.file_bytes[alive(world.files, at)].sum()) / 1e9


def test_stores_open_after_their_merchant_joined_and_before_now(world: World) -> None:
    stores = world.stores
    assert (stores.opened > world.merchants.joined[stores.merchant]).all()
    assert (stores.opened < world.clock.now).all()
    assert (stores.opened < stores.closed).all()
    assert (stores.closed <= stores.deleted).all()
    assert np.bincount(stores.merchant).max() <= 3


@pytest.mark.parametrize("kind", ["products", "files", "team", "orders"])
def test_things_come_while_their_store_is_open(world: World, kind: str) -> None:
    items: Items = getattr(world, kind)
    assert (items.born >= world.stores.opened[items.store]).all()
    assert (items.born < np.minimum(world.stores.closed[items.store], world.clock.now)).all()
    assert (items.ended >= items.born).all()
    assert (np.diff(items.born) >= 0).all()


def test_closed_stores_are_emptied(world: World) -> None:
    emptied = world.stores.closed < world.clock.now - 30
    for items in (world.products, world.files, world.team):
        assert not (emptied[items.store] & alive(items, world.clock.now)).any()


def test_sizes_are_those_of_a_platform_in_the_medium_tier(world: World) -> None:
    now = world.clock.now
    assert 120 <= (world.stores.closed > now).sum() <= 170
    assert 26_000 <= alive(world.products, now).sum() <= 31_000
    assert 250_000 <= len(world.orders) <= 350_000
    assert 20_000 <= alive(world.files, now).sum() <= 40_000
    members = np.bincount(world.team.store[alive(world.team, now)])
    assert members.max() <= 8


def test_media_storage_reaches_its_limit_in_six_weeks_at_its_recent_pace(world: World) -> None:
    now = world.clock.now
    level = storage_gb(world, now)
    pace = (level - storage_gb(world, now - PACE_DAYS)) / PACE_DAYS
    assert 900 < level < 965
    assert (STORAGE_LIMIT_GB - level) / pace == pytest.approx(DAYS_TO_STORAGE_LIMIT, rel=1e-3)


def test_a_clean_up_some_months_ago_shows_in_media_storage(world: World) -> None:
    now = world.clock.now
    lost = storage_gb(world, now - 160) - min(storage_gb(world, now - days) for days in range(138, 160))
    assert lost > 20


def test_exactly_the_announced_merchants_are_close_to_their_products_limit(world: World) -> None:
    now = world.clock.now
    mine = owned(world, world.products, alive(world.products, now))
    customers = world.merchants.left > now
    share = np.where(customers, mine / limit(world, "products_limit"), 0)
    assert set(np.flatnonzero(share >= 0.85)) == set(world.near_limit)
    assert len(set(world.near_limit)) == len(NEAR_LIMIT)
    assert share.max() <= 0.99
    two_months_ago = owned(world, world.products, alive(world.products, now - 60))
    assert (mine > two_months_ago)[world.near_limit].all()


def test_nobody_has_more_than_the_plan_allows(world: World) -> None:
    now = world.clock.now
    customers = world.merchants.left > now
    stored = owned(world, world.files, world.file_bytes * alive(world.files, now) / 1e9)
    team = owned(world, world.team, alive(world.team, now))
    assert (stored <= limit(world, "storage_limit_gb"))[customers].all()
    assert (team <= limit(world, "team_limit"))[customers].all()


def test_products_grow_day_by_day_and_not_in_steps(world: World) -> None:
    total = living_by_day(world.products, np.zeros(len(world.products), np.int64), 1)[:, 0]
    assert total.min() >= 0
    recent = np.diff(total[-122:-1])
    assert abs(recent).max() < 0.01 * total[-1]
    first, second = recent[:60].mean(), recent[60:].mean()
    assert 0.4 < second / first < 2.5


def test_living_by_day_counts_what_lives_at_the_end_of_each_day() -> None:
    items = Items(np.array([0, 0, 1]), np.array([0.2, 1.5, 1.9]), np.array([1.99, np.inf, 3.0]))
    counted = living_by_day(items, items.store, 2)
    assert counted[:4].tolist() == [[1, 0], [1, 1], [1, 1], [1, 0]]


def test_the_scale_changes_orders_and_files_alone() -> None:
    today = date(2026, 11, 22)
    whole, small = draw_world(today, BERLIN, 7), draw_world(today, BERLIN, 7, 0.1)
    assert np.array_equal(whole.products.born, small.products.born)
    assert whole.courses == small.courses
    assert len(small.orders) == pytest.approx(len(whole.orders) / 10, rel=0.05)
    assert len(small.files) < len(whole.files) / 5
