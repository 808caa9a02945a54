"""How a recommendation is kept."""

import json
from dataclasses import replace
from datetime import date

import pytest

from outgrow.domain.limit import Severity
from outgrow.domain.recommendation import Recommendation
from outgrow.store.sql.codec import decoded, encoded

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


def test_all_of_it_is_kept() -> None:
    assert encoded(SAID) == {
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
def test_what_is_kept_can_be_read_again(act_by: date | None) -> None:
    said = replace(SAID, act_by=act_by)

    assert decoded(json.loads(json.dumps(encoded(said)))) == said
