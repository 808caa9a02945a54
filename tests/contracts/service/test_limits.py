"""Limits as they are configured: headroom, own policies, other scopes, the rented tier, all its dimensions."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from tests.support.desks import Ours, desk_of
from tests.support.snapshots import observed, row, write_days, write_measurements

from outgrow.documents.days_until import days_until_document
from outgrow.documents.status import status_document, status_row_document
from outgrow.domain.errors import ConfigurationError
from outgrow.domain.ladder import Ladder, Tier
from outgrow.domain.ladder_rules import LadderRules
from outgrow.domain.limit import Headroom, Limit, Severity
from outgrow.domain.metric import STORAGE_USED_GB, TOTAL_ORDERS_MONTH, TOTAL_PRODUCTS, TOTAL_STORES, Scope
from outgrow.domain.scenario import Project
from outgrow.planning.advice.recommendations import said_of
from outgrow.service.check import check
from outgrow.service.config import CapacityConfig
from outgrow.service.desk import Desk
from outgrow.service.findings import find, stored_use
from outgrow.service.limits import configured_limits, nearest_limit, newest_use, platform_limits, tier_limits
from outgrow.service.status import StatusRow, status
from outgrow.service.when import when
from outgrow.store.memory import MemoryStore

TODAY = date(2026, 3, 31)
STORE = "store:17"
LADDER = Ladder(
    (
        Tier.of("Small", Decimal(10), stores=10, products=1_000, orders_month=3_000, team_members=20, storage_gb=100),
        Tier.of("Big", Decimal(20), stores=20, products=2_000, orders_month=9_000, team_members=40, storage_gb=200,
                lead_time_days=60),
        Tier.of("Huge", Decimal(90)),
    )
)  # fmt: skip


def usable(limit: Limit | None) -> float | None:
    return limit.usable if limit else None


def fill(db: Ours, days: int = 60, scope: str = "platform", **values: Callable[[int], float]) -> None:
    """Store as many days up to today."""
    dates = [TODAY - timedelta(days=days - 1 - n) for n in range(days)]
    write_days(db, "main", dates)
    for metric, value in values.items():
        write_measurements(db, [row(observed(float(value(n))), metric, day, scope) for n, day in enumerate(dates)])


def view(db: Ours, *limits: Limit, today: date = TODAY, **more: Any) -> Desk:
    return desk_of(db, "main", today, CapacityConfig(limits=limits, **more))


def rows(seen: Desk) -> dict[str, StatusRow]:
    return {line.outlook.name: line for line in status(seen).rows if line.outlook.limit}


def limits_of(seen: Desk) -> list[tuple[str, str, float]]:
    histories = {h.metric.name: h for h in seen.forecastables(seen.platform_metrics())}
    return [(limit.name, limit.metric, limit.usable) for limit in platform_limits(seen, histories)]


class TestHeadroom:
    DISK = Limit("storage_used_gb", 1_000, "disk", headroom=Headroom(keep_free=0.2))

    def test_what_may_be_used_is_the_threshold_everywhere(self, memory: MemoryStore) -> None:
        fill(memory, storage_used_gb=lambda n: 641 + n)
        seen = view(memory, self.DISK)
        line = rows(seen)["disk"]

        assert line.outlook.until.threshold == 800
        assert (status_row_document(line)["threshold"], status_row_document(line)["maximum"]) == (800, 1_000)
        assert line.outlook.until.used_share == pytest.approx(700 / 800)
        assert when(seen, "storage_gb", None).threshold == 800
        assert usable(nearest_limit(seen, seen.forecastable(seen.metrics.resolve("storage_gb")))) == 800
        (said,) = [one for one in said_of(find(seen, stored_use(seen))) if one.category == "storage"]
        assert said.evidence[0]["threshold"] == 800
        assert said.act_by == line.outlook.act_by
        assert "'storage_used_gb'=700GB;640;800;0" in check(seen).line

    def test_it_is_reached_while_there_is_still_room(self, memory: MemoryStore) -> None:
        fill(memory, storage_used_gb=lambda n: 800.0)

        assert rows(view(memory, self.DISK))["disk"].outlook.until.status == "already_exceeded"


class TestOwnPolicy:
    def test_a_limit_s_own_days_and_shares_are_those_that_count(self, memory: MemoryStore) -> None:
        fill(memory, storage_used_gb=lambda n: 541 + n)
        plain = Limit("storage_used_gb", 1_000, "plain")
        slow = replace(plain, name="slow", lead_time_days=300, review_interval_days=30)
        wary = replace(plain, name="wary", warning_share=0.5, lead_time_days=0, review_interval_days=0)
        strict = replace(wary, name="strict", critical_share=0.6)
        found = {name: line.outlook for name, line in rows(view(memory, plain, slow, wary, strict)).items()}

        assert {name: one.severity for name, one in found.items()} == {
            "plain": Severity.OK, "slow": Severity.CRITICAL, "wary": Severity.WARNING, "strict": Severity.CRITICAL,
        }  # fmt: skip
        early = found["plain"].until.date("p10")
        assert early is not None
        assert found["plain"].act_by == early - timedelta(days=21)
        assert found["slow"].act_by == early - timedelta(days=330)
        assert found["wary"].act_by == early

    def test_a_tier_waits_for_the_one_above_it(self, memory: MemoryStore) -> None:
        fill(memory, active_stores=lambda n: 5.0, total_products=lambda n: 500 + n)
        outlook = rows(view(memory, ladder=LADDER))["tier Small"].outlook

        assert outlook.policy.lead_time_days == 60
        big = rows(view(memory, ladder=LADDER, plan=LadderRules("Big")))["tier Big"].outlook
        assert big.policy.lead_time_days == 14


class TestOtherScopes:
    LIMIT = Limit("products", 400, "plan of shop 17", STORE)

    @pytest.fixture
    def db(self, memory: MemoryStore) -> MemoryStore:
        fill(memory, total_products=lambda n: 9_000.0)
        fill(memory, scope=STORE, total_products=lambda n: 200 + 2 * n)
        return memory

    def test_they_are_held_against_their_own_history(self, db: MemoryStore) -> None:
        seen = view(db, self.LIMIT)
        line = rows(seen)["plan of shop 17"]
        alone = when(seen, "products", 400, Scope("store", "17"))

        assert line.outlook.until.current == 318
        told: dict[str, object] = {**status_row_document(line)}
        assert told | {**days_until_document(alone)} == told
        assert line.recent[-1] == 318
        assert "Products of store:17 (plan of shop 17, 400 products)" in status(seen).sentence
        assert "'total_products'=318;320;400;0" in check(seen).line

    def test_the_platform_s_own_metric_keeps_its_limits(self, db: MemoryStore) -> None:
        seen = view(db, self.LIMIT)
        platform = [line.outlook for line in status(seen).rows if line.outlook.until.scope_name == "platform:main"]

        assert [(o.name, o.until.threshold) for o in platform] == [("tier Starter", 10_000)]
        assert when(seen, "products", None).threshold == 10_000

    def test_they_are_recommended_under_their_scope(self, db: MemoryStore) -> None:
        seen = view(db, self.LIMIT)
        keys = {finding.key: finding for finding in find(seen, stored_use(seen))}
        found = keys["limit:store:17:total_products:plan of shop 17"]

        assert found.severity is Severity.WARNING
        assert found.said is not None
        assert "Products of store:17: the limit of 400 products" in found.said.sentence

    def test_nothing_is_known_of_a_scope_that_is_not_stored(self, db: MemoryStore) -> None:
        line = rows(view(db, replace(self.LIMIT, scope="store:99")))["plan of shop 17"]

        assert (line.outlook.until.status, line.outlook.until.current) == ("insufficient_data", None)
        assert line.outlook.severity is Severity.INFO

    def test_the_platform_s_scope_may_be_written_with_its_key(self, db: MemoryStore) -> None:
        assert configured_limits(view(db, replace(self.LIMIT, scope="platform:main")))[0].scope == "platform"

    def test_a_scope_that_is_none_is_refused(self, db: MemoryStore) -> None:
        with pytest.raises(ConfigurationError, match=r"limit 2 \(\[\[limits\]\]\): ':17' is not a scope"):
            configured_limits(view(db, self.LIMIT, replace(self.LIMIT, scope=":17")))


class TestTiers:
    def test_all_five_dimensions_of_the_ladder_are_limits(self, memory: MemoryStore) -> None:
        fill(
            memory,
            active_stores=lambda n: 5.0,
            total_products=lambda n: 500.0,
            orders_per_day=lambda n: 50.0,
            total_orders_month=lambda n: 50.0 * (TODAY - timedelta(days=59 - n)).day,
            total_team_members=lambda n: 9.0,
            storage_used_gb=lambda n: 30.0,
        )

        assert limits_of(view(memory, ladder=LADDER)) == [
            ("tier Small", "active_stores", 10),
            ("tier Small", "total_products", 1_000),
            ("tier Small", "total_orders_month", 3_000),
            ("tier Small", "total_team_members", 20),
            ("tier Small", "storage_used_gb", 100),
        ]

    @pytest.mark.parametrize("flow_is_stored", [True, False])
    @pytest.mark.parametrize(
        ("today", "month"),
        [(date(2026, 3, 31), 31 * 100), (date(2026, 3, 12), 12 * 100), (date(2026, 3, 1), 1 * 100)],
    )
    def test_a_month_s_orders_are_all_of_the_month_so_far(
        self, memory: MemoryStore, today: date, month: int, flow_is_stored: bool
    ) -> None:
        """And not those of the newest day, which is what their forecast rests on."""
        metric = "orders_per_day" if flow_is_stored else "total_orders_month"
        day = [TODAY - timedelta(days=59 - n) for n in range(60)]
        fill(memory, total_orders_month=lambda n: 100.0 * day[n].day)
        if flow_is_stored:
            fill(memory, orders_per_day=lambda n: 100.0)
        seen = view(memory, ladder=LADDER, today=today)
        for histories in (seen.forecastables, seen.histories):
            known = {h.metric.name: h for h in histories(seen.platform_metrics())}
            assert metric in known
            assert newest_use(seen, known)["total_orders_month"] == month

        expected = "tier Big" if month >= 3_000 else "tier Small"
        assert {name for name, _, _ in limits_of(seen)} == {expected}
        assert stored_use(seen).usage["total_orders_month"] == month

    def test_a_running_day_s_orders_are_not_known_yet(self, memory: MemoryStore) -> None:
        """On the 1st, what counts is the month that has ended."""
        fill(memory, orders_per_day=lambda n: 100.0, total_orders_month=lambda n: 7.0)
        first = desk_of(memory, "main", date(2026, 4, 1), CapacityConfig(ladder=LADDER))
        known = {h.metric.name: h for h in first.histories(first.platform_metrics())}

        assert newest_use(first, known)["total_orders_month"] == 3_100

    def test_a_rented_tier_s_maxima_are_the_limits_whatever_is_used(self, memory: MemoryStore) -> None:
        fill(memory, active_stores=lambda n: 15.0, total_products=lambda n: 500.0)
        small, big = (view(memory, ladder=LADDER, plan=LadderRules(name)) for name in ("Small", "Big"))

        assert limits_of(view(memory, ladder=LADDER))[0] == ("tier Big", "active_stores", 20)
        assert limits_of(small)[0] == ("tier Small", "active_stores", 10)
        assert limits_of(big)[0] == ("tier Big", "active_stores", 20)
        (said,) = said_of(find(small, stored_use(small)))
        assert (said.key, said.severity) == ("tier:Small", Severity.CRITICAL)
        assert said.action.startswith("Order Big (20 a month)")

    def test_a_rented_tier_that_the_ladder_has_not_is_refused(self, memory: MemoryStore) -> None:
        fill(memory, active_stores=lambda n: 15.0)
        wrong = view(memory, ladder=LADDER, plan=LadderRules("Tiny"))
        for ask in (
            status,
            lambda seen: said_of(find(seen, stored_use(seen))),
            lambda seen: when(seen, "stores", None),
        ):
            with pytest.raises(ConfigurationError, match=r"\[plan\] current_tier: .* 'Tiny'") as caught:
                ask(wrong)
            assert caught.value.mend == "use one of: Small, Big, Huge"

    def test_what_is_not_measured_triggers_nothing(self, memory: MemoryStore) -> None:
        fill(memory, active_stores=lambda n: 2.0, total_products=lambda n: 100.0, total_team_members=lambda n: 15.0)
        (said,) = said_of(find(view(memory, ladder=LADDER), stored_use(view(memory, ladder=LADDER))))

        assert said.description.startswith("Next upgrade trigger: Big at 20 team members (15 now, 75%)")


def test_the_nearest_limit_of_a_month_is_the_one_above_its_total(memory: MemoryStore) -> None:
    fill(memory, orders_per_day=lambda n: 100.0)
    limits = (Limit("orders", 200, "of a day"), Limit("orders", 5_000, "of a month"))

    assert when(view(memory, *limits), "orders", None).threshold == 5_000


@pytest.mark.parametrize(
    ("value", "nearest"),
    [(10.0, 100.0), (99.0, 100.0), (100.0, 250.0), (101.0, 250.0), (399.0, 400.0), (400.0, 400.0), (900.0, 400.0)],
)
def test_the_nearest_limit_is_the_lowest_above_the_value_or_the_highest(
    memory: MemoryStore, value: float, nearest: float
) -> None:
    """By what may be used of each, whatever their order; those of others and of other metrics say nothing."""
    fill(memory, storage_used_gb=lambda n: value, total_products=lambda n: 5.0)
    fill(memory, scope=STORE, storage_used_gb=lambda n: 1.0)
    seen = view(
        memory,
        Limit("storage_used_gb", 400, "all of it"),
        Limit("storage_used_gb", 200, "half of it", headroom=Headroom(keep_free=0.5)),
        Limit("storage_used_gb", 250, "some of it"),
        Limit("storage_used_gb", value + 0.5, "of a store", scope=STORE),
        Limit("total_products", value + 0.25, "of products"),
        ladder=Ladder((Tier.of("Only", Decimal(1)),)),
    )

    assert usable(nearest_limit(seen, seen.forecastable(STORAGE_USED_GB))) == nearest
    assert usable(nearest_limit(seen, seen.forecastable(STORAGE_USED_GB, Scope("store", "17")))) == value + 0.5
    assert nearest_limit(seen, seen.forecastable(TOTAL_STORES)) is None


def test_a_limit_is_above_nothing_where_nothing_is_stored(memory: MemoryStore) -> None:
    fill(memory, active_stores=lambda n: 2.0)
    limits = (Limit("storage_used_gb", 400, "all of it"), Limit("storage_used_gb", 0.5, "a little"))
    seen = view(memory, *limits)

    assert usable(nearest_limit(seen, seen.forecastable(STORAGE_USED_GB))) == 0.5


def test_a_tier_s_maxima_wait_for_the_tier_above_and_those_of_the_last_for_none() -> None:
    ladder = Ladder((*LADDER.tiers[:2], Tier.of("Last", Decimal(90), stores=50)))
    small, last = (tier_limits(ladder, ladder.tiers[at]) for at in (0, 2))

    assert [limit.lead_time_days for limit in small] == [60] * 5
    assert [(limit.metric, limit.maximum, limit.name) for limit in small[:2]] == [
        ("active_stores", 10.0, "tier Small"),
        ("total_products", 1_000.0, "tier Small"),
    ]
    assert [(limit.metric, limit.lead_time_days) for limit in last] == [("active_stores", None)]


@pytest.mark.parametrize(("today", "used"), [(date(2026, 4, 1), 40.0), (date(2026, 3, 31), 31 * 100.0)])
def test_a_month_that_has_just_begun_has_used_its_own_days_alone(memory: MemoryStore, today: date, used: float) -> None:
    """Neither is the month before taken for it, nor is what is only stored as a total forgotten."""
    fill(memory, orders_per_day=lambda n: 100.0, total_orders_month=lambda n: 1.0)
    if today > TODAY:
        write_days(memory, "main", [today])
        write_measurements(memory, [row(observed(40.0), "orders_per_day", today)])
    seen = view(memory, today=today)
    newest = newest_use(seen, {"total_orders_month": seen.forecastable(TOTAL_ORDERS_MONTH)})

    assert newest == {"total_orders_month": used}


def test_a_limit_of_what_nobody_measures_is_news_only_where_somebody_set_it(memory: MemoryStore) -> None:
    fill(memory, active_stores=lambda n: 2.0)
    default = desk_of(memory, "main", TODAY, CapacityConfig())
    own = view(memory, Limit("storage_used_gb", 1_000, "disk"))

    assert [line.outlook.name for line in status(default).rows] == ["tier Starter"]
    assert [line.outlook.name for line in status(own).rows] == ["disk", "tier Starter"]


def test_products_are_the_platform_s_where_no_scope_is_said(memory: MemoryStore) -> None:
    fill(memory, total_products=lambda n: 300.0)
    seen = view(memory, Limit("products", 400, "licence"))

    assert rows(seen)["licence"].outlook.until.scope_name == "platform:main"
    assert seen.forecastable(TOTAL_PRODUCTS).newest == (TODAY, 300)


class TestProjects:
    """What is committed takes room, wherever dates are told."""

    def test_it_brings_the_date_nearer_and_is_told(self, memory: MemoryStore) -> None:
        fill(memory, total_products=lambda n: 300.0 + n, active_stores=lambda n: 2.0)
        disk = Limit("products", 500, "licence")
        coming = Project("the move", TODAY + timedelta(days=20), 1.0, {"products": 100.0})
        gone = Project("gone by", TODAY, 1.0, {"products": 100.0})

        alone, taken = (view(memory, disk, projects=projects) for projects in ((gone,), (gone, coming)))

        before, after = (rows(seen)["licence"].outlook for seen in (alone, taken))
        # 359 products and one more a day: 500 in 141 days, and with a hundred more in 41.
        assert before.until.days.p50 == pytest.approx(141, abs=8)
        assert after.until.days.p50 == pytest.approx(41, abs=4)
        assert before.act_by is not None
        assert after.act_by is not None
        assert after.act_by < before.act_by
        assert [project["name"] for project in status_document(status(taken))["projects"]] == ["the move"]
        (said,) = (found for found in said_of(find(taken, stored_use(taken))) if found.category == "limit")
        assert said.act_by == after.act_by

    def test_one_that_is_unlikely_widens_the_range(self, memory: MemoryStore) -> None:
        fill(memory, total_products=lambda n: 300.0 + n)
        coming = Project("perhaps", TODAY + timedelta(days=20), 0.2, {"products": 200.0})

        until = rows(view(memory, Limit("products", 500, "licence"), projects=(coming,)))["licence"].outlook.until

        assert until.days.p10 == 20
        # Of the four fifths without it, three eighths are enough for the half of all.
        assert 100 < (until.days.p50 or 0) < 141
        assert until.probability_within[30] == pytest.approx(0.2, abs=0.01)

    def test_an_unknown_metric_is_said(self, memory: MemoryStore) -> None:
        fill(memory, total_products=lambda n: 300.0 + n)
        coming = Project("the move", TODAY + timedelta(days=20), 1.0, {"gigglebytes": 100.0})

        with pytest.raises(ConfigurationError, match=r"\[\[projects\]\] 'the move', sizes: there is no metric"):
            status(view(memory, projects=(coming,)))
