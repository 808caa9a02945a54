"""Keeps what platforms and metrics are called, and what reading needs to know of them."""

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import Connection, func, or_, select

from outgrow.domain.metric import Kind, Metric, MetricCatalogue
from outgrow.store.contract import StoredPlatform
from outgrow.store.dialects.dialect import dialect_of
from outgrow.store.tables import METRICS, PLATFORMS, SNAPSHOTS


def platforms(connection: Connection) -> list[StoredPlatform]:
    """See `Store.platforms`."""
    columns = select(PLATFORMS.c.code, PLATFORMS.c.source_id, PLATFORMS.c.time_zone)
    return [StoredPlatform(*row) for row in connection.execute(columns.order_by(PLATFORMS.c.recorded_at_ms))]


def platform_codes(connection: Connection) -> list[str]:
    """See `Store.platform_codes`."""
    return list(connection.scalars(select(SNAPSHOTS.c.platform).distinct().order_by(SNAPSHOTS.c.platform)))


def remember_platform(connection: Connection, platform: StoredPlatform, now: datetime) -> None:
    """See `Store.remember_platform`."""
    insert = dialect_of(connection).insert(PLATFORMS)
    insert = insert.values(
        code=platform.code,
        source_id=platform.source_id,
        time_zone=platform.time_zone,
        recorded_at_ms=int(now.timestamp() * 1000),
    )
    statement = insert.on_conflict_do_update(
        index_elements=["code"],
        set_={"time_zone": insert.excluded.time_zone, "source_id": insert.excluded.source_id},
        where=or_(
            PLATFORMS.c.time_zone != insert.excluded.time_zone,
            func.coalesce(PLATFORMS.c.source_id, "") != func.coalesce(insert.excluded.source_id, ""),
        ),
    )
    connection.execute(statement)


def catalogue(connection: Connection) -> MetricCatalogue:
    """See `Store.catalogue`."""
    rows = connection.execute(select(METRICS.c.name, METRICS.c.kind, METRICS.c.unit, METRICS.c.label))
    return MetricCatalogue(Metric(name, Kind(kind), unit, label) for name, kind, unit, label in rows)


def remember_metrics(connection: Connection, metrics: Iterable[Metric], *, anew: bool = False) -> None:
    """See `Store.remember_metrics`."""
    built_in = {m.name for m in MetricCatalogue()}
    rows = [
        {"name": m.name, "kind": m.kind.value, "unit": m.unit, "label": m.label}
        for m in {m.name: m for m in metrics}.values()
        if m.name not in built_in
    ]
    if not rows:
        return
    insert = dialect_of(connection).insert(METRICS)
    described = {name: insert.excluded[name] for name in ("kind", "unit")}
    if anew:
        connection.execute(insert.on_conflict_do_update(index_elements=["name"], set_=described), rows)
    else:
        connection.execute(insert.on_conflict_do_nothing(), rows)
