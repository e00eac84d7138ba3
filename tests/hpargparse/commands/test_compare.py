"""What `hpman compare` does, except for how runs are compared (runs/test_compare.py)."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from tests.commands import command
from tests.hpargparse.runs.recorded import write

if TYPE_CHECKING:
    from pathlib import Path

main = command("compare")


@pytest.fixture(autouse=True)
def _project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    write(tmp_path, "k3f2", values={"lr": "0.1"}, sources={"a.py": "1"})
    write(tmp_path, "m9a1", values={"lr": "(1, None)"}, sources={"a.py": "2"})


def test_it_shows_what_differs(capsys: pytest.CaptureFixture[str]) -> None:
    main(["k3", "m9"])
    assert capsys.readouterr().out == (
        "      k3f2  m9a1\n"
        "values\n"
        "  lr  0.1   (1, None)  train.py:1\n"
        "sources of k3f2 and m9a1\n"
        "  a.py\n"
        "  k3f2 has no commit of git.\n"
    )


def test_json_has_literals_and_null(capsys: pytest.CaptureFixture[str]) -> None:
    main(["k3", "m9", "--format", "json"])
    assert json.loads(capsys.readouterr().out) == {
        "runs": ["k3f2", "m9a1"],
        "differences": [
            {"group": "values", "name": "lr", "cells": ["0.1", "(1, None)"], "place": "train.py:1"}
        ],
        "sources": [
            {
                "old": "k3f2",
                "new": "m9a1",
                "files": ["a.py"],
                "changes": None,
                "reason": "k3f2 has no commit of git.",
            }
        ],
    }


@pytest.mark.parametrize(
    ("args", "message"),
    [
        (["k3"], "name at least two runs"),
        (["k3", "x"], "run:x: No run in"),
    ],
)
def test_what_cannot_be_compared_is_refused(
    args: list[str], message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as ended:
        main(args)
    assert ended.value.code == 2
    assert f"hpman compare: error: {message}" in capsys.readouterr().err
