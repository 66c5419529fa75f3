"""Wire records. Unknown fields are ignored; a breaking change is a new topic version.

A message of a durable lane is an envelope (which start of the gateway, which sequence number, what is still held) around a body.
Times are milliseconds since 1970-01-01 UTC (`*_at_ms`), from the gateway's clock.
"""

from typing import Any, Final, Generic, Literal, TypeVar

import msgspec

Quality = Literal["good", "uncertain", "bad"]
QUALITY_CODES: Final[dict[str, int]] = {"good": 0, "uncertain": 1, "bad": 2}
EvidenceNumber = float | int | str | bool | list[float]


class Reading(msgspec.Struct, frozen=True, omit_defaults=True, gc=False):
    """One value of one point of one device. A bad quality carries no value."""

    device: str
    point: str
    at_ms: int
    value: float | None = None
    quality: Quality = "good"


class Readings(msgspec.Struct, frozen=True):
    """What the drivers read since the last flush."""

    readings: list[Reading]


class GivenUp(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """Messages that a gateway will not send: `first` to `last` (inclusive seq) of a start's lane, accepted `from_ms` to `to_ms`.

    shed: deleted for want of room. dead: never answered, kept at the gateway. `items` counts what was in them. A span with the
    same `first` said again replaces the earlier word.
    """

    boot: int
    boot_id: str
    lane: Literal["conditions", "readings", "evidence"]
    why: Literal["shed", "dead"]
    first: int
    last: int
    items: int
    from_ms: int
    to_ms: int


class ClipNote(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """A pixelated clip that the gateway keeps of a condition raised at `raised_ms`, and sends when it is asked to.

    It shows `begin_ms` to `end_ms`. `sealed_sha256` is of the unpixelated original, encrypted, where one is kept; it is never sent.
    """

    sha256: str
    bytes: int
    raised_ms: int
    begin_ms: int
    end_ms: int
    sealed_sha256: str = ""


class Condition(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """A level: this condition holds, or no longer holds.

    `id` is the same for every message about the same rule and source, so that the newest (boot, seq) wins.
    `since_ms` is when the level was entered; `repeat` marks a level said again rather than a change.
    `given_up` is told with outbox_shedding and message_unanswered alone: every message of those spans is counted once. `clips` are
    told once each, with a repeat of the level that then stands, since a clip is finished some seconds after the raise.
    """

    id: str
    kind: str
    name: str
    source: str
    active: bool
    at_ms: int
    since_ms: int
    space: str = ""
    repeat: bool = False
    evidence: dict[str, EvidenceNumber] = {}
    still_sha256: str = ""
    given_up: list[GivenUp] = []
    clips: list[ClipNote] = []


class Still(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """A pixelated picture of a condition, or the snapshot a `command` asked for: `data` is the JPEG, base64 on the wire.

    Or, where the centre asked for it, a piece of a pixelated clip (`media` video/mp4): number `part` of `parts`, from 0; `sha256`
    is of the whole file and `data` a part of it. `gone` says why there is no such clip any more, and then there is no data.
    """

    sha256: str
    condition: str
    camera: str
    at_ms: int
    data: bytes
    media: Literal["image/jpeg", "video/mp4"] = "image/jpeg"
    part: int = 0
    parts: int = 1
    gone: str = ""
    command: str = ""


Body = TypeVar("Body")


class Envelope(msgspec.Struct, Generic[Body], frozen=True, kw_only=True):
    """What every message of a durable lane carries.

    `boot` counts the gateway's starts and only grows; `boot_id` is that start's own uuid. `seq` counts within (boot, lane) from 1.
    `low` is the lowest seq of (boot, lane) that the gateway still holds, `high` the highest it has given out.
    `sent_at_ms` is the gateway's clock at this sending. `clock_ahead_ms` is how far the clock that dated the body was ahead of the
    centre's, absent while the gateway does not know.
    """

    v: Literal[1] = 1
    boot: int
    boot_id: str
    seq: int
    low: int
    high: int
    sent_at_ms: int | msgspec.UnsetType = msgspec.UNSET
    clock_ahead_ms: int | msgspec.UnsetType = msgspec.UNSET
    body: Body


class CameraHealth(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """How one camera does; counts are since the agent's start. `watched_s` of its `armed_s` were really analysed in time.

    `undecoded` packets of its stream could not be decoded; the time from the picture before to the one after counts as not watched.
    """

    id: str
    state: Literal["connecting", "online", "offline", "ended"]
    fps: float = 0.0
    frames: int = 0
    analysed: int = 0
    skipped: int = 0
    undecoded: int = 0
    inferences: int = 0
    inference_ms: float = 0.0
    reason: str = ""
    armed_s: float = 0.0
    watched_s: float = 0.0


class Start(msgspec.Struct, frozen=True, kw_only=True):
    """An earlier start of the same outbox: the highest seq it gave out in each lane; it gives out no more."""

    boot: int
    boot_id: str
    high: dict[str, int]


class Health(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """How a gateway does; latest only, never kept in the outbox."""

    v: Literal[1] = 1
    at_ms: int
    boot: int
    uptime_s: float
    cpu_pct: float
    memory_pct: float
    disk_free_mb: float
    temperature_c: float | None = None
    clock_offset_ms: float | None = None
    outbox_rows: dict[str, int] = {}
    outbox_shed: int = 0
    outbox_dead: int = 0
    repeats_replaced: int = 0
    boot_id: str = ""
    starts: list[Start] = []
    devices_silent: list[str] = []
    cameras: list[CameraHealth] = []


class Availability(msgspec.Struct, frozen=True, kw_only=True):
    """Retained; the broker publishes `offline` as the gateway's last will."""

    v: Literal[1] = 1
    state: Literal["online", "offline"]
    boot: int
    at_ms: int


class Stored(msgspec.Struct, frozen=True, kw_only=True):
    """The centre has these sequence numbers safe (`ranges`, inclusive); the gateway forgets them. `at_ms`: the centre's clock.

    `held`: on the centre's disk but not yet stored; the gateway keeps them and need not send them again meanwhile. `again`: dated
    by a clock the centre cannot trust; to be sent again with `clock_ahead_ms`. `heard_ms`: `sent_at_ms` of the last message that
    this answers, by which the gateway can tell how far its clock is ahead.
    """

    v: Literal[1] = 1
    at_ms: int
    boot: int
    boot_id: str
    lane: Literal["conditions", "readings", "evidence"]
    ranges: list[tuple[int, int]]
    held: list[tuple[int, int]] | msgspec.UnsetType = msgspec.UNSET
    again: list[tuple[int, int]] | msgspec.UnsetType = msgspec.UNSET
    heard_ms: int | msgspec.UnsetType = msgspec.UNSET


class RejectedNotice(msgspec.Struct, frozen=True, kw_only=True):
    """The centre quarantined this message whole: a final answer, the gateway forgets it."""

    v: Literal[1] = 1
    at_ms: int
    boot: int
    boot_id: str
    lane: Literal["conditions", "readings", "evidence"]
    seq: int
    reason: str


class Command(msgspec.Struct, frozen=True, kw_only=True):
    """A request from the centre to one gateway; one older than five minutes is refused. Nothing it asks for changes a gateway.

    `camera_view` (`camera`): a snapshot and the present rules. `try_rules` (`camera`, `draft`: JSON with `rules`, `privacy_masks`
    and `motion_masks` of that camera): the draft checked and tried. Both are answered on the lane `answer`.
    `send_clip` (`sha256`, `part`): the clip in pieces on the evidence lane, from that piece on.
    """

    v: Literal[1] = 1
    id: str
    kind: str
    at_ms: int
    arguments: dict[str, EvidenceNumber] = {}


class RuleField(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """One key of a kind of rule as a form needs it: `low` and `high` are inclusive, `choices` the only values it may have."""

    name: str
    type: Literal["number", "integer", "boolean", "text", "texts"]
    default: float | int | bool | str | list[str] | None = None
    low: float | None = None
    high: float | None = None
    choices: list[str] = []
    description: str = ""


class RuleKind(msgspec.Struct, frozen=True, kw_only=True):
    """A kind of rule that this gateway knows; `replayable`: it can be tried on boxes alone."""

    kind: str
    fields: list[RuleField]
    replayable: bool


class CameraView(msgspec.Struct, frozen=True, kw_only=True):
    """One camera to draw on: the still (it travels on the evidence lane), its present rules and masks as in the settings file.

    Corners are [x, y] in shares of the picture. `learned`: the place without people is known, so only blocks too coarse for a
    person's face, not the coarsest, hide the rest. `minutes` is how far back rules can be tried.
    """

    camera: str
    still_sha256: str
    width_px: int
    height_px: int
    learned: bool
    rules: list[dict[str, Any]]
    privacy_masks: list[list[list[float]]]
    motion_masks: list[list[list[float]]]
    kinds: list[RuleKind]
    minutes: float


class WouldRaise(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """Once that a rule would have been raised; `cleared_at_ms` is absent where it held to the end.

    `armed`: its schedule held then.
    """

    at_ms: int
    cleared_at_ms: int | None = None
    armed: bool = True
    detail: str = ""


class RuleTrial(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """What a rule of the draft would have said: `count` times, the newest of them in `raised`. Not `tried`: it needs pictures."""

    rule: int
    kind: str
    name: str
    tried: bool
    count: int = 0
    raised: list[WouldRaise] = []


class Trial(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """A draft of one camera's rules and masks, checked and tried on what the camera last saw.

    With `problems` (one line a wrong key) nothing was tried. `settings` is the gateway's whole file as it would be, `piece` what of
    it is this camera's, `diff` how the file would differ from the one in force (unified).
    """

    camera: str
    problems: list[str] = []
    from_ms: int = 0
    until_ms: int = 0
    pictures: int = 0
    rules: list[RuleTrial] = []
    settings: str = ""
    piece: str = ""
    diff: str = ""


class Answer(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """What became of a command (its id); latest only. `refused` says why nothing was done."""

    v: Literal[1] = 1
    command: str
    at_ms: int
    refused: str = ""
    view: CameraView | None = None
    trial: Trial | None = None


class Rejected(msgspec.Struct, frozen=True, kw_only=True):
    """A value that was refused: returned, counted and quarantined, never raised. Does not cross the wire."""

    topic: str
    reason: str
    payload: bytes
    boot: int | None = None
    boot_id: str = ""
    seq: int | None = None
    whole: bool = True


ENVELOPES: Final[dict[str, Any]] = {
    "conditions": Envelope[Condition],
    "readings": Envelope[Readings],
    "evidence": Envelope[Still],
}
RECORDS: Final[dict[str, Any]] = {
    **ENVELOPES,
    "health": Health,
    "availability": Availability,
    "answer": Answer,
    "stored": Stored,
    "rejected": RejectedNotice,
    "command": Command,
}
"""The record each lane carries."""

DECODERS: Final[dict[str, msgspec.json.Decoder[Any]]] = {lane: msgspec.json.Decoder(record) for lane, record in RECORDS.items()}
ENCODER: Final = msgspec.json.Encoder()
