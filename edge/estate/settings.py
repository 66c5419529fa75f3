"""A recorder as the operator describes it: where it is, and which channel keeps which camera's pictures how long."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Self

from pydantic import AfterValidator, AwareDatetime, Field, model_validator

from edge.passwords import read_password, web_address
from edge.rules.schedule import TimeZone
from lamplighter.runtime.settings import Settings
from lamplighter.site.model import Name


class Explained(Settings):
    """A time without recording that somebody answers for: maintenance, a power cut, a move."""

    first: AwareDatetime = Field(description="from when nothing was recorded")
    last: AwareDatetime = Field(description="until when")
    why: str = Field(min_length=1, description="what happened, and who says so")

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.last <= self.first:
            raise ValueError(f"last {self.last} is not after first {self.first}")
        return self


class Channel(Settings):
    """One channel of a recorder."""

    camera: Name = Field(description="camera whose pictures it keeps, as in the site file; need not be in [[cameras]]")
    source: str = Field(min_length=1, description="its source as `lamplighter cameras recordings` shows it: id, name or recording")
    space: Name | None = Field(None, description="space the camera looks at, where it is not in [[cameras]]")
    retention_days: float = Field(30.0, gt=0, le=3650, description="how long recordings must be kept; 90 at designated key targets")
    explained: tuple[Explained, ...] = ()


class Recorder(Settings):
    """A network video recorder that speaks ONVIF Profile G."""

    id: Name = Field(description="name of the recorder, as in the site file's [[devices]] with kind `recorder`")
    space: Name = Field(description="space it stands in, as in the site file")
    address: Annotated[str, AfterValidator(web_address)] = Field(description="HOST, HOST:PORT or URL of its ONVIF service")
    username: str | None = Field(None, description="user with the right to search and play recordings")
    password_file: Path | None = Field(None, description="file that holds the password")
    time_zone: TimeZone = Field("Asia/Shanghai", description="time zone in which gaps are counted by day")
    timeout_s: float = Field(5.0, gt=0, le=60, description="how long an answer may take")
    look_s: float = Field(
        3600.0, ge=60, le=86_400, description="recordings are looked through once in this time; verdicts want it in every two hours"
    )
    replay_s: float = Field(60.0, ge=1, le=600, description="so many seconds of each channel's oldest recording must play")
    replay_every_s: float = Field(86_400.0, ge=3600, le=604_800, description="each channel's oldest is played once in this time")
    most_gap_s: float = Field(60.0, ge=1, le=86_400, description="a longer time without recording is a gap")
    settle_s: float = Field(300.0, ge=0, le=3600, description="the newest recording may be so late, as recorders write in blocks")
    channels: tuple[Channel, ...] = Field(min_length=1)

    @model_validator(mode="after")
    def _each_once(self) -> Self:
        names = [channel.camera for channel in self.channels]
        doubled = sorted({name for name in names if names.count(name) > 1})
        if doubled:
            raise ValueError(f"cameras of two channels: {', '.join(doubled)}")
        return self

    def check(self) -> None:
        """Raises SettingsError when the password file cannot be read."""
        self.password()

    def password(self) -> str:
        """The password, empty where none is asked for; raises SettingsError when its file cannot be read."""
        return "" if self.password_file is None else read_password(self.password_file, f"recorder {self.id}")


def moment(at: datetime) -> str:
    """A moment as evidence has it: ISO 8601, UTC, whole seconds."""
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
