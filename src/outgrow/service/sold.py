"""What was sold against what is used: the part that the ladder and the exposure tell alike."""

from dataclasses import dataclass
from datetime import timedelta

import numpy as np

from outgrow.domain.days import month_start
from outgrow.domain.forecast import DaysUntil
from outgrow.domain.ladder import Tier
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
    values = {name: each.newest[1] for name, each in stored.items() if each.newest is not None}
    uses = stored_uses(values, desk.resources)
    if source is not None:
        tenants = source.tenants(desk.today)
        uses = count_uses(tenants, _last_month(source, tenants))
    newest, sold = newest_use(desk, stored), {use.metric.name for use in uses}
    limited = [metric.name for metric in resource_metrics(desk)]
    # The tier of what is stored, as in the plan of the ladder; what is counted stands in where nothing is.
    usage = {use.metric.name: use.used for use in uses if use.used is not None} | newest
    rented = desk.ladder.rented(usage, desk.config.plan.current_tier)
    made = expose(
        as_of=desk.today,
        tenants=None if tenants is None else len(tenants),
        uses=uses,
        ladder=desk.ladder,
        rented=rented,
        unsold={name: newest[name] for name in limited if name in newest and name not in sold},
        nouns={name: desk.resources.noun(desk.metrics.resolve(name)) for name in desk.ladder.metrics},
        untils=_untils(desk, rented),
    )
    return ExposureReport(desk.code, made)


def _last_month(source: TenantSource, tenants: Tenants) -> dict[str, Array]:
    """Of what is limited by the month, by name: each tenant's use in the last whole one, (n,)."""
    month = month_start(tenants.as_of)
    first = month_start(month - timedelta(days=1))
    found = {}
    for resource in (each for each in tenants.columns if each.monthly):
        changes = source.changes(tenants, resource.name, (tenants.as_of - first).days + 1)
        inside = changes.day < (month - first).days
        counted = np.bincount(changes.tenant[inside], changes.amount[inside], len(tenants))
        found[resource.name] = counted.astype(np.float64)
    return found


def _untils(desk: Desk, tier: Tier) -> list[DaysUntil]:
    """When use reaches a maximum of the tier, of each resource that it limits."""
    resources = {resource.metric.name for resource in desk.resources.by_plan}
    return until_limits(desk, [limit for limit in tier_limits(desk.ladder, tier) if limit.metric in resources])
