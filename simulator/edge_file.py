"""The part of a gateway's settings file that reads the simulated school."""

from collections.abc import Collection
from typing import Any, Final

from simulator.facilities import CALIBRATED_UNTIL, FACILITIES, LINK, LINK_SPACE, OUT_OF_CALIBRATION, Facility
from simulator.registers import MAPS, NO_VALUE, Entry
from simulator.school import LAMPS, ROOMS, SENSORS, Lamp, Sensor

POINT_LIMITS: Final = (
    "smoke",
    "carbon_monoxide",
    "gas",
    "panic_button",
    "door_held",
    "fridge_temperature",
    "air_quality",
    "link_down",
    "power_failure",
)
UNDERLIT_LX: Final = 190.0
"""What the ceiling sensors of these rooms read when the desks have less than about 230 lx: well below 300 lx in any case."""


def edge_settings(port: int, host: str = "127.0.0.1") -> dict[str, Any]:
    """`{"buses": [...]}`: a Modbus TCP bus with all devices, and a probe that takes that server for the network's far end."""
    bus = {
        "kind": "modbus_tcp",
        "id": "school",
        "host": host,
        "port": port,
        "tables": {kind: [_register(entry) for entry in entries] for kind, entries in MAPS.items()},
        "devices": [
            *(_device("light_sensor", sensor) for sensor in SENSORS),
            *(_device("luminaire", lamp) for lamp in LAMPS),
            *map(_facility, FACILITIES),
        ],
    }
    link = {"kind": "network_link", "id": LINK, "space": LINK_SPACE, "target": f"tcp://{host}:{port}"}
    return {"buses": [bus, {"kind": "network_probe", "id": "networks", "devices": [link]}]}


def sensor_rules(spaces: Collection[str]) -> list[dict[str, Any]]:
    """The sensor rules of such a gateway, for those rooms that have devices; the duty room is lit day and night."""
    rooms = [room.id for room in ROOMS if room.id in spaces and room.use != "always"]
    of_rooms: list[dict[str, Any]] = [
        {"kind": "lights_left_on", "spaces": rooms, "unused": ["22:00-06:00"]},
        {"kind": "underlit", "spaces": rooms, "least_lx": UNDERLIT_LX},
    ]
    return [
        {"kind": "lamp_failure"},
        *({"kind": kind} for kind in POINT_LIMITS),
        {"kind": "door_forced", "armed": ["22:00-05:00"]},
        *(of_rooms if rooms else []),
    ]


def _device(kind: str, device: Sensor | Lamp) -> dict[str, object]:
    return {"kind": kind, "id": device.id, "space": device.room.id, "unit": device.unit}


def _facility(device: Facility) -> dict[str, object]:
    row: dict[str, object] = {"kind": device.kind, "id": device.id, "space": device.space, "unit": device.unit}
    return {**row, "calibrated_until": CALIBRATED_UNTIL} if device.id == OUT_OF_CALIBRATION else row


def _register(entry: Entry) -> dict[str, object]:
    row: dict[str, object] = {
        "point": entry.point,
        "space": "input",
        "address": entry.address,
        "type": "u32" if entry.words == 2 else "u16",
        "every_s": entry.every_s,
        "bad": [NO_VALUE[entry.words]],
    }
    if entry.bit is not None:
        return {**row, "bit": entry.bit}
    return {**row, "scale": entry.scale, "offset": entry.offset, "order": "CDAB" if entry.words_low_first else "ABCD"}
