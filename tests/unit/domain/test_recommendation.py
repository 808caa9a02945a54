"""What should be done, most urgent first, and where it stands."""

import json
from dataclasses import replace
from datetime import date

import pytest

from outgrow.domain.limit import Severity
from outgrow.domain.recommendation import Finding, Life, LifeState, Recommendation

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
LIFE = Life(SAID, "100 0.8", LifeState.SNOOZED, Severity.WARNING, DAY, DAY, DAY, DAY, snoozed_until=date(2026, 4, 1))


def test_a_recommendation_begins_with_the_five_keys() -> None:
    document = SAID.to_document()

    assert list(document)[:5] == ["category", "severity", "title", "description", "action"]
    assert document == {
        "category": "infrastructure",
        "severity": "critical",
        "title": "Move up",
        "description": "Full in 9 days",
        "action": "Order the next tier",
        "key": "tier:Small",
        "sentence": "Tier Small is nearly outgrown.",
        "act_by": "2026-03-20",
        "evidence": [{"metric": "total_products", "date": {"p10": None}}],
    }


@pytest.mark.parametrize("act_by", [None, DAY])
def test_a_document_can_be_read_again(act_by: date | None) -> None:
    said = replace(SAID, act_by=act_by)

    assert Recommendation.from_document(json.loads(json.dumps(said.to_document()))) == said


def test_a_life_has_the_severity_in_force_and_where_it_stands() -> None:
    document = LIFE.to_document()

    assert list(document)[:5] == ["category", "severity", "title", "description", "action"]
    assert document == {
        **SAID.to_document(),
        "severity": "warning",
        "state": "snoozed",
        "opened_on": "2026-03-20",
        "changed_on": "2026-03-20",
        "quiet_since": None,
        "snoozed_until": "2026-04-01",
    }
    quiet = replace(LIFE, quiet_since=DAY, state=LifeState.OPEN, snoozed_until=None)
    assert quiet.to_document()["quiet_since"] == "2026-03-20"
    assert quiet.key == "tier:Small"


def test_with_a_margin_nothing_is_less_severe() -> None:
    assert Finding.of(SAID, "", Severity.OK).with_margin is Severity.CRITICAL
    mild = Finding.of(replace(SAID, severity=Severity.INFO), "", Severity.WARNING)
    assert (mild.severity, mild.with_margin) == (Severity.INFO, Severity.WARNING)


def test_severities_are_ordered_by_urgency() -> None:
    assert sorted(Severity, reverse=True) == [Severity.CRITICAL, Severity.WARNING, Severity.INFO, Severity.OK]


@pytest.mark.parametrize("severity", Severity)
def test_a_severity_is_written_in_lower_case(severity: Severity) -> None:
    assert severity.word == severity.name.lower()
