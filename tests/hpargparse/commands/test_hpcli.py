"""What the command `hpcli` does."""

from __future__ import annotations

from pathlib import Path

import pytest

from hpargparse.commands.hpcli import main

AMBIGUOUS = "Put the paths first, or write --option=value."
NOTE = "hpcli: warning: there are hyperparameters of other managers: --placeholder hp\n"


@pytest.fixture(autouse=True)
def _project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("a.py").write_text(
        'from hpman.m import _\n_("lr", 0.1)\n_("flag", True)\n_("name", "x")\n_("ks", [1])\n'
    )
    Path("b.py").write_text('from hpman.m import hp, _\nhp("depth", 3)\n_("end", LR / 10)\n')


def _status(line: str) -> object:
    with pytest.raises(SystemExit) as caught:
        main(line.split())
    return caught.value.code


@pytest.mark.parametrize(
    ("line", "listing"),
    [
        pytest.param("a.py", "lr: 0.1\nflag: true\nname: x\nks: [1]\n", id="a file"),
        pytest.param("--lr 3 a.py", "lr: 3.0\nflag: true\nname: x\nks: [1]\n", id="option first"),
        pytest.param("a.py --lr 3", "lr: 3.0\nflag: true\nname: x\nks: [1]\n", id="option last"),
        pytest.param("--flag a.py", "lr: 0.1\nflag: true\nname: x\nks: [1]\n", id="flag"),
        pytest.param("--no-flag a.py", "lr: 0.1\nflag: false\nname: x\nks: [1]\n", id="negated"),
        pytest.param("--ks 3,4 a.py", "lr: 0.1\nflag: true\nname: x\nks: [3, 4]\n", id="list"),
        pytest.param("-- a.py", "lr: 0.1\nflag: true\nname: x\nks: [1]\n", id="two dashes"),
        pytest.param(
            "--name b.py a.py",
            "lr: 0.1\nflag: true\nname: b.py\nks: [1]\n",
            id="a value that is a file",
        ),
    ],
)
def test_lists_by_default(line: str, listing: str, capsys: pytest.CaptureFixture[str]) -> None:
    main(line.split())
    assert capsys.readouterr().out == listing


