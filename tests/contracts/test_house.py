"""How the sources are built: small modules, short functions, imports that point down."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from functools import cache
from pathlib import Path

import pytest

CHECKOUT = Path(__file__).parents[2]
MODULES = sorted(CHECKOUT.glob("src/**/*.py"))
REMOVED = re.compile(r"\bast\.(Str|Num|Bytes|NameConstant|Ellipsis|Index|ExtSlice|Suite|Param)\b")

# No variable, function or class has one of these names.
VAGUE = frozenset("each told asked".split())

# The roots of the packages speak to users, and at more length.
INNER = [path for path in MODULES if path.parent.parent.name != "src" or path.stem != "__init__"]


def _name(path: Path) -> str:
    return path.relative_to(CHECKOUT / "src").as_posix()


of_each_module = pytest.mark.parametrize("path", MODULES, ids=_name)


def _text(path: Path) -> str:
    return path.read_text(encoding="utf-8")


@cache
def _tree(path: Path) -> ast.Module:
    return ast.parse(_text(path))


@of_each_module
def test_a_function_has_at_most_40_lines_beside_its_docstring(path: Path) -> None:
    kinds = (ast.FunctionDef, ast.AsyncFunctionDef)
    functions = [node for node in ast.walk(_tree(path)) if isinstance(node, kinds)]
    sizes = {node.name: _lines(node) - _lines(_docstring(node)) for node in functions}
    assert {name: size for name, size in sizes.items() if size > 40} == {}


def _docstring(node: ast.FunctionDef | ast.AsyncFunctionDef) -> ast.stmt | None:
    return node.body[0] if ast.get_docstring(node) is not None else None


def _lines(node: ast.stmt | None) -> int:
    return 0 if node is None else (node.end_lineno or 0) - node.lineno + 1


@pytest.mark.parametrize("path", INNER, ids=_name)
def test_a_module_opens_with_at_most_five_lines_on_what_it_owns(path: Path) -> None:
    says = ast.get_docstring(_tree(path))
    assert says
    assert len(says.splitlines()) <= 5


@of_each_module
def test_a_module_uses_nothing_that_python_3_14_removed(path: Path) -> None:
    assert REMOVED.search(_text(path)) is None


@of_each_module
def test_a_name_says_what_it_names(path: Path) -> None:
    names = {
        name
        for node in ast.walk(_tree(path))
        for name in (
            [node.id]
            if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)
            else [node.name.strip("_").lower()]
            if isinstance(node, (ast.FunctionDef, ast.ClassDef))
            else []
        )
    }
    assert names & VAGUE == set()


@of_each_module
def test_a_module_imports_no_package_root_of_its_own(path: Path) -> None:
    package = path.relative_to(CHECKOUT / "src").parts[0]
    tree = _tree(path)
    absolute = [
        name
        for node in ast.walk(tree)
        for name in (
            [alias.name for alias in node.names]
            if isinstance(node, ast.Import)
            else [node.module or ""]
            if isinstance(node, ast.ImportFrom) and node.level == 0
            else []
        )
    ]
    assert [name for name in absolute if name.split(".")[0] == package] == []


def test_imports_point_down() -> None:
    pytest.importorskip("importlinter", reason="of the extra `lint`")
    done = subprocess.run(
        [sys.executable, "-c", "from importlinter.cli import lint_imports_command as run; run()"],
        cwd=CHECKOUT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
