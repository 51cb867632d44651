"""The ledger keeps which runs failed, at which step and why."""

import sqlalchemy as sa
from alembic import op

revision = "5"
down_revision = "4"

TEXT = sa.String().with_variant(sa.String(collation="C"), "postgresql")


def upgrade() -> None:
    """No failure is known from before."""
    op.create_table(
        "failure",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("day", sa.Date, nullable=False),
        sa.Column("failed_at", sa.DateTime, nullable=False),
        sa.Column("step", TEXT, nullable=False),
        sa.Column("reason", TEXT, nullable=False),
        sa.Column("run_id", TEXT, nullable=False),
    )
    op.create_index("ix_failure_day", "failure", ["day"])
