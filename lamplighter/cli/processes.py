"""`lamplighter ingest|server|console|broker run FILE.toml`: the long-running processes at the centre."""

import asyncio
from pathlib import Path
from typing import Annotated

import typer

from lamplighter.cli.extras import needs
from lamplighter.runtime.crash import end_on_thread_failure
from lamplighter.runtime.logs import configure_logs
from lamplighter.runtime.settings import load_settings

File = Annotated[Path, typer.Argument(help="Its settings file (TOML); docs/settings.md lists every key.")]

ingest_app = typer.Typer(help="From the broker to the stores: checked, acknowledged after the commit.", no_args_is_help=True)
server_app = typer.Typer(help="Ingest, verdicts and console in one process, for one school.", no_args_is_help=True)
console_app = typer.Typer(help="The web console.", no_args_is_help=True)
broker_app = typer.Typer(help="The embedded broker for a demo (loopback only).", no_args_is_help=True)


@ingest_app.command("run")
def run_ingest(file: File) -> None:
    """Run ingest until Ctrl-C.

    Example: lamplighter ingest run ingest.toml
    """
    with needs("server"):
        from ingest.settings import IngestSettings
        from lamplighter.processes import ingest

    configure_logs()
    end_on_thread_failure()
    asyncio.run(ingest.run_ingest(load_settings(file, IngestSettings)))


@ingest_app.command("import")
def import_messages(file: File, messages: Annotated[Path, typer.Argument(help="A file of `edge outbox export`.")]) -> None:
    """Take in messages carried by hand, through the same checks; ingest must not be running on a DuckDB file.

    Example: lamplighter ingest import ingest.toml school-7.jsonl
    """
    with needs("server"):
        from lamplighter.cli.stores import settings_of
        from lamplighter.processes.by_hand import import_file

    found = import_file(settings_of(file, None), messages)
    typer.echo(f"{found.messages} messages, {found.rejected} refused whole, {found.again} with a clock that cannot be trusted")


@server_app.command("run")
def run_server(file: File) -> None:
    """Run the server until Ctrl-C.

    Example: lamplighter server run server.toml
    """
    with needs("server"):
        from lamplighter.processes import server

    configure_logs()
    end_on_thread_failure()
    asyncio.run(server.run_server(load_settings(file, server.ServerSettings)))


@server_app.callback()
def _server() -> None:
    """Keep `run` a command of its own."""


@console_app.command("run")
def run_console(file: File) -> None:
    """Run the console until Ctrl-C.

    Example: lamplighter console run console.toml
    """
    with needs("server"):
        from lamplighter.processes import console

    configure_logs()
    end_on_thread_failure()
    asyncio.run(console.run_console(load_settings(file, console.ConsoleProcessSettings)))


@console_app.callback()
def _console() -> None:
    """Keep `run` a command of its own."""


@broker_app.command("run")
def run_broker(file: File) -> None:
    """Run the embedded broker until Ctrl-C.

    Example: lamplighter broker run broker.toml
    """
    with needs("server"):
        from lamplighter.processes import broker

    configure_logs()
    broker.run_broker(load_settings(file, broker.EmbeddedBrokerSettings))


@broker_app.callback()
def _broker() -> None:
    """Keep `run` a command of its own."""
