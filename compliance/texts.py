"""The texts rules cite, and how sure we are of what we read in them."""

from datetime import date
from typing import Final, Literal

from pydantic import Field

from lamplighter.runtime.settings import Settings

Certainty = Literal["V", "S", "M", "D"]

CERTAINTIES: Final[dict[Certainty, tuple[str, str]]] = {
    "V": ("已核对原文", "wording of the standard read"),
    "S": ("引自二手资料", "quoted by a secondary source"),
    "D": ("内部目标", "internal target, no clause exists"),
    "M": ("凭记忆，未核实", "from memory, unverified"),
}
"""Surest first: a rule is as certain as its least certain part."""


class Text(Settings):
    """A standard, law or notice; `source` is what we read, on `checked_on`."""

    number: str = Field(min_length=1)
    edition: str = Field(min_length=1)
    title_zh: str = Field(min_length=1)
    title_en: str = Field(min_length=1)
    source: str = Field(min_length=1)
    checked_on: date
    in_force_from: date | None = Field(None, description="first day in force, where we know it")
    in_force_to: date | None = Field(
        None, description="last day in force; a text that is no longer in force gives internal targets"
    )


class Citation(Text):
    """Where in a text the threshold is written."""

    clause: str = Field(min_length=1)
    certainty: Certainty

    def in_force(self, day: date) -> bool:
        """Whether the text itself is in force on that day, as far as we know."""
        return (self.in_force_from or date.min) <= day <= (self.in_force_to or date.max)
