"""Our tables: a snapshot per platform and day, its measurements, a row each, and the forecasts issued that day.

A measurement is keyed by what it measures and when, so reading one metric's whole history is one range of the key. A
forecast is keyed by the day first, because all metrics of some days are read together.

Plain tables, because rows and not objects are read and written: what maps them to objects is imported by hosts alone.
"""

from typing import Any

from sqlalchemy import (
    JSON,
    BigInteger,
    CheckConstraint,
    Column,
    Date,
    Double,
    ForeignKeyConstraint,
    Index,
    Integer,
    MetaData,
    String,
    Table,
)

from outgrow.domain.metric import LONGEST_SCOPE
from outgrow.domain.text import LONGEST_KEY, LONGEST_SAID, LONGEST_UNIT
from outgrow.store.types import Name

DAY_INDEX = "ix_outgrow_measurements_day"

METADATA = MetaData()
"""All of them bear the prefix `outgrow_`, to live beside a host's own."""


def _key(name: str, kind: Any) -> Column[Any]:  # noqa: ANN401 - a type of any kind
    return Column(name, kind, primary_key=True)


def _given(name: str, kind: Any) -> Column[Any]:  # noqa: ANN401 - a type of any kind
    return Column(name, kind, nullable=False)


MEASUREMENTS = Table(
    "outgrow_measurements",
    METADATA,
    _key("platform", Name(LONGEST_KEY, "platform")),
    _key("metric", Name(LONGEST_KEY, "metric")),
    _key("scope", Name(LONGEST_SCOPE, "scope")),
    _key("day", Date()),
    Column("value", Double()),
    Column("reason", String(LONGEST_SAID)),
    _given("provenance", String(13)),
    # When the value was stored, milliseconds since 1970 UTC; NULL where nobody wrote it down.
    Column("recorded_at_ms", BigInteger()),
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
"""One metric of one scope on one day: a value, or the reason why there is none."""

SNAPSHOTS = Table(
    "outgrow_snapshots",
    METADATA,
    _key("platform", Name(LONGEST_KEY, "platform")),
    _key("snapshot_date", Date()),
    # When the day was captured, milliseconds since 1970 UTC; NULL for a day that was only rebuilt.
    Column("captured_at_ms", BigInteger()),
)
"""A platform's day."""

PLATFORMS = Table(
    "outgrow_platforms",
    METADATA,
    _key("code", Name(LONGEST_KEY, "platform")),
    # Its id in the platform's own database.
    Column("source_id", Name(LONGEST_KEY, "platform's id")),
    _given("time_zone", Name(LONGEST_KEY, "time zone")),
    # When it was first seen, milliseconds since 1970 UTC: the first one is the default.
    _given("recorded_at_ms", BigInteger()),
)
"""A platform that was captured, rebuilt or imported: what reading needs to know of it without its database."""

METRICS = Table(
    "outgrow_metrics",
    METADATA,
    _key("name", Name(LONGEST_KEY, "metric")),
    _given("kind", String(16)),
    _given("unit", Name(LONGEST_UNIT, "unit")),
    _given("label", Name(200, "metric's label")),
)
"""A metric that is not built in: one that an import or another package's provider brought."""

FORECASTS = Table(
    "outgrow_forecasts",
    METADATA,
    _key("platform", Name(LONGEST_KEY, "platform")),
    _key("issued_on", Date()),
    _key("metric", Name(LONGEST_KEY, "metric")),
    _key("scope", Name(LONGEST_SCOPE, "scope")),
    _given("as_of", Date()),
    _given("value", Double()),
    _given("known_days", Integer()),
    _given("model", Name(32, "model")),
    Column("reason", String(LONGEST_SAID)),
    # By model and days ahead, the values at `outgrow.domain.issued.KEPT_LEVELS`.
    _given("quantiles", JSON()),
    # Of each limit above the value: `name`, `threshold`, `days` (p10, p50, p90) and `probability_within`.
    _given("limits", JSON()),
    # Name of the model asked, with the start of its file's checksum; NULL where it was not kept.
    Column("model_id", Name(LONGEST_KEY, "model")),
    # What it rested on besides the past: events and committed projects; NULL where they were not kept.
    Column("assumptions", JSON()),
)
"""What was said of one metric of one scope on one day; see `outgrow.domain.issued.IssuedForecast`."""

RECOMMENDATIONS = Table(
    "outgrow_recommendations",
    METADATA,
    _key("platform", Name(LONGEST_KEY, "platform")),
    _key("key", Name(200, "recommendation's key")),
    _given("basis", Name(300, "recommendation's basis")),
    _given("state", String(16)),
    _given("severity", String(16)),
    _given("opened_on", Date()),
    _given("changed_on", Date()),
    # The last day on which what it says was found.
    _given("seen_on", Date()),
    # The last day on which it could be judged.
    _given("looked_on", Date()),
    # The first of the looks since which less was found; NULL while its severity is found.
    Column("quiet_since", Date()),
    # The most that was found since then.
    _given("quiet_severity", String(16)),
    Column("snoozed_until", Date()),
    # What it said when it was last found.
    _given("document", JSON()),
)
"""The life of one recommendation; see `outgrow.domain.recommendation.TrackedRecommendation`."""
