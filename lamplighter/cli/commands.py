"""Which commands there are: one file each, named once here."""

import typer

from lamplighter.cli import compliance, dashboards, detect, docs, edge, init, models, processes, simulator, up, watch


def register(app: typer.Typer) -> None:
    """Add every command to the app."""
    app.command()(up.up)
    app.add_typer(edge.app, name="edge")
    app.add_typer(processes.ingest_app, name="ingest")
    app.add_typer(processes.console_app, name="console")
    app.add_typer(processes.server_app, name="server")
    app.add_typer(processes.broker_app, name="broker", hidden=True)
    app.add_typer(simulator.app, name="simulator", hidden=True)
    app.add_typer(compliance.app, name="compliance")
    app.command()(init.init)
    app.add_typer(dashboards.app, name="dashboards")
    app.command()(detect.detect)
    app.command()(watch.watch)
    app.add_typer(models.app, name="models")
    app.add_typer(docs.app, name="docs", hidden=True)
