"""Pages written from the code are what the code says."""

import ast
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from lamplighter.contract.errors import SettingsError
from lamplighter.reference.build import PAGES, build_pages, stale_pages
from lamplighter.reference.contract_page import filled
from lamplighter.reference.meanings import MEANINGS
from lamplighter.reference.settings_page import SettingsFile, settings_files
from lamplighter.reference.settings_schema import keys_of, tables_of
from lamplighter.runtime.settings import load_settings

pytestmark = pytest.mark.unit

DOCS = Path(__file__).parents[2] / "docs"
OUR_OWN_DATA = {"Catalog", "Pack"}
"""Settings classes of files that come with the product: the models and the rule packs."""
FILES = settings_files()
TABLES = {table.__name__: table for file in FILES for table in (file.kind, *tables_of(file.kind))}


@pytest.fixture
def copied(tmp_path: Path) -> Path:
    """The docs folder's generated pages and what they are made of."""
    shutil.copytree(DOCS / "examples", tmp_path / "examples")
    for name in PAGES:
        shutil.copy(DOCS / name, tmp_path / name)
    return tmp_path


@pytest.mark.parametrize("page", PAGES)
def test_a_generated_page_is_current(page: str) -> None:
    assert PAGES[page](DOCS) == (DOCS / page).read_text("utf-8"), "run: python -m lamplighter docs build"


def test_building_mends_exactly_the_pages_that_are_stale(copied: Path) -> None:
    build_pages(copied)
    (copied / "cli.md").write_text("old", "utf-8")
    (copied / "asyncapi.json").unlink()
    assert {path.name for path in build_pages(copied)} == {"cli.md", "asyncapi.json"}
    assert stale_pages(copied) == {}


def test_check_names_a_stale_page_and_writes_nothing(copied: Path) -> None:
    build_pages(copied)
    (copied / "settings.md").write_text("old", "utf-8")
    command = [sys.executable, "-m", "lamplighter", "docs", "build", "--check", "--into", str(copied)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)
    assert done.returncode == 1
    assert "settings.md: stale" in done.stdout
    assert (copied / "settings.md").read_text("utf-8") == "old"


def test_a_folder_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="no such folder"):
        stale_pages(tmp_path / "docs")


def test_a_block_that_nobody_fills_is_an_error() -> None:
    with pytest.raises(SettingsError, match="look at: lanes, roads"):
        filled("<!-- generated: roads -->\n<!-- end -->", {"lanes": ""})


@pytest.mark.parametrize("file", FILES, ids=[file.example for file in FILES])
def test_an_example_loads(file: SettingsFile) -> None:
    assert load_settings(DOCS / "examples" / file.example, file.kind)


def test_every_example_is_on_the_page() -> None:
    assert {path.name for path in (DOCS / "examples").glob("*.toml")} == {file.example for file in FILES}


def test_every_kind_of_file_that_is_loaded_is_documented() -> None:
    root = DOCS.parent
    files = [
        path for folder in ("lamplighter", "edge", "ingest", "compliance", "console") for path in (root / folder).rglob("*.py")
    ]
    calls = [node for path in files for node in ast.walk(ast.parse(path.read_text("utf-8"))) if isinstance(node, ast.Call)]
    loads = [node for node in calls if isinstance(node.func, ast.Name) and node.func.id == "load_settings" and len(node.args) == 2]
    kinds = {ast.unparse(node.args[1]).rpartition(".")[2] for node in loads}
    assert kinds - OUR_OWN_DATA == {file.kind.__name__ for file in FILES}


@pytest.mark.parametrize("table", TABLES)
def test_every_key_has_a_meaning(table: str) -> None:
    assert [key.name for key in keys_of(TABLES[table]) if not key.meaning] == []


def test_two_tables_of_one_name_would_share_a_heading() -> None:
    tables = {table for file in FILES for table in (file.kind, *tables_of(file.kind))}
    assert len(tables) == len(TABLES)


@pytest.mark.parametrize(("table", "key"), MEANINGS)
def test_a_meaning_stands_in_one_place_only(table: str, key: str) -> None:
    field = TABLES[table].model_fields[key]
    assert not field.description, "the class says it now: take the row out of meanings.py"
