"""Reads daily values, from rows straight into arrays: what a row costs is paid a million times."""

from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import ColumnElement, Connection, Select, and_, case, func, or_, select

from outgrow.domain.history import MISSING, OBSERVED, RECONSTRUCTED
from outgrow.domain.metric import Metric, Scope
from outgrow.domain.panel import NO_DAY, HistoryPanel, Key
from outgrow.domain.snapshot import Provenance
from outgrow.store.contract import EVER, KnownOn, StoredSeries
from outgrow.store.dialects.dialect import EPOCH, Dialect, dialect_of
from outgrow.store.sql.catalogue import catalogue
from outgrow.store.tables import MEASUREMENTS, SNAPSHOTS

TOGETHER = 1_000
"""Rows that are held as objects at a time: few enough to stay at hand."""

OLD = MEASUREMENTS.c
HOW = case((OLD.provenance == Provenance.OBSERVED.value, OBSERVED), else_=RECONSTRUCTED)
"""Where a value came from, as a history's code."""


class _Values(NamedTuple):
    """Values that are stored, m of them.

    Attributes:
        rows: int64 (m,), whose each is.
        days: int64 (m,), since 1970.
    """

    rows: NDArray[np.int64]
    days: NDArray[np.int64]
    values: NDArray[np.float64]
    provenance: NDArray[np.int8]


def panel(  # noqa: PLR0917 - the contract's own order
    connection: Connection, platform: str, metrics: Sequence[Metric], scope: Scope, known: KnownOn, since: date | None
) -> HistoryPanel:
    """A row per metric; see `Store.panel`."""
    keys = tuple(Key(platform, scope) for _ in metrics)
    distinct = {metric.name: metric for metric in metrics}
    numbers = {name: number for number, name in enumerate(distinct)}
    dialect = dialect_of(connection)
    query = select(OLD.metric, *_columns(dialect)).where(
        OLD.platform == platform,
        dialect.among(OLD.metric, list(numbers)),
        OLD.scope == str(scope),
        *_known(connection, platform, known),
    )
    if since is not None:
        query = query.where(OLD.day >= since)
    found = _read(connection, dialect, query, lambda names: list(map(numbers.__getitem__, *names)))
    read = _panel(keys[: len(distinct)], tuple(distinct.values()), found, known)
    return read if len(distinct) == len(metrics) else read.take([numbers[metric.name] for metric in metrics])


def fleet(connection: Connection) -> HistoryPanel:
    """A row for each series of all platforms; see `Store.fleet`."""
    stored = connection.execute(select(OLD.platform, OLD.scope, OLD.metric).where(_TOLD).distinct())
    series = sorted((platform, scope, metric) for platform, scope, metric in stored)
    numbers = {one: number for number, one in enumerate(series)}
    resolve, scopes = catalogue(connection).resolve, {scope: Scope.parse(scope) for _, scope, _ in series}
    dialect = dialect_of(connection)
    query = select(OLD.platform, OLD.scope, OLD.metric, *_columns(dialect)).where(_TOLD)
    found = _read(connection, dialect, query, lambda names: list(map(numbers.__getitem__, zip(*names, strict=True))))
    keys = tuple(Key(platform, scopes[scope]) for platform, scope, _ in series)
    return _panel(keys, tuple(resolve(metric) for _, _, metric in series), found, EVER)


def described(connection: Connection, platform: str, known: KnownOn = EVER) -> list[StoredSeries]:
    """Every series that has a value; see `Store.described`."""
    told = (
        select(OLD.metric, OLD.scope, func.count().label("days"), func.max(OLD.day).label("day"))
        .where(OLD.platform == platform, *_known(connection, platform, known))
        .group_by(OLD.metric, OLD.scope)
        .subquery()
    )
    newest = and_(
        OLD.platform == platform, OLD.metric == told.c.metric, OLD.scope == told.c.scope, OLD.day == told.c.day
    )
    rows = connection.execute(select(told, OLD.value).join_from(told, MEASUREMENTS, newest))
    return [
        StoredSeries(name, Scope.parse(scope), days, day, float(value))
        for name, scope, days, day, value in sorted(rows, key=lambda row: (row[0], row[1]))
    ]


_TOLD = OLD.value.is_not(None)


def _known(connection: Connection, platform: str, known: KnownOn) -> Iterator[ColumnElement[bool]]:
    """What makes a stored value one that counts."""
    yield _TOLD
    if known.until is None:
        return
    yield OLD.day <= known.until
    if known.zone is not None:
        in_time = or_(OLD.recorded_at_ms.is_(None), OLD.recorded_at_ms < known.end_of(known.until))
        yield or_(in_time, OLD.day.not_in(_captured_days(connection, platform, known)))


def _captured_days(connection: Connection, platform: str, known: KnownOn) -> list[date]:
    """The days that were captured while they ran."""
    query = select(SNAPSHOTS.c.snapshot_date, SNAPSHOTS.c.captured_at_ms).where(
        SNAPSHOTS.c.platform == platform,
        SNAPSHOTS.c.snapshot_date <= known.until,
        SNAPSHOTS.c.captured_at_ms.is_not(None),
    )
    return [day for day, ms in connection.execute(query) if ms < known.end_of(day)]


def _columns(dialect: Dialect) -> tuple[ColumnElement[Any], ...]:
    return dialect.day_of(OLD.day), OLD.value, HOW


def _read(connection: Connection, dialect: Dialect, query: Select[Any], number: Any) -> _Values:  # noqa: ANN401
    """The values of a query: of names, which `number` turns into rows of a panel, and of `_columns`.

    The driver's own tuples are taken, and no rows of SQLAlchemy's are made of them.
    """
    rows, days, values, how = [], [], [], []
    result = connection.execute(query, execution_options={"stream_results": False})
    cursor = result.cursor
    assert cursor is not None, "a SELECT has a cursor"  # noqa: S101
    while some := cursor.fetchmany(TOGETHER):
        *names, days_of, values_of, how_of = zip(*some, strict=True)
        rows.append(np.array(number(names), np.int64))
        days.append(np.array(dialect.day_numbers(days_of), np.int64))
        values.append(np.array(values_of, np.float64))
        how.append(np.array(how_of, np.int8))
    result.close()
    return _Values(_joined(rows, np.int64), _joined(days, np.int64), _joined(values, np.float64), _joined(how, np.int8))


def _joined(parts: Sequence[NDArray[Any]], kind: type[Any]) -> NDArray[Any]:
    return np.concatenate([np.empty(0, kind), *parts])


def _panel(keys: tuple[Key, ...], metrics: tuple[Metric, ...], found: _Values, known: KnownOn) -> HistoryPanel:
    if not len(found.days):
        none = np.empty((len(keys), 0))
        return HistoryPanel(keys, metrics, known.until or NO_DAY, none, none.astype(np.int8))
    first = int(found.days.min())
    shape = len(keys), int(found.days.max()) - first + 1
    values, provenance = np.full(shape, np.nan), np.full(shape, MISSING, np.int8)
    at = found.rows, found.days - first
    values[at], provenance[at] = found.values, found.provenance
    return HistoryPanel(keys, metrics, EPOCH + timedelta(days=first), values, provenance)
