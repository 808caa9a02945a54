"""Import: daily values from a file, for platforms that are looked at without their database."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import numpy as np

from outgrow.domain.errors import DataError
from outgrow.domain.given import FileSeries
from outgrow.domain.metric import PLATFORM, Kind
from outgrow.domain.snapshot import Provenance
from outgrow.service.described import Description
from outgrow.service.desk import Desk
from outgrow.store.contract import Differing, SeriesValues, StoredPlatform, Written


@dataclass(frozen=True, slots=True)
class ImportReport:
    """What came into the store.

    Attributes:
        values: those in the file.
        new: those of them that were not stored before.
        replaced: those that were stored with another value, or as rebuilt, and were overwritten.
        kept: observed values in the store that differ from the file's rebuilt ones, and stay.
        new_metrics: those of the metrics that nobody knew before, each with a known name that is written nearly so, or
            None: it may be a slip.
    """

    file: str
    platform: str
    first_day: date
    last_day: date
    metrics: tuple[str, ...]
    values: int
    new: int
    replaced: int
    kept: int
    new_metrics: dict[str, str | None]


def import_series(
    desk: Desk,
    path: Path,
    series: Sequence[FileSeries],
    *,
    kind: Kind | None = None,
    unit: str = "",
    provenance: Provenance = Provenance.OBSERVED,
    overwrite: bool = False,
) -> ImportReport:
    """Store a file's values, all of them or, where an error is raised and the transaction rolled back, none.

    Args:
        path: where they were read, for messages.
        kind, unit: of the file's metrics; a level, and the unit that the file or else the metric's name says, where
            they are not given and the metric is not known yet.
        provenance: whether the values were captured on their days or rebuilt later.
        overwrite: whether values that are stored as observed, and the description of metrics that are not built in,
            give way to what the file says.

    Raises:
        DataError: the file contradicts itself, or observed values that are stored.
        UsageError: kind or unit contradict what is known of a metric.
    """
    store, platform = desk.store, desk.platform
    units = {one.metric: one.unit for one in series}
    said = Description(path, desk.metrics, kind, unit, overwrite)
    metrics = [said.of(name, unit_of) for name, unit_of in units.items()]
    new_metrics = {name: said.nearly(name) for name in sorted(units) if said.is_new(name)}
    values = sum(len(one.days) for one in series)
    days = np.unique(np.concatenate([one.days for one in series]))
    of_these = desk.code, list(units), days[0].item(), days[-1].item()
    before = store.count(*of_these)
    store.remember_platform(StoredPlatform(desk.code, platform.source_id, platform.zone.key), desk.now)
    store.remember_metrics(metrics, anew=overwrite)
    store.write_days(desk.code, (day.item() for day in days))
    with store.bulk_write(values):
        rows = (SeriesValues(one.metric, one.scope, one.days, one.values) for one in series)
        written = store.write_series(desk.code, rows, provenance, desk.now, replace=overwrite)
    if written.differing and provenance is Provenance.OBSERVED:
        raise _contradiction(path, series, written)
    # Counting takes its time: where nothing was there all that changed is new, and where nothing changed nothing is.
    new = store.count(*of_these) - before if before and written.changed else written.changed
    return ImportReport(
        str(path),
        desk.code,
        days[0].item(),
        days[-1].item(),
        tuple(sorted(units)),
        values,
        new,
        written.changed - new,
        written.differing,
        new_metrics,
    )


def _contradiction(path: Path, series: Sequence[FileSeries], written: Written) -> DataError:
    lines = [f"\n  {_said(one, series)}" for one in written.first]
    more = f"\n  and {written.differing - len(lines):,} more" if written.differing > len(lines) else ""
    what = "1 stored value differs" if written.differing == 1 else f"{written.differing:,} stored values differ"
    return DataError(
        f"{path} was not imported: {what} from the file's:{''.join(lines)}{more}",
        "correct these rows; or, if the file is right, add --replace: it overwrites what is stored. Nothing was stored",
    )


def _said(one: Differing, series: Sequence[FileSeries]) -> str:
    """A stored value beside the one that its row gives."""
    wanted = next(each for each in series if (each.metric, each.scope) == (one.metric, one.scope))
    row = wanted.rows[np.searchsorted(wanted.days, np.datetime64(one.day))]
    whose = "" if one.scope == PLATFORM else f" of {one.scope}"
    return f"row {row}: {one.metric}{whose} on {one.day} is {one.given:.15g}, stored is {one.stored:.15g}"
