"""`lamplighter up`: a whole school with one command."""

import asyncio
import json
from pathlib import Path
from typing import Annotated

import typer

from lamplighter.cli.extras import needs


def up(
    *,
    camera: Annotated[
        list[str] | None,
        typer.Option(help="Instead of the drawn camera: a video file (plays once), rtsp://..., or a webcam's number. Repeatable."),
    ] = None,
    site: Annotated[Path | None, typer.Option(help="Site file; a simulated school without it.")] = None,
    for_s: Annotated[
        float | None, typer.Option("--for", help="Produce for this many seconds from the first reading, then end.")
    ] = None,
    port: Annotated[int, typer.Option(help="Port of the console.")] = 8321,
    data: Annotated[Path, typer.Option(help="Folder for everything that is kept.")] = Path("data"),
    broker: Annotated[str | None, typer.Option(help="mqtt://HOST:PORT of a broker that runs already.")] = None,
    store: Annotated[
        str | None, typer.Option(help="influxdb://HOST:PORT/ORG?token_file=PATH instead of the embedded DuckDB.")
    ] = None,
    model: Annotated[str | None, typer.Option(help="Name from `lamplighter models list`, or FILE.onnx.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="One line of JSON at the end; logs go to stderr.")] = False,
) -> None:
    """Run a whole simulated school on this machine: broker, sensors, camera, gateway, ingest, verdicts, console.

    Example: lamplighter up --port 8321 --data ./data
    """
    from lamplighter.runtime.clock import SystemClock
    from lamplighter.runtime.logs import configure_logs
    from lamplighter.runtime.settings import check_settings

    with needs("all"):
        from lamplighter.up.plan import UpOptions
        from lamplighter.up.supervisor import run_up

    configure_logs()
    given = {
        "data": data,
        "cameras": camera or (),
        "site": site,
        "for_s": for_s,
        "port": port,
        "broker": broker,
        "store": store,
        "model": model,
    }
    options = check_settings(given, UpOptions, where="up")
    if not as_json:
        typer.echo(f"Lamplighter is starting; the console will be at http://127.0.0.1:{port} (Ctrl-C ends it)")
    summary = asyncio.run(run_up(options, SystemClock()))
    if as_json and summary is not None:
        typer.echo(json.dumps(summary, ensure_ascii=False))
