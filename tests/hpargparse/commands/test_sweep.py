"""What `hpman sweep --dry` does."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest

from hpargparse.commands.sweep import main


@pytest.fixture(autouse=True)
def _project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("train.py").write_text(
        "from hpman.m import _\nimport part\n"
        '_("lr", 0.1, range=[0, 1], search=True, when={"mode": "a"})\n'
        '_("mode", "a", choices=["a", "b"], aliases=["old"])\n_("seed", LR)\n_("unset")\n'
    )
    Path("part.py").write_text('from hpman.m import _\n_("part", 3, search=[1, 2, 3])\n')


def _error(capsys: pytest.CaptureFixture[str], *args: str) -> str:
    with pytest.raises(SystemExit) as ended:
        main(args)
    assert ended.value.code == 2
    return capsys.readouterr().err


@pytest.mark.parametrize("program", [["train.py"], ["-m", "train"]])
def test_dry_shows_the_space_of_all_that_the_program_reaches(
    program: list[str], capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "argv", ["hpman sweep", *program, "--dry"])
    main()
    assert (
        capsys.readouterr().out
        == """\
Searched (2):
  name    values      why          default    defined
  ------  ----------  -----------  ---------  ----------
  lr      0.0 to 1.0  hint search  0.1        train.py:3
  part    1, 2, 3     hint search  3          part.py:2

Fixed (1):
  name    value    why                         defined
  ------  -------  --------------------------  ----------
  mode    'a'      not selected: --sweep mode  train.py:4

Fixed, because no space is known: seed

Without a default, so the program has to set a value: unset

Points: infinitely many, because of lr
"""
    )


def test_dry_in_json(capsys: pytest.CaptureFixture[str]) -> None:
    main(["train.py", "--dry", "--format", "json", "--sweep", "lr=0..1:0.5", "old=b,a"])
    captured = capsys.readouterr()
    assert captured.err == "hpman sweep: warning: `old` is an old name of `mode`\n"
    data = json.loads(captured.out)
    assert data["points"] == 12
    assert data["zipped"] == []
    assert [row["name"] for row in data["fixed"]] == ["seed", "unset"]
    assert data["fixed"][0]["value"] == "LR"
    assert data["fixed"][1] == {
        "name": "unset", "value": "", "why": "no default is known", "path": None, "line": None,
    }  # fmt: skip
    mode, lr, part = data["searched"]
    assert mode["values"] == ["'b'", "'a'"]
    assert part["values"] == ["1", "2", "3"]
    assert lr == {
        "name": "lr", "why": "--sweep", "low": 0.0, "high": 1.0, "step": 0.5, "scale": "linear",
        "when": {"mode": ["'a'"]}, "default": "0.1", "path": "train.py", "line": 3,
    }  # fmt: skip


def test_zipped_names_show_each_other(capsys: pytest.CaptureFixture[str]) -> None:
    main(["train.py", "--dry", "--sweep", "mode", "seed=1,2", "--zip", "mode,seed", "--fix", "lr"])
    out = capsys.readouterr().out
    assert "mode    'a', 'b', with seed" in out
    assert "lr      0.1      --fix" in out
    assert out.endswith("Points: 6\n")


def test_nothing_is_fixed_if_all_is_searched(capsys: pytest.CaptureFixture[str]) -> None:
    Path("train.py").write_text('_("lr", 1, search=[1, 2])\n')
    main(["train.py", "--dry"])
    assert "Fixed" not in capsys.readouterr().out


def test_a_condition_is_shown(capsys: pytest.CaptureFixture[str]) -> None:
    main(["train.py", "--dry", "--sweep", "mode", "lr=0,1", "--grid"])
    out = capsys.readouterr().out
    assert "lr      0.0, 1.0, if mode is 'a'" in out
    assert out.endswith("Points: 9\n")


@pytest.mark.parametrize(
    ("args", "message"),
    [
        (["train.py"], "number of trials is unlimited, because of `lr` (0.0 to 1.0)."),
        (["train.py", "--sweep", "lr=0..1:1e-9"], "The space has 3000000003 points.\nSay how many"),
        (["train.py", "--minimise", "a"], "--minimise (did you mean --minimize?) a; write a value"),
        (["train.py", "--minimize", "a", "--score", "m.json"], "the file: m.json:a"),
        (
            ["train.py", "--minimize", "a", "--maximize", "b", "--sampler", "cmaes"],
            "--sampler cmaes takes one objective",
        ),
        (["train.py", "--minimize", "a", "--maximize", "a"], "name a score twice"),
        (
            ["train.py", "--minimize", "a", "--maximize", "b", "--score", "x"],
            "there are 2 scores and 1 --score: give one for each, in the same order, or none",
        ),
        ([], "name one script, before the options, or `-m` and a module"),
        (
            ["train.py", "-m", "train", "--dry"],
            "name one script, before the options, or `-m` and a module",
        ),
        (["train.py", "--hp-load", "a.yaml"], "a sweep loads no files: name their values"),
        (["trian.py", "--dry"], "Did you mean train.py?"),
        (
            ["train.py", "--dry", "--grid"],
            "`lr` has all floats from 0.0 to 1.0, so there is no grid",
        ),
        (["train.py", "--dry", "--sweep", "l\x1b=1"], "there is no hyperparameter `l\\x1b`"),
    ],
)
def test_a_mistake_is_a_sentence(
    args: list[str], message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert message in _error(capsys, *args)


def test_sources_that_break_a_rule_are_refused(capsys: pytest.CaptureFixture[str]) -> None:
    Path("train.py").write_text('_("lr", 1, search=[1, 2])\n_("lr", 2)\n')
    assert "Duplicated default values" in _error(capsys, "train.py", "--dry")


@pytest.mark.parametrize("name", [".hpman", ".hpman/sweeps", ".hpman/runs"])
def test_a_file_in_place_of_a_folder(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    Path("pyproject.toml").touch()
    Path(name).parent.mkdir(exist_ok=True)
    Path(name).touch()
    message = _error(capsys, "train.py", "--trials", "3")
    assert ": The sweep cannot make its records: " in message
    assert message.endswith(
        "\nThe folder `.hpman` of the project must be a folder that can be written.\n"
    )
