"""Forecasts that were issued, kept until their day comes and after it."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "outgrow_forecasts",
        sa.Column("platform", sa.String(64), primary_key=True),
        sa.Column("issued_on", sa.Date, primary_key=True),
        sa.Column("metric", sa.String(64), primary_key=True),
        sa.Column("scope", sa.String(128), primary_key=True),
        sa.Column("as_of", sa.Date, nullable=False),
        sa.Column("value", sa.Double, nullable=False),
        sa.Column("known_days", sa.Integer, nullable=False),
        sa.Column("model", sa.String(32), nullable=False),
        sa.Column("reason", sa.String(300)),
        sa.Column("quantiles", sa.JSON, nullable=False),
        sa.Column("limits", sa.JSON, nullable=False),
        if_not_exists=True,
    )


def downgrade() -> None:
    op.drop_table("outgrow_forecasts")
