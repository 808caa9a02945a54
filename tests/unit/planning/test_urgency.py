"""How urgent a limit is, and in which order limits are told."""

from datetime import date
from itertools import permutations
from typing import Any

import pytest

from outgrow.domain.forecast import DayBand, DaysUntil, HistoryNote, Status
from outgrow.domain.limit import AlertPolicy, Limit, Severity
from outgrow.domain.metric import ACTIVE_STORES, STORAGE_USED_GB, TOTAL_PRODUCTS, Metric
from outgrow.planning.urgency import LimitOutlook, by_urgency, severity_of

POLICY = AlertPolicy(warning_share=0.8, lead_time_days=14, warning_days=90)


def until(status: Status = Status.OK, p50: int | None = None, current: float | None = 10.0, **more: Any) -> DaysUntil:
    said: dict[str, Any] = {
        "metric": TOTAL_PRODUCTS,
        "scope_name": "platform:main",
        "threshold": 100.0,
        "reason": None,
        "as_of": date(2026, 3, 20),
        "history": HistoryNote(60, 0, 0),
        "days": DayBand(None, p50, None),
    }
    return DaysUntil(**{**said, "status": status, "current": current, **more})


@pytest.mark.parametrize(
    ("asked", "severity"),
    [
        (until(p50=300), Severity.OK),
        (until(p50=91), Severity.OK),
        (until(p50=90), Severity.WARNING),
        (until(p50=15), Severity.WARNING),
        (until(p50=14), Severity.CRITICAL),
        (until(p50=1), Severity.CRITICAL),
        (until(p50=300, current=79.9), Severity.OK),
        (until(p50=300, current=80.0), Severity.WARNING),
        (until(p50=10, current=80.0), Severity.CRITICAL),
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
    assert severity_of(asked, POLICY) is severity


def test_the_policy_decides() -> None:
    patient = AlertPolicy(warning_share=0.95, lead_time_days=0, warning_days=0)

    assert severity_of(until(p50=1, current=94.0), patient) is Severity.OK
    assert severity_of(until(p50=300, current=95.0), patient) is Severity.WARNING


def outlook(name: str, asked: DaysUntil, metric: Metric = TOTAL_PRODUCTS, limited: bool = True) -> LimitOutlook:
    limit = Limit(metric.name, 100.0, name) if limited else None
    return LimitOutlook(limit, asked, severity_of(asked, POLICY))


def test_the_most_urgent_comes_first() -> None:
    ordered = [
        outlook("in a week", until(p50=7)),
        outlook("reached", until(Status.ALREADY_EXCEEDED, current=120.0)),
        outlook("in a month", until(p50=30)),
        outlook("in two months", until(p50=60)),
        outlook("nine tenths", until(Status.NO_GROWTH, current=90.0)),
        outlook("four fifths", until(Status.NO_GROWTH, current=80.0)),
        outlook("unknown", until(Status.INSUFFICIENT_DATA, current=None)),
        outlook("in a year", until(p50=360)),
        outlook("half", until(Status.NO_GROWTH, current=50.0)),
        outlook("", until(Status.NO_LIMIT, threshold=None, current=1e6), limited=False),
    ]
    for some in (ordered, ordered[::-1], ordered[5:] + ordered[:5]):
        assert [o.name for o in by_urgency(some)] == [o.name for o in ordered]


def test_equals_stay_in_the_order_in_which_they_were_given() -> None:
    metrics = (TOTAL_PRODUCTS, ACTIVE_STORES, STORAGE_USED_GB)
    equal = [outlook("x", until(p50=30, metric=metric), metric) for metric in metrics]
    without = [
        outlook("", until(Status.NO_LIMIT, threshold=None, current=current, metric=metric), metric, limited=False)
        for metric, current in zip(metrics, (1.0, 300.0, 20.0), strict=True)
    ]
    for some, others in zip(permutations(equal), permutations(without), strict=True):
        assert by_urgency([*others, *some]) == [*some, *others]


def test_a_metric_without_a_limit_goes_by_its_label() -> None:
    assert outlook("", until(Status.NO_LIMIT, threshold=None), limited=False).name == "Products"
    assert outlook("tier Small", until()).name == "tier Small"
