"""The pages of the site that repeat what the code says are complete."""

from __future__ import annotations

import argparse
import doctest
import importlib.util
import re
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

import hpargparse
import hpman
from hpargparse.check.names import HINTS

if TYPE_CHECKING:
    from types import ModuleType

DOCS = Path(__file__).parents[2] / "docs"
NOT_IN_API = {"hpman.EMPTY", "hpman.P"}  # an object and a short name of others


def _hooks() -> ModuleType:
    spec = importlib.util.spec_from_file_location("hooks", DOCS / "hooks.py")
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_hooks_do_what_their_docstrings_show() -> None:
    result = doctest.testmod(_hooks())
    assert result.failed == 0 < result.attempted


def test_links_between_documents_lead_to_files() -> None:
    root = DOCS.parent
    pages = [*root.glob("*.md"), *root.glob("*/README.md"), *root.glob("examples/*/README.md")]
    pages += DOCS.rglob("*.md")
    links = [
        (page, link)
        for page in pages
        for link in re.findall(r"\]\(([^)#\s]+)", page.read_text(encoding="utf-8"))
        if "://" not in link
    ]
    assert [(page, link) for page, link in links if not (page.parent / link).exists()] == []
    assert len(links) > 50


def test_every_public_name_is_described() -> None:
    names = {
        f"{module.__name__}.{name}" for module in (hpman, hpargparse) for name in module.__all__
    }
    text = (DOCS / "reference" / "api.md").read_text(encoding="utf-8")
    assert set(re.findall("^::: (.*)$", text, re.MULTILINE)) == names - NOT_IN_API


def test_every_option_that_bind_adds_is_described() -> None:
    parser = argparse.ArgumentParser(add_help=False)
    hpargparse.bind(parser, hpman.HyperParameterManager("_"))
    options = {
        option
        for action in parser._actions
        for option in action.option_strings
        if option.startswith("--")
    }
    text = (DOCS / "reference" / "command-line.md").read_text(encoding="utf-8")
    assert {option for option in options if f"`{option}" not in text} == set()
    assert options


def test_every_hint_is_described() -> None:
    text = (DOCS / "reference" / "hints.md").read_text(encoding="utf-8")
    assert set(re.findall(r"^\| `(\w+)` \|", text, re.MULTILINE)) == HINTS


@pytest.mark.parametrize("link", ["[a](b.toml)", "[a](../x/y.py#z)", "![a](b.png)"])
def test_a_link_that_the_site_cannot_follow_becomes_text(link: str) -> None:
    assert _hooks().for_site(link, "index.md") == "a"


def test_code_is_not_rewritten() -> None:
    text = "```python\n[a](b.toml)\n```"
    assert _hooks().for_site(text, "index.md") == text


def test_the_readme_stays_short() -> None:
    readme = DOCS.parent / "README.md"
    assert len(readme.read_text(encoding="utf-8").splitlines()) <= 150
