"""Our tables as objects of a host's session: the snapshot with its attributes, and the rows below it.

Nothing that reads or writes for a verb imports it: SQLAlchemy's mapper costs a tenth of a second at the start.
"""

from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any, TypeVar

from sqlalchemy import ColumnElement, case, select
from sqlalchemy.ext.hybrid import hybrid_property
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, relationship, validates

from outgrow.domain import metric as metrics
from outgrow.domain.days import system_clock
from outgrow.domain.errors import DataError
from outgrow.domain.metric import PLATFORM, TIER_SUBSCRIPTIONS, Metric, Scope
from outgrow.domain.snapshot import Provenance, checked_day, checked_text, checked_value
from outgrow.domain.text import LONGEST_KEY
from outgrow.store import tables

V = TypeVar("V", int, Decimal)


def _decimal(value: float) -> Decimal:
    return Decimal(str(value))


class StoreBase(DeclarativeBase):
    """Base of what our tables are mapped to."""

    metadata = tables.METADATA


class MeasurementRow(StoreBase):
    """One metric of one scope on one day: a value, or the reason why there is none."""

    __table__ = tables.MEASUREMENTS

    platform: Mapped[str]
    metric: Mapped[str]
    scope: Mapped[str]
    day: Mapped[date]
    value: Mapped[float | None]
    reason: Mapped[str | None]
    provenance: Mapped[str]
    recorded_at_ms: Mapped[int | None]


class PlatformRow(StoreBase):
    """A platform that was captured, rebuilt or imported."""

    __table__ = tables.PLATFORMS


class MetricRow(StoreBase):
    """A metric that is not built in."""

    __table__ = tables.METRICS


class ForecastRow(StoreBase):
    """What was said of one metric of one scope on one day."""

    __table__ = tables.FORECASTS

    platform: Mapped[str]
    issued_on: Mapped[date]
    metric: Mapped[str]
    scope: Mapped[str]
    as_of: Mapped[date]
    value: Mapped[float]
    known_days: Mapped[int]
    model: Mapped[str]
    reason: Mapped[str | None]
    quantiles: Mapped[dict[str, dict[str, list[float | None]]]]
    limits: Mapped[list[dict[str, Any]]]
    model_id: Mapped[str | None]
    assumptions: Mapped[dict[str, Any] | None]


class RecommendationRow(StoreBase):
    """The life of one recommendation."""

    __table__ = tables.RECOMMENDATIONS


def _measured(metric: Metric, convert: Callable[[float], V]) -> hybrid_property[V | None]:
    """A metric of the platform as an attribute of its snapshot.

    On a snapshot it reads and writes the measurement; on the class, or an alias of it, it is SQL for the value.
    """

    def read(snapshot: "CapacitySnapshot") -> V | None:
        value = snapshot.value(metric)
        return None if value is None else convert(value)

    def write(snapshot: "CapacitySnapshot", value: float | Decimal | None) -> None:
        snapshot.put(metric, PLATFORM, value)

    def sql(owner: type["CapacitySnapshot"]) -> ColumnElement[V | None]:
        value = (
            select(MeasurementRow.value)
            .where(
                MeasurementRow.platform == owner.platform,
                MeasurementRow.day == owner.snapshot_date,
                MeasurementRow.metric == metric.name,
                MeasurementRow.scope == str(PLATFORM),
            )
            .correlate(owner)
            .scalar_subquery()
        )
        # Always true; it names the snapshots, so that a query for this attribute alone selects from them.
        return case((owner.platform.is_not(None), value))

    read.__name__ = metric.name
    return hybrid_property(read, write, expr=sql)


