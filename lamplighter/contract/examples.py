"""One message of every lane as the documents show it: a lamp fails in room b102 at 10:30 on a school morning in Beijing."""

import hashlib
from typing import Any, Final

import msgspec

from lamplighter.contract.records import (
    Answer,
    Availability,
    CameraHealth,
    Command,
    Condition,
    Envelope,
    Health,
    Reading,
    Readings,
    RejectedNotice,
    Still,
    Stored,
)
from lamplighter.contract.topics import Gateway

GATEWAY: Final = Gateway("district-1", "school-7", "gw1")
AT_MS: Final = 1_780_021_800_000
BOOT: Final = 1_779_980_400
BOOT_ID: Final = "3f0c1f6e8d5b4a0c9a51d6a2b7e4c890"
JPEG: Final = b"\xff\xd8\xff\xe0 a JPEG \xff\xd9"
ENVELOPE: Final = Envelope(boot=BOOT, boot_id=BOOT_ID, seq=412, low=409, high=412, body=msgspec.UNSET)

READINGS: Final = Readings(
    [
        Reading("b102-lux1", "illuminance_lx", AT_MS, 318.5),
        Reading("b102-lux2", "illuminance_lx", AT_MS, None, "bad"),
        Reading("b102-lamp", "lamp_failure", AT_MS, 1.0),
    ]
)
CONDITION: Final = Condition(
    id="lamp_failure:b102-lamp:lamp-failure",
    kind="lamp_failure",
    name="lamp-failure",
    source="b102-lamp",
    space="b102",
    active=True,
    at_ms=AT_MS,
    since_ms=AT_MS,
    evidence={"dimming_level_pct": 100.0, "active_power_w": 3.0},
)
STILL: Final = Still(
    sha256=hashlib.sha256(JPEG).hexdigest(), condition="intrusion:cam1:yard", camera="cam1", at_ms=AT_MS, data=JPEG
)
CAMERA: Final = CameraHealth(id="cam1", state="online", fps=5.0, frames=5120, skipped=14, inferences=5106, inference_ms=38.2)

EXAMPLES: Final[dict[str, Any]] = {
    "conditions": msgspec.structs.replace(ENVELOPE, body=CONDITION),
    "readings": msgspec.structs.replace(ENVELOPE, body=READINGS),
    "evidence": msgspec.structs.replace(ENVELOPE, body=STILL),
    "health": Health(
        at_ms=AT_MS,
        boot=BOOT,
        uptime_s=1024.5,
        cpu_pct=41.0,
        memory_pct=37.5,
        disk_free_mb=18_230.4,
        clock_offset_ms=-12.5,
        outbox_rows={"conditions": 0, "readings": 1, "evidence": 0},
        cameras=[CAMERA],
    ),
    "availability": Availability(state="online", boot=BOOT, at_ms=AT_MS),
    "answer": Answer(command="01", at_ms=AT_MS + 240, refused="camera cam1 gave no picture within 5 s"),
    "stored": Stored(at_ms=AT_MS + 180, boot=BOOT, boot_id=BOOT_ID, lane="readings", ranges=[(1, 408), (410, 412)]),
    "rejected": RejectedNotice(
        at_ms=AT_MS + 180,
        boot=BOOT,
        boot_id=BOOT_ID,
        lane="readings",
        seq=409,
        reason="'c301-lux1' belongs to gateway gw2, not gw1",
    ),
    "command": Command(id="01", kind="camera_view", at_ms=AT_MS, arguments={"camera": "cam1"}),
}
"""The record of each lane."""
