"""What README.md and the README of each example show is what happens."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

import pytest

from tests.contracts.transcripts import CHECKOUT, EXAMPLES, missing, run, sections, shown

if TYPE_CHECKING:
    from pathlib import Path

SECTIONS = {section.heading: section for section in shown(CHECKOUT / "README.md")}

pytestmark = pytest.mark.skipif(shutil.which("bash") is None, reason="transcripts are bash's")


@pytest.mark.parametrize("heading", SECTIONS)
def test_readme_shows_what_happens(heading: str, outcomes: dict[str, int | str]) -> None:
    count = sum(block.is_run for block in SECTIONS[heading].blocks)
    assert outcomes[heading] == count, outcomes[heading]


@pytest.mark.parametrize("readme", EXAMPLES, ids=lambda path: path.parent.name)
def test_example_does_what_its_readme_shows(readme: Path, outcomes: dict[str, int | str]) -> None:
    for name in missing(readme):
        pytest.skip(f"needs {name}, of the extra `examples`")
    count = sum(block.is_run for section in shown(readme) for block in section.blocks)
    assert outcomes[str(readme)] == count > 0, outcomes[str(readme)]


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
