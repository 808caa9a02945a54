"""What should be done, most urgent first."""

import pytest

from outgrow.domain.limit import Severity
from outgrow.domain.recommendation import Recommendation


def test_a_recommendation_has_the_five_keys() -> None:
    said = Recommendation("infrastructure", Severity.CRITICAL, "Move up", "Full in 9 days", "Order the next tier")

    assert said.to_document() == {
        "category": "infrastructure",
        "severity": "critical",
        "title": "Move up",
        "description": "Full in 9 days",
        "action": "Order the next tier",
    }


def test_severities_are_ordered_by_urgency() -> None:
    assert sorted(Severity, reverse=True) == [Severity.CRITICAL, Severity.WARNING, Severity.INFO, Severity.OK]


@pytest.mark.parametrize("severity", Severity)
def test_a_severity_is_written_in_lower_case(severity: Severity) -> None:
    assert severity.word == severity.name.lower()
