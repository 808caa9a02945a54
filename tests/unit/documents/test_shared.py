"""What several documents hold."""

from datetime import date
from decimal import Decimal

from outgrow.documents.shared import money_band_document, note_document
from outgrow.domain.money import MoneyBand
from outgrow.domain.note import Note, NoteCode

DAY, LATER = date(2025, 3, 4), date(2025, 3, 9)


def test_a_note_is_a_document() -> None:
    said = Note(NoteCode.IMPORT, DAY, LATER, 310, 12_710.5)

    assert note_document(said) == {
        "code": "import",
        "first": "2025-03-04",
        "last": "2025-03-09",
        "before": 310,
        "after": 12_710.5,
        "text": str(said),
    }
    assert note_document(said, "GB")["text"] == said.sentence("GB")


def test_amounts_are_text() -> None:
    band = MoneyBand.of([Decimal(1), Decimal(2)])

    assert money_band_document(band) == {"p10": "1.00", "p50": "1.00", "p90": "2.00", "mean": "1.50"}
