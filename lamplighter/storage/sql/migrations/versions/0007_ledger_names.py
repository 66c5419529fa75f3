"""Which commitment to a name ledgers write: until now the first in the alphabet, which a new one could displace."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Mark the commitments that ledgers wrote last."""
    with op.batch_alter_table("names") as names:
        names.add_column(sa.Column("in_ledger", sa.Boolean(), server_default=sa.false(), nullable=False))
    op.execute("UPDATE names SET in_ledger = true WHERE commitment IN (SELECT min(commitment) FROM names GROUP BY name)")


def downgrade() -> None:
    """Drop the mark."""
    with op.batch_alter_table("names") as names:
        names.drop_column("in_ledger")
