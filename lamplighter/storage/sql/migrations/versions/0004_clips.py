"""Clips that gateways keep, how far those asked for have come, and the register of who fetched or watched them."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

_NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "clips",
        *_gateway(),
        _text("condition", 255),
        sa.Column("raised_ms", sa.BigInteger(), nullable=False, autoincrement=False),
        _text("sha256", 64),
        _text("camera", 48),
        *[sa.Column(name, sa.BigInteger(), nullable=False) for name in ("bytes", "begin_ms", "end_ms")],
        _text("sealed_sha256", 64),
        sa.PrimaryKeyConstraint("district", "school", "gateway", "condition", "raised_ms", name=op.f("pk_clips")),
    )
    op.create_index(op.f("ix_clips_sha256"), "clips", ["sha256"])
    op.create_table(
        "clip_files",
        *_gateway(),
        _text("sha256", 64),
        _text("state", 16),
        *[sa.Column(name, sa.Integer(), nullable=False) for name in ("got", "parts")],
        sa.Column("reason", sa.Text(), nullable=False),
        *[sa.Column(name, sa.BigInteger(), nullable=False) for name in ("at_ms", "told_at_ms")],
        sa.PrimaryKeyConstraint("district", "school", "gateway", "sha256", name=op.f("pk_clip_files")),
    )
    op.create_index(op.f("ix_clip_files_state"), "clip_files", ["state"])
    op.create_table(
        "retrievals",
        sa.Column("number", _NUMBER, autoincrement=True, nullable=False),
        sa.Column("at_ms", sa.BigInteger(), nullable=False),
        *_gateway(),
        *[_text(name, length) for name, length in (("sha256", 64), ("what", 16), ("who", 128), ("unit", 128))],
        sa.Column("why", sa.Text(), nullable=False),
        _text("client", 64),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_retrievals")),
    )
    op.create_index(op.f("ix_retrievals_sha256"), "retrievals", ["sha256"])


def downgrade() -> None:
    """Drop the tables."""
    for table in ("retrievals", "clip_files", "clips"):
        op.drop_table(table)


def _text(name: str, length: int) -> sa.Column[str]:
    return sa.Column(name, sa.String(length), nullable=False)


def _gateway() -> list[sa.Column[str]]:
    return [_text(name, 48) for name in ("district", "school", "gateway")]
