"""What was found, as people and programs read it: table rows, JSON, and a piece of a gateway's settings."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any, Final, Literal
from urllib.parse import urlsplit

import tomli_w

from edge.onvif.discover import Found
from edge.onvif.media import Stream

Language = Literal["en", "zh"]
HEADINGS: Final[dict[Language, tuple[str, ...]]] = {
    "en": ("address", "device", "clock ahead", "main stream", "sub-stream", "recordings", "why no more"),
    "zh": ("地址", "设备", "时钟超前", "主码流", "子码流", "录像数", "未能读取的原因"),
}
_FAR_S: Final = 5.0
UNASSIGNED: Final = "unassigned"
"""Stands for the space until somebody writes where the camera looks."""


def table_rows(found: Iterable[Found]) -> Iterator[tuple[str, ...]]:
    """One row a picture source, cells in the order of `HEADINGS`; a device without pictures has one row."""
    for row in found:
        facts = f"{row.facts.maker} {row.facts.model} {row.facts.firmware}" if row.facts else ""
        ahead = "" if row.ahead_s is None else f"{round(row.ahead_s):+d} s{' !' if abs(row.ahead_s) > _FAR_S else ''}"
        kept = str(len(row.records)) if row.records else ""
        pictures = [(_shown(main), _shown(sub)) for main, sub in _sources(row.streams)]
        for main, sub in pictures or [("", "")]:
            yield urlsplit(row.address).netloc, facts, ahead, main, sub, kept, row.problem.removeprefix(f"{row.address}: ")


def plain(row: Found) -> dict[str, Any]:
    """One device as JSON has it."""
    return {
        "address": row.address,
        **(row.facts._asdict() if row.facts else {}),
        "clock_ahead_s": None if row.ahead_s is None else round(row.ahead_s, 1),
        "streams": [stream._asdict() for stream in row.streams],
        "sources_recorded": sorted({name for kept in row.records for name in kept.names - {kept.token}}),
        "problem": row.problem,
    }


def settings_piece(found: Sequence[Found], *, username: str | None, password_file: Path | None) -> str:
    """TOML to paste into a gateway's file: a camera for each picture source, a recorder for each device that keeps recordings."""
    login = {
        **({"username": username} if username else {}),
        **({"password_file": str(password_file)} if password_file else {}),
    }
    cameras = [camera | login for row in found for camera in _cameras(row)]
    recorders = [_recorder(row) | login | {"channels": _channels(row)} for row in found if row.records]
    tables = {name: rows for name, rows in (("cameras", cameras), ("recorders", recorders)) if rows}
    hint = f'# Write each camera\'s space (as in the site file) in place of "{UNASSIGNED}"; names may be changed too.\n'
    return hint + tomli_w.dumps(tables)


def _cameras(row: Found) -> Iterator[dict[str, Any]]:
    sources = _sources(row.streams)
    for number, (main, sub) in enumerate(sources, start=1):
        name = _name("camera", row.address) + (f"-{number}" if len(sources) > 1 else "")
        large = {"evidence_url": main.url} if main.url != sub.url else {}
        yield {"kind": "rtsp", "id": name, "space": UNASSIGNED, "url": sub.url, **large, "onvif": row.address}


def _recorder(row: Found) -> dict[str, Any]:
    return {"id": _name("recorder", row.address), "space": UNASSIGNED, "address": row.address}


def _channels(row: Found) -> list[dict[str, Any]]:
    """One for each source: a recorder may have many recordings of one."""
    sources = sorted({min(kept.names - {kept.token} or kept.names) for kept in row.records})
    return [{"camera": f"channel-{number}", "source": source} for number, source in enumerate(sources, start=1)]


def _sources(streams: Iterable[Stream]) -> list[tuple[Stream, Stream]]:
    """Main and sub-stream of each picture source: its largest and its smallest picture."""
    found: dict[str, list[Stream]] = defaultdict(list)
    for stream in streams:
        found[stream.source].append(stream)
    return [(rows[0], rows[-1]) for _source, rows in sorted(found.items())]


def _shown(stream: Stream) -> str:
    return f"{stream.codec} {stream.width_px}x{stream.height_px} {stream.fps:g} fps {stream.url}"


def _name(kind: str, address: str) -> str:
    parts = urlsplit(address)
    port = f"-{parts.port}" if parts.port not in {None, 80, 443} else ""
    return f"{kind}-{(parts.hostname or '').replace('.', '-').replace(':', '-')}{port}".lower()[:40].rstrip("-")
