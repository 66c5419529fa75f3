"""`lamplighter ingest run`: ingest, and the verdicts that follow from what it stored."""

import asyncio
from collections.abc import Sequence
from pathlib import Path

from prometheus_client import start_http_server

from compliance.service import keep_verdicts
from ingest.service import IngestService
from ingest.settings import IngestSettings
from lamplighter.contract.errors import SettingsError
from lamplighter.processes.light_conditions import LightConditions
from lamplighter.runtime.clock import SystemClock
from lamplighter.runtime.settings import load_settings
from lamplighter.runtime.stopping import stop_on_signals
from lamplighter.site.model import Site
from lamplighter.storage.sql.engine import migrate, open_sql
from lamplighter.storage.timeseries.settings import open_store


def load_sites(paths: Sequence[Path]) -> list[Site]:
    """Every site file; all problems of all files at once."""
    sites: list[Site] = []
    problems: list[str] = []
    for path in paths:
        try:
            sites.append(load_settings(path, Site))
        except SettingsError as error:
            problems.extend(error.problems)
    if problems:
        raise SettingsError(problems)
    return sites


async def run_ingest(settings: IngestSettings) -> None:
    """Run until a signal comes."""
    clock = SystemClock()
    sites = load_sites(settings.site_files)
    sql = open_sql(settings.sql)
    migrate(sql)
    store = open_store(settings.store)
    service = IngestService(settings, sites=sites, store=store, sql=sql, clock=clock)
    if settings.metrics_port is not None:
        start_http_server(settings.metrics_port, addr="127.0.0.1", registry=service.metrics.registry)
    try:
        with stop_on_signals() as stop:
            async with asyncio.TaskGroup() as tasks:
                tasks.create_task(service.run(stop))
                if settings.verdicts:
                    tell_light = LightConditions(sql, clock).tell
                    verdicts = keep_verdicts(sites, store=store, clock=clock, stop=stop, ledger=sql, tell_light=tell_light)
                    tasks.create_task(verdicts)
    finally:
        store.close()
        sql.dispose()
