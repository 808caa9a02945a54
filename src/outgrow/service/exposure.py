"""Exposure: what was sold against what is used, on one day."""

from dataclasses import dataclass
from datetime import timedelta

import numpy as np
from sqlalchemy.orm import Session

from outgrow.domain.days import month_start
from outgrow.domain.forecast import DaysUntil
from outgrow.domain.ladder import LADDER_METRICS, Tier
from outgrow.domain.metric import ACTIVE_STORES
from outgrow.domain.tenant import Array, Tenants
from outgrow.planning.exposure import Exposure, expose
from outgrow.planning.resource_use import RESOURCE_METRICS, SOLD_METRICS, count_uses, stored_uses
from outgrow.service.limits import newest_use, tier_limits
from outgrow.service.outlooks import until_limits
from outgrow.service.view import View
from outgrow.sources.commerce.platforms import PlatformRef
from outgrow.sources.commerce.tenant_changes import read_tenant_changes
from outgrow.sources.commerce.tenants import read_tenants


@dataclass(frozen=True, slots=True)
class ExposureReport:
    """A platform's exposure."""

    platform: str
    exposure: Exposure


def exposure(view: View, source: tuple[Session, PlatformRef] | None = None) -> ExposureReport:
    """Hold what was sold against what is used and what the rented tier holds, at the end of the view's day.

    Args:
        source: the platform in its own database, only read; None where that is not at hand: then the newest stored
            values tell what they can.

    Raises:
        ConfigurationError: the settings name a rented tier that the ladder has not.
    """
    names = [*LADDER_METRICS.values(), *(metric.name for metric in SOLD_METRICS.values())]
    stored = {known.metric.name: known for known in view.histories([view.metrics.resolve(name) for name in names])}
    tenants, uses = (
        None,
        stored_uses({name: each.newest[1] for name, each in stored.items() if each.newest is not None}),
    )
    if source is not None:
        db, platform = source
        tenants = read_tenants(db, platform, view.today)
        uses = count_uses(tenants, _last_month(db, platform, tenants))
    newest = newest_use(view, stored)
    # The tier of what is stored, as in the plan of the ladder; what is counted stands in where nothing is.
    usage = {use.metric.name: use.used for use in uses if use.used is not None} | newest
    rented = view.config.ladder.rented(usage, view.config.plan.current_tier)
    made = expose(
        as_of=view.today,
        tenants=None if tenants is None else len(tenants),
        uses=uses,
        ladder=view.config.ladder,
        rented=rented,
        stores=newest.get(ACTIVE_STORES.name),
        untils=_untils(view, rented),
    )
    return ExposureReport(view.platform, made)


def _last_month(db: Session, platform: PlatformRef, tenants: Tenants) -> Array:
    """Each tenant's orders in the last whole month, (n,)."""
    month = month_start(tenants.as_of)
    first = month_start(month - timedelta(days=1))
    changes = read_tenant_changes(db, platform, tenants, "orders_month", (tenants.as_of - first).days + 1)
    inside = changes.day < (month - first).days
    return np.bincount(changes.tenant[inside], changes.amount[inside], len(tenants)).astype(np.float64)


def _untils(view: View, tier: Tier) -> list[DaysUntil]:
    """When use reaches a maximum of the tier, of each resource that it limits."""
    resources = {metric.name for metric in RESOURCE_METRICS.values()}
    return until_limits(view, [limit for limit in tier_limits(view.config.ladder, tier) if limit.metric in resources])
