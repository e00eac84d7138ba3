"""The managers of one program."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from hpman import (
    DoubleAssignmentException,
    HyperParameterManager,
    ImpossibleTree,
    m,
    manager as manager_module,
)
from hpman.programs import (
    index_program,
    load_managers,
    note_reads,
    packed_values,
    preset_values,
    unused_values,
)

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture(autouse=True)
def _fresh(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Take the managers of other tests away, and ours at the end."""
    monkeypatch.chdir(tmp_path)
    before = dict(vars(m))
    for name in before:
        if not name.startswith("__"):
            delattr(m, name)
    yield
    vars(m).clear()
    vars(m).update(before)


def _plant(**texts: str) -> None:
    for name, text in texts.items():
        Path(f"{name}.py").write_text(text)


def test_every_manager_that_is_imported_counts() -> None:
    _plant(a="from hpman.m import hp, other as o\nhp('x', 1), o('y', 2), _('z', 3)\n")
    index = index_program("a.py")
    assert index.placeholders() == {"hp", "other", "_"}
    managers = load_managers(index)
    assert [(manager.placeholder, manager.get_values()) for manager in managers] == [
        ("_", {"z": 3}),
        ("hp", {"x": 1}),
        ("other", {"y": 2}),
    ]
    assert managers == [m._, m.hp, m.other]


def test_a_manager_that_another_file_hands_on_counts() -> None:
    _plant(common="from hpman.m import hp\nhp('x', 1)\n", a="from common import hp\nhp('y', 1)\n")
    assert index_program("a.py", follow_imports=True).names("hp") == ["y", "x"]
    assert index_program("a.py").placeholders() == set()


def test_roots_are_where_imports_look() -> None:
    Path("lib").mkdir()
    _plant(a="import b\n", b="_('here', 1)\n")
    Path("lib/b.py").write_text("_('there', 1)\n")
    assert index_program("a.py", follow_imports=True).names("_") == ["here"]
    assert index_program("a.py", follow_imports=True, roots=iter(["lib"])).names("_") == ["there"]


def test_without_any_hyperparameter_the_usual_manager_is_given() -> None:
    _plant(a="import os\n")
    assert load_managers(index_program("a.py")) == [m._]


@pytest.mark.parametrize("placeholder", ["my own", "__dunder__"])
def test_what_no_import_can_name_gets_a_manager_of_its_own(placeholder: str) -> None:
    _plant(a=f"from hpman import HyperParameterManager as H\nx = H({placeholder!r})\nx('y', 1)\n")
    (manager,) = load_managers(index_program("a.py"))
    assert (manager.placeholder, manager.get_values()) == (placeholder, {"y": 1})


def test_the_problems_of_all_managers_are_reported_and_none_takes_anything() -> None:
    _plant(a="from hpman.m import hp\n_('a', 1)\n_('a', 2)\nhp('b', 1)\nhp('b', 2)\nhp('c', 3)\n")
    with pytest.raises(DoubleAssignmentException) as caught:
        load_managers(index_program("a.py"))
    assert [problem.name for problem in caught.value.diagnostics] == ["a", "b"]
    assert m.hp.get_values() == {}


def test_a_broken_file_is_reported_once() -> None:
    _plant(a="import b, c\n", b="from hpman.m import hp\nhp('a', 1), _('b', 1)\n", c="_(\n")
    with pytest.raises(SyntaxError) as caught:
        load_managers(index_program("a.py", follow_imports=True))
    assert len(caught.value.diagnostics) == 1  # type: ignore[attr-defined]


def test_what_was_parsed_before_stays() -> None:
    m._.parse_source("_('a', 1)", "before.py")
    _plant(a="_('b', 1)\n")
    assert load_managers(index_program("a.py"))[0].get_values() == {"a": 1, "b": 1}
    _plant(a="_('a.b', 1)\n")
    with pytest.raises(ImpossibleTree):
        load_managers(index_program("a.py"))


def test_private_managers_start_with_preset_values(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(manager_module, "PRESETS", {})
    preset_values([m.hp.set_value("x", 3)])
    private = HyperParameterManager("hp").parse_source("hp('x', 1); hp('y', 2)")
    assert private.get_values() == {"x": 3, "y": 2}
    assert HyperParameterManager("_").get_values() == {}


def test_another_process_gets_the_values_and_says_what_it_has_read() -> None:
    code = (
        "import pickle, sys; pickle.loads(bytes.fromhex(sys.argv[1]));"
        "from hpman.m import shared_a as a; a('x');"
        "from hpman.programs import unused_values as u; print(u()['shared_a'])"
    )
    m.shared_a.set_values({"x": 1, "y": 2})
    assert "shared_a" in unused_values()
    done = subprocess.run(
        [sys.executable, "-c", code, packed_values().hex()],
        capture_output=True, text=True, check=True, timeout=60,
    )  # fmt: skip
    assert done.stdout == "['y']\n"
    note_reads({"shared_a": ["y"]})
    assert m.shared_a.unused() == ["y"]
