"""Values for scopes in files."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

import hpargparse
from hpargparse import SnapshotError
from hpargparse.snapshots.load_save import Converters
from tests.hpargparse.parser.bound import bound, managed, read, write

if TYPE_CHECKING:
    from hpman import HyperParameterManager


@pytest.fixture(autouse=True)
def _folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


SCOPES = 'with _.scope("encoder"), _.scope("inner"): pass'
SOURCE = f"""\
class Opt(Enum): SGD = 1; ADAM = 2
_("depth", 2, range=[1, 9])
_("opt", {{"lr": 1.0, "wd": 0}})
_("model.width", 3)
_("model.act", "relu")
_("ks", [3, 3])
_("seed", None)
_("alg", Opt.SGD)
_("data", Path("x"))
_("a/b", 7)
_("init", make())
{SCOPES}
"""
VALUES = {
    "encoder/depth": 6,
    "encoder/inner/depth": 7,
    "encoder/opt": {"lr": 2.0},
    "inner/opt.wd": 3,
    "encoder/model.width": 5,
    "encoder/ks": [1],
    "encoder/seed": "x",
    "encoder/alg": "ADAM",
    "encoder/data": "y",
    "a/b": 8,
    "encoder/a/b": 9,
    "encoder/init": 4,
}


def everywhere(manager: HyperParameterManager) -> list[dict[str, Any]]:
    values = []
    for scope in (None, "encoder", "encoder/inner", "inner", "other"):
        with manager.scope(scope):
            values.append({k: str(v) for k, v in manager.get_values().items() if k != "alg"})
    return values


@pytest.mark.filterwarnings("ignore:`init` is left out")
@pytest.mark.parametrize("name", ["a.yaml", "a.json", "a.pkl"])
@pytest.mark.parametrize("here", [None, "encoder"])
def test_what_is_saved_is_what_is_loaded(name: str, here: str | None) -> None:
    one, other = managed(SOURCE), managed(SOURCE)
    one.set_values(VALUES)
    with one.scope(here), other.scope(here):
        hpargparse.save(name, one)
        hpargparse.load(name, other)
    assert everywhere(other) == everywhere(one)
    hpargparse.save(f"again-{name}", other)
    if not name.endswith(".pkl"):  # pickles differ if values are the same object
        assert Path(name).read_bytes() == Path(f"again-{name}").read_bytes()


def test_names_stand_flat_nested_or_mixed() -> None:
    manager = managed(SOURCE)
    text = """\
encoder/model: {width: 5, act: tanh}
model:
  width: 4
encoder/inner/model.width: 6
encoder/opt:
  lr: 3
