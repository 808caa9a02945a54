"""The one table of what stores hold agrees with the resources and with the columns of the schema."""

from outgrow.domain.resource import COMMERCE
from outgrow.sources.commerce.held import BY_DAY, HELD, LIMITS
from outgrow.sources.commerce.models import MerchantSubscription, SubscriptionPeriod, SubscriptionTier, billing


def test_every_resource_is_counted_somewhere() -> None:
    assert list(HELD) == [resource.name for resource in COMMERCE]
    for resource in COMMERCE:
        held = HELD[resource.name]
        assert (held.ended is None) == resource.monthly
        assert (held.amount is None) == resource.metric.is_count
        assert bool(held.limit) == resource.by_plan


def test_plans_limit_them_in_the_order_of_the_schema() -> None:
    assert tuple(LIMITS) == billing.LIMITS
    for table in (SubscriptionTier, MerchantSubscription, SubscriptionPeriod):
        assert set(LIMITS) <= set(table.__table__.columns.keys())


def test_they_are_driven_by_the_metric_that_follows_them_by_the_day() -> None:
    assert list(BY_DAY) == ["total_products", "total_team_members", "storage_used_gb", "orders_per_day"]
