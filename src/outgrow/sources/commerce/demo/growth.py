"""What fills up in the stores: products, media files, team members. Births and ends, as arrays."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from outgrow.sources.commerce.demo.clock import DAYS_BACK, NEVER, DemoClock, by_daylight
from outgrow.sources.commerce.demo.plans import BASIC, PRO, limits
from outgrow.sources.commerce.demo.tenants import Merchants, Stores

FIRST_SHARE = 0.5
"""Share of a store's things that is brought along when it opens; the rest comes steadily."""
MOVING_IN_DAYS = 12.0
TYPICAL_AGE = 400.0
"""Age in days at which a store has what its plan's habits say."""
STAYING_PRODUCTS = 28_000
"""Products that came to stay; the merchants without a limit make up what the others leave."""
DELETED_SHARE = 0.12
LEAVE_TEAM = 0.22
"""Share of the colleagues who leave again."""
TRANSIENT_DAYS = 150.0
"""Mean time until the deletion of what is deleted, and the leave of those who leave."""
FRIDAY = 4
ON_WORKDAYS = 0.7
"""Share of what would fall on a week-end that comes in the week before instead."""

NEAR_LIMIT = ((BASIC, 0.88), (PRO, 0.91), (PRO, 0.94), (BASIC, 0.97))
"""Plan and share of its products limit of the merchants who will soon need a larger plan."""
NEAR_AGES = (150, 365)
"""Age in days of these merchants: old enough to have a history, young enough to be growing visibly."""
AT_MOST = 0.72
"""Nobody else keeps more than this share; what will be deleted again comes on top of it."""

STORAGE_LIMIT_GB = 1_000.0
DAYS_TO_STORAGE_LIMIT = 44.0
"""At its pace of the last `PACE_DAYS` days, media storage reaches its limit so many days from now."""
PACE_DAYS = 90
CLEAN_UP_DAYS_AGO = 150.0
CLEAN_UP_SHARE = 0.11
"""Share of the files that the clean-up found to be unused, among those older than four months."""


@dataclass(frozen=True, slots=True, eq=False)
class Items:
    """Things in stores, in the order in which they came; arrays of shape (n_items,).

    Attributes:
        store: index of the store.
        born, ended: moments.
    """

    store: NDArray[np.int64]
    born: NDArray[np.float64]
    ended: NDArray[np.float64]

    def __len__(self) -> int:
        return len(self.born)


def typical_sizes(
    rng: np.random.Generator, clock: DemoClock, stores: Stores, habit: str, spread: float
) -> NDArray[np.float64]:
    """How many things each store has by now (or had when it closed), float64 (n_stores,)."""
    luck = rng.lognormal(-(spread**2) / 2, spread, len(stores))
    brought, added = _brought_and_added(stores.ages(clock))
    return stores.habit(habit) * luck * (brought + added)


