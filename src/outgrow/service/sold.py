"""What was sold against what is used: the part that the ladder and the exposure tell alike."""

from dataclasses import dataclass
from datetime import timedelta

import numpy as np

from outgrow.domain.days import month_start
from outgrow.domain.forecast import DaysUntil
from outgrow.domain.ladder import Tier
from outgrow.domain.metric import ACTIVE_STORES
from outgrow.domain.tenant import Array, Tenants
from outgrow.planning.tenants.exposure import Exposure, expose
from outgrow.planning.tenants.resource_use import count_uses, stored_uses
from outgrow.service.desk import Desk
from outgrow.service.limits import newest_use, resource_metrics, tier_limits
from outgrow.service.outlooks import until_limits
from outgrow.sources.contract import TenantSource


@dataclass(frozen=True, slots=True)
class ExposureReport:
    """A platform's exposure."""

    platform: str
    exposure: Exposure


def exposed(desk: Desk) -> ExposureReport:
    """What is sold and used, and what the rented tier holds of it, at the end of the desk's day.

    Where the platform's source is not at hand, or knows no tenants, the newest stored values tell what they can.
    """
    stored = {known.metric.name: known for known in desk.histories(resource_metrics(desk, sold=True))}
    source, tenants = desk.tenant_source, None
    uses = stored_uses({name: each.newest[1] for name, each in stored.items() if each.newest is not None})
    if source is not None:
        tenants = source.tenants(desk.today)
        uses = count_uses(tenants, _last_month(desk, source, tenants))
    newest = newest_use(desk, stored)
    # The tier of what is stored, as in the plan of the ladder; what is counted stands in where nothing is.
    usage = {use.metric.name: use.used for use in uses if use.used is not None} | newest
    rented = desk.ladder.rented(usage, desk.config.plan.current_tier)
    made = expose(
        as_of=desk.today,
        tenants=None if tenants is None else len(tenants),
        uses=uses,
        ladder=desk.ladder,
        rented=rented,
        stores=newest.get(ACTIVE_STORES.name),
        untils=_untils(desk, rented),
    )
    return ExposureReport(desk.code, made)


def _last_month(desk: Desk, source: TenantSource, tenants: Tenants) -> Array | None:
    """What each tenant had in the last whole month of what plans limit by the month, (n,); None without such."""
    monthly = next((resource for resource in desk.resources.by_plan if resource.monthly), None)
    if monthly is None:
        return None
    month = month_start(tenants.as_of)
    first = month_start(month - timedelta(days=1))
    changes = source.changes(tenants, monthly.name, (tenants.as_of - first).days + 1)
    inside = changes.day < (month - first).days
    return np.bincount(changes.tenant[inside], changes.amount[inside], len(tenants)).astype(np.float64)


def _untils(desk: Desk, tier: Tier) -> list[DaysUntil]:
    """When use reaches a maximum of the tier, of each resource that it limits."""
    resources = {resource.metric.name for resource in desk.resources.by_plan}
    return until_limits(desk, [limit for limit in tier_limits(desk.ladder, tier) if limit.metric in resources])
