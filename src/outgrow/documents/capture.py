"""The document of `outgrow capture`: what was stored of a day."""

from collections.abc import Mapping
from datetime import date
from typing import TypedDict

from outgrow.documents.kinds import Day


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


def capture_document(platform: str, day: date, values: int, missing: Mapping[str, str]) -> CaptureDocument:
    """The day with what is stored of it and what is missing."""
    return {"platform": platform, "date": day.isoformat(), "values": values, "missing": dict(missing)}
