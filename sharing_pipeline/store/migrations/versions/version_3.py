"""The ledgers before Alembic came, which start here.

Nothing is to be done: a ledger of this version exists already, and a new one is made whole from
the models.
"""

revision = "3"
down_revision = None


def upgrade() -> None:
    """Every table is there."""
