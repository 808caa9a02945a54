"""Whom other limits, or more orders, bring to a limit."""

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import ClassVar

import numpy as np
import pytest
from tests.support.cloud import CLOUD

from outgrow.documents.whatif import affected_document
from outgrow.domain.event import Event, EventKind
from outgrow.domain.scenario import PlanChange, Scenario
from outgrow.domain.tenant import UNLIMITED, Plan, Tenants
from outgrow.planning.tenants.affected import Affected, affected, multiplied, with_plan_limits

TODAY = date(2026, 11, 20)
PLANS = (
    Plan("basic", "Basic", Decimal(19), (300.0, 1_000.0, 10.0, 25.0)),
    Plan("pro", "Pro", Decimal(79), (1_000.0, 5_000.0, 25.0, UNLIMITED)),
)


def tenants(*rows: tuple[str, int, list[float]], own: dict[int, float] | None = None) -> Tenants:
    """Merchants by name, place of the plan (-1 for none) and use; some have a products limit of their own."""
    places = [place for _, place, _ in rows]
    limits = np.array([PLANS[place].limits if place >= 0 else [np.nan] * 4 for place in places])
    for row, limit in (own or {}).items():
        limits[row, 0] = limit
    return Tenants(
        as_of=TODAY,
        keys=np.array([str(n) for n in range(len(rows))]),
        names=np.array([name for name, _, _ in rows]),
        plans=PLANS,
        plan=np.array(places),
        trial=np.zeros(len(rows), np.bool_),
        joined=np.full(len(rows), np.datetime64("2026-01-01", "D")),
        limits=limits,
        used=np.array([use for _, _, use in rows]),
    )


def sale(first: date, last: date, multiplier: float = 3.0) -> Event:
    return Event("sale", first, last, EventKind.CAMPAIGN, multiplier)


def names(found: Affected) -> tuple[list[str], list[str]]:
    return [each.name for each in found.reach], [each.name for each in found.leave]


SOME = tenants(
    ("small", 0, [100, 10, 1, 1]),
    ("near", 0, [260, 10, 1, 1]),
    ("full", 0, [300, 10, 1, 1]),
    ("pro", 1, [290, 10, 1, 900]),
    ("gone", -1, [900, 10, 1, 1]),
)
PACE = {"orders_month": np.zeros(5)}


class TestPlans:
    def test_a_lower_limit_is_reached_by_those_above_it(self) -> None:
        scenario = Scenario("s", plans=(PlanChange("basic", {"products": 250.0}),))
        (found,) = affected(SOME, scenario, PACE)

        assert (found.resource, found.month, found.before, found.after) == ("products", None, 1, 2)
        assert names(found) == (["near"], [])
        assert (found.sold_before, found.sold_after) == (1_900, 1_750)
        assert (found.reach[0].plan, found.reach[0].use, found.reach[0].limit) == ("basic", 260, 250)

    def test_a_higher_one_or_none_frees_those_who_had_reached_it(self) -> None:
        for top in (301.0, UNLIMITED):
            (found,) = affected(SOME, Scenario("s", plans=(PlanChange("basic", {"products": top}),)), PACE)
            assert names(found) == ([], ["full"])

    def test_the_largest_use_comes_first(self) -> None:
        (found,) = affected(SOME, Scenario("s", plans=(PlanChange("basic", {"products": 50.0}),)), PACE)

        assert names(found)[0] == ["near", "small"]

    def test_a_subscriptions_own_limit_stays(self) -> None:
        some = tenants(("small", 0, [260, 0, 0, 0]), ("own", 0, [260, 0, 0, 0]), own={1: 500.0})
        changed = with_plan_limits(some, [PlanChange("basic", {"products": 200.0})])

        assert changed.limits[:, 0].tolist() == [200, 500]
        assert changed.plans[0].limits == (200.0, 1_000.0, 10.0, 25.0)
        assert some.limits[:, 0].tolist() == [300, 500]

    def test_resources_are_told_in_their_order_and_plans_apart(self) -> None:
        plans = (PlanChange("pro", {"storage_gb": 800.0}), PlanChange("basic", {"products": 250.0}))
        products, storage = affected(SOME, Scenario("s", plans=plans), PACE)

        assert names(products) == (["near"], [])
        assert names(storage) == (["pro"], [])


