"""How urgent a limit is and why, and in which order limits are told."""

from dataclasses import replace
from datetime import date, timedelta
from itertools import permutations
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from outgrow.domain.forecast import DayBand, DaysUntil, HistoryNote, Status
from outgrow.domain.limit import AlertPolicy, Headroom, Limit, Severity
from outgrow.domain.metric import ACTIVE_STORES, STORAGE_USED_GB, TOTAL_PRODUCTS, Metric
from outgrow.domain.note import Note, NoteCode
from outgrow.planning.limits.urgency import EXACT, HELD, LimitOutlook, act_by_date, by_urgency, judge

TODAY = date(2026, 3, 20)
POLICY = AlertPolicy(warning_share=0.8, critical_share=1.0, lead_time_days=14, review_interval_days=7, warning_days=90)


def until(status: Status = Status.OK, p10: int | None = None, current: float | None = 10.0, **more: Any) -> DaysUntil:
    """What is known of a limit of 100, whose early date is so many days ahead."""
    said: dict[str, Any] = {
        "metric": TOTAL_PRODUCTS,
        "scope_name": "platform:main",
        "threshold": 100.0,
        "reason": None,
        "as_of": TODAY,
        "history": HistoryNote(60, 0, 0),
        "days": DayBand(p10, None if p10 is None else p10 + 10, None),
    }
    return DaysUntil(**{**said, "status": status, "current": current, **more})


@pytest.mark.parametrize(
    ("asked", "severity"),
    [
        # the day to act by lies 21 days before the early date
        (until(p10=300), Severity.OK),
        (until(p10=112), Severity.OK),
        (until(p10=111), Severity.WARNING),
        (until(p10=29), Severity.WARNING),
        (until(p10=28), Severity.CRITICAL),
        (until(p10=21), Severity.CRITICAL),
        (until(p10=1), Severity.CRITICAL),
        (until(Status.BEYOND_HORIZON, days=DayBand(111, None, None)), Severity.WARNING),
        (until(p10=300, current=79.9), Severity.OK),
        (until(p10=300, current=80.0), Severity.WARNING),
        (until(p10=10, current=80.0), Severity.CRITICAL),
        (until(Status.ALREADY_EXCEEDED, current=100.0), Severity.CRITICAL),
        (until(Status.ALREADY_EXCEEDED, current=50.0), Severity.CRITICAL),
        (until(Status.NO_GROWTH), Severity.OK),
        (until(Status.NO_GROWTH, current=85.0), Severity.WARNING),
        (until(Status.DECLINING, current=85.0), Severity.WARNING),
        (until(Status.BEYOND_HORIZON), Severity.OK),
        (until(Status.INSUFFICIENT_DATA), Severity.INFO),
        (until(Status.INSUFFICIENT_DATA, current=None), Severity.INFO),
        (until(Status.INSUFFICIENT_DATA, current=85.0), Severity.WARNING),
        (until(Status.INSUFFICIENT_DATA, current=120.0), Severity.CRITICAL),
        (until(Status.STALE), Severity.INFO),
        (until(Status.STALE, current=120.0), Severity.CRITICAL),
        (until(Status.NO_LIMIT, threshold=None, current=1e9), Severity.OK),
    ],
)
def test_severity(asked: DaysUntil, severity: Severity) -> None:
    assert judge(asked, POLICY, TODAY).severity is severity


OUTAGE = Note(NoteCode.OUTAGE, TODAY + timedelta(days=1), TODAY + timedelta(days=2), 10.0, 0.0)


