"""Each merchant's subscription, through trial, upgrades, late payments and the end."""

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from outgrow.sources.commerce.demo.clock import NEVER, DemoClock
from outgrow.sources.commerce.demo.plans import BASIC, ENTERPRISE, FREE, PRO, TRIAL_DAYS, limits
from outgrow.sources.commerce.demo.tenants import Merchants
from outgrow.sources.commerce.models import SubscriptionStatus

TRIAL, ACTIVE, PAST_DUE, CANCELLED, EXPIRED = SubscriptionStatus

STARTED_SMALLER = 0.6
"""Share of those who could have begun on the plan below, and did."""
UPGRADE_AT = 0.9
"""Share of the smaller plan's products limit at which they moved on."""
PAID_LATE = 0.12

OVERRIDES = (
    (BASIC, "orders_limit", 1_500),
    (BASIC, "team_limit", 15),
    (PRO, "products_limit", 1_500),
    (PRO, "storage_limit_gb", 200),
    (PRO, "orders_limit", 10_000),
    (ENTERPRISE, "storage_limit_gb", 500),
)
"""What support once granted to one merchant each: plan, limit, and the limit's new value."""


@dataclass(frozen=True, slots=True)
class State:
    """What a subscription is from a moment on. `override` is a limit and its value."""

    since: float
    plan: int
    status: SubscriptionStatus
    override: tuple[str, int] | None = None


Change = Callable[[State], State]


@dataclass(frozen=True, slots=True, eq=False)
class Moves:
    """What happens to the subscriptions besides trial and end; infinite where it never does.

    Attributes:
        upgraded: float64 (n_merchants,), the moment of the move from the plan below.
        late, paid: float64 (n_merchants,), from when to when a payment was missing.
        granted: merchant, moment and override.
    """

    upgraded: NDArray[np.float64]
    late: NDArray[np.float64]
    paid: NDArray[np.float64]
    granted: dict[int, tuple[float, tuple[str, int]]]


def draw_moves(
    rng: np.random.Generator,
    clock: DemoClock,
    merchants: Merchants,
    products: NDArray[np.int64],
    near_limit: NDArray[np.int64],
) -> Moves:
    """Decide who upgraded, who paid late and who was granted more.

    Args:
        products: int64 (n_days, n_merchants), how many each merchant had at the end of each day.
        near_limit: merchants whose limit has to stay what the plan says.
    """
    n = len(merchants)
    smaller = limits("products_limit")[np.maximum(merchants.plan - 1, FREE)]
    full = products >= UPGRADE_AT * smaller
    # Those who had outgrown the smaller plan within a month have bought the larger one at once.
    outgrew = np.where(full.any(axis=0), full.argmax(axis=0) + rng.uniform(0.4, 0.9, n), NEVER)
    moved = (merchants.plan > FREE) & (outgrew > merchants.joined + 30) & (rng.random(n) < STARTED_SMALLER)
    upgraded = np.where(moved & (outgrew < np.minimum(merchants.left, clock.now)), outgrew, NEVER)
    late = merchants.joined + rng.uniform(40, 700, n)
    paid = late + rng.uniform(2, 9, n)
    was_late = (merchants.plan > FREE) & (rng.random(n) < PAID_LATE) & (paid < merchants.left)
    settled = (merchants.left > clock.now) & (merchants.joined < clock.now - 100)
    granted: dict[int, tuple[float, tuple[str, int]]] = {}
    for plan, name, value in OVERRIDES:
        taken = np.concatenate([near_limit, np.array(list(granted), dtype=np.int64)])
        chosen = int(rng.choice(np.setdiff1d(np.flatnonzero(settled & (merchants.plan == plan)), taken)))
        granted[chosen] = (clock.now - float(rng.uniform(5, 80)), (name, value))
    return Moves(upgraded, np.where(was_late, late, NEVER), np.where(was_late, paid, NEVER), granted)


def course(merchants: Merchants, moves: Moves, index: int, clock: DemoClock) -> list[State]:
    """All states of one merchant's subscription up to now, oldest first."""
    joined, left = float(merchants.joined[index]), float(merchants.left[index])
    upgraded, plan = float(moves.upgraded[index]), int(merchants.plan[index])
    first_plan = plan - 1 if np.isfinite(upgraded) else plan
    on_trial = first_plan != FREE
    granted_at, override = moves.granted.get(index, (NEVER, None))
    changes: list[tuple[float, Change]] = [
        (joined + TRIAL_DAYS if on_trial else NEVER, lambda state: replace(state, status=ACTIVE)),
        (upgraded, lambda state: replace(state, plan=plan)),
        (float(moves.late[index]), lambda state: replace(state, status=PAST_DUE)),
        (float(moves.paid[index]), lambda state: replace(state, status=ACTIVE)),
        (granted_at, lambda state: replace(state, override=override)),
    ]
    happened = sorted((c for c in changes if c[0] < min(left, clock.now)), key=lambda change: change[0])
    if left < clock.now:
        end = EXPIRED if merchants.expired[index] else CANCELLED
        happened.append((left, lambda state: replace(state, status=end)))
    states = [State(joined, first_plan, TRIAL if on_trial else ACTIVE)]
    for since, change in happened:
        states.append(replace(change(states[-1]), since=since))
    return states
