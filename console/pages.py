"""Turns facts into HTML: the templates, and nothing that reads a store."""

from pathlib import Path
from typing import Any

import msgspec
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from console import present, sparkline, words
from console.facts import Overview, School
from console.present import Presenter
from console.words import Language

FOLDER = Path(__file__).parent


class Pages:
    """The console's templates; everything put into them is escaped."""

    def __init__(self) -> None:
        self._templates = Environment(
            loader=FileSystemLoader(FOLDER / "templates"),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        self._templates.globals.update(
            languages=words.LANGUAGES,
            language_names=words.LANGUAGE_NAMES,
            language_tags=words.LANGUAGE_TAGS,
            worst=present.worst,
            spark_width=sparkline.WIDTH,
            spark_height=sparkline.HEIGHT,
        )

    def page(self, overview: Overview, language: Language, *, schools: tuple[School, ...]) -> str:
        """The whole page."""
        script = {key: words.say(key, language, n="{n}", time="{time}") for key in words.SCRIPT_WORDS}
        given = {"schools": schools, "script_words": msgspec.json.encode(script).decode()}
        return self._render("page.html", overview, language, **given)

    def content(self, overview: Overview, language: Language) -> str:
        """What changes: the page's main part, which the script puts in place."""
        return self._render("content.html", overview, language)

    def failure(self, key: str, language: Language) -> str:
        """A page that says why there is nothing to show."""
        template = self._templates.get_template("failure.html")
        return template.render(p=Presenter(language, "UTC", 0), lang=language, key=key)

    def _render(self, template: str, overview: Overview, language: Language, **given: Any) -> str:
        presenter = Presenter(language, overview.school.time_zone, overview.at_ms)
        tally = present.tally(overview)
        cited = present.rules_cited(overview)
        return self._templates.get_template(template).render(
            o=overview, p=presenter, lang=language, tally=tally, cited=cited, **given
        )
