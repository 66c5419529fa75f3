"""Which commands there are: one file each, named once here."""

import typer

from lamplighter.cli import detect, models


def register(app: typer.Typer) -> None:
    """Add every command to the app."""
    app.command()(detect.detect)
    app.add_typer(models.app, name="models")
