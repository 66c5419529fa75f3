"""From what rules say, moment by moment, to what is published: a level when it changes, and slowly again while it holds."""

import hashlib
import threading
from collections.abc import Callable, Mapping
from typing import NamedTuple

import msgspec

from edge.outbox import Outbox
from edge.rules.protocol import Level
from lamplighter.contract.records import ENCODER, ClipNote, Condition, Still
from lamplighter.runtime.clock import Clock
from lamplighter.runtime.logs import logger


class _Held(NamedTuple):
    condition: Condition
    said_at_s: float


class Levels:
    """Publishes transitions at once and repeats while a level is active. Called from any thread.

    What was last accepted is read back at start, so that a condition which ended while the agent was down is cleared.
    """

    def __init__(
        self,
        outbox: Outbox,
        clock: Clock,
        *,
        spaces: Mapping[str, str],
        repeat_s: float,
        on_added: Callable[[], None] = lambda: None,
        on_raised: Callable[[Condition], None] = lambda _condition: None,
    ) -> None:
        self._outbox = outbox
        self._clock = clock
        self._spaces = spaces
        self._repeat_s = repeat_s
        self._on_added = on_added
        self._on_raised = on_raised
        self._lock = threading.Lock()
        self._known = outbox.levels()
        self._held: dict[str, _Held] = {}
        self._ended: dict[str, Condition] = {}
        self._log = logger()

    def __call__(self, level: Level, *, still: Callable[[], bytes] | None = None) -> None:
        """Take a level; `still` is asked for only on a raise."""
        with self._lock:
            condition_id = f"{level.kind}:{level.source}:{level.name}"
            was_active, since_ms = self._known.get(condition_id, (False, 0))
            if level.active == was_active:
                if level.active:
                    self._refresh(condition_id, level, since_ms)
                return
            self._change(condition_id, level, still if level.active else None)

    def _record(self, condition_id: str, level: Level, since_ms: int) -> Condition:
        return Condition(
            id=condition_id,
            kind=level.kind,
            name=level.name,
            source=level.source,
            space=self._spaces.get(level.source, ""),
            active=level.active,
            at_ms=level.at_ms,
            since_ms=since_ms,
            evidence=dict(level.evidence),
        )

    def _change(self, condition_id: str, level: Level, still: Callable[[], bytes] | None) -> None:
        condition = self._record(condition_id, level, level.at_ms)
        picture: bytes | None = None
        if still is not None:
            data = still()
            sha256 = hashlib.sha256(data).hexdigest()
            condition = msgspec.structs.replace(condition, still_sha256=sha256)
            picture = ENCODER.encode(
                Still(sha256=sha256, condition=condition_id, camera=level.source, at_ms=level.at_ms, data=data)
            )
        verb = "raised" if level.active else "cleared"
        self._outbox.add_level(
            ENCODER.encode(condition),
            level=(condition_id, level.active, level.at_ms),
            counts={f"{verb}:{level.kind}": 1},
            still=picture,
        )
        self._known[condition_id] = (level.active, level.at_ms)
        if level.active:
            self._held[condition_id] = _Held(condition, self._clock.monotonic())
            self._ended.pop(condition_id, None)
        else:
            self._held.pop(condition_id, None)
            self._ended[condition_id] = condition
        if picture is not None:
            self._on_raised(condition)
        self._log.info("condition_" + verb, kind=level.kind, source=level.source, name=level.name)
        self._on_added()

    def _refresh(self, condition_id: str, level: Level, since_ms: int) -> None:
        said_at_s = self._held[condition_id].said_at_s if condition_id in self._held else float("-inf")
        still_sha256 = self._held[condition_id].condition.still_sha256 if condition_id in self._held else ""
        condition = msgspec.structs.replace(self._record(condition_id, level, since_ms), still_sha256=still_sha256)
        self._held[condition_id] = _Held(condition, said_at_s)

    def tell_clip(self, condition_id: str, clip: ClipNote) -> None:
        """Say that a clip of the condition is there, with the level as it now stands; raises Unavailable when the disk refuses."""
        with self._lock:
            held = self._held.get(condition_id)
            condition = held.condition if held is not None else self._ended.get(condition_id)
            if condition is None:
                return
            body = ENCODER.encode(msgspec.structs.replace(condition, repeat=True, clips=[clip]))
            self._outbox.add("conditions", body, counts={"clips": 1})
        self._on_added()

    def holds(self, condition_id: str, raised_ms: int) -> bool:
        """Whether the condition raised at that moment still holds."""
        with self._lock:
            return self._known.get(condition_id) == (True, raised_ms)

    def repeat_due(self) -> None:
        """Say again what still holds; an earlier repeat that was never sent gives way."""
        with self._lock:
            now_s = self._clock.monotonic()
            for condition_id, held in self._held.items():
                if now_s - held.said_at_s >= self._repeat_s:
                    body = ENCODER.encode(msgspec.structs.replace(held.condition, repeat=True))
                    self._outbox.add("conditions", body, counts={"repeated": 1}, repeat_of=condition_id)
                    self._held[condition_id] = _Held(held.condition, now_s)
                    self._on_added()
