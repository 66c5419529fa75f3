"""The clips of ../shared/media for the quality table: what happens in each, by its manifest, and what may be said of it."""

import json
from pathlib import Path
from typing import Any, NamedTuple

MEDIA = Path(__file__).parents[2] / "shared" / "media"
FILMS = {".mp4", ".avi", ".gif"}
PRESENCE = frozenset({"intrusion", "loitering", "line_crossing"})
TAMPER_DETAILS = {"cover": "covered", "shift": "moved", "defocus": "defocused", "freeze": "frozen", "blind": "blinded"}


class Clip(NamedTuple):
    """One film and its truth."""

    path: str
    fps: float
    frames: int
    truth: dict[str, Any]

    @property
    def folder(self) -> str:
        """The first part of its path: what it is material for."""
        return self.path.partition("/")[0]

    def seconds(self, key: str) -> float:
        """A frame number of the truth as seconds."""
        return float(self.truth[key]) / self.fps

    @property
    def allowed(self) -> frozenset[str]:
        """Kinds of which a condition in this clip is no mistake."""
        task = self.truth.get("task", "")
        kinds = {"fall": {"fall"} if self.truth.get("fall") else set(), "fire": {"fire_smoke"}, "tamper": {"camera_tamper"}}
        found = frozenset(kinds.get(task, set()))
        if self.folder != "fire":
            found |= PRESENCE  # people, or hands that reach in
        return found | {"crowding"} if int(self.truth.get("count_max", 0)) > 12 else found


def clips() -> list[Clip]:
    """Every film of the manifest that is there."""
    rows = json.loads((MEDIA / "manifest.json").read_text("utf-8"))
    return [
        Clip(row["path"], float(row["fps"]), int(row["frames"]), row.get("truth", {}))
        for row in rows
        if Path(row["path"]).suffix in FILMS and (MEDIA / row["path"]).is_file()
    ]


def stills(task: str) -> list[tuple[Path, dict[str, Any]]]:
    """Pictures whose truth has this task, and that truth."""
    rows = json.loads((MEDIA / "manifest.json").read_text("utf-8"))
    return [(MEDIA / row["path"], row["truth"]) for row in rows if row.get("truth", {}).get("task") == task]
