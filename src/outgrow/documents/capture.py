"""The document of `outgrow capture`: what was stored of a day."""

from typing import TYPE_CHECKING, TypedDict

from outgrow.documents.kinds import Day

if TYPE_CHECKING:
    from outgrow.service.capture import CaptureReport


class CaptureDocument(TypedDict):
    """What was stored of a day."""

    platform: str
    """code of the platform"""
    date: Day
    """the day"""
    values: int
    """values that are stored for the day, plans included"""
    missing: dict[str, str]
    """by metric, why it has none"""


def capture_document(report: "CaptureReport") -> CaptureDocument:
    """What is stored of the day."""
    return {
        "platform": report.platform,
        "date": report.day.isoformat(),
        "values": report.values,
        "missing": report.missing,
    }
