"""docs/settings.md: every settings file with its keys and a complete example, from the settings classes."""

from pathlib import Path
from typing import NamedTuple

from pydantic import BaseModel

from lamplighter.contract.errors import SettingsError
from lamplighter.reference.settings_schema import Key, about, keys_of, kind_of, tables_of

_HEAD = """# Settings

Written by `python -m lamplighter docs build`; change the settings classes or `docs/examples/`, not this page.

One TOML file per process. A file is checked whole before anything starts: every mistake is named at once with file, key, value and
what is allowed, and the command ends with exit code 2. An unknown key is a mistake. Secrets are never written here: a key that ends
in `_file` names a file that holds one. Units end the key's name: `_s` seconds, `_ms` milliseconds, `_lx` lux, `_mb` megabytes.

A *name* is 1 to 48 of `a-z`, `0-9`, `-` and `_`, and begins with a letter or digit. Relative paths start at the folder in which the
command runs.
"""
_SHARED = """## Tables

Parts of the files above. Where a table has a `kind`, it goes first and says which keys there are.
"""


class SettingsFile(NamedTuple):
    """One kind of settings file; `example` is its name in docs/examples, `command` reads it."""

    title: str
    example: str
    command: str
    kind: type[BaseModel]


def settings_files() -> tuple[SettingsFile, ...]:
    """Every settings file a command reads; needs the libraries of gateway and server alike."""
    from edge.settings import GatewaySettings
    from ingest.settings import IngestSettings
    from lamplighter.deployment.centre import CentreSettings
    from lamplighter.processes.broker import EmbeddedBrokerSettings
    from lamplighter.processes.console import ConsoleProcessSettings
    from lamplighter.processes.server import ServerSettings
    from lamplighter.site.calendar import SchoolCalendar
    from lamplighter.site.model import Site

    return (
        SettingsFile("Gateway", "gateway.toml", "lamplighter edge run gateway.toml", GatewaySettings),
        SettingsFile("Site", "site.toml", "named by `site_files` of the files below, and by `lamplighter up --site`", Site),
        SettingsFile(
            "Calendar", "calendar.toml", "`lamplighter compliance score DIR`, for schools without `[calendar]`", SchoolCalendar
        ),
        SettingsFile("Server", "server.toml", "lamplighter server run server.toml", ServerSettings),
        SettingsFile("Ingest", "ingest.toml", "lamplighter ingest run ingest.toml", IngestSettings),
        SettingsFile("Console", "console.toml", "lamplighter console run console.toml", ConsoleProcessSettings),
        SettingsFile("Deployment", "centre.toml", "lamplighter gateway add ID --dir DIR", CentreSettings),
        SettingsFile("Embedded broker", "broker.toml", "lamplighter broker run broker.toml", EmbeddedBrokerSettings),
    )


def settings_page(files: tuple[SettingsFile, ...], examples: Path) -> str:
    """The page; `examples` is the folder of the example files. Raises SettingsError for one that is missing."""
    sections = [_file_section(file, examples) for file in files]
    shared = dict.fromkeys(table for file in files for table in tables_of(file.kind))
    return "\n".join([_HEAD, *sections, _SHARED, *(_table_section(table) for table in shared)]).rstrip() + "\n"


def _file_section(file: SettingsFile, examples: Path) -> str:
    path = examples / file.example
    if not path.is_file():
        raise SettingsError(f"{path}: no such example; write one for {file.kind.__name__}")
    command = f"`{file.command}`" if "`" not in file.command else file.command
    lines = [f"## {file.title}", "", f"{about(file.kind)} Read by: {command}.", "", *_keys(file.kind), ""]
    return "\n".join(
        [*lines, f"Example (`docs/examples/{file.example}`):", "", "```toml", path.read_text("utf-8").rstrip(), "```", ""]
    )


def _table_section(table: type[BaseModel]) -> str:
    kind = f'`kind = "{kind_of(table)}"`: ' if kind_of(table) else ""
    return "\n".join([f"### {table.__name__}", "", f"{kind}{about(table)}", "", *_keys(table), ""])


def _keys(table: type[BaseModel]) -> list[str]:
    rows = [_row(key) for key in keys_of(table)]
    return ["| key | type | without it | allowed | meaning |", "|---|---|---|---|---|", *rows]


def _row(key: Key) -> str:
    cells = (f"`{key.name}`", key.type, key.default or "must be set", key.allowed, key.meaning)
    escaped = (cell.replace("|", "\\|") for cell in cells)
    return f"| {' | '.join(escaped)} |"
