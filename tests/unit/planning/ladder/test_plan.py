"""Which tier is needed when, by when it is to be ordered, and what it costs."""

import json
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.support.cloud import as_cloud
from tests.support.futures import METRICS, TODAY, futures, of_values, straight

from outgrow.documents.ladder import ladder_plan_document
from outgrow.domain.errors import ConfigurationError
from outgrow.domain.forecast import Status
from outgrow.domain.ladder import DEFAULT_LADDER, Ladder, Tier
from outgrow.domain.ladder_rules import LadderRules
from outgrow.domain.limit import AlertPolicy
from outgrow.domain.paths import Paths
from outgrow.planning.ladder.additions import moved
from outgrow.planning.ladder.plan import LadderPlan, outgrown_days, plan_ladder

POLICY = AlertPolicy(lead_time_days=14, review_interval_days=7)
seeds = st.integers(0, 2**32 - 1)
prices = st.lists(st.decimals(0, 10_000, places=2), min_size=3, max_size=3).map(sorted)


def plan(paths: Paths, ladder: Ladder = DEFAULT_LADDER, **rules: object) -> LadderPlan:
    return plan_ladder(paths, ladder, LadderRules(**rules), POLICY)  # type: ignore[arg-type]


def ladder_of(tops: list[int], costs: list[Decimal], products: int = 10**9) -> Ladder:
    """Tiers of so many stores, and an unlimited one above."""
    limited = [
        Tier.of(f"T{k}", cost, stores=top, products=products * (k + 1))
        for k, (top, cost) in enumerate(zip(tops, costs, strict=False))
    ]
    return Ladder((*limited, Tier.of("all", costs[-1])))


def test_straight_growth_outgrows_on_the_day() -> None:
    # 40 stores and one more each day: 50 on the 10th day ahead, 100 on the 60th, 300 on the 260th.
    made = plan(straight(40, 1))

    first, second, third = made.steps[:3]
    assert made.tier.name == "Starter"
    assert [(step.outgrown.name, step.needed.name if step.needed else None) for step in made.steps[:3]] == [
        ("Starter", "Small"), ("Small", "Medium"), ("Medium", "Large"),
    ]  # fmt: skip
    assert (first.days.p10, first.days.p50, first.days.p90) == (10, 10, 10)
    assert (second.days.p50, third.days.p50) == (60, 260)
    assert first.dates["p50"] == date(2026, 12, 2)
    assert first.act_by == date(2026, 12, 2) - timedelta(days=21)
    assert first.probability_within == {30: 1.0, 90: 1.0, 180: 1.0, 365: 1.0}
    assert third.probability_within == {30: 0.0, 90: 0.0, 180: 0.0, 365: 1.0}
    assert first.binding == {"active_stores": 1.0}


def test_a_tiers_own_lead_time_counts() -> None:
    tiers = (Tier.of("a", Decimal(1), stores=50), Tier.of("b", Decimal(2), lead_time_days=30))

    (step,) = plan(straight(40, 1), Ladder(tiers)).steps

    early = step.dates["p10"]
    assert early is not None
    assert step.act_by == early - timedelta(days=37)


def test_twelve_months_and_their_cost() -> None:
    made = plan(straight(40, 1))

    assert [f"{month.month:%Y-%m}" for month in made.months] == [
        "2026-11", "2026-12", "2027-01", "2027-02", "2027-03", "2027-04", "2027-05", "2027-06", "2027-07", "2027-08",
        "2027-09", "2027-10",
    ]  # fmt: skip
    # Starter to 2 December, Small to 21 January, Medium to 9 August; a month costs the largest tier that it needs.
    costs = [30, 80, *[150] * 7, 350, 350, 350]
    assert [month.cost.p50 for month in made.months] == costs
    assert made.months[1].tiers == {"Small": 1.0}
    assert made.cost.p10 == made.cost.p90 == made.cost.mean == sum(costs)
    assert made.currency == "EUR"


@pytest.mark.parametrize("today", [date(2026, 11, 1), date(2026, 11, 30), date(2028, 2, 29), date(2027, 3, 1)])
def test_there_are_always_twelve_months(today: date) -> None:
    made = plan(replace(straight(40, 1), as_of=today))

    assert len(made.months) == 12
    assert made.months[0].month == today.replace(day=1)