class TestOrders:
    def test_a_months_orders_are_those_so_far_and_the_pace_of_the_days_left(self) -> None:
        some = tenants(("slow", 0, [0, 400, 0, 0]), ("fast", 0, [0, 400, 0, 0]))
        scenario = Scenario("s", plans=(PlanChange("basic", {"orders_month": 900.0}),))
        (found,) = affected(some, scenario, {"orders_month": np.array([49.0, 50.0])})  # ten days of November are left

        assert (found.month, names(found)) == (date(2026, 11, 1), (["fast"], []))
        assert found.reach[0].use == 900

    def test_a_sale_adds_to_its_own_months(self) -> None:
        some = tenants(("slow", 0, [0, 0, 0, 0]), ("fast", 0, [0, 0, 0, 0]), ("busy", 0, [0, 0, 0, 0]))
        scenario = Scenario("s", events=(sale(date(2026, 11, 27), date(2026, 12, 4)),))
        november, december = affected(some, scenario, {"orders_month": np.array([25.0, 26.0, 56.0])})

        assert names(november) == (["busy"], [])  # 14 days of orders are left with the sale instead of 10
        assert [each.use for each in november.reach] == [56.0 * 10 + 56.0 * 8]
        assert names(december) == (["fast"], [])  # 31 days and 8
        assert (november.before, december.before, december.after) == (0, 1, 2)

    def test_other_limits_and_a_sale_are_taken_together(self) -> None:
        some = tenants(("one", 0, [0, 0, 0, 0]))
        scenario = Scenario(
            "s",
            events=(sale(date(2026, 12, 1), date(2026, 12, 10), 2.0),),
            plans=(PlanChange("basic", {"orders_month": 410.0}),),
        )
        november, december = affected(some, scenario, {"orders_month": np.array([10.0])})

        assert (november.after, december.after) == (0, 1)

    def test_nothing_is_asked_where_nobody_is_touched(self) -> None:
        for events in ((), (sale(TODAY, TODAY),), (sale(date(2026, 12, 1), date(2026, 12, 4), 1.0),)):
            assert affected(SOME, Scenario("s", events=events), PACE) == []

    def test_only_days_to_come_are_multiplied(self) -> None:
        assert list(multiplied([sale(date(2026, 11, 18), date(2026, 11, 22))], TODAY)) == [
            date(2026, 11, 21),
            date(2026, 11, 22),
        ]


def test_the_document() -> None:
    (found,) = affected(SOME, Scenario("s", plans=(PlanChange("basic", {"products": UNLIMITED}),)), PACE)

    assert affected_document(found) == {
        "resource": "products",
        "month": None,
        "before": 1,
        "after": 0,
        "reach": [],
        "leave": [{"merchant": "2", "name": "full", "plan": "basic", "use": 300, "limit": None}],
        "sold_before": 1_900,
        "sold_after": 1_000,
        "likely_before": None,
        "likely_after": None,
    }
    (orders,) = affected(SOME, Scenario("s", plans=(PlanChange("basic", {"orders_month": 9.0}),)), PACE)
    assert affected_document(orders)["month"] == "2026-11"
    assert orders.before == pytest.approx(0)


class TestAnyResource:
    """What holds of products and orders holds of whatever plans limit; events multiply orders alone."""

    CLOUD: ClassVar = replace(SOME, resources=CLOUD)

    @pytest.mark.parametrize(("one", "other"), [("products", "models"), ("storage_gb", "room")])
    def test_other_limits_bring_the_same_to_them(self, one: str, other: str) -> None:
        def ask(some: Tenants, name: str, monthly: str) -> Affected:
            plans = (PlanChange("basic", {name: 1.0}), PlanChange("pro", {name: 400.0}))
            (found,) = affected(some, Scenario("s", plans=plans), {monthly: np.zeros(5)})
            return found

        expected, found = ask(SOME, one, "orders_month"), ask(self.CLOUD, other, "calls")
        assert found.resource == other
        assert found == replace(expected, of=found.of)

    def test_of_what_is_limited_by_the_month_the_month_is_looked_at(self) -> None:
        plans = (PlanChange("basic", {"calls": 30.0}),)
        (found,) = affected(self.CLOUD, Scenario("s", plans=plans), {"calls": np.full(5, 2.0)})

        assert (found.resource, found.month) == ("calls", date(2026, 11, 1))
        assert names(found) == (["small", "near", "full"], [])  # 10 so far, and 2 on each of ten days

    def test_a_sale_brings_no_more_calls(self) -> None:
        events = (sale(date(2026, 11, 27), date(2026, 11, 30), 100.0),)

        assert affected(self.CLOUD, Scenario("s", events=events), {"calls": np.full(5, 90.0)}) == []
