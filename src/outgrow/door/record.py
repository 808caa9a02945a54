"""Record: a day's numbers from a host that counts for itself; and when, the same host's question."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from outgrow.domain.days import Clock, local_day, system_clock
from outgrow.domain.errors import DataError, UnknownMetricError, UsageError, quoted
from outgrow.domain.forecast import DaysUntil
from outgrow.domain.limit import checked_threshold
from outgrow.domain.metric import LONGEST_SCOPE, PLATFORM, Kind, Metric, MetricCatalogue, Scope
from outgrow.domain.snapshot import Measurement, Provenance, Reading, Snapshot, checked_day, checked_text, checked_value
from outgrow.domain.text import LONGEST_KEY, LONGEST_UNIT
from outgrow.door.host import Host
from outgrow.service.config import CapacityConfig
from outgrow.service.when import when as asked_when
from outgrow.store.orm import CapacitySnapshot, get_snapshot


def record(
    db: Session,
    day: date,
    values: Mapping[str, float | Decimal | None],
    *,
    kind: Kind | str | None = None,
    unit: str | None = None,
    platform: str | int | None = None,
    scope: Scope | str = PLATFORM,
    clock: Clock = system_clock,
) -> CapacitySnapshot:
    """Store numbers of a day that the caller counted: of any metric, known or new.

    May be called again: the values given now count, in the place of those that were stored, and what is not given
    stays. Part of the caller's transaction: flushed, never committed.

    Args:
        day: in the platform's time zone; an instant is taken for its date.
        values: by name or short name, in the metric's unit; what is None is not known, and left out.
        kind: of the metrics that are not known yet, `level` by default.
        unit: of the same; the metric's name by default.
        platform: code, or id in the commerce schema; by default the first platform, or `main`.
        scope: whose they are, `kind:key`; the platform's own by default.
        clock: gives the present instant.

    Returns:
        The day's snapshot with all that is stored of it.

    Raises:
        DataError: a value, name, unit or day cannot be true; the day has not come yet.
        UsageError: a metric is known already, as of another kind or unit; or there is no such kind or scope.
        UnknownPlatformError: there is a commerce schema, and no such platform in it.
        SchemaError: our tables are missing, of another version, or half-migrated.
    """
    day, scope = checked_day(day), _scope(scope)
    numbers = _numbers(values)
    host = Host(db, platform, clock=clock)
    store, source = host.store(), host.source()
    known = source.platform if source else host.platform(store)
    code = checked_text("a platform's code", known.code, LONGEST_KEY)
    now = clock()
    _check_has_come(day, local_day(now, known.zone if source else _latest(known.zone)))
    metrics = _metrics(store.catalogue(), numbers, kind, unit)
    store.claim_day(code, day, now)
    store.remember_metrics(metrics)
    measured = tuple(Measurement(metric, Reading(value), scope) for metric, value in metrics.items())
    store.write_snapshot(Snapshot(code, day, Provenance.OBSERVED, measured), now, replace=True)
    stored = get_snapshot(db, code, day)
    assert stored is not None, "a claimed day has a row"  # noqa: S101
    return stored


def when(
    db: Session,
    metric: str,
    level: float,
    *,
    platform: str | int | None = None,
    scope: Scope | str = PLATFORM,
    falling: bool = False,
    config: CapacityConfig | None = None,
    clock: Clock = system_clock,
) -> DaysUntil:
    """When a metric first stands at or above a level, or with `falling` at or below: the full answer.

    Flushes and never commits. Where there is no date, `status` and `reason` say why.

    Args:
        metric: name or short name.
        level: in the metric's unit; with `falling` it may be 0.
        platform: code, or id in the commerce schema; by default the first platform, or `main`.
        scope: whose metric; the platform's own by default.
        config: rules, calendar and projects; the defaults by default.
        clock: gives the present instant.

    Raises:
        UnknownMetricError: there is no such metric.
        BadThresholdError: the level is not a positive, finite number, nor the 0 of a fall.
        UsageError: nothing can be said of such a fall; or there is no such scope.
        UnknownPlatformError: there is a commerce schema, and no such platform in it.
        SchemaError: our tables are missing, of another version, or half-migrated.
    """
    scope, level = _scope(scope), checked_threshold(level, falling=falling)
    with Host(db, platform, config or CapacityConfig(), clock).desk() as desk:
        return asked_when(desk, metric, level, scope, falling=falling)


def _scope(scope: Scope | str) -> Scope:
    parsed = scope if isinstance(scope, Scope) else Scope.parse(scope)
    checked_text("a scope", str(parsed), LONGEST_SCOPE)
    return parsed


def _numbers(values: Mapping[str, object]) -> dict[str, float]:
    if not isinstance(values, Mapping):
        raise DataError(f"the values are given as {type(values).__name__}", "give them by metric, in a dictionary")
    named = {checked_text("a metric's name", name, LONGEST_KEY): value for name, value in values.items()}
    return {name: checked_value(name, value) for name, value in named.items() if value is not None}


def _latest(zone: ZoneInfo) -> ZoneInfo:
    """Where the day begins first on Earth, if the zone is nobody's word but the default."""
    return ZoneInfo("Etc/GMT-14") if zone.key == "UTC" else zone


def _check_has_come(day: date, today: date) -> None:
    if day > today:
        raise DataError(f"the day {day} has not come yet: today is {today}", "record what was counted, on its own day")


def _metrics(
    known: MetricCatalogue, values: Mapping[str, float], kind: Kind | str | None, unit: str | None
) -> dict[Metric, float]:
    """The values by metric."""
    try:
        told = None if kind is None else Kind(kind)
    except ValueError as error:
        raise UsageError(f"there is no kind {quoted(kind)}", f"use one of: {', '.join(Kind)}") from error
    unit = checked_text("a unit", unit, LONGEST_UNIT) if unit not in {None, ""} else None
    found: dict[Metric, float] = {}
    for name, value in values.items():
        metric = _metric(known, name, told, unit)
        if metric in found:
            raise DataError(f"{metric.name} is given twice, as '{name}' too", "give it once, by either name")
        found[metric] = value
    return found


def _metric(known: MetricCatalogue, name: str, kind: Kind | None, unit: str | None) -> Metric:
    try:
        metric = known.resolve(name)
    except UnknownMetricError:
        label = name.replace("_", " ").capitalize()
        return Metric(name, kind or Kind.LEVEL, unit or name[:LONGEST_UNIT], label)
    if (kind or metric.kind, unit or metric.unit) != (metric.kind, metric.unit):
        raise UsageError(
            f"{metric.name} is known as a {metric.kind} in {metric.unit}, not as a {kind or metric.kind} in "
            f"{unit or metric.unit}",
            "hand it over without kind and unit, in a call of its own, or under another name",
        )
    return metric
