"""One run in full. The golden case `cli/runs` shows one that was lost."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from hpargparse.runs.reports import json_details, text_details
from hpargparse.snapshots.recorded import RecordError
from tests.hpargparse.runs.recorded import write

if TYPE_CHECKING:
    from pathlib import Path

END = {"status": "failed", "exit": 1, "error": "no\tdata", "ended": 1_700_000_075, "unused": ["x"]}
LATER = {**END, "set": {"lr": "0.5"}}


def test_facts_that_are_known_are_shown(tmp_path: Path) -> None:
    record = write(
        tmp_path,
        "abc",
        LATER,
        program="-m my.train",
        argv=["-m", "my.train", "--lr", "0.1", "--", "a b"],
        branch="main",
        revision="0123456789abcdef",
        patch="kept",
        sources=dict.fromkeys("abcdef", ""),
        sweep="s",
        trial=3,
    )
    lines = text_details(record).splitlines()
    for line in (
        "  status      failed, exit 1, error no\\tdata",
        "  command     hpman run -m my.train --lr 0.1 -- 'a b'",
        "  revision    main, 0123456789ab, changed as in diff.patch",
        "  sources     6 files",
        "  sweep       s, trial 3",
        "  never read  x",
        "  lr  0.1  train.py:1 default 1e-3, --lr",
        "values that the program set itself",
        "  lr  0.5",
        "  hpman run -m my.train --hp-load run:abc  loads its values, and takes others",
    ):
        assert line in lines
    assert "metrics" not in lines


@pytest.mark.parametrize(
    ("patch", "text"),
    [("none", "0123"), ("too large", "0123, changed; the patch is too large")],
)
def test_the_state_of_the_sources_is_shown(patch: str, text: str, tmp_path: Path) -> None:
    record = write(tmp_path, "abc", revision="0123", patch=patch, sources={"a": "1", "b": "2"})
    lines = text_details(record).splitlines()
    assert f"  revision  {text}" in lines
    assert "  sources   a, b" in lines


def test_a_record_may_lack_most_keys(tmp_path: Path) -> None:
    lists = dict.fromkeys(("argv", "origins", "sources", "packages", "gpus", "renamed"))
    lines = text_details(write(tmp_path, "abc", END, **lists)).splitlines()
    assert "  command     hpman run train.py" in lines
    assert f"  in          {tmp_path}" in lines
    damaged = write(tmp_path, "b", {"status": "finished", "unused": 7}, gpus=3)
    assert damaged.status == "lost"
    assert write(tmp_path, "c", {"status": "finished", "set": [1]}).status == "lost"
    with pytest.raises(RecordError, match=r"key `gpus` .*\n`hpman runs --remove b` deletes it"):
        text_details(damaged)


def test_the_name_of_a_foreign_folder_is_escaped(tmp_path: Path) -> None:
    record = write(tmp_path, "abc", END)
    record.id = "a\x1b"
    assert text_details(record).startswith("a\\x1b\n")


def test_json_has_the_keys_of_all_files(tmp_path: Path) -> None:
    shown = json.loads(json_details(write(tmp_path, "abc", END, gpus=[], odd="\udcff")))
    assert shown["values"] == {"lr": 0.1}
    assert [shown[key] for key in ("status", "duration", "error")] == ["failed", 75.0, "no\tdata"]
    assert shown["origins"] == {"lr": ["train.py:1 default 1e-3", "--lr"]}
    assert shown["files"]["lease"] == 0
