"""`centre.toml`: what the commands that add and revoke gateways must know of the running broker."""

from pathlib import Path
from typing import Final

import tomli_w
from pydantic import Field

from lamplighter.runtime.settings import Settings, load_settings

FILE_NAME: Final = "centre.toml"
CONTAINER: Final = "lamplighter-mosquitto-1"
LOCAL_HOSTS: Final = ("localhost", "127.0.0.1", "mosquitto")
"""Names that the broker's certificate always holds; the last is its name among compose's containers."""
_REMARK: Final = "# Written by `lamplighter init`; docs/security.md says what each key is for.\n"


class CentreSettings(Settings):
    """Where the broker is, and how it is told to read its files anew."""

    hosts: tuple[str, ...] = Field(min_length=1, description="names and addresses of the broker; gateways are given the first")
    port: int = Field(8883, ge=1, le=65_535, description="port that gateways connect to")
    check_url: str = Field("mqtts://127.0.0.1:8883", description="the broker as seen from here")
    reload: tuple[str, ...] = Field(
        ("docker", "kill", "--signal", "HUP", CONTAINER), min_length=1, description="command that sends SIGHUP to the broker"
    )
    reload_within_s: float = Field(10.0, gt=0, le=300, description="how long to wait until it has read its files anew")


def centre_text(hosts: tuple[str, ...]) -> str:
    """The file that `init` writes."""
    return _REMARK + tomli_w.dumps(CentreSettings(hosts=hosts or ("localhost",)).model_dump(mode="json"))


def read_centre(folder: Path) -> CentreSettings:
    """Raises SettingsError."""
    return load_settings(folder / FILE_NAME, CentreSettings)


def certificate_hosts(hosts: tuple[str, ...]) -> tuple[str, ...]:
    """What the broker's certificate is for."""
    return tuple(dict.fromkeys((*hosts, *LOCAL_HOSTS)))
