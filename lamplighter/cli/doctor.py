"""`lamplighter doctor FILE`: what works, what does not, and what to do."""

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from lamplighter.cli.extras import needs

if TYPE_CHECKING:
    from lamplighter.doctor.finding import Finding

_MARKS = {"ok": "ok   ", "fault": "FAULT", "skipped": "-    "}


def doctor(
    file: Annotated[Path, typer.Argument(help="Settings file of a gateway, of ingest, of the server or of the console.")],
    *,
    ntp: Annotated[str | None, typer.Option(metavar="HOST", help="Time server to compare this machine's clock with.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print a JSON list instead.")] = False,
) -> None:
    """Look at all a process needs: clock, disk, DNS, TCP, TLS, login, rights, cameras, model, databases; exit code 1 on a fault.

    It logs in as the process does: one that runs loses its connection for some seconds, and nothing else.

    Example: lamplighter doctor gateway.toml
    """
    from lamplighter.doctor.examination import examine, extra_of
    from lamplighter.runtime.clock import SystemClock

    found: list[Finding] = []
    with needs(extra_of(file)):
        for finding in examine(file, SystemClock(), ntp_host=ntp):
            found.append(finding)
            if not as_json:
                _print(finding)
    if as_json:
        typer.echo(json.dumps([finding._asdict() for finding in found], indent=1, ensure_ascii=False))
    if any(finding.state == "fault" for finding in found):
        raise typer.Exit(1)


def _print(finding: "Finding") -> None:
    typer.echo(f"{_MARKS[finding.state]} {finding.check:<11} {finding.subject}: {finding.detail}")
    if finding.remedy:
        typer.echo(f"      -> {finding.remedy}")
