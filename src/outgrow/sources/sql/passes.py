"""From what is declared to what is asked: metrics of one table and one pair of times share one pass."""

from collections.abc import Sequence
from dataclasses import dataclass

from outgrow.domain.metric import Kind
from outgrow.sources.sql.databases.compiling import closed
from outgrow.sources.sql.databases.database import Database
from outgrow.sources.sql.declaration import Counted, DeclaredMetric, Rows, TenantKey, TimeExpression, Value
from outgrow.sources.sql.faults import QueryError
from outgrow.sources.sql.midnights import Midnights
from outgrow.sources.sql.tally import Counting, Pass
from outgrow.sources.sql.times import Timed, TimeKind


@dataclass(frozen=True, slots=True)
class Planned:
    """A metric of which it is known what its times are."""

    declared: DeclaredMetric
    table: str
    created: Timed
    deleted: Timed | None
    counting: Counting
    tenant: TenantKey | None


def looked_at(declared: DeclaredMetric, database: Database, naive_times: str) -> Planned:
    """A metric's expressions, tried on the database without reading a row.

    Raises:
        QueryError: they cannot be asked, or what should be a time is none.
    """
    assert not isinstance(declared.told_by, Value), "a value is asked as it is"  # noqa: S101
    counted = declared.told_by
    if isinstance(counted, Rows):
        counted = _of_rows(counted, database)
    if counted.created is None:
        raise QueryError("it has no `created`, and so no past")
    told = [each for each in (counted.created, counted.deleted) if each is not None]
    kinds = [column.kind for column in database.columns(_tried(counted, told))]
    times = [_timed(time, kind, naive_times) for time, kind in zip(told, kinds, strict=False)]
    return Planned(
        declared,
        counted.table,
        times[0],
        times[1] if counted.deleted is not None else None,
        Counting(counted.where, counted.amount),
        counted.tenant,
    )


def passes(planned: Sequence[Planned], midnights: Midnights, *, whole: bool) -> list[tuple[Pass, list[Planned]]]:
    """What is asked, each with the metrics that it answers.

    Args:
        whole: whether rows without a beginning, and those from before, are to be counted too.
    """
    groups: dict[tuple[object, ...], list[Planned]] = {}
    for each in planned:
        within = each.declared.metric.kind is Kind.FLOW and not whole
        groups.setdefault((each.table, each.created, each.deleted, within), []).append(each)
    return [
        (Pass(table, created, deleted, [each.counting for each in members], midnights, within), members)  # type: ignore[arg-type]
        for (table, created, deleted, within), members in groups.items()
    ]


def by_tenant(planned: Planned, midnights: Midnights) -> Pass:
    """What is asked of one metric by its tenants, whose join is theirs alone."""
    assert planned.tenant is not None, "whose its rows are is declared"  # noqa: S101
    table = f"{planned.table}\n{planned.tenant.join}"
    times = planned.created, planned.deleted
    return Pass(table, *times, [planned.counting], midnights, only_within=False, key=planned.tenant.sql)


def try_all(planned: Planned, database: Database) -> None:
    """Try what else is going to be asked of a metric, without reading a row.

    Raises:
        QueryError: it cannot be asked.
    """
    if planned.counting.amount is not None:
        database.columns(f"SELECT sum({closed(planned.counting.amount)}) AS og_sum FROM {planned.table}\n")
    if planned.tenant is not None:
        told = [planned.created.told.sql, planned.tenant.sql, planned.counting.where, planned.counting.amount]
        every = ", ".join(f"{closed(each)} AS og_{at}" for at, each in enumerate(told) if each is not None)
        try:
            database.columns(f"SELECT {every} FROM {planned.table}\n{planned.tenant.join}\n")
        except QueryError as error:
            raise QueryError(f"by {planned.tenant.scope}: {error.reason}") from error


def _tried(counted: Counted, times: Sequence[TimeExpression]) -> str:
    """A query with every expression that is declared, the times first."""
    every = [*(time.sql for time in times), counted.where, counted.amount]
    told = [f"{closed(each)} AS og_{at}" for at, each in enumerate(every) if each is not None]
    return f"SELECT {', '.join(told)} FROM {counted.table}\n"


def _of_rows(rows: Rows, database: Database) -> Counted:
    """A query of rows as a table, with those of the known columns that it gives."""
    names = {column.name for column in database.columns(rows.query)}
    if rows.created.sql not in names:
        given = ", ".join(sorted(names)) or "none"
        raise QueryError(f"`rows` gives no column `{rows.created.sql}`; its columns are: {given}")
    return Counted(
        f"{closed(rows.query)} AS og_given",
        rows.created,
        rows.deleted if rows.deleted.sql in names else None,
        None,
        "amount" if "amount" in names else None,
        rows.tenant,
    )


def _timed(told: TimeExpression, kind: TimeKind, naive_times: str) -> Timed:
    """An expression with what it holds.

    Raises:
        QueryError: it holds no time.
    """
    if told.unix is not None:
        kind = TimeKind.NUMBER if kind is TimeKind.TEXT else kind  # where types are told by rows alone
        if kind is not TimeKind.NUMBER:
            raise QueryError(f"`{told.sql}` is no number, so `unix` says nothing of it: leave it out")
    elif kind is TimeKind.NUMBER:
        raise QueryError(f'`{told.sql}` is a number: say what it counts, as {{ unix = "s", of = "{told.sql}" }}')
    elif kind is TimeKind.NONE:
        raise QueryError(f"`{told.sql}` is neither a time nor a text that tells one")
    return Timed.of(told, kind, naive_times)
