"""The upsell list and those who shrink: who is on it, in which order, with which next plan, to the cent."""

import json
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.support.cloud import CLOUD, as_cloud
from tests.support.tenants import (
    BASIC,
    FREE,
    PLANS,
    PRO,
    RESOURCES,
    TODAY,
    TOP,
    drawn,
    outlooks_of,
    plan_of,
    tenants_of,
)

from outgrow.documents.tenants import tenants_document
from outgrow.domain.forecast import Status
from outgrow.domain.resource import Resources
from outgrow.domain.tenant import Plan, TenantOutlooks, Tenants
from outgrow.domain.upsell import TenantOffers
from outgrow.planning.tenants.upsell import MATTERS, MAY_OUTGROW, next_plans, tenant_offers
from outgrow.planning.tenants.words import sentence
from outgrow.service.tenants import TenantReport

SEEDS = st.integers(0, 5_000)
NOTHING = ((0.0, 0.0),) * 4
LITTLE = (0.0, 0.0, 0.0, 0.0)
LIKELY = ((0.2, 0.6), (0.0, 0.0), (0.0, 0.0), (0.0, 0.0))


def plan(tenants: Tenants, outlooks: TenantOutlooks, **more: tuple[str, ...]) -> TenantOffers:
    return tenant_offers(tenants, outlooks, "EUR", **more)


def told(made: TenantOffers, resources: tuple[str, ...] = RESOURCES) -> Any:
    return tenants_document(TenantReport("main", resources, made))


# ---------------------------------------------------------------- what always holds


@given(SEEDS)
def test_the_next_plan_always_holds_and_is_the_cheapest_dearer_one_that_does(seed: int) -> None:
    tenants, outlooks = drawn(seed)
    for row, found in enumerate(next_plans(tenants, outlooks).tolist()):
        present = tenants.plan[row]

        def holds(place: int, row: int = row) -> bool:
            return all(
                tenants.used[row, r] < PLANS[place].limits[r] and not outlooks.outgrows[row, place, r] > MAY_OUTGROW
                for r in range(4)
            )

        fitting = [
            place
            for place in range(len(PLANS))
            if present >= 0 and PLANS[place].price_monthly > PLANS[present].price_monthly and holds(place)
        ]
        assert found == (fitting[0] if fitting else -1)


@given(SEEDS)
def test_money_is_exact_to_the_cent(seed: int) -> None:
    made = plan(*drawn(seed))
    for one in made.upsells:
        if one.next_plan is None:
            assert one.revenue_change is None
            assert one.expected is None
            continue
        assert one.revenue_change == one.next_plan.price_monthly - one.tenant.plan.price_monthly > 0
        likely = one.binding.probability.get(90)
        if likely is None:
            assert one.expected is None
        else:
            assert one.expected is not None
            assert one.expected == one.expected.quantize(Decimal("0.01"))
            assert abs(one.expected - Decimal(likely) * one.revenue_change) < Decimal("0.03")
    document = told(made)["totals"]
    assert Decimal(document["revenue_change"]) == sum(one.revenue_change or 0 for one in made.upsells)
    assert Decimal(document["expected_revenue_change"]) == sum(one.expected or 0 for one in made.upsells)


@given(SEEDS, st.integers(-4, 8))
def test_use_and_limits_in_another_unit_make_the_same_plan(seed: int, power: int) -> None:
    def told(scale: float) -> list[tuple[object, ...]]:
        made = plan(*drawn(seed, scale=scale))
        upsells = [
            (one.tenant.key, one.expected, [(need.resource, need.status, need.probability) for need in one.needs])
            for one in made.upsells
        ]
        return [*upsells, *((one.tenant.key, [d.lost_share for d in one.decreases]) for one in made.shrinking)]

    assert told(1.0) == told(2.0**power)


@given(SEEDS)
def test_the_same_input_makes_the_same_list_whatever_the_order_of_merchants(seed: int) -> None:
    tenants, outlooks = drawn(seed)
    order = np.random.default_rng(seed).permutation(len(tenants))

    def shuffled(whole: Any) -> Any:
        arrays = {name: getattr(whole, name) for name in whole.__dataclass_fields__}
        return replace(whole, **{name: held[order] for name, held in arrays.items() if isinstance(held, np.ndarray)})

    once, again = plan(tenants, outlooks), plan(tenants, outlooks)
    mixed = plan(shuffled(tenants), shuffled(outlooks))
    assert told(once) == told(again) == told(mixed)


