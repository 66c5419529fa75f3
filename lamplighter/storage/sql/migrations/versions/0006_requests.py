"""What people asked of gateways."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

_TEXTS = (("district", 48), ("school", 48), ("gateway", 48), ("kind", 32), ("camera", 48), ("client", 64))


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        "requests",
        sa.Column("id", sa.String(64), nullable=False),
        *[sa.Column(name, sa.String(length), nullable=False) for name, length in _TEXTS],
        sa.Column("at_ms", sa.BigInteger(), nullable=False),
        sa.Column("answered_at_ms", sa.BigInteger(), nullable=True),
        sa.Column("outcome", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_requests")),
    )
    op.create_index(op.f("ix_requests_school_at_ms"), "requests", ["school", "at_ms"])


def downgrade() -> None:
    """Drop the table."""
    op.drop_table("requests")