@pytest.mark.parametrize(
    ("asked", "severity", "lost"),
    [
        (until(p10=300, notes=(OUTAGE,)), Severity.WARNING, True),
        (until(Status.NO_GROWTH, notes=(OUTAGE,)), Severity.WARNING, True),
        (until(Status.DECLINING, notes=(OUTAGE,)), Severity.WARNING, True),
        (until(p10=60, notes=(OUTAGE,)), Severity.WARNING, False),
        (until(p10=300, current=85.0, notes=(OUTAGE,)), Severity.WARNING, False),
        (until(p10=10, notes=(OUTAGE,)), Severity.CRITICAL, False),
        (until(Status.ALREADY_EXCEEDED, current=100.0, notes=(OUTAGE,)), Severity.CRITICAL, False),
        (until(Status.NO_LIMIT, threshold=None, notes=(OUTAGE,)), Severity.OK, False),
        (until(p10=300, notes=(replace(OUTAGE, code=NoteCode.RESET),)), Severity.OK, False),
    ],
)
def test_an_outage_is_a_warning_at_least(asked: DaysUntil, severity: Severity, lost: bool) -> None:
    outlook = LimitOutlook.of(Limit("total_products", 100.0, "tier"), asked, POLICY, TODAY + timedelta(days=2))

    assert (outlook.severity, outlook.lost) == (severity, lost)
    if lost:
        assert outlook.why.endswith("last good value 10 products on 20 Mar 2026")


def test_days_are_counted_from_today_and_not_from_the_newest_value() -> None:
    five_days_old = until(p10=33, as_of=TODAY - timedelta(days=5))

    assert judge(five_days_old, POLICY, TODAY - timedelta(days=5)).severity is Severity.WARNING
    assert judge(five_days_old, POLICY, TODAY).severity is Severity.CRITICAL
    assert act_by_date(five_days_old, POLICY) == TODAY + timedelta(days=7)


@pytest.mark.parametrize(
    ("asked", "why"),
    [
        (until(Status.ALREADY_EXCEEDED, current=100.0), "the limit is reached"),
        (until(Status.STALE, current=120.0), "120% of it is in use, critical from 100% on"),
        (until(p10=300, current=85.0), "85% of it is in use, warning from 80% on"),
        (until(p10=20), "the day to act by, 19 Mar 2026, has passed"),
        (until(p10=21), "the day to act by, 20 Mar 2026, is today"),
        (until(p10=22), "the day to act by, 21 Mar 2026, is 1 day away"),
        (until(p10=60), "the day to act by, 28 Apr 2026, is 39 days away"),
        (until(Status.STALE, reason="the newest value is old"), "the newest value is old"),
        (until(Status.NO_GROWTH, reason="it does not grow"), "it does not grow"),
        (until(p10=300), "there is time enough"),
    ],
)
def test_why(asked: DaysUntil, why: str) -> None:
    assert judge(asked, POLICY, TODAY).why == why


def test_the_policy_decides() -> None:
    patient = AlertPolicy(warning_share=0.95, lead_time_days=0, review_interval_days=0, warning_days=0)

    assert judge(until(p10=1, current=94.0), patient, TODAY).severity is Severity.OK
    assert judge(until(p10=300, current=95.0), patient, TODAY).severity is Severity.WARNING
    strict = AlertPolicy(critical_share=0.9)
    assert judge(until(p10=300, current=90.0), strict, TODAY).severity is Severity.CRITICAL


def test_a_limit_s_own_shares_and_days_come_before_the_general_ones() -> None:
    limit = Limit("total_products", 100.0, "licence", warning_share=0.5, lead_time_days=60, review_interval_days=30)
    asked = until(p10=120, current=55.0)

    judged, general = LimitOutlook.of(limit, asked, POLICY, TODAY), LimitOutlook.of(None, asked, POLICY, TODAY)
    assert (judged.severity, judged.act_by) == (Severity.CRITICAL, TODAY + timedelta(days=30))
    assert (general.severity, general.act_by) == (Severity.OK, TODAY + timedelta(days=99))
    assert judged.policy.lead_time_days == 60


def test_shares_are_those_of_what_may_be_used() -> None:
    limit = Limit("total_products", 200.0, "cluster", headroom=Headroom(nodes=4, spare=2))
    asked = until(Status.NO_GROWTH, current=85.0, threshold=limit.usable)

    assert limit.usable == 100
    assert LimitOutlook.of(limit, asked, POLICY, TODAY).severity is Severity.WARNING


