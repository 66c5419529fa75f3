"""A file is a room: how large it may be, what it may be called, and what each folder says of itself."""

import ast
from typing import Any

import pytest

pytestmark = pytest.mark.unit

MOST_LINES = 400
EMPTY_NAMES = {"utils", "util", "helpers", "helper", "common", "manager", "misc"}


def test_no_file_is_larger_than_a_room(tree: Any) -> None:
    lines = {tree.shown(path): len(path.read_text("utf-8").splitlines()) for path in tree.python_files()}
    assert {name: count for name, count in lines.items() if count > MOST_LINES} == {}


def test_no_file_or_folder_has_a_name_that_says_nothing(tree: Any) -> None:
    shown = [tree.shown(path) for path in tree.python_files()]
    assert [name for name in shown if EMPTY_NAMES & set(name.removesuffix(".py").split("/"))] == []


def test_every_folder_of_the_product_says_in_one_sentence_what_it_is(tree: Any) -> None:
    silent = {}
    for folder in sorted({path.parent for path in tree.product_files()}):
        if tree.shown(folder) == "models/build":
            continue  # scripts, no package
        init = folder / "__init__.py"
        text = ast.get_docstring(ast.parse(init.read_text("utf-8"))) if init.is_file() else None
        if text is None or len(text.splitlines()) != 1 or not text.endswith("."):
            silent[tree.shown(folder)] = text
    assert silent == {}


def test_every_file_of_the_product_says_what_it_is(tree: Any) -> None:
    files = [path for path in tree.product_files() if "versions" not in path.parts]
    assert [tree.shown(path) for path in files if not ast.get_docstring(ast.parse(path.read_text("utf-8")))] == []
