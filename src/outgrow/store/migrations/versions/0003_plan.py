"""What an issued forecast rested on, and recommendations that live from day to day."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    present = {column["name"] for column in sa.inspect(op.get_bind()).get_columns("outgrow_forecasts")}
    for column in (sa.Column("model_id", sa.String(64)), sa.Column("assumptions", sa.JSON)):
        if column.name not in present:  # an upgrade that was cut off can be run again
            op.add_column("outgrow_forecasts", column)
    op.create_table(
        "outgrow_recommendations",
        sa.Column("platform", sa.String(64), primary_key=True),
        sa.Column("key", sa.String(200), primary_key=True),
        sa.Column("basis", sa.String(300), nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("severity", sa.String(16), nullable=False),
        sa.Column("opened_on", sa.Date, nullable=False),
        sa.Column("changed_on", sa.Date, nullable=False),
        sa.Column("seen_on", sa.Date, nullable=False),
        sa.Column("looked_on", sa.Date, nullable=False),
        sa.Column("quiet_since", sa.Date),
        sa.Column("quiet_severity", sa.String(16), nullable=False),
        sa.Column("snoozed_until", sa.Date),
        sa.Column("document", sa.JSON, nullable=False),
        if_not_exists=True,
    )


def downgrade() -> None:
    op.drop_table("outgrow_recommendations")
    with op.batch_alter_table("outgrow_forecasts") as table:
        table.drop_column("assumptions")
        table.drop_column("model_id")
