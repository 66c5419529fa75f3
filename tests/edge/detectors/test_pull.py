"""Fetching a network from a real server on this machine."""

import hashlib
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from edge.detectors.catalog import Model, read_catalog
from edge.detectors.pull import pull, take
from lamplighter.contract.errors import SettingsError, Unavailable

pytestmark = pytest.mark.services

CONTENT = bytes(range(256)) * 2000


class Shelf(ThreadingHTTPServer):
    """A server of one file; after `breaks_after` bytes it hangs up `breaks` times; it answers `silent_from` requests, then none."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Answer)
        self.content, self.ranges = CONTENT, True
        self.breaks, self.breaks_after = 0, 0
        self.silent_from: int | None = None
        self.asked: list[str | None] = []

    @property
    def url(self) -> str:
        """Where the file is."""
        return f"http://127.0.0.1:{self.server_port}/net.onnx"


class Answer(BaseHTTPRequestHandler):
    """One GET."""

    server: Shelf

    def do_GET(self) -> None:
        """Send the file, from the asked byte on where ranges are known."""
        asked = self.headers["Range"]
        self.server.asked.append(asked)
        if self.server.silent_from is not None and len(self.server.asked) > self.server.silent_from:
            self.close_connection = True
            return
        first = int(asked.removeprefix("bytes=").rstrip("-")) if asked and self.server.ranges else 0
        body = self.server.content[first:]
        if self.path != "/net.onnx":
            self.send_error(404)
            return
        if not body:
            self.send_error(416)
            return
        self.send_response(206 if first else 200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.server.breaks:
            self.server.breaks -= 1
            body = body[: self.server.breaks_after]
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class names it
        """Quiet."""


@pytest.fixture
def shelf() -> Iterator[Shelf]:
    server = Shelf()
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield server
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.fixture
def model() -> Model:
    """A catalogue entry whose file is CONTENT."""
    sha256 = hashlib.sha256(CONTENT).hexdigest()
    return read_catalog().named("yolox_nano_416").model_copy(update={"sha256": sha256, "bytes": len(CONTENT)})


def left_in(folder: Path) -> list[str]:
    return sorted(file.name for file in folder.iterdir())


def test_what_was_pulled_is_in_place_and_nothing_else_is(shelf: Shelf, model: Model, tmp_path: Path) -> None:
    told: list[tuple[int, int]] = []
    place = pull(model, folder=tmp_path, url=shelf.url, progress=lambda have, total: told.append((have, total)))
    assert place.read_bytes() == CONTENT
    assert left_in(tmp_path) == ["yolox_nano_416.onnx"]
    assert told[-1] == (len(CONTENT), len(CONTENT))


def test_a_model_that_is_there_is_not_fetched_again(shelf: Shelf, model: Model, tmp_path: Path) -> None:
    pull(model, folder=tmp_path, url=shelf.url)
    pull(model, folder=tmp_path, url=shelf.url)
    assert len(shelf.asked) == 1


def test_a_broken_transfer_goes_on_where_it_broke(shelf: Shelf, model: Model, tmp_path: Path) -> None:
    shelf.breaks, shelf.breaks_after = 2, 200_000
    assert pull(model, folder=tmp_path, url=shelf.url).read_bytes() == CONTENT
    assert shelf.asked == [None, "bytes=200000-", "bytes=400000-"]


def test_what_came_before_a_server_went_away_is_kept_for_the_next_call(shelf: Shelf, model: Model, tmp_path: Path) -> None:
    shelf.breaks, shelf.breaks_after, shelf.silent_from = 1, 100_000, 1
    with pytest.raises(Unavailable, match=r"100000 of 512000 bytes are here, the same command goes on"):
        pull(model, folder=tmp_path, url=shelf.url)
    shelf.silent_from, shelf.asked[:] = None, []
    assert pull(model, folder=tmp_path, url=shelf.url).read_bytes() == CONTENT
    assert shelf.asked == ["bytes=100000-"]


def test_a_server_whose_file_is_shorter_is_refused_and_what_came_removed(shelf: Shelf, model: Model, tmp_path: Path) -> None:
    shelf.content = CONTENT[:1000]
    with pytest.raises(SettingsError, match=r"has fewer bytes than the catalogue's 512000"):
        pull(model, folder=tmp_path, url=shelf.url)
    assert left_in(tmp_path) == []


def test_a_server_that_cannot_resume_sends_from_the_start(shelf: Shelf, model: Model, tmp_path: Path) -> None:
    (tmp_path / "yolox_nano_416.onnx.part").write_bytes(b"x" * 1000)
    shelf.ranges = False
    assert pull(model, folder=tmp_path, url=shelf.url).read_bytes() == CONTENT


@pytest.mark.parametrize(
    "wrong", [CONTENT[:-1] + b"!", CONTENT + b"more", b"<html>please log in</html>" * 30_000], ids=["changed", "longer", "page"]
)
def test_another_content_is_refused_and_removed(shelf: Shelf, model: Model, tmp_path: Path, wrong: bytes) -> None:
    shelf.content = wrong
    with pytest.raises(
        SettingsError, match=r"model yolox_nano_416: sha256 of what .* sent, now removed, is [0-9a-f]{64}, the catalogue"
    ):
        pull(model, folder=tmp_path, url=shelf.url)
    assert left_in(tmp_path) == []


def test_an_address_that_is_not_there_is_said_with_its_answer(shelf: Shelf, model: Model, tmp_path: Path) -> None:
    with pytest.raises(Unavailable, match="answered 404"):
        pull(model, folder=tmp_path, url=shelf.url.replace("net", "other"))


def test_a_server_that_does_not_answer_is_unavailable(model: Model, tmp_path: Path) -> None:
    with pytest.raises(Unavailable, match=r"does not answer: .*refused"):
        pull(model, folder=tmp_path, url="http://127.0.0.1:1/net.onnx")


def test_a_place_that_cannot_be_written_is_a_settings_error(shelf: Shelf, model: Model, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way", "utf-8")
    with pytest.raises(SettingsError, match="cannot be written"):
        pull(model, folder=tmp_path / "file" / "models", url=shelf.url)


def test_a_file_taken_is_copied_and_stays(model: Model, tmp_path: Path) -> None:
    source = tmp_path / "stick.bin"
    source.write_bytes(CONTENT)
    assert take(model, source, folder=tmp_path / "models").read_bytes() == CONTENT
    assert source.read_bytes() == CONTENT


@pytest.mark.parametrize("change", [lambda file: file.write_bytes(b"other"), lambda file: file.unlink()], ids=["other", "absent"])
def test_a_wrong_file_is_not_taken_and_not_removed(model: Model, tmp_path: Path, change: Callable[[Path], object]) -> None:
    source = tmp_path / "stick.bin"
    source.write_bytes(CONTENT)
    change(source)
    before = source.exists()
    with pytest.raises(SettingsError):
        take(model, source, folder=tmp_path / "models")
    assert source.exists() == before
    assert not (tmp_path / "models").exists()
