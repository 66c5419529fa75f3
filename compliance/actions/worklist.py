"""The work list as a workbook: what to mend and where, which surveys and which meters' calibrations run out."""

from collections.abc import Iterable, Sequence
from datetime import date
from pathlib import Path
from typing import IO, Any, Final, NamedTuple

from compliance.actions.engine import worklist
from compliance.actions.model import KINDS, STATES, Action, Kind, State, Waiver
from compliance.evidence import months_after
from compliance.renovations import claim_by
from compliance.reports.sheets import fill
from lamplighter.site.facts import LuminaireGroup
from lamplighter.site.model import Site, Space

SURVEY_MONTHS: Final = 12
"""How long a survey speaks for its room: our setting, as in the rules."""

LAMP_FAILURE: Final = "lamp_failure"
"""The point by which a luminaire says that it has failed."""

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
            "灯具位置 lamp position",
            "型号 part",
            "质保至 warranty until",
            "索赔截止 claim by",
            "证书 certificate",
            "工作 work",
            "规则 rule",
            "原因 why",
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


class WorkRow(NamedTuple):
    """What a person needs who goes and mends it; `warranty_until` is the earliest of the room's luminaires.

    `claim_by` says until when a failed lamp within its warranty can be claimed.
    """

    id: str
    school: str
    subject: str
    name: str
    position: str
    luminaires: str
    lamp_position: str
    part: str
    warranty_until: date | None
    claim_by: date | None
    certificate: str
    kind: Kind
    rule: str
    why: tuple[str, str]
    value: float | None
    threshold: float | None
    unit: str
    severity: str
    state: State
    owner: str
    opened: date
    due: date
    overdue: bool
    waived_until: date | None
    reopened: int


def work_rows(actions: Iterable[Action], sites: Sequence[Site], *, day: date, waivers: tuple[Waiver, ...] = ()) -> list[WorkRow]:
    """What is not closed on `day`, the most pressing first."""
    places = {(site.school, space.id): (site, space) for site in sites for space in site.spaces}
    return [_row(one, places.get((one.school, one.subject)), day, waivers) for one in worklist(actions)]


def write_worklist(
    file: Path | IO[bytes], actions: Iterable[Action], sites: Sequence[Site], *, day: date, waivers: tuple[Waiver, ...] = ()
) -> int:
    """The workbook as of `day`; how many actions are not closed."""
    from openpyxl import Workbook

    open_ones = work_rows(actions, sites, day=day, waivers=waivers)
    book = Workbook()
    book.remove(book.worksheets[0])
    rows: dict[str, list[list[object]]] = {
        "actions": [_cells(one) for one in open_ones],
        "surveys": [[row.school, row.name, row.label, row.last, row.due, _past(row.due, day)] for row in surveys_due(sites)],
        "meters": [[row.school, row.name, row.due, _past(row.due, day)] for row in meters_due(sites)],
    }
    for name, (title, header) in SHEETS.items():
        fill(book.create_sheet(title), header, rows[name])
    book.save(file)
    return len(open_ones)


def _cells(row: WorkRow) -> list[object]:
    words = {"kind": " ".join(KINDS[row.kind]), "state": " ".join(STATES[row.state]), "overdue": "是 yes" if row.overdue else ""}
    words["why"] = " ".join(row.why).strip()
    return list(row._replace(**words))  # type: ignore[arg-type] # words for people in place of codes


def _row(action: Action, place: tuple[Site, Space] | None, day: date, waivers: tuple[Waiver, ...]) -> WorkRow:
    return WorkRow(
        id=action.id,
        school=action.school,
        subject=action.subject,
        **_where(place),
        claim_by=_claim_by(action, place),
        kind=action.kind,
        rule=action.rule,
        why=(action.why_zh, action.why_en),
        value=action.value,
        threshold=action.threshold,
        unit="" if action.unit == "1" else action.unit,
        severity=action.severity,
        state=action.state,
        owner=action.owner,
        opened=action.opened,
        due=action.due,
        overdue=action.overdue(day, waivers),
        waived_until=max((one.until for one in waivers if one.covers(action, day)), default=None),
        reopened=action.reopened,
    )


def _where(place: tuple[Site, Space] | None) -> dict[str, Any]:
    """The room's name, where it is, its luminaires with all that is needed to order and claim new ones."""
    groups: list[LuminaireGroup] = []
    name = position = ""
    if place is not None:
        site, space = place
        groups = [group for group in site.luminaires if group.space == space.id]
        name, position = f"{space.label.zh} {space.label.en}", f"{space.building}, {space.floor}"
    return {
        "name": name,
        "position": position,
        "luminaires": ", ".join(f"{group.id} x{group.count} ({group.role})" for group in groups),
        "lamp_position": ", ".join(group.position for group in groups if group.position),
        "part": ", ".join(sorted({group.part for group in groups if group.part})),
        "warranty_until": min((group.warranty_until for group in groups if group.warranty_until is not None), default=None),
        "certificate": ", ".join(sorted({group.certificate.number for group in groups if group.certificate is not None})),
    }


def _claim_by(action: Action, place: tuple[Site, Space] | None) -> date | None:
    failed = [device for device, _, point in (name.partition("/") for name in action.evidence) if point == LAMP_FAILURE]
    return claim_by(place[0], failed, action.opened) if place is not None and failed else None


def _past(due: date | None, day: date) -> str:
    return "是 yes" if due is None or due < day else ""
