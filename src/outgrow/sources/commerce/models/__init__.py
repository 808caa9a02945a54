"""The commerce schema, an area a file. Everything that can end keeps its end, so any past day can be rebuilt."""

from outgrow.sources.commerce.models.base import CommerceBase
from outgrow.sources.commerce.models.billing import (
    MerchantSubscription,
    SubscriptionPeriod,
    SubscriptionStatus,
    SubscriptionTier,
)
from outgrow.sources.commerce.models.catalog import Product
from outgrow.sources.commerce.models.media import MediaFile
from outgrow.sources.commerce.models.orders import Order
from outgrow.sources.commerce.models.tenancy import Merchant, Platform, Store, StoreUser

__all__ = [
    "CommerceBase",
    "MediaFile",
    "Merchant",
    "MerchantSubscription",
    "Order",
    "Platform",
    "Product",
    "Store",
    "StoreUser",
    "SubscriptionPeriod",
    "SubscriptionStatus",
    "SubscriptionTier",
]
