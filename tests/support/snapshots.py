"""Snapshots and measurements in the fewest words, for tests of what is stored."""

from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, date, datetime, timedelta
from typing import Any, NamedTuple

import numpy as np
from sqlalchemy import select
from sqlalchemy.orm import Session

from outgrow.domain.metric import PLATFORM, TOTAL_PRODUCTS, Kind, Metric, MetricCatalogue, Scope
from outgrow.domain.snapshot import Measurement, Provenance, Reading, Snapshot
from outgrow.store.contract import SeriesValues
from outgrow.store.database import DatabaseStore
from outgrow.store.tables import MEASUREMENTS

DAY = date(2026, 3, 1)
NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
LONG_AGO = datetime(2000, 1, 1, tzinfo=UTC)
"""An instant before any day that is looked at: whatever was written then was known on it."""


class Stored(NamedTuple):
    """What a measurement's row says."""

    value: float | None
    reason: str | None
    provenance: str


def observed(value: float) -> Stored:
    return Stored(value, None, "observed")


def rebuilt(value: float) -> Stored:
    return Stored(value, None, "reconstructed")


def missing(reason: str = "the area was down") -> Stored:
    return Stored(None, reason, "observed")


def row(
    stored: Stored, metric: str = TOTAL_PRODUCTS.name, day: date = DAY, scope: str = "platform", platform: str = "main"
) -> dict[str, Any]:
    """A row as `write_measurements` takes it."""
    return {"platform": platform, "metric": metric, "scope": scope, "day": day, **stored._asdict()}


def stored(session: Session) -> dict[tuple[str, str, date], Stored]:
    """Everything that is stored of the platform `main`, by metric, scope and day."""
    table = MEASUREMENTS.c
    query = select(table.metric, table.scope, table.day, table.value, table.reason, table.provenance)
    rows = session.execute(query.where(table.platform == "main"))
    return {(r.metric, r.scope, r.day): Stored(r.value, r.reason, r.provenance) for r in rows}


def tables_of(session: Session) -> DatabaseStore:
    """Our tables in a session's transaction."""
    session.flush()
    return DatabaseStore(session.connection(), commits=False)


def write_days(session: Session, platform: str, days: Iterable[date]) -> None:
    """Make the snapshots of days that have none yet."""
    tables_of(session).write_days(platform, days)


def write_measurements(
    session: Session, rows: Iterable[Mapping[str, Any]], recorded_at: datetime = LONG_AGO, *, replace: bool = False
) -> None:
    """Write rows, see `row`, one after the other; nothing is told of their metrics where they have values."""
    tables, series = tables_of(session), dict[tuple[str, str, str, str], dict[date, float]]()

    def write() -> None:
        for (platform, metric, scope, provenance), values in series.items():
            days = np.array(list(values), "datetime64[D]")
            one = SeriesValues(metric, Scope.parse(scope), days, np.array(list(values.values()), float))
            tables.write_series(platform, [one], Provenance(provenance), recorded_at, replace=replace)
        series.clear()

    for each in rows:
        key = each["platform"], each["metric"], each["scope"], each["provenance"]
        same = (series.get((*key[:3], provenance.value), {}) for provenance in Provenance)
        if each["value"] is None or any(each["day"] in days for days in same):
            write()
        if each["value"] is not None:
            series.setdefault(key, {})[each["day"]] = each["value"]
            continue
        known = {metric.name: metric for metric in MetricCatalogue()}
        metric = known.get(each["metric"]) or Metric(each["metric"], Kind.LEVEL, "things", each["metric"])
        measured = Measurement(metric, Reading.missing(each["reason"]), Scope.parse(each["scope"]))
        made = Snapshot(each["platform"], each["day"], Provenance(each["provenance"]), (measured,))
        tables.write_snapshot(made, recorded_at, replace=replace)
    write()


def snapshot(
    values: Mapping[Metric | tuple[Metric, Scope], float | str],
    day: date = DAY,
    provenance: Provenance = Provenance.OBSERVED,
    platform: str = "main",
) -> Snapshot:
    """A snapshot of these values; a text instead of a number is the reason why it is missing."""
    measurements = []
    for key, value in values.items():
        metric, scope = key if isinstance(key, tuple) else (key, PLATFORM)
        reading = Reading.missing(value) if isinstance(value, str) else Reading.of(value)
        measurements.append(Measurement(metric, reading, scope))
    return Snapshot(platform, day, provenance, tuple(measurements))


def store(session: Session, *snapshots: Snapshot) -> None:
    """Claim each snapshot's day and write it."""
    tables = tables_of(session)
    for each in snapshots:
        tables.claim_day(each.platform, each.day, NOON)
        tables.write_snapshot(each, LONG_AGO)


def store_days(
    session: Session, days: int, value: Callable[[int], float], last: date, metric: str = TOTAL_PRODUCTS.name
) -> None:
    """Store as many observed days of one metric, up to the last; `value` is told the number of the day, from 0 on."""
    dates = [last - timedelta(days=days - 1 - n) for n in range(days)]
    write_days(session, "main", dates)
    rows = [row(observed(float(value(n))), metric, day) for n, day in enumerate(dates)]
    write_measurements(session, rows)
