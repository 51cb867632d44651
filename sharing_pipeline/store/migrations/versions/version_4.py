"""The ledger keeps the sha256 of every lake file that is written from now on."""

import sqlalchemy as sa
from alembic import op

revision = "4"
down_revision = "3"

TEXT = sa.String().with_variant(sa.String(collation="C"), "postgresql")
SIZE = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """A row for each new file; files from before have none until somebody works theirs out."""
    op.create_table(
        "lake_digest",
        sa.Column("path", TEXT, primary_key=True),
        sa.Column("sha256", TEXT, nullable=False),
        sa.Column("size", SIZE, nullable=False),
    )
    # The programs before Alembic look at this number only, and refuse every other than 3.
    op.execute("UPDATE schema_stamp SET version = 4")
