"""Turns what the desk reads into HTML: one frame, the words of one language, links that keep what was chosen."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.requests import Request

from compliance.reports.content import clause_of
from compliance.reports.figures import decimals_of, percent, shown
from compliance.rules import CERTAINTIES
from console.inspection.problem_words import problem_in
from console.inspection.words import texts
from console.present import Presenter
from console.words import LANGUAGE_NAMES, LANGUAGE_TAGS, LANGUAGES, Language
from lamplighter.site.model import Label, Site

SIGNS: Final = {"pass": "✓", "fail": "✗", "indicative_low": "↓", "insufficient_data": "?", "not_applicable": "–", "": "·"}
"""What stands in a cell of a calendar; never a colour alone."""

_COMPARATORS: Final = {">=": "≥", "<=": "≤"}


class InspectionPages:
    """The templates below `inspection/`; everything put into them is escaped."""

    def __init__(self, templates: Path) -> None:
        self._templates = Environment(
            loader=FileSystemLoader(templates), autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
        )
        self._templates.globals.update(signs=SIGNS, comparators=_COMPARATORS, shown=shown, decimals=decimals_of)

    def html(self, name: str, request: Request, language: Language, *, site: Site | None, now_ms: int, **given: Any) -> str:
        """The page `inspection/NAME.html`; `site` is the school it is about."""
        place = LANGUAGES.index(language)
        presenter = Presenter(language, site.time_zone if site is not None else "Asia/Shanghai", now_ms)
        switches = [
            (one, LANGUAGE_TAGS[one], LANGUAGE_NAMES[one], str(request.url.include_query_params(lang=one))) for one in LANGUAGES
        ]
        said = texts(language)
        words: dict[str, Any] = {
            "t": said,
            "links": _links(site, said, language),
            "path": request.url.path,
            "p": presenter,
            "tag": LANGUAGE_TAGS[language],
            "switches": switches,
            "language": language,
            "site": site,
            "say": lambda label: _say(label, language),
            "clause": lambda rule: clause_of(rule)[place],
            "told": lambda line: problem_in(line, language),
            "certainty": lambda rule: CERTAINTIES[rule.certainty][place],
            "pct": lambda value: "–" if value is None else percent(value / 100),
        }
        return self._templates.get_template(f"inspection/{name}.html").render(**words, **given)


def _links(site: Site | None, said: Mapping[str, str], language: Language) -> list[tuple[str, str]]:
    """Address and words of each page that one may go to from here."""
    if site is None:
        return [("/inspect", said["city"]), ("/inspect/actions", said["actions"])]
    school = site.school
    return [
        ("/inspect", said["city"]),
        (f"/inspect/districts/{site.district}", _say(site.district_name(), language)),
        (f"/inspect/schools/{school}", _say(site.label, language)),
        (f"/inspect/actions?school={school}", said["actions"]),
        (f"/inspect/ledger/{school}", said["ledger"]),
        (f"/inspect/renovations/{school}", said["renovations"]),
        (f"/inspect/kitchens/{school}", said["kitchens"]),
        (f"/inspect/surveys/{school}", said["survey"]),
        (f"/inspect/visits/{school}", said["visits"]),
        (f"/?school={school}", said["console"]),
        (f"/completeness?school={school}", said["completeness"]),
    ]


def _say(label: Label | None, language: Language) -> str:
    """A label in our language; the other one where ours is empty."""
    if label is None:
        return ""
    return (label.zh or label.en) if language == "zh" else (label.en or label.zh)
