"""What should be done, most urgent first, and where it stands."""

from dataclasses import replace
from datetime import date

import pytest

from outgrow.domain.limit import Severity
from outgrow.domain.recommendation import Finding, Recommendation

DAY = date(2026, 3, 20)
SAID = Recommendation(
    "infrastructure",
    Severity.CRITICAL,
    "Move up",
    "Full in 9 days",
    "Order the next tier",
    key="tier:Small",
    sentence="Tier Small is nearly outgrown.",
    act_by=DAY,
    evidence=({"metric": "total_products", "date": {"p10": None}},),
)


def test_with_a_margin_nothing_is_less_severe() -> None:
    assert Finding.of(SAID, "", Severity.OK).with_margin is Severity.CRITICAL
    mild = Finding.of(replace(SAID, severity=Severity.INFO), "", Severity.WARNING)
    assert (mild.severity, mild.with_margin) == (Severity.INFO, Severity.WARNING)


def test_severities_are_ordered_by_urgency() -> None:
    assert sorted(Severity, reverse=True) == [Severity.CRITICAL, Severity.WARNING, Severity.INFO, Severity.OK]


@pytest.mark.parametrize("severity", Severity)
def test_a_severity_is_written_in_lower_case(severity: Severity) -> None:
    assert severity.word == severity.name.lower()
