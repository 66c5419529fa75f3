"""Topic names: `campus/v1/<district>/<school>/<gateway>/<lane>`."""

import re
from typing import Final, NamedTuple

ROOT: Final = "campus/v1"

DURABLE_LANES: Final = ("conditions", "readings", "evidence")
"""Most urgent first: kept in the outbox until the centre says stored or rejected."""

UP_LANES: Final = (*DURABLE_LANES, "health", "availability", "answer")
DOWN_LANES: Final = ("stored", "rejected", "command")
LANES: Final = (*UP_LANES, *DOWN_LANES)
DOCTOR_LANE: Final = "doctor"
"""No lane: `lamplighter doctor` sends itself a word below the connection's own prefix, to see what the broker lets it do."""

MAX_BYTES: Final = {
    "conditions": 16_384,
    "readings": 262_144,
    "evidence": 262_144,
    "health": 65_536,
    "availability": 1_024,
    "answer": 262_144,
    "stored": 262_144,
    "rejected": 262_144,
    "command": 65_536,
}
"""Largest payload a lane may carry, in bytes."""

NAME_PATTERN: Final = r"[a-z0-9][a-z0-9_-]{0,47}"
_NAME = re.compile(NAME_PATTERN)


class TopicError(ValueError):
    """A topic that is not one of ours."""


class Gateway(NamedTuple):
    """Where a gateway stands."""

    district: str
    school: str
    gateway: str

    def topic(self, lane: str) -> str:
        """This gateway's topic for a lane."""
        if lane not in LANES:
            raise TopicError(f"lane {lane!r} is not one of {', '.join(LANES)}")
        return f"{ROOT}/{self.district}/{self.school}/{self.gateway}/{lane}"


class Topic(NamedTuple):
    """A parsed topic."""

    gateway: Gateway
    lane: str

    @classmethod
    def parse(cls, topic: str) -> "Topic":
        """Read a topic; raises TopicError with the part that is wrong."""
        parts = topic.split("/")
        if len(parts) != 6 or parts[:2] != ROOT.split("/"):
            raise TopicError(f"topic {topic[:200]!r} is not {ROOT}/<district>/<school>/<gateway>/<lane>")
        for name in parts[2:5]:
            if not _NAME.fullmatch(name):
                raise TopicError(f"name {name[:60]!r} in topic does not match {NAME_PATTERN}")
        if parts[5] not in LANES:
            raise TopicError(f"lane {parts[5][:60]!r} is not one of {', '.join(LANES)}")
        return cls(Gateway(*parts[2:5]), parts[5])


def all_gateways(lane: str) -> str:
    """The subscription that hears a lane of every gateway."""
    return f"{ROOT}/+/+/+/{lane}"
