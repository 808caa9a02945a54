"""Claims days, and reads what is stored of them."""

from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime
from itertools import islice

from sqlalchemy import Connection, and_, func, select

from outgrow.domain.metric import PLATFORM, Scope
from outgrow.domain.snapshot import Provenance
from outgrow.store.contract import StoredMeasurement, StoredSnapshot
from outgrow.store.dialects.dialect import dialect_of
from outgrow.store.tables import MEASUREMENTS, METRICS, SNAPSHOTS

TOGETHER = 5_000
"""Rows of days that are handed over at a time."""


def newest_day(connection: Connection, platform: str, until: date | None = None) -> date | None:
    """See `Store.newest_day`."""
    query = select(func.max(SNAPSHOTS.c.snapshot_date)).where(SNAPSHOTS.c.platform == platform)
    if until is not None:
        query = query.where(SNAPSHOTS.c.snapshot_date <= until)
    newest: date | None = connection.scalar(query)
    return newest


def snapshot_days(connection: Connection, platform: str, since: date | None, until: date | None) -> list[date]:
    """See `Store.snapshot_days`."""
    query = select(SNAPSHOTS.c.snapshot_date).where(SNAPSHOTS.c.platform == platform)
    if since is not None:
        query = query.where(SNAPSHOTS.c.snapshot_date >= since)
    if until is not None:
        query = query.where(SNAPSHOTS.c.snapshot_date <= until)
    return list(connection.scalars(query.order_by(SNAPSHOTS.c.snapshot_date)))


def snapshot(connection: Connection, platform: str, day: date) -> StoredSnapshot | None:
    """See `Store.snapshot`."""
    table, days = MEASUREMENTS.c, SNAPSHOTS.c
    of_day = and_(table.platform == days.platform, table.day == days.snapshot_date)
    query = (
        select(days.captured_at_ms, table.metric, table.scope, table.value, table.reason, table.provenance)
        .join_from(SNAPSHOTS, MEASUREMENTS, of_day, isouter=True)
        .where(days.platform == platform, days.snapshot_date == day)
    )
    rows = connection.execute(query).all()
    if not rows:
        return None
    scopes = {scope: Scope.parse(scope) for scope in {row[2] for row in rows} if scope is not None}
    measured = tuple(
        StoredMeasurement(metric, scopes[scope], value, reason, Provenance(provenance))
        for _, metric, scope, value, reason, provenance in rows
        if metric is not None
    )
    ms = rows[0][0]
    return StoredSnapshot(platform, day, None if ms is None else datetime.fromtimestamp(ms / 1000, UTC), measured)


def observed_metrics(connection: Connection, platform: str, day: date) -> frozenset[str]:
    """See `Store.observed_metrics`."""
    query = select(MEASUREMENTS.c.metric).where(
        MEASUREMENTS.c.platform == platform,
        MEASUREMENTS.c.day == day,
        MEASUREMENTS.c.provenance == Provenance.OBSERVED.value,
        MEASUREMENTS.c.value.is_not(None),
    )
    return frozenset(connection.scalars(query))


def missing_since(
    connection: Connection, platform: str, metrics: Sequence[str], since: date, before: date
) -> list[date]:
    """See `Store.missing_since`."""
    query = select(MEASUREMENTS.c.day).where(
        MEASUREMENTS.c.platform == platform,
        dialect_of(connection).among(MEASUREMENTS.c.metric, metrics),
        MEASUREMENTS.c.scope == str(PLATFORM),
        MEASUREMENTS.c.day >= since,
        MEASUREMENTS.c.day < before,
        MEASUREMENTS.c.value.is_(None),
    )
    # Not by DISTINCT, for which SQLite goes through these days of all metrics instead of along the key.
    return sorted(set(connection.scalars(query)))


def count(connection: Connection, platform: str, metrics: Sequence[str], since: date, until: date) -> int:
    """See `Store.count`."""
    query = select(func.count()).where(
        MEASUREMENTS.c.platform == platform,
        MEASUREMENTS.c.value.is_not(None),
        dialect_of(connection).among(MEASUREMENTS.c.metric, metrics),
        MEASUREMENTS.c.day.between(since, until),
    )
    return connection.scalar(query) or 0


def imported_metrics(connection: Connection) -> list[str]:
    """Observed on days that nobody captured, or not built in; see `Store.imported_metrics`."""
    captured = select(SNAPSHOTS.c.platform).where(
        SNAPSHOTS.c.platform == MEASUREMENTS.c.platform,
        SNAPSHOTS.c.snapshot_date == MEASUREMENTS.c.day,
        SNAPSHOTS.c.captured_at_ms.is_not(None),
    )
    query = select(MEASUREMENTS.c.metric).where(
        MEASUREMENTS.c.provenance == Provenance.OBSERVED.value, ~captured.exists()
    )
    return sorted({*connection.scalars(query.distinct()), *connection.scalars(select(METRICS.c.name))})


def claim_day(connection: Connection, platform: str, day: date, captured_at: datetime) -> None:
    """Make the snapshot's row, or wait for whoever is just making it; see `Store.claim_day`.

    Called before anything is read: it takes the write lock first, so that concurrent captures of one day follow
    each other instead of meeting half-way.
    """
    insert = dialect_of(connection).insert(SNAPSHOTS)
    insert = insert.values(platform=platform, snapshot_date=day, captured_at_ms=int(captured_at.timestamp() * 1000))
    statement = insert.on_conflict_do_update(
        index_elements=["platform", "snapshot_date"],
        set_={"captured_at_ms": func.coalesce(SNAPSHOTS.c.captured_at_ms, insert.excluded.captured_at_ms)},
    )
    connection.execute(statement)


def write_days(connection: Connection, platform: str, days: Iterable[date]) -> None:
    """See `Store.write_days`."""
    dialect, left = dialect_of(connection), iter(days)
    insert = dialect.insert(SNAPSHOTS).on_conflict_do_nothing()
    while rows := [{"platform": platform, "snapshot_date": day} for day in islice(left, TOGETHER)]:
        with dialect.at_once(connection):
            connection.execute(insert, rows)
