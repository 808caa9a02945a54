"""Says when a multi-tenant commerce platform outgrows what it has, and what to do about it.

Everything public is imported at first use, so that `import outgrow` costs nothing.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from outgrow.documents.reports import document_of as document_of
    from outgrow.documents.schemas import schema_of as schema_of
    from outgrow.domain.diagnosis import Diagnosis as Diagnosis
    from outgrow.domain.diagnosis import Health as Health
    from outgrow.domain.drivers import StoreChanges as StoreChanges
    from outgrow.domain.errors import OutgrowError as OutgrowError
    from outgrow.domain.event import CalendarRules as CalendarRules
    from outgrow.domain.event import Event as Event
    from outgrow.domain.event import EventKind as EventKind
    from outgrow.domain.forecast import DaysUntil as DaysUntil
    from outgrow.domain.forecast import Status as Status
    from outgrow.domain.history import MISSING as MISSING
    from outgrow.domain.history import OBSERVED as OBSERVED
    from outgrow.domain.history import RECONSTRUCTED as RECONSTRUCTED
    from outgrow.domain.history import History as History
    from outgrow.domain.ladder import Ladder as Ladder
    from outgrow.domain.ladder import Tier as Tier
    from outgrow.domain.ladder_rules import LadderRules as LadderRules
    from outgrow.domain.limit import AlertPolicy as AlertPolicy
    from outgrow.domain.limit import Headroom as Headroom
    from outgrow.domain.limit import Limit as Limit
    from outgrow.domain.metric import PLATFORM as PLATFORM
    from outgrow.domain.metric import Kind as Kind
    from outgrow.domain.metric import Metric as Metric
    from outgrow.domain.metric import Scope as Scope
    from outgrow.domain.panel import HistoryPanel as HistoryPanel
    from outgrow.domain.panel import Key as Key
    from outgrow.domain.platform import SourcePlatform as SourcePlatform
    from outgrow.domain.resource import Resource as Resource
    from outgrow.domain.resource import Resources as Resources
    from outgrow.domain.scenario import Project as Project
    from outgrow.domain.scenario import Ramp as Ramp
    from outgrow.domain.snapshot import Measurement as Measurement
    from outgrow.domain.snapshot import Provenance as Provenance
    from outgrow.domain.snapshot import Reading as Reading
    from outgrow.domain.tenant import UNLIMITED as UNLIMITED
    from outgrow.domain.tenant import Plan as Plan
    from outgrow.domain.tenant import Subscriptions as Subscriptions
    from outgrow.domain.tenant import Tenants as Tenants
    from outgrow.domain.tenant import UseChanges as UseChanges
    from outgrow.door.capacity_forecast_service import CapacityForecastService as CapacityForecastService
    from outgrow.door.capacity_forecast_service import capacity_forecast_service as capacity_forecast_service
    from outgrow.door.outgrow import Outgrow as Outgrow
    from outgrow.door.record import record as record
    from outgrow.door.record import when as when
    from outgrow.door.snapshots import CapacitySnapshot as CapacitySnapshot
    from outgrow.forecasting import forecast_panel as forecast_panel
    from outgrow.forecasting.rules import ForecastRules as ForecastRules
    from outgrow.planning.limits.alarm_levels import AlarmLevels as AlarmLevels
    from outgrow.service.config import CapacityConfig as CapacityConfig
    from outgrow.setup.schema import create_schema as create_schema
    from outgrow.setup.schema import include_object as include_object
    from outgrow.sources.commerce.aggregator import StatsAggregator as StatsAggregator
    from outgrow.sources.commerce.aggregator import installed_providers as installed_providers
    from outgrow.sources.commerce.aggregator import stats_aggregator as stats_aggregator
    from outgrow.sources.commerce.contract import Count as Count
    from outgrow.sources.commerce.contract import CountHistory as CountHistory
    from outgrow.sources.commerce.contract import MetricsContext as MetricsContext
    from outgrow.sources.commerce.contract import MetricsProvider as MetricsProvider
    from outgrow.sources.commerce.contract import RebuildingProvider as RebuildingProvider
    from outgrow.sources.commerce.dayscan import DayScan as DayScan
    from outgrow.sources.commerce.health import PlatformHealthService as PlatformHealthService
    from outgrow.sources.commerce.health import media_service as media_service
    from outgrow.sources.commerce.health import platform_health_service as platform_health_service
    from outgrow.sources.commerce.models import MediaFile as MediaFile
    from outgrow.sources.commerce.models import Merchant as Merchant
    from outgrow.sources.commerce.models import MerchantSubscription as MerchantSubscription
    from outgrow.sources.commerce.models import Order as Order
    from outgrow.sources.commerce.models import Platform as Platform
    from outgrow.sources.commerce.models import Product as Product
    from outgrow.sources.commerce.models import Store as Store
    from outgrow.sources.commerce.models import StoreUser as StoreUser
    from outgrow.sources.commerce.models import SubscriptionPeriod as SubscriptionPeriod
    from outgrow.sources.commerce.models import SubscriptionStatus as SubscriptionStatus
    from outgrow.sources.commerce.models import SubscriptionTier as SubscriptionTier
    from outgrow.sources.commerce.platforms import find_platform as find_platform
    from outgrow.sources.contract import Past as Past
    from outgrow.sources.contract import Source as Source
    from outgrow.sources.contract import TenantSource as TenantSource
    from outgrow.sources.registry import SourceRequest as SourceRequest

__version__ = "0.1.0"

_PUBLIC = {
    "AlarmLevels": "planning.limits.alarm_levels",
    "AlertPolicy": "domain.limit",
    "CalendarRules": "domain.event",
    "CapacityConfig": "service.config",
    "CapacityForecastService": "door.capacity_forecast_service",
    "CapacitySnapshot": "door.snapshots",
    "Count": "sources.commerce.contract",
    "CountHistory": "sources.commerce.contract",
    "DayScan": "sources.commerce.dayscan",
    "DaysUntil": "domain.forecast",
    "Diagnosis": "domain.diagnosis",
    "Event": "domain.event",
    "EventKind": "domain.event",
    "ForecastRules": "forecasting.rules",
    "Headroom": "domain.limit",
    "Health": "domain.diagnosis",
    "History": "domain.history",
    "HistoryPanel": "domain.panel",
    "Key": "domain.panel",
    "Kind": "domain.metric",
    "Ladder": "domain.ladder",
    "LadderRules": "domain.ladder_rules",
    "Limit": "domain.limit",
    "MISSING": "domain.history",
    "Measurement": "domain.snapshot",
    "MediaFile": "sources.commerce.models",
    "Merchant": "sources.commerce.models",
    "MerchantSubscription": "sources.commerce.models",
    "Metric": "domain.metric",
    "MetricsContext": "sources.commerce.contract",
    "MetricsProvider": "sources.commerce.contract",
    "OBSERVED": "domain.history",
    "Order": "sources.commerce.models",
    "Outgrow": "door.outgrow",
    "OutgrowError": "domain.errors",
    "PLATFORM": "domain.metric",
    "Past": "sources.contract",
    "Plan": "domain.tenant",
    "Platform": "sources.commerce.models",
    "PlatformHealthService": "sources.commerce.health",
    "Product": "sources.commerce.models",
    "Project": "domain.scenario",
    "Provenance": "domain.snapshot",
    "RECONSTRUCTED": "domain.history",
    "Ramp": "domain.scenario",
    "Reading": "domain.snapshot",
    "RebuildingProvider": "sources.commerce.contract",
    "Resource": "domain.resource",
    "Resources": "domain.resource",
    "Scope": "domain.metric",
    "Source": "sources.contract",
    "SourcePlatform": "domain.platform",
    "SourceRequest": "sources.registry",
    "StatsAggregator": "sources.commerce.aggregator",
    "Status": "domain.forecast",
    "Store": "sources.commerce.models",
    "StoreChanges": "domain.drivers",
    "StoreUser": "sources.commerce.models",
    "SubscriptionPeriod": "sources.commerce.models",
    "SubscriptionStatus": "sources.commerce.models",
    "SubscriptionTier": "sources.commerce.models",
    "Subscriptions": "domain.tenant",
    "TenantSource": "sources.contract",
    "Tenants": "domain.tenant",
    "Tier": "domain.ladder",
    "UNLIMITED": "domain.tenant",
    "UseChanges": "domain.tenant",
    "capacity_forecast_service": "door.capacity_forecast_service",
    "create_schema": "setup.schema",
    "document_of": "documents.reports",
    "find_platform": "sources.commerce.platforms",
    "forecast_panel": "forecasting",
    "include_object": "setup.schema",
    "installed_providers": "sources.commerce.aggregator",
    "media_service": "sources.commerce.health",
    "platform_health_service": "sources.commerce.health",
    "record": "door.record",
    "schema_of": "documents.schemas",
    "stats_aggregator": "sources.commerce.aggregator",
    "when": "door.record",
}
"""By name, the module that it is in; modules are free to move, names are not."""

__all__ = list(_PUBLIC)


def __getattr__(name: str) -> Any:  # noqa: ANN401 - whatever is asked for
    if name not in _PUBLIC:
        raise AttributeError(f"module 'outgrow' has no attribute '{name}'")
    return getattr(import_module(f"outgrow.{_PUBLIC[name]}"), name)


def __dir__() -> list[str]:
    return [*__all__, "__version__"]
