"""Who the tenants are, which plan each is on and what it may use, as the declared queries say."""

import logging
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from difflib import get_close_matches
from math import isfinite
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

from outgrow.domain.days import local_day
from outgrow.domain.errors import DatabaseError, quoted
from outgrow.domain.resource import Resource
from outgrow.domain.tenant import UNLIMITED, Plan
from outgrow.sources.sql.databases.database import Database
from outgrow.sources.sql.declaration import DeclaredPlan, DeclaredScope, SqlDeclaration
from outgrow.sources.sql.families import Member
from outgrow.sources.sql.faults import QueryError

MOST_ROWS = 10_000_000
"""Of a query of plans or limits."""
NO_PLAN = -1
YES = {"true", "t", "yes", "y", "on", "1"}

logger = logging.getLogger(__name__)
Array = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Everybody:
    """The n tenants that a query gives, in its order.

    Attributes:
        keys, names: (n,) of str.
        joined: by day; NaT where the query does not say.
        left_out: how many more there are than are told apart.
    """

    keys: NDArray[np.str_]
    names: NDArray[np.str_]
    joined: NDArray[np.datetime64]
    left_out: int

    def places(self) -> Mapping[str, int]:
        """Each one's place, by its key."""
        return {key: at for at, key in enumerate(self.keys.tolist())}


def everybody(database: Database, scope: DeclaredScope, zone: ZoneInfo, naive: ZoneInfo, most: int) -> Everybody:
    """Who the tenants are.

    Raises:
        DatabaseError: the query cannot be asked, or gives no key.
    """
    columns, rows = _asked(database, scope.query, most + 1, scope.place, needed=("key",))
    left_out = max(0, len(rows) - most)
    if left_out:
        logger.warning("%s: more than %s tenants: those that come last are not told apart", scope.place, f"{most:,}")
    by_key = {str(row[columns["key"]]): row for row in reversed(rows[:most]) if row[columns["key"]] is not None}
    told = list(by_key.values())[::-1]  # the first of those of one key
    if len(told) < len(rows[:most]):
        logger.warning("%s: some rows give no `key`, or one that is there already; they are left out", scope.place)
    keys = [str(row[columns["key"]]) for row in told]
    label = columns.get("label", columns["key"])
    names = [key if row[label] is None else str(row[label]) for key, row in zip(keys, told, strict=True)]
    when = Days(zone, naive, scope.place)
    joined = [when.of(row[columns["created"]], "created") if "created" in columns else None for row in told]
    return Everybody(
        np.array(keys, dtype=np.str_),
        np.array(names, dtype=np.str_),
        np.array(joined, dtype="datetime64[D]"),
        left_out,
    )


def members(database: Database, scope: DeclaredScope) -> Sequence[Member]:
    """Those of a family of tables, each a tenant's; nobody where the query gives no `prefix`."""
    columns = {column.name: at for at, column in enumerate(database.columns(scope.query))}
    if "prefix" not in columns or "key" not in columns:
        return ()
    rows = database.rows(scope.query, MOST_ROWS)
    return [Member(str(row[columns["key"]]), str(row[columns["prefix"]])) for row in rows]


def plans_on_sale(declared: SqlDeclaration, resources: Sequence[Resource]) -> tuple[Plan, ...]:
    """The plans that can be bought, cheapest first."""
    plans = [plan for plan in declared.plans if plan.code is not None]
    return tuple(
        Plan(str(plan.code), plan.name, plan.price_monthly, _limits(plan, resources))
        for plan in sorted(plans, key=lambda plan: plan.price_monthly)
    )


@dataclass(frozen=True, slots=True, eq=False)
class OnPlans:
    """Which plan each of n tenants is on, and what it may use of each of c resources.

    Attributes:
        plan: int64 (n,), the place of its plan; -1 without one.
        trial: bool (n,).
        limits: float64 (n, c).
    """

    plan: NDArray[np.int64]
    trial: NDArray[np.bool_]
    limits: Array


@dataclass(frozen=True, slots=True)
class EndOfDay:
    """When plans are looked at.

    Attributes:
        zone: of the platform's days.
        naive: of times without one.
    """

    day: date
    zone: ZoneInfo
    naive: ZoneInfo


