"""The work list as a workbook: what to mend and where, which surveys and which meters' calibrations run out."""

from collections.abc import Iterable, Sequence
from datetime import date
from pathlib import Path
from typing import Final, NamedTuple

from compliance.actions.engine import worklist
from compliance.actions.model import KINDS, STATES, Action, Waiver
from compliance.evidence import months_after
from compliance.reports.sheets import fill
from lamplighter.site.model import Site, Space

SURVEY_MONTHS: Final = 12
"""How long a survey speaks for its room: our setting, as in the rules."""

SHEETS: Final = {
    "actions": (
        "整改清单 actions",
        (
            "代号 id",
            "学校 school",
            "对象 subject",
            "名称 name",
            "位置 position",
            "灯具 luminaires",
            "证书 certificate",
            "工作 work",
            "规则 rule",
            "数值 value",
            "限值 limit",
            "单位 unit",
            "严重程度 severity",
            "状态 state",
            "责任人 owner",
            "发现 opened",
            "期限 due",
            "逾期 overdue",
            "豁免至 waived until",
            "再次发生 reopened",
        ),
    ),
    "surveys": ("实测到期 surveys due", ("学校 school", "场所 space", "名称 name", "上次实测 last", "到期 due", "已到期 overdue")),
    "meters": ("照度计校准 meters", ("学校 school", "编号 serial", "有效期至 until", "已过期 overdue")),
}


class Due(NamedTuple):
    """A room's survey or a meter's calibration and when it runs out; `last` is None for a room never surveyed."""

    school: str
    name: str
    label: str
    last: date | None
    due: date | None


def surveys_due(sites: Iterable[Site]) -> list[Due]:
    """Every classroom's newest survey and until when it counts; rooms never surveyed first."""
    found = []
    for site in sites:
        for space in site.spaces:
            if space.kind == "classroom":
                days = [site.day_of(survey.at) for survey in site.surveys if survey.space == space.id]
                last = max(days, default=None)
                due = months_after(last, SURVEY_MONTHS) if last is not None else None
                found.append(Due(site.school, space.id, f"{space.label.zh} {space.label.en}", last, due))
    return sorted(found, key=lambda row: (row.due or date.min, row.school, row.name))


def meters_due(sites: Iterable[Site]) -> list[Due]:
    """Every meter that surveys name and until when its newest calibration known here counts."""
    until: dict[tuple[str, str], date] = {}
    for site in sites:
        for survey in site.surveys:
            if survey.meter_serial is not None and survey.meter_calibrated_until is not None:
                key = (site.school, survey.meter_serial)
                until[key] = max(until.get(key, date.min), survey.meter_calibrated_until)
    return sorted((Due(school, serial, "", None, day) for (school, serial), day in until.items()), key=lambda row: str(row.due))


def write_worklist(
    path: Path, actions: Iterable[Action], sites: Sequence[Site], *, day: date, waivers: tuple[Waiver, ...] = ()
) -> int:
    """The workbook as of `day`; how many actions are not closed."""
    from openpyxl import Workbook

    open_ones = worklist(actions)
    places = {(site.school, space.id): (site, space) for site in sites for space in site.spaces}
    book = Workbook()
    book.remove(book.worksheets[0])
    rows: dict[str, list[list[object]]] = {
        "actions": [_row(one, places.get((one.school, one.subject)), day, waivers) for one in open_ones],
        "surveys": [[row.school, row.name, row.label, row.last, row.due, _past(row.due, day)] for row in surveys_due(sites)],
        "meters": [[row.school, row.name, row.due, _past(row.due, day)] for row in meters_due(sites)],
    }
    for name, (title, header) in SHEETS.items():
        fill(book.create_sheet(title), header, rows[name])
    book.save(path)
    return len(open_ones)


def _row(action: Action, place: tuple[Site, Space] | None, day: date, waivers: tuple[Waiver, ...]) -> list[object]:
    until = max((one.until for one in waivers if one.covers(action, day)), default=None)
    name, position, lamps, certificates = _where(place)
    return [
        action.id,
        action.school,
        action.subject,
        name,
        position,
        lamps,
        certificates,
        " ".join(KINDS[action.kind]),
        action.rule,
        action.value,
        action.threshold,
        action.unit,
        action.severity,
        " ".join(STATES[action.state]),
        action.owner,
        action.opened,
        action.due,
        "是 yes" if action.overdue(day, waivers) else "",
        until,
        action.reopened,
    ]


def _where(place: tuple[Site, Space] | None) -> tuple[str, str, str, str]:
    """The room's name, where it is, its luminaires and their certificates."""
    if place is None:
        return "", "", "", ""
    site, space = place
    groups = [group for group in site.luminaires if group.space == space.id]
    lamps = ", ".join(f"{group.id} x{group.count} ({group.role})" for group in groups)
    certificates = ", ".join(sorted({group.certificate.number for group in groups if group.certificate is not None}))
    return f"{space.label.zh} {space.label.en}", f"{space.building}, {space.floor}", lamps, certificates


def _past(due: date | None, day: date) -> str:
    return "是 yes" if due is None or due < day else ""