def test_a_short_forecast_plans_the_months_that_it_covers() -> None:
    made = plan(futures(3, n_days=70))

    assert [f"{month.month:%Y-%m}" for month in made.months] == ["2026-11", "2026-12", "2027-01"]
    assert set(made.steps[0].probability_within) == {30}


def test_use_above_the_rented_tier_is_already_too_much() -> None:
    made = plan(straight(120, 1), current_tier="Starter")

    assert made.tier.name == "Starter"
    assert made.steps[0].status is Status.ALREADY_EXCEEDED
    assert made.steps[0].days.p50 is None
    assert made.steps[0].act_by is None
    assert made.steps[1].status is Status.ALREADY_EXCEEDED
    assert made.months[0].tiers == {"Medium": 1.0}


def test_a_larger_tier_than_needed_is_paid_and_a_lasting_smaller_one_proposed() -> None:
    made = plan(straight(20, 0), current_tier="Large")

    assert {month.cost.p50 for month in made.months} == {Decimal(350)}
    assert made.downgrade is not None
    assert (made.downgrade.tier.name, made.downgrade.on, made.downgrade.days) == ("Starter", TODAY, 365)
    assert made.downgrade.saving_monthly == 320
    assert made.downgrade.probability == 1.0


def test_a_downgrade_that_would_not_last_is_not_proposed() -> None:
    # 200 stores today, 300 in 300 days: Medium does for now, but not for long.
    assert plan(straight(200, 1 / 3), current_tier="Large").downgrade is None
    assert plan(straight(20, 0)).downgrade is None


def test_falling_use_makes_a_downgrade_possible_later() -> None:
    found = plan(straight(110, -0.2)).downgrade

    # Below 100 stores on the 51st day ahead, and from then on.
    assert found is not None
    assert (found.tier.name, found.on, found.days) == ("Small", TODAY + timedelta(days=51), 314)


@pytest.mark.parametrize(("held", "proposed"), [(0.9, True), (0.8, False)])
def test_a_downgrade_has_to_last_in_nine_futures_of_ten(held: float, proposed: bool) -> None:
    # From the 100th day on, some of the futures need a larger tier.
    values = np.full((2, 10, 365), 60.0)
    values[0, round(10 * held) :, 100:] = 1_000.0
    ladder = Ladder((Tier.of("small", Decimal(1), stores=100), Tier("large", {}, Decimal(2))))
    found = plan(of_values(values, np.array([60.0, 60.0])), ladder, current_tier="large").downgrade

    assert (found is not None) == proposed
    assert found is None or (found.on, found.probability) == (TODAY, held)


def test_beyond_the_largest_tier_is_said() -> None:
    ladder = Ladder((Tier.of("a", Decimal(10), stores=50), Tier.of("b", Decimal(20), stores=100)))

    made = plan(straight(40, 1), ladder)

    assert made.steps[-1].needed is None
    assert made.steps[-1].days.p50 == 60
    assert [month.beyond for month in made.months[:3]] == [0.0, 0.0, 1.0]
    assert made.months[-1].cost.p50 == 20


def test_unknown_tier() -> None:
    with pytest.raises(ConfigurationError, match=r"\[plan\] current_tier: the ladder has no tier 'Huge'.*\n.*Starter"):
        plan(straight(40, 1), current_tier="Huge")


def test_metrics_that_nobody_forecasts_limit_nothing() -> None:
    paths = straight(40, 1)
    stores = Paths(TODAY, METRICS[:1], paths.current[:1], paths.values[:1], paths.peaks[:1])

    assert plan(stores).steps[0].binding == {"active_stores": 1.0}


def test_binding_is_what_comes_first() -> None:
    values = np.stack(
        [np.tile(40 + 0.1 * np.arange(1, 366), (4, 1)), np.tile(9_000 + 100.0 * np.arange(1, 366), (4, 1))]
    )
    values[1, 0] = 9_000  # on one path in four products stand
    made = plan(of_values(values, np.array([40.0, 9_000.0])))

    assert made.steps[0].binding == {"total_products": 0.75, "active_stores": 0.25}


