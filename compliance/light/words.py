"""What a day's light of a room says to people, in Chinese and English; figures rounded here and nowhere else."""

from collections.abc import Iterator
from typing import Final

from compliance.light.days import RoomDay
from compliance.light.electric import Lacking

WORDS: Final = {
    "electric": ("人工照明课桌面 {lx:.1f} lx（{steps} 次关灯）", "electric light on desks {lx:.1f} lx ({steps} switchings)"),
    "uncertain": ("扩展不确定度 {u:.1f} lx（k = 2）", "expanded uncertainty {u:.1f} lx (k = 2)"),
    "pattern": (
        "{device} 一侧只剩校准时份额的 {share:.0%}",
        "the part at {device} has {share:.0%} of its share at calibration",
    ),
    "uneven": ("可能不均匀（提示，须复测）", "likely uneven (indicative: survey again)"),
    "decline": (
        "每年衰减 {pct:.1f} %（{low:.1f} 至 {high:.1f} %，提示，须复测）",
        "declines {pct:.1f} % a year ({low:.1f} to {high:.1f} %; indicative: survey again)",
    ),
    "below": ("预计 {on} 起低于限值（95 %：{first} 至 {last}）", "likely below the limit from {on} (95 %: {first} to {last})"),
    "open": ("{day} 之后", "after {day}"),
    "use": (
        "开灯 {lit:.1f} h，无人开灯 {left:.1f} h，用电 {kwh:.2f} kWh（全天 {known:.0f} % 有数据）",
        "lit {lit:.1f} h, left on {left:.1f} h, {kwh:.2f} kWh ({known:.0f} % of the day known)",
    ),
}

LACKING: Final[dict[Lacking, tuple[str, str]]] = {
    "uncalibrated": (
        "没有校准有效的照度传感器",
        "no light sensor whose calibration holds",
    ),
    "never_off": ("没有看到关灯时刻，无法与天然光区分", "the lamps were not seen going off: not told from daylight"),
    "few": ("关灯时刻不足，无法与天然光区分", "too few moments at which lamps went off: not told from daylight"),
    "dimmed": (
        "灯具多在调光状态下关灯，不能说明校准状态的照度",
        "the lamps mostly went off dimmed, which tells nothing of the level that was calibrated",
    ),
    "in_parts": ("灯具多为分批关灯，无法与天然光区分", "the lamps mostly went off one after another: not told from daylight"),
    "not_warm": (
        "灯具多在点亮不足 15 分钟时关灯，光输出尚未稳定",
        "the lamps mostly went off before they were warm",
    ),
    "unheard": ("关灯前后多无灯具数据", "the lamps were mostly not heard when they went off"),
    "others": ("关灯时同室其他灯组多有变化", "another group of lamps mostly changed at the same time"),
    "sensors": ("关灯前后传感器有效读数不足", "a sensor mostly had too few good readings when the lamps went off"),
}
"""Why a room has no estimate of its electric light; of four weeks, the commonest reason."""


def words_of(room: RoomDay, language: int) -> Iterator[str]:
    """Sentences about the day; `language` 0 is Chinese, 1 English."""
    if room.lacking is not None:
        yield LACKING[room.lacking][language]
    if room.electric is not None:
        yield WORDS["electric"][language].format(lx=room.electric.lx, steps=room.electric.steps)
        if room.electric.uncertainty_lx is not None:
            yield WORDS["uncertain"][language].format(u=room.electric.uncertainty_lx)
    if room.pattern is not None and room.pattern.changed:
        yield WORDS["pattern"][language].format(device=room.pattern.device, share=room.pattern.share)
    if room.uneven:
        yield WORDS["uneven"][language]
    yield from _decline(room, language)
    use = room.use
    yield WORDS["use"][language].format(lit=use.lit_h, left=use.left_on_h, kwh=use.energy_kwh, known=use.known_pct)


def _decline(room: RoomDay, language: int) -> Iterator[str]:
    found = room.decline
    if found is None:
        return
    pct, low, high = found.decline_pct_a_year, found.decline_low, found.decline_high
    yield WORDS["decline"][language].format(pct=pct, low=low, high=high)
    if found.below_on is not None:
        last = found.below_to or WORDS["open"][language].format(day=found.horizon)
        yield WORDS["below"][language].format(on=found.below_on, first=found.below_from, last=last)
