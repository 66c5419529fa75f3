"""Controls: one protection of the product switched off, so that a fault must lose or double something, else it proves nothing.

    python -m bench.delivery.weakened PROTECTION ingest run FILE.toml

`durable_outbox`: the outbox forgets at a restart. `end_to_end`: the gateway forgets a row as soon as it is sent, and MQTT's QoS 1
alone must bring it home. `qos`: the same, and
what a cut connection had not delivered is not sent again. `shed_reports`: what was shed is not told. `synced`: what the outbox
accepts is not synced. `answer_after_commit`: ingest answers first and tries to store once. `clock`: ingest believes every clock.
`idempotence` is switched off by the store's front: a row stored again is another row.
"""

import sys
import threading
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Final

from edge.given_up import GivenUpReports
from edge.outbox import Outbox
from edge.outbox_rows import Waiting
from edge.uplink import Uplink
from lamplighter.contract.errors import Unavailable
from lamplighter.runtime.clock import SystemClock

ANSWER_EARLY_S: Final = 0.5
"""How long after the answer the weakened ingest begins to store."""


class ForgetfulUplink(Uplink):
    """Forgets a row when it is handed to the MQTT client, which sends it again until the broker has it."""

    def _send(self, waiting: Waiting, wait_s: float, *, sendings: int) -> None:
        super()._send(waiting, wait_s, sendings=sendings)
        seqs = [(waiting.seq, waiting.seq)]
        self._outbox.forget(boot=waiting.boot, boot_id=waiting.boot_id, lane=waiting.lane, ranges=seqs)
        with self._lock:
            self._flights.pop(waiting.number, None)


class CarelessUplink(ForgetfulUplink):
    """The same, and what the broker had not taken when the connection ended is not sent again."""

    def _state_changed(self, up: bool) -> None:  # noqa: FBT001 - the shape of what it replaces
        if not up:
            for queue in ("_out_messages", "_out_packet"):
                getattr(getattr(self._connection, "_client"), queue).clear()  # noqa: B009 - private names, on purpose
        super()._state_changed(up)


UPLINKS: Final[dict[str, type[Uplink]]] = {"end_to_end": ForgetfulUplink, "qos": CarelessUplink}


OF_INGEST: Final = ("answer_after_commit", "clock")


def forget_files(path: Path) -> None:
    """What a gateway with its queue in memory would find at its next start."""
    for file in path.parent.glob(f"{path.name}*"):
        file.unlink()


def weaken_edge(without: str) -> None:
    """Switch off what is not a class of its own."""
    if without == "shed_reports":
        replace(GivenUpReports, "tell", lambda _self: None)
    if without == "synced":
        once: Any = getattr(Outbox, "_once")  # noqa: B009 - a private name, reached on purpose
        replace(Outbox, "_once", lambda outbox, work, _synced: once(outbox, work, False))


def weaken_ingest(without: str) -> None:
    """Switch a protection of ingest off."""
    if without == "answer_after_commit":
        from ingest.commits import CommitPath

        replace(CommitPath, "__call__", answer_first(CommitPath.__call__))
    if without == "clock":
        from ingest import commits

        setattr(commits, "clock_of", lambda _envelope, _now_ms: "right")  # noqa: B010 - only a control does such a thing


def answer_first(commit: Callable[[Any, Sequence[Any]], list[Any]]) -> Callable[[Any, Sequence[Any]], list[Any]]:
    """A commit path that gives its answers before it stores, and forgets the batch if the store is away."""
    from ingest.answers import Confirmation
    from ingest.roster import Roster
    from ingest.rows import Decoded, decode

    def store_later(path: Any, messages: Sequence[Any]) -> None:
        SystemClock().pause(ANSWER_EARLY_S)
        try:
            commit(path, messages)
        except Unavailable as error:
            sys.stderr.write(f"forgotten: {len(messages)} messages: {error}\n")

    def answer(path: Any, messages: Sequence[Any]) -> list[Any]:
        answers = []
        for message in messages:
            good = decode(message.topic, message.payload, Roster([]))
            if isinstance(good, Decoded):
                envelope = good.envelope
                answers.append(Confirmation(good.gateway, envelope.boot, envelope.boot_id, [(envelope.seq, envelope.seq)], []))
        threading.Thread(target=store_later, args=(path, messages), daemon=True).start()
        return answers

    return answer


def replace(owner: type, name: str, by: Callable[..., Any]) -> None:
    """Put another function in its place; only a control does such a thing."""
    setattr(owner, name, by)


def main() -> None:
    """Run the command line of the product, weakened."""
    from lamplighter.cli import main as command_line

    weaken_ingest(sys.argv.pop(1))
    command_line()


if __name__ == "__main__":
    main()
