"""Tenants, and what is sold to them, in the fewest words."""

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

import numpy as np

from outgrow.domain.forecast import DayBand, DaysUntil, HistoryNote, Status
from outgrow.domain.ladder import Ladder, Tier
from outgrow.domain.metric import Metric
from outgrow.domain.resource import COMMERCE
from outgrow.domain.tenant import Array, Tenants
from outgrow.planning.tenants.exposure import Exposure, expose
from outgrow.planning.tenants.resource_use import count_uses, stored_uses
from outgrow.service.sold import ExposureReport

TODAY = date(2026, 11, 22)
LADDER = Ladder(
    (
        Tier.of("S", Decimal(90), stores=100, products=1_000, orders_month=5_000, team_members=50, storage_gb=100),
        Tier.of("M", Decimal(190), stores=200, products=4_000, orders_month=20_000, team_members=200, storage_gb=400),
        Tier.of(
            "L", Decimal(480), stores=400, products=16_000, orders_month=80_000, team_members=800, storage_gb=1_600
        ),
    )
)
UNSOLD = (np.nan,) * 4
NOUNS = {resource.metric.name: resource.noun for resource in COMMERCE}


def tenants_of(rows: Sequence[tuple[Sequence[float], Sequence[float], bool]], today: date = TODAY) -> Tenants:
    """One for each (limits, used, on trial), in the order of the resources; limits of NaN are of no subscription."""
    n = len(rows)
    limits: Array = np.array([row[0] for row in rows], dtype=np.float64).reshape(n, 4)
    return Tenants(
        as_of=today,
        keys=np.array([str(at) for at in range(n)], dtype=np.str_),
        names=np.array([f"tenant {at}" for at in range(n)], dtype=np.str_),
        plans=(),
        plan=np.full(n, -1),
        trial=np.array([row[2] for row in rows], dtype=np.bool_),
        joined=np.full(n, np.datetime64(today, "D")),
        limits=limits,
        used=np.array([row[1] for row in rows], dtype=np.float64).reshape(n, 4),
    )


def until_of(metric: Metric, within: dict[int, float] | None = None, **said: Any) -> DaysUntil:
    """An answer with these chances."""
    known: dict[str, Any] = {
        "status": Status.OK,
        "reason": None,
        "current": 1.0,
        "days": DayBand(1, 2, 3),
        "probability_within": within or {},
    }
    note = HistoryNote(60, 0, 0)
    return DaysUntil(metric, "platform:main", 10.0, as_of=TODAY, history=note, **{**known, **said})


def exposure_of(
    tenants: Tenants,
    ladder: Ladder = LADDER,
    *,
    rented: str | None = None,
    stores: float | None = 10.0,
    untils: Sequence[DaysUntil] = (),
    last_month: Mapping[str, Array] | None = None,
) -> Exposure:
    uses = count_uses(tenants, last_month)
    usage = {use.metric.name: use.used or 0.0 for use in uses}
    return expose(
        as_of=tenants.as_of,
        tenants=len(tenants),
        uses=uses,
        ladder=ladder,
        rented=ladder.rented(usage, rented),
        unsold={} if stores is None else {"active_stores": stores},
        nouns=NOUNS,
        untils=untils,
    )


def stored_exposure(newest: Mapping[str, float], rented: Tier = LADDER.tiers[0]) -> Exposure:
    """What stored values alone tell, of three stores."""
    return expose(
        as_of=TODAY,
        tenants=None,
        uses=stored_uses(newest, COMMERCE),
        ladder=LADDER,
        rented=rented,
        unsold={"active_stores": 3},
        nouns=NOUNS,
        untils=(),
    )


def report_of(exposure: Exposure) -> ExposureReport:
    return ExposureReport("main", exposure)
