"""Fetching a network of the catalogue: resumed where it broke off, put in place only when it is the right file."""

import http.client
import shutil
import urllib.error
import urllib.request
from collections.abc import Callable
from pathlib import Path

from edge.detectors.catalog import Model, place_of
from edge.detectors.digest import sha256_of
from lamplighter.contract.errors import SettingsError, Unavailable

Progress = Callable[[int, int], None]
"""Told the bytes there are and the bytes wanted."""

CHUNK_BYTES = 1 << 16
TIMEOUT_S = 30.0
NOT_SATISFIABLE, PARTIAL = 416, 206


def pull(
    model: Model, *, folder: Path | None = None, url: str | None = None, progress: Progress = lambda _have, _all: None
) -> Path:
    """Where the model is now; it is fetched only if it is not there already.

    Raises Unavailable where the other side does not answer or breaks off (what came is kept, the next call goes on from it),
    SettingsError where what came is not the model (it is removed) or cannot be written.
    """
    target = place_of(model, folder=folder)
    if model.bundled or (target.is_file() and sha256_of(target) == model.sha256):
        return target
    part = target.with_name(target.name + ".part")
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        _fetch(model, url or str(model.url), part, progress=progress)
        _accept(model, part, target, told=url or str(model.url))
    except OSError as error:
        raise SettingsError(f"{target.parent}: cannot be written: {error}; free it or choose another place with --dir") from error
    return target


def take(model: Model, file: Path, *, folder: Path | None = None) -> Path:
    """Copy a file already on this machine into place; raises SettingsError where it is not the model. The file stays as it is."""
    target = place_of(model, folder=folder)
    if model.bundled:
        raise SettingsError(f"model {model.name}: comes with Lamplighter; it is not replaced")
    _refuse_other(model, file, removed=False)
    part = target.with_name(target.name + ".part")
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(file, part)
        part.replace(target)
    except OSError as error:
        raise SettingsError(f"{target.parent}: cannot be written: {error}; free it or choose another place with --dir") from error
    return target


def _fetch(model: Model, url: str, part: Path, *, progress: Progress) -> None:
    """Go on while each attempt brings something; ends with `model.bytes` bytes or more in `part`."""
    while (have := _size(part)) < model.bytes:
        try:
            _attempt(url, part, have=have, wanted=model.bytes, progress=progress)
            problem = "closed the connection"
        except urllib.error.HTTPError as error:
            raise _refusal(error, model, url, part) from error
        except (urllib.error.URLError, http.client.HTTPException, TimeoutError, ConnectionError) as error:
            problem = str(getattr(error, "reason", "") or error or type(error).__name__)
        if _size(part) <= have:
            there = f"{_size(part)} of {model.bytes} bytes are here, the same command goes on from them"
            raise Unavailable(f"{url}: does not answer: {problem}; {there}; or use --from with a file")


def _attempt(url: str, part: Path, *, have: int, wanted: int, progress: Progress) -> None:
    """Append what comes from byte `have` on; from the start where the other side cannot resume."""
    headers = {"Range": f"bytes={have}-"} if have else {}
    request = urllib.request.Request(url, headers={"User-Agent": "lamplighter", **headers})  # noqa: S310 - http(s) by the catalogue
    answer = urllib.request.urlopen(request, timeout=TIMEOUT_S)  # noqa: S310 - content is verified by its sha256
    with answer, part.open("ab" if answer.status == PARTIAL else "wb") as file:
        while file.tell() <= wanted and (chunk := answer.read(CHUNK_BYTES)):
            file.write(chunk)
            progress(file.tell(), wanted)


def _refusal(error: urllib.error.HTTPError, model: Model, url: str, part: Path) -> SettingsError | Unavailable:
    """What an answer other than the file means."""
    error.close()
    if error.code != NOT_SATISFIABLE:
        return Unavailable(f"{url}: answered {error.code} {error.reason}; try later, or --url or --from with another source")
    part.unlink()
    return SettingsError(f"model {model.name}: {url} has fewer bytes than the catalogue's {model.bytes}; use --url or --from")


def _accept(model: Model, part: Path, target: Path, *, told: str) -> None:
    _refuse_other(model, part, removed=True, told=told)
    part.replace(target)


def _refuse_other(model: Model, file: Path, *, removed: bool, told: str = "") -> None:
    found = sha256_of(file)
    if found == model.sha256:
        return
    if removed:
        file.unlink()
    what = f"what {told} sent, now removed," if removed else str(file)
    remedy = "try again, or --url or --from with another source" if removed else "give the file the catalogue means"
    raise SettingsError(f"model {model.name}: sha256 of {what} is {found}, the catalogue says {model.sha256}; {remedy}")


def _size(path: Path) -> int:
    return path.stat().st_size if path.exists() else 0
