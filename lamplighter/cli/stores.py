"""Where a command finds the stores: a settings file of ingest or server, or the data folder of `lamplighter up`."""

from pathlib import Path

from ingest.settings import IngestSettings
from lamplighter.contract.errors import SettingsError
from lamplighter.processes.server import ServerSettings
from lamplighter.runtime.settings import check_settings, read_toml


def settings_of(file: Path | None, data: Path | None) -> IngestSettings:
    """The settings; raises SettingsError unless exactly one of the two is given."""
    if (file is None) == (data is None):
        raise SettingsError(
            "give either FILE, the settings file of ingest or server, or --data DIR, the folder of `lamplighter up`"
        )
    path = file if file is not None else _of_up(data or Path())
    content = read_toml(path)
    return check_settings(content, ServerSettings if "console" in content else IngestSettings, where=str(path))


def _of_up(data: Path) -> Path:
    found = sorted(data.rglob("server.toml"))
    if not found:
        raise SettingsError(f"{data}: no server.toml below it; is it the folder that `lamplighter up --data` used?")
    return found[0]
