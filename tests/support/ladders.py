"""Ladder plans in the fewest words: one metric that grows straight, faster on some paths than on others."""

from datetime import date
from decimal import Decimal

import numpy as np

from outgrow.domain.ladder import Ladder, Tier
from outgrow.domain.ladder_rules import LadderRules
from outgrow.domain.limit import AlertPolicy
from outgrow.domain.metric import ACTIVE_STORES, CAPTURED
from outgrow.domain.paths import Paths
from outgrow.planning.ladder.plan import LadderPlan, plan_ladder
from outgrow.planning.ladder.words import plan_severity
from outgrow.planning.tenants.exposure import Exposure
from outgrow.service.ladder import LadderReport
from outgrow.service.sold import ExposureReport

AS_OF = date(2026, 11, 22)
N_PATHS = 200
KNOWN = {metric.name: metric for metric in CAPTURED}


def straight_paths(now: float, slowest: float, fastest: float, days: int = 365, as_of: date = AS_OF) -> Paths:
    """Stores that grow by as much a day as each path's rank says, evenly from the slowest to the fastest."""
    a_day = np.linspace(slowest, fastest, N_PATHS)
    values = (now + np.outer(a_day, np.arange(1, days + 1)))[None]
    peaks = np.maximum(np.maximum.accumulate(values, axis=2), now)
    return Paths(as_of, (ACTIVE_STORES.name,), np.array([now]), values, peaks)


def ladder_of(*rungs: tuple[str, int | None, str], currency: str = "EUR") -> Ladder:
    """Tiers by name, most stores and price a month."""
    return Ladder(tuple(Tier.of(name, Decimal(price), stores=top, currency=currency) for name, top, price in rungs))


LADDER = ladder_of(("Small", 100, "80"), ("Medium", 200, "150"), ("Large", 400, "350"), ("Huge", None, "900"))


def plan_of(
    now: float,
    slowest: float,
    fastest: float,
    ladder: Ladder = LADDER,
    *,
    tier: str | None = None,
    day_over_cost: str | None = None,
    days: int = 365,
    as_of: date = AS_OF,
) -> LadderPlan:
    """The plan of straight growth, with a tier that is rented and a price of a day above its limit."""
    rules = LadderRules(tier, None if day_over_cost is None else Decimal(day_over_cost))
    return plan_ladder(straight_paths(now, slowest, fastest, days, as_of), ladder, rules, AlertPolicy())


def report_of(plan: LadderPlan, **unknown: str) -> LadderReport:
    nothing = Exposure(plan.as_of, plan.tier, None, (), None, "not known")
    sold = ExposureReport("main", nothing)
    return LadderReport(
        "main",
        plan,
        plan_severity(plan, AlertPolicy()),
        (),
        unknown,
        sold,
        KNOWN,
    )
