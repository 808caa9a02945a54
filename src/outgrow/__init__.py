"""Says when a multi-tenant commerce platform outgrows what it has, and what to do about it.

Everything public is imported at first use, so that `import outgrow` costs nothing.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from outgrow.domain.errors import OutgrowError as OutgrowError
    from outgrow.domain.forecast import DaysUntil as DaysUntil
    from outgrow.domain.forecast import Status as Status
    from outgrow.door.capacity_forecast_service import CapacityForecastService as CapacityForecastService
    from outgrow.door.capacity_forecast_service import capacity_forecast_service as capacity_forecast_service
    from outgrow.door.record import record as record
    from outgrow.door.record import when as when
    from outgrow.door.snapshots import CapacitySnapshot as CapacitySnapshot
    from outgrow.service.config import CapacityConfig as CapacityConfig
    from outgrow.setup.schema import create_schema as create_schema
    from outgrow.setup.schema import include_object as include_object
    from outgrow.sources.commerce.aggregator import StatsAggregator as StatsAggregator
    from outgrow.sources.commerce.aggregator import stats_aggregator as stats_aggregator
    from outgrow.sources.commerce.contract import MetricsContext as MetricsContext
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

__version__ = "0.1.0"

_MODELS = "outgrow.sources.commerce.models"
_SERVICE = "outgrow.door.capacity_forecast_service"
_PUBLIC = {
    "CapacityConfig": "outgrow.service.config",
    "CapacityForecastService": _SERVICE,
    "CapacitySnapshot": "outgrow.door.snapshots",
    "DaysUntil": "outgrow.domain.forecast",
    "MediaFile": _MODELS,
    "Merchant": _MODELS,
    "MerchantSubscription": _MODELS,
    "MetricsContext": "outgrow.sources.commerce.contract",
    "Order": _MODELS,
    "OutgrowError": "outgrow.domain.errors",
    "Platform": _MODELS,
    "PlatformHealthService": "outgrow.sources.commerce.health",
    "Product": _MODELS,
    "StatsAggregator": "outgrow.sources.commerce.aggregator",
    "Status": "outgrow.domain.forecast",
    "Store": _MODELS,
    "StoreUser": _MODELS,
    "SubscriptionPeriod": _MODELS,
    "SubscriptionStatus": _MODELS,
    "SubscriptionTier": _MODELS,
    "capacity_forecast_service": _SERVICE,
    "create_schema": "outgrow.setup.schema",
    "include_object": "outgrow.setup.schema",
    "media_service": "outgrow.sources.commerce.health",
    "platform_health_service": "outgrow.sources.commerce.health",
    "record": "outgrow.door.record",
    "stats_aggregator": "outgrow.sources.commerce.aggregator",
    "when": "outgrow.door.record",
}

__all__ = list(_PUBLIC)


def __getattr__(name: str) -> Any:  # noqa: ANN401 - whatever is asked for
    if name not in _PUBLIC:
        raise AttributeError(f"module 'outgrow' has no attribute '{name}'")
    return getattr(import_module(_PUBLIC[name]), name)


def __dir__() -> list[str]:
    return [*__all__, "__version__"]
