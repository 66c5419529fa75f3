"""A meter's files: whatever CSV is laid into a folder is read once and put aside."""

import asyncio
from collections import defaultdict
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import ClassVar, Final, Literal
from zoneinfo import ZoneInfo

from pydantic import Field, model_validator

from edge.drivers.bus import Bus
from edge.drivers.device import DeviceBase, doubled, problems_of_points
from edge.drivers.meter_table import Layout, read_table
from edge.drivers.protocol import PointPlan, Sample
from edge.drivers.register import PointName
from edge.rules.schedule import TimeZone
from lamplighter.contract.errors import SettingsError, Unavailable
from lamplighter.runtime.clock import Clock
from lamplighter.runtime.logs import logger

READ: Final = "read"
REFUSED: Final = "refused"
"""Folders below the meter's, where its files go."""


class MeterDevice(DeviceBase):
    """A meter, or one of its places."""

    label: str = Field("", description="what stands in the device column for it; its id when absent")


class MeterFiles(Bus):
    """A folder into which a meter's program, or a person, lays CSV files."""

    pushed: ClassVar[bool] = True
    kind: Literal["meter_file"] = "meter_file"
    folder: Path = Field(description="read here; a file goes to its folder read/ afterwards, to refused/ with its errors beside it")
    pattern: str = Field("*.csv", min_length=1, description="which files")
    poll_s: float = Field(
        5.0, ge=0.05, le=3600, description="seconds between looks; a file is read once it has stayed the same for one"
    )
    columns: dict[PointName, str] = Field(min_length=1, description='column of each point, such as { illuminance_lx = "照度" }')
    time_column: str = Field(description="column of the time")
    time_format: str | None = Field(None, description='how times are written, such as "%Y/%m/%d %H:%M:%S"; ISO 8601 when absent')
    time_zone: TimeZone = Field("Asia/Shanghai", description="time zone of times that name none")
    device_column: str | None = Field(None, description="column that says which device; without it there is one device")
    devices: tuple[MeterDevice, ...] = Field(min_length=1, description="the meters")

    @model_validator(mode="after")
    def _sound(self) -> "MeterFiles":
        problems = doubled(self.devices)
        for device in self.devices:
            found = problems_of_points(device.kind, list(self.columns), what="column")
            problems += [f"device {device.id!r}: {problem}" for problem in found]
        if self.device_column is None and len(self.devices) > 1:
            problems.append("device_column is missing: with several devices a file must say which one it speaks of")
        if problems:
            raise ValueError("; ".join(problems))
        return self

    def check(self) -> None:
        """Raises SettingsError when the folder is not there or files cannot be put aside."""
        try:
            for name in (READ, REFUSED):
                (self.folder / name).mkdir(exist_ok=True)
        except OSError as error:
            raise SettingsError(
                f"folder = {self.folder}: cannot be used: {error.strerror}; make it and let this user write there"
            ) from error

    def plan(self) -> Mapping[str, tuple[PointPlan, ...]]:
        """Device id -> its points."""
        return {device.id: tuple(PointPlan(point, self.poll_s) for point in self.columns) for device in self.devices}

    def open(self, clock: Clock) -> "MeterFolder":
        """The folder."""
        return MeterFolder(self, clock)


class MeterFolder:
    """Looks for files that have come to rest, reads each once, whole or not at all."""

    connected = True

    def __init__(self, bus: MeterFiles, clock: Clock) -> None:
        self._bus = bus
        self._clock = clock
        self._labels = {device.label or device.id: device.id for device in bus.devices}
        self._layout = Layout(dict(bus.columns), bus.time_column, bus.device_column, bus.time_format, ZoneInfo(bus.time_zone))
        self._seen: dict[Path, tuple[int, int]] = {}
        self._handed_over: list[Path] = []
        self._waiting: dict[str, list[Sample]] = defaultdict(list)
        self._looked_s = -bus.poll_s
        self._log = logger(bus=bus.id)

    async def connect(self) -> None:
        """A folder needs none."""

    async def read(self, device: str, points: Sequence[str]) -> list[Sample]:  # noqa: ARG002 - a file holds what it holds
        """What new files say of the device; raises Unavailable when the folder cannot be read."""
        if self._clock.monotonic() - self._looked_s >= self._bus.poll_s / 2:
            self._looked_s = self._clock.monotonic()
            await asyncio.to_thread(self._look)
        return self._waiting.pop(device, [])

    def close(self) -> None:
        """Nothing to let go of."""

    def _look(self) -> None:
        try:
            # What was handed over a poll ago is in the outbox by now; reading a file twice after a crash changes nothing.
            for path in self._handed_over:
                self._put_aside(path, READ)
            self._handed_over = []
            found = {path: _stamp(path) for path in sorted(self._bus.folder.glob(self._bus.pattern)) if path.is_file()}
            for path, stamp in found.items():
                if self._seen.get(path) == stamp:
                    self._take(path)
            self._seen = found
        except OSError as error:
            raise Unavailable(f"{self._bus.folder}: {error.strerror}") from error

    def _take(self, path: Path) -> None:
        table = read_table(path, self._layout, frozenset(self._labels))
        if table.problems:
            self._log.warning("meter_file_refused", file=path.name, problems=len(table.problems), first=table.problems[0])
            aside = self._put_aside(path, REFUSED)
            aside.with_name(f"{aside.name}.errors.txt").write_text("\n".join(table.problems) + "\n", "utf-8")
            return
        only = next(iter(self._labels.values()))
        for row in table.rows:
            device = self._labels[row.label] if row.label else only
            self._waiting[device].append(Sample(device, row.point, row.at_ms, row.value))
        self._log.info("meter_file_read", file=path.name, values=len(table.rows))
        self._handed_over.append(path)

    def _put_aside(self, path: Path, folder: str) -> Path:
        """Move the file below its own folder; one of the same name stays beside it."""
        target = self._bus.folder / folder / path.name
        number = 1
        while target.exists():
            number += 1
            target = target.with_name(f"{path.stem}-{number}{path.suffix}")
        target.parent.mkdir(exist_ok=True)
        return path.rename(target)


def _stamp(path: Path) -> tuple[int, int]:
    state = path.stat()
    return state.st_size, state.st_mtime_ns
