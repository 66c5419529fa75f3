"""`lamplighter watch` as its user runs it."""

import json
import subprocess
import sys
from pathlib import Path

import av
import cv2
import numpy as np
import pytest

from tests.rtsp.clip import square_frames, write_clip

pytestmark = pytest.mark.services


def lamplighter(*words: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "lamplighter", *words]
    return subprocess.run(command, capture_output=True, text=True, timeout=100, check=False)


@pytest.fixture
def film(tmp_path: Path) -> Path:
    """Two seconds of a grey wall."""
    path = tmp_path / "wall.mp4"
    with av.open(str(path), "w") as container:
        stream = container.add_stream("libx264", rate=5)
        stream.width, stream.height, stream.pix_fmt = 160, 120, "yuv420p"
        for _number in range(10):
            picture = av.VideoFrame.from_ndarray(np.full((120, 160, 3), 120, np.uint8), format="bgr24")
            container.mux(stream.encode(picture))
        container.mux(stream.encode())
    return path


def test_a_film_gives_counts_and_a_summary_and_can_be_drawn(film: Path, tmp_path: Path) -> None:
    drawn = tmp_path / "seen.mp4"
    done = lamplighter("watch", str(film), "--json", "--draw", str(drawn))
    assert (done.returncode, done.stderr) == (0, "")
    lines = [json.loads(line) for line in done.stdout.splitlines()]
    assert [line for line in lines if "count" in line] == [{"at_s": 0.0, "count": 0}, {"at_s": 1.0, "count": 0}]
    assert (lines[-1]["summary"]["frames"], lines[-1]["summary"]["coverage"]) == (10, 1.0)
    with av.open(str(drawn)) as container:
        assert sum(1 for _frame in container.decode(video=0)) == 10


def test_a_still_is_judged_by_fire_and_persons(tmp_path: Path) -> None:
    path = tmp_path / "grey.png"
    cv2.imwrite(str(path), np.full((120, 160, 3), 120, np.uint8))
    done = lamplighter("watch", "--still", "--json", str(path))
    line = json.loads(done.stdout)
    assert (line["file"], line["persons"], line["fire_smoke"] < 0.5) == (str(path), 0, True)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("watch", "nowhere.mp4"), "nowhere.mp4"),
        (("watch", "a.mp4", "b.mp4"), "--still"),
        (("watch", "a.mp4", "--rules", "none.toml"), "none.toml"),
        (("watch", "a.mp4", "--model", "fire_smoke"), "finds no people"),
    ],
    ids=["no file", "two films", "no rules", "no detector"],
)
def test_what_is_wrong_is_one_line_and_exit_two(words: tuple[str, ...], said: str) -> None:
    done = lamplighter(*words)
    assert done.returncode == 2
    assert said in done.stderr
    assert "Traceback" not in done.stderr


def test_a_film_that_was_cut_off_is_named_beside_what_was_seen(tmp_path: Path) -> None:
    whole, torn = write_clip(tmp_path / "whole.mkv", square_frames(60)), tmp_path / "torn.mkv"
    torn.write_bytes(whole.read_bytes()[: whole.stat().st_size // 2])
    done = lamplighter("watch", str(torn), "--json")
    assert done.returncode == 0
    assert f"{torn}: breaks off" in done.stderr
    assert json.loads(done.stdout.splitlines()[-1])["summary"]["coverage"] < 0.9
