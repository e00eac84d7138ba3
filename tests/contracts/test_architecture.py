"""The picture in ARCHITECTURE.md shows the imports as they are.

`pytest tests/contracts/test_architecture.py --update-golden` draws it again.
"""

from __future__ import annotations

import ast
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

import hpargparse
import hpman

if TYPE_CHECKING:
    from collections.abc import Iterable

pytestmark = pytest.mark.slow  # what contributors need, and `nox` runs

CHECKOUT = Path(__file__).parents[2]
SOURCES = CHECKOUT / "src"
PAGE = CHECKOUT / "ARCHITECTURE.md"
START, END = "<!-- picture -->\n```text\n", "```\n<!-- end of the picture -->\n"


def test_the_picture_shows_the_imports(request: pytest.FixtureRequest) -> None:
    page = PAGE.read_text(encoding="utf-8")
    before, shown = page.split(START)
    shown, after = shown.split(END)
    drawn = _picture()
    if request.config.getoption("--update-golden"):
        PAGE.write_text(before + START + drawn + END + after, encoding="utf-8")
    else:
        assert shown == drawn


def _picture() -> str:
    """Draw every package and top module above those that it imports, with their names."""
    arrows: dict[str, set[str]] = {}
    for path in SOURCES.glob("**/*.py"):
        arrows.setdefault(_part(_module(path)), set()).update(map(_part, _imports(path)))
    for part, targets in arrows.items():
        targets.discard(part)
    del arrows["hpman"], arrows["hpargparse"], arrows["hpman.__main__"]

    @cache
    def level(part: str) -> int:
        return 1 + max((level(target) for target in arrows[part]), default=0)

    width = max(map(len, arrows))
    lines = []
    for part in sorted(arrows, key=lambda part: (-level(part), part)):
        package = part.split(".")[0]
        below = [target for target in arrows[part] if target.split(".")[0] == package]
        across = sorted(arrows[part] - set(below))
        names = _names(below) + (f"; hpman: {_names(across)}" if across else "")
        lines.append(f"{level(part):2}  {part:{width}}  {names.removeprefix('; ')}".rstrip())
    return "\n".join(lines) + "\n"


def _names(parts: Iterable[str]) -> str:
    return " ".join(sorted(part.split(".")[1] for part in parts))


def _module(path: Path) -> str:
    name = ".".join(path.relative_to(SOURCES).with_suffix("").parts)
    return name.removesuffix(".__init__")


def _part(module: str) -> str:
    """Return the package or top module that a module belongs to."""
    return ".".join(module.split(".")[:2])


def _owner(module: str, name: str) -> str:
    """Return the module that defines a name; the package roots only forward names."""
    root = {"hpman": hpman, "hpargparse": hpargparse}.get(module)
    if root is None:
        return module
    value = getattr(root, name)
    return str(getattr(value, "__module__", None) or type(value).__module__)


def _imports(path: Path) -> set[str]:
    """Return the modules of ours that a file imports, except for type checkers."""
    package = _module(path).split(".")
    if path.stem != "__init__":
        package.pop()
    tree = ast.parse(path.read_text(encoding="utf-8"))
    for node in ast.walk(tree):
        if isinstance(node, ast.If) and getattr(node.test, "id", "") == "TYPE_CHECKING":
            node.body = []
    found: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom):
            base = package[: len(package) + 1 - node.level] if node.level else []
            module = ".".join([*base, *([node.module] if node.module else [])])
            for alias in node.names:
                inner = SOURCES.joinpath(*module.split("."), alias.name)
                is_module = inner.is_dir() or inner.with_suffix(".py").exists()
                found.add(f"{module}.{alias.name}" if is_module else _owner(module, alias.name))
    return {name for name in found if name.split(".")[0] in ("hpman", "hpargparse")}
