"""Tenants: who outgrows a plan and when, what the next one brings, and who shrinks."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy.orm import Session

from outgrow.domain.days import local_day
from outgrow.domain.errors import ConfigurationError, UsageError
from outgrow.domain.resource import COMMERCE
from outgrow.domain.upsell import TenantOffers
from outgrow.forecasting.tenant_outlooks import tenant_outlooks
from outgrow.planning.tenants.upsell import tenant_offers
from outgrow.service.config import CapacityConfig
from outgrow.setup.workspace import Workspace
from outgrow.sources.commerce.platforms import PlatformRef
from outgrow.sources.commerce.tenant_changes import read_tenant_changes
from outgrow.sources.commerce.tenants import read_tenants


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

    def to_document(self, limit: int | None = None) -> dict[str, Any]:
        """As JSON, with the first lines of either list, or with all."""
        document = self.plan.to_document()
        return {
            "platform": self.platform,
            "resources": list(self.resources),
            "newest_change": self.newest_change.isoformat() if self.newest_change else None,
            "stale": self.stale,
            **document,
            "upsell": document["upsell"][:limit],
            "shrinking": document["shrinking"][:limit],
        }


def tenants(workspace: Workspace, as_of: date | None = None, resource: str | None = None) -> TenantReport:
    """Look at every tenant as of a day, today by default.

    Args:
        resource: the only one that is looked at; a next plan has to hold all of them in any case.

    Raises:
        ConfigurationError: the platform's own database is not named, or holds no platform.
        UsageError: the day has not come yet, or there is no such resource.
    """
    wanted = (checked_resource(resource),) if resource else tuple(each.name for each in COMMERCE.by_plan)
    workspace.source_url  # noqa: B018 - says what is missing where no database is named
    with workspace.source() as source:
        if source is None:
            raise ConfigurationError(
                "tenants are read from the platform's own database, and the one at database_url holds no platform",
                "give the address of the platform's database as --database-url; our own tables may lie elsewhere "
                "(--store-url)",
            )
        db, platform = source
        today = local_day(workspace.clock(), platform.zone)
        if as_of is not None and as_of > today:
            raise UsageError(f"{as_of} has not come yet", f"give --as-of {today} or an earlier day")
        return _look(db, platform, as_of or today, workspace.config, wanted)


def _look(
    db: Session, platform: PlatformRef, day: date, config: CapacityConfig, wanted: tuple[str, ...]
) -> TenantReport:
    who = read_tenants(db, platform, day)
    days = config.rules.history_days
    changes = {each.name: read_tenant_changes(db, platform, who, each.name, days) for each in who.columns}
    newest = max((change.newest_day for change in changes.values() if change.newest_day is not None), default=None)
    stale = newest is not None and (day - newest).days > config.rules.stale_after_days
    outlooks = tenant_outlooks(who, changes, config.rules)
    return TenantReport(
        platform.code, wanted, tenant_offers(who, outlooks, config.ladder.currency, wanted), newest, stale
    )


def checked_resource(name: str) -> str:
    """A resource by its name or a short one.

    Raises:
        UsageError: there is none of this name.
    """
    return COMMERCE.resolve(name).name
