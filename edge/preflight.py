"""What can be known to be wrong before anything starts: the data folder, the network, files that cameras read."""

from collections.abc import Callable
from functools import partial
from pathlib import Path

from edge.evidence.sealed import read_public
from edge.settings import GatewaySettings
from lamplighter.contract.errors import SettingsError


def preflight(settings: GatewaySettings) -> None:
    """Raises SettingsError with every problem found; what time may mend (a camera that is away) is none."""
    checks: list[Callable[[], object]] = [
        lambda: _writable(settings.data_dir),
        *(one.check for one in (*settings.cameras, *settings.buses, *settings.recorders)),
    ]
    if settings.cameras:
        checks.append(settings.detector.load)
    if settings.evidence.seal_to is not None:
        checks.append(partial(read_public, settings.evidence.seal_to))
    problems: list[str] = []
    for check in checks:
        try:
            check()
        except SettingsError as error:
            problems.extend(error.problems)
    if problems:
        raise SettingsError(problems)


def _writable(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
        probe = folder / ".probe"
        probe.touch()
        probe.unlink()
    except OSError as error:
        raise SettingsError(
            f"data_dir = {folder}: cannot be written: {error.strerror}; give another folder or its rights"
        ) from error
