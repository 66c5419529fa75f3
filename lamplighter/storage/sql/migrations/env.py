"""Alembic's entry: runs on the connection and in the transaction that `migrate` hands over."""

from alembic import context

from lamplighter.storage.sql.tables import METADATA

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=METADATA,
    render_as_batch=True,  # SQLite cannot alter columns: Alembic copies the table
    compare_type=True,
    compare_server_default=True,
)
context.run_migrations()
