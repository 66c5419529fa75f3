"""Entries of inspectors' visits."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

_NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        "visit_entries",
        sa.Column("number", _NUMBER, autoincrement=True, nullable=False),
        *[sa.Column(name, sa.String(size), nullable=False) for name, size in (("key", 64), ("visit", 64), ("school", 48))],
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("at_ms", sa.BigInteger(), nullable=False),
        sa.Column("received_at_ms", sa.BigInteger(), nullable=False),
        sa.Column("who", sa.String(80), nullable=False),
        sa.Column("content", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_visit_entries")),
        sa.UniqueConstraint("key", name=op.f("uq_visit_entries_key")),
    )
    op.create_index(op.f("ix_visit_entries_school_visit"), "visit_entries", ["school", "visit"])


def downgrade() -> None:
    """Drop the table."""
    op.drop_table("visit_entries")
