"""The part of a gateway's settings file that reads the simulated school."""

from typing import Any

from simulator.registers import MAPS, NO_VALUE, Entry
from simulator.school import LAMPS, SENSORS, Lamp, Sensor


def edge_settings(port: int, host: str = "127.0.0.1") -> dict[str, Any]:
    """`{"buses": [...]}`: one Modbus TCP bus with all 60 devices, 60 of whose points are read every second."""
    bus = {
        "kind": "modbus_tcp",
        "id": "school",
        "host": host,
        "port": port,
        "tables": {kind: [_register(entry) for entry in entries] for kind, entries in MAPS.items()},
        "devices": [*(_device("light_sensor", sensor) for sensor in SENSORS), *(_device("luminaire", lamp) for lamp in LAMPS)],
    }
    return {"buses": [bus]}


def _device(kind: str, device: Sensor | Lamp) -> dict[str, object]:
    return {"kind": kind, "id": device.id, "space": device.room.id, "unit": device.unit}


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
    return {**row, "scale": entry.scale, "order": "CDAB" if entry.words_low_first else "ABCD"}
