"""Alembic migrations, shipped in the package; `lamplighter.storage.sql.engine.migrate` runs them."""
