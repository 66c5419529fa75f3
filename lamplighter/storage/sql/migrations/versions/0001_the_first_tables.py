"""The first tables.

Revision 0001, after nothing.
"""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

_NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_TABLES = ("gateways", "received", "lanes", "conditions", "transitions", "quarantine", "stills")


def upgrade() -> None:
    """Apply."""
    _gateways()
    _received()
    _lanes()
    _conditions()
    _transitions()
    _quarantine()
    _stills()


def downgrade() -> None:
    """Take back."""
    op.drop_index(op.f("ix_transitions_at_ms"), table_name="transitions")
    for table in reversed(_TABLES):
        op.drop_table(table)


def _text(name: str, length: int) -> "sa.Column[str]":
    return sa.Column(name, sa.String(length), nullable=False)


def _number(name: str) -> "sa.Column[int]":
    return sa.Column(name, sa.BigInteger(), nullable=False)


def _gateway_key() -> "list[sa.Column[str]]":
    return [_text(name, 48) for name in ("district", "school", "gateway")]


def _lane_key() -> "list[sa.Column[str] | sa.Column[int]]":
    return [*_gateway_key(), _number("boot"), _text("boot_id", 64), _text("lane", 16)]


def _condition_columns() -> "list[sa.Column[str]]":
    return [_text("kind", 48), _text("name", 128), _text("source", 48), _text("space", 48)]


def _gateways() -> None:
    op.create_table(
        "gateways",
        *_gateway_key(),
        _number("boot"),
        _text("state", 16),
        _number("state_at_ms"),
        sa.Column("health_at_ms", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("health", sa.Text(), server_default="{}", nullable=False),
        sa.PrimaryKeyConstraint("district", "school", "gateway", name=op.f("pk_gateways")),
    )


def _received() -> None:
    op.create_table(
        "received",
        *_lane_key(),
        _number("first"),
        _number("last"),
        sa.PrimaryKeyConstraint("district", "school", "gateway", "boot", "boot_id", "lane", "first", name=op.f("pk_received")),
    )


def _lanes() -> None:
    op.create_table(
        "lanes",
        *_lane_key(),
        *[_number(name) for name in ("low", "high", "stored", "rejected", "duplicates", "last_at_ms")],
        sa.PrimaryKeyConstraint("district", "school", "gateway", "boot", "boot_id", "lane", name=op.f("pk_lanes")),
    )


def _conditions() -> None:
    op.create_table(
        "conditions",
        *_gateway_key(),
        _text("id", 255),
        *_condition_columns(),
        sa.Column("active", sa.Boolean(), nullable=False),
        *[_number(name) for name in ("since_ms", "at_ms", "boot", "seq")],
        sa.Column("evidence", sa.Text(), nullable=False),
        _text("still_sha256", 64),
        sa.Column("raised_count", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("district", "school", "gateway", "id", name=op.f("pk_conditions")),
    )


def _transitions() -> None:
    op.create_table(
        "transitions",
        sa.Column("number", _NUMBER, autoincrement=True, nullable=False),
        *_gateway_key(),
        _text("id", 255),
        *_condition_columns(),
        sa.Column("active", sa.Boolean(), nullable=False),
        *[_number(name) for name in ("since_ms", "at_ms", "received_at_ms", "boot", "seq")],
        sa.Column("evidence", sa.Text(), nullable=False),
        _text("still_sha256", 64),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_transitions")),
        sa.UniqueConstraint(
            "district", "school", "gateway", "id", "boot", "seq", name=op.f("uq_transitions_district_school_gateway_id_boot_seq")
        ),
    )
    op.create_index(op.f("ix_transitions_at_ms"), "transitions", ["at_ms"])


def _quarantine() -> None:
    op.create_table(
        "quarantine",
        sa.Column("number", _NUMBER, autoincrement=True, nullable=False),
        _number("at_ms"),
        _text("topic", 255),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("whole", sa.Boolean(), nullable=False),
        sa.Column("boot", sa.BigInteger()),
        sa.Column("seq", sa.BigInteger()),
        _number("bytes"),
        _text("sha256", 64),
        sa.Column("payload", sa.LargeBinary(), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        _text("reason_sha256", 64),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_quarantine")),
        sa.UniqueConstraint("topic", "sha256", "reason_sha256", name=op.f("uq_quarantine_topic_sha256_reason_sha256")),
    )


def _stills() -> None:
    op.create_table(
        "stills",
        _text("sha256", 64),
        *_gateway_key(),
        _text("condition", 255),
        _text("camera", 48),
        _number("at_ms"),
        sa.Column("bytes", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("sha256", name=op.f("pk_stills")),
    )
