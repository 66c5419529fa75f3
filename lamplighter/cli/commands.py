"""Which commands there are: one file each, named once here."""

import typer

from lamplighter.cli import (  # noqa: F401 - verdicts adds to `compliance` as it is imported
    actions,
    cameras,
    certificates,
    completeness,
    compliance,
    dashboards,
    detect,
    docs,
    doctor,
    edge,
    evidence,
    export,
    gateway,
    history,
    init,
    ledger,
    light,
    models,
    processes,
    quarantine,
    reports,
    simulator,
    survey,
    up,
    verdicts,
    watch,
)


def register(app: typer.Typer) -> None:
    """Add every command to the app."""
    app.command()(up.up)
    app.add_typer(edge.app, name="edge")
    app.add_typer(evidence.app, name="evidence")
    app.add_typer(processes.ingest_app, name="ingest")
    app.add_typer(processes.console_app, name="console")
    app.add_typer(processes.server_app, name="server")
    app.add_typer(processes.broker_app, name="broker", hidden=True)
    app.add_typer(simulator.app, name="simulator", hidden=True)
    actions.attach(compliance.app)
    history.attach(compliance.app)
    ledger.attach(compliance.app)
    light.attach(compliance.app)
    reports.attach(compliance.app)
    survey.attach(compliance.app)
    app.add_typer(compliance.app, name="compliance")
    app.command()(init.init)
    app.add_typer(gateway.app, name="gateway")
    app.add_typer(certificates.app, name="certificates")
    app.command()(doctor.doctor)
    app.add_typer(cameras.app, name="cameras")
    app.command()(completeness.completeness)
    app.add_typer(quarantine.app, name="quarantine")
    app.add_typer(export.app, name="export")
    app.add_typer(dashboards.app, name="dashboards")
    app.command()(detect.detect)
    app.command()(watch.watch)
    app.add_typer(models.app, name="models")
    app.add_typer(docs.app, name="docs", hidden=True)
