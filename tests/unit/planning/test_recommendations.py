"""What is recommended, and in which words."""

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from outgrow.domain.forecast import DayBand, DaysUntil, HistoryNote, Status
from outgrow.domain.ladder import Tier
from outgrow.domain.limit import AlertPolicy, Limit, Severity
from outgrow.domain.metric import ACTIVE_STORES, STORAGE_USED_GB, TOTAL_TEAM_MEMBERS, Metric
from outgrow.domain.recommendation import Recommendation
from outgrow.planning.recommendations import Infrastructure, SoldCapacity, recommend, when_text
from outgrow.planning.urgency import LimitOutlook, severity_of

POLICY = AlertPolicy()
SMALL, MEDIUM = (Tier("Small", 100, 30_000, Decimal(80)), Tier("Medium", 300, 100_000, Decimal("1150")))
LAST = Infrastructure(MEDIUM, None, None, [])
"""Nothing to say: there is no larger tier."""


def until(metric: Metric, threshold: float, current: float, p50: int | None = None, **more: Any) -> DaysUntil:
    said: dict[str, Any] = {
        "scope_name": "platform:main",
        "status": Status.OK if p50 else Status.NO_GROWTH,
        "reason": None,
        "as_of": date(2026, 3, 20),
        "history": HistoryNote(60, 0, 0),
        "days": DayBand(p50 - 10, p50, p50 + 30) if p50 else DayBand(),
    }
    return DaysUntil(**{**said, "metric": metric, "threshold": threshold, "current": current, **more})


def outlook(name: str, asked: DaysUntil) -> LimitOutlook:
    limit = Limit(asked.metric.name, asked.threshold or 0.0, name)
    return LimitOutlook(limit, asked, severity_of(asked, POLICY))


def told(
    sold: Sequence[SoldCapacity] = (),
    infrastructure: Infrastructure = LAST,
    growth: Mapping[str, float | None] | None = None,
    others: Sequence[LimitOutlook] = (),
    policy: AlertPolicy = POLICY,
) -> list[Recommendation]:
    return recommend(sold, infrastructure, growth or {}, others, policy)


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
    found = told([SoldCapacity("products", used, 1_000)])

    assert [(r.category, r.severity, r.title) for r in found] == ([("capacity", severity, title)] if severity else [])
    if found:
        assert f"Currently at {used / 1_000:.0%} of theoretical products capacity" in found[0].description
        assert f"({used:,.0f} used of 1,000 sold)" in found[0].description


def test_where_nothing_limited_was_sold_nothing_is_used_up() -> None:
    assert SoldCapacity("products", 500, 0).share is None
    assert told([SoldCapacity("products", 500, 0)]) == []


def test_the_next_tier_and_its_trigger() -> None:
    far = outlook("tier Small", until(ACTIVE_STORES, 100, 60, p50=200))
    found = told(infrastructure=Infrastructure(SMALL, MEDIUM, "Medium at 100 stores", [far]))

    assert found == [
        Recommendation(
            "infrastructure",
            Severity.INFO,
            "Current tier: Small",
            "Next upgrade trigger: Medium at 100 stores. "
            "100 active stores reached about 6 Oct 2026 (26 Sep 2026 to 5 Nov 2026)",
            "Monitor growth and plan for infrastructure scaling",
        )
    ]


@pytest.mark.parametrize(("p50", "severity"), [(90, Severity.WARNING), (14, Severity.CRITICAL)])
def test_a_tier_that_does_not_last_has_to_be_ordered(p50: int, severity: Severity) -> None:
    near = outlook("tier Small", until(ACTIVE_STORES, 100, 60, p50=p50))
    (found,) = told(infrastructure=Infrastructure(SMALL, MEDIUM, "Medium at 100 stores", [near]))

    assert found.severity is severity
    assert found.action == "Order Medium (1,150 a month)"


def test_beyond_the_last_tier_there_is_nothing_to_order() -> None:
    assert told(infrastructure=Infrastructure(MEDIUM, None, None, [])) == []
    assert told(infrastructure=Infrastructure(MEDIUM, SMALL, None, [])) == []


@pytest.mark.parametrize(("percent", "is_told"), [(None, False), (-50.0, False), (20.0, False), (20.1, True)])
def test_growth(percent: float | None, is_told: bool) -> None:
    found = told(growth={"store": percent})

    assert [(r.category, r.severity, r.title) for r in found] == (
        [("growth", Severity.INFO, "High store growth rate")] if is_told else []
    )
    if is_told:
        assert found[0].description == "Store base growing at 20.1% over last 30 days"


@pytest.mark.parametrize(
    ("current", "severity"),
    [(799, None), (800, Severity.WARNING), (999.9, Severity.WARNING), (1_000, Severity.CRITICAL)],
)
def test_storage(current: float, severity: Severity | None) -> None:
    found = told(others=[outlook("media storage", until(STORAGE_USED_GB, 1_000, current))])

    assert [(r.category, r.severity, r.title) for r in found] == (
        [("storage", severity, "Storage usage high")] if severity else []
    )
    if found:
        assert found[0].description == f"Media storage at {current:,.2f} of 1,000 GB"


def test_limits_of_the_user_s_own() -> None:
    (found,) = told(others=[outlook("seats", until(TOTAL_TEAM_MEMBERS, 50, 30, p50=60))])

    assert (found.category, found.severity, found.title) == ("limit", Severity.WARNING, "Seats running out")
    assert found.description.startswith("Team members at 30 of 50 members, reached about 19 May 2026")
    assert "seats" in found.action


def test_the_most_severe_first_and_equals_in_the_order_of_their_kind() -> None:
    found = told(
        [SoldCapacity("products", 900, 1_000), SoldCapacity("team_members", 20, 10)],
        Infrastructure(SMALL, MEDIUM, "Medium at 100 stores", []),
        {"store": 50.0, "product": 30.0},
        [outlook("media storage", until(STORAGE_USED_GB, 1_000, 1_200))],
    )

    assert [(r.severity.word, r.category) for r in found] == [
        ("critical", "capacity"),
        ("critical", "storage"),
        ("warning", "capacity"),
        ("info", "infrastructure"),
        ("info", "growth"),
        ("info", "growth"),
    ]


def test_the_policy_decides() -> None:
    strict = AlertPolicy(warning_share=0.5, growth_percent=5.0)

    assert len(told([SoldCapacity("products", 600, 1_000)], growth={"store": 6.0}, policy=strict)) == 2


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
