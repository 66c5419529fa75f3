"""Light analytics from a folder of files alone: each room's electric light, and sensors' factors from a survey."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import date, datetime
from typing import NamedTuple

from compliance.closed_days import is_over
from compliance.files.folder import Folder
from compliance.files.readings import load_readings
from compliance.files.score import readings_store
from compliance.light.calibration import Readings, State, calibrated
from compliance.light.days import LightDays, RoomDay
from compliance.rules import Rule
from lamplighter.contract.errors import SettingsError
from lamplighter.contract.measurements import READING
from lamplighter.contract.records import QUALITY_CODES
from lamplighter.runtime.clock import Clock
from lamplighter.site.calendar import days_between
from lamplighter.site.model import Calibration, Site, Survey
from lamplighter.storage.timeseries.protocol import TimeSeries


class SchoolLight(NamedTuple):
    """A school's rooms on the last day that was over."""

    school: str
    rooms: tuple[RoomDay, ...]


class Span(NamedTuple):
    """From `start` to, not including, `end`; aware."""

    start: datetime
    end: datetime


class Session(NamedTuple):
    """When, during a survey, the lamps of a state were all on and all off."""

    survey: str
    lamps_on: Span
    lamps_off: Span
    state: State


def light_of_folder(folder: Folder, rules: Sequence[Rule], days: tuple[date, date], clock: Clock) -> Iterator[SchoolLight]:
    """Each school's rooms as of the last day, every day from the first on looked at. Raises SettingsError without readings."""
    with _loaded(folder) as store:
        for site in folder.sites:
            over = [day for day in days_between(*days) if is_over(site, day, clock.now_ms())]
            found = LightDays(site, rules, store).look(over)
            yield SchoolLight(site.school, tuple(found))


def calibrations_of_folder(folder: Folder, session: Session) -> list[Calibration]:
    """The factors of all light sensors of the surveyed room. Raises SettingsError with everything that forbids one."""
    site, survey = _survey(folder, session.survey)
    devices = [device.id for device in site.devices if device.kind == "light_sensor" and device.space == survey.space]
    made, problems = [], []
    if not devices:
        problems.append(f"survey {survey.id!r}: space {survey.space!r} has no light_sensor in [[devices]]")
    with _loaded(folder) as store:
        lit, dark = (_readings(site, store, devices, span) for span in (session.lamps_on, session.lamps_off))
    for device in devices:
        try:
            readings = Readings(lit[device], dark[device])
            made.append(calibrated(device, survey, readings, on=site.day_of(survey.at), state=session.state))
        except SettingsError as error:
            problems += error.problems
    if problems:
        raise SettingsError(problems)
    return made


def _survey(folder: Folder, name: str) -> tuple[Site, Survey]:
    for site in folder.sites:
        for survey in site.surveys:
            if survey.id == name:
                return site, survey
    raise SettingsError(f"--survey {name}: no such survey in the folder; give the id of one in the site file or surveys.csv")


@contextmanager
def _loaded(folder: Folder) -> Iterator[TimeSeries]:
    if folder.readings is None:
        raise SettingsError(
            "readings.csv: is not in the folder; light is told from readings, docs/compliance.md describes the file"
        )
    with readings_store(folder.readings) as store:
        load_readings(folder.readings, folder.states, store)
        yield store


def _readings(site: Site, store: TimeSeries, devices: Sequence[str], span: Span) -> dict[str, list[float]]:
    """Good readings by sensor, its own gateway's only."""
    gateways = {device.id: device.gateway for device in site.devices}
    where = {"school": site.school, "point": "illuminance_lx", "device": list(devices)}
    start_ms, end_ms = (round(at.timestamp() * 1000) for at in span)
    found: dict[str, list[float]] = defaultdict(list)
    for row in store.select(READING, where=where, start_ms=start_ms, end_ms=end_ms):
        value, good = row["value"], row["quality"] == QUALITY_CODES["good"]
        if good and isinstance(value, float) and gateways[str(row["device"])] == row["gateway"]:
            found[str(row["device"])].append(value)
    return found
