"""The document of `outgrow import`: what came into the store."""

from typing import TYPE_CHECKING, TypedDict

from outgrow.documents.kinds import Day

if TYPE_CHECKING:
    from outgrow.service.import_ import ImportReport


class ImportDocument(TypedDict):
    """What came into the store."""

    file: str
    """the file"""
    platform: str
    """code of the platform that it was stored for"""
    first_day: Day
    """its first day"""
    last_day: Day
    """its last day"""
    metrics: list[str]
    """its metrics"""
    values: int
    """values in the file"""
    new: int
    """those that were not stored before"""
    replaced: int
    """those that had another value or were rebuilt, and were overwritten"""
    kept: int
    """observed values in the store that differ from the file's rebuilt ones, and stay"""
    new_metrics: dict[str, str | None]
    """the names that nobody knew before, each with a known one that is written nearly so, or null"""


def import_document(report: "ImportReport") -> ImportDocument:
    """Counts of values."""
    return {
        "file": report.file,
        "platform": report.platform,
        "first_day": report.first_day.isoformat(),
        "last_day": report.last_day.isoformat(),
        "metrics": list(report.metrics),
        "values": report.values,
        "new": report.new,
        "replaced": report.replaced,
        "kept": report.kept,
        "new_metrics": report.new_metrics,
    }
