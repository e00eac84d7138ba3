"""What README.md and the README of each example show is what happens."""

from __future__ import annotations

import importlib.util
import re
import shutil
from pathlib import Path

import pytest

from tests.contracts.transcripts import Section, bring, run, sections

CHECKOUT = Path(__file__).parents[2]
EXAMPLES = sorted(CHECKOUT.glob("examples/*/README.md"))

pytestmark = pytest.mark.skipif(shutil.which("bash") is None, reason="transcripts are bash's")


def _shown(path: Path) -> list[Section]:
    return sections(path.read_text(encoding="utf-8"))


@pytest.mark.parametrize(
    "section", _shown(CHECKOUT / "README.md"), ids=lambda section: section.heading
)
def test_readme_shows_what_happens(section: Section, tmp_path: Path) -> None:
    if any("examples/" in block.text for block in section.blocks):
        bring(["examples"], CHECKOUT, tmp_path)
    assert run(section, tmp_path) == sum(block.is_run for block in section.blocks)


@pytest.mark.parametrize("readme", EXAMPLES, ids=lambda path: path.parent.name)
def test_example_does_what_its_readme_shows(readme: Path, tmp_path: Path) -> None:
    text = readme.read_text(encoding="utf-8")
    for needed in " ".join(re.findall(r"<!-- needs: (.*?) -->", text)).split():
        if importlib.util.find_spec(needed) is None:
            pytest.skip(f"needs {needed}, of the extra `examples`")
    bring([each.name for each in readme.parent.iterdir()], readme.parent, tmp_path)
    assert sum(run(section, tmp_path) for section in sections(text)) > 0


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
    assert [(each.heading, len(each.blocks)) for each in sections(text)] == [("A", 2), ("C", 1)]
