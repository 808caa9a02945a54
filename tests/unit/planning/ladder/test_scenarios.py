"""What a scenario does to simulated futures, and what it must never do."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from typing import ClassVar

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.support.cloud import CALLS, as_cloud
from tests.support.cloud import METRICS as CLOUD_METRICS
from tests.support.scenarios import (
    LEVELS,
    METRICS,
    N_DAYS,
    TODAY,
    arrivals,
    events,
    everything,
    in_days,
    month_totals,
    new_stores,
    of,
    ramps,
    same,
    steps,
)

from outgrow.domain.event import Event, EventKind
from outgrow.domain.ladder import DEFAULT_LADDER, Ladder, Tier
from outgrow.domain.ladder_rules import LadderRules
from outgrow.domain.limit import AlertPolicy, Limit
from outgrow.domain.paths import Paths
from outgrow.domain.scenario import Arrival, GrowthChange, LevelStep, NewStores, Project, Ramp, Scenario
from outgrow.planning.ladder.plan import plan_ladder
from outgrow.planning.ladder.scenarios import apply, with_projects
from outgrow.planning.limits.dates import limit_date

POLICY = AlertPolicy()
PATHS = everything()
LIMITS = {
    "active_stores": 100.0,
    "total_stores": 120.0,
    "total_products": 12_000.0,
    "orders_per_day": 180.0,
    "total_orders_month": 4_500.0,
    "storage_used_gb": 600.0,
}
TIERS = Ladder(
    (
        Tier.of("S", Decimal(100), stores=100, products=12_000, orders_month=4_500, storage_gb=600),
        Tier.of("M", Decimal("250.50"), stores=200, products=30_000, orders_month=9_000, storage_gb=1_200),
        Tier.of("L", Decimal(700)),
    )
)


def sale(first: int, last: int, multiplier: float) -> Event:
    return Event("sale", in_days(first), in_days(last), EventKind.CAMPAIGN, multiplier)


def reached(paths: Paths, metric: str, level: float) -> np.ndarray:
    """The share of the paths that are there by each day."""
    share: np.ndarray = (paths.of(metric)[1] >= level).mean(axis=0)
    return share


def daily(paths: Paths) -> np.ndarray:
    return paths.of("orders_per_day")[0]


def added(after: Paths, metric: str, before: Paths = PATHS) -> np.ndarray:
    return after.of(metric)[0] - before.of(metric)[0]


class TestNothing:
    def test_an_empty_scenario(self) -> None:
        assert same(apply(PATHS, Scenario("empty")), PATHS)

    @given(events())
    def test_an_event_outside_the_horizon(self, event: Event) -> None:
        away = timedelta(days=N_DAYS + 1)
        later = replace(event, first=event.first + away, last=event.last + away)

        assert same(apply(PATHS, Scenario("later", events=(later,))), PATHS)

    @given(st.sampled_from([None, *METRICS]))
    def test_growth_times_one(self, metric: str | None) -> None:
        assert same(apply(PATHS, Scenario("one", growth=(GrowthChange(1.0, metric),))), PATHS)

    @given(arrivals, st.integers(0, 99))
    def test_a_project_that_never_comes(self, arrival: Arrival, seed: int) -> None:
        project = Project("never", arrival.on, 0.0, arrival.sizes)

        assert same(with_projects(PATHS, [project], seed), PATHS)

    @pytest.mark.parametrize("on", [TODAY - timedelta(days=200), TODAY])
    def test_a_project_that_should_have_begun_is_in_the_data(self, on: date) -> None:
        assert same(with_projects(PATHS, [Project("begun", on, 1.0, {"total_products": 500})], 1), PATHS)

    def test_what_begins_after_the_horizon(self) -> None:
        late = in_days(N_DAYS + 1)
        scenario = Scenario(
            "late",
            stores=(NewStores(9, late, 1, None, {"total_products": 9}), NewStores(9, late, 9, "pro")),
            merchants=(Arrival("late", late, {"orders_per_day": 80}),),
            steps=(LevelStep("storage_used_gb", late, -100),),
        )
        ramp = Ramp({"total_products": np.array([5.0])}, 3)

        assert same(apply(PATHS, scenario, {"pro": ramp}), PATHS)

    def test_a_metric_that_is_not_in_the_paths(self) -> None:
        assert same(apply(PATHS, Scenario("other", steps=(LevelStep("visitors", in_days(3), 100),))), PATHS)

    def test_the_futures_that_were_given_stay_as_they_were(self) -> None:
        before = PATHS.values.copy(), PATHS.peaks.copy()
        apply(PATHS, Scenario("all", growth=(GrowthChange(2.0),), events=(sale(3, 9, 3.0),)))
        with_projects(PATHS, [Project("one", in_days(3), 1.0, {"total_products": 500})], 1)

        assert np.array_equal(PATHS.values, before[0])
        assert np.array_equal(PATHS.peaks, before[1])


class TestProjects:
    @given(st.floats(0, 1), st.integers(0, 40), st.integers(0, 99))
    def test_as_many_paths_as_it_is_likely_have_it(self, probability: float, seed: int, on: int) -> None:
        paths = everything(n_paths=40)
        project = Project("one", in_days(max(on, 1)), probability, {"total_products": 500.0})
        with_it = with_projects(paths, [project], seed)

        moved = (with_it.of("total_products")[0] != paths.of("total_products")[0]).any(axis=1)
        assert moved.sum() == round(probability * 40)
        assert np.array_equal(with_it.peaks[:, ~moved], paths.peaks[:, ~moved])

    @given(arrivals, st.integers(0, 9))
    def test_one_that_is_certain_is_a_merchant_who_joins(self, arrival: Arrival, seed: int) -> None:
        arrival = replace(arrival, on=max(arrival.on, in_days(1)))
        project = Project("sure", arrival.on, 1.0, arrival.sizes)

        assert same(with_projects(PATHS, [project], seed), apply(PATHS, Scenario("s", merchants=(arrival,))))

    def test_one_that_is_certain_is_a_step_of_its_metric(self) -> None:
        project = Project("sure", in_days(9), 1.0, {"products": 700.0})
        step = LevelStep("total_products", in_days(9), 700.0)

        assert same(with_projects(PATHS, [project], 1), apply(PATHS, Scenario("s", steps=(step,))))

    def test_the_same_seed_gives_the_same_paths_the_project(self) -> None:
        project = Project("half", in_days(5), 0.5, {"products": 1.0})

        assert same(with_projects(PATHS, [project], 3), with_projects(PATHS, [project], 3))
        assert not same(with_projects(PATHS, [project], 3), with_projects(PATHS, [project], 4))


class TestStores:
    @settings(max_examples=60)
    @given(new_stores(), st.integers(1, 300), ramps, st.lists(events(), max_size=1), st.integers(1, 9))
    def test_more_of_them_never_come_later_nor_cheaper(
        self, new: NewStores, more: int, ramp: Ramp, happening: list[Event], seed: int
    ) -> None:
        paths = everything(seed)
        few = Scenario("few", stores=(new,), events=tuple(happening))
        many = replace(few, stores=(replace(new, count=new.count + more),))
        without, fewer, greater = (
            apply(paths, scenario, {"pro": ramp}) for scenario in (replace(few, stores=()), few, many)
        )

        for lower, higher in ((without, fewer), (fewer, greater)):
            assert (higher.peaks >= lower.peaks).all()
            for metric, level in LIMITS.items():
                earlier, later = (limit_date(p, Limit(metric, level, "it"), POLICY) for p in (higher, lower))
                assert earlier.probability >= later.probability
                for key in ("p10", "p50", "p90"):
                    days = [getattr(each.days, key) or (N_DAYS + 1) for each in (earlier, later)]
                    assert "already" in later.status or days[0] <= days[1]
            costs = [plan_ladder(p, TIERS, LadderRules(), POLICY).cost for p in (lower, higher)]
            assert costs[0].mean <= costs[1].mean
            assert (costs[0].p10, costs[0].p50, costs[0].p90) <= (costs[1].p10, costs[1].p50, costs[1].p90)

    def test_they_open_on_the_day_with_what_the_plans_stores_had(self) -> None:
        ramp = Ramp({"total_products": np.array([1.0, 3.0, 7.0]), "orders_per_day": np.array([0.0, 2.0])}, 3)
        after = apply(PATHS, Scenario("s", stores=(NewStores(10, in_days(5), 1, "pro"),)), {"pro": ramp})

        products = added(after, "total_products")[0]
        assert products[3:8] == pytest.approx([0, 10, 30, 70, 70])
        assert added(after, "active_stores")[0][3:6] == pytest.approx([0, 10, 10])
        assert np.allclose(added(after, "total_stores"), added(after, "active_stores"))
        assert added(after, "orders_per_day")[0][3:7] == pytest.approx([0, 0, 20, 20])
        assert np.array_equal(after.of("storage_used_gb")[0], PATHS.of("storage_used_gb")[0])

    def test_those_that_open_today_are_a_day_old_tomorrow(self) -> None:
        ramp = Ramp({"total_products": np.array([1.0, 3.0, 7.0])}, 3)
        after = apply(PATHS, Scenario("s", stores=(NewStores(2, TODAY, 1, "pro"),)), {"pro": ramp})

        assert added(after, "total_products")[0][:3] == pytest.approx([6, 14, 14])

    def test_over_some_days_they_open_evenly(self) -> None:
        stores = NewStores(30, in_days(4), 3, None, {"total_products": 5.0})
        after = apply(PATHS, Scenario("s", stores=(stores,)))

        assert added(after, "active_stores")[0][2:7] == pytest.approx([0, 10, 20, 30, 30])
        assert added(after, "total_products")[0][2:7] == pytest.approx([0, 50, 100, 150, 150])

    def test_over_some_days_each_grows_from_its_own_first_day(self) -> None:
        ramp = Ramp({"total_products": np.array([1.0, 3.0])}, 3)
        after = apply(PATHS, Scenario("s", stores=(NewStores(2, in_days(1), 2, "pro"),)), {"pro": ramp})

        assert added(after, "total_products")[0][:3] == pytest.approx([1, 4, 6])


class TestOrders:
    def test_a_months_total_gets_what_comes_daily(self) -> None:
        merchant = Arrival("big", in_days(20), {"orders_per_day": 80.0})
        after = apply(PATHS, Scenario("s", merchants=(merchant,)))

        assert np.allclose(added(after, "orders_per_day")[:, 19:], 80.0)
        assert np.allclose(after.of("total_orders_month")[0], month_totals(daily(after), 2_100.0))

    def test_so_many_a_month_are_exactly_so_many_in_each_whole_month(self) -> None:
        after = apply(PATHS, Scenario("s", merchants=(Arrival("big", in_days(1), {"total_orders_month": 620.0}),)))
        more = added(after, "total_orders_month")[0]

        for last in (date(2026, 12, 31), date(2027, 1, 31), date(2027, 2, 28)):
            assert more[(last - TODAY).days - 1] == pytest.approx(620.0)
        assert added(after, "orders_per_day")[0][(date(2027, 2, 10) - TODAY).days - 1] == pytest.approx(620 / 28)

    def test_a_sale_multiplies_its_days_and_raises_their_month_alone(self) -> None:
        after = apply(PATHS, Scenario("s", events=(sale(5, 8, 3.0),)))  # 27 to 30 November

        assert np.allclose(daily(after)[:, 4:8], 3 * daily(PATHS)[:, 4:8])
        assert np.array_equal(daily(after)[:, 8:], daily(PATHS)[:, 8:])
        assert np.allclose(after.of("total_orders_month")[0], month_totals(daily(after), 2_100.0))
        assert np.allclose(added(after, "total_orders_month")[:, 8:], 0.0)
        for level in LEVELS:
            assert np.array_equal(after.of(level)[0], PATHS.of(level)[0])

    def test_a_sale_multiplies_the_orders_of_new_stores_too(self) -> None:
        merchant = Arrival("big", in_days(2), {"orders_per_day": 50.0})
        after = apply(PATHS, Scenario("s", merchants=(merchant,), events=(sale(5, 5, 2.0),)))

        assert np.allclose(daily(after)[:, 4], 2 * (daily(PATHS)[:, 4] + 50.0))

    def test_a_sale_alone_moves_a_total_that_is_known_without_its_flow(self) -> None:
        at = METRICS.index("total_orders_month")
        alone = Paths(TODAY, METRICS[at : at + 1], PATHS.current[at : at + 1], PATHS.values[[at]], PATHS.peaks[[at]])
        after, whole = (apply(paths, Scenario("s", events=(sale(5, 12, 2.5),))) for paths in (alone, PATHS))

        assert np.allclose(after.of("total_orders_month")[0], whole.of("total_orders_month")[0])


class TestSteps:
    def test_a_purge_brings_less_from_its_day_on_and_what_was_reached_stays_reached(self) -> None:
        after = apply(PATHS, Scenario("s", steps=(LevelStep("storage_used_gb", in_days(30), -120.0),)))
        values, peaks = after.of("storage_used_gb")

        assert np.allclose(added(after, "storage_used_gb")[:, 29:], -120.0)
        assert np.array_equal(peaks[:, :29], PATHS.of("storage_used_gb")[1][:, :29])
        assert (np.diff(peaks, axis=1) >= 0).all()
        assert (peaks >= values).all()

    def test_nothing_falls_below_nothing(self) -> None:
        after = apply(PATHS, Scenario("s", steps=(LevelStep("storage_used_gb", in_days(3), -1e6),)))

        assert (after.of("storage_used_gb")[0][:, 2:] == 0.0).all()

    def test_several_changes_of_one_metric_add_up(self) -> None:
        one, two = LevelStep("total_products", in_days(3), 10.0), LevelStep("total_products", in_days(8), -4.0)
        after = apply(PATHS, Scenario("s", steps=(one, two)))

        assert added(after, "total_products")[0][[1, 2, 6, 7]] == pytest.approx([0, 10, 10, 6])


class TestGrowth:
    def test_of_a_level_is_its_distance_from_now(self) -> None:
        after = apply(PATHS, Scenario("s", growth=(GrowthChange(1.5, "total_products"),)))

        assert np.allclose(after.of("total_products")[0] - 9_000, 1.5 * (PATHS.of("total_products")[0] - 9_000))
        assert np.array_equal(after.of("active_stores")[0], PATHS.of("active_stores")[0])

    def test_of_orders_is_the_slope_of_their_weeks_whatever_day_it_is(self) -> None:
        days = np.arange(1, 141)
        rhythm = np.tile([1.0, 1.1, 0.7, 1.0, 1.3, 0.9, 1.0], 20)
        orders = (100 * rhythm + 0.5 * days)[None, :]
        totals = month_totals(orders, 2_100.0)
        paths = of(
            {"orders_per_day": orders, "total_orders_month": totals},
            {"orders_per_day": 3.0, "total_orders_month": 2_100.0},
        )
        after = apply(paths, Scenario("s", growth=(GrowthChange(2.0, "orders_per_day"),)))

        assert np.allclose(after.of("orders_per_day")[0], orders + 0.5 * days)
        assert np.allclose(after.of("total_orders_month")[0], month_totals(after.of("orders_per_day")[0], 2_100.0))

    def test_a_metrics_own_factor_comes_before_the_general_one(self) -> None:
        growth = (GrowthChange(3.0, "total_products"), GrowthChange(2.0))
        after = apply(PATHS, Scenario("s", growth=growth))

        assert np.allclose(after.of("total_products")[0] - 9_000, 3 * (PATHS.of("total_products")[0] - 9_000))
        assert np.allclose(after.of("storage_used_gb")[0] - 400, 2 * (PATHS.of("storage_used_gb")[0] - 400))

    @given(st.floats(0, 4), st.sampled_from([None, *METRICS]))
    def test_whatever_the_factor_peaks_are_the_highest_so_far(self, factor: float, metric: str | None) -> None:
        after = apply(PATHS, Scenario("s", growth=(GrowthChange(factor, metric),)))

        assert (after.values >= 0).all()
        assert (np.diff(after.peaks, axis=2) >= 0).all()
        assert (after.peaks >= after.values - 1e-6).all()


class TestAlways:
    @settings(max_examples=60)
    @given(new_stores(), arrivals, events(), ramps, steps)
    def test_peaks_are_the_highest_values_so_far(
        self, new: NewStores, arrival: Arrival, event: Event, ramp: Ramp, step: LevelStep
    ) -> None:
        scenario = Scenario("s", stores=(new,), merchants=(arrival,), events=(event,), steps=(step,))
        after = apply(PATHS, scenario, {"pro": ramp})

        highest = np.maximum(np.maximum.accumulate(after.values, axis=2), after.current[:, None, None])
        assert np.allclose(after.peaks, highest)

    @given(st.sampled_from(METRICS), st.floats(1.0, 20_000.0), st.floats(0, 20_000.0))
    def test_a_higher_limit_is_never_reached_earlier(self, metric: str, maximum: float, more: float) -> None:
        low, high = (limit_date(PATHS, Limit(metric, top, "it"), POLICY) for top in (maximum, maximum + more))

        assert low.probability >= high.probability
        if "already" not in low.status:
            for key in ("p10", "p50", "p90"):
                assert (getattr(low.days, key) or N_DAYS + 1) <= (getattr(high.days, key) or N_DAYS + 1)

    @given(st.integers(-6, 6), arrivals, events(), st.sampled_from(METRICS), st.floats(50, 20_000))
    def test_scaling_a_metric_and_its_limit_together_changes_nothing(
        self, power: int, arrival: Arrival, event: Event, metric: str, maximum: float
    ) -> None:
        factor = 2.0**power  # exact in binary, so that not even the last bit may differ
        scaled = Paths(TODAY, METRICS, factor * PATHS.current, factor * PATHS.values, factor * PATHS.peaks)
        scenario = Scenario("s", merchants=(arrival,), events=(event,), growth=(GrowthChange(1.5),))
        larger = replace(arrival, sizes={name: factor * size for name, size in arrival.sizes.items()})
        here = limit_date(apply(PATHS, scenario), Limit(metric, maximum, "it"), POLICY)
        there = limit_date(
            apply(scaled, replace(scenario, merchants=(larger,))), Limit(metric, factor * maximum, "it"), POLICY
        )

        assert (here.status, here.days, here.probability) == (there.status, there.days, there.probability)

    @given(events(st.floats(1, 10)), st.floats(0, 10))
    def test_a_larger_sale_is_never_later(self, event: Event, more: float) -> None:
        larger = replace(event, multiplier=(event.multiplier or 1.0) + more)
        small, large = (apply(PATHS, Scenario("s", events=(each,))) for each in (event, larger))

        for metric in ("orders_per_day", "total_orders_month"):
            assert (reached(large, metric, LIMITS[metric]) >= reached(small, metric, LIMITS[metric])).all()

    def test_the_default_ladder_can_be_planned_in_any_scenario(self) -> None:
        after = apply(PATHS, Scenario("s", growth=(GrowthChange(3.0),), events=(sale(1, 9, 4.0),)))

        assert plan_ladder(after, DEFAULT_LADDER, LadderRules(), POLICY).months


class TestAnyMetric:
    """A scenario speaks of whatever is measured; a month's total follows the flow that it adds up."""

    NAMES: ClassVar = {metric: as_cloud(metric).replace("orders_per_day", CALLS.name) for metric in METRICS}
    CLOUD: ClassVar = replace(PATHS, metrics=tuple(NAMES.values()))

    def same(self, one: Scenario, other: Scenario) -> None:
        after, expected = apply(self.CLOUD, one, metrics=CLOUD_METRICS), apply(PATHS, other)
        assert after.metrics == tuple(self.NAMES[metric] for metric in expected.metrics)
        assert np.array_equal(after.values, expected.values)
        assert np.array_equal(after.peaks, expected.peaks)

    @given(
        st.sampled_from([name for name in METRICS if "stores" not in name]),
        st.floats(0, 5),
        st.floats(-50, 50),
        st.integers(0, 40),
    )
    def test_growth_steps_and_what_arrives(self, metric: str, factor: float, amount: float, ago: int) -> None:
        def asked(name: str) -> Scenario:
            sizes = {name: abs(amount)}
            growth, step = (GrowthChange(factor, name),), (LevelStep(name, in_days(ago), amount),)
            return Scenario("s", growth=growth, steps=step, merchants=(Arrival("big", in_days(ago), sizes),))

        self.same(asked(self.NAMES[metric]), asked(metric))