inner/opt.lr: 4
encoder/a/b: 5
"""
    hpargparse.load(write(text), manager)
    assert [values["model.width"] for values in everywhere(manager)] == ["4", "5", "6", "4", "4"]
    assert manager.get_value("encoder/model.act") == "tanh"
    assert manager.get_value("encoder/opt") == {"lr": 3.0}
    assert manager.get_value("inner/opt") == {"lr": 4.0, "wd": 0}
    assert manager.get_value("encoder/a/b") == 5
    assert str(manager.explain("inner/opt.lr")[-1]) == "a.yaml:7 inner/opt.lr"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("encodr/depth: 1", "no source opens the scope `encodr` of `encodr/depth` (1).\nDid you "),
        ("zzz/depth: 1", "Scopes: `encoder`, `inner`."),
        ("encoder/dpth: 1", "there is no hyperparameter `dpth`.\nDid you mean `encoder/depth`?"),
        ("encoder/qqqq: 1", "`encoder/qqqq` (1): there is no hyperparameter `qqqq`.\nRemove it."),
        ("encoder.depth: 1", "`encoder.depth` to set to 1.\nDid you mean `encoder/depth`?"),
        ("encoder: {depth: 1, alg: SGD}", "to set to 1.\nDid you mean `encoder/depth`?"),
        (
            "encoder: {opt: {lr: 1}}",
            "to set to 1.\nDid you mean `encoder/opt.lr`?",
        ),
        ("encoder: 1", "`encoder` to set to 1.\nIt is a scope, so write `encoder/NAME`. "),
        ("encoder/: 1", "`encoder/` to set to 1.\nIt is a scope, so write `encoder/NAME`. "),
        ("encoder//depth: 1", "`encoder//depth` to set to 1.\nDid you mean `encoder/depth`?"),
        ("/depth: 1", "there is no hyperparameter `/depth` to set to 1.\nDid you mean `depth`?"),
        ("m.e/depth: 1", "there is no hyperparameter `m.e/depth` to set to 1."),
        ("encoder/depth: 99", "`encoder/depth`: expected a value from 1 to 9, got 99"),
        ("encoder/alg: RMS", "a.yaml:1: `encoder/alg`: "),
        ("encoder/opt.x: 1", "the default of `encoder/opt` has no key `x` to set to 1."),
        ("encoder/model: 1", "`encoder/model` is a group, not a hyperparameter. Its members inc"),
        ("encoder/model: {1: 2}", "The key 1 must be in quotes to be a name."),
        ("zzz/model: 1", "no source opens the scope `zzz` of `zzz/model` (1)."),
        ("encoder/opt.lr: 1\nencoder/opt: {lr: 2}", "`encoder/opt.lr` is given twice, first in "),
        ("encoder/depth: 1\nencoder/depth: 2", "The key 'encoder/depth' is given twice"),
    ],
)
def test_a_mistake_is_refused_with_its_line_and_a_way_out(text: str, message: str) -> None:
    manager = managed(SOURCE)
    before = everywhere(manager)
    with pytest.raises(SnapshotError) as caught:
        hpargparse.load(write(text), manager)
    assert message in str(caught.value)
    assert str(caught.value).startswith("a.yaml:")
    assert everywhere(manager) == before


def test_an_empty_group_sets_nothing() -> None:
    manager = managed(SOURCE)
    hpargparse.load(write("encoder/model: {}"), manager)
    assert everywhere(manager) == everywhere(managed(SOURCE))


def test_sources_without_scopes_name_none() -> None:
    with pytest.raises(SnapshotError, match=r"the scope `x` of `x/depth` \(1\)\.\nScopes: none\."):
        hpargparse.load(write("x/depth: 1"), managed('_("depth", 2)'))


def test_any_scope_is_loaded_if_a_source_computes_one() -> None:
    manager = managed('_("depth", 2)\nwith _.scope(name): pass')
    hpargparse.load(write("layer3/depth: 5"), manager)
    assert manager.get_value("layer3/depth") == 5


def test_unknown_scopes_are_ignored_on_request() -> None:
    manager = managed(SOURCE)
    with pytest.warns(UserWarning, match="no source opens the scope `encodr`") as caught:
        hpargparse.load(write("encodr/depth: 1\ninner/depth: 3"), manager, strict=False)
    assert len(caught) == 1
    assert manager.get_value("inner/depth") == 3


def test_a_default_that_no_file_holds_is_left_out_also_in_a_scope() -> None:
    manager = managed("_('act', None)\nwith _.scope('encoder'): pass")
    manager("act", len)
    manager.set_value("encoder/act", "relu")
    with manager.scope("encoder"), pytest.warns(UserWarning, match="`act` is left out"):
        hpargparse.save("a.yaml", manager)
    assert read("a.yaml") == "encoder/act: relu\n"


def test_a_value_that_a_load_would_refuse_or_change_is_named_with_its_scope() -> None:
    source = '_("depth", 2, range=[1, 9])\n_("width", 1.0)\nwith _.scope("encoder"): pass'
    manager = managed(source).set_values({"encoder/depth": 99, "encoder/width": "3"})
    with pytest.warns(UserWarning, match="`encoder/") as caught:
        hpargparse.save("a.yaml", manager)
    refused, changed = sorted(str(warning.message) for warning in caught)
    assert refused.startswith("`encoder/depth` is saved with the value that the program set, but")
    assert changed.startswith("`encoder/width` is saved ")


def test_options_win_over_files_scope_by_scope() -> None:
    parser, manager = bound(SOURCE)
    write("depth: 3\nencoder/depth: 4\nencoder/opt: {lr: 5}\n")
    parser.parse_args(["--hp-load", "a.yaml", "--depth", "8", "--encoder/opt.wd", "9"])
    assert manager.get_value("depth") == 8
    assert manager.get_value("encoder/depth") == 4
    assert manager.get_value("encoder/opt") == {"lr": 5.0, "wd": 9}


def test_the_converter_of_a_name_is_that_of_its_scopes_hyperparameter() -> None:
    converters = Converters(managed(SOURCE))
    assert converters["encoder/depth"] is converters["depth"]
    assert "encoder/depth" in converters
    assert "encoder/depth" not in [*converters]
    assert [name for name in ("x/depth", "encoder/x", "encoder/model") if name in converters] == []
    assert converters.get("x/depth", 3) == 3
    with pytest.raises(KeyError):
        converters["encoder/x"]
