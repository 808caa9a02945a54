"""Uploaded files and the room they take."""

from collections.abc import Sequence

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from outgrow.domain.metric import STORAGE_USED_GB
from outgrow.sources.commerce.contract import Count, CountHistory, MetricsContext
from outgrow.sources.commerce.dayscan import DayScan
from outgrow.sources.commerce.models import MediaFile

GB = 10**9
"""Bytes in a gigabyte, as disks are sold: so that 1,000 GB are the terabyte on the invoice."""


def files_and_bytes(db: Session, platform_id: int | None) -> tuple[int, int]:
    """How many files are not deleted, and their bytes together."""
    query = select(func.count(), func.coalesce(func.sum(MediaFile.bytes), 0)).where(
        MediaFile.platform_id == platform_id, MediaFile.deleted_at.is_(None)
    )
    files, size = db.execute(query).one()
    return files, int(size)


class MediaMetrics:
    """Counts files that are not deleted, and their size."""

    area = "media"
    metrics = {"total_files": None, "total_size_gb": STORAGE_USED_GB}  # noqa: RUF012
    limitations = ()

    def collect(self, db: Session, context: MetricsContext) -> Sequence[Count]:
        files, size = files_and_bytes(db, context.platform_id)
        return [Count("total_files", files), Count("total_size_gb", size / GB)]

    def rebuild(self, scan: DayScan) -> Sequence[CountHistory]:
        size = scan.lifetimes(MediaFile, MediaFile.created_at, MediaFile.deleted_at, MediaFile.bytes)
        return [CountHistory("total_size_gb", size.scaled(1 / GB))]
