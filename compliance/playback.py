"""A playback test by hand, noted in the site file as a document that rules on camera retention read."""

from datetime import datetime
from pathlib import Path
from typing import Final, NamedTuple

import tomli_w

from lamplighter.contract.errors import SettingsError
from lamplighter.runtime.settings import check_settings, load_settings, read_toml
from lamplighter.site.facts import Document
from lamplighter.site.model import Site

METRIC: Final = "recording_age"
_DAY_S: Final = 86_400.0


class PlaybackTest(NamedTuple):
    """Who played which channel of a camera when, and the moment of the oldest picture that was seen."""

    camera: str
    channel: str
    who: str
    at: datetime
    oldest: datetime


def note(path: Path, test: PlaybackTest) -> Document:
    """Add the test to the end of the site file, which is read again as a whole before anything is written.

    Raises SettingsError for a camera the file does not have, times that cannot be, and a second test of one minute.
    """
    site = load_settings(path, Site)
    document = _document(site, test)
    kept = document.model_dump(mode="json", exclude_defaults=True) | {"on": document.on}
    piece = "\n" + tomli_w.dumps({"documents": [kept]}, multiline_strings=False)
    check_settings(read_toml(path) | {"documents": [*site.documents, document]}, Site, where=str(path))
    written = path.with_name(path.name + ".new")
    written.write_text(path.read_text("utf-8").rstrip("\n") + "\n" + piece, "utf-8")
    try:
        load_settings(written, Site)
    except SettingsError as error:
        written.unlink()
        raise SettingsError(f"{path}: write its documents as [[documents]] tables, so that one can be added; {error}") from error
    written.replace(path)
    return document


def _document(site: Site, test: PlaybackTest) -> Document:
    cameras = [camera.id for camera in site.cameras]
    problems = []
    if test.camera not in cameras:
        problems.append(f"--camera {test.camera}: not in the site file; it has {', '.join(cameras) or 'none'}")
    if test.oldest >= test.at:
        problems.append(f"--oldest {test.oldest.isoformat()}: is not before the test at {test.at.isoformat()}")
    if not test.who.strip():
        problems.append("--who: is empty; write a role or staff number")
    if problems:
        raise SettingsError(problems)
    zone = site.zone()
    at, oldest = test.at.astimezone(zone), test.oldest.astimezone(zone)
    return Document(
        id=f"play-{at:%Y%m%d-%H%M}-{test.camera}"[:48],
        method="test",
        subject=test.camera,
        metric=METRIC,
        value=round((test.at - test.oldest).total_seconds() / _DAY_S, 3),
        on=at.date(),
        source=f"playback by {test.who}, channel {test.channel}, oldest picture {oldest:%Y-%m-%d %H:%M}",
    )
