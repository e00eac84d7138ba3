"""What is said about the name at a cursor."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from hpargparse.editor import answers
from hpargparse.editor.snapshots import Snapshots
from hpargparse.editor.workspace import Workspace
from hpargparse.rename.snapshots import key_test
from tests.hpargparse.editor.project import FILES, write_project

if TYPE_CHECKING:
    from pathlib import Path

    from hpargparse.editor.answers import Place, Target
    from hpman import Index

MORE = """\
from hpman.m import _

group = _("model")
_("model.depth", 3)
_("model.width")
_.get_value("enc/lr")
with _.scope("enc"):
    pass
_("nowhere", choices=[`a`])
"""


def _open(folder: Path, **more: str) -> Index:
    write_project(folder)
    for name, text in more.items():
        (folder / f"{name}.py").write_text(text)
    return Workspace([str(folder)]).root_of(str(folder / "train.py")).view


def _target(index: Index, folder: Path, name: str, text: str) -> Target | None:
    source = (folder / name).read_text()
    before = source[: source.index(text) + 1]
    line, column = before.count("\n") + 1, len(before.rpartition("\n")[2]) + 1
    return answers.target_at(index, str(folder / name), line, column)


def _shown(places: list[Place]) -> list[str]:
    return [place.source.between(*place.span) for place in places]


def test_definitions_and_uses(tmp_path: Path) -> None:
    index = _open(tmp_path)
    target = _target(index, tmp_path, "net.py", '"lr"')
    assert target is not None
    assert target.name == "lr"
    (place,) = answers.definitions(index, target)
    assert place.source.path == str(tmp_path / "train.py")
    uses = answers.references(index, target, with_definitions=False)
    assert [row.span[0] for row in uses] == [5, 8]
    assert len(answers.references(index, target)) == 3


def test_a_group_leads_to_its_members(tmp_path: Path) -> None:
    index = _open(tmp_path, more=MORE.replace("`", '"'))
    target = _target(index, tmp_path, "more.py", '"model"')
    assert target is not None
    assert _shown(answers.definitions(index, target)) == ['"model"']
    below = target.replace(name="mode")
    assert answers.definitions(index, below) == []
    text = answers.hover(index, target)
    assert "`model.depth` = `3`" in text


def test_a_group_that_is_never_called(tmp_path: Path) -> None:
    index = _open(tmp_path, more="from hpman.m import _\n_('m.a', 1)\n_.get_tree('m')\n")
    target = _target(index, tmp_path, "more.py", "'m')")
    assert target is not None
    assert _shown(answers.definitions(index, target)) == ["'m.a'"]


def test_a_name_in_a_scope(tmp_path: Path) -> None:
    index = _open(tmp_path, more=MORE.replace("`", '"'))
    target = _target(index, tmp_path, "more.py", '"enc/lr"')
    assert target is not None
    assert target.name == "lr"
    assert '"enc/lr"' in _shown(answers.references(index, target))
    assert _target(index, tmp_path, "more.py", '"enc")') is None


@pytest.mark.parametrize("text", ["import", "choices"])
def test_no_name(tmp_path: Path, text: str) -> None:
    index = _open(tmp_path)
    assert _target(index, tmp_path, "train.py", text) is None
    assert answers.target_at(index, str(tmp_path / "no.py"), 1, 1) is None


def test_hover(tmp_path: Path) -> None:
    index = _open(tmp_path)
    target = _target(index, tmp_path, "train.py", '"act"')
    assert target is not None
    train = f"{tmp_path}/train.py".replace("_", "\\_")
    assert answers.hover(index, target) == (
        f"**act** = `\"relu\"` (str)\n\n- choices: `['relu', 'tanh']`\n- defined at {train}:7"
    )
    target = _target(index, tmp_path, "net.py", '"lr"')
    assert target is not None
    keys = Snapshots(str(tmp_path), (), {}).keys(str(tmp_path / "run.yaml"))[:1]
    text = answers.hover(index, target, keys)
    assert text.startswith("**lr** = `1e-3` (float)\n\nstep size\n\n- ")
    assert text.endswith("run.yaml:1: `0.01`")


def test_hover_of_an_undefined_name(tmp_path: Path) -> None:
    index = _open(tmp_path, more=MORE.replace("`", '"'))
    target = _target(index, tmp_path, "more.py", '"nowhere"')
    assert target is not None
    assert answers.hover(index, target).endswith("- No place defines it.")
    odd = target.replace(name="a*b")
    assert answers.hover(index, odd).startswith(r"**a\*b**")


def test_code_that_contains_ticks() -> None:
    assert answers._code("a ` b") == "`` a ` b ``"


def test_symbols(tmp_path: Path) -> None:
    index = _open(tmp_path)
    calls = answers.symbols(index, str(tmp_path / "train.py"))
    assert [call.name for call in calls] == ["lr", "momentum", "act"]
    assert answers.symbols(index, "no.py") == []
    assert [row.name for row in answers.find_symbols(index, "")] == ["lr", "momentum", "act"]
    assert [row.name for row in answers.find_symbols(index, "mtm")] == ["momentum"]


def test_inlays(tmp_path: Path) -> None:
    index = _open(tmp_path)
    ((call, text),) = answers.inlays(index, str(tmp_path / "net.py"), 1, 5)
    assert (call.end_line, call.end_column, text) == (5, 19, "1e-3")
    assert [*answers.inlays(index, str(tmp_path / "net.py"), 6, 9)] == []
    assert [*answers.inlays(index, str(tmp_path / "no.py"), 6, 9)] == []
    long = "from hpman.m import _\n_('x', 'a long text that is cut'); _('x'); _('y')\n"
    (tmp_path / "x").mkdir()
    index = _open(tmp_path / "x", more=long)
    ((_call, text),) = answers.inlays(index, str(tmp_path / "x" / "more.py"), 1, 9)
    assert text == "'a long text that..."


def test_a_call_that_is_being_edited_is_its_own_place() -> None:
    from hpargparse.editor.places import moved
    from hpman import Source, scan_text

    scan = scan_text("_('lr', 1)", "a.py", frozenset("_"))
    scan = moved(scan, Source("a.py", "_('lr, 1)"))
    (call,) = scan.occurrences
    assert answers.name_place(call).span == (1, 1, 1, 10)


def test_keys_of_files_of_values(tmp_path: Path) -> None:
    index = _open(tmp_path)
    texts: dict[str, str] = {}
    snapshots = Snapshots(str(tmp_path), (), texts)
    yaml, json = str(tmp_path / "run.yaml"), str(tmp_path / "run.json")
    assert snapshots.paths == [json, yaml]
    is_key = key_test(index, "_")

    rows = [*snapshots.keys_named("lr", yaml, is_key)]
    assert [(row.value, row.span) for row in rows] == [
        ("0.02", (1, 2, 1, 6)),
        ("0.01", (1, 1, 1, 3)),
    ]
    texts[yaml] = "lr: 5\nother: 1\n"
    assert [row.value for row in snapshots.keys_named("lr", yaml, is_key)] == ["0.02"]
    assert [*snapshots.keys_named("", yaml, is_key)] == []
    assert snapshots.broken_place("lr") is None
    target = answers.target_of_key(index, rows[0])
    assert target is not None
    assert (target.placeholder, target.name) == ("_", "lr")
    assert answers.target_of_key(index, rows[0].replace(name="nope")) is None
    (tmp_path / "run.json").unlink()
    assert snapshots.keys(json) == []


@pytest.mark.parametrize(
    ("name", "before", "typed", "after"),
    [
        ("a.yaml", "lr: 0.01\nmodel:\n  depth: 3\n", "act: 'relu'", "\nmomentum: 0.8\n"),
        ("a.yaml", "lr: 0.01\nlist: ", "[1, {a: 2}]", "\nmomentum: 0.8\n"),
        ("a.json", '{"lr": 0.01,\n', '"act": "re\\"lu",', '\n"momentum": 0.8}'),
    ],
)
def test_keys_stay_while_somebody_types(
    name: str, before: str, typed: str, after: str, tmp_path: Path
) -> None:
    texts: dict[str, str] = {}
    path = str(tmp_path / name)
    snapshots = Snapshots(str(tmp_path), (), texts)
    assert snapshots.paths == []
    (tmp_path / name).write_text("")
    snapshots.refresh()
    assert snapshots.paths == [path]
    texts[path] = "["
    assert snapshots.keys(path) == []
    broken = 0
    for end in range(len(typed) + 1):
        texts[path] = before + typed[:end] + after
        keys = {key.name: key for key in snapshots.keys(path)}
        broken += snapshots.broken_place("lr") == (path, 1)
        for other in ("lr", "momentum"):
            assert keys[other].source.between(*keys[other].span).strip('"') == other
            assert keys[other].source.text == texts[path]
        assert keys["lr"].value == "0.01"
    assert broken > 2
    assert snapshots.broken_place("lr") is None
    texts[path] = "]\ud83d\nmodel.lr: 1\n"
    assert snapshots.keys(path) == []
    assert snapshots.broken_place("model") == snapshots.broken_place("lr") == (path, 2)
    assert snapshots.broken_place("momentum") is None
    del texts[path]
    assert snapshots.keys(path) == []
    assert snapshots.broken_place("lr") is None


def test_the_nearest_files_come_first(tmp_path: Path) -> None:
    index = _open(tmp_path)
    (tmp_path / "runs").mkdir()
    (tmp_path / "runs" / "a.yaml").write_text("lr: 7\ninclude: [b.yaml]\n")
    snapshots = Snapshots(str(tmp_path), (), {})
    near = str(tmp_path / "runs" / "x.py")
    rows = snapshots.keys_named("lr", near, key_test(index, "_"))
    assert next(rows).value == "7"
    assert FILES["run.yaml"].startswith("lr")
