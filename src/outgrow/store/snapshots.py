"""Writes and reads snapshots. What was observed is never overwritten; what is missing may be filled."""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from importlib import import_module
from itertools import islice
from typing import Any

from sqlalchemy import ARRAY, ColumnElement, Connection, and_, func, literal, or_, select
from sqlalchemy.orm import Session
from sqlalchemy.types import TypeEngine

from outgrow.domain.days import in_chunks as in_chunks  # noqa: PLC0414 - until nobody looks for it here
from outgrow.domain.errors import DatabaseError
from outgrow.domain.metric import PLATFORM, Kind, Metric, MetricCatalogue, Scope
from outgrow.domain.snapshot import Provenance, Snapshot
from outgrow.store.orm import CapacitySnapshot
from outgrow.store.tables import MEASUREMENTS, METRICS, PLATFORMS, SNAPSHOTS

TOGETHER = 5_000
"""Rows of days that are handed over at a time."""
UPSERTING = {"postgresql", "sqlite"}
"""The databases whose upsert we can spell."""


def upsert_into(session: Session, table: Any) -> Any:  # noqa: ANN401 - the dialects share no type for it
    """The database's own INSERT, which knows what to do on a conflict.

    Raises:
        DatabaseError: it has none that we can spell.
    """
    dialect = session.get_bind(CapacitySnapshot).dialect.name
    if dialect not in UPSERTING:
        raise DatabaseError(
            f"snapshots cannot be stored in a {dialect} database", "set store_url to SQLite or PostgreSQL"
        )
    # Imported here: reading needs no dialect, and a dialect brings all its drivers' modules with it.
    return import_module(f"sqlalchemy.dialects.{dialect}").insert(table)


def claim_day(session: Session, platform: str, day: date, captured_at: datetime) -> None:
    """Make the snapshot's row, or wait for whoever is just making it.

    Called before anything is read: it takes the write lock first, so that concurrent captures of one day follow
    each other instead of meeting half-way.
    """
    ms = int(captured_at.timestamp() * 1000)
    insert = upsert_into(session, SNAPSHOTS).values(platform=platform, snapshot_date=day, captured_at_ms=ms)
    statement = insert.on_conflict_do_update(
        index_elements=["platform", "snapshot_date"],
        set_={"captured_at_ms": func.coalesce(SNAPSHOTS.c.captured_at_ms, insert.excluded.captured_at_ms)},
    )
    session.execute(statement)


def write_snapshot(session: Session, snapshot: Snapshot, recorded_at: datetime | None = None) -> None:
    """Store the measurements of a claimed day; see `write_measurements` for what gives way to what."""
    rows = [
        {
            "platform": snapshot.platform,
            "metric": m.metric.name,
            "scope": str(m.scope),
            "day": snapshot.day,
            "value": m.reading.value,
            "reason": m.reading.reason,
            "provenance": snapshot.provenance.value,
        }
        for m in snapshot.measurements
    ]
    remember_metrics(session, (m.metric for m in snapshot.measurements))
    write_measurements(session, rows, recorded_at)


def write_days(session: Session, platform: str, days: Iterable[date]) -> None:
    """Make the rows of rebuilt days that have none yet."""
    insert, left = upsert_into(session, SNAPSHOTS).on_conflict_do_nothing(), iter(days)
    while rows := [{"platform": platform, "snapshot_date": day} for day in islice(left, TOGETHER)]:
        with _at_once(session):
            session.execute(insert, rows)


def write_measurements(
    session: Session, rows: Sequence[dict[str, Any]], recorded_at: datetime | None = None, *, replace: bool = False
) -> None:
    """Upsert measurements.

    A missing value is filled by any value. An observed value never changes, unless it is to be replaced. A rebuilt
    value gives way to an observed one, and to a rebuilt one that differs.

    Args:
        recorded_at: the present instant; rows that stay as they are keep theirs. None: it is not known.
        replace: whether a value of another size counts in the place of an observed one.

    Raises:
        DataError: a name is longer than its column.
    """
    ms = None if recorded_at is None else int(recorded_at.timestamp() * 1000)
    for distinct in _rounds(rows):
        _upsert(session, [{**row, "recorded_at_ms": ms} for row in distinct], replace=replace)


def _rounds(rows: Sequence[dict[str, Any]]) -> Iterator[Sequence[dict[str, Any]]]:
    """The rows in their order, cut so that no key stands twice in a round: one statement cannot meet it twice."""
    while rows:
        first: dict[tuple[Any, ...], dict[str, Any]] = {}
        again = []
        for row in rows:
            key = (row["platform"], row["metric"], row["scope"], row["day"])
            if first.setdefault(key, row) is not row:
                again.append(row)
        yield list(first.values())
        rows = again


