"""Surveys and documents as rows of a CSV file."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any, Final, Literal

from pydantic import AwareDatetime, Field, ValidationError

from compliance.files.tables import raise_all, read_models
from compliance.metrics import METRICS
from lamplighter.runtime.settings import Settings
from lamplighter.site.facts import Document, Name
from lamplighter.site.model import Surface, Survey, SurveyPoint


class SurveyRow(Settings):
    """One point of a survey; what belongs to the whole survey is repeated on each of its rows."""

    school: Name | None = None
    survey: Name
    space: Name
    time: AwareDatetime
    surface: Surface = "desk"
    method: Literal["centre", "four_corner"] = "centre"
    plane_height_m: float | None = None
    warm_up_min: float | None = None
    curtains_drawn: bool | None = None
    board_lamps_on: bool | None = None
    uncertainty_pct: float | None = None
    meter_class: str | None = None
    meter_serial: str | None = None
    meter_calibrated_until: date | None = None
    tester: str | None = None
    x_m: float
    y_m: float
    lx: float
    lamps_off_lx: float | None = None


class DocumentRow(Document):
    """A document of one of the folder's schools; a county's needs no school."""

    school: Name | None = Field(None, description="which school's; may be left out where the folder has one")


_POINT: Final = ("x_m", "y_m", "lx", "lamps_off_lx")
_RENAMED: Final = {"survey": "id", "time": "at"}


def read_surveys(path: Path, default: str | None) -> Mapping[str, tuple[Survey, ...]]:
    """School -> its surveys; `default` is the school of rows that name none. Raises SettingsError."""
    groups: dict[tuple[str, str], list[tuple[int, SurveyRow]]] = defaultdict(list)
    problems: list[str] = []
    for number, row in read_models(path, SurveyRow):
        school = row.school or default
        if school is None:
            problems.append(f"{path}: row {number}, school: missing; this folder has several schools")
        else:
            groups[school, row.survey].append((number, row))
    made: dict[str, list[Survey]] = defaultdict(list)
    for (school, _), rows in groups.items():
        made[school] += _survey(path, rows, problems)
    raise_all(problems)
    return {school: tuple(surveys) for school, surveys in made.items()}


def _survey(path: Path, rows: Sequence[tuple[int, SurveyRow]], problems: list[str]) -> list[Survey]:
    number, first = rows[0]
    whole = _whole(first)
    for other, row in rows[1:]:
        unlike = [name for name, value in _whole(row).items() if value != whole[name]]
        problems += [
            f"{path}: row {other}, {name}: differs from row {number} of the same survey {first.survey!r}" for name in unlike
        ]
    try:
        points = tuple(SurveyPoint(x_m=row.x_m, y_m=row.y_m, lx=row.lx, lamps_off_lx=row.lamps_off_lx) for _, row in rows)
        return [Survey.model_validate({_RENAMED.get(name, name): value for name, value in whole.items()} | {"points": points})]
    except ValidationError as error:
        problems += [f"{path}: survey {first.survey!r} from row {number}, {row['loc'][-1]}: {row['msg']}" for row in error.errors()]
        return []


def _whole(row: SurveyRow) -> dict[str, Any]:
    return {name: getattr(row, name) for name in SurveyRow.model_fields if name not in {*_POINT, "school"}}


def read_documents(path: Path, default: str | None) -> Mapping[str, tuple[Document, ...]]:
    """School -> its documents; raises SettingsError with all faults, unknown metrics among them."""
    made: dict[str, list[Document]] = defaultdict(list)
    problems: list[str] = []
    seen: set[str] = set()
    for number, row in read_models(path, DocumentRow):
        school = row.school or default
        checks = (
            (school is None, "school: missing; this folder has several schools"),
            (row.metric not in METRICS, f"metric = {row.metric!r}: unknown; docs/compliance.md lists them"),
            (row.id in seen, f"id = {row.id!r}: is used twice"),
        )
        problems += [f"{path}: row {number}, {words}" for broken, words in checks if broken]
        seen.add(row.id)
        made[school or ""].append(Document.model_validate(row.model_dump(exclude={"school"})))
    raise_all(problems)
    return {school: tuple(rows) for school, rows in made.items()}
