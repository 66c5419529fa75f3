"""Who may connect to the broker, and what each may publish and read: a user a connection, its name the client id."""

import re
from collections.abc import Iterable, Sequence
from typing import Final

from lamplighter.contract.errors import SettingsError
from lamplighter.contract.topics import DOCTOR_LANE, DOWN_LANES, DURABLE_LANES, NAME_PATTERN, ROOT, UP_LANES, Gateway, all_gateways

HEALTH: Final = "health"
"""Compose's health check, on the plain-text listener of the broker's own loopback."""
REGISTRAR: Final = "registrar"
"""Logs in to see that the broker has read its files anew, and says that a revoked gateway is off line; it may read nothing."""
CONSOLE: Final = "console"
"""Asks gateways on behalf of people and hears their answers, nothing else."""
PRESENCE: Final = "presence"
WORKER_CONNECTIONS: Final = (*DURABLE_LANES, PRESENCE)
_HEARS: Final = {**{lane: (lane,) for lane in DURABLE_LANES}, PRESENCE: ("health", "availability")}
_ANSWERS: Final = ("stored", "rejected")
_HEAD: Final = "# Written by `lamplighter init` and `lamplighter gateway`, anew at each change. What is not named is refused.\n"


def worker_users(worker: str) -> tuple[str, ...]:
    """The users of one ingest worker: its connections' client ids."""
    return tuple(f"{worker}.{name}" for name in WORKER_CONNECTIONS)


def gateway_user(gateway: Gateway) -> str:
    """The user of a gateway: its connection's client id."""
    return ".".join(gateway)


def read_gateway(text: str) -> Gateway:
    """A gateway as people write it, DISTRICT/SCHOOL/GATEWAY; raises SettingsError."""
    parts = text.split("/")
    if len(parts) != 3 or not all(re.fullmatch(NAME_PATTERN, part) for part in parts):
        raise SettingsError(f"{text!r}: must be DISTRICT/SCHOOL/GATEWAY, each of a-z, 0-9, - and _, as in district-1/school-7/gw1")
    return Gateway(*parts)


def gateway_of(user: str) -> Gateway | None:
    """The gateway whose user this is; None for any other user."""
    parts = user.split(".")
    return Gateway(*parts) if len(parts) == 3 else None


def access_file(users: Iterable[str]) -> str:
    """Mosquitto's `acl_file` for these users: it follows from their names."""
    return _HEAD + "".join(_section(user) for user in users)


def rights(user: str) -> list[tuple[str, str]]:
    """What a user may: `read`, `write` or `readwrite`, and the topic filter."""
    gateway = gateway_of(user)
    if gateway is not None:
        return _gateway_rights(gateway)
    worker, _dot, connection = user.rpartition(".")
    if worker and connection in WORKER_CONNECTIONS:
        return _worker_rights(connection)
    if user == HEALTH:
        return [("read", "$SYS/broker/uptime")]
    if user == CONSOLE:
        return [("write", all_gateways("command")), ("read", all_gateways("answer")), ("readwrite", all_gateways(DOCTOR_LANE))]
    if user == REGISTRAR:
        return [("write", all_gateways("availability"))]
    return []


def _gateway_rights(gateway: Gateway) -> list[tuple[str, str]]:
    prefix = f"{ROOT}/{'/'.join(gateway)}"
    writes = [("write", f"{prefix}/{lane}") for lane in UP_LANES]
    reads = [("read", f"{prefix}/{lane}") for lane in DOWN_LANES]
    return [*writes, *reads, ("readwrite", f"{prefix}/{DOCTOR_LANE}")]


def _worker_rights(connection: str) -> list[tuple[str, str]]:
    reads = [("read", all_gateways(lane)) for lane in _HEARS[connection]]
    answers: Sequence[str] = _ANSWERS if connection in DURABLE_LANES else ()
    answers = (*answers, "command") if connection == "evidence" else answers  # it asks gateways for clips
    writes = [("write", all_gateways(lane)) for lane in answers]
    return [*reads, *writes, ("readwrite", all_gateways(DOCTOR_LANE))]


def _section(user: str) -> str:
    rows = "".join(f"topic {right} {topic}\n" for right, topic in rights(user))
    return f"\nuser {user}\n{rows}"
