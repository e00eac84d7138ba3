"""What README.md, the pages of `docs` and the README of each example show is what happens."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

import pytest

from tests.contracts.transcripts import blocks, documents, run

if TYPE_CHECKING:
    from pathlib import Path

DOCUMENTS = documents()

pytestmark = pytest.mark.skipif(shutil.which("bash") is None, reason="transcripts are bash's")


@pytest.mark.parametrize(
    "document",
    [
        pytest.param(name, marks=pytest.mark.slow if document.is_slow else ())
        for name, document in DOCUMENTS.items()
    ],
)
def test_a_document_shows_what_happens(document: str, outcomes: dict[str, int | str]) -> None:
    for name in DOCUMENTS[document].missing:
        pytest.skip(f"needs {name}")
    assert outcomes[document] == len(DOCUMENTS[document].blocks), outcomes[document]


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
        ("```pycon\n>>> 1 + 1\n3\n```\n", False),
    ],
)
def test_a_block_is_run_as_contributing_says(text: str, passes: bool, tmp_path: Path) -> None:
    def check() -> None:
        run(blocks(text), tmp_path)

    if passes:
        check()
    else:
        with pytest.raises(AssertionError):
            check()
