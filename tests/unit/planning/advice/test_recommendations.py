"""What is recommended, in which words, and what it rests on."""

import json
from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.support.cloud import CLOUD, GPUS

from outgrow.domain.forecast import DayBand, DaysUntil, HistoryNote, Status
from outgrow.domain.ladder import Tier
from outgrow.domain.limit import AlertPolicy, Headroom, Limit, Severity
from outgrow.domain.metric import ACTIVE_STORES, STORAGE_USED_GB, TOTAL_PRODUCTS, TOTAL_TEAM_MEMBERS, Metric
from outgrow.domain.recommendation import Finding, Recommendation
from outgrow.domain.resource import PRODUCTS, TEAM_MEMBERS
from outgrow.planning.advice.recommendations import Infrastructure, RecentGrowth, SoldCapacity, find, said_of, when_text
from outgrow.planning.limits.urgency import LimitOutlook
from outgrow.store.sql.codec import decoded, encoded

TODAY = date(2026, 3, 20)
POLICY = AlertPolicy()
SMALL, MEDIUM = (
    Tier.of("Small", Decimal(80), stores=100, products=30_000),
    Tier.of("Medium", Decimal("1150"), stores=300, products=100_000),
)
LAST = Infrastructure(MEDIUM, None, None, [])
"""Nothing to say: there is no larger tier."""


def until(metric: Metric, threshold: float, current: float, p50: int | None = None, **more: Any) -> DaysUntil:
    said: dict[str, Any] = {
        "scope_name": "platform:main",
        "status": Status.OK if p50 else Status.NO_GROWTH,
        "reason": None,
        "as_of": TODAY,
        "history": HistoryNote(60, 0, 0),
        "days": DayBand(p50 - 10, p50, p50 + 30) if p50 else DayBand(),
    }
    return DaysUntil(**{**said, "metric": metric, "threshold": threshold, "current": current, **more})


def outlook(name: str, asked: DaysUntil, policy: AlertPolicy = POLICY, **own: Any) -> LimitOutlook:
    limit = Limit(asked.metric.name, asked.threshold or 0.0, name, **own)
    return LimitOutlook.of(limit, asked, policy, TODAY)


def found(
    sold: Sequence[SoldCapacity] = (),
    infrastructure: Infrastructure = LAST,
    growth: Sequence[RecentGrowth] = (),
    others: Sequence[LimitOutlook] = (),
    policy: AlertPolicy = POLICY,
) -> list[Finding]:
    return find(sold, infrastructure, growth, others, policy)


def told(*args: Any, **more: Any) -> list[Recommendation]:
    return said_of(found(*args, **more))


def stores(percent: float | None) -> RecentGrowth:
    return RecentGrowth(ACTIVE_STORES, "store", percent)


def test_nothing_to_say() -> None:
    assert told() == []


@pytest.mark.parametrize(
    ("used", "severity", "title"),
    [
        (0, None, ""),
        (800, None, ""),
        (801, Severity.WARNING, "Product capacity approaching limit"),
        (999, Severity.WARNING, "Product capacity approaching limit"),
        (1_000, Severity.CRITICAL, "Product capacity used up"),
        (5_000, Severity.CRITICAL, "Product capacity used up"),
    ],
)
def test_sold_capacity(used: float, severity: Severity | None, title: str) -> None:
    said = told([SoldCapacity(PRODUCTS, used, 1_000)])

    assert [(r.category, r.severity, r.title) for r in said] == ([("capacity", severity, title)] if severity else [])
    if said:
        assert f"Currently at {used / 1_000:.0%} of theoretical products capacity" in said[0].description
        assert f"({used:,.0f} used of 1,000 sold)" in said[0].description
        assert said[0].evidence == (
            {"resource": "products", "used": used, "sold": 1_000, "used_share": round(used / 1_000, 4)},
        )


def test_where_nothing_limited_was_sold_nothing_is_used_up() -> None:
    assert SoldCapacity(PRODUCTS, 500, 0).share is None
    assert told([SoldCapacity(PRODUCTS, 500, 0)]) == []


def test_what_was_not_measured_is_not_said_to_be_quiet() -> None:
    findings = found(
        [SoldCapacity(PRODUCTS, None, None), SoldCapacity(TEAM_MEMBERS, 1, 10)], growth=[stores(None), stores(3.0)]
    )

    assert [finding.known for finding in findings] == [False, True, False, True]
    assert {finding.severity for finding in findings} == {Severity.OK}


