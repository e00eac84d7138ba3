"""What `hpman stubs` writes, and what type checkers make of it."""

from __future__ import annotations

import importlib.util
import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from hpargparse.commands.hpman import main as hpman
from hpargparse.stubs import value_type
from hpman import HyperParameterManager
from tests.commands import command

main = command("stubs")

SOURCE = """\
from pathlib import Path
from hpman.m import _, hp
_("lr", 1e-3), _("wd", 0.5, range=[0, 1]), _("epochs", 10), hp("seed", 0)
_("model.act", "relu", choices=["relu", "tanh"]), _("ks", [1, 2]), _("p", Path("x"))
_("o", None), _("opt", {"lr": 1.0}), _("x", 3, optional=True), _("t", (1, 2))
_("mix", 0, choices=[0, "auto"])
"""
USES = """\
from pathlib import Path
from typing import Any, Literal
from typing_extensions import assert_type
import argparse
import hpargparse
import hpman.m
from hpman import HyperParameterManager
from hpman.m import _, hp, other

assert_type(_("lr"), float)
assert_type(_("wd", help="x"), float)
assert_type(_("epochs"), int)
assert_type(_("model.act"), Literal["relu", "tanh"])
assert_type(_("model"), dict[str, Any])
assert_type(_("ks"), list[int])
assert_type(_("p"), Path)
assert_type(_("o"), Any)
assert_type(_("opt"), dict[str, float])
assert_type(_("x"), int | None)
assert_type(_("t"), tuple[int, ...])
assert_type(_("mix"), Literal[0, "auto"])
assert_type(hp("seed"), int)
assert_type(hpman.m._("lr"), float)
assert_type(_("nowhere"), Any)
assert_type(other, HyperParameterManager)
hpargparse.bind(argparse.ArgumentParser(), _)
x: int = _("lr", 1)
"""
CHECKERS = {
    "mypy": ["-m", "mypy", "--strict"],
    "basedpyright": ["-m", "basedpyright", "--level", "error", "--pythonpath", sys.executable],
    "ty": ["-m", "ty", "check", "--output-format", "concise", "--python", sys.prefix],
}


@pytest.fixture(autouse=True)
def _project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("train.py").write_text(SOURCE)


def checked(name: str, *paths: str) -> tuple[int, str]:
    if importlib.util.find_spec(name) is None:
        pytest.skip("the session `checkers` has it")
    command = [sys.executable, *CHECKERS[name], *paths]
    env = {**os.environ, "MYPYPATH": os.environ.get("PYTHONPATH", "")}
    done = subprocess.run(
        command, capture_output=True, text=True, check=False, timeout=120, env=env
    )
    return done.returncode, done.stdout + done.stderr


def test_names_are_grouped_by_type() -> None:
    Path("train.py").write_text(
        'from hpman.m import _, hp\n_("b.d", 0.5)\n_("a", 1.0)\n_("c\\"", f(x))\n_("\\x00", 1)\n'
        '_("used")\n_("due", required=True)\n'
        'hp("é", 1)\n'
    )
    hpman(["stubs"])
    text = Path("hpman_names.pyi").read_text(encoding="utf-8")
    assert '__all__ = ["_", "hp"]\n' in text
    assert text.count("@overload") == 3 + 2 + 1 + 2
    assert '        "a",\n        "b.d",\n    ], /, **hints: Any) -> float: ...\n' in text
    assert '        "b",\n    ], /, **hints: Any) -> dict[str, Any]: ...\n' in text
    assert '"é"' in text
    assert '"due"' in text
    assert '"used"' not in text
    assert "\0" not in text
    compile(text, "hpman_names.pyi", "exec")


def test_a_placeholder_that_cannot_be_imported_is_left_out(
    capsys: pytest.CaptureFixture[str],
) -> None:
    Path("train.py").write_text(
        'from hpman import HyperParameterManager\nHyperParameterManager("a-b")("lr", 1)\n'
    )
    main(["-o", "-"])
    assert "__all__ = []\n" in capsys.readouterr().out


def test_a_file_that_is_not_named_is_mentioned(capsys: pytest.CaptureFixture[str]) -> None:
    for _time in "written", "unchanged":
        main(["train.py"])
        assert capsys.readouterr().out == "The types are in hpman_names.pyi.\n"
    main(["train.py", "-o", "stubs.pyi"])
    main(["train.py", "--check"])
    assert capsys.readouterr().out == ""


