"""`lamplighter server run`: ingest, verdicts and console in one process, the only owner of the embedded stores."""

import asyncio

from pydantic import Field

from compliance.history.live import History, HistorySettings
from compliance.packs import load_packs
from compliance.service import keep_verdicts
from console.app import create_app
from console.clips import ClipDesk
from console.port import claim_port
from console.requests import asking
from console.serve import serve
from console.settings import ConsoleSettings
from console.view import View
from ingest.service import IngestService
from ingest.settings import IngestSettings
from lamplighter.processes.ingest import load_sites
from lamplighter.processes.light_conditions import LightConditions
from lamplighter.runtime.clock import SystemClock
from lamplighter.runtime.stopping import stop_on_signals
from lamplighter.storage.clip_files import ClipFiles
from lamplighter.storage.evidence_files import EvidenceFiles
from lamplighter.storage.sql.engine import migrate, open_sql
from lamplighter.storage.timeseries.settings import open_store


class ServerSettings(IngestSettings):
    """Ingest and console in one."""

    console: ConsoleSettings = ConsoleSettings()
    history: HistorySettings | None = Field(
        None, description="days that are over go into signed hash chains; absent: none are kept"
    )


async def run_server(settings: ServerSettings) -> None:
    """Run until a signal comes."""
    clock = SystemClock()
    sites = load_sites(settings.site_files)
    listening = claim_port(settings.console.host, settings.console.port)
    sql = open_sql(settings.sql)
    migrate(sql)
    store = open_store(settings.store)
    history = History(sql, settings.history, clock) if settings.history is not None else None
    rules = {rule.id: rule for rule in load_packs()}
    view = View(store, sql, sites, rules=rules, stills=EvidenceFiles(settings.data_dir / "stills"), clock=clock)
    service = IngestService(settings, sites=sites, store=store, sql=sql, clock=clock)
    clips = ClipDesk(sql, ClipFiles(settings.data_dir / "clips"), clock)
    try:
        with stop_on_signals() as stop, asking(settings.broker, sql, clock) as requests:
            app = create_app(
                view, language=settings.console.language, hosts=settings.console.hosts(), requests=requests, clips=clips
            )
            async with asyncio.TaskGroup() as tasks:
                tasks.create_task(service.run(stop))
                tell_light = LightConditions(sql, clock).tell
                verdicts = keep_verdicts(
                    sites, store=store, clock=clock, stop=stop, history=history, ledger=sql, tell_light=tell_light
                )
                tasks.create_task(verdicts)
                console = tasks.create_task(serve(app, listening))
                await stop.wait()
                console.cancel()
    finally:
        store.close()
        sql.dispose()
