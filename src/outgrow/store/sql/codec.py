"""A recommendation as it is kept: no document of a face, so that faces may change and what is stored does not."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from outgrow.domain.forecast import as_number
from outgrow.domain.limit import Severity
from outgrow.domain.recommendation import Recommendation

MEASURED = ("threshold", "current", "maximum")
"""What evidence holds of measurements: stores keep whole numbers among them that were written without a point."""


def encoded(said: Recommendation) -> dict[str, Any]:
    """A recommendation as it is kept, as JSON."""
    return {
        "category": said.category,
        "severity": said.severity.word,
        "title": said.title,
        "description": said.description,
        "action": said.action,
        "key": said.key,
        "sentence": said.sentence,
        "act_by": said.act_by.isoformat() if said.act_by else None,
        "evidence": [dict(entry) for entry in said.evidence],
    }


def decoded(kept: Mapping[str, Any]) -> Recommendation:
    """Read what `encoded` wrote."""
    act_by = kept["act_by"]
    return Recommendation(
        category=kept["category"],
        severity=Severity[kept["severity"].upper()],
        title=kept["title"],
        description=kept["description"],
        action=kept["action"],
        key=kept["key"],
        sentence=kept["sentence"],
        act_by=date.fromisoformat(act_by) if act_by else None,
        evidence=tuple(_measured(entry) for entry in kept["evidence"]),
    )


def _measured(entry: Mapping[str, Any]) -> dict[str, Any]:
    return {key: as_number(value) if key in MEASURED else value for key, value in entry.items()}
