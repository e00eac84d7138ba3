"""The command line of `hpman runs`, beside its golden case."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from hpargparse.commands import runs
from hpargparse.runs.record import host
from hpman.run_files import release, take
from tests.commands import command
from tests.hpargparse.runs.recorded import write

main = command("runs")


@pytest.fixture(autouse=True)
def _project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def _run(*args: str, status: int = 0) -> None:
    if not status:
        main(args)
        return
    with pytest.raises(SystemExit) as caught:
        main(args)
    assert caught.value.code == status


def test_without_records_it_says_how_to_make_one(capsys: pytest.CaptureFixture[str]) -> None:
    _run(status=2)
    assert "`hpman run --record train.py` records one." in capsys.readouterr().err


def test_records_that_cannot_be_read_are_named_and_the_others_listed(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write(tmp_path, "a")
    write(tmp_path, "b", schema=2)
    (Path(write(tmp_path, "c").folder) / "run.json").write_text("{")
    _run("--format", "json")
    output, errors = capsys.readouterr()
    assert [row["id"] for row in json.loads(output)] == ["a"]
    warned = errors.splitlines()
    assert "runs/b/run.json: The record has the schema 2" in warned[0]
    assert "runs/c/run.json: The record is damaged" in warned[1]
    assert len(warned) == 2


def test_records_are_removed_by_the_beginning_of_an_id(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for name in ("abc", "bcd", "cde"):
        write(tmp_path, name)
    _run("--remove", "a", "c", "a")
    assert [path.name for path in (tmp_path / ".hpman/runs").iterdir()] == ["bcd"]
    _run("--remove", "x", status=2)
    assert "run:x: No run in" in capsys.readouterr().err


def test_a_damaged_record_is_removed_as_its_error_says(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = Path(write(tmp_path, "abc").folder)
    (path / "run.json").write_text("{")
    _run("abc", status=2)
    assert "`hpman runs --remove abc` deletes it." in capsys.readouterr().err
    _run("--remove", "abc")
    assert not path.exists()


def test_a_record_that_cannot_be_removed_is_an_error(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write(tmp_path, "abc")
    (tmp_path / ".hpman/runs/.abc/full").mkdir(parents=True)  # in the way
    _run("--remove", "abc", status=2)
    error = capsys.readouterr().err
    assert "`abc` cannot be removed: " in error
    assert "\nAllow writing in " in error


def test_a_run_that_cannot_be_stopped_is_an_error(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    record = write(tmp_path, "abc", {}, process=2**22 + 1, host=host())
    _run("--stop", "a", "--patience", "0", status=2)
    assert "`abc` is not running: it is lost." in capsys.readouterr().err
    lease = take(f"{record.folder}/lease")
    assert lease is not None
    _run("--stop", "a", "--patience", "0", status=2)
    assert "`abc` did not end.\n`kill -9 4194305` ends it" in capsys.readouterr().err
    release(lease)


def test_a_run_that_is_stopped_needs_no_word(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    write(tmp_path, "abc", {})
    monkeypatch.setattr(runs, "stop", lambda _record, _patience: True)
    _run("--stop", "a")
    assert capsys.readouterr() == ("", "")


def test_a_key_with_a_dash_sorts_backwards(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for name, lr in (("a", "1"), ("b", "2")):
        write(tmp_path, name, values={"lr": lr})
    for sorting in (["--sort", "-lr"], ["--sort=-lr"]):
        _run("--columns", "id", *sorting, "--format", "csv")
        assert capsys.readouterr().out == "id\nb\na\n"
    for rest in ([], ["-o"], ["--columns"]):
        _run("--sort", *rest, status=2)
        assert "argument --sort: expected one argument" in capsys.readouterr().err


def test_csv_goes_to_a_file(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write(tmp_path, "a")
    _run("--format", "csv", "--columns", "id,lr")
    listed = capsys.readouterr().out
    assert listed == "id,lr\na,0.1\n"
    _run("--export", "csv", "--columns", "id,lr")
    assert capsys.readouterr().out == listed
    _run("--export", "csv", "--columns", "id,lr", "-o", "runs.csv")
    assert capsys.readouterr().out == ""
    assert (tmp_path / "runs.csv").read_text() == listed
    _run("--export", "csv", "-o", "runs.csv/x", status=2)
    assert "runs.csv/x" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("args", "message"),
    [
        ("-o runs.csv", "-o needs --export"),
        ("--export wandb --columns lr", "--columns does not go with --export wandb"),
        ("--export csv --format json", "not allowed with argument"),
        ("--patience nan --stop a", "--patience takes a number of seconds"),
        ("--plot runs.pdf", "Cannot plot to `runs.pdf`.\nEnd the name of the file with .png, .svg"),
    ],
)
def test_options_that_do_not_fit_are_errors(
    args: str, message: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write(tmp_path, "a")
    _run(*args.split(), status=2)
    assert message in capsys.readouterr().err
    assert [path.name for path in tmp_path.iterdir()] == [".hpman"]


@pytest.mark.parametrize(
    ("args", "library"), [("--export mlflow", "mlflow"), ("--plot runs.png", "matplotlib")]
)
def test_a_missing_library_is_a_sentence(
    args: str,
    library: str,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("hpargparse.runs.exports.find_spec", lambda _name: None)
    write(tmp_path, "a")
    _run(*args.split(), status=2)
    assert f"`{library}` is not installed.\n`pip install 'hpman[" in capsys.readouterr().err
    assert [path.name for path in tmp_path.iterdir()] == [".hpman"]


def test_the_latest_runs_or_the_first_of_a_sorted_list_are_plotted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    plotted = []
    monkeypatch.setattr(
        "hpargparse.runs.plots.plot",
        lambda rows, path, columns, _more: plotted.append(
            ([row.id for row in rows], path, columns)
        ),
    )
    for index, name in enumerate("abc"):
        write(tmp_path, name, started=float(index), values={"lr": f"{-index}"})
    _run("--plot", "x.svg", "--where", "lr < 0")
    _run("--plot", "x.svg", "--sort", "lr", "--columns", "loss,lr")
    assert plotted == [(["b", "c"], "x.svg", []), (["a", "b", "c"], "x.svg", ["loss", "lr"])]
    assert capsys.readouterr().out == ""