@given(SEEDS)
def test_a_higher_limit_makes_nobody_newly_listed(seed: int) -> None:
    tenants, outlooks = drawn(seed)
    roomier = replace(tenants, limits=tenants.limits * 2)
    # A higher limit is never likelier to be reached: that is the forecast's to keep.
    lower = outlooks.probability * 0.5
    lower[roomier.used >= roomier.limits] = 1.0
    listed = {one.tenant.key for one in plan(tenants, outlooks).upsells}
    assert {one.tenant.key for one in plan(roomier, replace(outlooks, probability=lower)).upsells} <= listed


@given(SEEDS)
def test_the_list_is_sorted_by_what_is_expected_and_then_by_probability(seed: int) -> None:
    made = plan(*drawn(seed))
    keys = [(-(one.expected or Decimal(0)), -one.binding.probability.get(90, -1.0)) for one in made.upsells]
    assert keys == sorted(keys)
    pays = [one.tenant.pays for one in made.shrinking]
    assert pays == sorted(pays, reverse=True)


@given(SEEDS)
def test_every_merchant_stands_once_and_every_line_matters(seed: int) -> None:
    tenants, outlooks = drawn(seed)
    made = plan(tenants, outlooks)
    names = [one.tenant.key for one in made.upsells]
    assert len(names) == len(set(names))
    for one in made.upsells:
        for need in one.needs:
            if need.status is Status.ALREADY_EXCEEDED:
                assert need.used >= need.limit
                assert need.probability == {30: 1.0, 90: 1.0}
            elif need.status is Status.INSUFFICIENT_DATA:
                assert need.probability == {}
                assert need.have is not None
                assert need.have < 14
            else:
                assert need.probability[90] >= MATTERS
        assert one.binding.probability.get(90, -1) == max(need.probability.get(90, -1) for need in one.needs)
    unsubscribed = {str(at + 1) for at in np.flatnonzero(tenants.plan < 0)}
    assert not unsubscribed & {*names, *(one.tenant.key for one in made.shrinking)}


# ---------------------------------------------------------------- single cases


def test_a_merchant_below_every_limit_is_not_listed() -> None:
    made = plan_of(tenants_of([0], [LITTLE]), [NOTHING])
    assert (made.upsells, made.shrinking, made.tenants, made.subscribed) == ((), (), 1, 1)
    assert sentence(made) == "None of 1 merchant is likely to outgrow a plan within 90 days."
    assert sentence(replace(made, subscribed=0)).startswith("No merchant is on a plan that is known")


def test_what_is_reached_is_told_as_reached_and_certain() -> None:
    made = plan_of(tenants_of([0], [(50, 0, 0, 0)]), [((1.0, 1.0), *NOTHING[1:])])
    (one,) = made.upsells
    assert (one.binding.status, one.binding.probability) == (Status.ALREADY_EXCEEDED, {30: 1.0, 90: 1.0})
    assert (one.next_plan, one.revenue_change, one.expected) == (BASIC, Decimal("19.90"), Decimal("19.90"))
    assert "1 of 1 merchant outgrows its plan or may within 90 days, 1 of them already at a limit" in sentence(made)


def test_the_probability_of_the_binding_resource_weighs_the_price() -> None:
    days = np.full((1, 4, 3), np.nan)
    days[0, 0] = 12, 70, np.nan
    made = plan_of(tenants_of([1], [(250, 0, 9, 0)]), [((0.2, 0.6), (0, 0), (0.01, 0.11), (0, 0.04))], days=days)
    (one,) = made.upsells
    assert [need.resource for need in one.needs] == ["products", "team_members"]
    assert (one.next_plan, one.revenue_change) == (PRO, Decimal("60.05"))
    assert one.expected == Decimal("36.03")
    assert one.binding.status is Status.OK
    assert one.binding.days.dates(TODAY) == {"p10": date(2026, 8, 12), "p50": date(2026, 10, 9), "p90": None}
    assert one.needs[1].status is Status.BEYOND_HORIZON


def test_a_plan_that_one_resource_would_outgrow_is_passed_over() -> None:
    tenants = tenants_of([0], [(45, 0, 2, 0)])
    outgrows = np.zeros((1, 4, 4))
    outgrows[0, 1, 2] = 0.11
    made = plan_of(tenants, [LIKELY], outgrows=outgrows)
    assert made.upsells[0].next_plan == PRO
    outgrows[0, 1, 2] = 0.1
    assert plan_of(tenants, [LIKELY], outgrows=outgrows).upsells[0].next_plan == BASIC


