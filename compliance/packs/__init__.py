"""Rule packs: TOML files checked whole, all problems of all files at once, before a single rule is used."""

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from compliance.rules import Pack, Rule, clashes
from lamplighter.contract.errors import SettingsError
from lamplighter.runtime.settings import check_settings, read_toml

SHIPPED_DIR: Final = Path(__file__).parent


def load_packs(folder: Path | None = None) -> tuple[Rule, ...]:
    """Every rule of the folder's `*.toml` (ours when None), by id and date; raises SettingsError with all problems of all files."""
    where = folder or SHIPPED_DIR
    files = sorted(where.glob("*.toml"))
    if not files:
        raise SettingsError(f"{where}: no rule pack (*.toml) in this folder; give a folder that holds one")
    return read_packs(files)


def choose_packs(names: Sequence[str]) -> tuple[Rule, ...]:
    """The packs of these names (`cn` is every `cn*.toml` of ours) or paths of files or folders; ours when none is named.

    Texts and survey terms of our packs may be named by any file. Raises SettingsError.
    """
    if not names:
        return load_packs()
    files: list[Path] = []
    problems: list[str] = []
    for name in names:
        found = _files_of(name)
        files += found
        if not found:
            known = ", ".join(sorted(file.stem for file in SHIPPED_DIR.glob("*.toml")))
            problems.append(f"--pack {name}: no such pack; use one of {known}, the first part of such a name, or a path")
    if problems:
        raise SettingsError(problems)
    return read_packs(dict.fromkeys(files))


def _files_of(name: str) -> list[Path]:
    ours = [file for file in sorted(SHIPPED_DIR.glob("*.toml")) if file.stem == name or file.stem.startswith(f"{name}-")]
    path = Path(name)
    if ours or not path.exists():
        return ours
    return sorted(path.glob("*.toml")) if path.is_dir() else [path]


def read_packs(files: Iterable[Path]) -> tuple[Rule, ...]:
    """Every rule of these files by id and date; raises SettingsError with all problems of all files."""
    problems: list[str] = []
    raw = _read_all(files, problems)
    shipped = _read_all(sorted(SHIPPED_DIR.glob("*.toml")), [])
    named = {
        kind: {key: row for data in (*shipped.values(), *raw.values()) for key, row in _table(data, kind).items()} for kind in KINDS
    }
    rules: list[Rule] = []
    for file, data in raw.items():
        try:
            rules += check_settings(_resolved(data, named, file=file, problems=problems), Pack, where=str(file)).rules
        except SettingsError as error:
            problems += error.problems
    found = tuple(sorted(rules, key=lambda rule: (rule.id, rule.jurisdiction, rule.effective_from)))
    problems += clashes(found)
    if problems:
        raise SettingsError(problems)
    return found


KINDS: Final = ("texts", "surveys")


def _read_all(files: Iterable[Path], problems: list[str]) -> dict[Path, dict[str, Any]]:
    raw: dict[Path, dict[str, Any]] = {}
    for file in files:
        try:
            raw[file] = read_toml(file)
        except SettingsError as error:
            problems += error.problems
    return raw


def _table(data: Mapping[str, Any], kind: str) -> Mapping[str, Any]:
    found = data.get(kind, {})
    return found if isinstance(found, dict) else {}


def _resolved(data: dict[str, Any], named: Mapping[str, Mapping[str, Any]], *, file: Path, problems: list[str]) -> dict[str, Any]:
    """The file with each `citation.text` and `survey` that is a name replaced by what it names."""
    rules = data.get("rules")
    if not isinstance(rules, list):
        return data
    made = []
    for number, rule in enumerate(rules):
        if not isinstance(rule, dict):
            made.append(rule)
            continue
        new, where = dict(rule), f"{file}: rules.{number}"
        cited, survey = rule.get("citation"), rule.get("survey")
        if isinstance(cited, dict) and "text" in cited:
            text = _named(named["texts"], cited["text"], f"{where}.citation.text", problems)
            new["citation"] = {**text, **{key: value for key, value in cited.items() if key != "text"}}
        if isinstance(survey, str):
            new["survey"] = _named(named["surveys"], survey, f"{where}.survey", problems)
        made.append(new)
    return {**data, "rules": made}


def _named(known: Mapping[str, Any], name: str, where: str, problems: list[str]) -> Any:
    if name not in known:
        problems.append(f"{where} = {name!r}: no such entry; use one of {', '.join(sorted(known))}")
        return {}
    return known[name]
