"""Uploaded files and the room they take."""

from collections.abc import Sequence

from sqlalchemy.orm import Session

from outgrow.domain.metric import STORAGE_USED_GB
from outgrow.domain.resource import STORAGE_GB
from outgrow.sources.commerce.contract import Count, CountHistory, MetricsContext
from outgrow.sources.commerce.dayscan import DayScan
from outgrow.sources.commerce.held import GB, HELD


def files_and_bytes(db: Session, platform_id: int | None) -> tuple[int, int]:
    """How many files are not deleted, and their bytes together."""
    files, size = db.execute(HELD[STORAGE_GB.name].sum(platform_id)).one()
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
        return [CountHistory("total_size_gb", scan.held(HELD[STORAGE_GB.name]))]