def test_the_next_tier_and_its_trigger() -> None:
    far = outlook("tier Small", until(ACTIVE_STORES, 100, 60, p50=200))
    (said,) = told(infrastructure=Infrastructure(SMALL, MEDIUM, "Medium at 100 stores", [far]))

    dates = "100 active stores reached about 6 Oct 2026 (26 Sep 2026 to 5 Nov 2026)"
    assert (said.category, said.severity, said.title) == ("infrastructure", Severity.INFO, "Current tier: Small")
    assert said.description == f"Next upgrade trigger: Medium at 100 stores. {dates}"
    assert said.action == "Monitor growth and plan for infrastructure scaling"
    assert (said.key, said.act_by) == ("tier:Small", date(2026, 9, 5))
    assert said.sentence == "Tier Small lasts for now, and next is Medium at 100 stores."
    assert said.evidence[0] == {
        "tier": "Small",
        "next_tier": "Medium",
        "cost_monthly": "1150.00",
        "currency": "EUR",
    }
    assert said.evidence[1]["metric"] == "active_stores"


@pytest.mark.parametrize(
    ("p50", "severity", "act_by"), [(121, Severity.WARNING, "18 Jun 2026"), (38, Severity.CRITICAL, "27 Mar 2026")]
)
def test_a_tier_that_does_not_last_has_to_be_ordered(p50: int, severity: Severity, act_by: str) -> None:
    near = outlook("tier Small", until(ACTIVE_STORES, 100, 60, p50=p50))
    far = outlook("tier Small", until(TOTAL_PRODUCTS, 30_000, 60, p50=300))
    (said,) = told(infrastructure=Infrastructure(SMALL, MEDIUM, "Medium at 100 stores", [far, near]))

    assert said.severity is severity
    assert said.action == f"Order Medium (1,150 a month); act by {act_by}"
    assert said.act_by == near.act_by
    start = "Tier Small is nearly outgrown: its limit of 100 active stores is near, and the day to act by, "
    assert said.sentence.startswith(start + act_by)


def test_a_tier_that_is_outgrown() -> None:
    over = outlook("tier Small", until(ACTIVE_STORES, 100, 120, status=Status.ALREADY_EXCEEDED, days_ago=3))
    (said,) = told(infrastructure=Infrastructure(SMALL, MEDIUM, "Medium at 100 stores", [over]))

    assert (said.severity, said.act_by) == (Severity.CRITICAL, None)
    assert said.sentence == "Tier Small is outgrown: active stores have reached its limit of 100."


def test_beyond_the_last_tier_there_is_nothing_to_order() -> None:
    assert told(infrastructure=Infrastructure(MEDIUM, None, None, [])) == []
    assert told(infrastructure=Infrastructure(MEDIUM, SMALL, None, [])) == []


def test_another_tier_than_the_present_one_is_a_quiet_finding() -> None:
    present = found(infrastructure=Infrastructure(SMALL, MEDIUM, "Medium at 100 stores", [], [MEDIUM]))
    (was,) = (f for f in found(infrastructure=Infrastructure(MEDIUM, None, None, [], [SMALL])) if f.key == "tier:Small")

    assert [(f.key, f.severity) for f in present] == [("tier:Small", Severity.INFO), ("tier:Medium", Severity.OK)]
    assert (was.severity, was.known, was.said) == (Severity.OK, True, None)
    assert was.basis == present[0].basis


@pytest.mark.parametrize(("percent", "is_told"), [(None, False), (-50.0, False), (20.0, False), (20.1, True)])
def test_growth(percent: float | None, is_told: bool) -> None:
    said = told(growth=[stores(percent)])

    assert [(r.category, r.severity, r.title) for r in said] == (
        [("growth", Severity.INFO, "High store growth rate")] if is_told else []
    )
    if is_told:
        assert said[0].description == "Store base growing at 20.1% over last 30 days"
        assert said[0].sentence == "Active stores grew by 20.1% in 30 days, more than 20%."


@pytest.mark.parametrize(
    ("current", "severity"),
    [(799, None), (800, Severity.WARNING), (999.9, Severity.WARNING), (1_000, Severity.CRITICAL)],
)
def test_storage(current: float, severity: Severity | None) -> None:
    said = told(others=[outlook("media storage", until(STORAGE_USED_GB, 1_000, current))])

    assert [(r.category, r.severity, r.title) for r in said] == (
        [("storage", severity, "Storage usage high")] if severity else []
    )
    if said:
        assert said[0].description == f"Media storage at {current:,.2f} of 1,000 GB"


def test_limits_of_the_user_s_own() -> None:
    (said,) = told(others=[outlook("seats", until(TOTAL_TEAM_MEMBERS, 50, 30, p50=60))])

    assert (said.category, said.severity, said.title) == ("limit", Severity.WARNING, "Seats running out")
    assert said.description.startswith("Team members at 30 of 50 members, reached about 19 May 2026")
    assert said.action == "Raise the limit of seats or slow the growth; act by 18 Apr 2026"
    assert said.sentence == (
        "Team members of platform:main: the limit of 50 members (seats) is near, likely reached about 19 May 2026, "
        "and the day to act by, 18 Apr 2026, is 29 days away."
    )


