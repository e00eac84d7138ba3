"""What README.md and the README of each example show is what happens."""

from __future__ import annotations

import importlib.util
import os
import re
import shutil
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.contracts.transcripts import Section, bring, run, sections

if TYPE_CHECKING:
    from collections.abc import Iterator

CHECKOUT = Path(__file__).parents[2]
EXAMPLES = sorted(CHECKOUT.glob("examples/*/README.md"))

pytestmark = pytest.mark.skipif(shutil.which("bash") is None, reason="transcripts are bash's")


def _shown(path: Path) -> list[Section]:
    return sections(path.read_text(encoding="utf-8"))


def _run_section(section: Section, folder: Path) -> int:
    if any("examples/" in block.text for block in section.blocks):
        bring(["examples"], CHECKOUT, folder)
    return run(section, folder)


def _run_example(readme: Path, folder: Path) -> int:
    bring(["examples"], CHECKOUT, folder)  # one may use a file of another
    folder = folder / "examples" / readme.parent.name
    return sum(run(section, folder) for section in _shown(readme))


def _missing(readme: Path) -> list[str]:
    """Return the packages that an example needs and that are not installed."""
    needed = " ".join(re.findall(r"<!-- needs: (.*?) -->", readme.read_text(encoding="utf-8")))
    return [name for name in needed.split() if importlib.util.find_spec(name) is None]


SECTIONS = {section.heading: section for section in _shown(CHECKOUT / "README.md")}


@pytest.fixture(scope="module")
def results(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Future[int]]]:
    """Run all transcripts at once: they wait for processes, and a second core would idle."""
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        yield {
            # The examples first, since one of them takes longest.
            path.parent.name: pool.submit(_run_example, path, tmp_path_factory.mktemp("example"))
            for path in sorted(EXAMPLES, reverse=True)
            if not _missing(path)
        } | {
            heading: pool.submit(_run_section, section, tmp_path_factory.mktemp("section"))
            for heading, section in SECTIONS.items()
        }


@pytest.mark.parametrize("heading", SECTIONS)
def test_readme_shows_what_happens(heading: str, results: dict[str, Future[int]]) -> None:
    blocks = SECTIONS[heading].blocks
    assert results[heading].result() == sum(block.is_run for block in blocks)


@pytest.mark.parametrize("readme", EXAMPLES, ids=lambda path: path.parent.name)
def test_example_does_what_its_readme_shows(readme: Path, results: dict[str, Future[int]]) -> None:
    for name in _missing(readme):
        pytest.skip(f"needs {name}, of the extra `examples`")
    assert results[readme.parent.name].result() > 0


@pytest.mark.parametrize(
    ("text", "passes"),
    [
        ("```bash\n$ echo a\na\n$ echo b\nb\n```\n", True),
        ("```bash\n$ echo a\nb\n```\n", False),
        ("```bash\n$ echo 'a  '\na\n```\n", True),
        ("```bash\n$ echo a; echo b\n...\nb\n```\n", True),
        ("```bash\n$ echo a \\\n  b\na b\n```\n", True),
        ("```bash\n$ cd / && false\n$ pwd\n/\n```\n", True),
        ("```bash\n$ echo a >&2\na\n```\n", True),
        ("```bash\n$ true\nmore\n```\n", False),
        ("```bash\n$ exit 0\n$ echo unreached\nunreached\n```\n", False),
        ("<!-- not run -->\n```bash\n$ false\nfine\n```\n", True),
        (
            "```python\n#!/usr/bin/env python3\n# File: x.py\n```\n```sh\n$ ./x.py\n```\n",
            True,
        ),
        ("<!-- file: a/b.txt -->\n```\nhi\n```\n```sh\n$ cat a/b.txt\nhi\n```\n", True),
        ("```python\nimport hpman\n```\n", True),
        ("```python\nraise SystemExit(1)\n```\n", False),
        ("```python\n>>> 1 + 1\n2\n```\n", True),
        ("```python\n>>> 1 + 1\n3\n```\n", False),
    ],
)
def test_a_block_is_run_as_contributing_says(text: str, passes: bool, tmp_path: Path) -> None:
    def check() -> None:
        for section in sections(text):
            run(section, tmp_path)

    if passes:
        check()
    else:
        with pytest.raises(AssertionError):
            check()


def test_files_last_until_the_next_heading() -> None:
    text = "# A\n```sh\n$ a\n```\n### B\n```sh\n$ b\n```\n## C\n```python\n# in a block\n```\n"
    assert [(section.heading, len(section.blocks)) for section in sections(text)] == [
        ("A", 2),
        ("C", 1),
    ]
