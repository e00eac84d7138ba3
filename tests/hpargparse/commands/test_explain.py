"""What `hpman explain` does, except for the text about a name (golden/cli/explain)."""

from __future__ import annotations

import json
import os
import shlex
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from hpargparse.commands import hpman
from tests.commands import command

if TYPE_CHECKING:
    from collections.abc import Callable

main = command("explain")


@pytest.fixture(autouse=True)
def _project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("train.py").write_text(
        '_("lr", 1e-3, group="a  b\\nc")\n_("weight_decay", 1)\n_("none", None, optional=True)\n'
        '_("rate", 1.0, optional=True)\n_("a.b.c", 1)\n_("format", 1)\n'
    )


@pytest.fixture
def shown(capsys: pytest.CaptureFixture[str]) -> Callable[..., str]:
    def shown(*args: str) -> str:
        main(args)
        return capsys.readouterr().out

    return shown


def _error(capsys: pytest.CaptureFixture[str], *args: str) -> str:
    with pytest.raises(SystemExit) as ended:
        main(args)
    assert ended.value.code == 2
    return capsys.readouterr().err


def test_the_arguments_of_the_process_are_the_default(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "argv", ["hpman", "explain", "lr"])
    hpman.main()
    assert capsys.readouterr().out.startswith("lr\n  option   --lr\n")


@pytest.mark.parametrize(
    ("word", "name"),
    [
        ("lr", "lr"),
        ("--lr", "lr"),
        ("-lr", "lr"),
        ("weight-decay", "weight_decay"),
        ("--weight_decay", "weight_decay"),
        ("a.b", "a.b"),
        ("--a.b.c", "a.b.c"),
        ("format", "format"),
    ],
)
def test_a_name_may_be_spelled_as_its_option(
    word: str, name: str, shown: Callable[..., str]
) -> None:
    assert shown(word).startswith(f"{name}\n")
    assert shown("--format", "text", word, "train.py").startswith(f"{name}\n")


@pytest.mark.parametrize(
    ("name", "row"),
    [
        ("lr", "  group    a b c\n"),
        ("none", "  type      any literal, or text\n"),
        ("rate", "  type      float, or None\n"),
        ("a", "  group of  a.b.c  1  train.py:5:1\n"),
    ],
)
def test_rows(name: str, row: str, shown: Callable[..., str]) -> None:
    assert row in shown(name)


def test_paths_with_a_dash_stand_after_two(shown: Callable[..., str]) -> None:
    Path("-a.py").write_text('_("dash", 1)\n')
    assert "defined at -a.py:1:1" in shown("dash", "--", "-a.py")
    assert "defined at -a.py:1:1" in shown("--", "--dash", "-a.py")


def test_a_long_line_is_shown_around_the_call(shown: Callable[..., str]) -> None:
    Path("long.py").write_text(f"x = '{'a' * 500}'; _('far', 1); y = '{'b' * 500}'\n")
    (excerpt,) = (line for line in shown("far", "long.py").splitlines() if "==>" in line)
    assert "; _('far', 1); y" in excerpt
    assert len(excerpt) == len("==> 1: ") + 200


@pytest.mark.parametrize("word", ["'a\x1b[2Jb'", "g", "nearby"])
def test_sources_cannot_control_the_terminal(
    word: str, shown: Callable[..., str], capsys: pytest.CaptureFixture[str]
) -> None:
    Path("odd.py").write_text(
        '_("a\\x1b[2Jb", "\x1b[31m", help="\\x1b[32m", choices=["\x1b"])\n'
        '_("g.\\x1b[2J", "\x1b[31m")\n_("\\x1bnearby", 1)\n'
    )
    if word == "nearby":
        text = _error(capsys, word, "odd.py")
    else:
        text = shown(shlex.split(word)[0], "odd.py")
    assert all(line.isprintable() for line in text.split("\n"))


def test_json_is_one_list(shown: Callable[..., str]) -> None:
    (data,) = json.loads(shown("lr", "--format=json"))
    assert (data["name"], data["default"], data["type"]) == ("lr", "1e-3", "float")
    assert data["definitions"][0]["path"] == "train.py"


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such names")
@pytest.mark.parametrize("errors", ["strict", "surrogateescape"])
def test_json_escapes_a_path_that_is_not_unicode(errors: str) -> None:
    try:
        Path("\udcff.py").write_text("_('odd', 1)\n")
    except OSError:
        pytest.skip("the file system takes no such name")
    done = subprocess.run(
        [sys.executable, "-m", "hpman", "explain", "odd", "--format", "json"],
        stdout=subprocess.PIPE,
        env={**os.environ, "PYTHONIOENCODING": f"utf-8:{errors}"},
        check=True,
    )
    (data,) = json.loads(done.stdout)
    assert data["definitions"][0]["path"] == "\udcff.py"


def test_a_terminal_gets_colours_unless_it_wants_none(
    monkeypatch: pytest.MonkeyPatch, shown: Callable[..., str]
) -> None:
    plain = shown("a")
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True)
    assert shown("a") == plain  # NO_COLOR is set for all tests
    monkeypatch.delenv("NO_COLOR")
    monkeypatch.setenv("TERM", "dumb")
    assert shown("a") == plain
    monkeypatch.setenv("TERM", "xterm")
    coloured = shown("a")
    assert coloured.startswith("\033[1ma\033[0m\n")
    assert "\033[2mtrain.py:5:1\033[0m" in coloured


