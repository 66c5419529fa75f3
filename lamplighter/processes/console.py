"""`lamplighter console run`: the console alone, beside an ingest that writes to InfluxDB and PostgreSQL."""

import asyncio
from contextlib import ExitStack
from pathlib import Path

from pydantic import Field

from compliance.packs import load_packs
from console.app import create_app
from console.clips import ClipDesk
from console.port import claim_port
from console.requests import asking
from console.serve import serve
from console.settings import ConsoleSettings
from console.view import View
from lamplighter.processes.ingest import load_sites
from lamplighter.runtime.clock import SystemClock
from lamplighter.runtime.mqtt import BrokerSettings
from lamplighter.runtime.settings import Settings
from lamplighter.runtime.stopping import stop_on_signals
from lamplighter.storage.clip_files import ClipFiles
from lamplighter.storage.evidence_files import EvidenceFiles
from lamplighter.storage.sql.engine import SqlSettings, migrate, open_sql
from lamplighter.storage.timeseries.settings import StoreSettings, open_store


class ConsoleProcessSettings(Settings):
    """The settings file of a console of its own."""

    data_dir: Path = Field(description="folder in which ingest keeps the stills")
    site_files: tuple[Path, ...] = Field(min_length=1, description="site files, one per school")
    store: StoreSettings
    sql: SqlSettings
    gateway_broker: BrokerSettings | None = Field(None, description="by which gateways are asked; absent: the console only shows")
    console: ConsoleSettings = ConsoleSettings()


async def run_console(settings: ConsoleProcessSettings) -> None:
    """Run until a signal comes."""
    clock = SystemClock()
    sites = load_sites(settings.site_files)
    listening = claim_port(settings.console.host, settings.console.port)
    sql = open_sql(settings.sql)
    migrate(sql)
    store = open_store(settings.store)
    rules = {rule.id: rule for rule in load_packs()}
    stills = EvidenceFiles(settings.data_dir / "stills")
    view = View(store, sql, sites, rules=rules, stills=stills, clock=clock)
    clips = ClipDesk(sql, ClipFiles(settings.data_dir / "clips"), clock)
    try:
        with stop_on_signals() as stop, ExitStack() as stack:
            requests = None if settings.gateway_broker is None else stack.enter_context(asking(settings.gateway_broker, sql, clock))
            app = create_app(
                view, language=settings.console.language, hosts=settings.console.hosts(), requests=requests, clips=clips
            )
            async with asyncio.TaskGroup() as tasks:
                console = tasks.create_task(serve(app, listening))
                await stop.wait()
                console.cancel()
    finally:
        store.close()
        sql.dispose()
