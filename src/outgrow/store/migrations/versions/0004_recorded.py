"""When each value was recorded."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

OF_CAPTURED_DAYS = """
    recorded_at_ms IS NULL AND EXISTS (
        SELECT 1 FROM outgrow_snapshots AS s WHERE s.platform = outgrow_measurements.platform
        AND s.snapshot_date = outgrow_measurements.day AND s.captured_at_ms IS NOT NULL
    )
"""
OBSERVED = f"""
    UPDATE outgrow_measurements SET recorded_at_ms = (
        SELECT s.captured_at_ms FROM outgrow_snapshots AS s
        WHERE s.platform = outgrow_measurements.platform AND s.snapshot_date = outgrow_measurements.day
    ) WHERE provenance = 'observed' AND {OF_CAPTURED_DAYS}
"""  # noqa: S608 - texts of this file alone
COMPLETED = f"""
    UPDATE outgrow_measurements SET recorded_at_ms = (
        SELECT s.captured_at_ms FROM outgrow_snapshots AS s
        WHERE s.platform = outgrow_measurements.platform AND s.snapshot_date > outgrow_measurements.day
        AND s.captured_at_ms IS NOT NULL ORDER BY s.snapshot_date LIMIT 1
    ) WHERE provenance = 'reconstructed' AND {OF_CAPTURED_DAYS}
"""  # noqa: S608
"""What a captured day was given later: by the next capture, which completes what happened on it."""


def upgrade() -> None:
    present = {column["name"] for column in sa.inspect(op.get_bind()).get_columns("outgrow_measurements")}
    if "recorded_at_ms" not in present:  # an upgrade that was cut off can be run again
        op.add_column("outgrow_measurements", sa.Column("recorded_at_ms", sa.BigInteger))
    op.execute(OBSERVED)
    op.execute(COMPLETED)


def downgrade() -> None:
    op.drop_column("outgrow_measurements", "recorded_at_ms")
