"""Whether a school teaches on a day, for actions that close after days of school."""

from datetime import date

from lamplighter.contract.errors import SettingsError
from lamplighter.site.model import Site


def is_taught(site: Site, day: date) -> bool:
    """By the calendar, or by the weekdays of a school without one. A day that nobody can plan counts as none."""
    if site.calendar is None:
        return day.weekday() in site.lessons.weekdays
    try:
        return bool(site.calendar.plan(day).periods)
    except SettingsError:
        return False
