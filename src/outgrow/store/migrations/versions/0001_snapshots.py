"""Snapshots, their measurements, the platforms they are of, and metrics that are not built in."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    # "If not exists", so that a run that was cut off on a database without transactional DDL can be run again.
    op.create_table(
        "outgrow_snapshots",
        sa.Column("platform", sa.String(64), primary_key=True),
        sa.Column("snapshot_date", sa.Date, primary_key=True),
        sa.Column("captured_at_ms", sa.BigInteger),
        if_not_exists=True,
    )
    op.create_table(
        "outgrow_measurements",
        sa.Column("platform", sa.String(64), primary_key=True),
        sa.Column("metric", sa.String(64), primary_key=True),
        sa.Column("scope", sa.String(128), primary_key=True),
        sa.Column("day", sa.Date, primary_key=True),
        sa.Column("value", sa.Double),
        sa.Column("reason", sa.String(300)),
        sa.Column("provenance", sa.String(13), nullable=False),
        sa.ForeignKeyConstraint(
            ["platform", "day"],
            ["outgrow_snapshots.platform", "outgrow_snapshots.snapshot_date"],
            name="fk_outgrow_measurements_snapshot",
            ondelete="CASCADE",
        ),
        sa.CheckConstraint("(value IS NULL) <> (reason IS NULL)", name="ck_outgrow_measurements_value_or_reason"),
        sa.CheckConstraint("provenance IN ('observed', 'reconstructed')", name="ck_outgrow_measurements_provenance"),
        if_not_exists=True,
    )
    op.create_index("ix_outgrow_measurements_day", "outgrow_measurements", ["platform", "day"], if_not_exists=True)
    op.create_table(
        "outgrow_platforms",
        sa.Column("code", sa.String(64), primary_key=True),
        sa.Column("source_id", sa.String(64)),
        sa.Column("time_zone", sa.String(64), nullable=False),
        sa.Column("recorded_at_ms", sa.BigInteger, nullable=False),
        if_not_exists=True,
    )
    op.create_table(
        "outgrow_metrics",
        sa.Column("name", sa.String(64), primary_key=True),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("unit", sa.String(32), nullable=False),
        sa.Column("label", sa.String(200), nullable=False),
        if_not_exists=True,
    )


def downgrade() -> None:
    op.drop_table("outgrow_metrics")
    op.drop_table("outgrow_platforms")
    op.drop_table("outgrow_measurements")
    op.drop_table("outgrow_snapshots")
