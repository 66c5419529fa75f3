"""What an installer unpacks on a gateway: key, certificate, password and a settings file that is ready to run."""

import io
import tarfile
from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

import tomli_w

from lamplighter.contract.topics import Gateway
from lamplighter.deployment.access import gateway_user

OWNER: Final = 10_001
"""The user of the gateway's image; unpacked by anybody but root, the files are that person's."""
SETTINGS: Final = "gateway.toml"
_SECRET: Final = (".key", ".password")
_HEAD: Final = """\
# Written by `lamplighter gateway add`. Add [[buses]], [[cameras]] and [[rules]] (docs/settings.md lists every key), then:
#   lamplighter edge check gateway.toml && lamplighter doctor gateway.toml && lamplighter edge run gateway.toml
"""


def gateway_settings(gateway: Gateway, *, url: str, folder: str, data_dir: str, kept: Mapping[str, Any]) -> str:
    """The gateway's settings file; `kept` are tables of an older one (buses, cameras, rules ...) that go on unchanged."""
    place = {**gateway._asdict(), "data_dir": data_dir}
    broker = {
        "url": url,
        "protocol": "5",
        "username": gateway_user(gateway),
        "password_file": f"{folder}/broker.password",
        "ca_file": f"{folder}/ca.crt",
        "cert_file": f"{folder}/gateway.crt",
        "key_file": f"{folder}/gateway.key",
    }
    rest = {key: value for key, value in kept.items() if key not in {*place, "broker"}}
    return _HEAD + tomli_w.dumps({**place, **rest, "broker": broker})


def packed(files: Mapping[str, str], *, now: datetime) -> bytes:
    """A tar.gz of these files; what is secret in it may be read by its owner only."""
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w:gz") as archive:
        for name, text in files.items():
            data = text.encode()
            entry = tarfile.TarInfo(name)
            entry.size, entry.mtime = len(data), int(now.timestamp())
            entry.mode = 0o600 if name.endswith(_SECRET) else 0o644
            entry.uid = entry.gid = OWNER
            archive.addfile(entry, io.BytesIO(data))
    return out.getvalue()
