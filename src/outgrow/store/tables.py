"""Our tables: a snapshot per platform and day, its measurements, a row each, and the forecasts issued that day.

A measurement is keyed by what it measures and when, so reading one metric's whole history is one range of the key. A
forecast is keyed by the day first, because all metrics of some days are read together.
"""

from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any, TypeVar

from sqlalchemy import (
    JSON,
    BigInteger,
    CheckConstraint,
    ColumnElement,
    Date,
    Double,
    ForeignKeyConstraint,
    Index,
    String,
    case,
    select,
)
from sqlalchemy.ext.hybrid import hybrid_property
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column, relationship, validates

from outgrow.domain import metric as metrics
from outgrow.domain.days import system_clock
from outgrow.domain.errors import DataError
from outgrow.domain.metric import PLATFORM, TIER_SUBSCRIPTIONS, Metric, Scope
from outgrow.domain.snapshot import Provenance, checked_day, checked_text, checked_value
from outgrow.domain.text import LONGEST_KEY, LONGEST_SAID, LONGEST_UNIT
from outgrow.store.types import Name

V = TypeVar("V", int, Decimal)

DAY_INDEX = "ix_outgrow_measurements_day"


def _decimal(value: float) -> Decimal:
    return Decimal(str(value))


class StoreBase(DeclarativeBase):
    """Base of our tables; all bear the prefix `outgrow_`, to live beside a host's own."""


class MeasurementRow(StoreBase):
    """One metric of one scope on one day: a value, or the reason why there is none."""

    __tablename__ = "outgrow_measurements"
    __table_args__ = (
        ForeignKeyConstraint(
            ["platform", "day"],
            ["outgrow_snapshots.platform", "outgrow_snapshots.snapshot_date"],
            name="fk_outgrow_measurements_snapshot",
            ondelete="CASCADE",
        ),
        Index(DAY_INDEX, "platform", "day"),
        CheckConstraint("(value IS NULL) <> (reason IS NULL)", name="ck_outgrow_measurements_value_or_reason"),
        CheckConstraint("provenance IN ('observed', 'reconstructed')", name="ck_outgrow_measurements_provenance"),
    )

    platform: Mapped[str] = mapped_column(Name(LONGEST_KEY, "platform"), primary_key=True)
    metric: Mapped[str] = mapped_column(Name(LONGEST_KEY, "metric"), primary_key=True)
    scope: Mapped[str] = mapped_column(Name(metrics.LONGEST_SCOPE, "scope"), primary_key=True)
    day: Mapped[date] = mapped_column(Date, primary_key=True)
    value: Mapped[float | None] = mapped_column(Double)
    reason: Mapped[str | None] = mapped_column(String(LONGEST_SAID))
    provenance: Mapped[str] = mapped_column(String(13))
    recorded_at_ms: Mapped[int | None] = mapped_column(BigInteger)
    """When the value was stored, milliseconds since 1970 UTC; None where nobody wrote it down."""


class PlatformRow(StoreBase):
    """A platform that was captured, rebuilt or imported: what reading needs to know of it without its database."""

    __tablename__ = "outgrow_platforms"

    code: Mapped[str] = mapped_column(Name(LONGEST_KEY, "platform"), primary_key=True)
    source_id: Mapped[str | None] = mapped_column(Name(LONGEST_KEY, "platform's id"))
    """Its id in the platform's own database."""
    time_zone: Mapped[str] = mapped_column(Name(LONGEST_KEY, "time zone"))
    recorded_at_ms: Mapped[int] = mapped_column(BigInteger)
    """When it was first seen, milliseconds since 1970 UTC: the first one is the default."""


class MetricRow(StoreBase):
    """A metric that is not built in: one that an import or another package's provider brought."""

    __tablename__ = "outgrow_metrics"

    name: Mapped[str] = mapped_column(Name(LONGEST_KEY, "metric"), primary_key=True)
    kind: Mapped[str] = mapped_column(String(16))
    unit: Mapped[str] = mapped_column(Name(LONGEST_UNIT, "unit"))
    label: Mapped[str] = mapped_column(Name(200, "metric's label"))


class ForecastRow(StoreBase):
    """What was said of one metric of one scope on one day; see `outgrow.domain.issued.IssuedForecast`."""

    __tablename__ = "outgrow_forecasts"

    platform: Mapped[str] = mapped_column(Name(LONGEST_KEY, "platform"), primary_key=True)
    issued_on: Mapped[date] = mapped_column(Date, primary_key=True)
    metric: Mapped[str] = mapped_column(Name(LONGEST_KEY, "metric"), primary_key=True)
    scope: Mapped[str] = mapped_column(Name(metrics.LONGEST_SCOPE, "scope"), primary_key=True)
    as_of: Mapped[date] = mapped_column(Date)
    value: Mapped[float] = mapped_column(Double)
    known_days: Mapped[int]
    model: Mapped[str] = mapped_column(Name(32, "model"))
    reason: Mapped[str | None] = mapped_column(String(LONGEST_SAID))
    quantiles: Mapped[dict[str, dict[str, list[float | None]]]] = mapped_column(JSON)
    """By model and days ahead, the values at `outgrow.domain.issued.KEPT_LEVELS`."""
    limits: Mapped[list[dict[str, Any]]] = mapped_column(JSON)
    """Of each limit above the value: `name`, `threshold`, `days` (p10, p50, p90) and `probability_within`."""
    model_id: Mapped[str | None] = mapped_column(Name(LONGEST_KEY, "model"))
    """Name of the model asked, with the start of its file's checksum; None where it was not kept."""
    assumptions: Mapped[dict[str, Any] | None] = mapped_column(JSON)
    """What it rested on besides the past: events and committed projects; None where they were not kept."""


class RecommendationRow(StoreBase):
    """The life of one recommendation; see `outgrow.domain.recommendation.Life`."""

    __tablename__ = "outgrow_recommendations"

    platform: Mapped[str] = mapped_column(Name(LONGEST_KEY, "platform"), primary_key=True)
    key: Mapped[str] = mapped_column(Name(200, "recommendation's key"), primary_key=True)
    basis: Mapped[str] = mapped_column(Name(300, "recommendation's basis"))
    state: Mapped[str] = mapped_column(String(16))
    severity: Mapped[str] = mapped_column(String(16))
    opened_on: Mapped[date] = mapped_column(Date)
    changed_on: Mapped[date] = mapped_column(Date)
    seen_on: Mapped[date] = mapped_column(Date)
    """The last day on which what it says was found."""
    looked_on: Mapped[date] = mapped_column(Date)
    """The last day on which it could be judged."""
    quiet_since: Mapped[date | None] = mapped_column(Date)
    """The first of the looks since which less was found; None while its severity is found."""
    quiet_severity: Mapped[str] = mapped_column(String(16))
    """The most that was found since then."""
    snoozed_until: Mapped[date | None] = mapped_column(Date)
    document: Mapped[dict[str, Any]] = mapped_column(JSON)
    """What it said when it was last found."""


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

    __tablename__ = "outgrow_snapshots"

    platform: Mapped[str] = mapped_column(Name(LONGEST_KEY, "platform"), primary_key=True)
    snapshot_date: Mapped[date] = mapped_column(Date, primary_key=True)
    captured_at_ms: Mapped[int | None] = mapped_column(BigInteger)
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
