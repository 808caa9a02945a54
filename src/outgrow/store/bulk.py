"""Writes whole series: the same rule as for single measurements, at a fraction of the cost.

A value on its way into a database costs most where each is a parameter of its own, in a statement of its own. So some
thousands of rows go into one statement on SQLite, and on PostgreSQL a block of rows goes as three texts, one a column.
"""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import (
    ARRAY,
    Date,
    Double,
    Integer,
    String,
    Subquery,
    bindparam,
    cast,
    column,
    func,
    literal,
    or_,
    select,
    text,
    true,
)
from sqlalchemy.orm import Session

from outgrow.domain.metric import Scope
from outgrow.domain.snapshot import Provenance
from outgrow.store.orm import CapacitySnapshot
from outgrow.store.snapshots import gives_way, upsert_into
from outgrow.store.tables import DAY_INDEX, MEASUREMENTS

ROWS = {"sqlite": 5_000, "postgresql": 20_000}
"""Rows that are sent together."""
MANY = 20_000
"""Values from which on SQLite's index of days may be made anew rather than kept up row by row."""
SHOWN = 5
"""Differing values that are told one by one."""
COLUMNS: dict[str, Any] = {"metric": String(), "scope": String(), "day": Date(), "value": Double()}


@dataclass(frozen=True, slots=True, eq=False)
class SeriesValues:
    """Values of one metric of one scope.

    Attributes:
        days: datetime64[D] (n_values,), none twice.
        values: float64 (n_values,), finite.
    """

    metric: str
    scope: Scope
    days: NDArray[np.datetime64]
    values: NDArray[np.float64]


class Differing(NamedTuple):
    """A stored value that is observed and not the one that was given."""

    metric: str
    scope: Scope
    day: date
    stored: float
    given: float


@dataclass(slots=True)
class Written:
    """What came of it.

    Attributes:
        changed: values that are new, or that others gave way to.
        differing: values that are stored, observed, and stay though they differ from what was given.
        first: the first of these.
    """

    changed: int = 0
    differing: int = 0
    first: list[Differing] = field(default_factory=list)


class _Block(NamedTuple):
    """Some rows, as columns."""

    metrics: list[str]
    scopes: list[str]
    days: list[str]
    values: list[float]


def write_series(
    session: Session,
    platform: str,
    series: Iterable[SeriesValues],
    provenance: Provenance,
    recorded_at: datetime,
    *,
    replace: bool = False,
) -> Written:
    """Upsert series, each metric and scope but once; their days have to be there (see `write_days`).

    Series in the order of metric and scope cost least.

    Args:
        recorded_at: the present instant; rows that stay as they are keep theirs.
        replace: whether stored values that are observed give way, too; by the rule they never change.
    """
    dialect = session.get_bind(CapacitySnapshot).dialect.name
    constants = {
        "platform": platform,
        "reason": None,
        "provenance": provenance.value,
        "recorded_at_ms": int(recorded_at.timestamp() * 1000),
    }
    statement = _Statement(session, constants, replace=replace)
    written = Written()
    for block in _blocks(series, ROWS.get(dialect, 1)):
        changed = statement.upsert(block)
        written.changed += changed
        if changed < len(block.values) and not replace:
            differing = statement.differing(block)
            written.differing += len(differing)
            written.first += differing[: SHOWN - len(written.first)]
    return written


def _blocks(series: Iterable[SeriesValues], size: int) -> Iterator[_Block]:
    """The rows of all series, cut into blocks of one size; the last is what is left."""
    block, written = _Block([], [], [], []), _Days()
    for one in series:
        days, values = written.of(one.days), one.values.tolist()
        begin = 0
        while begin < len(values):
            end = begin + size - len(block.values)
            block.days.extend(days[begin:end])
            block.values.extend(values[begin:end])
            added = len(block.values) - len(block.metrics)
            block.metrics.extend([one.metric] * added)
            block.scopes.extend([str(one.scope)] * added)
            begin = end
            if len(block.values) == size:
                yield block
                block = _Block([], [], [], [])
    if block.values:
        yield block


class _Days:
    """Days as texts; series that know the same days, as most of a file do, are spelled once."""

    def __init__(self) -> None:
        self._days, self._texts = np.empty(0, "datetime64[D]"), list[str]()

    def of(self, days: NDArray[np.datetime64]) -> list[str]:
        if not np.array_equal(days, self._days):
            self._days, self._texts = days, days.astype(str).tolist()
        return self._texts


