"""The migrations, run one after the other, make exactly the tables that the code uses."""

from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from sqlalchemy import Connection, Engine, inspect, text

from lamplighter.storage.sql.engine import MIGRATIONS, migrate, transaction
from lamplighter.storage.sql.tables import METADATA

COMPARED = {"compare_type": True, "compare_server_default": True}


def test_the_migrations_make_the_tables(engine: Engine) -> None:
    with transaction(engine) as connection:
        assert compare_metadata(MigrationContext.configure(connection, opts=COMPARED), METADATA) == []


def test_the_comparison_sees_a_table_that_is_missing(engine: Engine) -> None:
    with transaction(engine) as connection:
        connection.exec_driver_sql("DROP TABLE stills")
        changes = compare_metadata(MigrationContext.configure(connection, opts=COMPARED), METADATA)
    assert [change[0] for change in changes] == ["add_table"]


def test_migrating_again_changes_nothing(engine: Engine) -> None:
    before = inspect(engine).get_table_names()
    migrate(engine)
    assert inspect(engine).get_table_names() == before


def test_every_migration_can_be_taken_back(engine: Engine) -> None:
    with transaction(engine) as connection:
        command.downgrade(_config(connection), "base")
    assert inspect(engine).get_table_names() == ["alembic_version"]


def test_names_kept_before_the_mark_keep_the_commitment_that_ledgers_wrote(engine: Engine) -> None:
    kept = [("b", "甲"), ("a", "甲"), ("c", "乙")]
    with transaction(engine) as connection:
        command.downgrade(_config(connection), "0006")
        for commitment, name in kept:
            row = {"commitment": commitment, "name": name}
            connection.execute(text("INSERT INTO names VALUES (:commitment, 'salt', :name)"), row)
        command.upgrade(_config(connection), "head")
        marked = connection.execute(text("SELECT commitment FROM names WHERE in_ledger"))
        assert sorted(marked.scalars()) == ["a", "c"]


def _config(connection: Connection) -> Config:
    config = Config()
    config.set_main_option("script_location", MIGRATIONS)
    config.attributes["connection"] = connection
    return config
