"""Exposure: what was sold against what is used, on one day."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import numpy as np
from sqlalchemy.orm import Session

from outgrow.domain.days import month_start
from outgrow.domain.forecast import DaysUntil
from outgrow.domain.ladder import Tier
from outgrow.domain.resource import COMMERCE
from outgrow.domain.tenant import Array, Tenants
from outgrow.planning.tenants.exposure import Exposure, expose
from outgrow.planning.tenants.resource_use import count_uses, stored_uses
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
    limited = [resource.metric.name for resource in COMMERCE] + list(view.config.ladder.metrics)
    names = dict.fromkeys([*limited, *(resource.sold.name for resource in COMMERCE if resource.sold)])
    stored = {known.metric.name: known for known in view.histories([view.metrics.resolve(name) for name in names])}
    tenants, uses = (
        None,
        stored_uses({name: each.newest[1] for name, each in stored.items() if each.newest is not None}, COMMERCE),
    )
    if source is not None:
        db, platform = source
        tenants = read_tenants(db, platform, view.today)
        uses = count_uses(tenants, _last_month(db, platform, tenants))
    newest, sold = newest_use(view, stored), {use.metric.name for use in uses}
    # The tier of what is stored, as in the plan of the ladder; what is counted stands in where nothing is.
    usage = {use.metric.name: use.used for use in uses if use.used is not None} | newest
    rented = view.config.ladder.rented(usage, view.config.plan.current_tier)
    made = expose(
        as_of=view.today,
        tenants=None if tenants is None else len(tenants),
        uses=uses,
        ladder=view.config.ladder,
        rented=rented,
        unsold={name: newest[name] for name in limited if name in newest and name not in sold},
        nouns={name: COMMERCE.noun(view.metrics.resolve(name)) for name in view.config.ladder.metrics},
        untils=_untils(view, rented),
    )
    return ExposureReport(view.platform, made)


def exposure_document(report: ExposureReport) -> dict[str, Any]:
    """As JSON."""
    return {"platform": report.platform, **report.exposure.to_document()}


def _last_month(db: Session, platform: PlatformRef, tenants: Tenants) -> dict[str, Array]:
    """Of what is limited by the month, by name: each tenant's use in the last whole one, (n,)."""
    month = month_start(tenants.as_of)
    first = month_start(month - timedelta(days=1))
    found = {}
    for resource in (each for each in tenants.columns if each.monthly):
        changes = read_tenant_changes(db, platform, tenants, resource.name, (tenants.as_of - first).days + 1)
        inside = changes.day < (month - first).days
        counted = np.bincount(changes.tenant[inside], changes.amount[inside], len(tenants))
        found[resource.name] = counted.astype(np.float64)
    return found


def _untils(view: View, tier: Tier) -> list[DaysUntil]:
    """When use reaches a maximum of the tier, of each resource that it limits."""
    resources = {resource.metric.name for resource in COMMERCE.by_plan}
    return until_limits(view, [limit for limit in tier_limits(view.config.ladder, tier) if limit.metric in resources])