def test_whom_no_plan_holds_has_none_and_no_revenue() -> None:
    made = plan_of(tenants_of([3, 2], [(0, 9_500, 0, 0), (0, 9_100, 0, 0)]), [((0, 0), (1, 1), (0, 0), (0, 0))] * 2)
    assert [(one.next_plan, one.revenue_change, one.expected) for one in made.upsells] == [(None, None, None)] * 2
    assert [one.tenant.key for one in made.upsells] == ["2", "1"]
    document = told(made)["upsell"][0]
    assert (document["next_plan"], document["revenue_change"]) == (None, None)


def test_plans_of_the_same_price_are_no_next_plan() -> None:
    twin = Plan("twin", "Twin", FREE.price_monthly, (9_999.0,) * 4)
    made = plan_of(tenants_of([0], [(49, 0, 0, 0)], (FREE, twin, BASIC)), [LIKELY])
    assert made.upsells[0].next_plan == BASIC


def test_newcomers_are_told_of_only_where_they_are_nearly_full_and_without_a_probability() -> None:
    tenants = tenants_of([0, 0, 0, 1], [(40, 0, 0, 0), (39, 0, 0, 0), (50, 0, 0, 0), (270, 0, 0, 0)])
    unknown = np.full((4, 4, 2), np.nan)
    unknown[3] = LIKELY
    made = plan_of(tenants, unknown, known=np.array([13, 13, 1, 14]), outgrows=np.full((4, 4, 4), np.nan))
    assert [one.tenant.key for one in made.upsells] == ["4", "3", "1"]
    new = made.upsells[-1]
    assert (new.binding.status, new.binding.have, new.binding.need) == (Status.INSUFFICIENT_DATA, 13, 14)
    assert new.binding.reason == "13 days are known, a forecast needs 14"
    assert (new.next_plan, new.revenue_change, new.expected) == (BASIC, Decimal("19.90"), None)
    assert made.upsells[1].binding.status is Status.ALREADY_EXCEEDED
    assert made.upsells[1].expected == Decimal("19.90")
    assert made.too_new == 3


def test_one_resource_alone_can_be_looked_at_and_still_the_plan_holds_all() -> None:
    tenants = tenants_of([0], [(49, 250, 0, 0)])
    probability = [((0.2, 0.6), (1.0, 1.0), (0, 0), (0, 0))]
    made = plan(tenants, outlooks_of(tenants, probability), resources=("products",))
    assert [need.resource for need in made.upsells[0].needs] == ["products"]
    assert made.upsells[0].next_plan == BASIC
    assert not plan(tenants, outlooks_of(tenants, probability), resources=("storage_gb",)).upsells


def test_what_a_plan_does_not_include_matters_only_to_those_who_use_it() -> None:
    bare = Plan("bare", "Bare", Decimal(5), (100.0, 100.0, 5.0, 0.0))
    plans = (Plan("none", "None", Decimal(1), (10.0, 10.0, 1.0, 0.0)), bare, PRO)
    tenants = tenants_of([0, 0, 0], [(9, 0, 0, 0), (9, 0, 0, 0.5), (1, 0, 0, 0)], plans)
    reached = (1.0, 1.0)
    made = plan_of(tenants, [(*LIKELY[:3], reached), (*LIKELY[:3], reached), (*NOTHING[:3], reached)])
    told = {one.tenant.key: ([need.resource for need in one.needs], one.next_plan) for one in made.upsells}
    assert told == {"1": (["products"], bare), "2": (["storage_gb", "products"], PRO)}
    assert made.upsells[0].binding.used_share == 1.0


# ---------------------------------------------------------------- those who shrink


@pytest.mark.parametrize(
    ("before", "now", "later", "chance", "listed"),
    [
        (100, 80, 80, 0, True),
        (100, 81, 60, 0, False),
        (100, 80, 81, 0, False),
        (100, 60, 100, 0, False),
        (100, 60, 60, 20, True),
        (100, 60, 60, 20.1, False),
        (0, 0, 0, 0, False),
        (np.nan, 60, 60, 0, False),
        (100, 60, np.nan, 0, False),
    ],
)
def test_shrinking_is_what_went_by_a_fifth_and_will_not_come_back(
    before: float, now: float, later: float, chance: float, listed: bool
) -> None:
    tenants = tenants_of([2], [LITTLE])
    row = {name: np.full((1, 4), 0.0) for name in ("before", "now", "later", "chance")}
    for name, value in (("before", before), ("now", now), ("later", later), ("chance", chance)):
        row[name][0, 1] = value
    made = plan_of(tenants, [NOTHING], **row)
    assert bool(made.shrinking) is listed
    if listed:
        (one,) = made.shrinking
        assert [d.resource for d in one.decreases] == [RESOURCES[1]]
        assert one.tenant.pays == Decimal("79.95")


