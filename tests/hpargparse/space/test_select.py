"""Which hyperparameters a sweep searches, and why."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from hpargparse.errors import SpaceError
from hpargparse.space.select import Request, Selection, select
from hpman.programs import index_program

SOURCE = """\
from hpman.m import _

_("lr", 1e-3, range=[1e-5, 1], scale="log")
_("wd", 0.0, aliases=["weight_decay"])
_("depth", 4, choices=[2, 4, 8])
_("optimizer", "adam", choices=["adam", "sgd", "lion"])
_("momentum", 0.9, range=[0.5, 0.9], step=0.1, search=True, when={"optimizer": ["sgd", "lion"]})
_("seed_of_data", 0, range=[0, 9], search=False)
_("open", 1, range=[0, None])
_("a/b", 1)
with _.scope("encoder"), _.scope("side_path"):
    pass
"""
A_IF_C = '_("a", 1, search=[1, 2], when={"c": 1})'


@pytest.fixture(autouse=True)
def _folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def selected(source: str = SOURCE, **request: Any) -> Selection:
    Path("train.py").write_text(source)
    fields: dict[str, Any] = {
        key: tuple(value) if isinstance(value, list) else value for key, value in request.items()
    }
    return select(index_program("train.py"), Request(**fields))


def searched(source: str = SOURCE, **request: Any) -> dict[str, str]:
    axes = selected(source, **request).space.axes
    return {axis.name: f"{axis.domain} ({axis.why})" for axis in axes}


def refused(source: str = SOURCE, **request: Any) -> str:
    with pytest.raises(SpaceError) as caught:
        selected(source, **request)
    return str(caught.value)


def test_hints_opt_in_and_a_condition_on_a_fixed_value_excludes() -> None:
    assert searched() == {"lr": "1e-05 to 1.0, log (hint scale)"}
    reasons = {line.hp.name: line.reason for line in selected().fixed}
    assert reasons["momentum"] == "only if optimizer is 'sgd', 'lion'"
    assert reasons["seed_of_data"] == "hint search"
    assert reasons["depth"] == ""


def test_the_command_line_adds_names_with_their_values() -> None:
    names = ["optimizer", "depth=2,4", "--weight-decay=0..0.2:0.1", "seed_of_data", "a/b=1,2"]
    assert searched(sweep=names) == {
        "a/b": "1, 2 (--sweep)",
        "depth": "2, 4 (--sweep)",
        "lr": "1e-05 to 1.0, log (hint scale)",
        "momentum": "0.5 to 0.9 in steps of 0.1 (hint search)",
        "optimizer": "'adam', 'sgd', 'lion' (--sweep)",
        "seed_of_data": "0 to 9 (--sweep)",
        "wd": "0.0 to 0.2 in steps of 0.1 (--sweep)",
    }
    assert selected(sweep=names).notes == ("`weight-decay` is an old name of `wd`",)
    assert [axis.conditions for axis in selected(sweep=names).space.axes if axis.conditions] == [
        (("optimizer", ("sgd", "lion")),)
    ]


def test_all_hinted_adds_what_has_a_space() -> None:
    names = ["depth", "lr", "momentum", "optimizer"]
    assert sorted(searched(all_hinted=True)) == names


def test_fix_leaves_out_what_hints_select() -> None:
    selection = selected(fixed=["lr"], sweep=["depth"])
    assert [axis.name for axis in selection.space.axes] == ["depth"]
    assert {line.hp.name: line.reason for line in selection.fixed}["lr"] == "--fix"


def test_a_name_in_a_scope_is_an_axis_of_its_own() -> None:
    selection = selected(sweep=["encoder/depth=2,4", "side-path/wd=0,1", "depth", "lr=0.1"])
    assert [axis.name for axis in selection.space.axes] == [
        "depth", "encoder/depth", "lr", "side_path/wd",
    ]  # fmt: skip
    point = {"depth": 2, "encoder/depth": 4, "lr": 0.1, "side_path/wd": 0.0}
    arguments = ["--depth=2", "--encoder/depth=4", "--lr=0.1", "--side-path/wd=0.0"]
    assert selection.space.arguments(point) == arguments


def test_a_condition_in_a_scope_is_about_the_nearest_value() -> None:
    names = ["encoder/momentum", "encoder/optimizer=sgd,adam", "optimizer=adam,lion"]
    axes = selected(sweep=names).space.axes
    assert {axis.name: axis.conditions for axis in axes if axis.conditions} == {
        "momentum": (("optimizer", ("sgd", "lion")),),
        "encoder/momentum": (("encoder/optimizer", ("sgd", "lion")),),
    }


def test_what_depends_on_something_excluded_is_excluded() -> None:
    source = SOURCE + '_("nesterov", True, search=True, when={"momentum": 0.9})\n'
    assert "nesterov" not in searched(source)
    assert "nesterov" in searched(source, sweep=["optimizer"])


def test_zipped_names_change_together() -> None:
    space = selected(sweep=["lr=0.1,0.2", "wd=0,1", "depth"], zipped=["lr,wd"]).space
    assert space.size == 6
    assert space.zipped == [("lr", "wd")]


def test_a_condition_on_a_value_that_is_always_so_is_none() -> None:
    source = '_("a", 1)\n_("b", 2, search=[1, 2, 3], when={"a": [1]})\n'
    assert searched(source) == {"b": "1, 2, 3 (hint search)"}


@pytest.mark.parametrize(
    ("request_", "messages"),
    [
        (
            {"sweep": ["depht=2", "encdoer/depth=2", "lr=5", "wd", "lr=x..y"]},
            [
                "--sweep depht=2: there is no hyperparameter `depht`.\nDid you mean `depth`?",
                (
                    "--sweep encdoer/depth=2: no source opens the scope `encdoer`.\n"
                    "Did you mean `encoder`?"
                ),
                (
                    "--sweep lr=5: expected a value from 1e-05 to 1, got 5.0; the range"
                    " of `lr` is defined at train.py:3"
                ),
                (
                    "--sweep wd: the hints of `wd` (train.py:4) describe no values to search.\n"
                    "Write values, such as `--sweep wd=1,2`"
                ),
                "--sweep lr=x..y: The range `x..y` of `lr` is malformed.\nWrite `lowest..highest`",
            ],
        ),
        ({"sweep": ["depth", "depth=2"]}, ["`depth` is named by another --sweep, too."]),
        ({"sweep": ["lr"], "fixed": ["lr"]}, ["`lr` is named by --fix, too."]),
        (
            {"fixed": ["xyz"]},
            ["--fix xyz: there is no hyperparameter `xyz`.", "`lr`, `wd`", "more."],
        ),
        (
            {"sweep": ["depth=2,", "3"]},
            ["--sweep 3: there is no hyperparameter `3`.\nWrite lists without blanks"],
        ),
        ({"zipped": ["lr,depth"]}, ["all of these must be searched"]),
        ({"zipped": ["lr,dpeth"]}, ["--zip lr,dpeth: there is no hyperparameter"]),
        ({"zipped": ["lr=1,2"]}, ["`lr=1,2`.\nOnly --sweep takes values: `--sweep lr=1,2`."]),
        ({"fixed": ["lr=1"]}, ["`lr=1`.\nOnly --sweep takes values: `--sweep lr=1`."]),
        ({"zipped": ["lr"]}, ["a group has two names or more"]),
        ({"sweep": ["depth"], "zipped": ["lr,depth"]}, ["their values differ: no end, 3"]),
        (
            {"sweep": ["depth", "optimizer"], "zipped": ["depth,optimizer", "optimizer,depth"]},
            ["a name is in one group"],
        ),
        ({"sweep": ["optimizer"], "zipped": ["optimizer,momentum"]}, ["has the hint `when`"]),
        (
            {"fixed": ["lr"]},
            [
                "Nothing is searched, because of `lr` (--fix), `momentum` (only if",
                (
                    "`depth` (train.py:5), `optimizer` (train.py:6). Name some, such as"
                    " `--sweep depth`, or use `--all-hinted`."
                ),
            ],
        ),
    ],
)
def test_what_is_wrong_is_a_sentence_with_a_way_out(
    request_: dict[str, Any], messages: list[str]
) -> None:
    shown = refused(**request_)
    for message in messages:
        assert message in shown


def test_one_mistake_is_one_sentence() -> None:
    shown = refused(sweep=["lr=0.1,0.2", "depth=2,2"], zipped=["lr,depth"])
    assert "is listed twice" in shown
    assert "--zip" not in shown


@pytest.mark.parametrize(
    ("source", "message"),
    [
        ('_("a", 1)', "no `--sweep`.\nName hyperparameters with their values, such as `--sweep a="),
        ("", "The program has no hyperparameters."),
        ('_("a", 1)\n_("b", 1, search=True)', "train.py:2:11: The hint `search` of `b` has no"),
        (A_IF_C, "Write the name of a hyperparameter."),
        (
            f'{A_IF_C}; _("c", x)',
            (
                "a: the default of `c` (train.py:1) is unknown, but `when` is about it.\n"
                "Search `c` too, or `--fix a`."
            ),
        ),
        (f'{A_IF_C}; _("c")', "the default of `c`"),
        (f'{A_IF_C}; _("c", 1, range=[1, 10000], search=True)', "has too many values."),
        (f'{A_IF_C}; _("c", 1.0, range=[1, 2], search=True)', "has too many values."),
        ("\n".join(f'_("a{n}", True)' for n in range(25)), "and 5 more. Name some"),
        (
            '_("a", 1, search=[1, 2])\n_("b", required=True)',
            "`b` (train.py:2) is required, and has no value.\nGive it one, or several: `--sweep b=",
        ),
        ('_("x", "a", choices=["a", None, "None"])', "--sweep x: The command line cannot set `x`"),
    ],
)
def test_what_is_wrong_in_the_sources_is_a_sentence_too(source: str, message: str) -> None:
    assert message in refused(source, sweep=["x"] if '"x"' in source else [])


def test_a_program_without_hyperparameters_has_no_names() -> None:
    assert "The program has none" in refused("", sweep=["lr"])
    assert "The program opens none" in refused('_("lr", 1)', sweep=["a/lr=1"])


def test_any_scope_is_possible_if_the_sources_open_others() -> None:
    source = 'from hpman.m import _\n_("lr", 1)\nwith _.scope(name):\n    pass\n'
    assert searched(source, sweep=["any/lr=1"]) == {"any/lr": "1 (--sweep)"}