def _upsert(session: Session, rows: Sequence[dict[str, Any]], *, replace: bool) -> None:
    table = MEASUREMENTS
    insert = upsert_into(session, table)
    new, old = insert.excluded, table.c
    parameters: Sequence[dict[str, Any]] | None = rows
    if session.get_bind(CapacitySnapshot).dialect.name == "postgresql":
        # One statement over arrays: a row at a time takes five times as long.
        columns = [_array([row[c.name] for row in rows], c.type) for c in table.columns]
        insert = insert.from_select([c.name for c in table.columns], select(*columns))
        parameters = None
    statement = insert.on_conflict_do_update(
        index_elements=list(table.primary_key),
        set_={name: new[name] for name in ("value", "reason", "provenance", "recorded_at_ms")},
        where=or_(gives_way(new, old), new.value != old.value) if replace else gives_way(new, old),
    )
    with _at_once(session):
        session.execute(statement, parameters)


@contextmanager
def _at_once(session: Session) -> Iterator[None]:
    """Where SQLite would commit, and write to the disk, one row after the other: all in one transaction."""
    connection = session.connection(bind_arguments={"mapper": CapacitySnapshot.__mapper__})
    driver = connection.connection
    alone = (
        connection.dialect.name == "sqlite"
        and not driver.driver_connection.in_transaction  # type: ignore[union-attr]
        and connection.dialect.detect_autocommit_setting(driver.dbapi_connection)  # type: ignore[arg-type]
    )
    if not alone:
        yield
        return
    connection.exec_driver_sql("BEGIN IMMEDIATE")
    try:
        yield
    except BaseException:
        connection.exec_driver_sql("ROLLBACK")
        raise
    connection.exec_driver_sql("COMMIT")


def gives_way(new: Any, old: Any) -> ColumnElement[bool]:  # noqa: ANN401 - columns of the row given, and stored
    """Whether what is stored gives way to what is given: the one rule, see `write_measurements`."""
    rebuilt = and_(old.provenance == Provenance.RECONSTRUCTED.value, new.value.is_not(None))
    return or_(
        and_(old.value.is_(None), new.value.is_not(None)),
        and_(rebuilt, or_(new.provenance == Provenance.OBSERVED.value, new.value != old.value)),
    )


def _array(values: list[Any], kind: TypeEngine[Any]) -> ColumnElement[Any]:
    """A column of rows that are sent as arrays; one value for all is sent once."""
    if len(values) > 1 and len(set(values)) == 1:
        return literal(values[0], kind)
    column: ColumnElement[Any] = func.unnest(literal(values, ARRAY(kind)))
    return column


def remember_metrics(session: Session, metrics: Iterable[Metric], *, anew: bool = False) -> None:
    """Keep the description of metrics that are not built in: the first one, or, with `anew`, this one."""
    built_in = {m.name for m in MetricCatalogue()}
    rows = [
        {"name": m.name, "kind": m.kind.value, "unit": m.unit, "label": m.label}
        for m in {m.name: m for m in metrics}.values()
        if m.name not in built_in
    ]
    insert = upsert_into(session, METRICS)
    described = {name: insert.excluded[name] for name in ("kind", "unit")}
    if rows and anew:
        session.execute(insert.on_conflict_do_update(index_elements=["name"], set_=described), rows)
    elif rows:
        session.execute(insert.on_conflict_do_nothing(), rows)


def catalogue(session: Session) -> MetricCatalogue:
    """The built-in metrics and those that the store knows besides."""
    rows = session.execute(select(METRICS.c.name, METRICS.c.kind, METRICS.c.unit, METRICS.c.label))
    return MetricCatalogue(Metric(name, Kind(kind), unit, label) for name, kind, unit, label in rows)


@dataclass(frozen=True, slots=True)
class StoredPlatform:
    """A platform as the store knows it."""

    code: str
    source_id: str | None
    time_zone: str


def remember_platform(session: Session, platform: StoredPlatform, now: datetime) -> None:
    """Keep what reading needs to know of a platform; a changed time zone or id replaces the old one."""
    insert = upsert_into(session, PLATFORMS).values(
        code=platform.code,
        source_id=platform.source_id,
        time_zone=platform.time_zone,
        recorded_at_ms=int(now.timestamp() * 1000),
    )
    session.execute(
        insert.on_conflict_do_update(
            index_elements=["code"],
            set_={"time_zone": insert.excluded.time_zone, "source_id": insert.excluded.source_id},
            where=or_(
                PLATFORMS.c.time_zone != insert.excluded.time_zone,
                func.coalesce(PLATFORMS.c.source_id, "") != func.coalesce(insert.excluded.source_id, ""),
            ),
        )
    )


