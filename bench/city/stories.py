"""Stories of rooms, cameras and papers: what is drawn into a school, and what is then true of it."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Final, NamedTuple

import numpy as np

from bench.city import air, light, truth
from bench.city.drawing import LIT_H, SMALLEST, SURVEYED_ON, Drawing, Sensor
from bench.city.folder import moments
from bench.city.truth import Fact, Requirement

# Rooms that were surveyed


def surveyed(drawn: Drawing, room: str) -> None:
    """Desks and board at some margin from their limits."""
    desk, board = (truth.value_for(one, drawn.margin()) for one in (truth.DESK_LX, truth.BOARD_LX))
    drawn.survey(room, desk, float(drawn.chance.uniform(0.75, 0.95)), cause="desk survey")
    drawn.board(room, board, 0.9)


def uneven(drawn: Drawing, room: str) -> None:
    """Bright enough, with one dark desk and one dark corner of the board."""
    even = truth.value_for(truth.DESK_EVEN, -float(drawn.chance.uniform(0.02, 0.5)))
    while abs(truth.margin_of(truth.DESK_EVEN_LAX, even)) < SMALLEST:
        even = truth.value_for(truth.DESK_EVEN, -float(drawn.chance.uniform(0.02, 0.5)))
    drawn.survey(room, 450.0, even, cause="uneven room")
    drawn.board(room, 700.0, truth.value_for(truth.BOARD_EVEN, -float(drawn.chance.uniform(0.02, 0.5))))


def degrading(drawn: Drawing, room: str) -> None:
    """A sound survey in September; one lamp group dies in October, which the calibrated sensor sees."""
    day = truth.school_days()[int(drawn.chance.integers(3, 10))]
    lost, uncertainty = float(drawn.chance.uniform(0.45, 0.6)), float(drawn.chance.uniform(0.06, 0.1))
    desk_lx = truth.value_for(truth.DESK_LX, drawn.margin(good=True) / 3 + 0.1)
    before = [one for one in truth.all_days() if one < day]
    drawn.survey(room, desk_lx, 0.9, cause="surveyed before the lamps failed", days=before)
    drawn.sense(room, Sensor(lambda one: desk_lx * light.aged(one) * (1 - lost if one >= day else 1), uncertainty))
    after = [one for one in truth.school_days() if one >= day]
    left = truth.margin_of(truth.DESK_LX, desk_lx * (1 - lost))
    drawn.say(after, Fact(room, (truth.SENSED_TODAY,), "bad", left, uncertainty, "lamps failed after the survey"))
    drawn.say(after[:2], Fact(room, (truth.SENSED_THREE_DAYS,), "hidden", left, uncertainty, "lamps failed within three days"))
    drawn.say(after[2:], Fact(room, (truth.SENSED_THREE_DAYS,), "bad", left, uncertainty, "lamps failed after the survey"))


def repaired(drawn: Drawing, room: str) -> None:
    """Surveyed, then renovated: dark for ten days with the lamps unwired, surveyed again at the end."""
    start = truth.school_days()[int(drawn.chance.integers(1, 6))]
    end = start + timedelta(days=10)
    drawn.survey(room, 420.0, 0.9, cause="before the repair", days=[one for one in truth.all_days() if one < start])
    drawn.site["works"].append({"space": room, "kind": "renovated", "on": start, "maintenance_factor": 0.8})
    site = [one for one in truth.all_days() if start <= one < end]
    for one in (truth.DESK_LX, truth.DESK_EVEN, truth.DESK_EVEN_LAX):
        drawn.say(site, truth.unknown(one, room, "room under repair"))
    drawn.sense(room, Sensor(lambda one: 5.0 if one in site else 420.0, unwired=frozenset(site)))
    days = [one for one in truth.all_days() if one >= end]
    drawn.survey(room, 440.0, 0.9, cause="after the repair", on=end, days=days)


# Rooms that only sensors look at


def sensed(drawn: Drawing, room: str) -> None:
    """Blinds drawn all month: the sensor sees the lamps alone."""
    margin = drawn.margin()
    uncertainty = float(drawn.chance.uniform(0.06, 0.1))
    desk_lx = truth.value_for(truth.DESK_LX, margin)
    drawn.sense(room, Sensor(lambda day: desk_lx * light.aged(day), uncertainty))
    state: truth.State = "good" if margin >= 0 else "bad"
    days = truth.school_days()
    for rule, seen in ((truth.SENSED_TODAY, days), (truth.SENSED_THREE_DAYS, days[2:])):
        for day in seen:
            now = truth.margin_of(truth.DESK_LX, desk_lx * light.aged(day))
            drawn.say([day], Fact(room, (rule,), state, now, uncertainty, "sensors, no daylight", provable=False))


def sunlit(drawn: Drawing, room: str) -> None:
    """Large windows, lamps dimmed by the sun: a dark room may hide behind daylight, a good one must never look dark."""
    margin = drawn.margin()
    desk_lx, share = truth.value_for(truth.DESK_LX, margin), float(drawn.chance.uniform(0.003, 0.02))
    dimmed = bool(drawn.chance.integers(2))
    drawn.sense(room, Sensor(lambda day: desk_lx * light.aged(day), daylight=share, dimmed=dimmed))
    if margin >= 0:
        _healthy(drawn, room, "sun and cloud", margin)
    else:
        rules = (truth.SENSED_TODAY, truth.SENSED_THREE_DAYS)
        drawn.say(truth.all_days(), Fact(room, rules, "hidden", margin, 0.08, "sun and cloud", provable=False))


def projected(drawn: Drawing, room: str) -> None:
    """A healthy room in which lessons are held with the lamps off, or dimmed, for a film."""
    drawn.sense(room, Sensor(lambda _: 360.0, projector=True))
    _healthy(drawn, room, "projector lesson", 0.2)


def swapped(drawn: Drawing, room: str) -> None:
    """A healthy room whose sensor is replaced by another kind that shows less, calibrated ten days later."""
    days = truth.school_days()
    swap = days[int(drawn.chance.integers(4, 8))]
    drawn.sense(room, Sensor(lambda _: 380.0, until=swap))
    new = Sensor(lambda _: 380.0, since=swap, calibrated=swap + timedelta(days=10), factor=4.0, name="new")
    drawn.sense(room, new)
    _healthy(drawn, room, "sensor swap", 0.27)


def covered(drawn: Drawing, room: str) -> None:
    """A healthy room painted in the holidays: lamps on, the sensor under a sheet; bad samples all month."""
    drawn.sense(room, Sensor(lambda _: 380.0))
    for day in (date(2026, 10, 2), date(2026, 10, 6)):
        at = moments(day, list(LIT_H))
        drawn.papers.read(f"{room}-lux", "illuminance_lx", dict.fromkeys(at, 12.0))
        drawn.lamp(f"{room}-lamp", dict.fromkeys(at, 100.0), dict.fromkeys(at, 300.0))
    wrong = moments(date(2026, 10, 20), [hour + 0.01 for hour in LIT_H])
    drawn.papers.read(f"{room}-lux", "illuminance_lx", dict.fromkeys(wrong, 0.0), quality="bad")
    _healthy(drawn, room, "painted in the holidays", 0.27)


# Air


def breathed(drawn: Drawing, room: str) -> None:
    """Carbon dioxide and formaldehyde at some margin."""
    drawn.site["devices"].append({"id": f"{room}-air", "gateway": "g1", "space": room, "kind": "air_sensor"})
    mean_ppm, worst = (truth.value_for(one, drawn.margin()) for one in (truth.CO2_PPM, truth.FORMALDEHYDE_MG_M3))
    for day in truth.school_days():
        cause = "carbon dioxide, make-up Saturday" if day == truth.MAKE_UP else "carbon dioxide"
        drawn.co2(room, day, mean_ppm)
        drawn.say([day], truth.judged(truth.CO2_PPM, room, mean_ppm, cause=cause))
    hours = np.arange(0, 24, 1 / 6)
    for day in truth.all_days()[::3]:
        values = air.formaldehyde_mg_m3(worst, hours) * (1 + drawn.chance.normal(0, 0.002, len(hours)))
        drawn.read(f"{room}-air", "formaldehyde_mg_m3", day, (hours, values))
        drawn.say([day], truth.judged(truth.FORMALDEHYDE_MG_M3, room, worst, cause="formaldehyde"))


def gappy(drawn: Drawing, room: str) -> None:
    """Good air with an hour missing on every other day, and a full hall on a free Saturday."""
    drawn.site["devices"].append({"id": f"{room}-air", "gateway": "g1", "space": room, "kind": "air_sensor"})
    for number, day in enumerate(truth.school_days()):
        if number % 2:
            drawn.co2(room, day, 1000.0, hole=True)
            drawn.say([day], truth.unknown(truth.CO2_PPM, room, "an hour without readings"))
        else:
            drawn.co2(room, day, 1000.0)
            drawn.say([day], truth.judged(truth.CO2_PPM, room, 1000.0, cause="carbon dioxide"))
    drawn.co2(room, date(2026, 10, 17), 4000.0)
    drawn.say([date(2026, 10, 17)], truth.unknown(truth.CO2_PPM, room, "full hall on a free Saturday"))


def bare(drawn: Drawing, room: str) -> None:
    """Nothing is known of it."""
    for one in (truth.DESK_LX, truth.BOARD_LX, truth.CO2_PPM, truth.GLARE):
        drawn.say(truth.all_days(), truth.unknown(one, room, "nothing handed in"))


# Cameras and papers


def cameras(drawn: Drawing) -> None:
    """One camera with recordings of some age, one that falls silent."""
    silent = truth.all_days()[int(drawn.chance.integers(5, 25))]
    recorded = truth.value_for(truth.RECORDING_D, drawn.margin())
    label = {"zh": "摄像机", "en": "camera"}
    for camera, days_kept in (("cam1", recorded), ("cam2", 45.0)):
        drawn.site["cameras"].append({"id": camera, "gateway": "g1", "space": "r01", "label": label})
        for day in truth.all_days():
            if camera == "cam2" and day >= silent:
                drawn.say([day], truth.unknown(truth.RECORDING_D, camera, "camera fell silent"))
                continue
            hours = np.arange(0.5, 24)
            drawn.read(camera, "recording_age_d", day, (hours, np.full(len(hours), days_kept)))
            drawn.say([day], truth.judged(truth.RECORDING_D, camera, days_kept, cause="age of recordings"))


def office(drawn: Drawing) -> None:
    """Tests, certificates and documents; one of them too old to count."""
    _paper(drawn, drawn.name, _Asked("test", "alarm_response_time", truth.ALARM_S, 0.04, "alarm test"))
    rounds = float(drawn.chance.integers(3, 9))
    drawn.papers.document("document", drawn.name, metric="patrol_rounds", value=rounds, on=truth.FIRST)
    drawn.say(truth.all_days(), truth.judged(truth.ROUNDS, drawn.name, rounds, cause="patrol rounds"))
    for room in ("r01", "r02"):
        _paper(drawn, room, _Asked("survey", "ugr", truth.GLARE, 0.05, "glare"))
        _paper(drawn, room, _Asked("certificate", "lamp_cri_ra", truth.COLOUR_RA, None, "certificate"))
    drawn.papers.document("survey", "r03", metric="ugr", value=16.0, on=date(2019, 3, 1))
    drawn.say(truth.all_days(), truth.unknown(truth.GLARE, "r03", "measured years ago"))


class _Asked(NamedTuple):
    """What a paper states: how it came about, the metric, the limit it is held against, and how sure it is (a share)."""

    method: str
    metric: str
    requirement: Requirement
    uncertainty: float | None
    cause: str


def _paper(drawn: Drawing, subject: str, asked: _Asked) -> None:
    method, metric, requirement, uncertainty, cause = asked
    value = truth.value_for(requirement, drawn.margin())
    error = light.within(uncertainty, drawn.chance) if uncertainty else 0.0
    stated = None if uncertainty is None else uncertainty * value
    drawn.papers.document(method, subject, metric=metric, value=value * (1 + error), on=SURVEYED_ON, uncertainty=stated)
    share = (uncertainty or 0.0) * value / requirement.limit
    drawn.say(truth.all_days(), truth.judged(requirement, subject, value, uncertainty=share, cause=cause))


def _healthy(drawn: Drawing, room: str, cause: str, margin: float) -> None:
    rules = (truth.SENSED_TODAY, truth.SENSED_THREE_DAYS)
    drawn.say(truth.all_days(), Fact(room, rules, "good", margin, 0.08, cause, provable=False))


STORIES: Final[tuple[Callable[[Drawing, str], None], ...]] = (
    surveyed,
    surveyed,
    uneven,
    degrading,
    repaired,
    sensed,
    sensed,
    sunlit,
    projected,
    swapped,
    covered,
    breathed,
    gappy,
    bare,
)
"""One a classroom."""


def draw(number: int, seed: int) -> Drawing:
    """A whole school; the same for the same numbers."""
    drawn = Drawing(number, seed)
    for place, story in enumerate(STORIES, 1):
        room = f"r{place:02d}"
        label = {"zh": f"{place}班", "en": f"Class {place}"}
        drawn.site["spaces"].append({"id": room, "building": "a", "kind": "classroom", "label": label})
        story(drawn, room)
    cameras(drawn)
    office(drawn)
    return drawn
