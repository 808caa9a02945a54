"""Drivers: who brought a platform's growth: stores that joined, that left, and those that stayed."""

from datetime import date, timedelta
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from outgrow.domain.days import local_day
from outgrow.domain.drivers import Drivers, Integers, StoreChanges
from outgrow.domain.errors import ConfigurationError, UsageError
from outgrow.domain.metric import PLATFORM
from outgrow.planning.why.attribution import split_growth
from outgrow.service.desk import Desk

PERIOD_DAYS = 90
"""Length of the period, if nobody says."""
COHORTS = 8
"""So many quarters, the newest ones, stand by themselves; stores of earlier ones are one group."""


By = Literal["plan", "cohort"]
"""What stores are grouped by: their merchant's plan, or the quarter in which they were opened."""


def drivers(
    desk: Desk,
    metric: str,
    *,
    since: date | None = None,
    by: By | None = None,
) -> Drivers:
    """Split a metric's growth over a period by who brought it.

    Args:
        since: the day at whose end the period begins; 90 days before its end by default. It ends with the desk's day,
            or the day before where that is not over.

    Raises:
        UnknownMetricError: there is no such metric.
        UsageError: the metric is not told by stores, or the period has no day.
        ConfigurationError: the platform's database is not at hand.
    """
    found = desk.metrics.resolve(metric)
    found = desk.metrics.resolve(found.month_total_of) if found.month_total_of else found
    source = desk.tenant_source
    if source is not None and found.name not in source.drivable():
        raise UsageError(f"{found.name} cannot be split by stores", f"use one of: {', '.join(source.drivable())}")
    if source is None and desk.source.metrics():
        raise ConfigurationError(
            f"the source of platform '{desk.code}' does not tell who brought growth",
            "let it keep TenantSource, see docs/reference/sources.md",
        )
    if source is None:
        raise ConfigurationError(
            "who brought growth is counted in the platform's database, which is not at hand",
            "give its address by --database-url, OUTGROW_DATABASE_URL or database_url in outgrow.toml",
        )
    until = min(desk.today, local_day(desk.now, desk.platform.zone) - timedelta(days=1))
    first = since or until - timedelta(days=PERIOD_DAYS)
    if first >= until:
        raise UsageError(f"from {first} to {until} no day is over", "give an earlier --since, or a later --as-of")
    changes = source.drivers(found.name, first, until)
    groups, group = _groups(changes, until, by)
    return Drivers(
        metric=found,
        scope_name=f"{PLATFORM}:{desk.code}",
        since=first,
        until=until,
        split=split_growth(changes, group, len(groups)),
        groups=groups,
        by=by,
        unplaced=changes.unplaced,
        units=changes.units,
    )


def _groups(changes: StoreChanges, until: date, by: By | None) -> tuple[tuple[str | None, ...], Integers]:
    """Names of the groups, and which one each store is of, (n,)."""
    if by is None:
        return (None,), np.zeros(len(changes), dtype=np.int64)
    if by == "plan":
        codes, group = np.unique(changes.plan, return_inverse=True)
        return tuple(str(code) or None for code in codes), group.astype(np.int64)
    return _cohorts(changes.joined, until)


def _cohorts(joined: NDArray[np.datetime64], until: date) -> tuple[tuple[str, ...], Integers]:
    """Quarters of joining, oldest first: those before the newest ones together, and those without a store left out."""
    quarter = joined.astype("datetime64[M]").astype(np.int64) // 3  # since 1970
    newest = int(np.datetime64(until, "M").astype(np.int64)) // 3
    oldest = newest - COHORTS + 1
    quarters, group = np.unique(np.maximum(quarter, oldest - 1), return_inverse=True)
    names = [_quarter(number) if number >= oldest else f"before {_quarter(oldest)}" for number in quarters.tolist()]
    return tuple(names), group.astype(np.int64)


def _quarter(number: int) -> str:
    """`2026 Q1`, of quarters since 1970."""
    return f"{1970 + number // 4} Q{number % 4 + 1}"
