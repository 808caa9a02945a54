"""Snapshots and measurements in the fewest words, for tests of what is stored."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from importlib import import_module
from typing import Any, NamedTuple

import numpy as np
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session
from tests.support.desks import Ours, store_of

from outgrow.domain.metric import PLATFORM, TOTAL_PRODUCTS, Metric, Scope
from outgrow.domain.snapshot import Measurement, Provenance, Reading, Snapshot
from outgrow.store.contract import SeriesValues
from outgrow.store.memory import MemoryStore
from outgrow.store.tables import MEASUREMENTS

DAY = date(2026, 3, 1)
NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
EVER = datetime(1970, 1, 1, tzinfo=UTC)
"""When a value was stored of which nobody wrote that down: it is known from the end of its day."""


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


def all_stored(engine: Engine) -> dict[tuple[str, str, date], Stored]:
    """The same, as a session of its own finds it."""
    with Session(engine) as session:
        return stored(session)


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


def store(session: Ours, *snapshots: Snapshot) -> None:
    """Claim each snapshot's day and write it."""
    for each in snapshots:
        mine = store_of(session)
        mine.claim_day(each.platform, each.day, NOON)
        mine.write_snapshot(each, NOON)


def write_days(session: Ours, platform: str, days: Iterable[date]) -> None:
    """Make the snapshots of days that have none yet."""
    store_of(session).write_days(platform, days)


def write_measurements(session: Ours, rows: Sequence[dict[str, Any]], recorded_at: datetime | None = None) -> None:
    """Put rows as they are into the table, in the place of what is there: what a test begins with."""
    if isinstance(session, MemoryStore):
        _remember(session, rows, recorded_at or EVER)
        return
    ms = None if recorded_at is None else int(recorded_at.timestamp() * 1000)
    connection = session.connection()
    insert = import_module(f"sqlalchemy.dialects.{connection.dialect.name}").insert(MEASUREMENTS)
    changed = {name: insert.excluded[name] for name in ("value", "reason", "provenance", "recorded_at_ms")}
    statement = insert.on_conflict_do_update(index_elements=list(MEASUREMENTS.primary_key), set_=changed)
    if rows:
        connection.execute(statement, [{**each, "recorded_at_ms": ms} for each in rows])


def _remember(memory: MemoryStore, rows: Sequence[dict[str, Any]], recorded_at: datetime) -> None:
    for each in rows:
        platform, day, provenance = each["platform"], each["day"], Provenance(each["provenance"])
        if each["value"] is None:
            memory.write_missing(platform, {each["metric"]: each["reason"]}, [day], recorded_at)
            continue
        at, value = np.array([day], dtype="datetime64[D]"), np.array([each["value"]])
        series = SeriesValues(each["metric"], Scope.parse(each["scope"]), at, value)
        memory.write_series(platform, [series], provenance, recorded_at, replace=True)


def store_days(
    session: Ours, days: int, value: Callable[[int], float], last: date, metric: str = TOTAL_PRODUCTS.name
) -> None:
    """Store as many observed days of one metric, up to the last; `value` is told the number of the day, from 0 on."""
    dates = [last - timedelta(days=days - 1 - n) for n in range(days)]
    write_days(session, "main", dates)
    rows = [row(observed(float(value(n))), metric, day) for n, day in enumerate(dates)]
    write_measurements(session, rows)
