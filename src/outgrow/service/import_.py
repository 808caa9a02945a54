"""Import: daily values from a file, for platforms that are looked at without their database."""

from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

from sqlalchemy.orm import Session

from outgrow.domain.days import local_day, time_zone
from outgrow.domain.errors import UnknownMetricError
from outgrow.domain.metric import Kind, Metric
from outgrow.domain.snapshot import Provenance
from outgrow.sources.snapshotfile import read_snapshot_file
from outgrow.store.snapshots import (
    StoredPlatform,
    catalogue,
    count_measurements,
    remember_metrics,
    remember_platform,
    write_days,
    write_measurements,
)


@dataclass(frozen=True, slots=True)
class ImportReport:
    """What came into the store."""

    file: str
    platform: str
    first_day: date
    last_day: date
    metrics: tuple[str, ...]
    values: int
    new: int

    def to_document(self) -> dict[str, Any]:
        """As JSON."""
        return {
            "file": self.file,
            "platform": self.platform,
            "first_day": self.first_day.isoformat(),
            "last_day": self.last_day.isoformat(),
            "metrics": list(self.metrics),
            "values": self.values,
            "new": self.new,
        }


def import_file(
    store: Session,
    platform: StoredPlatform,
    path: Path,
    now: datetime,
    *,
    kind: Kind = Kind.LEVEL,
    unit: str = "",
    provenance: Provenance = Provenance.OBSERVED,
) -> ImportReport:
    """Store a file's values; those that are stored as observed already stay as they are.

    Args:
        kind, unit: of the metrics that are not known yet.
        provenance: whether the values were captured on their days or rebuilt later.

    Raises:
        DataError: the file cannot be read or cannot be true; nothing is stored then.
    """
    today = local_day(now, time_zone(platform.time_zone, f"platform '{platform.code}'"))
    values = read_snapshot_file(path, today)
    known = catalogue(store)

    def described(name: str) -> Metric:
        try:
            return known.resolve(name)
        except UnknownMetricError:
            return Metric(name, kind, unit or name, name.replace("_", " ").capitalize())

    metrics = {name: described(name) for name in {value.metric for value in values}}
    before = count_measurements(store, platform.code)
    remember_platform(store, platform, now)
    remember_metrics(store, metrics.values())
    write_days(store, platform.code, sorted({value.day for value in values}))
    write_measurements(
        store,
        [
            {
                "platform": platform.code,
                "metric": metrics[value.metric].name,
                "scope": str(value.scope),
                "day": value.day,
                "value": value.value,
                "reason": None,
                "provenance": provenance.value,
            }
            for value in values
        ],
        now,
    )
    days = [value.day for value in values]
    return ImportReport(
        str(path),
        platform.code,
        min(days),
        max(days),
        tuple(sorted(m.name for m in metrics.values())),
        len(values),
        count_measurements(store, platform.code) - before,
    )
