"""The site files a deployment starts with: the operator's own, or an example to be replaced."""

from collections.abc import Sequence
from pathlib import Path
from typing import Final

import tomli_w

from lamplighter.contract.errors import SettingsError
from lamplighter.runtime.settings import load_settings
from lamplighter.site.model import Device, Label, Site, Space

EXAMPLE_NAME: Final = "example.toml"
_REMARK: Final = "# An example. Replace it by your school's own; docs/settings.md lists every key.\n"


def site_texts(paths: Sequence[Path], folder: Path) -> dict[str, str]:
    """File name -> text of each site file, all of them checked; raises SettingsError.

    Without any, the example; nothing where `folder` has site files already.
    """
    for path in paths:
        load_settings(path, Site)
    names = [path.name for path in paths]
    doubled = sorted({name for name in names if names.count(name) > 1})
    if doubled:
        raise SettingsError(f"--site: {', '.join(doubled)} is given twice; each school needs a file name of its own")
    wrong = [name for name in names if not name.endswith(".toml")]
    if wrong:
        raise SettingsError(f"--site: {', '.join(wrong)}: a site file's name must end in .toml")
    if paths:
        return {path.name: path.read_text("utf-8") for path in paths}
    return {} if any((folder / "sites").glob("*.toml")) else {EXAMPLE_NAME: example_site()}


def example_site() -> str:
    """A school of one classroom with one sensor and one luminaire."""
    room = Space(id="a-101", building="a", label=Label(zh="A 楼 101", en="Building A 101"))
    sensor = Device(id="light-a-101-1", gateway="gw-1", space=room.id, kind="light_sensor")
    lamp = Device(id="lamp-a-101", gateway="gw-1", space=room.id, kind="luminaire")
    name = Label(zh="示例学校", en="Example school")
    site = Site(district="district-1", school="school-1", label=name, spaces=(room,), devices=(sensor, lamp))
    return _REMARK + tomli_w.dumps(site.model_dump(mode="json", exclude_none=True, exclude_defaults=True))
