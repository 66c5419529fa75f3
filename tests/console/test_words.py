"""Every word stands in the table, in both languages, and nowhere else."""

import re
from string import Formatter
from typing import get_args

import pytest

from compliance.rules import Certainty
from compliance.verdicts import VerdictName
from console.facts import CameraState, LampState, Mood
from console.pages import FOLDER
from console.words import SCRIPT_WORDS, WORDS, say
from lamplighter.contract.conditions import Priority

pytestmark = pytest.mark.unit

CHINESE = re.compile(r"[\u3400-\u9fff]")
SOURCES = {
    path.name: path.read_text("utf-8")
    for pattern in ("templates/**/*.html", "*.py")
    for path in FOLDER.glob(pattern)
    if path.name != "words.py"
}
EXACT = re.compile(r"""\b(?:p\.t|self\.t|failure|answer)\([^"]*?"(\w+)"|p\.t\("(\w+)" if .*? else "(\w+)"\)""")
JOINED = re.compile(r"""(?:p\.t\(|known\()"(\w+_)" ~|f"(\w+?_)\{|known\("(\w+)",|_spoken\("(\w+)",""")


def placeholders(text: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(text) if name}


@pytest.mark.parametrize("key", WORDS)
def test_a_word_stands_in_both_languages_with_the_same_values(key: str) -> None:
    word = WORDS[key]
    assert word.zh.strip()
    assert word.en.strip()
    assert placeholders(word.zh) == placeholders(word.en)
    assert not CHINESE.search(word.en)


def test_every_word_a_page_asks_for_is_in_the_table() -> None:
    asked = {key for text in SOURCES.values() for found in EXACT.findall(text) for key in found if key}
    assert len(asked) > 60
    assert {key for key in asked if not key.endswith("_")} <= set(WORDS)


@pytest.mark.parametrize(
    ("start", "values"),
    [
        ("lamp", get_args(LampState)),
        ("camera", get_args(CameraState)),
        ("mood", get_args(Mood)),
        ("priority", get_args(Priority)),
        ("verdict", get_args(VerdictName)),
        ("certainty", get_args(Certainty)),
        ("gap", ("gateway", "camera", "sensors")),
        ("ago", ("now", "s", "min", "h", "d")),
        ("span", ("s", "min", "h", "d")),
    ],
)
def test_every_state_has_its_word(start: str, values: tuple[str, ...]) -> None:
    assert {f"{start}_{value}" for value in values} <= set(WORDS)


def test_no_word_is_kept_that_nobody_says() -> None:
    text = "\n".join(SOURCES.values())
    starts = tuple(f"{name.rstrip('_')}_" for found in JOINED.findall(text) for name in found if name)
    unused = [
        key for key in WORDS if not re.search(f"[\"']{key}[\"']", text) and key not in SCRIPT_WORDS and not key.startswith(starts)
    ]
    assert unused == []


@pytest.mark.parametrize("name", [name for name in SOURCES if name.endswith(".html") and name != "page.html"])
def test_no_template_holds_chinese_of_its_own(name: str) -> None:
    assert not CHINESE.search(SOURCES[name])


def test_a_word_that_is_not_in_the_table_is_an_error() -> None:
    with pytest.raises(KeyError):
        say("no such word", "en")