class _Statement:
    """The two statements on a block, each compiled once for a size of blocks."""

    def __init__(self, session: Session, constants: dict[str, Any], *, replace: bool) -> None:
        self._session, self._constants, self._replace = session, constants, replace
        self._dialect = session.get_bind(CapacitySnapshot).dialect
        self._compiled: dict[tuple[str, int], str] = {}

    def upsert(self, block: _Block) -> int:
        """Write; the number of rows that are new or changed."""
        return int(self._run("upsert", block).rowcount)

    def differing(self, block: _Block) -> list[Differing]:
        """What stays as it is stored."""
        rows = self._run("differing", block)
        return [
            Differing(m, Scope.parse(s), d if isinstance(d, date) else date.fromisoformat(d), stored, given)
            for m, s, d, stored, given in rows
        ]

    def _run(self, name: str, block: _Block) -> Any:  # noqa: ANN401 - SQLAlchemy's result
        make = self._upsert if name == "upsert" else self._differing
        if self._dialect.name == "postgresql":
            counted = {"preserve_rowcount": True}
            return self._session.execute(make(_given_as_texts()), _texts(block), execution_options=counted)
        key = name, len(block.values)
        if key not in self._compiled:
            statement = make(_given_as_rows(len(block.values)))
            literally = statement.compile(dialect=self._dialect, compile_kwargs={"literal_binds": True})
            self._compiled[key] = str(literally)
        flat = [field for row in zip(*block, strict=True) for field in row]
        return self._session.connection().exec_driver_sql(self._compiled[key], tuple(flat))

    def _upsert(self, given: Subquery) -> Any:  # noqa: ANN401 - the dialects share no type for it
        constants = [literal(value, MEASUREMENTS.c[name].type) for name, value in self._constants.items()]
        rows = select(*given.c, *constants).where(true())  # SQLite takes an ON without a WHERE for a join's
        insert = upsert_into(self._session, MEASUREMENTS).from_select([*COLUMNS, *self._constants], rows)
        new, old = insert.excluded, MEASUREMENTS.c
        condition = gives_way(new, old)
        if self._replace:
            condition = or_(condition, new.value != old.value, new.provenance != old.provenance)
        changed = {name: new[name] for name in ("value", *self._constants) if name != "platform"}
        return insert.on_conflict_do_update(
            index_elements=list(MEASUREMENTS.primary_key), set_=changed, where=condition
        )

    def _differing(self, given: Subquery) -> Any:  # noqa: ANN401 - the dialects share no type for it
        old = MEASUREMENTS.c
        same = [old[name] == given.c[name] for name in ("metric", "scope", "day")]
        return select(given.c.metric, given.c.scope, given.c.day, old.value, given.c.value).where(
            old.platform == literal(self._constants["platform"]),
            *same,
            old.provenance == literal(Provenance.OBSERVED.value),
            old.value != given.c.value,
        )


def _given_as_rows(size: int) -> Subquery:
    """A block as rows of parameters, for SQLite: `str` of the statement takes metric, scope, day, value of each."""
    rows = text("SELECT NULL AS metric, NULL AS scope, NULL AS day, NULL AS value WHERE 0 UNION ALL VALUES "
                + ", ".join(["(?, ?, ?, ?)"] * size))  # fmt: skip
    return rows.columns(*(column(name, kind) for name, kind in COLUMNS.items())).subquery("given")


def _given_as_texts() -> Subquery:
    """A block as texts of arrays, for PostgreSQL: names by their number, so that each is sent once."""
    arrays: dict[str, Any] = {"numbers": Integer(), "days": Date(), "given_values": Double()}
    numbered: tuple[Any, ...] = (column("number", Integer()), column("day", Date()), column("value", Double()))
    row = func.unnest(*(cast(bindparam(name, type_=String()), ARRAY(kind)) for name, kind in arrays.items()))
    rows = row.table_valued(*numbered, name="numbered").render_derived()
    name = func.unnest(*(bindparam(name, type_=ARRAY(String())) for name in ("metrics", "scopes")))
    named = (column("metric", String()), column("scope", String()))
    names = name.table_valued(*named, with_ordinality="number", name="names").render_derived()
    columns = select(names.c.metric, names.c.scope, rows.c.day, rows.c.value)
    return columns.join_from(rows, names, rows.c.number == names.c.number).subquery("given")


def _texts(block: _Block) -> dict[str, Any]:
    numbers: dict[tuple[str, str], int] = {}
    at = [numbers.setdefault(key, len(numbers) + 1) for key in zip(block.metrics, block.scopes, strict=True)]
    return {
        "metrics": [metric for metric, _ in numbers],
        "scopes": [scope for _, scope in numbers],
        "numbers": f"{{{','.join(map(str, at))}}}",
        "days": f"{{{','.join(block.days)}}}",
        "given_values": f"{{{','.join(map(repr, block.values))}}}",
    }


@contextmanager
def bulk_write(session: Session, values: int) -> Iterator[None]:
    """Make it cheap to write very many values at once: more than are stored.

    SQLite keeps an index up at the cost of the row itself; made anew at the end, it costs a tenth of that. Both are
    part of the transaction: whoever interrupts it finds the index as it was.
    """
    if session.get_bind(CapacitySnapshot).dialect.name != "sqlite" or values < MANY:
        yield
        return
    stored = session.scalar(select(func.count()).select_from(MEASUREMENTS)) or 0
    if stored > values:
        yield
        return
    table = MEASUREMENTS
    connection, index = session.connection(), next(index for index in table.indexes if index.name == DAY_INDEX)
    index.drop(connection)
    yield
    index.create(connection)
