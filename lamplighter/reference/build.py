"""Writing the reference pages, and telling which of them are stale."""

from collections.abc import Callable
from pathlib import Path
from typing import Final

import typer

from lamplighter.contract.asyncapi import document_text
from lamplighter.contract.errors import SettingsError
from lamplighter.reference.cli_page import cli_page
from lamplighter.reference.contract_page import contract_blocks, filled
from lamplighter.reference.settings_page import settings_files, settings_page

Page = Callable[[Path], str]


def _asyncapi(_folder: Path) -> str:
    return document_text()


def _contract(folder: Path) -> str:
    path = folder / "mqtt-contract.md"
    if not path.is_file():
        raise SettingsError(f"{path}: no such file; its text is written by hand, only its tables are generated")
    return filled(path.read_text("utf-8"), contract_blocks())


def _settings(folder: Path) -> str:
    return settings_page(settings_files(), folder / "examples")


def _commands(_folder: Path) -> str:
    from lamplighter.cli import commands

    app = typer.Typer()
    commands.register(app)
    return cli_page(app)


PAGES: Final[dict[str, Page]] = {
    "asyncapi.json": _asyncapi,
    "cli.md": _commands,
    "mqtt-contract.md": _contract,
    "settings.md": _settings,
}
"""Name in the docs folder -> its content."""


def stale_pages(folder: Path) -> dict[Path, str]:
    """Pages that are not what the code says, with what they should be; raises SettingsError when `folder` is no docs folder."""
    if not folder.is_dir():
        raise SettingsError(f"{folder}: no such folder; run this at the top of a checkout, or give --into DIR")
    made = {folder / name: page(folder) for name, page in PAGES.items()}
    return {path: text for path, text in made.items() if not path.is_file() or path.read_text("utf-8") != text}


def build_pages(folder: Path) -> list[Path]:
    """Write the stale pages; returns which those were."""
    stale = stale_pages(folder)
    for path, text in stale.items():
        path.write_text(text, "utf-8")
    return list(stale)