def test_where_the_early_date_lies_beyond_the_horizon_there_is_no_day_to_act_by() -> None:
    assert act_by_date(until(Status.BEYOND_HORIZON), POLICY) is None
    assert act_by_date(until(Status.INSUFFICIENT_DATA, as_of=None), POLICY) is None


@given(
    p10=st.none() | st.integers(1, 365),
    share=st.floats(0, 1.5),
    shares=st.tuples(st.floats(0.1, 1.0), st.floats(0.1, 1.0)),
    days=st.tuples(st.integers(0, 60), st.integers(0, 30), st.integers(0, 200)),
    age=st.integers(0, 7),
)
def test_what_holds_of_every_judgement(
    p10: int | None, share: float, shares: tuple[float, float], days: tuple[int, int, int], age: int
) -> None:
    (warning, critical), (lead, review, ahead) = shares, days
    policy = AlertPolicy(
        warning_share=warning,
        critical_share=critical,
        lead_time_days=lead,
        review_interval_days=review,
        warning_days=ahead,
    )
    asked = until(p10=p10, current=100 * share, as_of=TODAY - timedelta(days=age))
    judged, held = judge(asked, policy, TODAY, EXACT), judge(asked, policy, TODAY, HELD)

    assert held.severity >= judged.severity, "the margin takes it to be worse"
    if asked.used_share is not None and asked.used_share >= critical:
        assert judged.severity is Severity.CRITICAL
    if asked.used_share is not None and asked.used_share >= warning:
        assert judged.severity >= Severity.WARNING
    if p10 is not None and p10 > 1:
        sooner = judge(until(p10=p10 - 1, current=100 * share, as_of=asked.as_of), policy, TODAY)
        assert sooner.severity >= judged.severity


def outlook(name: str, asked: DaysUntil, metric: Metric = TOTAL_PRODUCTS, limited: bool = True) -> LimitOutlook:
    limit = Limit(metric.name, 100.0, name) if limited else None
    return LimitOutlook.of(limit, asked, POLICY, TODAY)


def test_the_most_urgent_comes_first() -> None:
    ordered = [
        outlook("in a week", until(p10=7)),
        outlook("reached", until(Status.ALREADY_EXCEEDED, current=120.0)),
        outlook("in two months", until(p10=60)),
        outlook("in three months", until(p10=90)),
        outlook("nine tenths", until(Status.NO_GROWTH, current=90.0)),
        outlook("four fifths", until(Status.NO_GROWTH, current=80.0)),
        outlook("unknown", until(Status.INSUFFICIENT_DATA, current=None)),
        outlook("in a year", until(p10=360)),
        outlook("half", until(Status.NO_GROWTH, current=50.0)),
        outlook("", until(Status.NO_LIMIT, threshold=None, current=1e6), limited=False),
    ]
    for some in (ordered, ordered[::-1], ordered[5:] + ordered[:5]):
        assert [o.name for o in by_urgency(some)] == [o.name for o in ordered]


def test_equals_stay_in_the_order_in_which_they_were_given() -> None:
    metrics = (TOTAL_PRODUCTS, ACTIVE_STORES, STORAGE_USED_GB)
    equal = [outlook("x", until(p10=30, metric=metric), metric) for metric in metrics]
    without = [
        outlook("", until(Status.NO_LIMIT, threshold=None, current=current, metric=metric), metric, limited=False)
        for metric, current in zip(metrics, (1.0, 300.0, 20.0), strict=True)
    ]
    for some, others in zip(permutations(equal), permutations(without), strict=True):
        assert by_urgency([*others, *some]) == [*some, *others]


def test_a_metric_without_a_limit_goes_by_its_label() -> None:
    assert outlook("", until(Status.NO_LIMIT, threshold=None), limited=False).name == "Products"
    assert outlook("tier Small", until()).name == "tier Small"