def remembered_platforms(session: Session) -> list[StoredPlatform]:
    """Every platform that was ever captured, rebuilt or imported, the first one first."""
    columns = select(PLATFORMS.c.code, PLATFORMS.c.source_id, PLATFORMS.c.time_zone)
    return [StoredPlatform(*row) for row in session.execute(columns.order_by(PLATFORMS.c.recorded_at_ms))]


def stored_platforms(session: Session | Connection) -> list[str]:
    """The codes of all platforms that have snapshots, in alphabetical order."""
    return list(session.scalars(select(SNAPSHOTS.c.platform).distinct().order_by(SNAPSHOTS.c.platform)))


def stored_series(session: Session) -> list[tuple[str, Scope, str]]:
    """Platform, scope and metric of everything that has values, in their order."""
    columns = MEASUREMENTS.c.platform, MEASUREMENTS.c.scope, MEASUREMENTS.c.metric
    query = select(*columns).where(MEASUREMENTS.c.value.is_not(None)).distinct()
    return [(platform, Scope.parse(scope), metric) for platform, scope, metric in sorted(session.execute(query))]


def imported_metrics(session: Session) -> list[str]:
    """The names of what came from elsewhere than a capture or a backfill: observed on days that nobody captured.

    Metrics that are not built in are among them.
    """
    captured = select(SNAPSHOTS.c.platform).where(
        SNAPSHOTS.c.platform == MEASUREMENTS.c.platform,
        SNAPSHOTS.c.snapshot_date == MEASUREMENTS.c.day,
        SNAPSHOTS.c.captured_at_ms.is_not(None),
    )
    query = select(MEASUREMENTS.c.metric).where(
        MEASUREMENTS.c.provenance == Provenance.OBSERVED.value, ~captured.exists()
    )
    return sorted({*session.scalars(query.distinct()), *session.scalars(select(METRICS.c.name))})


def newest_day(session: Session, platform: str, until: date | None = None) -> date | None:
    """The day of the newest snapshot, up to a day; None when there is none."""
    query = select(func.max(SNAPSHOTS.c.snapshot_date)).where(SNAPSHOTS.c.platform == platform)
    if until is not None:
        query = query.where(SNAPSHOTS.c.snapshot_date <= until)
    newest: date | None = session.scalar(query)
    return newest


def snapshot_days(session: Session, platform: str, since: date | None, until: date | None) -> list[date]:
    """The days that have a snapshot, in order."""
    query = select(SNAPSHOTS.c.snapshot_date).where(SNAPSHOTS.c.platform == platform)
    if since is not None:
        query = query.where(SNAPSHOTS.c.snapshot_date >= since)
    if until is not None:
        query = query.where(SNAPSHOTS.c.snapshot_date <= until)
    return list(session.scalars(query.order_by(SNAPSHOTS.c.snapshot_date)))


def get_snapshot(session: Session, platform: str, day: date) -> CapacitySnapshot | None:
    """The snapshot of a day, read anew from the database."""
    return session.get(CapacitySnapshot, (platform, day), populate_existing=True)


def count_measurements(
    session: Session,
    platform: str,
    metrics: Sequence[str] | None = None,
    since: date | None = None,
    until: date | None = None,
) -> int:
    """How many values are stored of a platform: of all its metrics and days, or of some."""
    query = select(func.count()).where(MEASUREMENTS.c.platform == platform, MEASUREMENTS.c.value.is_not(None))
    if metrics is not None:
        query = query.where(MEASUREMENTS.c.metric.in_(metrics))
    if since is not None:
        query = query.where(MEASUREMENTS.c.day >= since)
    if until is not None:
        query = query.where(MEASUREMENTS.c.day <= until)
    return session.scalar(query) or 0


def missing_since(session: Session, platform: str, metrics: Sequence[str], since: date, before: date) -> list[date]:
    """The days from `since` to before `before` on which one of these metrics is stored as missing."""
    query = select(MEASUREMENTS.c.day).where(
        MEASUREMENTS.c.platform == platform,
        MEASUREMENTS.c.metric.in_(metrics),
        MEASUREMENTS.c.scope == str(PLATFORM),
        MEASUREMENTS.c.day >= since,
        MEASUREMENTS.c.day < before,
        MEASUREMENTS.c.value.is_(None),
    )
    return sorted(set(session.scalars(query)))
