"""The sentence of a plan, its urgency, and its amounts."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.support.futures import futures
from tests.support.ladders import AS_OF, LADDER, ladder_of, plan_of, straight_paths

from outgrow.domain.ladder import DEFAULT_LADDER
from outgrow.domain.ladder_rules import LadderRules
from outgrow.domain.limit import AlertPolicy, Severity
from outgrow.domain.money import MoneyBand
from outgrow.planning.ladder.plan import LadderPlan, plan_ladder
from outgrow.planning.ladder.words import amount, band, middle_tier, plan_severity, sentence

POLICY = AlertPolicy(lead_time_days=14, review_interval_days=7, warning_days=90)
SURE = ladder_of(("Only", 150, "80"))


@pytest.mark.parametrize(
    ("plan", "lasts", "costs"),
    [
        (
            plan_of(60, 0.2, 0.4),
            "Tier Small lasts until about 5 Apr 2027 (8 Mar 2027 to 23 May 2027): order Medium by 15 Feb 2027",
            "the twelve months to Oct 2027 cost 1,450.00 EUR (1,380.00 to 1,520.00).",
        ),
        (
            plan_of(95, 0.2, 0.5),
            (
                "Tier Small lasts until about 7 Dec 2026 (3 Dec 2026 to 14 Dec 2026): "
                "order Medium now, the day for it was 12 Nov 2026"
            ),
            "the twelve months to Oct 2027 cost 2,130.00 EUR (1,730.00 to 2,530.00).",
        ),
        (
            plan_of(60, 0.05, 0.3),
            "Tier Small lasts until about 8 Jul 2027 (16 Apr 2027 or later): order Medium by 26 Mar 2027",
            "the twelve months to Oct 2027 cost 1,240.00 EUR (960.00 to 1,450.00).",
        ),
        (
            plan_of(60, 0.0, 0.15),
            "Tier Small is likely to last, but may be outgrown from 13 Sep 2027 on: order Medium by 23 Aug 2027",
            "the twelve months to Oct 2027 cost 960.00 EUR (960.00 to 1,100.00).",
        ),
        (
            plan_of(60, 0.0, 0.11),
            "Tier Small is not likely to be outgrown within the horizon (0% within 365 days)",
            "the twelve months to Oct 2027 cost 960.00 EUR.",
        ),
        (
            plan_of(150, 0.0, 0.1, tier="Small"),
            "Tier Small is outgrown: order Medium now",
            "the twelve months to Oct 2027 cost 1,800.00 EUR.",
        ),
        (
            plan_of(90, 0.2, 0.6, SURE),
            (
                "Tier Only lasts until about 21 Apr 2027 (9 Mar 2027 to 30 Jul 2027): "
                "it is the largest, so find a larger one by 16 Feb 2027"
            ),
            "the twelve months to Oct 2027 cost at least 960.00 EUR.",
        ),
        (
            plan_of(200, 0.2, 0.6, SURE),
            "Tier Only is outgrown: there is no larger one",
            "the twelve months to Oct 2027 cost at least 960.00 EUR.",
        ),
        (
            plan_of(500, 0.0, 1.0),
            "Nothing that is known limits tier Huge",
            "the twelve months to Oct 2027 cost 10,800.00 EUR.",
        ),
        (
            plan_of(60, 0.0, 0.1, ladder_of(("S", 100, "80"), currency="BRL"), days=100),
            "Tier S is not likely to be outgrown within the horizon (0% within 90 days)",
            "the 4 months to Feb 2027 cost 320.00 BRL.",
        ),
        (
            plan_of(60, 0.0, 0.1, days=10),
            "Tier Small is not likely to be outgrown within the horizon",
            "the month to Nov 2026 costs 80.00 EUR.",
        ),
    ],
)
def test_one_sentence_says_how_long_by_when_and_how_much(plan: LadderPlan, lasts: str, costs: str) -> None:
    assert sentence(plan) == f"{lasts}; {costs}"


def test_a_largest_tier_to_be_replaced_at_once() -> None:
    assert "it is the largest, so find a larger one now; " in sentence(plan_of(145, 0.2, 0.6, SURE))


@pytest.mark.parametrize(
    ("left", "severity"),
    [
        (-3, Severity.CRITICAL),
        (7, Severity.CRITICAL),
        (8, Severity.WARNING),
        (90, Severity.WARNING),
        (91, Severity.OK),
        (None, Severity.OK),
    ],
)
def test_it_is_as_urgent_as_the_day_to_act_by_is_near(left: int | None, severity: Severity) -> None:
    plan = plan_of(60, 0.2, 0.4)
    act_by = None if left is None else AS_OF + timedelta(days=left)
    near = replace(plan, steps=(replace(plan.steps[0], act_by=act_by), *plan.steps[1:]))

    assert plan_severity(near, POLICY) is severity


def test_an_outgrown_tier_is_critical_and_one_without_limits_never() -> None:
    assert plan_severity(plan_of(150, 0.0, 0.1, tier="Small"), POLICY) is Severity.CRITICAL
    assert plan_severity(plan_of(500, 0.0, 1.0), POLICY) is Severity.OK


@pytest.mark.parametrize(
    ("tiers", "middle"),
    [
        ({"S": 1.0}, "S"),
        ({"S": 0.5, "M": 0.5}, "S"),
        ({"S": 0.499, "M": 0.501}, "M"),
        ({"S": 0.4, "M": 0.2, "L": 0.4}, "M"),
        ({"S": 0.1, "M": 0.1, "L": 0.1, "XL": 0.1}, "XL"),
    ],
)
def test_the_middle_tier_does_for_half_of_the_futures(tiers: dict[str, float], middle: str) -> None:
    assert middle_tier(tiers) == middle


@given(st.integers(0, 2**32 - 1))
def test_the_median_cost_is_the_middle_tiers_price(seed: int) -> None:
    prices = {tier.name: tier.cost_monthly for tier in DEFAULT_LADDER}

    for month in plan_ladder(futures(seed), DEFAULT_LADDER, LadderRules(), POLICY).months:
        assert prices[middle_tier(month.tiers)] == month.cost.p50


def test_no_plan_is_without_words() -> None:
    for now in (10.0, 99.0, 150.0, 399.0, 500.0):
        for fastest in (0.0, 0.5, 5.0):
            plan = plan_ladder(straight_paths(now, -0.2, fastest), LADDER, LadderRules(), POLICY)
            said = sentence(plan)
            assert said.endswith(".")
            assert said.count(";") == 1
            assert "None" not in said


def test_amounts_have_thousands_and_cents() -> None:
    assert [amount(Decimal(text)) for text in ("0", "1080", "1234567.5", "0.125")] == [
        "0.00", "1,080.00", "1,234,567.50", "0.12",
    ]  # fmt: skip
    assert band(MoneyBand(Decimal(1), Decimal(2), Decimal(3), Decimal(2)), "EUR") == "2.00 EUR (1.00 to 3.00)"
    assert band(MoneyBand(*[Decimal(2)] * 4), "USD") == "2.00 USD"
