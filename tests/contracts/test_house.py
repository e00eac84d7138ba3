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

pytestmark = pytest.mark.slow  # what contributors need, and `nox` runs

# No variable, function or class has one of these names.
VAGUE = frozenset("each told asked".split())

# The roots of the packages speak to users, and at more length.
INNER = [path for path in MODULES if path.parent.parent.name != "src" or path.stem != "__init__"]


KINDS = (ast.FunctionDef, ast.AsyncFunctionDef)


def _name(path: Path) -> str:
    return path.relative_to(CHECKOUT / "src").as_posix()


def _text(path: Path) -> str:
    return path.read_text(encoding="utf-8")


@cache
def _nodes(path: Path) -> list[ast.AST]:
    return list(ast.walk(ast.parse(_text(path))))


def test_a_function_has_at_most_40_lines_beside_its_docstring() -> None:
    sizes = {
        (_name(path), node.name): _lines(node) - _lines(_docstring(node))
        for path in MODULES
        for node in _nodes(path)
        if isinstance(node, KINDS)
    }
    assert {place: size for place, size in sizes.items() if size > 40} == {}


def _docstring(node: ast.FunctionDef | ast.AsyncFunctionDef) -> ast.stmt | None:
    return node.body[0] if ast.get_docstring(node) is not None else None


def _lines(node: ast.stmt | None) -> int:
    return 0 if node is None else (node.end_lineno or 0) - node.lineno + 1


def test_a_module_opens_with_at_most_five_lines_on_what_it_owns() -> None:
    sizes = {}
    for path in INNER:
        module = _nodes(path)[0]
        assert isinstance(module, ast.Module)
        sizes[_name(path)] = len((ast.get_docstring(module) or "").splitlines())
    assert {name: size for name, size in sizes.items() if not 1 <= size <= 5} == {}


def test_a_module_uses_nothing_that_python_3_14_removed() -> None:
    assert [_name(path) for path in MODULES if REMOVED.search(_text(path))] == []


def test_a_name_says_what_it_names() -> None:
    paths = [*MODULES, *CHECKOUT.glob("tests/**/test_*.py"), *CHECKOUT.glob("benchmarks/**/*.py")]
    vague = {
        (path.name, name)
        for path in paths
        for node in _nodes(path)
        for name in (
            [node.id]
            if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)
            else [node.name.strip("_").lower()]
            if isinstance(node, (*KINDS, ast.ClassDef))
            else []
        )
        if name in VAGUE
    }
    assert vague == set()


def test_a_module_imports_no_package_root_of_its_own() -> None:
    imported = {
        (_name(path), name)
        for path in MODULES
        for node in _nodes(path)
        for name in (
            [alias.name for alias in node.names]
            if isinstance(node, ast.Import)
            else [node.module or ""]
            if isinstance(node, ast.ImportFrom) and node.level == 0
            else []
        )
    }
    own = {pair for pair in imported if pair[1].split(".")[0] == pair[0].split("/")[0]}
    assert own == set()


def test_only_type_checkers_import_what_is_not_installed() -> None:
    # It follows an `if TYPE_CHECKING:`, so it is indented.
    pattern = re.compile(r"^from (typing_extensions|_typeshed)", re.MULTILINE)
    assert [_name(path) for path in MODULES if pattern.search(_text(path))] == []


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


def test_every_package_says_in_which_order_its_modules_import() -> None:
    settings = (CHECKOUT / "pyproject.toml").read_text(encoding="utf-8")
    packages = [path.parent for path in MODULES if path.stem == "__init__"]
    names = [path.relative_to(CHECKOUT / "src").as_posix().replace("/", ".") for path in packages]
    assert [name for name in names if f'containers = ["{name}"]' not in settings] == []
