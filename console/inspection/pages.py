"""Turns what the desk reads into HTML: one frame, the words of one language, links that keep what was chosen."""

from pathlib import Path
from typing import Any, Final

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.requests import Request

from compliance.reports.content import clause_of
from compliance.reports.figures import percent, shown
from compliance.rules import CERTAINTIES
from console.inspection.words import texts
from console.present import Presenter
from console.words import LANGUAGE_TAGS, LANGUAGES, Language
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
        self._templates.globals.update(signs=SIGNS, comparators=_COMPARATORS, clause_of=clause_of, shown=shown)

    def html(self, name: str, request: Request, language: Language, *, site: Site | None, now_ms: int, **given: Any) -> str:
        """The page `inspection/NAME.html`; `site` is the school it is about."""
        place = LANGUAGES.index(language)
        presenter = Presenter(language, site.time_zone if site is not None else "Asia/Shanghai", now_ms)
        switches = [(one, LANGUAGE_TAGS[one], str(request.url.include_query_params(lang=one))) for one in LANGUAGES]
        words: dict[str, Any] = {
            "t": texts(language),
            "p": presenter,
            "tag": LANGUAGE_TAGS[language],
            "switches": switches,
            "language": language,
            "site": site,
            "say": lambda label: _say(label, language),
            "certainty": lambda rule: CERTAINTIES[rule.certainty][place],
            "pct": lambda value: "–" if value is None else percent(value / 100),
        }
        return self._templates.get_template(f"inspection/{name}.html").render(**words, **given)


def _say(label: Label | None, language: Language) -> str:
    """A label in our language; the other one where ours is empty."""
    if label is None:
        return ""
    return (label.zh or label.en) if language == "zh" else (label.en or label.zh)
