"""Rule packs: one TOML file per jurisdiction, checked whole before a single rule is used."""

from pathlib import Path

from compliance.rules import Pack, Rule, clashes
from lamplighter.contract.errors import SettingsError
from lamplighter.runtime.settings import load_settings

SHIPPED_DIR = Path(__file__).parent


def load_packs(folder: Path | None = None) -> tuple[Rule, ...]:
    """Every rule of the folder's `*.toml` (ours when None), by id and date; raises SettingsError with all problems of all files."""
    where = folder or SHIPPED_DIR
    rules: list[Rule] = []
    problems: list[str] = []
    files = sorted(where.glob("*.toml"))
    if not files:
        problems.append(f"{where}: no rule pack (*.toml) in this folder; give a folder that holds one")
    for file in files:
        try:
            rules += load_settings(file, Pack).rules
        except SettingsError as error:
            problems += error.problems
    found = tuple(sorted(rules, key=lambda rule: (rule.id, rule.jurisdiction, rule.effective_from)))
    problems += [f"{where}: {clash}" for clash in clashes(found)]
    if problems:
        raise SettingsError(problems)
    return found
