"""A recommendation as every face gives it."""

from dataclasses import replace
from datetime import date

from outgrow.documents.recommendation import recommendation_document
from outgrow.domain.limit import Severity
from outgrow.domain.recommendation import Recommendation, RecommendationState, TrackedRecommendation

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
LIFE = TrackedRecommendation(
    SAID, "100 0.8", RecommendationState.SNOOZED, Severity.WARNING, DAY, DAY, DAY, DAY, snoozed_until=date(2026, 4, 1)
)


def test_a_life_has_the_severity_in_force_and_where_it_stands() -> None:
    document = recommendation_document(LIFE)

    assert list(document)[:5] == ["category", "severity", "title", "description", "action"]
    assert document == {
        "category": "infrastructure",
        "severity": "warning",
        "title": "Move up",
        "description": "Full in 9 days",
        "action": "Order the next tier",
        "key": "tier:Small",
        "sentence": "Tier Small is nearly outgrown.",
        "act_by": "2026-03-20",
        "evidence": [{"metric": "total_products", "date": {"p10": None}}],
        "state": "snoozed",
        "opened_on": "2026-03-20",
        "changed_on": "2026-03-20",
        "quiet_since": None,
        "snoozed_until": "2026-04-01",
    }
    quiet = replace(LIFE, quiet_since=DAY, state=RecommendationState.OPEN, snoozed_until=None)
    assert recommendation_document(quiet)["quiet_since"] == "2026-03-20"
    assert quiet.key == "tier:Small"
