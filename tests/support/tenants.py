"""Made-up tenants, how their use changed, and what is said of it."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Any

import numpy as np

from outgrow.domain.resource import COMMERCE
from outgrow.domain.tenant import UNLIMITED, Plan, TenantOutlooks, Tenants, UseChanges
from outgrow.domain.upsell import TenantOffers
from outgrow.planning.tenants.upsell import tenant_offers
from outgrow.service.tenants import TenantReport

RESOURCES = tuple(resource.name for resource in COMMERCE.by_plan)
TODAY = date(2026, 7, 31)
HISTORY = 400
FREE = Plan("free", "Free", Decimal("0.00"), (50.0, 200.0, 3.0, 2.0))
BASIC = Plan("basic", "Basic", Decimal("19.90"), (300.0, 1_000.0, 10.0, 25.0))
PRO = Plan("pro", "Pro", Decimal("79.95"), (1_000.0, 5_000.0, 25.0, 120.0))
TOP = Plan("top", "Enterprise", Decimal("399.00"), (UNLIMITED, 9_000.0, UNLIMITED, 1_000.0))
PLANS = (FREE, BASIC, PRO, TOP)


def tenants_of(
    plan: Sequence[int], used: Sequence[Sequence[float]], plans: Sequence[Plan] = PLANS, **more: Any
) -> Tenants:
    """Merchants 1, 2, ... on these plans (-1 for none) with this use of the four resources."""
    n = len(plan)
    limits = [plans[at].limits if at >= 0 else (np.nan,) * 4 for at in plan]
    known: dict[str, Any] = {
        "as_of": TODAY,
        "keys": np.array([str(at + 1) for at in range(n)], dtype=np.str_),
        "names": np.array([f"Shop {at + 1}" for at in range(n)], dtype=np.str_),
        "plans": tuple(plans),
        "plan": np.array(plan, dtype=np.int64),
        "trial": np.zeros(n, dtype=np.bool_),
        "joined": np.full(n, np.datetime64(TODAY, "D") - 499),
        "limits": np.array(limits, dtype=np.float64).reshape(n, 4),
        "used": np.array(used, dtype=np.float64).reshape(n, 4),
    }
    return Tenants(**{**known, **more})


def outlooks_of(tenants: Tenants, probability: Any, **more: Any) -> TenantOutlooks:
    """What is said of them: the probabilities (n, 4, 2); nothing outgrows a plan whose limit is not reached today."""
    n, n_plans = len(tenants), len(tenants.plans)
    limits = np.array([plan.limits for plan in tenants.plans]).reshape(n_plans, 4)
    known: dict[str, Any] = {
        "horizon_days": 180,
        "known": np.full(n, 400),
        "need": 14,
        "probability": np.array(probability, dtype=np.float64).reshape(n, 4, 2),
        "days": np.full((n, 4, 3), np.nan),
        "outgrows": (tenants.used[:, None, :] >= limits).astype(np.float64),
        "before": tenants.used,
        "now": tenants.used,
        "later": tenants.used,
        "chance": np.zeros((n, 4)),
    }
    return TenantOutlooks(**{**known, **more})


def drawn(seed: int, n: int = 40, scale: float = 1.0) -> tuple[Tenants, TenantOutlooks]:
    """Merchants of all kinds, and what is said of them; the same for every scale of use and limits."""
    rng = np.random.default_rng(seed)
    plans = tuple(
        Plan(plan.code, plan.name, plan.price_monthly, tuple(scale * top for top in plan.limits)) for plan in PLANS
    )
    plan = rng.integers(-1, len(PLANS), n)
    tops = np.where(np.isinf(limits := np.array([plan.limits for plan in PLANS])), 2_000.0, limits)
    share = rng.choice([0.0, 0.3, 0.7, 0.95, 1.0, 1.3], (n, 4), p=[0.2, 0.3, 0.3, 0.14, 0.03, 0.03])
    used = np.floor(tops[np.maximum(plan, 0)] * share * 4) / 4
    tenants = tenants_of(plan.tolist(), scale * used, plans, trial=rng.random(n) < 0.2)
    soon = rng.random((n, 4)) ** 3
    probability = np.stack([soon, soon + (1 - soon) * rng.random((n, 4))], axis=2)
    probability[np.isnan(tenants.limits) | np.isinf(tenants.limits)] = np.nan
    probability[tenants.used >= tenants.limits] = 1.0
    known = np.where(rng.random(n) < 0.2, rng.integers(1, 14, n), 300)
    probability[known < 14] = np.nan
    reach = np.sort(rng.random((n, len(PLANS), 4)) ** 4, axis=1)[:, ::-1]
    reach = np.where(used[:, None, :] >= limits, 1.0, np.where(np.isinf(limits), 0.0, reach))
    reach[known < 14] = np.nan
    return tenants, outlooks_of(
        tenants,
        probability,
        known=known,
        outgrows=reach,
        before=scale * used * rng.choice([0.5, 1.0, 1.3, 2.0], (n, 4)),
        later=scale * used * rng.choice([0.5, 1.0, 1.3], (n, 4)),
        chance=scale * rng.random((n, 4)) * 10,
    )


def plan_of(tenants: Tenants, probability: Any, **more: Any) -> TenantOffers:
    """The plan of merchants of whom this is said."""
    return tenant_offers(tenants, outlooks_of(tenants, probability, **more), "EUR")


def report_of(plan: TenantOffers) -> TenantReport:
    """Of a platform called main."""
    return TenantReport("main", RESOURCES, plan)


def histories(seed: int, n: int, days: int = HISTORY) -> tuple[Tenants, dict[str, UseChanges]]:
    """Merchants of all ages whose use came in steps, some long asleep; all is whole, gigabytes in quarters."""
    rng = np.random.default_rng(seed)
    age = rng.integers(1, 2 * days, n)
    used, changes = np.zeros((n, 4)), {}
    for column, name in enumerate(RESOURCES):
        pace = rng.lognormal(0, 1, n) * (0.05, 0.3, 0.01, 0.05)[column] * (rng.random(n) < 0.8)
        day = np.arange(days)
        happened = (rng.random((n, days)) < pace[:, None]) & (day >= days - age[:, None])
        amount = happened * rng.geometric(0.5, (n, days)).astype(np.float64) * (0.25 if name == "storage_gb" else 1.0)
        at = np.nonzero(happened)
        changes[name] = UseChanges.of(
            TODAY, days, at[0].astype(np.int32), at[1].astype(np.int16), amount[at].astype(np.float64)
        )
        counted = amount[:, -TODAY.day :] if name == "orders_month" else amount
        used[:, column] = counted.sum(axis=1) + (1.0 if name == "team_members" else 0.0)
    plan = rng.integers(0, len(PLANS), n)
    joined = np.datetime64(TODAY, "D") - age + 1
    return tenants_of(plan.tolist(), used.tolist(), joined=joined), changes
