"""Hash chains with their documents, the ledger's states, corrective actions."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

_NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Make the tables."""
    _chains()
    _ledger()
    _actions()


def downgrade() -> None:
    """Drop the tables."""
    for table in ("waivers", "actions", "ledger", "names", "history_objects", "chain_heads", "chain_entries"):
        op.drop_table(table)


def _text(name: str, length: int) -> sa.Column[str]:
    return sa.Column(name, sa.String(length), nullable=False)


def _chains() -> None:
    op.create_table(
        "chain_entries",
        _text("chain", 64),
        sa.Column("seq", sa.BigInteger(), autoincrement=False, nullable=False),
        *[_text(name, length) for name, length in (("kind", 16), ("day", 10), ("document", 64))],
        sa.Column("line", sa.Text(), nullable=False),
        _text("hash", 64),
        sa.PrimaryKeyConstraint("chain", "seq", name=op.f("pk_chain_entries")),
        sa.UniqueConstraint("hash", name=op.f("uq_chain_entries_hash")),
    )
    op.create_index(op.f("ix_chain_entries_chain_day"), "chain_entries", ["chain", "day"])
    op.create_table(
        "chain_heads",
        _text("chain", 64),
        sa.Column("seq", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("line", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("chain", "seq", name=op.f("pk_chain_heads")),
    )
    op.create_table(
        "history_objects",
        _text("sha256", 64),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("sha256", name=op.f("pk_history_objects")),
    )
    op.create_table(
        "names",
        _text("commitment", 64),
        _text("salt", 64),
        sa.Column("name", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("commitment", name=op.f("pk_names")),
    )


def _ledger() -> None:
    op.create_table(
        "ledger",
        sa.Column("number", _NUMBER, autoincrement=True, nullable=False),
        *[_text(name, length) for name, length in (("school", 48), ("sheet", 32), ("key", 255), ("valid_from", 10))],
        sa.Column("recorded_at_ms", sa.BigInteger(), nullable=False),
        sa.Column("content", sa.Text(), nullable=False),
        _text("who", 80),
        sa.Column("why", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_ledger")),
    )
    op.create_index(op.f("ix_ledger_school_sheet_key"), "ledger", ["school", "sheet", "key"])


def _actions() -> None:
    op.create_table(
        "actions",
        *[_text(name, length) for name, length in (("id", 255), ("district", 48), ("school", 48), ("state", 16), ("due", 10))],
        sa.Column("content", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_actions")),
    )
    op.create_index(op.f("ix_actions_school_state"), "actions", ["school", "state"])
    op.create_table(
        "waivers",
        sa.Column("number", _NUMBER, autoincrement=True, nullable=False),
        *[_text(name, length) for name, length in (("school", 48), ("subject", 48), ("rule", 16), ("since", 10), ("until", 10))],
        _text("who", 80),
        sa.Column("why", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_waivers")),
    )
