"""Tenants: who outgrows a plan and when, what the next one brings, and who shrinks."""

from dataclasses import dataclass
from datetime import date

from outgrow.domain.errors import ConfigurationError
from outgrow.domain.upsell import TenantOffers
from outgrow.forecasting.tenant_outlooks import tenant_outlooks
from outgrow.planning.tenants.upsell import tenant_offers
from outgrow.service.desk import Desk

KNOWS_TENANTS = "let it keep TenantSource, see docs/reference/sources.md"


@dataclass(frozen=True, slots=True)
class TenantReport:
    """A platform's tenants.

    Attributes:
        resources: those that were looked at.
        newest_change: the newest day on which any tenant's use changed, so far as was looked back.
        stale: whether that is so long ago that the database seems to be an old copy.
    """

    platform: str
    resources: tuple[str, ...]
    plan: TenantOffers
    newest_change: date | None = None
    stale: bool = False


def tenants(desk: Desk, resource: str | None = None) -> TenantReport:
    """Look at every tenant at the end of the desk's day.

    Args:
        resource: the only one that is looked at, by name; a next plan has to hold all of them in any case.

    Raises:
        ConfigurationError: the platform has no source that knows tenants.
        UsageError: there is no such resource.
    """
    source = desk.tenant_source
    if source is None:
        if desk.source.metrics():
            raise ConfigurationError(f"the source of platform '{desk.code}' knows no tenants", KNOWS_TENANTS)
        raise ConfigurationError(
            "tenants are read from the platform's own database, and the one at database_url holds no platform",
            "give the address of the platform's database as --database-url; our own tables may lie elsewhere "
            "(--store-url)",
        )
    resources, rules = desk.resources, desk.config.rules
    names = tuple(each.name for each in resources.by_plan)
    wanted = (resources.resolve(resource).name,) if resource else names
    who = source.tenants(desk.today)
    changes = {name: source.changes(who, name, rules.history_days) for name in names}
    newest = max((change.newest_day for change in changes.values() if change.newest_day is not None), default=None)
    stale = newest is not None and (desk.today - newest).days > rules.stale_after_days
    plan = tenant_offers(who, tenant_outlooks(who, changes, rules), desk.ladder.currency, wanted)
    return TenantReport(desk.code, wanted, plan, newest, stale)
