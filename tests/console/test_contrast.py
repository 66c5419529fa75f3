"""Words can be read: every colour of text on every ground, by day and by night (WCAG 2.2, 1.4.3)."""

import re

import pytest

from console.pages import FOLDER

pytestmark = pytest.mark.unit

LEAST = 4.5
GROUNDS = ("ground", "card", "card-2")
TONES = ("lamp", "good", "warn", "bad", "idle")


def palettes() -> dict[str, dict[str, str]]:
    """Scheme -> name -> colour."""
    text = (FOLDER / "static" / "base.css").read_text("utf-8")
    day, night = text.split("@media (prefers-color-scheme: dark)")[:2]
    return {name: dict(re.findall(r"--([\w-]+): (#[0-9a-f]{6});", part)) for name, part in (("day", day), ("night", night))}


def luminance(colour: str) -> float:
    shares = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (share / 12.92 if share <= 0.04045 else ((share + 0.055) / 1.055) ** 2.4 for share in shares)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    darker, lighter = sorted((luminance(one), luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


def test_black_on_white_is_21() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21)


@pytest.mark.parametrize("scheme", ["day", "night"])
def test_every_text_stands_out_from_its_ground(scheme: str) -> None:
    colours = palettes()[scheme]
    pairs = [(ink, ground) for ink in ("ink", "ink-2", "ink-3", *TONES) for ground in GROUNDS]
    pairs += [(tone, f"{tone}-soft") for tone in TONES]
    assert [(pair, round(found, 2)) for pair in pairs if (found := contrast(colours[pair[0]], colours[pair[1]])) < LEAST] == []
