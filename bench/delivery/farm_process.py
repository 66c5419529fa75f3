"""The driver's handle on a farm: starts it, talks to it, kills it, and looks into its outboxes from outside."""

import contextlib
import os
import sqlite3
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from shutil import which
from typing import IO, Any, Final

import msgspec

from bench.delivery.farm import FarmSettings

_END_WITHIN_S: Final = 30


class FarmEnded(RuntimeError):
    """The farm died of itself: what it logged last."""


class FarmProcess:
    """One process of gateways."""

    def __init__(self, settings: FarmSettings, folder: Path, environment: Mapping[str, str] | None = None) -> None:
        self.settings = settings
        self._file = folder / "farm.json"
        self._log = folder / "farm.log"
        self._environment = {**os.environ, **(environment or {})}
        self._process: subprocess.Popen[bytes] | None = None
        self._unanswered = 0

    def start(self, *, offset_ms: int = 0) -> None:
        """Start, and wait until its uplinks are begun."""
        settings = msgspec.structs.replace(self.settings, offset_ms=offset_ms)
        self._file.write_bytes(msgspec.json.encode(settings))
        setpriv = which("setpriv")
        ends_with_us = [setpriv, "--pdeathsig", "KILL"] if setpriv else []
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(
                [*ends_with_us, sys.executable, "-m", "bench.delivery.farm", str(self._file)],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=log,
                env=self._environment,
            )
        self._unanswered = 1
        self.wait()

    def tell(self, **command: Any) -> None:
        """Send a command and do not wait for its answer; raises FarmEnded."""
        _process, commands, _answers = self._running()
        try:
            commands.write(msgspec.json.encode(command) + b"\n")
            commands.flush()
        except BrokenPipeError as error:
            raise FarmEnded(self._last_words()) from error
        self._unanswered += 1

    def wait(self) -> dict[str, Any]:
        """The answer to the last command, nothing if a kill came before it; raises FarmEnded."""
        _process, _commands, answers = self._running()
        answer = b"{}"
        while self._unanswered:
            answer = answers.readline()
            if not answer:
                raise FarmEnded(self._last_words())
            self._unanswered -= 1
        found: dict[str, Any] = msgspec.json.decode(answer)
        return found

    def ask(self, **command: Any) -> dict[str, Any]:
        """Send a command and wait for its answer."""
        self.tell(**command)
        return self.wait()

    def kill(self) -> None:
        """End it by signal 9: what it was about to say it never says."""
        if self._process is not None:
            self._end(0)
        self._unanswered = 0

    def stop(self) -> None:
        """Let it end politely."""
        if self._process is not None:
            self._end(_END_WITHIN_S)

    def _end(self, patience_s: float) -> None:
        process, commands, answers = self._running()
        try:
            if patience_s:
                with contextlib.suppress(BrokenPipeError):
                    commands.close()
                process.wait(patience_s)
        except subprocess.TimeoutExpired:
            pass
        process.kill()
        process.wait()
        for pipe in (commands, answers):
            with contextlib.suppress(BrokenPipeError):
                pipe.close()
        self._process = None

    def _running(self) -> tuple["subprocess.Popen[bytes]", IO[bytes], IO[bytes]]:
        """The process and its pipes: commands, answers; raises FarmEnded."""
        process = self._process
        if process is None or process.stdin is None or process.stdout is None:
            raise FarmEnded("the farm is not running")
        return process, process.stdin, process.stdout

    def _last_words(self) -> str:
        return self._log.read_text("utf-8", "replace")[-2000:]

    def outbox_files(self) -> list[Path]:
        """Where its outboxes are, by number of the gateway."""
        first, count = self.settings.first, self.settings.gateways
        return [Path(self.settings.folder) / f"gw{number:02d}" / "outbox.sqlite" for number in range(first, first + count)]

    def unconfirmed(self) -> int:
        """Messages accepted and not yet answered: the rows of every outbox."""
        total = 0
        for path in self.outbox_files():
            for (count,) in look(path, "SELECT COUNT(*) FROM rows"):
                total += count
        return total

    def untold(self) -> int:
        """Spans that outboxes gave up and nobody was told of yet: that takes up to 2 s."""
        query = "SELECT COUNT(*) FROM given_up WHERE told = 0"
        return sum(count for path in self.outbox_files() for (count,) in look(path, query))

    def left(self) -> str:
        """What the outboxes still hold, and what the gateways said last."""
        query = "SELECT boot, lane, COUNT(*), SUM(dead), SUM(sent), MIN(seq), MAX(seq) FROM rows GROUP BY boot, lane"
        held = {path.parent.name: rows for path in self.outbox_files() if (rows := look(path, query))}
        return f"{held}; {self._last_words()}"


def look(path: Path, query: str) -> list[tuple[Any, ...]]:
    """The rows of a query on an SQLite file, which is not touched; none where there is no file yet."""
    if not path.exists():
        return []
    db = sqlite3.connect(f"file:{path}?mode=ro", uri=True, timeout=10)
    try:
        return db.execute(query).fetchall()
    finally:
        db.close()
