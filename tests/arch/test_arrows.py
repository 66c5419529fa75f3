"""Who may import whom, and what an installation of one half must never load."""

import json
import re
import subprocess
import sys
import tomllib
from typing import Any

import pytest

pytestmark = pytest.mark.unit

SERVER_ONLY = (
    "duckdb",
    "influxdb_client",
    "sqlalchemy",
    "alembic",
    "psycopg",
    "fastapi",
    "uvicorn",
    "jinja2",
    "amqtt",
    "grafana_api",
)
GATEWAY_ONLY = ("cv2", "onnxruntime", "av", "pymodbus", "psutil")
TOOLS = ("pytest", "hypothesis", "yaml", "jsonschema", "httpx", "onnx", "playwright")

LOADED = """
import importlib, json, pkgutil, sys
for name in sys.argv[1:]:
    module = importlib.import_module(name)
    for found in pkgutil.walk_packages(getattr(module, "__path__", []), name + "."):
        importlib.import_module(found.name)
print(json.dumps(sorted({name.partition(".")[0] for name in sys.modules})))
"""


def loaded_by(root: Any, *modules: str) -> set[str]:
    """Top-level modules in memory once these packages, and all below them, were imported by a fresh interpreter."""
    command = [sys.executable, "-W", "ignore", "-c", LOADED, *modules]
    done = subprocess.run(command, cwd=root, capture_output=True, text=True, check=False, timeout=100)
    assert done.returncode == 0, done.stderr
    return set(json.loads(done.stdout))


def test_the_arrows_between_the_folders_hold(tree: Any) -> None:
    program = "from importlinter.cli import lint_imports_command; lint_imports_command()"
    command = [sys.executable, "-c", program, "--no-cache"]
    done = subprocess.run(command, cwd=tree.root, capture_output=True, text=True, check=False, timeout=100)
    assert done.returncode == 0, done.stdout[-4000:] + done.stderr


def test_every_package_of_the_wheel_is_under_the_arrows(tree: Any) -> None:
    settings = (tree.root / ".importlinter").read_text("utf-8")
    roots = settings.split("root_packages =")[1].split("include_external")[0].split()
    wheel = tomllib.loads((tree.root / "pyproject.toml").read_text("utf-8"))["tool"]["setuptools"]["packages"]["find"]["include"]
    assert sorted(roots) == sorted(name.rstrip("*") for name in wheel) == sorted(tree.packages)


@pytest.mark.parametrize(
    ("modules", "never"),
    [
        (("edge",), SERVER_ONLY),
        (("lamplighter.contract", "lamplighter.runtime", "lamplighter.site"), (*SERVER_ONLY, *GATEWAY_ONLY, "numpy")),
        (("ingest", "alarms", "compliance", "console", "lamplighter.processes"), GATEWAY_ONLY),
        (("lamplighter.cli.commands",), (*SERVER_ONLY, *GATEWAY_ONLY, "numpy")),
    ],
    ids=["gateway", "shared", "centre", "command-line"],
)
def test_what_one_half_loads_never_includes_the_other_halfs_libraries(
    tree: Any, modules: tuple[str, ...], never: tuple[str, ...]
) -> None:
    assert not loaded_by(tree.root, *modules) & {*never, *TOOLS}


def test_each_heavy_library_is_named_where_it_is_installed(tree: Any) -> None:
    project = tomllib.loads((tree.root / "pyproject.toml").read_text("utf-8"))["project"]
    extras = {name: {re.split(r"[\[<>=]", row)[0] for row in rows} for name, rows in project["optional-dependencies"].items()}
    assert {"onnxruntime", "opencv-python-headless", "av", "pymodbus", "psutil"} <= extras["edge"]
    assert {"duckdb", "influxdb-client", "sqlalchemy", "fastapi", "amqtt"} <= extras["server"] - extras["edge"]