def fit_to_plans(
    rng: np.random.Generator, clock: DemoClock, merchants: Merchants, stores: Stores, sizes: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    """Sizes in products that respect the plans, but for a few merchants who are close to their limit.

    Returns:
        The sizes, float64 (n_stores,), and the indices of the merchants who are close.
    """
    owned = np.bincount(stores.merchant, sizes, len(merchants))
    limit = limits("products_limit")[merchants.plan]
    allowed = limit * rng.uniform(0.45, AT_MOST, len(merchants))
    factor = np.minimum(1.0, allowed / np.maximum(owned, 1.0))
    closed = np.bincount(stores.merchant, stores.closed < clock.now, len(merchants))
    age = clock.now - merchants.joined
    eligible = (closed == 0) & (merchants.left > clock.now) & (age > NEAR_AGES[0]) & (age < NEAR_AGES[1])
    near: list[int] = []
    for plan, share in NEAR_LIMIT:
        candidates = np.setdiff1d(np.flatnonzero(eligible & (merchants.plan == plan)), near)
        chosen = int(rng.choice(candidates))
        factor[chosen] = share * limit[chosen] / owned[chosen]
        near.append(chosen)
    unlimited = np.isinf(limit)
    others = float((owned * factor * (merchants.left > clock.now))[~unlimited].sum())
    factor[unlimited] = max(STAYING_PRODUCTS - others, STAYING_PRODUCTS / 5) / owned[unlimited].sum()
    return sizes * factor[stores.merchant], np.array(near)


def uploads(
    rng: np.random.Generator,
    clock: DemoClock,
    stores: Stores,
    sizes: NDArray[np.float64],
    *,
    per_session: float,
    deleted: NDArray[np.float64] | float = DELETED_SHARE,
) -> Items:
    """Things that come in sessions of several, of which some are deleted again.

    Args:
        sizes: float64 (n_stores,); as many things came to each store to stay.
        per_session: things that come at one go, on average.
        deleted: how many more come and are deleted in time, as a share of these; float64 (n_stores,) or one.
    """
    living = np.floor(sizes).astype(np.int64)
    transient = rng.binomial(living, deleted)
    store = np.repeat(np.arange(len(stores)), living + transient)
    first = np.cumsum(living + transient) - (living + transient)
    stays = np.arange(len(store)) - first[store] < living[store]
    born = _sessions(rng, clock, stores, store, per_session)
    ended = np.where(stays, NEVER, born + rng.exponential(TRANSIENT_DAYS, len(store)))
    # A closed store is emptied within a month.
    ended = np.minimum(ended, stores.closed[store] + rng.uniform(0, 30, len(store)))
    order = np.argsort(born, kind="stable")
    return Items(store[order], born[order], ended[order])


def team_members(rng: np.random.Generator, clock: DemoClock, stores: Stores) -> Items:
    """An owner from the first hour, colleagues later, some of whom leave."""
    fewest, most = stores.habit("team").T.astype(np.int64)
    number = rng.integers(fewest, most + 1)
    store = np.repeat(np.arange(len(stores)), number)
    owner = np.diff(store, prepend=-1) > 0
    age = stores.ages(clock)[store]
    later = by_daylight(stores.opened[store] + rng.beta(0.8, 1.6, len(store)) * age)
    until = np.minimum(stores.closed, clock.now)[store]
    born = np.where(owner | (later < stores.opened[store]) | (later >= until), stores.opened[store], later)
    leaves = ~owner & (rng.random(len(store)) < LEAVE_TEAM)
    ended = np.where(leaves, born + rng.exponential(TRANSIENT_DAYS, len(store)), NEVER)
    ended = np.minimum(ended, stores.closed[store])
    order = np.argsort(born, kind="stable")
    return Items(store[order], born[order], ended[order])


def clean_up(rng: np.random.Generator, clock: DemoClock, files: Items) -> Items:
    """The same files after unused ones were deleted, within three days some months ago."""
    when = clock.now - CLEAN_UP_DAYS_AGO + rng.uniform(-8, 8)
    unused = (files.born < when - 120) & (files.ended > when + 3) & (rng.random(len(files)) < CLEAN_UP_SHARE)
    return Items(files.store, files.born, np.where(unused, when + rng.uniform(0, 3, len(files)), files.ended))


def file_sizes(rng: np.random.Generator, clock: DemoClock, files: Items) -> NDArray[np.int64]:
    """Bytes of each file, int64 (n_files,): many small ones, few large ones, and storage near its limit together."""
    size = rng.lognormal(0.0, 1.0, len(files))

    def stored(at: float) -> float:
        return float(size[(files.born <= at) & (files.ended > at)].sum())

    level = stored(clock.now)
    pace = (level - stored(clock.now - PACE_DAYS)) / PACE_DAYS
    unit = STORAGE_LIMIT_GB * 1e9 / max(level + DAYS_TO_STORAGE_LIMIT * pace, 1.0)
    return np.maximum(size * unit, 1).astype(np.int64)


def living_by_day(items: Items, group: NDArray[np.int64], n_groups: int) -> NDArray[np.int64]:
    """How many live at the end of each day up to today, int64 (DAYS_BACK + 1, n_groups).

    Args:
        group: int64 (n_items,), to which group each thing counts.
    """
    change = np.zeros((DAYS_BACK + 1, n_groups), dtype=np.int64)
    np.add.at(change, (items.born.astype(np.int64), group), 1)
    gone = items.ended < DAYS_BACK + 1
    np.add.at(change, (items.ended[gone].astype(np.int64), group[gone]), -1)
    return change.cumsum(axis=0)


def _brought_and_added(ages: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """The two parts of a store's size at an age in days, relative to the typical size."""
    return FIRST_SHARE * -np.expm1(-ages / MOVING_IN_DAYS), (1 - FIRST_SHARE) * ages / TYPICAL_AGE


def _sessions(
    rng: np.random.Generator, clock: DemoClock, stores: Stores, store: NDArray[np.int64], per_session: float
) -> NDArray[np.float64]:
    """When each thing comes, float64 of the shape of `store`, which names the store of each in rising order."""
    things = np.bincount(store, minlength=len(stores))
    sessions = np.ceil(things / per_session).astype(np.int64)
    host = np.repeat(np.arange(len(stores)), sessions)
    age = stores.ages(clock)
    end = stores.opened + age
    brought, added = _brought_and_added(age)
    moving_in = rng.random(len(host)) < (brought / (brought + added))[host]
    # Spread over the store's life with some luck, so that no store stands still for months.
    before = np.cumsum(sessions) - sessions
    luck = (np.arange(len(host)) - before[host] + rng.random(len(host))) / sessions[host]
    early = -MOVING_IN_DAYS * np.log1p(luck * np.expm1(-age[host] / MOVING_IN_DAYS))
    begins = stores.opened[host] + np.where(moving_in, early, luck * age[host])
    weekday = clock.weekdays()[begins.astype(np.int64)]
    workday = begins - (weekday - FRIDAY) - rng.integers(0, 5, len(host))
    on_workday = (weekday > FRIDAY) & (rng.random(len(host)) < ON_WORKDAYS) & (workday > stores.opened[host])
    begins = np.where(on_workday, workday, begins)
    waking = by_daylight(begins)
    begins = np.where((waking > stores.opened[host]) & (waking < end[host]), waking, begins)
    chosen = before[store] + (rng.random(len(store)) * sessions[store]).astype(np.int64)
    # Within a session one thing follows the other; none may come after its store closed, or later than now.
    born: NDArray[np.float64] = begins[chosen] + rng.random(len(store)) * np.minimum(0.05, end[store] - begins[chosen])
    return born
