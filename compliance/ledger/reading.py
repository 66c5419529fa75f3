"""Tables of cells as sites: every fault of every sheet with its row and column, or every site; nothing in between."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any, Final, NamedTuple

from pydantic import ValidationError

from compliance.files.tables import raise_all
from compliance.ledger.columns import WHOLE_ROW, column_at, to_settings
from compliance.ledger.sheets import SCHOOLS, SHEETS, Sheet
from compliance.ledger.tables import Placed, Tables, key_of
from compliance.metrics import METRICS
from lamplighter.contract.errors import SettingsError
from lamplighter.runtime.settings import check_settings
from lamplighter.site.facts import Profile
from lamplighter.site.model import Site
from lamplighter.site.row_faults import CHECKED, row_faults

YES_NO: Final = {"是": "true", "否": "false", "有": "true", "无": "false"}


class _Row(NamedTuple):
    where: str
    school: str
    made: Any


class _School(NamedTuple):
    where: str
    settings: dict[str, Any]
    profile: Profile | None


Rows = dict[str, list[_Row]]


def sites_of(tables: Tables) -> tuple[Site, ...]:
    """The schools of the tables; raises SettingsError with every fault of every row."""
    problems: list[str] = []
    schools = _schools(tables.get(SCHOOLS.name, ()), problems)
    rows: Rows = {sheet.name: _checked(sheet, tables.get(sheet.name, ()), problems) for sheet in SHEETS if sheet is not SCHOOLS}
    known = {field: _named(tables, f"{field}s") for field in ("space", "survey", "device", "programme")}
    for sheet in SHEETS[1:]:
        _check_place(rows[sheet.name], known, schools, problems)
    problems += [
        f"{row.where}, column metric = {row.made.metric!r}: unknown; docs/compliance.md lists them"
        for row in rows["documents"]
        if row.made.metric not in METRICS
    ]
    raise_all(problems)
    grouped = {name: _by_school(found) for name, found in rows.items()}
    sites = [
        _site(school, {sheet: found.get(name, []) for sheet, found in grouped.items()}, problems)
        for name, school in schools.items()
    ]
    raise_all(problems)
    return tuple(site for site in sites if site is not None)


def _schools(rows: Sequence[Placed], problems: list[str]) -> dict[str, _School]:
    found: dict[str, _School] = {}
    if not rows:
        problems.append("sheet schools: has no row; every school needs one")
    for row in rows:
        settings, profile = to_settings(_plain(SCHOOLS, row), SCHOOLS.columns), None
        try:
            profile = Site.model_validate({**settings, "spaces": ()}).profile
        except ValidationError as error:
            problems += _told(SCHOOLS, row, error)
        name = str(settings.get("school", ""))
        if name in found:
            problems.append(f"{row.where}, column school = {name!r}: stands in {found[name].where} too")
        elif name:
            found[name] = _School(row.where, settings, profile)
    return found


def _checked(sheet: Sheet, rows: Sequence[Placed], problems: list[str]) -> list[_Row]:
    """Rows that are sound on their own; doubled keys are faults of the later row."""
    made: list[_Row] = []
    seen: dict[tuple[str, str], str] = {}
    columns = sheet.columns[1:]
    for row in rows:
        school = row.cells.get("school", "")
        settings = {**dict.fromkeys(sheet.leave_out, ()), **to_settings(_plain(sheet, row), columns)}
        try:
            made.append(_Row(row.where, school, sheet.model.model_validate(settings)))
        except ValidationError as error:
            problems += _told(sheet, row, error)
        if not school:
            problems.append(f"{row.where}, column school: missing; name the school the row belongs to")
        key = (school, key_of(sheet, row.cells))
        if key in seen and sheet.key:
            named = ", ".join(sheet.key)
            problems.append(f"{row.where}, column {named} = {key[1]!r}: stands in {seen[key]} too")
        seen.setdefault(key, row.where)
    return made


def _named(tables: Tables, sheet: str) -> set[tuple[str, str]]:
    """(school, id) of every row, sound or not: what names it is at no fault."""
    return {(row.cells.get("school", ""), row.cells.get("id", "")) for row in tables.get(sheet, ())}


def _check_place(
    rows: Sequence[_Row], known: Mapping[str, set[tuple[str, str]]], schools: Mapping[str, object], problems: list[str]
) -> None:
    """The school, room, survey and device that a row names are there."""
    for row in rows:
        if row.school and row.school not in schools:
            problems.append(f"{row.where}, column school = {row.school!r}: is not in sheet schools")
            continue
        for name, there in known.items():
            value = getattr(row.made, name, None)
            if value is not None and (row.school, value) not in there:
                problems.append(f"{row.where}, column {name} = {value!r}: the school has none of that id in sheet {name}s")


def _site(school: _School, rows: Mapping[str, list[_Row]], problems: list[str]) -> Site | None:
    own = {name: [row.made for row in found] for name, found in rows.items()}
    faults = row_faults({name: own[name] for name in CHECKED}, school.settings["school"], school.profile)
    problems += [
        f"{rows[fault.rows][fault.number].where}, column {fault.key} = {str(fault.value)!r}: {fault.why}" for fault in faults
    ]
    return _checked_site(school, own, problems) if not faults else None


def _checked_site(school: _School, own: Mapping[str, list[Any]], problems: list[str]) -> Site | None:
    content = {**school.settings, **{sheet.field: tuple(own[sheet.name]) for sheet in SHEETS if sheet.field}}
    content["surveys"] = _with_parts(own["surveys"], "survey", points=own["survey_points"])
    content["programmes"] = _with_parts(own["programmes"], "programme", milestones=own["milestones"], targets=own["targets"])
    content["limits"] = {row.name: row.value for row in own["limits"]}
    calendar = _calendar(own)
    if calendar:
        content["calendar"] = calendar
    try:
        return check_settings(content, Site, where=school.where)
    except SettingsError as error:
        problems += error.problems
        return None


def _with_parts(rows: Sequence[Any], owner: str, **sheets: Sequence[Any]) -> list[dict[str, Any]]:
    """Rows with the parts that stand in sheets of their own, by the field they fill."""
    grouped: dict[tuple[str, str], list[Any]] = defaultdict(list)
    for field, parts in sheets.items():
        for part in parts:
            grouped[field, getattr(part, owner)].append(part.model_dump(exclude={owner}))
    return [row.model_dump(exclude=set(sheets)) | {field: grouped[field, row.id] for field in sheets} for row in rows]


def _calendar(own: Mapping[str, list[Any]]) -> dict[str, Any]:
    """The calendar that the rows make, empty where there are none."""
    if not (own["calendar"] or own["calendar_days"]):
        return {}
    spans: dict[str, list[Any]] = defaultdict(list)
    for row in own["calendar_days"]:
        spans[row.kind].append({"first": row.first, "last": row.last})
    tables: dict[tuple[int, ...], list[Any]] = defaultdict(list)
    for row in own["lessons"]:
        tables[row.weekdays].append({"start": row.start, "end": row.end})
    made: dict[str, Any] = own["calendar"][0].model_dump() if own["calendar"] else {}
    made |= {"terms": spans["term"], "closed": spans["closed"], "exams": spans["exam"], "make_up": own["make_up"]}
    if tables:
        made["timetables"] = [{"weekdays": days, "periods": periods} for days, periods in tables.items()]
    return made | {"years": _years(own["years"])}


def _years(rows: Sequence[Any]) -> list[dict[str, Any]]:
    years: dict[tuple[int, str], dict[str, Any]] = {}
    for row in rows:
        year = years.setdefault((row.year, row.notice), {"year": row.year, "notice": row.notice, "holidays": [], "workdays": []})
        if row.kind == "holiday":
            year["holidays"].append({"first": row.first, "last": row.last})
        else:
            year["workdays"].append(row.first)
    return list(years.values())


def _by_school(rows: Sequence[_Row]) -> dict[str, list[_Row]]:
    found: dict[str, list[_Row]] = defaultdict(list)
    for row in rows:
        found[row.school].append(row)
    return found


def _plain(sheet: Sheet, row: Placed) -> dict[str, str]:
    boolean = {column.name for column in sheet.columns if column.kind is bool}
    return {name: YES_NO.get(text, text) if name in boolean else text for name, text in row.cells.items()}


def _told(sheet: Sheet, row: Placed, error: ValidationError) -> list[str]:
    told = []
    for problem in error.errors():
        column = column_at(problem["loc"], sheet.columns)
        if column == WHOLE_ROW:
            told.append(f"{row.where}: {problem['msg']}")
            continue
        shown = f" = {row.cells[column]!r}" if column in row.cells else ""
        told.append(f"{row.where}, column {column}{shown}: {problem['msg'] if shown else 'missing; it must be filled in'}")
    return told