def test_the_file_is_compared() -> None:
    main(["train.py"])
    main(["train.py", "--check"])
    with pytest.raises(SystemExit) as stopped:
        main(["train.py", "--check", "--strict"])
    assert stopped.value.code == 1


def test_a_missing_path_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as stopped:
        main(["no.py"])
    assert stopped.value.code == 2
    assert "no.py: There is no such file or folder." in capsys.readouterr().err


@pytest.mark.parametrize(
    ("call", "expected"),
    [
        ("True", "bool"),
        ("b''", "bytes"),
        ("1j", "complex"),
        ("1, type='float'", "float"),
        ("1, type='flot'", "Any"),
        ("None, optional=True", "Any"),
        ("None, type='int'", "int | None"),
        ("f(x)", "Any"),
        ("...", "Any"),
        ("[]", "list[Any]"),
        ("[1, 0.5]", "list[float]"),
        ("[[1], [2]]", "list[list[int]]"),
        ("[1, None]", "list[int | None]"),
        ("['a', None, 1]", "list[Any]"),
        ("{'a'}", "set[str]"),
        ("{}", "dict[Any, Any]"),
        ("{'a': 1, 'b': 0.5}", "dict[str, Any]"),
        ("{1: {'a': 2}}", "dict[int, dict[str, int]]"),
        ("Path('a')", "Path"),
        ("1, choices=[1, 2], optional=True", "Literal[1, 2] | None"),
        ("3, choices=[1, 2]", "Literal[1, 2, 3]"),
        ("0.5, choices=[0.5, 1.0]", "float"),
        ("0.5, choices=[0.5, 'a']", "Any"),
        ("['a'], choices=['a', 'b']", "list[str]"),
        ("f(x), choices=['a', 'b']", "Any"),
    ],
)
def test_a_hyperparameter_has_the_type_of_its_definition(call: str, expected: str) -> None:
    source = f"from pathlib import Path\n_('a', {call})"
    (row,) = HyperParameterManager("_").parse_source(source).hyperparameters()
    assert value_type(row) == expected


@pytest.mark.slow
@pytest.mark.parametrize("name", CHECKERS)
def test_a_checker_knows_the_types(name: str) -> None:
    Path("uses.py").write_text(USES)
    Path("wrong.py").write_text('from hpman.m import _\nx: str = _("epochs")\n_("nowher")\n')
    main([])
    # ty says `Literal[1]` of a default, with and without a stub.
    status, shown = checked(name, "uses.py", "hpman_names.pyi")
    assert status == 0, shown
    status, shown = checked(name, "wrong.py")
    assert "wrong.py:2" in shown
    assert "wrong.py:3" not in shown
    main(["--strict"])
    status, shown = checked(name, "uses.py", "hpman_names.pyi")
    assert status == 1
    assert "uses.py:24" in shown
    assert "hpman_names.pyi:" not in shown
    status, shown = checked(name, "wrong.py")
    assert "wrong.py:2" in shown
    assert "wrong.py:3" in shown


@pytest.mark.slow
@pytest.mark.parametrize("name", CHECKERS)
def test_without_a_stub_a_checker_is_silent(name: str) -> None:
    Path("uses.py").write_text('from hpman.m import _, hp\n_("lr", 1)\nx: int = hp("x")\n')
    status, shown = checked(name, "uses.py")
    assert status == 0, shown


@pytest.mark.slow
@pytest.mark.parametrize("name", CHECKERS)
def test_a_thousand_names_cost_a_checker_little(name: str) -> None:
    Path("train.py").write_text(
        "from hpman.m import _\n"
        + "".join(
            f'_("name_{number}", {number / 2 if number % 2 else number})\n'
            for number in range(1000)
        )
    )
    Path("uses.py").write_text(
        "from hpman.m import _\n"
        + "".join(f'x{number}: float = _("name_{number}")\n' for number in range(300))
    )

    def seconds() -> float:
        start = time.process_time() + sum(os.times()[2:4])
        status, shown = checked(name, "uses.py", *(["--no-incremental"] if name == "mypy" else []))
        assert status == 0, shown
        return time.process_time() + sum(os.times()[2:4]) - start

    before = min(seconds(), seconds())
    main([])
    assert (
        min(seconds(), seconds()) - before < 3
    )  # measured at a high load: mypy 0.5, basedpyright 2.3, ty 0.1
