"""What completeness needs: spans given up, gaps and their age, late arrivals, and whether a start has ended.

Revision 0002, after 0001.
"""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    with op.batch_alter_table("gateways") as table:
        table.add_column(sa.Column("boot_id", sa.String(64), server_default=sa.text("''"), nullable=False))
        table.add_column(sa.Column("rival_at_ms", sa.BigInteger(), server_default="0", nullable=False))
    with op.batch_alter_table("lanes") as table:
        table.add_column(sa.Column("late", sa.BigInteger(), server_default="0", nullable=False))
        table.add_column(sa.Column("final", sa.Boolean(), server_default=sa.false(), nullable=False))
    op.create_index(op.f("ix_received_boot_id_lane"), "received", ["boot_id", "lane"])
    key = ("district", "school", "gateway", "boot", "boot_id", "lane")
    op.create_table(
        "given_up",
        *_lane_key(),
        sa.Column("why", sa.String(16), nullable=False),
        *[sa.Column(name, sa.BigInteger(), nullable=False) for name in ("first", "last", "items", "from_ms", "to_ms")],
        sa.PrimaryKeyConstraint(*key, "why", "first", name=op.f("pk_given_up")),
    )
    op.create_table(
        "gaps",
        *_lane_key(),
        *[sa.Column(name, sa.BigInteger(), nullable=False) for name in ("first", "last", "seen_at_ms")],
        sa.PrimaryKeyConstraint(*key, "first", name=op.f("pk_gaps")),
    )


def downgrade() -> None:
    """Take back."""
    op.drop_table("gaps")
    op.drop_table("given_up")
    op.drop_index(op.f("ix_received_boot_id_lane"), table_name="received")
    with op.batch_alter_table("lanes") as table:
        table.drop_column("final")
        table.drop_column("late")
    with op.batch_alter_table("gateways") as table:
        table.drop_column("rival_at_ms")
        table.drop_column("boot_id")


def _lane_key() -> "list[sa.Column[str] | sa.Column[int]]":
    names = [sa.Column(name, sa.String(48), nullable=False) for name in ("district", "school", "gateway")]
    boot: list[sa.Column[str] | sa.Column[int]] = [
        sa.Column("boot", sa.BigInteger(), nullable=False),
        sa.Column("boot_id", sa.String(64), nullable=False),
        sa.Column("lane", sa.String(16), nullable=False),
    ]
    return [*names, *boot]