class CapacitySnapshot(StoreBase):
    """All metrics of one platform on one day, in the platform's time zone.

    The keyword arguments are the attributes below; what is not given is not stored. A snapshot made without
    `platform` belongs to the default platform.
    """

    __table__ = tables.SNAPSHOTS

    platform: Mapped[str]
    snapshot_date: Mapped[date]
    captured_at_ms: Mapped[int | None]
    """When the day was captured, milliseconds since 1970 UTC; None for a day that was only rebuilt."""

    measurements: Mapped[list[MeasurementRow]] = relationship(cascade="all, delete-orphan", lazy="selectin")

    total_stores = _measured(metrics.TOTAL_STORES, round)
    active_stores = _measured(metrics.ACTIVE_STORES, round)
    trial_stores = _measured(metrics.TRIAL_STORES, round)
    total_subscriptions = _measured(metrics.TOTAL_SUBSCRIPTIONS, round)
    active_subscriptions = _measured(metrics.ACTIVE_SUBSCRIPTIONS, round)
    total_products = _measured(metrics.TOTAL_PRODUCTS, round)
    total_orders_month = _measured(metrics.TOTAL_ORDERS_MONTH, round)
    total_team_members = _measured(metrics.TOTAL_TEAM_MEMBERS, round)
    storage_used_gb = _measured(metrics.STORAGE_USED_GB, _decimal)
    db_size_mb = _measured(metrics.DB_SIZE_MB, _decimal)
    theoretical_products_limit = _measured(metrics.THEORETICAL_PRODUCTS_LIMIT, round)
    theoretical_orders_limit = _measured(metrics.THEORETICAL_ORDERS_LIMIT, round)
    theoretical_team_limit = _measured(metrics.THEORETICAL_TEAM_LIMIT, round)

    @validates("snapshot_date")
    def _check_day(self, _key: str, day: object) -> date:
        return checked_day(day)

    @validates("platform")
    def _check_platform(self, _key: str, platform: object) -> str | None:
        return None if platform is None else checked_text("a platform's code", platform, LONGEST_KEY)

    @property
    def captured_at(self) -> datetime | None:
        """When the day was captured; None for a day that was only rebuilt."""
        ms = self.captured_at_ms
        return None if ms is None else datetime.fromtimestamp(ms / 1000, UTC)

    @property
    def tier_distribution(self) -> dict[str, int] | None:
        """Active subscriptions by plan; None where they were not measured."""
        if self._find(TIER_SUBSCRIPTIONS, PLATFORM) is None or self.value(TIER_SUBSCRIPTIONS) is None:
            return None
        return {
            Scope.parse(row.scope).key: round(row.value)
            for row in self.measurements
            if row.metric == TIER_SUBSCRIPTIONS.name and row.scope.startswith("plan:") and row.value
        }

    @tier_distribution.setter
    def tier_distribution(self, distribution: Mapping[str, int] | None) -> None:
        if distribution is not None and not isinstance(distribution, Mapping):
            raise DataError(f"tier_distribution is given as {type(distribution).__name__}", "give numbers by plan")
        plans = {
            checked_text("a plan's code", plan, LONGEST_KEY): checked_value(f"tier_distribution of {plan}", number)
            for plan, number in (distribution or {}).items()
        }
        for row in [row for row in self.measurements if row.metric == TIER_SUBSCRIPTIONS.name]:
            self.measurements.remove(row)
        self.put(TIER_SUBSCRIPTIONS, PLATFORM, None if distribution is None else sum(plans.values()))
        for code, count in plans.items():
            self.put(TIER_SUBSCRIPTIONS, Scope("plan", code), count)

    @property
    def missing(self) -> dict[str, str]:
        """Reason by metric for everything of the platform's own that could not be measured."""
        return {r.metric: r.reason for r in self.measurements if r.reason and r.scope == str(PLATFORM)}

    def value(self, metric: Metric, scope: Scope = PLATFORM) -> float | None:
        """The value of a metric; None where it is missing."""
        row = self._find(metric, scope)
        return row.value if row else None

    def put(self, metric: Metric, scope: Scope, value: float | Decimal | None) -> None:
        """Set a metric's observed value, or forget it.

        Raises:
            DataError: the value is no number, negative or not finite.
        """
        row = self._find(metric, scope)
        if value is None:
            if row is not None:
                self.measurements.remove(row)
            return
        number = checked_value(metric.name, value)
        if row is None:
            row = MeasurementRow(metric=metric.name, scope=str(scope))
            self.measurements.append(row)
        row.value, row.reason, row.provenance = number, None, Provenance.OBSERVED.value
        row.recorded_at_ms = int(system_clock().timestamp() * 1000)

    def _find(self, metric: Metric, scope: Scope) -> MeasurementRow | None:
        wanted = (metric.name, str(scope))
        return next((row for row in self.measurements if (row.metric, row.scope) == wanted), None)

    def __repr__(self) -> str:
        known: dict[str, Any] = {
            r.metric: r.value for r in self.measurements if r.value is not None and r.scope == str(PLATFORM)
        }
        return f"CapacitySnapshot({self.platform!r}, {self.snapshot_date}, {known})"


def get_snapshot(session: Session, platform: str, day: date) -> CapacitySnapshot | None:
    """The snapshot of a day, read anew from the database."""
    return session.get(CapacitySnapshot, (platform, day), populate_existing=True)