@given(seeds, st.lists(st.integers(10, 400), min_size=3, max_size=3, unique=True), prices, st.integers(0, 100))
def test_more_room_is_never_outgrown_earlier_nor_dearer(
    seed: int, tops: list[int], costs: list[Decimal], more: int
) -> None:
    paths = futures(seed)
    small, large = (ladder_of(sorted(top + extra for top in tops), costs) for extra in (0, more))

    assert (outgrown_days(paths, large) >= outgrown_days(paths, small)).all()
    dear, cheap = (plan(paths, ladder, current_tier="T0") for ladder in (small, large))
    assert cheap.cost.p10 <= dear.cost.p10
    assert cheap.cost.p50 <= dear.cost.p50
    assert cheap.cost.p90 <= dear.cost.p90


@given(seeds, st.lists(st.integers(10, 400), min_size=3, max_size=3, unique=True), prices, st.integers(0, 50))
def test_more_stores_are_never_later_nor_cheaper(seed: int, tops: list[int], costs: list[Decimal], more: int) -> None:
    paths, ladder = futures(seed), ladder_of(sorted(tops), costs)
    fuller = moved(paths, {"active_stores": np.full(paths.n_days, float(more))})

    assert (outgrown_days(fuller, ladder) <= outgrown_days(paths, ladder)).all()
    less, much = (plan(some, ladder, current_tier="T0") for some in (paths, fuller))
    for month, fuller_month in zip(less.months, much.months, strict=True):
        assert fuller_month.cost.p50 >= month.cost.p50
        assert fuller_month.cumulative.p90 >= month.cumulative.p90


@given(seeds, st.integers(-3, 6))
def test_another_unit_changes_nothing(seed: int, power: int) -> None:
    paths, factor = futures(seed), 2.0**power
    ladder = ladder_of([64, 128, 256], [Decimal(10), Decimal(20), Decimal(30)])
    scaled = Ladder(
        tuple(replace(t, maxima={name: int(top * factor) for name, top in t.maxima.items()}) for t in ladder)
    )
    stores = Paths(TODAY, METRICS[:1], *(part[:1] for part in (paths.current, paths.values, paths.peaks)))
    same = Paths(TODAY, METRICS[:1], *(factor * part for part in (stores.current, stores.values, stores.peaks)))

    assert ladder_plan_document(plan(same, scaled)) == ladder_plan_document(plan(stores, ladder))


@given(seeds, prices)
def test_where_the_tier_is_certain_the_cost_is_its_price(seed: int, costs: list[Decimal]) -> None:
    ladder = ladder_of([60, 120, 240], costs)
    made = plan(futures(seed), ladder)
    price = {tier.name: tier.cost_monthly for tier in ladder}

    total = Decimal(0)
    for month in made.months:
        assert sum(month.tiers.values()) == pytest.approx(1)
        if len(month.tiers) == 1:
            (name,) = month.tiers
            total += price[name]
            assert month.cost.p10 == month.cost.p50 == month.cost.p90 == month.cost.mean == price[name]
    if all(len(month.tiers) == 1 for month in made.months):
        assert made.cost.p10 == made.cost.p90 == made.cost.mean == total


@given(seeds)
def test_months_never_need_less_than_the_month_before(seed: int) -> None:
    made = plan(futures(seed))

    for before, after in pairwise(made.months):
        assert after.cost.p50 >= before.cost.p50
        assert after.cumulative.p10 >= before.cumulative.p10
        assert after.beyond >= before.beyond
    bands = [step.days for step in made.steps if step.status is Status.OK]
    days = [(band.p10, band.p50) for band in bands if band.p10 is not None and band.p50 is not None]
    assert len(days) == len(bands)
    assert all(later >= sooner for (_, sooner), (_, later) in pairwise(days))
    assert all(early <= middle for early, middle in days)


@given(seeds, prices)
def test_a_ladder_over_any_metric_is_planned_the_same(seed: int, costs: list[Decimal]) -> None:
    paths, ladder = futures(seed), ladder_of([64, 128, 256], costs, products=20_000)
    names = {metric: as_cloud(metric) for metric in paths.metrics}
    other = replace(paths, metrics=tuple(names.values()))
    tiers = (replace(t, maxima={names[name]: top for name, top in t.maxima.items()}) for t in ladder)

    expected = json.loads(as_cloud(json.dumps(ladder_plan_document(plan(paths, ladder)))))
    assert ladder_plan_document(plan(other, Ladder(tuple(tiers)))) == expected
