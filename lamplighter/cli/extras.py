"""Commands that need more than the base install say so in one line."""

from collections.abc import Iterator
from contextlib import contextmanager

from lamplighter.contract.errors import SettingsError


@contextmanager
def needs(extra: str) -> Iterator[None]:
    """Wrap the imports of a command; raises SettingsError that names what to install."""
    try:
        yield
    except ModuleNotFoundError as error:
        raise SettingsError(f"{error.name} is not installed; this command needs: pip install 'lamplighter[{extra}]'") from error
