"""Habits that a linter alone does not hold: errors, dependencies, and what must never be written into a file."""

import ast
import re
import subprocess
import tomllib
from pathlib import Path
from typing import Any

import pytest

pytestmark = pytest.mark.unit

BLIND = {"Exception", "BaseException"}
TEXT = {".py", ".md", ".toml", ".json", ".yaml", ".yml", ".txt", ".html", ".css", ".js", ".conf", ".sh", ".cfg", ".ini", ""}
MACHINE_PATHS = re.compile(r"(?<![\w.~-])/(?:work|root|home|Users)/[A-Za-z0-9_.-]+")
PUBLIC_HOSTS = {
    "pypi.org",
    "files.pythonhosted.org",
    "registry.npmjs.org",
    "registry-1.docker.io",
    "docker.io",
    "quay.io",
    "ghcr.io",
    "gcr.io",
}
_KINDS = r"(?:artifactory|nexus|registry|pypi|mirrors?)"
REGISTRIES = re.compile(
    rf"https?://(?:[^\s/@]*@)?([\w.-]*{_KINDS}[\w.-]*)|(?<![\w./])({_KINDS}[\w-]*(?:\.[\w-]+)*\.(?:com|net|org|io|cn|dev|lan|local))[/:]",
    re.IGNORECASE,
)
SECRETS = re.compile(
    "|".join(
        (
            r"-----BEGIN [A-Z ]*PRIVATE KEY-----",
            r"\bAKIA[0-9A-Z]{16}\b",
            r"\bgh[pousr]_[A-Za-z0-9]{36}\b",
            r"\bgl(?:pat|sa)[-_][A-Za-z0-9_]{20,}\b",
            r"\bsk-[A-Za-z0-9]{32,}\b",
            r"\bxox[abp]-[A-Za-z0-9-]{20,}\b",
            r"\beyJ[A-Za-z0-9_-]{20,}\.[A-Za-z0-9_-]{20,}\.",
            r"[a-z]+://[^\s/:@'\"{}<>$]+:(?!PASSWORD|password|secret)[^\s/@'\"{}<>$]{6,}@",
        )
    )
)


def _tracked(root: Path) -> list[Path]:
    """Text files that git tracks or would: everything that is not ignored."""
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"]
    done = subprocess.run(command, cwd=root, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        pytest.skip("not a git checkout")
    files = (root / name for name in done.stdout.split("\0") if name)
    return [path for path in files if path.is_file() and path.suffix in TEXT]


def _blind(tree: ast.AST) -> list[int]:
    """Lines that catch everything and do not raise it on."""
    found = []
    for node in ast.walk(tree):
        if not isinstance(node, ast.ExceptHandler):
            continue
        names = {one.id for one in ast.walk(node.type) if isinstance(one, ast.Name)} if node.type is not None else BLIND
        raises_on = any(isinstance(one, ast.Raise) and one.exc is None for one in ast.walk(node))
        if names & BLIND and not raises_on:
            found.append(node.lineno)
    return found


def test_nothing_catches_every_error_and_keeps_it(tree: Any) -> None:
    blind = {tree.shown(path): _blind(ast.parse(path.read_text("utf-8"))) for path in tree.product_files()}
    assert {name: lines for name, lines in blind.items() if lines} == {}


@pytest.mark.parametrize(
    ("code", "lines"),
    [
        ("try:\n  f()\nexcept Exception:\n  g()", [3]),
        ("try:\n  f()\nexcept:\n  g()", [3]),
        ("try:\n  f()\nexcept (OSError, BaseException) as e:\n  g(e)", [3]),
        ("try:\n  f()\nexcept BaseException:\n  g()\n  raise", []),
        ("try:\n  f()\nexcept OSError:\n  g()", []),
    ],
)
def test_a_blind_except_is_found_and_one_that_raises_on_is_not(code: str, lines: list[int]) -> None:
    assert _blind(ast.parse(code)) == lines


def test_every_dependency_says_why_it_is_there(tree: Any) -> None:
    text = (tree.root / "pyproject.toml").read_text("utf-8")
    project = tomllib.loads(text)["project"]
    wanted = [*project["dependencies"], *(row for rows in project["optional-dependencies"].values() for row in rows)]
    # our own extras, and typing stubs and linters whose name says it all
    plain = re.compile(r"lamplighter\[|types-|pytest>|ruff>|mypy>")
    silent = [row for row in wanted if not plain.match(row) and not re.search(rf'"{re.escape(row)}",?\s+#\s*\S', text)]
    assert silent == []


def _hits(pattern: re.Pattern[str], line: str) -> list[str]:
    found = (next((group for group in match.groups() if group), match[0]) for match in pattern.finditer(line))
    return [hit for hit in found if hit.lower() not in PUBLIC_HOSTS]


@pytest.mark.parametrize("pattern", [MACHINE_PATHS, REGISTRIES, SECRETS], ids=["machine-path", "registry", "secret"])
def test_no_file_names_a_machine_a_registry_or_a_secret(tree: Any, pattern: re.Pattern[str]) -> None:
    found = []
    for path in _tracked(tree.root):
        if path != Path(__file__):
            lines = path.read_text("utf-8", errors="replace").splitlines()
            found += [f"{tree.shown(path)}:{number}: {hit}" for number, line in enumerate(lines, 1) for hit in _hits(pattern, line)]
    assert found == []


@pytest.mark.parametrize(
    ("pattern", "line"),
    [
        (MACHINE_PATHS, "open('/home/zhang/data.csv')"),
        (REGISTRIES, "pip install --index" + "-url https://artifactory.example.net/simple x"),
        (REGISTRIES, "index = 'https://pypi.corp.example.org/simple'"),
        (REGISTRIES, "image: registry.school.cn/lamplighter/edge:1"),
        (SECRETS, "-----BEGIN RSA PRIVATE KEY-----"),
        (SECRETS, "postgresql://lamp:Tr0ub4dor@db/x"),
        (SECRETS, "token = 'ghp_" + "a1B2" * 9 + "'"),
    ],
)
def test_what_must_not_be_written_would_be_found(pattern: re.Pattern[str], line: str) -> None:
    assert _hits(pattern, line)


@pytest.mark.parametrize(
    ("pattern", "line"),
    [
        (MACHINE_PATHS, "/var/lib/lamplighter and https://example.net/home/page"),
        (REGISTRIES, "https://pypi.org/project/amqtt, https://registry.npmjs.org/x, metrics.registry.collect"),
        (SECRETS, "postgresql://lamplighter@db/x, mqtt://USER:PASSWORD@HOST"),
    ],
)
def test_what_may_be_written_is_left_alone(pattern: re.Pattern[str], line: str) -> None:
    assert _hits(pattern, line) == []