def on_plans(
    database: Database,
    declared: SqlDeclaration,
    who: Mapping[str, int],
    resources: Sequence[Resource],
    end: EndOfDay,
) -> OnPlans:
    """Plans and limits of tenants at the end of a day: own limits stand in the place of a plan's.

    Args:
        who: the tenants' places by their keys.

    Raises:
        DatabaseError: a query cannot be asked, or lacks a column.
    """
    plans = plans_on_sale(declared, resources)
    plan, trial = np.full(len(who), NO_PLAN, np.int64), np.zeros(len(who), np.bool_)
    codes = {each.code: at for at, each in enumerate(plans)}
    for told in declared.plans:
        if told.query is None:
            continue
        columns, rows = _asked(database, told.query, MOST_ROWS, told.place, needed=("key", "plan"))
        _warn_of_plans({str(row[columns["plan"]]) for row in rows}, codes, told.place)
        for row in rows:
            at, code = who.get(str(row[columns["key"]])), codes.get(str(row[columns["plan"]]))
            if at is not None and code is not None and _is_on(row, columns, end, told.place):
                plan[at], trial[at] = code, "trial" in columns and _is_true(row[columns["trial"]])
    limits = np.full((len(who), len(resources)), np.nan)
    if plans:
        on = plan != NO_PLAN
        limits[on] = np.array([each.limits for each in plans])[plan[on]]
    names = {resource.metric.name: column for column, resource in enumerate(resources)}
    for own in declared.limits:
        columns, rows = _asked(database, own.query, MOST_ROWS, own.place, needed=("key", "maximum"))
        for row in rows:
            at, most = who.get(str(row[columns["key"]])), row[columns["maximum"]]
            if at is not None:
                limits[at, names[own.metric]] = UNLIMITED if most is None else _amount(most, own.place)
    some = ~np.isnan(limits).all(axis=1)
    limits[some] = np.where(np.isnan(limits[some]), UNLIMITED, limits[some])
    return OnPlans(plan, trial, limits)


def _amount(told: object, place: str) -> float:
    """A maximum.

    Raises:
        DatabaseError: it is no number from 0 on.
    """
    if isinstance(told, int | float | Decimal) and not isinstance(told, bool) and isfinite(told) and told >= 0:
        return float(told)
    raise DatabaseError(
        f"{place}: `maximum` gives {quoted(told)}, and a number from 0 on is needed", "give NULL where there is none"
    )


def _warn_of_plans(told: Collection[str], known: Collection[str], place: str) -> None:
    """Say which plans tenants are on that are not declared, for whoever is on one counts as on none."""
    unknown = sorted({*told} - {*known})
    if unknown:
        near = get_close_matches(unknown[0], [*known], n=1)
        mean = f": did you mean '{near[0]}'?" if near else ""
        named = ", ".join(f"'{code}'" for code in unknown[:3])
        logger.warning("%s: tenants are on %s, declared nowhere as [[plans]]%s", place, named, mean)


def _limits(plan: DeclaredPlan, resources: Sequence[Resource]) -> tuple[float, ...]:
    return tuple(float(plan.maxima.get(resource.metric.name, UNLIMITED)) for resource in resources)


def _is_on(row: Sequence[Any], columns: Mapping[str, int], end: EndOfDay, place: str) -> bool:
    """Whether a row holds at the end of a day."""
    when = Days(end.zone, end.naive, place)
    start, until = (when.of(row[columns[name]], name) if name in columns else None for name in ("start", "end"))
    return (start is None or start <= end.day) and (until is None or until > end.day)


def _is_true(told: object) -> bool:
    """Whether a flag is set, also where it comes as a text."""
    return told.strip().lower() in YES if isinstance(told, str) else bool(told)


@dataclass(frozen=True, slots=True)
class Days:
    """The days of times as drivers give them."""

    zone: ZoneInfo
    naive: ZoneInfo
    place: str

    def of(self, told: object, column: str) -> date | None:
        """A day; None of NULL.

        Raises:
            DatabaseError: it is no time.
        """
        found = told
        if isinstance(told, str):
            try:
                found = datetime.fromisoformat(told) if len(told) > len("2026-01-01") else date.fromisoformat(told)
            except ValueError:
                found = 0
        if isinstance(found, datetime):
            try:
                return local_day(found.replace(tzinfo=found.tzinfo or self.naive).astimezone(UTC), self.zone)
            except OverflowError:  # the first or the last year there is
                return found.date()
        if found is None or isinstance(found, date):
            return found
        raise DatabaseError(
            f"{self.place}: `{column}` gives {quoted(told)}, which is no time", "give a time, a date or NULL"
        )


def columns_of(database: Database, query: str, place: str, needed: Sequence[str]) -> Mapping[str, int]:
    """The places of the columns of a query.

    Raises:
        DatabaseError: it cannot be asked, or lacks a column.
    """
    try:
        columns = {column.name: at for at, column in enumerate(database.columns(query))}
    except QueryError as error:
        raise DatabaseError(f"{place}: {error.reason}", "correct it there") from error
    lacking = [name for name in needed if name not in columns]
    if lacking:
        raise DatabaseError(
            f"{place}: `rows` gives no column {' and none '.join(f'`{name}`' for name in lacking)}; "
            f"its columns are: {', '.join(columns) or 'none'}",
            "name what it gives, as in SELECT id AS key",
        )
    return columns


def _asked(
    database: Database, query: str, most: int, place: str, needed: Sequence[str]
) -> tuple[Mapping[str, int], Sequence[tuple[Any, ...]]]:
    """The places of the columns of a query, and its rows."""
    columns = columns_of(database, query, place, needed)
    try:
        return columns, database.rows(query, most)
    except QueryError as error:
        raise DatabaseError(f"{place}: {error.reason}", "correct it there") from error
