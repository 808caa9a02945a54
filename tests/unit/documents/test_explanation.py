"""What a forecast rests on, as a part of its document."""

import json

from tests.support.explanations import flow, level

from outgrow.documents.explanation import explanation_document
from outgrow.domain.metric import ORDERS_PER_DAY, STORAGE_USED_GB


def test_the_document() -> None:
    document = explanation_document(level(), STORAGE_USED_GB)

    assert document == {
        "text": level().sentences(STORAGE_USED_GB),
        "paces": {"7": 1.1649, "28": 1.5357, "91": 1.5, "364": 1.2637},
        "growth_per_day": {"30": 1.3239, "90": 1.3344},
        "amounts": {},
        "amounts_ahead": {},
        "width80": {"30": 26.1, "90": 90.94},
        "causes": {"days_vary": 0.011, "pace_unknown": 0.47, "courses": 0.519},
        "plain_share": 0.163,
        "steady_share": None,
        "pattern": None,
        "correction": {"width": 0.93, "series": 11, "outcomes": 41.2},
    }
    assert json.loads(json.dumps(document, allow_nan=False)) == document
    assert explanation_document(flow(), ORDERS_PER_DAY).keys() == document.keys()