@pytest.mark.parametrize(
    ("args", "sentence"),
    [
        ("lr . --format xml", "argument --format: invalid choice: 'xml'"),
        ("", "the following arguments are required: NAME\n"),
        ("--", "the following arguments are required: NAME\n"),
        ("lr --xyz", "unrecognized arguments: --xyz"),
        ("lr gone.py none.py", "none.py: There is no such file or folder."),
        ("lr none.py", "none.py: There is no such file or folder."),
        ("train.py lr", "error: put the name first: hpman explain lr train.py\n"),
        ("rl", "(did you mean `lr`?)"),
        ("xyzzy", "in . (`hpman list` shows all names)\n"),
        ("xyzzy train.py", "in train.py (`hpman list train.py` shows all names)\n"),
        ("''", "error: the name is empty; `hpman list` shows all names\n"),
    ],
)
def test_a_mistake_is_a_sentence_and_status_2(
    args: str, sentence: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert sentence in _error(capsys, *shlex.split(args))


def test_a_hint_with_an_unknown_type_is_a_problem(shown: Callable[..., str]) -> None:
    Path("hint.py").write_text('_("t", 1, type="flot")\n')
    assert "  problem  the hint `type` of `t` is 'flot' at hint.py:1; " in shown("t", "hint.py")


@pytest.mark.parametrize("options", ["", "--format json"], ids=["text", "json"])
def test_a_set_among_hints_is_shown_in_order(options: str, shown: Callable[..., str]) -> None:
    Path("hint.py").write_text('_("t", "a", choices={"f", "e", "d", "c", "b", "a"})\n')
    assert "{'a', 'b', 'c', 'd', 'e', 'f'}" in shown("t", "hint.py", *options.split())


@pytest.mark.parametrize("options", ["", "--format json"], ids=["text", "json"])
def test_a_hint_of_more_digits_than_python_spells_is_shown(
    shown: Callable[..., str], options: str
) -> None:
    Path("digits.py").write_text(f'_("t", 1, seed=0x{"f" * 5000})\n')
    assert "0xffff" in shown("t", "digits.py", *options.split())


def test_a_name_with_only_faulty_calls_is_found(shown: Callable[..., str]) -> None:
    Path("wrong.py").write_text("from hpman.m import other\nother('only', 1, x=y)\n")
    assert shown("only", "wrong.py").startswith("only\n  manager  other\n  problem  wrong.py:2: ")


def test_a_closed_pipe_ends_it_quietly(monkeypatch: pytest.MonkeyPatch) -> None:
    def closed(*_args: object) -> None:
        raise BrokenPipeError

    monkeypatch.setattr("hpargparse.cli.output.write_text", closed)
    monkeypatch.setattr("os.dup2", lambda *_files: None)
    with pytest.raises(SystemExit) as ended:
        main(["lr"])
    assert ended.value.code == 141


def test_a_name_in_a_scope_is_found_however_it_is_written(shown: Callable[..., str]) -> None:
    Path("train.py").write_text(
        '_("depth", 2)\n_("a/b", 1)\n_("used")\nwith _.scope("image_net"), _.scope("inner"): pass\n'
    )
    for name in ("image_net/depth", "image-net/depth", "--image-net/depth"):
        assert shown(name).startswith("image_net/depth\n  option   --image_net/depth\n")
    assert "else for `a/b`, else the default" in shown("inner/a/b")
    assert shown("a/b").startswith("a/b\n")
    data = json.loads(shown("image_net/used", "--format", "json"))[0]
    assert data["value"] == "what is set for `image_net/used`, else for `used`"
    assert [row["name"] for row in data["scopes"]] == ["image_net"]
    assert "No source opens the scope `x`." in shown("x/depth")


def test_any_scope_is_explained_if_a_source_computes_one(shown: Callable[..., str]) -> None:
    Path("train.py").write_text('_("m.d", 2)\nwith _.scope(f"layer{i}"): pass\n')
    text = shown("layer3/m.d")
    assert "scope opened at train.py:2" in text
    assert "problem" not in text
    assert shown("layer3/m").startswith("layer3/m\n")


@pytest.mark.parametrize(
    ("name", "hint"),
    [
        ("encoder", "a scope needs a name in it, as in `encoder/depth`"),
        ("encoder/dept", "did you mean `encoder/depth`?"),
        ("encodr/dept", "did you mean `encoder/depth`?"),
        ("zzz/dept", "did you mean `depth`?"),
        ("encoder.depth", "did you mean `encoder/depth`?"),
        ("encoder.opt.lr", "did you mean `encoder/opt.lr`?"),
        ("encodr", "did you mean the scope `encoder`?"),
    ],
)
def test_a_mistake_in_a_scope_has_a_way_out(
    capsys: pytest.CaptureFixture[str], name: str, hint: str
) -> None:
    Path("train.py").write_text(
        '_("depth", 2); _("opt", {"lr": 1})\nwith _.scope("encoder"): pass\n'
    )
    assert f"no hyperparameter `{name}` in train.py ({hint}" in _error(capsys, name, "train.py")


def test_a_scope_that_no_source_opens_gets_a_suggestion(shown: Callable[..., str]) -> None:
    Path("train.py").write_text('_("depth", 2)\nwith _.scope("encoder"): pass\n')
    problem = "No source opens the scope `encodr`. Did you mean `encoder`?"
    assert problem in shown("encodr/depth")


@pytest.mark.parametrize("name", ["a//depth", "a.b/lr", "x/", "/lr", "x/qqqq"])
def test_a_malformed_scope_is_not_found(capsys: pytest.CaptureFixture[str], name: str) -> None:
    assert f"no hyperparameter `{name}` in train.py" in _error(capsys, name, "train.py")
