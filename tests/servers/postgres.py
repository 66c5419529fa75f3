"""A real PostgreSQL: a throw-away cluster."""

import os
import signal
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path
from shutil import chown, rmtree
from uuid import uuid4

import psycopg
import pytest
from sqlalchemy import create_engine

from lamplighter.storage.sql.engine import SqlSettings
from tests.servers.absent import absent, program
from tests.servers.processes import Server, free_port

FOLDERS = "usr/lib/postgresql/*/bin"
PASSWORD = "of a throw-away cluster"
INITDB = ("--auth=scram-sha-256", "--encoding=UTF8", "--locale=C", "--no-sync")
OPTIONS = ("listen_addresses=127.0.0.1", "unix_socket_directories=", "fsync=off", "full_page_writes=off", "max_connections=50")


class Postgres(Server):
    """A cluster on loopback below `folder`, which nobody else may enter; the user is `lamplighter`."""

    def __init__(self, initdb: str, postgres: str, folder: Path) -> None:
        self.password_file = folder / "password"
        self.password_file.write_text(PASSWORD, "utf-8")
        # PostgreSQL refuses to run as root.
        other_user = ["setpriv", "--reuid=nobody", "--regid=nogroup", "--clear-groups"] if os.geteuid() == 0 else []
        if other_user:
            for path in (folder, self.password_file):
                chown(path, "nobody", "nogroup")
        data = folder / "data"
        subprocess.run(
            [*other_user, initdb, f"--pgdata={data}", "--username=lamplighter", f"--pwfile={self.password_file}", *INITDB],
            check=True,
            capture_output=True,
            cwd=folder,
        )
        port = free_port()
        options = [part for option in OPTIONS for part in ("-c", option)]
        super().__init__([*other_user, postgres, "-D", str(data), "-p", str(port), *options], port, log=folder / "log")
        self.url = f"postgresql://lamplighter@127.0.0.1:{port}/postgres"

    def ready(self) -> bool:
        """Whether it takes connections: it listens while it still recovers."""
        try:
            psycopg.connect(self.url, password=PASSWORD, connect_timeout=2).close()
        except psycopg.OperationalError:
            return False
        return True

    def stop(self) -> None:
        """End it without waiting for its clients to leave."""
        self._end(lambda process: process.send_signal(signal.SIGINT))

    def create_schema(self) -> SqlSettings:
        """Settings of an empty schema that no other test sees."""
        name = f"t{uuid4().hex[:12]}"
        admin = create_engine(self.url.replace("postgresql", "postgresql+psycopg", 1), connect_args={"password": PASSWORD})
        with admin.begin() as connection:
            connection.exec_driver_sql(f"CREATE SCHEMA {name}")
        admin.dispose()
        return SqlSettings(url=f"{self.url}?options=-csearch_path%3D{name}", password_file=self.password_file)


def _started(config: pytest.Config) -> Iterator[Postgres]:
    initdb, postgres = program("initdb", folders=FOLDERS), program("postgres", folders=FOLDERS)
    if initdb is None or postgres is None:
        absent(config, "postgres")
    # Not below pytest's own folder, which another user may not enter.
    folder = Path(tempfile.mkdtemp(prefix="lamplighter-postgres-"))
    try:
        server = Postgres(initdb, postgres, folder)
        server.start()
        yield server
        server.stop()
    finally:
        rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def postgres_server(request: pytest.FixtureRequest) -> Iterator[Postgres]:
    """The run's cluster. Do not stop it."""
    yield from _started(request.config)


@pytest.fixture
def own_postgres(request: pytest.FixtureRequest) -> Iterator[Postgres]:
    """A cluster of the test's own, to be stopped and restarted."""
    yield from _started(request.config)


@pytest.fixture
def postgres(postgres_server: Postgres) -> SqlSettings:
    """Settings of an empty database of the test's own, for `open_sql`."""
    return postgres_server.create_schema()
