"""`lamplighter detect` as its user runs it."""

import json
import subprocess
import sys
from pathlib import Path

import cv2
import numpy as np
import pytest
import typer
from typer.testing import CliRunner

from lamplighter.cli.detect import detect
from lamplighter.contract.errors import SettingsError
from models.build.hog_pictures import draw

pytestmark = pytest.mark.services


@pytest.fixture(scope="module")
def picture(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A wall with one figure on it, 194 of 360 pixels high, its middle at x = 314."""
    wall = np.full((360, 640, 3), 190, np.uint8)
    figure = cv2.resize(draw("figure"), (128, 256), interpolation=cv2.INTER_LINEAR)
    wall[60:316, 250:378] = figure
    path = tmp_path_factory.mktemp("source") / "wall.png"
    cv2.imwrite(str(path), wall)
    return path


def lamplighter(*words: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "lamplighter", *words]
    return subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)


def test_one_json_line_a_frame_with_boxes_in_pixels_of_the_source(picture: Path) -> None:
    done = lamplighter("detect", str(picture), "--json")
    assert (done.returncode, done.stderr) == (0, "")
    (line,) = done.stdout.splitlines()
    frame = json.loads(line)
    assert set(frame) == {"frame", "at_s", "boxes"}
    assert (frame["frame"], frame["at_s"]) == (0, 0.0)
    best = frame["boxes"][0]
    assert set(best) == {"label", "score", "xyxy_px"}
    assert best["label"] == "person"
    left, top, right, bottom = best["xyxy_px"]
    assert (left + right) / 2 == pytest.approx(314, abs=15)
    assert (top, bottom) == (pytest.approx(90, abs=35), pytest.approx(284, abs=35))


def test_without_json_a_person_can_read_it_and_draw_leaves_stills(picture: Path, tmp_path: Path) -> None:
    done = lamplighter("detect", str(picture), "--smallest-person", "0.4", "--draw", str(tmp_path / "stills"))
    assert done.stdout.startswith("frame 0 at 0.00 s: person ")
    assert [file.name for file in (tmp_path / "stills").iterdir()] == ["frame_000000.jpg"]


def test_what_the_user_can_mend_is_one_line_and_exit_code_2() -> None:
    done = lamplighter("detect", "absent.mp4")
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == (
        "lamplighter: absent.mp4: does not open: no such file or directory; give a film, a picture or an rtsp:// address\n"
    )


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--model", "absent.onnx"], "model = 'absent.onnx': no such file; give an .onnx file or a name"),
        (["--model", "PICTURE.onnx"], "wall.png.onnx: is no network that onnxruntime opens"),
        (["--model", "unknown"], "model = 'unknown': not in the catalogue (hog_person"),
        (["--min-score", "2"], "min_score = 2.0: Input should be less than 1"),
        (["--draw", "out.txt"], "--draw out.txt: is neither a film nor a folder"),
    ],
)
def test_each_wrong_choice_is_named_before_the_first_frame(picture: Path, words: list[str], said: str) -> None:
    picture.with_name("wall.png.onnx").write_bytes(picture.read_bytes())
    app = typer.Typer()
    app.command()(detect)
    result = CliRunner().invoke(app, [str(picture), *[word.replace("PICTURE", str(picture)) for word in words]])
    assert isinstance(result.exception, SettingsError)
    assert said in str(result.exception)
    assert result.stdout == ""