def test_a_name_keeps_its_capitals() -> None:
    (said,) = told(others=[outlook("CDN quota of Berlin", until(TOTAL_TEAM_MEMBERS, 50, 45))])

    assert said.title == "CDN quota of Berlin running out"


def test_a_limit_that_is_reached() -> None:
    over = until(STORAGE_USED_GB, 1_000, 1_100, status=Status.ALREADY_EXCEEDED, days_ago=3)
    (said,) = told(others=[outlook("Media storage", over)])

    assert said.description == "Media storage at 1,100.00 of 1,000 GB, reached 3 days ago"
    assert said.sentence == "Media storage of platform:main: the limit of 1,000 GB is reached."
    assert said.act_by is None


def test_headroom_is_told_with_what_it_is_kept_free_of() -> None:
    limit = Limit(STORAGE_USED_GB.name, 1_000.0, "disk", headroom=Headroom(keep_free=0.2))
    judged = LimitOutlook.of(limit, until(STORAGE_USED_GB, limit.usable, 700), POLICY, TODAY)
    (said,) = told(others=[judged])

    assert said.description == "Media storage at 700.00 of 800 usable of 1,000 GB"
    assert (said.evidence[0]["threshold"], said.evidence[0]["maximum"]) == (800, 1_000)


def test_what_a_limit_rests_on() -> None:
    asked = until(TOTAL_TEAM_MEMBERS, 50, 30, p50=60, probability_within={30: 0.01, 90: 0.8, 180: 0.9})
    (said,) = told(others=[outlook("seats", asked, lead_time_days=20)])

    assert said.evidence == (
        {
            "metric": "total_team_members",
            "scope": "platform:main",
            "unit": "members",
            "threshold": 50,
            "status": "ok",
            "reason": None,
            "current": 30,
            "as_of": "2026-03-20",
            "date": {"p10": "2026-05-09", "p50": "2026-05-19", "p90": "2026-06-18"},
            "probability_within": {"30": 0.01, "90": 0.8, "180": 0.9, "365": None},
            "limit": "seats",
            "maximum": 50,
            "used_share": 0.6,
            "lead_time_days": 20,
            "review_interval_days": 7,
            "act_by": "2026-04-12",
        },
    )


def everything() -> list[Recommendation]:
    return told(
        [SoldCapacity(PRODUCTS, 900, 1_000), SoldCapacity(TEAM_MEMBERS, 20, 10)],
        Infrastructure(SMALL, MEDIUM, "Medium at 100 stores", [outlook("tier Small", until(ACTIVE_STORES, 100, 9))]),
        [stores(50.0), RecentGrowth(TOTAL_PRODUCTS, "product", 30.0)],
        [outlook("media storage", until(STORAGE_USED_GB, 1_000, 1_200))],
    )


def test_the_most_severe_first_and_equals_in_the_order_of_their_kind() -> None:
    assert [(r.severity.word, r.category) for r in everything()] == [
        ("critical", "capacity"),
        ("critical", "storage"),
        ("warning", "capacity"),
        ("info", "infrastructure"),
        ("info", "growth"),
        ("info", "growth"),
    ]


def test_every_one_has_a_key_of_its_own() -> None:
    assert sorted(r.key for r in everything()) == [
        "growth:active_stores",
        "growth:total_products",
        "limit:platform:storage_used_gb:media storage",
        "sold:products",
        "sold:team_members",
        "tier:Small",
    ]


def test_all_of_it_can_be_written_as_json_and_read_again() -> None:
    for said in everything():
        written = json.loads(json.dumps(encoded(said)))
        assert decoded(written) == said


def test_limits_of_one_name_and_metric_are_told_apart() -> None:
    same = [outlook("seats", until(TOTAL_TEAM_MEMBERS, top, 60)) for top in (50, 200, 70)]

    assert [finding.key for finding in found(others=same)] == [
        "limit:platform:total_team_members:seats",
        "limit:platform:total_team_members:seats:2",
        "limit:platform:total_team_members:seats:3",
    ]
    assert [said.key[-2:] for said in told(others=same)] == ["ts", ":3"]


@given(name=st.text(min_size=1, max_size=400), scope=st.text("abc", min_size=1, max_size=120))
def test_a_key_fits_its_column(name: str, scope: str) -> None:
    asked = until(TOTAL_TEAM_MEMBERS, 50, 45)
    limits = [outlook(name, asked, scope=f"store:{scope}"), outlook(name, asked, scope=f"store:{scope}")]
    tier = replace(SMALL, name=name)
    findings = found(infrastructure=Infrastructure(tier, MEDIUM, "soon", []), others=limits)

    assert len({finding.key for finding in findings}) == 3
    assert all(len(finding.key) <= 200 and len(finding.basis) <= 300 for finding in findings)


