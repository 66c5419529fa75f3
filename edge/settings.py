"""The gateway's settings file."""

from pathlib import Path
from typing import Annotated

from pydantic import Field, model_validator

from edge.cameras.kinds import CameraSettings
from edge.detectors.load import DetectorSettings
from edge.drivers.kinds import BusSettings
from edge.estate.settings import Recorder
from edge.evidence.settings import EvidenceSettings
from edge.outbox import OutboxSettings
from edge.rules.base import VideoRule
from edge.rules.kinds import RuleSettings, named_twice
from edge.trust.watch import TrustSettings
from edge.uplink import UplinkSettings
from lamplighter.contract.topics import Gateway
from lamplighter.runtime.mqtt import BrokerSettings
from lamplighter.runtime.settings import Settings
from lamplighter.site.model import Name


class GatewaySettings(Settings):
    """One gateway: where it stands, what it reads, what it watches, whom it tells."""

    district: Name
    school: Name
    gateway: Name
    data_dir: Path = Field(description="folder for the outbox; must survive a restart")
    flush_s: float = Field(
        1.0, gt=0, le=60, description="readings are sent once in this time; at most this much dies with the process"
    )
    repeat_s: float = Field(300.0, ge=10, description="a condition that holds is said again after this")
    health_s: float = Field(10.0, ge=1, description="health is published once in this time")
    broker: BrokerSettings
    outbox: OutboxSettings = OutboxSettings()
    uplink: UplinkSettings = UplinkSettings()
    detector: DetectorSettings = DetectorSettings()
    evidence: EvidenceSettings = EvidenceSettings()
    buses: Annotated[tuple[BusSettings, ...], Field(description="sensors and luminaires")] = ()
    cameras: Annotated[tuple[CameraSettings, ...], Field(description="cameras")] = ()
    camera_processes: Annotated[
        int | None,
        Field(ge=1, le=64, description="processes that watch the cameras; where absent one a core, each with four cameras or more"),
    ] = None
    recorders: Annotated[tuple[Recorder, ...], Field(description="recorders whose recordings are looked after")] = ()
    rules: Annotated[tuple[RuleSettings, ...], Field(description="what to report")] = ()
    trust: TrustSettings = TrustSettings()

    @model_validator(mode="after")
    def _names_agree(self) -> "GatewaySettings":
        cameras = [camera.id for camera in self.cameras]
        devices = [device.id for bus in self.buses for device in bus.devices]
        spaces = {device.space for bus in self.buses for device in bus.devices}
        names = [*cameras, *devices, *(recorder.id for recorder in self.recorders)]
        problems = [f"id {name!r} is used twice" for name in sorted({name for name in names if names.count(name) > 1})]
        problems += [
            f"rule {rule.name!r} watches camera {rule.camera!r}, which is not in [[cameras]] ({', '.join(cameras) or 'none'})"
            for rule in self.rules
            if isinstance(rule, VideoRule) and rule.camera not in cameras
        ]
        for rule in self.rules:
            problems += [
                f"rule {rule.kind!r} follows device {name!r}, which is behind no bus ({', '.join(devices) or 'none'})"
                for name in getattr(rule, "devices", ())
                if name not in devices
            ]
            problems += [
                f"rule {rule.kind!r} watches space {name!r}, in which no device is ({', '.join(sorted(spaces)) or 'none'})"
                for name in getattr(rule, "spaces", ())
                if name not in spaces
            ]
        problems += named_twice(rule for rule in self.rules if isinstance(rule, VideoRule))
        if problems:
            raise ValueError("; ".join(problems))
        return self

    @property
    def identity(self) -> Gateway:
        """Where this gateway stands."""
        return Gateway(self.district, self.school, self.gateway)

    @property
    def spaces(self) -> dict[str, str]:
        """The space of each camera and device; a space is its own."""
        spaces = {device.space for bus in self.buses for device in bus.devices}
        channels = [channel for recorder in self.recorders for channel in recorder.channels]
        return {
            **{space: space for space in spaces},
            **{channel.camera: channel.space for channel in channels if channel.space is not None},
            **{camera.id: camera.space for camera in self.cameras},
            **{recorder.id: recorder.space for recorder in self.recorders},
            **{device.id: device.space for bus in self.buses for device in bus.devices},
        }
