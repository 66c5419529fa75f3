"""`lamplighter simulator`: the simulated school's devices, past and site file."""

import asyncio
from pathlib import Path
from typing import Annotated

import typer

app = typer.Typer(help="The simulated school that `up` runs.", no_args_is_help=True, hidden=True)

Seed = Annotated[int, typer.Option(min=0, help="Another seed, another weather.")]


@app.command()
def modbus(
    port: Annotated[int, typer.Option(min=1, max=65_535, help="TCP port to listen on.")],
    host: Annotated[str, typer.Option(help="Address to listen on.")] = "127.0.0.1",
    seed: Seed = 1,
) -> None:
    """Serve 48 light sensors, 12 luminaires and 9 facilities by Modbus TCP, with the values of the present, until Ctrl-C.

    Example: lamplighter simulator modbus --port 5020
    """
    from lamplighter.runtime.clock import SystemClock
    from lamplighter.runtime.logs import configure_logs
    from lamplighter.runtime.stopping import stop_on_signals
    from simulator.modbus_server import serve

    configure_logs()

    async def work() -> None:
        with stop_on_signals() as stop:
            await serve(port, host=host, clock=SystemClock(), seed=seed, stop=stop)

    asyncio.run(work())


@app.command()
def history(
    *,
    broker: Annotated[str, typer.Option(help="mqtt://HOST:PORT")],
    district: Annotated[str, typer.Option(help="Name in the topic.")],
    school: Annotated[str, typer.Option(help="Name in the topic.")],
    gateway: Annotated[str, typer.Option(help="Name in the topic.")],
    until_ms: Annotated[int | None, typer.Option(help="The past ends here, in ms since 1970 UTC; now when absent.")] = None,
    days: Annotated[int, typer.Option(min=1, max=366, help="How many days of past.")] = 7,
    marker: Annotated[Path | None, typer.Option(help="File that remembers how far the past has been told.")] = None,
    site: Annotated[Path | None, typer.Option(help="Only the devices of this site file.")] = None,
    seed: Seed = 1,
) -> None:
    """Publish the past days as a gateway's backlog, end when the centre has stored all; exit 1 when stopped before.

    Example: lamplighter simulator history --broker mqtt://127.0.0.1:1883 --district d1 --school s1 --gateway gw1
    """
    from lamplighter.contract.errors import SettingsError
    from lamplighter.contract.topics import Gateway
    from lamplighter.runtime.clock import SystemClock
    from lamplighter.runtime.logs import configure_logs
    from lamplighter.runtime.settings import load_settings
    from lamplighter.runtime.stopping import stop_on_signals
    from lamplighter.site.model import Site
    from simulator.backlog import Backlog
    from simulator.history import HistoryRefused, tell

    configure_logs()
    clock = SystemClock()
    devices = frozenset(device.id for device in load_settings(site, Site).devices) if site is not None else frozenset()
    wanted = Backlog(Gateway(district, school, gateway), until_ms or clock.now_ms(), days, seed, devices)

    async def work() -> bool:
        with stop_on_signals() as stop:
            return await tell(wanted, broker_url=broker, clock=clock, marker=marker, stop=stop)

    try:
        finished = asyncio.run(work())
    except HistoryRefused as error:
        raise SettingsError(str(error)) from error
    if not finished:
        raise typer.Exit(1)


@app.command()
def site(
    out: Annotated[Path, typer.Argument(help="The file to write (TOML).")],
    district: Annotated[str | None, typer.Option(help="Name of the district.")] = None,
    school: Annotated[str | None, typer.Option(help="Name of the school.")] = None,
    gateway: Annotated[str | None, typer.Option(help="Name of the gateway.")] = None,
) -> None:
    """Write the simulated school's site file as it stands today.

    Example: lamplighter simulator site school.toml
    """
    from lamplighter.runtime.clock import SystemClock
    from simulator.school import DISTRICT, GATEWAY, SCHOOL
    from simulator.site_file import write_site

    today = SystemClock().now().date()
    write_site(out, on=today, district=district or DISTRICT, school=school or SCHOOL, gateway=gateway or GATEWAY)
    typer.echo(f"{out}: written")
