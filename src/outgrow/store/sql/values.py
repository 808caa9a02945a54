"""Writes values by the one rule for what gives way to what, in blocks.

A value on its way into a database costs most where each is a parameter of its own, in a statement of its own: how a
block is sent is the dialect's to know.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import ColumnElement, Connection, String, Subquery, and_, literal, or_, select, true

from outgrow.domain.metric import LONGEST_SCOPE, PLATFORM, Scope
from outgrow.domain.snapshot import Measurement, Provenance, Reading, Snapshot
from outgrow.domain.text import LONGEST_KEY
from outgrow.store.contract import Differing, SeriesValues, Written
from outgrow.store.dialects.dialect import Block, Constant, Dialect, dialect_of
from outgrow.store.names import check_length
from outgrow.store.sql.catalogue import remember_metrics
from outgrow.store.tables import MEASUREMENTS

SHOWN = 5
"""Differing values that are told one by one."""
CONSTANTS = ("platform", "reason", "provenance", "recorded_at_ms")


def write_snapshot(connection: Connection, snapshot: Snapshot, recorded_at: datetime, *, replace: bool = False) -> None:
    """Values as a block, what is missing where nothing is known; see `Store.write_snapshot`."""
    remember_metrics(connection, (m.metric for m in snapshot.measurements))
    constants = _constants(snapshot.platform, snapshot.provenance, recorded_at)
    day, size = snapshot.day.isoformat(), dialect_of(connection).rows
    for distinct in _rounds(snapshot.measurements):
        told = [(m.metric.name, str(m.scope), day, m.reading.value) for m in distinct if m.reading.value is not None]
        for begin in range(0, len(told), size):
            _write(connection, Block(*zip(*told[begin : begin + size], strict=True)), constants, replace=replace)
        missing = [(m.metric.name, str(m.scope), snapshot.day, m.reading.reason) for m in distinct if m.reading.reason]
        _write_missing(connection, snapshot.platform, missing, snapshot.provenance, recorded_at)


def write_series(
    connection: Connection,
    platform: str,
    series: Iterable[SeriesValues],
    provenance: Provenance,
    recorded_at: datetime,
    *,
    replace: bool = False,
) -> Written:
    """See `Store.write_series`; series in the order of metric and scope cost least."""
    dialect, written = dialect_of(connection), Written()
    constants = _constants(platform, provenance, recorded_at)
    for block in _blocks(series, dialect.rows):
        changed = _write(connection, block, constants, replace=replace)
        written.changed += changed
        if changed < len(block.values) and not replace:
            rows = dialect.run(connection, _differing, block, constants)
            differing = [
                Differing(m, Scope.parse(s), d if isinstance(d, date) else date.fromisoformat(d), stored, given)
                for m, s, d, stored, given in rows
            ]
            written.differing += len(differing)
            written.first += differing[: SHOWN - len(written.first)]
    return written


def write_missing(
    connection: Connection, platform: str, reasons: Mapping[str, str], days: Sequence[date], recorded_at: datetime
) -> None:
    """See `Store.write_missing`."""
    told = {metric: Reading.missing(reason).reason for metric, reason in reasons.items()}
    rows = [(metric, str(PLATFORM), day, reason) for metric, reason in told.items() for day in days]
    _write_missing(connection, platform, rows, Provenance.RECONSTRUCTED, recorded_at)


def _constants(platform: str, provenance: Provenance, recorded_at: datetime) -> dict[str, Any]:
    check_length(platform, LONGEST_KEY, "platform")
    return dict(zip(CONSTANTS, (platform, None, provenance.value, _milliseconds(recorded_at)), strict=True))


def _write(connection: Connection, block: Block, constants: dict[str, Any], *, replace: bool) -> int:
    """Write; the number of rows that are new or changed."""
    if not block.values:
        return 0
    # What is sent in blocks does not pass the columns' own types.
    for names, length, what in ((block.metrics, LONGEST_KEY, "metric"), (block.scopes, LONGEST_SCOPE, "scope")):
        for name in set(names):
            check_length(name, length, what)
    dialect = dialect_of(connection)
    with dialect.at_once(connection):
        return int(dialect.run(connection, _replacing if replace else _upsert, block, constants).rowcount)


def _write_missing(
    connection: Connection,
    platform: str,
    missing: Sequence[tuple[str, str, date, str | None]],
    provenance: Provenance,
    recorded_at: datetime,
) -> None:
    same = {"platform": platform, "provenance": provenance.value, "recorded_at_ms": _milliseconds(recorded_at)}
    rows = [
        {**same, "metric": metric, "scope": scope, "day": day, "reason": reason}
        for metric, scope, day, reason in missing
    ]
    if rows:
        dialect = dialect_of(connection)
        with dialect.at_once(connection):
            connection.execute(dialect.insert(MEASUREMENTS).on_conflict_do_nothing(), rows)


def _milliseconds(instant: datetime) -> int:
    return int(instant.timestamp() * 1000)


def _rounds(measurements: Sequence[Measurement]) -> Iterator[list[Measurement]]:
    """In their order, cut so that nothing is measured twice in a round: one statement cannot meet a row twice."""
    while measurements:
        first: dict[tuple[str, Scope], Measurement] = {}
        again = [m for m in measurements if first.setdefault((m.metric.name, m.scope), m) is not m]
        yield list(first.values())
        measurements = again


def _blocks(series: Iterable[SeriesValues], size: int) -> Iterator[Block]:
    """The rows of all series, cut into blocks of one size; the last is what is left."""
    metrics, scopes, texts, given = list[str](), list[str](), list[str](), list[float]()
    spelled = _Days()
    for one in series:
        days, values = spelled.of(one.days), one.values.tolist()
        begin = 0
        while begin < len(values):
            end = begin + size - len(given)
            texts += days[begin:end]
            given += values[begin:end]
            metrics += [one.metric] * (len(given) - len(metrics))
            scopes += [str(one.scope)] * (len(given) - len(scopes))
            begin = end
            if len(given) == size:
                yield Block(metrics, scopes, texts, given)
                metrics, scopes, texts, given = [], [], [], []
    yield Block(metrics, scopes, texts, given)


class _Days:
    """Days as texts; series that know the same days, as most of a file do, are spelled once."""

    def __init__(self) -> None:
        self._days, self._texts = np.empty(0, "datetime64[D]"), list[str]()

    def of(self, days: NDArray[np.datetime64]) -> list[str]:
        if not np.array_equal(days, self._days):
            self._days, self._texts = days, days.astype(str).tolist()
        return self._texts


def _gives_way(new: Any, old: Any) -> ColumnElement[bool]:  # noqa: ANN401 - columns of the two rows
    """Whether what is stored gives way to a value that is given: the one rule, see `Store.write_snapshot`."""
    observed = new.provenance == Provenance.OBSERVED.value
    rebuilt = and_(old.provenance == Provenance.RECONSTRUCTED.value, or_(observed, new.value != old.value))
    return or_(old.value.is_(None), rebuilt)


def _differs(new: Any, old: Any) -> ColumnElement[bool]:  # noqa: ANN401 - columns of the two rows
    """The same where what was observed gives way, too."""
    return or_(old.value.is_(None), new.value != old.value, new.provenance != old.provenance)


def _upsert(dialect: Dialect, given: Subquery, constant: Constant) -> Any:  # noqa: ANN401 - the dialects share no type
    return _written(dialect, given, constant, _gives_way)


def _replacing(dialect: Dialect, given: Subquery, constant: Constant) -> Any:  # noqa: ANN401 - the same
    return _written(dialect, given, constant, _differs)


def _written(dialect: Dialect, given: Subquery, constant: Constant, rule: Callable[[Any, Any], Any]) -> Any:  # noqa: ANN401
    constants = [constant(name, MEASUREMENTS.c[name].type) for name in CONSTANTS]
    rows = select(*constants, *given.c).where(true())  # SQLite takes an ON without a WHERE for a join's
    insert = dialect.insert(MEASUREMENTS).from_select([*CONSTANTS, *given.c.keys()], rows)
    new = insert.excluded
    return insert.on_conflict_do_update(
        index_elements=list(MEASUREMENTS.primary_key),
        set_={name: new[name] for name in ("value", "reason", "provenance", "recorded_at_ms")},
        where=rule(new, MEASUREMENTS.c),
    )


def _differing(_dialect: Dialect, given: Subquery, constant: Constant) -> Any:  # noqa: ANN401 - as above
    """What stays as it is stored.

    Each row is looked up by its key: a join would begin at the days, which all series share.
    """
    old = MEASUREMENTS.c
    observed = (
        select(old.value)
        .where(
            old.platform == constant("platform", String()),
            *(old[name] == given.c[name] for name in ("metric", "scope", "day")),
            old.provenance == literal(Provenance.OBSERVED.value, String()),
        )
        .scalar_subquery()
    )
    found = select(given.c.metric, given.c.scope, given.c.day, observed.label("stored"), given.c.value).subquery()
    return select(found).where(found.c.stored != found.c.value)
