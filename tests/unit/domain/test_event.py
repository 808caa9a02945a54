"""What an event does, in the words of a document."""

from datetime import date

from outgrow.documents.forecast import event_document
from outgrow.domain.event import Event, EventEffect, EventKind

FAIR = Event("Fair", date(2026, 12, 5), date(2026, 12, 6))


def test_what_was_learned() -> None:
    assert event_document(EventEffect(FAIR, 1.7, (1.2345, 1.5, 1.9), 2)) == {
        "name": "Fair",
        "kind": "campaign",
        "first": "2026-12-05",
        "last": "2026-12-06",
        "uplift": {"p10": 1.234, "p50": 1.5, "p90": 1.9},
        "source": "learned",
        "seen": 2,
    }


def test_what_the_user_says() -> None:
    document = event_document(EventEffect(FAIR, uplift=(2.0, 2.0, 2.0)))

    assert (document["source"], document["seen"], document["uplift"]["p50"]) == ("settings", 0, 2.0)


def test_what_nobody_has_seen_has_no_number() -> None:
    holiday = Event("Moon day", FAIR.first, FAIR.first, EventKind.HOLIDAY)
    document = event_document(EventEffect(holiday))

    assert (document["kind"], document["source"]) == ("holiday", "not_seen")
    assert document["uplift"] == {"p10": None, "p50": None, "p90": None}
