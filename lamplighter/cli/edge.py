"""`lamplighter edge`: the gateway agent."""

import asyncio
from pathlib import Path
from typing import Annotated

import typer

from lamplighter.cli import outbox
from lamplighter.cli.extras import needs

app = typer.Typer(help="The gateway agent: reads sensors and cameras, detects, publishes.", no_args_is_help=True)
app.add_typer(outbox.app, name="outbox")

File = Annotated[Path, typer.Argument(help="The gateway's settings file (TOML); docs/settings.md lists every key.")]


@app.command()
def check(file: File) -> None:
    """Check a settings file, its folders and its models; start nothing.

    Example: lamplighter edge check gateway.toml
    """
    with needs("edge"):
        from edge.doubts import doubts
        from edge.preflight import preflight
        from edge.settings import GatewaySettings
    from lamplighter.runtime.settings import load_settings

    settings = load_settings(file, GatewaySettings)
    preflight(settings)
    for doubt in doubts(settings):
        typer.echo(f"{file}: note: {doubt}")
    typer.echo(f"{file}: ok")


@app.command()
def run(
    file: File,
    for_s: Annotated[float | None, typer.Option("--for", help="Stop this many seconds after the first reading.")] = None,
) -> None:
    """Run the gateway until Ctrl-C.

    Example: lamplighter edge run gateway.toml
    """
    with needs("edge"):
        from edge.agent import Agent
        from edge.doubts import doubts
        from edge.preflight import preflight
        from edge.settings import GatewaySettings
    from lamplighter.runtime.clock import SystemClock
    from lamplighter.runtime.crash import end_on_thread_failure
    from lamplighter.runtime.logs import configure_logs, logger
    from lamplighter.runtime.settings import load_settings

    configure_logs()
    end_on_thread_failure()
    settings = load_settings(file, GatewaySettings)
    preflight(settings)
    for doubt in doubts(settings):
        logger().warning("rule_beyond_model", reason=doubt)

    async def work() -> None:
        await Agent(settings, SystemClock()).run(for_s=for_s)

    asyncio.run(work())
