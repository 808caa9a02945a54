"""The document of `outgrow backfill`: what was rebuilt, and what could not be."""

from typing import TYPE_CHECKING, TypedDict

from outgrow.documents.kinds import Day, iso

if TYPE_CHECKING:
    from outgrow.service.backfill import BackfillReport


class BackfillDocument(TypedDict):
    """What was rebuilt, and what could not be."""

    platform: str
    """code of the platform"""
    first_day: Day | None
    """the first day that was rebuilt; null where nothing ever happened"""
    last_day: Day
    """the last of them"""
    days: int
    """how many they are"""
    metrics: list[str]
    """the metrics that were rebuilt"""
    unavailable: dict[str, str]
    """the metrics that cannot be rebuilt, with the reason"""
    limitations: list[str]
    """what time stamps cannot tell"""
    dry_run: bool
    """whether nothing was written"""


def backfill_document(report: "BackfillReport") -> BackfillDocument:
    """Days and metrics."""
    return {
        "platform": report.platform,
        "first_day": iso(report.first_day),
        "last_day": report.last_day.isoformat(),
        "days": report.days,
        "metrics": list(report.metrics),
        "unavailable": dict(report.unavailable),
        "limitations": list(report.limitations),
        "dry_run": report.dry_run,
    }