@pytest.mark.parametrize("line", ["--lr 3", "--lr=3", "--lr 3 ."])
def test_without_a_path_it_lists_this_folder(line: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert _status(f"{line} --hp-exit") == 0
    assert _status(f"{line} --hp-list") == 0
    assert capsys.readouterr().out.startswith("lr: 3.0\nflag: true\n")


@pytest.mark.parametrize(
    ("line", "value"),
    [
        pytest.param("a.py --name {}", "data.csv", id="not Python"),
        pytest.param("a.py --name {}", "other.py", id="a file that defines the same"),
        pytest.param("a.py --name {}", "data", id="a folder with a broken file"),
        pytest.param("--name {} a.py", "data", id="before"),
        pytest.param("--na {} a.py", "data", id="abbreviated"),
        pytest.param("--name {} --flag a.py", "data.csv", id="before a flag"),
        pytest.param("--flag a.py --name={}", "data", id="joined after a flag"),
        pytest.param("used.py --flag a.py --name {}", "data.csv", id="after another path"),
    ],
)
def test_a_value_may_be_a_file_that_cannot_be_read(
    line: str, value: str, capsys: pytest.CaptureFixture[str]
) -> None:
    Path("used.py").write_text('_("lr")\n')
    Path("data.csv").write_text("a;b\n1 2\n")
    Path("other.py").write_text('_("lr", 2)\n')
    Path("data").mkdir()
    Path("data/broken.py").write_text("_(\n")
    main(line.format(value).split())
    shown = f"lr: 0.1\nflag: true\nname: {value}\nks: [1]\n"
    assert capsys.readouterr() == (shown, "")


def test_options_of_several_paths_may_stand_before_them(
    capsys: pytest.CaptureFixture[str],
) -> None:
    Path("data.csv").write_text("a;b\n1 2\n")
    for name in "cde":
        Path(f"{name}.py").write_text(f'from hpman.m import _\n_("{name}", False)\n')
    main("--name data.csv --d --flag c.py --c d.py --e e.py a.py".split())
    assert "name: data.csv\nks: [1]\nc: true\nd: true\ne: true\n" in capsys.readouterr().out


def test_other_managers_are_noted_once(capsys: pytest.CaptureFixture[str]) -> None:
    main(["b.py", "--flag", "a.py"])
    assert capsys.readouterr().err.count(NOTE) == 1


def test_the_value_of_a_shortened_option_brings_no_options(
    capsys: pytest.CaptureFixture[str],
) -> None:
    Path("names.py").write_text('from hpman.m import _\n_("names", 1)\n')
    main(["a.py", "--na", "names.py"])
    assert "name: names.py\n" in capsys.readouterr().out


@pytest.mark.parametrize("line", ["--hp-list json a.py", "a.py --hp-list json"])
def test_the_value_of_an_action_may_be_the_name_of_a_folder(
    line: str, capsys: pytest.CaptureFixture[str]
) -> None:
    Path("json").mkdir()
    Path("json/broken.py").write_text("_(\n")
    assert _status(line) == 0
    assert capsys.readouterr().out.startswith('{\n  "lr": 0.1,')


@pytest.mark.parametrize(
    ("line", "sentence"),
    [
        pytest.param("a.py --nam3 data.csv", "(did you mean --name?)", id="unknown option"),
        pytest.param("a.py --flag data.csv", "data.csv:2", id="after a flag"),
        pytest.param("data.csv --name a.py", "data.csv:2", id="before an option"),
        pytest.param("--flag broken.py", f"{AMBIGUOUS}\nhpcli: error: broken.py:1", id="alone"),
        pytest.param("a.py --lr 3 broken.py", "hpcli: error: broken.py:1", id="after a value"),
        pytest.param("--na a.py --nam3 data.csv", "(did you mean --name?)", id="two"),
    ],
)
def test_a_path_that_cannot_be_read_is_an_error(
    line: str, sentence: str, capsys: pytest.CaptureFixture[str]
) -> None:
    Path("data.csv").write_text("a;b\n1 2\n")
    Path("broken.py").write_text("_(\n")
    assert _status(line) == 2
    assert sentence in capsys.readouterr().err


def test_an_argument_that_is_a_path_only_if_it_is_a_value_is_refused(
    capsys: pytest.CaptureFixture[str],
) -> None:
    Path("text.py").write_text('from hpman.m import _\n_("x", "s")\n')
    Path("flag.py").write_text('from hpman.m import _\n_("xb", False)\n')
    assert _status("--x text.py flag.py") == 2
    assert AMBIGUOUS in capsys.readouterr().err
    assert _status("--x=text.py text.py flag.py --hp-list") == 0
    assert capsys.readouterr().out == "xb: false\nx: text.py\n"


def test_only_what_may_be_a_path_is_missing(capsys: pytest.CaptureFixture[str]) -> None:
    Path("broken.py").write_text("_(\n")
    assert _status("broken.py --some none.py") == 2
    assert "none.py" not in capsys.readouterr().err


@pytest.mark.parametrize("line", ["a.py --hp-list yam", "a.py --hp-save a.yaml --hp-exit yam"])
def test_nothing_is_done_if_an_argument_is_unknown(
    line: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert _status(line) == 2
    assert capsys.readouterr().err.startswith("hpcli: error: yam: There is no such file or folder")
    assert not Path("a.yaml").exists()


def test_paths_with_a_dash_stand_after_two(capsys: pytest.CaptureFixture[str]) -> None:
    Path("-a.py").write_text('from hpman.m import _\n_("dash", 1)\n')
    main(["--", "-a.py"])
    main(["--dash", "2", "--", "-a.py"])
    assert capsys.readouterr().out == "dash: 1\ndash: 2\n"


def test_the_arguments_of_the_process_are_the_default(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("sys.argv", ["hpcli", "a.py"])
    main()
    assert capsys.readouterr().out.startswith("lr: 0.1\n")


def test_other_placeholders_are_mentioned_and_what_is_left_out(
    capsys: pytest.CaptureFixture[str],
) -> None:
    main([".", "--name", "a.py"])
    captured = capsys.readouterr()
    assert captured.out == "lr: 0.1\nflag: true\nname: a.py\nks: [1]\n"
    assert captured.err == (
        f"{NOTE}hpcli: warning: `end` is left out: its default `LR / 10` is unknown before the"
        " program has run it.\n"
    )


@pytest.mark.parametrize(
    "option", ["--placeholder hp", "--placeholder=hp", "--place hp", "--place=hp"]
)
def test_another_placeholder_may_be_read(option: str, capsys: pytest.CaptureFixture[str]) -> None:
    main([*option.split(), "b.py", "--depth", "8"])
    captured = capsys.readouterr()
    assert captured.out == "depth: 8\n"
    assert captured.err == NOTE.replace("hp\n", "_\n")


def test_a_private_manager_of_an_odd_name_is_mentioned(capsys: pytest.CaptureFixture[str]) -> None:
    made = "from hpman import HyperParameterManager as M\nexp = M('a b')\n"
    Path("own.py").write_text(f"{made}exp('lr', 1)\n")
    main(["own.py"])
    assert capsys.readouterr().err == (
        "hpcli: warning: there are hyperparameters of other managers: 'a b', which"
        " `hpman explain` and `hpman check` read\n"
    )


def test_what_is_saved_can_be_loaded(capsys: pytest.CaptureFixture[str]) -> None:
    main(["a.py", "--hp-save", "o.yaml", "--lr", "3"])
    main(["--hp-load", "o.yaml", "a.py"])
    assert capsys.readouterr().out == "lr: 3.0\nflag: true\nname: x\nks: [1]\n" * 2


def test_actions_are_carried_out(capsys: pytest.CaptureFixture[str]) -> None:
    assert _status("--hp-list origin a.py --lr 3") == 0
    assert capsys.readouterr().out.startswith("lr = 3.0\n    a.py:2 default 0.1\n    --lr\n")


@pytest.mark.parametrize("line", ["r.py", "r.py --hp-save o.yaml", "r.py --lr 3"])
def test_a_required_hyperparameter_may_be_listed_without_a_value(
    line: str, capsys: pytest.CaptureFixture[str]
) -> None:
    Path("r.py").write_text('_("lr", 3)\n_("b", required=True)\n')
    main(line.split())
    assert capsys.readouterr().out == "lr: 3\n"


def test_hyperparameters_with_the_names_of_options_are_listed(
    capsys: pytest.CaptureFixture[str],
) -> None:
    names = ["help", "hp_load", "paths", "placeholder", "follow_imports", "lr"]
    Path("own.py").write_text("".join(f'_("{name}", 1)\n' for name in names))
    main(["own.py", "--paths", "2", "--placeholder", "_"])
    shown = "help: 1\nhp_load: 1\npaths: 2\nplaceholder: 1\nfollow_imports: 1\nlr: 1\n"
    assert capsys.readouterr().out == shown
    assert _status("own.py -h") == 0
    sentence = "No option for the hyperparameters help, hp_load, placeholder, follow_imports: the"
    assert sentence in capsys.readouterr().out


def test_two_hyperparameters_with_one_option_are_a_mistake(
    capsys: pytest.CaptureFixture[str],
) -> None:
    Path("two.py").write_text('_("help", 1)\n_("a_b", 1)\n_("a-b", 2)\n')
    assert _status("two.py") == 2
    assert "both make the option --a-b" in capsys.readouterr().err


@pytest.mark.parametrize("args", ["--follow-imports --low 4 --flag no", "--follow"])
def test_imports_may_be_followed(args: str, capsys: pytest.CaptureFixture[str]) -> None:
    Path("top.py").write_text('import low, a\n_("top", 1)\n')
    Path("low.py").write_text('from hpman.m import hp, _\nhp("own", 2)\n_("low", 3)\n')
    main(["top.py"])
    assert capsys.readouterr() == ("top: 1\n", "")
    main(["top.py", *args.split()])
    low, flag = (4, "false") if "--low" in args else (3, "true")
    listing = f"lr: 0.1\nflag: {flag}\nname: x\nks: [1]\nlow: {low}\ntop: 1\n"
    assert capsys.readouterr() == (listing, NOTE)


def test_help_explains_it_without_any_path(capsys: pytest.CaptureFixture[str]) -> None:
    assert _status("-h") == 0
    text = capsys.readouterr().out
    assert "The files are read, not\nrun" in text
    assert "hpcli train.py --hp-list detail" in text


@pytest.mark.parametrize("line", ["a.py -h", "-h a.py", "--flag a.py -h", "b.py --flag a.py -h"])
def test_help_has_the_options_of_a_path(line: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert _status(line) == 0
    assert "--lr LR               (float, default: 0.1, a.py:2)" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("line", "sentence"),
    [
        pytest.param("", "./broken.py:1", id="broken, in this folder"),
        pytest.param(
            "none.py", "hpcli: error: none.py: There is no such file or folder.", id="missing"
        ),
        pytest.param("a.py none.py", "none.py: There is no such file or folder.", id="one missing"),
        pytest.param("broken.py", "broken.py:1", id="broken"),
        pytest.param("none.py broken.py", "error: none.py: There is no", id="missing and broken"),
        pytest.param("broken.py none.py", "broken.py:1", id="broken and missing"),
        pytest.param("a.py none.py broken.py --x y", "error: none.py: ", id="before any option"),
        pytest.param("-- none.py broken.py", "broken.py:1", id="after two dashes"),
        pytest.param("none.py --lr 3", "error: none.py: There is no", id="missing, with options"),
        pytest.param("a.py other.py none.py", "folder.\nnone.py: There", id="all missing"),
        pytest.param("a.py --lrr=3", "--lrr=3 (did you mean --lr?)", id="typo"),
        pytest.param("--lrr 3 a.py", "--lrr (did you mean --lr?)", id="typo before the path"),
        pytest.param("a.py --lr x", "argument --lr: invalid float value: 'x'", id="value"),
        pytest.param("a.py --placeholder", "--placeholder: expected one argument", id="word"),
        pytest.param("a.py --hp-load none.yaml", "none.yaml: ", id="missing snapshot"),
    ],
)
def test_a_mistake_is_a_sentence_and_status_2(
    line: str, sentence: str, capsys: pytest.CaptureFixture[str]
) -> None:
    Path("broken.py").write_text("_(\n")
    assert _status(line) == 2
    assert sentence in capsys.readouterr().err


def test_defaults_of_separate_programs_come_with_the_command_for_one(
    capsys: pytest.CaptureFixture[str],
) -> None:
    Path("a run.py").write_text('from hpman.m import _\n_("lr", 2)\n_("lr.x", 2)\n')
    assert _status("") == 2
    keep = 'Keep one default of `lr`, and write `_("lr")` elsewhere.'
    advice = "If these are separate programs, list one: `hpcli 'a run.py'`."
    lines = capsys.readouterr().err.splitlines()
    assert f"{keep} {advice}" in lines
    assert "Rename one of the two. Names are split at `.`." in lines
    Path("a run.py").write_text('_("lr", 2)\n_("x", 1)\n_("x", 2)\n')
    Path("a.py").unlink()
    assert _status("") == 2
    assert "separate programs" not in capsys.readouterr().err
