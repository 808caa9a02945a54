"""Why a date moved, as a document."""

from dataclasses import replace
from datetime import date

from tests.support.documents import plain

from outgrow.documents.movement import movement_document
from outgrow.domain.forecast import Status
from outgrow.domain.metric import TOTAL_PRODUCTS
from outgrow.domain.movement import LimitStatement, Movement, Mover, Part

DAY = date(2027, 1, 8)
SAID = LimitStatement(
    date(2026, 11, 14),
    date(2026, 11, 14),
    Status.OK,
    DAY,
    True,
    ("tier Small", 30_000.0),
    23_456.0,
    "shared",
    "shared:1",
)
FASTER = Part(Mover.SLOPE, -9, "growth was faster than forecast", "+1,500 products expected in 30 days instead of +900")
AFTER = replace(SAID, issued_on=date(2026, 11, 21), median=date(2026, 12, 30))
MOVED = Movement(TOTAL_PRODUCTS, "platform:main", Status.OK, None, SAID, AFTER, (FASTER,))


def test_all_of_it() -> None:
    document = plain(movement_document(MOVED))

    assert document["limit"] == document["to"]["limit"] == {"name": "tier Small", "threshold": 30000}
    assert document["from"] == {
        "issued_on": "2026-11-14",
        "as_of": "2026-11-14",
        "status": "ok",
        "median": "2027-01-08",
        "kept": True,
        "current": 23456,
        "limit": {"name": "tier Small", "threshold": 30000},
        "model": "shared",
        "model_id": "shared:1",
    }
    assert document["moved_days"] == -9
    assert document["parts"] == [
        {
            "code": "slope",
            "days": -9,
            "sentence": "Growth was faster than forecast: +1,500 products expected in 30 days instead of +900.",
        }
    ]


def test_what_is_not_known_is_null() -> None:
    document = movement_document(Movement(TOTAL_PRODUCTS, "platform:main", Status.NO_LIMIT, "why"))

    assert {key for key, value in document.items() if value is None} == {"limit", "from", "to", "moved_days"}
    assert document["parts"] == []
