"""Which checks a settings file asks for: a gateway's, ingest's, the server's or the console's, told apart by its keys."""

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from lamplighter.deployment.access import CONSOLE, worker_users
from lamplighter.doctor.broker import gateway_caller, look_at_broker, worker_callers
from lamplighter.doctor.finding import Finding, tried
from lamplighter.doctor.machine import look_at_clock, look_at_disk
from lamplighter.runtime.clock import Clock
from lamplighter.runtime.settings import check_settings, read_toml

if TYPE_CHECKING:
    pass


def examine(path: Path, clock: Clock, *, ntp_host: str | None = None) -> Iterator[Finding]:
    """Findings as they come; raises SettingsError where the file itself is wrong, with every problem of it."""
    data = read_toml(path)
    if "gateway" in data:
        yield from _examine_gateway(path, data, clock, ntp_host)
    elif "broker" in data:
        yield from _examine_centre(path, data, clock, ntp_host)
    else:
        yield from _examine_console(path, data, clock, ntp_host)


def extra_of(path: Path) -> str:
    """The part of the installation that the file's process is in: `edge` or `server`; raises SettingsError."""
    return "edge" if "gateway" in read_toml(path) else "server"


def _examine_gateway(path: Path, data: dict[str, Any], clock: Clock, ntp_host: str | None) -> Iterator[Finding]:
    from edge.settings import GatewaySettings
    from lamplighter.doctor.eyes import look_at_cameras, look_at_model, look_at_recorders
    from lamplighter.doctor.sensors import look_at_buses

    settings = check_settings(data, GatewaySettings, where=str(path))
    yield look_at_clock(clock, ntp_host)
    yield look_at_disk(settings.data_dir, wanted_bytes=settings.outbox.max_bytes)
    yield from look_at_broker(settings.broker, [gateway_caller(settings.identity)], clock)
    if settings.cameras:
        yield look_at_model(settings.detector)
    yield from look_at_cameras(settings.cameras, clock)
    yield from look_at_recorders(settings.recorders, clock)
    yield from look_at_buses(settings.buses, clock)


def _examine_centre(path: Path, data: dict[str, Any], clock: Clock, ntp_host: str | None) -> Iterator[Finding]:
    from ingest.settings import IngestSettings
    from lamplighter.doctor.stores import look_at_sql, look_at_sql_clock, look_at_store
    from lamplighter.processes.server import ServerSettings

    kind = ServerSettings if "console" in data else IngestSettings
    settings: IngestSettings = check_settings(data, kind, where=str(path))
    yield look_at_clock(clock, ntp_host)
    yield look_at_disk(settings.data_dir)
    yield _look_at_sites(settings.site_files)
    yield from look_at_broker(settings.broker, worker_callers(worker_users(settings.worker)), clock)
    yield look_at_store(settings.store, clock)
    yield look_at_sql(settings.sql)
    yield from look_at_sql_clock(settings.sql, clock)


def _examine_console(path: Path, data: dict[str, Any], clock: Clock, ntp_host: str | None) -> Iterator[Finding]:
    from lamplighter.doctor.stores import look_at_sql, look_at_sql_clock, look_at_store
    from lamplighter.processes.console import ConsoleProcessSettings

    settings = check_settings(data, ConsoleProcessSettings, where=str(path))
    yield look_at_clock(clock, ntp_host)
    yield _look_at_sites(settings.site_files)
    if settings.gateway_broker is not None:
        yield from look_at_broker(settings.gateway_broker, worker_callers([CONSOLE]), clock)
    yield look_at_store(settings.store, clock)
    yield look_at_sql(settings.sql)
    yield from look_at_sql_clock(settings.sql, clock)


def _look_at_sites(paths: tuple[Path, ...]) -> Finding:
    from lamplighter.processes.ingest import load_sites

    return tried("sites", f"{len(paths)} files", lambda: f"{len(load_sites(paths))} schools", remedy="correct the site file")
