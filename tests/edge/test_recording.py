"""Watching a recording."""

from collections.abc import Iterator
from pathlib import Path

import av
import numpy as np
import pytest

from edge.cameras.protocol import Image
from edge.detectors.protocol import Detections
from edge.recording import Recording, rules_of
from lamplighter.contract.errors import SettingsError
from tests.edge.watching import boxes

pytestmark = pytest.mark.unit


class Bright:
    """Finds a person where the picture is bright."""

    name, sure_score = "bright", 0.35

    def detect(self, image: Image) -> Detections:
        """The bright columns as one box."""
        columns = np.flatnonzero(image[..., 0].mean(axis=0) > 90)
        return boxes((columns[0], 10, columns[-1] + 1, 110)) if len(columns) > 4 else boxes()


@pytest.fixture
def film(tmp_path: Path) -> Path:
    """Six seconds: a bright bar walks from left to right between the first and the fifth."""
    path = tmp_path / "walk.mp4"
    with av.open(str(path), "w") as container:
        stream = container.add_stream("libx264", rate=10)
        stream.width, stream.height, stream.pix_fmt = 160, 120, "yuv420p"
        for number in range(60):
            picture = np.zeros((120, 160, 3), np.uint8)
            if 10 <= number < 50:
                picture[10:110, (number - 10) * 3 : (number - 10) * 3 + 30] = 200
            container.mux(stream.encode(av.VideoFrame.from_ndarray(picture, format="bgr24")))
        container.mux(stream.encode())
    return path


@pytest.fixture
def rules(tmp_path: Path) -> Path:
    path = tmp_path / "rules.toml"
    path.write_text('[[rules]]\nkind = "intrusion"\n\n[[rules]]\nkind = "line_crossing"\n', "utf-8")
    return path


def _lines(film: Path, rules: Path) -> Iterator[dict[str, object]]:
    return Recording(film, Bright(), rules=rules_of(rules), fps=5).lines()


def test_transitions_counts_and_a_summary_are_told(film: Path, rules: Path) -> None:
    lines = list(_lines(film, rules))
    kinds = [(line["kind"], line["active"]) for line in lines if "kind" in line]
    assert kinds[:2] == [("intrusion", True), ("line_crossing", True)]
    assert [line["count"] for line in lines if "count" in line] == [0, 0, 1, 1, 1, 0]
    summary = lines[-1]["summary"]
    assert isinstance(summary, dict)
    assert (summary["frames"], summary["analysed"], summary["skipped"]) == (60, 30, 0)
    assert 0 < summary["inferences"] <= 30, "a picture in which nothing moves may be spared"


def test_the_same_film_gives_the_same_lines(film: Path, rules: Path) -> None:
    first, second = (list(_lines(film, rules))[:-1] for _time in range(2))
    assert first == second


def test_the_end_of_a_recording_raises_and_clears_nothing(film: Path, rules: Path) -> None:
    last = [line for line in _lines(film, rules) if "kind" in line][-1]
    assert isinstance(last["at_s"], float)
    assert last["at_s"] < 5.9


def test_a_rule_that_is_wrong_is_named_with_file_and_key(tmp_path: Path) -> None:
    path = tmp_path / "rules.toml"
    path.write_text('[[rules]]\nkind = "intrusion"\nzone = [[0, 0], [1, 1], [1, 0], [0, 1]]\n', "utf-8")
    with pytest.raises(SettingsError, match=r"rules\.toml: rules.*zone"):
        rules_of(path)


def test_two_rules_of_one_name_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "rules.toml"
    path.write_text('[[rules]]\nkind = "intrusion"\n[[rules]]\nkind = "intrusion"\n', "utf-8")
    with pytest.raises(SettingsError, match="used twice"):
        rules_of(path)


def test_default_rules_cover_every_incident() -> None:
    assert {rule.kind for rule in rules_of(None)} == {
        "intrusion",
        "loitering",
        "crowding",
        "line_crossing",
        "fall",
        "fire_smoke",
        "camera_tamper",
    }