@pytest.mark.parametrize(
    "changed",
    [
        {"threshold": 60},
        {"policy": AlertPolicy(warning_share=0.7)},
        {"policy": AlertPolicy(critical_share=0.9)},
        {"policy": AlertPolicy(lead_time_days=30)},
        {"policy": AlertPolicy(review_interval_days=30)},
        {"policy": AlertPolicy(warning_days=30)},
        {"lead_time_days": 30},
    ],
)
def test_the_basis_changes_with_limit_and_policy(changed: dict[str, Any]) -> None:
    def basis(current: float, threshold: float = 50, **more: Any) -> str:
        (finding,) = found(others=[outlook("seats", until(TOTAL_TEAM_MEMBERS, threshold, current), **more)])
        return finding.basis

    assert basis(10) == basis(45)
    assert basis(10) != basis(10, **changed)


def test_what_was_found_once_has_to_be_left_by_a_margin() -> None:
    def margins(**parts: Any) -> list[tuple[Severity, Severity]]:
        return [(finding.severity, finding.with_margin) for finding in found(**parts)]

    assert margins(sold=[SoldCapacity(PRODUCTS, 75, 100)]) == [(Severity.OK, Severity.WARNING)]
    assert margins(sold=[SoldCapacity(PRODUCTS, 72, 100)]) == [(Severity.OK, Severity.OK)]
    assert margins(sold=[SoldCapacity(PRODUCTS, 90, 100)]) == [(Severity.WARNING, Severity.CRITICAL)]
    assert margins(growth=[stores(19.0)]) == [(Severity.OK, Severity.INFO)]
    assert margins(growth=[stores(17.0)]) == [(Severity.OK, Severity.OK)]
    seats = [outlook("seats", until(TOTAL_TEAM_MEMBERS, 100, current)) for current in (73, 71, 91)]
    assert margins(others=seats) == [
        (Severity.OK, Severity.WARNING),
        (Severity.OK, Severity.OK),
        (Severity.WARNING, Severity.CRITICAL),
    ]
    dates = [outlook("seats", until(TOTAL_TEAM_MEMBERS, 100, 5, p50=p50)) for p50 in (176, 180)]
    assert margins(others=dates) == [(Severity.OK, Severity.WARNING), (Severity.OK, Severity.OK)]


def test_the_policy_decides() -> None:
    strict = AlertPolicy(warning_share=0.5, growth_percent=5.0)

    assert len(told([SoldCapacity(PRODUCTS, 600, 1_000)], growth=[stores(6.0)], policy=strict)) == 2


@pytest.mark.parametrize(
    ("asked", "words"),
    [
        (until(ACTIVE_STORES, 100, 60, p50=41), "reached about 30 Apr 2026 (20 Apr 2026 to 30 May 2026)"),
        (until(ACTIVE_STORES, 100, 60, days=DayBand(31, 41, None)), "reached about 30 Apr 2026 (20 Apr 2026 or later)"),
        (until(ACTIVE_STORES, 100, 60), ""),
        (until(ACTIVE_STORES, 100, 60, days=DayBand(31, None, None)), ""),
        (until(ACTIVE_STORES, 100, 120, status=Status.ALREADY_EXCEEDED, days_ago=3), "reached 3 days ago"),
    ],
)
def test_dates_in_words(asked: DaysUntil, words: str) -> None:
    assert when_text(asked) == words


class TestAnyMetric:
    """Whatever is limited or sold is recommended about in its own words."""

    TIERS = (Tier("S", {"gpus": 8}, Decimal(80)), Tier("M", {"gpus": 16}, Decimal(160)))

    def test_a_tier_that_is_outgrown(self) -> None:
        near = outlook("tier S", until(GPUS, 8, 7, p50=20))
        (said,) = told(infrastructure=Infrastructure(*self.TIERS, "M at 8 GPUs in use (7 now, 88%)", [near]))

        assert (said.key, said.severity, said.act_by) == ("tier:S", Severity.CRITICAL, near.act_by)
        assert "8 GPUs in use reached about" in said.description
        assert said.sentence.startswith("Tier S is nearly outgrown: its limit of 8 GPUs in use is near")

    def test_a_tier_of_another_metric_is_judged_anew(self) -> None:
        bases = {
            found(infrastructure=Infrastructure(tier, self.TIERS[1], "later", []))[0].basis
            for tier in (self.TIERS[0], replace(self.TIERS[0], maxima={"active_stores": 8}), SMALL)
        }
        assert len(bases) == 3

    def test_capacity_sold(self) -> None:
        (said,) = told([SoldCapacity(CLOUD.resolve("seats"), 9, 10)])

        assert (said.key, said.title) == ("sold:seats", "Seat capacity approaching limit")
        assert said.sentence == "Merchants use 90% of the seats that their plans allow: 9 used of 10 sold."
