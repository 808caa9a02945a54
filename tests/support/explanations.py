"""Explanations of a level and of a flow, with something changed."""

from typing import Any

from outgrow.domain.explanation import Cause, Explanation

PACES = {7: 1.1649, 28: 1.5357, 91: 1.5, 364: 1.2637}
CAUSES = {Cause.DAYS_VARY: 0.011, Cause.PACE_UNKNOWN: 0.47, Cause.COURSES: 0.519}


def level(**changed: Any) -> Explanation:
    said: dict[str, Any] = {
        "paces": PACES,
        "growth_per_day": {30: 1.3239, 90: 1.3344},
        "width80": {30: 26.1, 90: 90.94},
        "causes": CAUSES,
        "plain_share": 0.163,
        "width": 0.9297,
        "correction_series": 11,
        "correction_outcomes": 41.25,
    }
    return Explanation("shared", **{**said, **changed})


def flow(model: str = "shared", **changed: Any) -> Explanation:
    said: dict[str, Any] = {
        "amounts": {7: 885.4, 28: 833.0, 91: 759.1},
        "amounts_ahead": {30: 799.2, 90: 1_759.0},
        "width80": {30: 423, 90: 540},
    }
    return Explanation(model, **{**said, **changed})
