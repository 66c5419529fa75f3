"""What the console knows at one moment: plain structs, read by the pages and given as they are by `/api/overview`.

Times are ms since 1970 UTC; every text a person reads stands in both languages.
"""

from typing import Literal, Protocol

import msgspec

from lamplighter.contract.conditions import Priority

LampState = Literal["on", "off", "failed", "unknown"]
CameraState = Literal["online", "connecting", "offline", "ended", "unknown"]
Mood = Literal["wrong", "attention", "unwatched", "calm", "empty"]


class CitationLike(Protocol):
    """Where a rule comes from; the rule packs' own class has these."""

    @property
    def number(self) -> str:
        """Number of the standard, such as GB/T 50034."""

    @property
    def edition(self) -> str:
        """Its edition, such as 2024."""

    @property
    def clause(self) -> str:
        """Clause or table."""

    @property
    def title_zh(self) -> str:
        """Chinese title of the standard."""

    @property
    def title_en(self) -> str:
        """English title of the standard."""

    @property
    def certainty(self) -> str:
        """How sure we are of the text: V read, S second hand, M from memory, D our own target."""


class RuleLike(Protocol):
    """A rule a verdict was made by; the rule packs' own class has these."""

    @property
    def title_zh(self) -> str:
        """What is required, in Chinese."""

    @property
    def title_en(self) -> str:
        """What is required, in English."""

    @property
    def screened(self) -> bool:
        """Whether it is about light, so that a room's card shows it."""

    @property
    def comparator(self) -> str:
        """How the value stands to the threshold: >= or <=."""

    @property
    def unit(self) -> str:
        """Unit of value and threshold."""

    @property
    def citation(self) -> CitationLike:
        """Where it is written."""


class Text(msgspec.Struct, frozen=True):
    """The same words twice."""

    zh: str
    en: str


class Citation(msgspec.Struct, frozen=True):
    """What is required, and by which clause of which edition of which standard."""

    requirement: Text
    comparator: str
    unit: str
    standard: str
    clause: str
    title: Text
    certainty: str


class Verdict(msgspec.Struct, frozen=True):
    """What one rule says of one room on the newest day it was judged; `day_ms` is that day's local midnight."""

    rule: str
    verdict: str
    day_ms: int
    value: float | None
    threshold: float | None
    samples: int
    method: str
    version: str
    reason: Text
    citation: Citation | None


class Sample(msgspec.Struct, frozen=True, array_like=True):
    """A room's illuminance in one 10-minute window."""

    at_ms: int
    lx: float


class Measured(msgspec.Struct, frozen=True, kw_only=True):
    """What a device of a room said last of one point; `value` is None where its quality was not good. A flag has no unit."""

    device: str
    label: Text
    point: Text
    value: float | None
    symbol: str
    flag: bool
    at_ms: int
    fresh: bool


class Room(msgspec.Struct, frozen=True, kw_only=True):
    """A space with its light now. `illuminance_lx` is the mean of the fresh sensors, None when none is fresh."""

    id: str
    building: str
    floor: int
    kind: str
    label: Text
    sensors: int
    fresh: int
    illuminance_lx: float | None
    last_lx: float | None
    last_at_ms: int | None
    history: tuple[Sample, ...]
    verdicts: tuple[Verdict, ...]
    measured: tuple[Measured, ...] = ()


class Lamp(msgspec.Struct, frozen=True, kw_only=True):
    """A luminaire and what it does now; numbers are None when they are not fresh."""

    id: str
    label: Text
    space: str
    place: Text
    state: LampState
    dimming_level_pct: float | None
    active_power_w: float | None
    at_ms: int | None


class Camera(msgspec.Struct, frozen=True, kw_only=True):
    """A camera as its gateway last reported it; `unknown` when the gateway is not heard."""

    id: str
    label: Text
    place: Text
    gateway: str
    state: CameraState
    fps: float
    inference_ms: float
    reason: str
    at_ms: int | None


ClipState = Literal["kept", "asked", "coming", "here", "gone"]


class Clip(msgspec.Struct, frozen=True, kw_only=True):
    """A film of a raise: kept on the gateway, asked for, on its way (`got` of `parts` pieces), here, or gone (`reason`)."""

    sha256: str
    bytes: int
    begin_ms: int
    end_ms: int
    state: ClipState
    got: int = 0
    parts: int = 0
    reason: str = ""


class Episode(msgspec.Struct, frozen=True, kw_only=True):
    """A condition from its raise to its return to normal (`cleared_ms` None: it holds now)."""

    id: str
    kind: str
    words: Text
    priority: Priority
    name: str
    source: str
    source_label: Text
    space: str
    place: Text
    active: bool
    raised_ms: int
    cleared_ms: int | None
    evidence: dict[str, float | int | str | bool]
    still: str
    still_here: bool
    clip: Clip | None = None


class Transition(msgspec.Struct, frozen=True, kw_only=True):
    """One change of level as it came in; `number` only grows."""

    number: int
    school: str
    gateway: str
    id: str
    kind: str
    words: Text
    priority: Priority
    source: str
    space: str
    active: bool
    at_ms: int
    received_at_ms: int
    still: str


class Refusal(msgspec.Struct, frozen=True, kw_only=True):
    """Something ingest would not store; `payload` is its beginning as text."""

    number: int
    at_ms: int
    topic: str
    reason: str
    whole: bool
    count: int
    bytes: int
    payload: str


class Quarantine(msgspec.Struct, frozen=True):
    """How much was refused, and the newest of it."""

    count: int
    newest: tuple[Refusal, ...]


class GatewayHealth(msgspec.Struct, frozen=True, kw_only=True):
    """A gateway; the numbers are None until its first health message. `fresh` tells whether they are of now."""

    id: str
    online: bool
    state_at_ms: int
    seen_at_ms: int | None
    fresh: bool
    uptime_s: float | None = None
    cpu_pct: float | None = None
    memory_pct: float | None = None
    disk_free_mb: float | None = None
    temperature_c: float | None = None
    clock_offset_ms: float | None = None
    outbox: int | None = None
    outbox_shed: int = 0
    devices_silent: tuple[str, ...] = ()


class Gap(msgspec.Struct, frozen=True):
    """Something that should be watched and is not: `what` is gateway, camera or sensors."""

    what: Literal["gateway", "camera", "sensors"]
    label: Text
    since_ms: int | None


class School(msgspec.Struct, frozen=True):
    """Which school, and the zone its people live in."""

    id: str
    district: str
    label: Text
    time_zone: str


class Overview(msgspec.Struct, frozen=True, kw_only=True):
    """One school at one moment."""

    at_ms: int
    school: School
    mood: Mood
    wrong: tuple[Episode, ...]
    episodes: tuple[Episode, ...]
    gaps: tuple[Gap, ...]
    rooms: tuple[Room, ...]
    lamps: tuple[Lamp, ...]
    cameras: tuple[Camera, ...]
    gateways: tuple[GatewayHealth, ...]
    quarantine: Quarantine
