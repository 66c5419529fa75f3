"""Names people know for the ids that devices, cameras and spaces carry."""

from console.facts import Text
from lamplighter.site.model import Label, Site

NOWHERE = Text("", "")


def text(label: Label) -> Text:
    """A site file's label."""
    return Text(label.zh, label.en)


class Places:
    """Looks up labels of one site; what the site file does not name keeps its id."""

    def __init__(self, site: Site) -> None:
        self._spaces = {space.id: text(space.label) for space in site.spaces}
        self._space_of = {name: name for name in self._spaces} | {device.id: device.space for device in site.devices}
        self._space_of |= {camera.id: camera.space for camera in site.cameras}
        self._labels = self._spaces | {camera.id: text(camera.label) for camera in site.cameras}
        self._labels |= {device.id: text(device.label) for device in site.devices if device.label is not None}

    def source(self, name: str) -> Text:
        """Label of a device, camera or space."""
        return self._labels.get(name, Text(name, name))

    def space_of(self, source: str) -> str:
        """Id of the space where a device or camera is; empty when unknown."""
        return self._space_of.get(source, "")

    def place(self, space: str) -> Text:
        """Label of a space; empty for none."""
        if not space:
            return NOWHERE
        return self._spaces.get(space, Text(space, space))
