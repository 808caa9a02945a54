"""What was sold and what is used, against plain sums."""

import math
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.support.cloud import CLOUD
from tests.support.exposures import UNSOLD, tenants_of

from outgrow.domain.resource import COMMERCE, ORDERS_MONTH, PRODUCTS, STORAGE_GB
from outgrow.domain.tenant import UNLIMITED, Sold
from outgrow.planning.tenants.resource_use import LARGEST_PERCENT, ResourceUse, count_uses, stored_uses

LIMIT = st.integers(0, 5_000).map(float) | st.just(UNLIMITED)
AMOUNTS = st.tuples(*[st.integers(0, 6_000).map(float)] * 4)
SUBSCRIBED = st.tuples(st.tuples(*[LIMIT] * 4), AMOUNTS, st.booleans())
TENANTS = st.lists(SUBSCRIBED | st.tuples(st.just(UNSOLD), AMOUNTS, st.just(False)), max_size=60)


def by_resource(uses: list[ResourceUse]) -> dict[str, ResourceUse]:
    return {use.resource: use for use in uses}


def test_a_platform_that_can_be_counted_by_hand() -> None:
    tenants = tenants_of(
        [
            ((100, 50, 3, 2), (60, 10, 1, 0.5), False),
            ((100, 50, 3, 2), (120, 20, 2, 0.25), True),
            ((UNLIMITED,) * 4, (200, 30, 4, 1.25), False),
            (UNSOLD, (20, 0, 1, 0), False),
        ]
    )
    products = by_resource(count_uses(tenants))["products"]

    assert (products.sold, products.active, products.trial) == (200, Sold(100, 1), Sold(100, 0))
    assert (products.used, products.used_limited, products.unlimited) == (400, 180, 1)
    assert products.utilisation == 0.9
    assert products.largest == {1: 0.5, 10: 0.5}  # one of four
    assert products.if_all_used == 100 + 120 + 200 + 20  # who uses more than it bought goes on doing so
    assert by_resource(count_uses(tenants))["storage_gb"].used == 2.0


@given(TENANTS)
def test_sums_are_exact(rows: list[Any]) -> None:
    uses = count_uses(tenants_of(rows))
    assert [use.resource for use in uses] == [resource.name for resource in COMMERCE.by_plan]

    for column, use in enumerate(uses):
        told = [(limits[column], used[column], trial) for limits, used, trial in rows]
        limited = [(limit, used, trial) for limit, used, trial in told if math.isfinite(limit)]
        unlimited = [trial for limit, _, trial in told if limit == math.inf]
        assert use.active is not None
        assert use.trial is not None
        assert use.sold == sum(limit for limit, *_ in limited) == use.active.amount + use.trial.amount
        assert use.trial == Sold(sum(limit for limit, _, trial in limited if trial), sum(unlimited))
        assert use.unlimited == len(unlimited)
        assert use.used == sum(used for _, used, _ in told)
        assert use.used_limited == sum(used for _, used, _ in limited)
        assert use.if_all_used == use.used + sum(max(limit - used, 0) for limit, used, _ in limited)


@given(TENANTS)
def test_the_largest_hold_a_share_and_more_of_them_hold_no_less(rows: list[Any]) -> None:
    for column, use in enumerate(count_uses(tenants_of(rows))):
        amounts = sorted((used[column] for _, used, _ in rows), reverse=True)
        if not sum(amounts):
            assert use.largest == {}
            continue
        assert 0 < use.largest[1] <= use.largest[10] <= 1
        for percent in LARGEST_PERCENT:
            many = next(n for n in range(1, len(amounts) + 1) if 100 * n >= percent * len(amounts))
            assert use.largest[percent] == pytest.approx(sum(amounts[:many]) / sum(amounts))


@pytest.mark.parametrize(
    ("n", "one", "ten"), [(1, 1, 1), (10, 1, 1), (11, 1, 2), (30, 1, 3), (100, 1, 10), (101, 2, 11)]
)
def test_the_number_of_the_largest_is_rounded_up(n: int, one: int, ten: int) -> None:
    products = count_uses(tenants_of([((UNLIMITED,) * 4, (1, 0, 0, 0), False)] * n))[0]
    assert products.largest == {1: pytest.approx(one / n), 10: pytest.approx(ten / n)}


def test_orders_of_the_last_month_count_where_they_are_not_limited() -> None:
    tenants = tenants_of(
        [
            ((10, UNLIMITED, 10, 10), (1, 5, 1, 1), False),
            ((10, UNLIMITED, 10, 10), (1, 90, 1, 1), False),
            ((10, 100, 10, 10), (1, 5, 1, 1), False),
            (UNSOLD, (1, 2, 1, 1), False),
        ]
    )
    early, told = (
        by_resource(count_uses(tenants, month)) for month in (None, {"orders_month": np.array([70.0, 60.0, 80.0, 7.0])})
    )

    assert early["orders_month"].if_all_used == 5 + 90 + 100 + 2
    assert told["orders_month"].if_all_used == 70 + 90 + 100 + 7
    assert told["orders_month"].used == 102
    assert all(told[name] == early[name] for name in told if name != "orders_month")


def test_nobody_is_there() -> None:
    for use in count_uses(tenants_of([])):
        assert (use.sold, use.used, use.utilisation, use.largest, use.if_all_used) == (0, 0, None, {}, 0)


def test_stored_values_tell_what_they_can() -> None:
    uses = by_resource(
        stored_uses({"total_products": 70.0, "theoretical_products_limit": 100.0, "storage_used_gb": 3.5}, COMMERCE)
    )

    assert uses["products"] == ResourceUse(PRODUCTS, sold=100, used=70)
    assert uses["storage_gb"] == ResourceUse(STORAGE_GB, used=3.5)
    assert uses["orders_month"] == ResourceUse(ORDERS_MONTH)
    assert (uses["products"].utilisation, uses["products"].unlimited) == (None, None)


@given(TENANTS)
def test_resources_of_other_names_are_counted_the_same(rows: list[Any]) -> None:
    tenants = tenants_of(rows)
    month = np.arange(len(rows), dtype=np.float64)
    expected = count_uses(tenants, {"orders_month": month})
    found = count_uses(replace(tenants, resources=CLOUD), {"calls": month})

    assert [use.of for use in found] == list(CLOUD.by_plan)
    assert [replace(use, of=other.of) for use, other in zip(found, expected, strict=True)] == expected
