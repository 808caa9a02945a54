"""By which names resources go, and what is said of a metric that is none."""

import pytest
from tests.support.cloud import CALLS, CALLS_MONTH, CLOUD, GPUS, ROOM

from outgrow.domain.errors import UsageError
from outgrow.domain.metric import DB_SIZE_MB, ORDERS_PER_DAY, TOTAL_ORDERS_MONTH, TOTAL_PRODUCTS
from outgrow.domain.resource import COMMERCE, ORDERS_MONTH, PRODUCTS, STORAGE_GB, Resources


def test_those_that_plans_limit_are_the_columns() -> None:
    assert [resource.name for resource in COMMERCE] == [
        "stores", "products", "orders_month", "team_members", "storage_gb",
    ]  # fmt: skip
    assert [resource.name for resource in COMMERCE.by_plan] == [
        "products",
        "orders_month",
        "team_members",
        "storage_gb",
    ]


@pytest.mark.parametrize("name", ["orders_month", "total_orders_month", "orders"])
def test_one_goes_by_its_name_and_by_those_of_its_metric(name: str) -> None:
    assert COMMERCE.resolve(name) is ORDERS_MONTH
    assert COMMERCE.metric_name(name) == TOTAL_ORDERS_MONTH.name


@pytest.mark.parametrize(
    ("resources", "mend"), [(COMMERCE, "products, orders_month"), (Resources([]), "there is none")]
)
def test_what_plans_do_not_limit_is_refused_with_what_they_do(resources: Resources, mend: str) -> None:
    with pytest.raises(UsageError, match="no resource 'stores'") as caught:
        resources.resolve("stores")
    assert caught.value.mend is not None
    assert mend in caught.value.mend


def test_a_metric_that_is_no_resource_goes_by_its_own_name() -> None:
    assert COMMERCE.metric_name("gpus") == "gpus"
    assert (COMMERCE.key("gpus"), COMMERCE.key(TOTAL_PRODUCTS.name)) == ("gpus", "products")
    assert (COMMERCE.of_metric("gpus"), COMMERCE.of_metric(TOTAL_PRODUCTS.name)) == (None, PRODUCTS)
    assert (COMMERCE.noun(GPUS), COMMERCE.noun(DB_SIZE_MB)) == ("GPUs in use", "database size")


def test_what_is_limited_by_the_month_is_followed_by_the_day() -> None:
    assert (ORDERS_MONTH.monthly, ORDERS_MONTH.daily) == (True, ORDERS_PER_DAY)
    assert (STORAGE_GB.monthly, STORAGE_GB.daily, STORAGE_GB.unit) == (False, STORAGE_GB.metric, "GB")
    calls = CLOUD.resolve("calls")
    assert (calls.metric, calls.daily) == (CALLS_MONTH, CALLS)


def test_what_is_not_said_of_its_names_is_its_name() -> None:
    room = CLOUD.resolve(ROOM.name)
    assert (room.capacity_name, room.short) == ("room", "room")
    assert (ORDERS_MONTH.capacity_name, ORDERS_MONTH.short) == ("orders_monthly", "orders")
