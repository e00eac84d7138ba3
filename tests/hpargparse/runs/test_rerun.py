"""The command that runs a recorded run again."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hpargparse.runs.rerun import command
from tests.hpargparse.runs.recorded import write

if TYPE_CHECKING:
    from pathlib import Path


def test_arguments_of_the_program_do_not_override_what_was_typed(tmp_path: Path) -> None:
    origins = {
        "lr": ["train.py:1 default 1e-3", "--lr"],
        "act": ["train.py:2 default 'relu'", "a.yaml:1", "--act"],
        "ks": ["train.py:3 default (1, 1)", "a.yaml:2"],
    }
    values = {"lr": "0.5", "act": "'-x'", "ks": "(3, 3)"}
    typed = ["train.py", "--lr=0.5", "--act=-x"]
    own = ["--", "--hp-load", "b.yaml"]
    record = write(tmp_path, "a", argv=[*typed, *own], origins=origins, values=values)
    load = ["--record", "train.py", "--hp-load", f"run:{record.folder}"]
    assert command(record)[4:] == [*load, "--lr=0.5", "--act=-x", *own]
    record = write(tmp_path, "b", argv=typed, origins=origins, values=values)
    assert command(record)[4:] == ["--record", "train.py", "--hp-load", f"run:{record.folder}"]
