"""Platforms of a schema that is not ours: tables with times of every kind, in each database."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from sqlalchemy import Engine, text

from outgrow.domain.metric import Kind, Metric
from outgrow.sources.registry import SourceRequest
from outgrow.sources.sql.declaration import Counted, DeclaredMetric, SqlDeclaration, SqlRules, TimeExpression, UnixUnit
from outgrow.sources.sql.opening import make_source
from outgrow.sources.sql.source import SqlSource


@dataclass(frozen=True)
class Life:
    """A row: when it began and ended, as instants; what it amounts to, and of which sort it is."""

    began: datetime | None
    ended: datetime | None = None
    amount: int = 1
    sort: str = "a"


@dataclass(frozen=True)
class Spelling:
    """How a table spells times.

    Attributes:
        types: by database, the type of the columns.
        write: what stands in a row for an instant, by the zone of naive times.
        unix: of numbers.
    """

    types: dict[str, str]
    write: Callable[[datetime, ZoneInfo], object]
    unix: UnixUnit | None = None


def _wall(at: datetime, zone: ZoneInfo) -> datetime:
    return at.astimezone(zone).replace(tzinfo=None)


def _number(unit: UnixUnit) -> Callable[[datetime, ZoneInfo], object]:
    return lambda at, _zone: int(at.timestamp() * unit.a_second)


SPELLINGS = {
    "aware": Spelling(
        {"postgresql": "timestamptz", "mysql": "timestamp(6) NULL", "sqlite": "text"},
        lambda at, _zone: at.astimezone(UTC),
    ),
    "naive": Spelling({"postgresql": "timestamp", "mysql": "datetime(6)", "sqlite": "datetime"}, _wall),
    "text": Spelling(
        {"postgresql": "text", "mysql": "varchar(40)", "sqlite": "text"},
        lambda at, zone: _wall(at, zone).isoformat(" " if at.second % 2 else "T"),
    ),
    "text with a zone": Spelling(
        {"postgresql": "text", "mysql": "varchar(40)", "sqlite": "text"},
        lambda at, _zone: (
            at.astimezone(ZoneInfo("Asia/Kathmandu")).isoformat() if at.second % 2 else at.isoformat()[:19] + "Z"
        ),
    ),
    **{
        f"unix {unit.value}": Spelling(
            {"postgresql": "bigint", "mysql": "bigint", "sqlite": "integer"}, _number(unit), unit
        )
        for unit in UnixUnit
    },
}
"""Every way in which a time may stand in a table."""


def put(engine: Engine, lives: Iterable[Life], spelling: Spelling, zone: ZoneInfo, table: str = "things") -> None:
    """A table of these rows."""
    name = engine.dialect.name
    kind = spelling.types[name]

    def told(at: datetime | None) -> object:
        written = None if at is None else spelling.write(at, zone)
        if not isinstance(written, datetime):
            return written
        if name == "mysql":
            return written.replace(tzinfo=None)
        return written if name == "postgresql" else written.isoformat(" ")

    with engine.begin() as connection:
        if name == "mysql":
            connection.exec_driver_sql("SET SESSION time_zone = '+00:00'")
        connection.exec_driver_sql(
            f"CREATE TABLE {table} (id integer PRIMARY KEY, began {kind}, ended {kind}, amount bigint, sort varchar(9))"
        )
        rows = [
            {"id": at, "began": told(life.began), "ended": told(life.ended), "amount": life.amount, "sort": life.sort}
            for at, life in enumerate(lives)
        ]
        if rows:
            connection.execute(text(f"INSERT INTO {table} VALUES (:id, :began, :ended, :amount, :sort)"), rows)


def declared(
    name: str, kind: Kind = Kind.LEVEL, *, spelling: Spelling | None = None, table: str = "things", ends: bool = True,
    where: str | None = None, amount: str | None = None,
) -> DeclaredMetric:  # fmt: skip
    """A metric of such a table."""
    unix = None if spelling is None else spelling.unix
    times = TimeExpression("began", unix), TimeExpression("ended", unix)
    return DeclaredMetric(
        Metric(name, kind, name, name.capitalize()),
        Counted(table, times[0], times[1] if ends else None, where, amount),
        f"outgrow.toml, line {len(name)}",
    )


def source_of(
    engine: Engine,
    metrics: Sequence[DeclaredMetric],
    zone: str = "UTC",
    rules: SqlRules = SqlRules(),  # noqa: B008
) -> SqlSource:
    """What is declared, asked of a database."""
    return make_source(
        SourceRequest(
            None,
            ZoneInfo(zone),
            options={"declared": SqlDeclaration(metrics, rules)},
            connection=engine,
        )
    )