def test_who_pays_most_comes_first_and_a_trial_pays_nothing() -> None:
    tenants = tenants_of([1, 3, 3, 1], [LITTLE] * 4, trial=np.array([False, True, False, False]))
    less = {"before": np.full((4, 4), 100.0), "now": np.full((4, 4), 50.0), "later": np.full((4, 4), 50.0)}
    less["now"][3, 2] = 10
    made = plan_of(tenants, [NOTHING] * 4, **less)
    assert [(one.tenant.key, one.tenant.pays) for one in made.shrinking] == [
        ("3", TOP.price_monthly), ("4", BASIC.price_monthly), ("1", BASIC.price_monthly), ("2", Decimal(0)),
    ]  # fmt: skip
    assert made.shrinking[1].decreases[0].resource == "team_members"
    assert told(made)["totals"]["shrinking_pay_monthly"] == "438.80"


# ---------------------------------------------------------------- as JSON


@given(SEEDS)
def test_the_document_is_plain_json_and_its_money_is_text(seed: int) -> None:
    document = told(plan(*drawn(seed)))
    assert json.loads(json.dumps(document, allow_nan=False)) == document
    for one in document["upsell"]:
        assert one["resources"][0]["resource"] == one["binding"]
        assert one["price_monthly"].count(".") == 1
        for need in one["resources"]:
            assert set(need["probability_within"]) == {"30", "90"}
            assert ("have" in need) is (need["status"] == "insufficient_data")


def test_a_line_of_the_document() -> None:
    days = np.full((1, 4, 3), np.nan)
    days[0, 3] = 5, 31, 170
    tenants = tenants_of([0], [(1, 2, 0, 1.75)], trial=np.array([True]))
    made = plan_of(tenants, [(*NOTHING[:3], (0.25, 0.75))], days=days)
    assert told(made)["upsell"] == [
        {
            "merchant": "1",
            "name": "Shop 1",
            "plan": "free",
            "plan_name": "Free",
            "trial": True,
            "price_monthly": "0.00",
            "binding": "storage_gb",
            "next_plan": "basic",
            "next_plan_name": "Basic",
            "next_price_monthly": "19.90",
            "revenue_change": "19.90",
            "expected_revenue_change": "14.92",
            "resources": [
                {
                    "resource": "storage_gb",
                    "used": 1.75,
                    "limit": 2,
                    "used_share": 0.875,
                    "status": "ok",
                    "reason": None,
                    "probability_within": {"30": 0.25, "90": 0.75},
                    "days": {"p10": 5, "p50": 31, "p90": 170},
                    "date": {"p10": "2026-08-05", "p50": "2026-08-31", "p90": "2027-01-17"},
                }
            ],
        }
    ]


@given(SEEDS)
def test_resources_of_other_names_are_planned_the_same(seed: int) -> None:
    tenants, outlooks = drawn(seed)
    other = replace(tenants, resources=CLOUD)

    expected = json.dumps(told(plan(tenants, outlooks)))
    assert told(plan(other, outlooks), tuple(one.name for one in other.columns)) == json.loads(as_cloud(expected))


@given(SEEDS, st.sets(st.integers(0, 3), min_size=1))
def test_of_fewer_resources_what_is_said_of_them_stays(seed: int, kept: set[int]) -> None:
    tenants, outlooks = drawn(seed)
    at = sorted(kept)
    some = replace(
        tenants,
        resources=Resources(tenants.columns[column] for column in at),
        limits=tenants.limits[:, at],
        used=tenants.used[:, at],
        plans=tuple(replace(each, limits=tuple(each.limits[column] for column in at)) for each in tenants.plans),
        used_elsewhere=(),
    )
    less = {
        name: getattr(outlooks, name)[:, at] for name in ("probability", "days", "before", "now", "later", "chance")
    }
    made = plan(some, replace(outlooks, outgrows=outlooks.outgrows[:, :, at], **less))

    expected = plan(tenants, outlooks, resources=tuple(resource.name for resource in some.columns))
    for found, other in ((made.upsells, expected.upsells), (made.shrinking, expected.shrinking)):
        assert {one.tenant.key for one in found} == {one.tenant.key for one in other}
    needs = {one.tenant.key: one.needs for one in expected.upsells}
    assert all(one.needs == needs[one.tenant.key] for one in made.upsells)
    decreases = {one.tenant.key: one.decreases for one in expected.shrinking}
    assert all(one.decreases == decreases[one.tenant.key] for one in made.shrinking)
