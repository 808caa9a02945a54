"""The answer to "when?" as every face gives it, key by key."""

import json
from datetime import date
from typing import Any

import pytest
from tests.support.documents import plain
from tests.support.forecasts import AS_OF, days_until

from outgrow.documents.days_until import days_until_document
from outgrow.documents.shared import note_document
from outgrow.domain.forecast import DayBand, DaysUntil, Status
from outgrow.domain.note import Note, NoteCode

KEYS = [
    "metric",
    "scope",
    "unit",
    "threshold",
    "status",
    "reason",
    "current",
    "as_of",
    "days",
    "date",
    "probability_within",
    "growth_per_30_days",
    "history",
    "notes",
]


def refused(status: Status, **changed: Any) -> DaysUntil:
    nothing = {"days": DayBand(), "probability_within": {}, "growth_per_30_days": None}
    return days_until(status=status, reason="because", **nothing, **changed)


def test_the_document_is_the_one_in_the_contract() -> None:
    document = plain(days_until_document(days_until()))

    assert list(document) == KEYS
    assert document.pop("growth_per_30_days") == 4_200.13
    assert document == {
        "metric": "total_products",
        "scope": "platform:main",
        "unit": "products",
        "threshold": 30000,
        "status": "ok",
        "reason": None,
        "current": 23456,
        "as_of": "2026-11-21",
        "days": {"p10": 31, "p50": 47, "p90": 80},
        "date": {"p10": "2026-12-22", "p50": "2027-01-07", "p90": "2027-02-09"},
        "probability_within": {"30": 0.08, "90": 0.93, "180": 0.98, "365": 0.99},
        "history": {"observed_days": 12, "reconstructed_days": 388, "missing_days": 0},
        "notes": [],
    }


def test_the_direction_is_told_of_a_fall_alone() -> None:
    document = days_until_document(days_until(falling=True))

    assert list(document) == [*KEYS, "direction"]
    assert document["direction"] == "falling"


def test_what_was_amiss_is_told_in_the_metric_s_unit() -> None:
    note = Note(NoteCode.CLEANUP, AS_OF, AS_OF, 20_000, 15_000)
    (told,) = days_until_document(days_until(notes=(note,)))["notes"]

    assert told == note_document(note, "products")
    assert "fell by 5,000 to 15,000 products" in told["text"]


@pytest.mark.parametrize("status", Status)
def test_every_status_has_the_same_keys_and_its_own_more(status: Status) -> None:
    more = {Status.ALREADY_EXCEEDED: ["days_ago"], Status.INSUFFICIENT_DATA: ["have", "need"]}
    document = days_until_document(refused(status, days_ago=3, have=2, need=14))

    assert list(document) == [*KEYS, *more.get(status, [])]
    assert document["status"] == status.value
    assert json.loads(json.dumps(document, allow_nan=False)) == document


def test_a_refusal_says_nothing_of_days() -> None:
    document = days_until_document(refused(Status.INSUFFICIENT_DATA, have=2, need=14))

    assert document["days"] == document["date"] == {"p10": None, "p50": None, "p90": None}
    assert document["probability_within"] == {"30": None, "90": None, "180": None, "365": None}
    assert (document["have"], document["need"], document["growth_per_30_days"]) == (2, 14, None)


def test_without_any_history_there_is_no_day_to_count_from() -> None:
    said = refused(Status.INSUFFICIENT_DATA, as_of=None, current=None, threshold=None)
    document = days_until_document(said)

    assert (document["as_of"], document["current"], document["threshold"]) == (None, None, None)
    assert said.date("p50") is None


def test_what_lies_beyond_the_horizon_is_null() -> None:
    said = days_until(days=DayBand(31, None, None))

    assert days_until_document(said)["date"] == {"p10": "2026-12-22", "p50": None, "p90": None}
    assert (said.date("p10"), said.date("p90")) == (date(2026, 12, 22), None)


def test_probabilities_are_rounded_to_four_places() -> None:
    assert days_until_document(days_until(probability_within={30: 1 / 3}))["probability_within"]["30"] == 0.3333
