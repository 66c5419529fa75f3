"""The plan of the simulated school: 2 buildings, 12 rooms, 48 ceiling light sensors, 12 luminaires."""

from typing import Final, Literal, NamedTuple

DISTRICT: Final = "demo-district"
DISTRICT_ZH: Final = "示范区（模拟）"
DISTRICT_EN: Final = "Demonstration district (simulated)"
SCHOOL: Final = "demo-school"
GATEWAY: Final = "gw1"
TIME_ZONE: Final = "Asia/Shanghai"
SCHOOL_ZH: Final = "示范学校（模拟）"
SCHOOL_EN: Final = "Demonstration school (simulated)"

RoomKind = Literal["classroom", "laboratory", "office"]
Use = Literal["lessons", "lessons_and_evening", "always"]


class Room(NamedTuple):
    """A room and its light. `lamp_lx` is what the lamps alone give on the desks at full output.

    `daylight_pct` is the share of the light outside that reaches the desks; `facing_deg` where the windows look, 180 = south.
    """

    id: str
    building: str
    floor: int
    kind: RoomKind
    zh: str
    en: str
    lamp_lx: float
    daylight_pct: float
    facing_deg: float
    dims: bool
    use: Use


ROOMS: Final = (
    Room("a101", "a", 1, "classroom", "A101 一年级1班", "A101 Grade 1 Class 1", 428, 1.1, 180, False, "lessons"),
    Room("a102", "a", 1, "classroom", "A102 一年级2班", "A102 Grade 1 Class 2", 405, 1.1, 180, True, "lessons"),
    # Old tubes: its survey fails.
    Room("a201", "a", 2, "classroom", "A201 二年级1班", "A201 Grade 2 Class 1", 262, 1.3, 180, False, "lessons"),
    # The underlit room: aged lamps behind drawn curtains, never surveyed, but its sensors are calibrated.
    Room("a202", "a", 2, "classroom", "A202 多媒体教室", "A202 Multimedia room", 218, 0.1, 0, False, "lessons"),
    Room("a301", "a", 3, "classroom", "A301 三年级1班", "A301 Grade 3 Class 1", 396, 1.5, 180, True, "lessons_and_evening"),
    Room("a302", "a", 3, "classroom", "A302 三年级2班", "A302 Grade 3 Class 2", 388, 1.5, 180, True, "lessons_and_evening"),
    Room("b101", "b", 1, "classroom", "B101 四年级1班", "B101 Grade 4 Class 1", 441, 0.9, 90, False, "lessons"),
    # Somebody is here day and night, so the demo has a lit room at any hour; its lamp is the one that fails.
    Room("b102", "b", 1, "office", "B102 值班室", "B102 Duty room", 340, 0.7, 90, False, "always"),
    Room("b201", "b", 2, "classroom", "B201 五年级1班", "B201 Grade 5 Class 1", 412, 1.2, 90, True, "lessons"),
    Room("b202", "b", 2, "classroom", "B202 五年级2班", "B202 Grade 5 Class 2", 379, 1.2, 90, False, "lessons"),
    Room("b301", "b", 3, "laboratory", "B301 科学实验室", "B301 Science laboratory", 466, 1.6, 270, True, "lessons"),
    Room("b302", "b", 3, "classroom", "B302 六年级1班", "B302 Grade 6 Class 1", 401, 1.6, 270, True, "lessons_and_evening"),
)
ROOM_AREA_M2: Final = 63.0
ROOM_LENGTH_M: Final = 9.0
ROOM_WIDTH_M: Final = 7.0

YARD: Final = "yard"
YARD_ZH: Final = "操场入口"
YARD_EN: Final = "Yard entrance"

FAILING_LAMP: Final = "b102-lamp"
FAILS_AFTER_S: Final = 20.0
"""The lamp fails this long after the simulated school has started."""

STUCK_SENSOR: Final = "b102-lux4"
STUCK_LX: Final = 231.4
"""What that sensor reads whatever the light; it shows when the duty room's lamp fails and the three others go dark."""


class Place(NamedTuple):
    """Where a ceiling sensor hangs: its share of the lamps' and of the windows' light, and desk lx / sensor lx."""

    lamp_share: float
    window_share: float
    desk_factor: float


PLACES: Final = (Place(1.03, 1.7, 1.18), Place(1.05, 1.3, 1.22), Place(0.98, 0.6, 1.25), Place(0.94, 0.4, 1.20))
"""Two sensors near the windows, two near the corridor."""


class Sensor(NamedTuple):
    """A ceiling light sensor; `unit` is its Modbus unit id."""

    id: str
    room: Room
    place: Place
    unit: int


class Lamp(NamedTuple):
    """The luminaires of one room behind one control gear; `unit` is its Modbus unit id."""

    id: str
    room: Room
    unit: int


SENSORS: Final = tuple(
    Sensor(f"{room.id}-lux{number}", room, place, row * len(PLACES) + number)
    for row, room in enumerate(ROOMS)
    for number, place in enumerate(PLACES, start=1)
)
LAMPS: Final = tuple(Lamp(f"{room.id}-lamp", room, 101 + row) for row, room in enumerate(ROOMS))

SURVEYED: Final = ("a101", "a102", "a201", "a301", "a302", "b101", "b201", "b202", "b302")
"""Rooms measured on a grid: seven pass 300 lx, one does not, one counts for nothing; enough to be judged as a school."""
CALIBRATED: Final = ("a101", "a202")
"""Rooms whose ceiling sensors were compared with the desks below."""
