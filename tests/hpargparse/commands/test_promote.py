"""What `hpman promote` does, except for how a default is replaced (runs/test_promote.py)."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.commands import command
from tests.hpargparse.runs.recorded import environment, needs_fork, write

if TYPE_CHECKING:
    from collections.abc import Callable

main = command("promote")

_SOURCE = "from hpman.m import _\nimport model\n_('lr', 1e-3); _('wd', 0.1)\n"


@pytest.fixture(autouse=True)
def _project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("train.py").write_text(_SOURCE)
    Path("model.py").write_text("from hpman.m import _\n_('depth', 2)\n")


@pytest.fixture
def shown(capsys: pytest.CaptureFixture[str]) -> Callable[..., str]:
    def shown(*args: str) -> str:
        main(args)
        return capsys.readouterr().out

    return shown


@pytest.fixture
def refused(capsys: pytest.CaptureFixture[str]) -> Callable[..., str]:
    def refused(*args: str) -> str:
        with pytest.raises(SystemExit) as ended:
            main(args)
        assert ended.value.code == 2
        return capsys.readouterr().err.removeprefix("hpman promote: error: ")

    return refused


def _record(values: dict[str, str], changed: list[str]) -> None:
    """Write the record of a run of the sources above, with the id `abc2`."""
    defaults = {"lr": "1e-3", "wd": "0.1"}
    sources = {"train.py": "", "model.py": "", "gone.py": ""}
    write(Path.cwd(), "abc2", values=values, changed=changed, defaults=defaults, sources=sources)


@needs_fork
def test_a_recorded_run_is_promoted() -> None:
    def hpman(*args: str) -> str:
        command = [sys.executable, "-m", "hpman", *args]
        return subprocess.check_output(command, env=environment(), text=True)

    hpman("run", "--record", "train.py", "--lr", "1", "--depth", "3")
    (folder,) = Path(".hpman/runs").iterdir()
    assert hpman("promote", folder.name) == (
        "model.py:2: depth: 2 -> 3\ntrain.py:3: lr: 1e-3 -> 1.0\n"
    )
    assert Path("train.py").read_text() == _SOURCE.replace("1e-3", "1.0")


def test_only_some_values_are_written(shown: Callable[..., str]) -> None:
    _record({"lr": "1.0", "wd": "0.2", "depth": "3"}, ["lr", "wd", "depth"])
    assert shown("abc", "--only", "lr", "--only", "depth") == (
        "train.py:3: lr: 1e-3 -> 1.0\nmodel.py:2: depth: 2 -> 3\n"
    )
    assert Path("train.py").read_text() == _SOURCE.replace("1e-3", "1.0")


def test_a_dry_run_shows_a_diff_and_writes_nothing(shown: Callable[..., str]) -> None:
    _record({"lr": "1e-3", "depth": "3"}, ["depth"])
    assert shown("abc", "--dry") == (
        "--- model.py\n+++ model.py\n@@ -1,2 +1,2 @@\n from hpman.m import _\n"
        "-_('depth', 2)\n+_('depth', 3)\n"
    )
    assert Path("model.py").read_text().endswith("2)\n")


def test_it_says_if_there_is_nothing_to_write(shown: Callable[..., str]) -> None:
    _record({"lr": "0.001", "removed": "3"}, [])
    assert shown("abc") == "Nothing to write: these values already are the defaults.\n"


def test_the_sources_are_found_from_another_folder(
    shown: Callable[..., str], monkeypatch: pytest.MonkeyPatch
) -> None:
    _record({"lr": "1.0"}, ["lr"])
    Path("sub").mkdir()
    monkeypatch.chdir("sub")
    shown("abc")
    assert Path("../train.py").read_text() == _SOURCE.replace("1e-3", "1.0")


def test_a_default_that_has_moved_to_a_new_module_is_found(shown: Callable[..., str]) -> None:
    _record({"lr": "1.0"}, ["lr"])
    Path("train.py").write_text("import new\n")
    Path("new.py").write_text("from hpman.m import _\n_('lr', 1e-3)\n")
    assert shown("abc") == "new.py:2: lr: 1e-3 -> 1.0\n"


def test_a_default_that_the_run_used_and_that_has_changed_is_refused(
    refused: Callable[..., str],
) -> None:
    _record({"lr": "1.0", "wd": "0.1"}, ["lr"])
    changed = _SOURCE.replace("0.1", "0.2")
    Path("train.py").write_text(changed)
    assert refused("abc").startswith(
        "train.py:3:16: The default of `wd` was `0.1` in the run, and is `0.2` now.\n"
    )
    assert Path("train.py").read_text() == changed


@pytest.mark.parametrize(
    ("args", "message"),
    [
        (["abc", "--only", "lrr"], "The run has no value of `lrr` (did you mean `lr`?).\n"),
        (["x"], "run:x: No run in .hpman/runs has this id.\n`hpman runs` lists the ids.\n"),
        (
            ["abc", "--only", "encoder/lr"],
            "`encoder/lr` is a value of a scope, but a default holds in all scopes.\n",
        ),
        (["abc", "--only", "a/b"], "The sources do not define `a/b` ("),
    ],
)
def test_what_cannot_be_written_is_refused(
    refused: Callable[..., str], args: list[str], message: str
) -> None:
    _record({"lr": "1.0", "encoder/lr": "2.0", "a/b": "1"}, ["encoder/lr"])
    assert refused(*args).startswith(message)


@pytest.mark.parametrize("requested", ["lr", "optim.lr"])
@pytest.mark.parametrize("recorded", ["lr", "optim.lr"])
def test_an_old_and_a_new_name_are_the_same(
    shown: Callable[..., str], recorded: str, requested: str
) -> None:
    _record({recorded: "1.0"}, [recorded])
    Path("train.py").write_text("from hpman.m import _\n_('lr', 1e-3, aliases='optim.lr')\n")
    assert shown("abc", "--only", requested) == "train.py:2: lr: 1e-3 -> 1.0\n"


def test_sources_that_break_a_rule_are_refused(refused: Callable[..., str]) -> None:
    _record({"lr": "1.0"}, ["lr"])
    Path("model.py").write_text("_('lr', 1")
    assert refused("abc").startswith("model.py:1:2: Cannot parse this file: ")


def test_sources_that_are_gone_are_refused(refused: Callable[..., str]) -> None:
    _record({"lr": "1.0"}, ["lr"])
    Path("train.py").unlink()
    Path("model.py").unlink()
    assert refused("abc").startswith("No source of the run `abc2` is here any more.\nCheck out")


def test_without_any_run_it_says_how_to_record_one(refused: Callable[..., str]) -> None:
    assert "`hpman run --record train.py` records one." in refused("abc")
