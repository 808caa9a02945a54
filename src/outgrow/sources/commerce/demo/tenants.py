"""Who joined the demo platform and when, which stores they opened, and who left again."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from outgrow.sources.commerce.demo.clock import DAYS_BACK, NEVER, DemoClock, by_daylight
from outgrow.sources.commerce.demo.plans import ENTERPRISE, FREE, PLANS, TRIAL_DAYS

INTEREST_DAYS = (0, 45, 150, 300, 450, DAYS_BACK)
INTEREST = (2.0, 3.0, 1.9, 1.1, 0.9, 0.9)
"""How many join on each of these days, relative to each other: a launch, a rush, then a steady stream."""

TRIALS_EXPIRE = 0.25
"""Share of the trials that never become a customer."""
STAY_DAYS = np.array([1_500.0, 2_200.0, 5_000.0, NEVER])
"""Mean time until a customer of each plan cancels, once two months are over."""
LARGE_JOIN_BEFORE = 0.75
"""The few largest merchants are among this first share of all, and stay: one alone would bend every curve."""
PURGED = 0.6
"""Share of the leavers whose data are deleted a month later; the others could come back."""
SIDE_STORE_CLOSES = 0.06
PURGE_AFTER = 30.0


@dataclass(frozen=True, slots=True, eq=False)
class Merchants:
    """Everyone who ever joined, in that order; arrays of shape (n_merchants,).

    Attributes:
        joined, left, deleted: moments.
        expired: whether the merchant left with the end of the trial.
        plan: index of the last plan.
    """

    joined: NDArray[np.float64]
    left: NDArray[np.float64]
    deleted: NDArray[np.float64]
    expired: NDArray[np.bool_]
    plan: NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.joined)


@dataclass(frozen=True, slots=True, eq=False)
class Stores:
    """Every store ever opened, in that order; arrays of shape (n_stores,).

    Attributes:
        merchant: index of the owner.
        plan: index of the owner's last plan.
        opened, closed, deleted: moments.
    """

    merchant: NDArray[np.int64]
    plan: NDArray[np.int64]
    opened: NDArray[np.float64]
    closed: NDArray[np.float64]
    deleted: NDArray[np.float64]

    def __len__(self) -> int:
        return len(self.opened)

    def habit(self, name: str) -> NDArray[np.float64]:
        """One typical figure of each store's plan, float64 (n_stores,)."""
        return np.array([getattr(plan.habits, name) for plan in PLANS], dtype=np.float64)[self.plan]

    def ages(self, clock: DemoClock) -> NDArray[np.float64]:
        """Days that each store has been open, float64 (n_stores,)."""
        return np.minimum(self.closed, clock.now) - self.opened


def join(rng: np.random.Generator, clock: DemoClock) -> Merchants:
    """Everyone who ever joined."""
    plan = _plans_in_order_of_joining(rng)
    n = len(plan)
    days = np.linspace(0.0, clock.now, 2_000)
    reached = np.cumsum(np.interp(days, INTEREST_DAYS, INTEREST))
    # Each joins near its own place in the queue: some luck from week to week, but no lucky quarter.
    places = np.abs(np.arange(n) + rng.uniform(-1.5, 2.5, n)) / n
    places = np.where(places > 1, 2 - places, places)
    drawn = np.interp(places, reached / reached[-1], days)
    joined = np.sort(by_daylight(drawn))
    expired = (plan != FREE) & (plan != ENTERPRISE) & (rng.random(n) < TRIALS_EXPIRE)
    cancels = joined + 60 + rng.exponential(1.0, n) * STAY_DAYS[plan]
    left = np.where(expired, joined + TRIAL_DAYS, cancels)
    deleted = np.where(rng.random(n) < PURGED, left + PURGE_AFTER, NEVER)
    return Merchants(joined, left, deleted, expired, plan)


def _plans_in_order_of_joining(rng: np.random.Generator) -> NDArray[np.int64]:
    others = np.repeat(np.arange(ENTERPRISE), [plan.habits.merchants for plan in PLANS[:ENTERPRISE]])
    rng.shuffle(others)
    places = rng.integers(0, int(LARGE_JOIN_BEFORE * len(others)), PLANS[ENTERPRISE].habits.merchants)
    return np.insert(others, places, ENTERPRISE)


def open_stores(rng: np.random.Generator, clock: DemoClock, merchants: Merchants) -> Stores:
    """The first store of everyone within hours, further ones as time goes by."""
    n = len(merchants)
    most = np.array([plan.habits.stores for plan in PLANS])[merchants.plan]
    wanted = np.minimum(most, 1 + rng.binomial(2, 0.4, n))
    merchant = np.repeat(np.arange(n), wanted)
    number = np.arange(len(merchant)) - np.repeat(np.cumsum(wanted) - wanted, wanted)
    after = np.where(number == 0, rng.uniform(0.01, 0.1, len(merchant)), number * rng.uniform(40, 300, len(merchant)))
    opened = merchants.joined[merchant] + after
    left, purged = merchants.left[merchant], merchants.deleted[merchant]
    closes_alone = (number > 0) & (rng.random(len(merchant)) < SIDE_STORE_CLOSES)
    alone = np.where(closes_alone, opened + rng.uniform(60, 400, len(merchant)), NEVER)
    closed = np.minimum(left, alone)
    deleted = np.where(alone < left, alone + PURGE_AFTER, purged)
    exists = opened < np.minimum(closed, clock.now)
    order = np.flatnonzero(exists)[np.argsort(opened[exists], kind="stable")]
    merchant = merchant[order]
    return Stores(merchant, merchants.plan[merchant], opened[order], closed[order], deleted[order])
