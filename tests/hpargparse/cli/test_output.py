"""What is written arrives as UTF-8, whatever the stream would encode."""

from __future__ import annotations

import io
import os
import subprocess
import sys
from argparse import ArgumentError, ArgumentParser
from typing import TYPE_CHECKING

import pytest

from hpargparse.cli.output import CLOSED_PIPE, exit_quietly, write_text
from hpargparse.commands import hpcli
from tests.hpargparse.parser.bound import bound

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

pytestmark = pytest.mark.slow

PROGRAM = """\
import argparse, hpargparse
from hpman import HyperParameterManager
_ = HyperParameterManager("_").parse_source('_("gr\\u00f6\\u00dfe", "na\\u00efve", help="\\u00fc")')
parser = argparse.ArgumentParser(prog="train.py")
hpargparse.bind(parser, _)
print("first")
parser.parse_args()
"""


def _run(words: Sequence[str]) -> subprocess.CompletedProcess[bytes]:
    """Run the program where the streams know ASCII only."""
    ascii_only = {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}
    return subprocess.run(
        [sys.executable, "-c", PROGRAM, *words],
        capture_output=True,
        check=False,
        env={**os.environ, **ascii_only, "PYTHONIOENCODING": "ascii:strict"},
    )


@pytest.mark.parametrize(
    "line", ["--hp-list", "--hp-list json", "--hp-list detail", "--hp-list origin", "-h"]
)
def test_a_listing_is_utf_8_and_comes_after_what_was_written(line: str) -> None:
    done = _run(line.split())
    assert (done.returncode, done.stderr) == (0, b"")
    text = done.stdout.decode("utf-8")
    assert text.startswith("first")
    assert "größe" in text


def test_an_error_is_told_where_the_stream_has_not_its_characters() -> None:
    done = _run(["--unknown"])
    assert done.returncode == 2
    assert done.stderr.endswith(b"train.py: error: unrecognized arguments: --unknown\n")


@pytest.mark.parametrize(
    ("encoding", "text", "written"),
    [
        pytest.param("utf-8", "ü\n", "ü\n".encode(), id="as it is"),
        pytest.param("latin-1", "ü\n", "ü\n".encode(), id="another encoding"),
        pytest.param("utf-8", "\ud800\n", b"\\ud800\n", id="a lone surrogate"),
    ],
)
def test_a_stream_gets_utf_8(encoding: str, text: str, written: bytes) -> None:
    below = io.BytesIO()
    stream = io.TextIOWrapper(below, encoding=encoding, newline="\n")
    stream.write("a")
    write_text(stream, text)
    assert below.getvalue() == b"a" + written


def test_a_stream_without_bytes_gets_text() -> None:
    stream = io.StringIO()
    write_text(stream, "ü")
    assert stream.getvalue() == "ü"


def test_a_stream_without_bytes_gets_what_it_can_encode() -> None:
    class Narrow(io.StringIO):
        encoding = "ascii"

        def write(self, text: str) -> int:
            text.encode("ascii")
            return super().write(text)

    stream = Narrow()
    write_text(stream, "aü")
    assert stream.getvalue() == "a\\xfc"


class _Closed(io.StringIO):
    """A stream whose reader has gone."""

    def write(self, _text: str) -> int:
        raise BrokenPipeError


@pytest.mark.parametrize("line", ["--hp-list detail", "--hp-save -"])
def test_a_closed_pipe_ends_the_program_without_a_word(
    line: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    parser, _manager = bound()
    monkeypatch.setattr(sys, "stdout", _Closed())
    with pytest.raises(SystemExit) as caught:
        parser.parse_args(line.split())
    assert caught.value.code == CLOSED_PIPE
    assert "usage" not in capsys.readouterr().err


def test_the_command_ends_in_a_closed_pipe_without_a_word(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    script = tmp_path / "train.py"
    script.write_text('_("lr", 1)')
    monkeypatch.setattr(sys, "stdout", _Closed())
    with pytest.raises(SystemExit) as caught:
        hpcli.main([str(script)])
    assert caught.value.code == CLOSED_PIPE
    assert capsys.readouterr().err == ""


@pytest.mark.skipif(not hasattr(os, "fork"), reason="pipes close in another way elsewhere")
def test_nothing_is_said_of_a_real_pipe_that_is_closed() -> None:
    reader, writer = os.pipe()
    os.close(reader)
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM.replace('print("first")', ""), "--hp-list", "detail"],
        stdout=writer,
        stderr=subprocess.PIPE,
        check=False,
    )
    os.close(writer)
    assert (done.returncode, done.stderr) == (CLOSED_PIPE, b"")


ASKED = ["list a.py", "explain lr a.py", "diff a.yaml a.py", "run a.py --hp-list"]


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="no such device here")
@pytest.mark.parametrize("line", ASKED)
@pytest.mark.parametrize(
    ("redirection", "reason"), [(">/dev/full", "No space left on device"), (">&-", "it is closed")]
)
def test_output_that_cannot_be_written_is_a_sentence_and_status_2(
    line: str, redirection: str, reason: str, tmp_path: Path
) -> None:
    (tmp_path / "a.py").write_text('from hpman.m import _\n_("lr", 1)\n')
    (tmp_path / "a.yaml").write_text("lr: 2\n")
    done = subprocess.run(
        ["sh", "-c", f'"$0" -m hpman {line} {redirection}', sys.executable],
        stderr=subprocess.PIPE,
        check=False,
        cwd=tmp_path,
        env={name: value for name, value in os.environ.items() if name != "PYTHONUNBUFFERED"},
        text=True,
    )
    assert done.returncode == 2
    command = " ".join(line.split()[: 2 if line.startswith("run") else 1])
    sentence = f"hpman {command}: error: standard output cannot be written: {reason}.\n"
    assert done.stderr == sentence


def test_a_warning_that_cannot_be_written_stops_no_listing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "a.py").write_text('_("lr", 1)\n_("end", LR / 10)\n')
    monkeypatch.setattr(sys, "stderr", _Closed())
    hpcli.main([str(tmp_path)])
    assert capsys.readouterr().out == "lr: 1\n"


def test_a_mistake_that_cannot_be_told_has_its_status_all_the_same(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(sys, "stderr", _Closed())
    with pytest.raises(SystemExit) as ended:
        hpcli.main(["no/such.py"])
    assert ended.value.code == 2


def test_a_stream_without_a_file_is_left_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdout", io.StringIO())
    with pytest.raises(SystemExit):
        exit_quietly()


@pytest.mark.skipif(not os.path.exists("/dev/stdout"), reason="no such names here")
@pytest.mark.parametrize("path", ["-", "/dev/stdout"])
def test_a_file_that_the_output_goes_to_is_written_into(path: str, tmp_path: Path) -> None:
    program = f"{PROGRAM}\nprint('last')"
    words = ["--hp-save", path, "--hp-serial-format", "json"]
    with open(tmp_path / "out.txt", "wb") as out:
        subprocess.run(
            [sys.executable, "-c", program, *words], stdout=out, check=True, cwd=tmp_path
        )
    lines = (tmp_path / "out.txt").read_text(encoding="utf-8").splitlines()
    assert lines == ["first", "{", '  "größe": "naïve"', "}", "last"]


@pytest.mark.skipif(not os.path.exists("/dev/stdout"), reason="no such names here")
def test_a_pipe_that_the_output_goes_to_is_written_into() -> None:
    words = ["--hp-save", "/dev/stdout", "--hp-serial-format", "yaml"]
    assert _run(words).stdout.decode("utf-8") == "first\ngröße: naïve\n"


@pytest.mark.skipif(not os.path.exists("/dev/null"), reason="no devices here")
def test_a_device_is_written_into() -> None:
    parser, _ = bound()
    parser.parse_args(["--hp-save", os.devnull, "--hp-serial-format", "yaml"])
    assert not os.path.isfile(os.devnull)


class TestClosedStreams:
    """Streams that a shell closes, as by `>&-`: Python has None for them."""

    @pytest.mark.parametrize(
        ("line", "status"),
        [
            pytest.param("--lr 3", 0, id="values"),
            pytest.param("--hp-list", 2, id="a listing"),
            pytest.param("--hp-list detail", 2, id="a table"),
            pytest.param("-h", 0, id="help"),
            pytest.param("--lr fast", 2, id="a mistake"),
            pytest.param("--hp-load a.yaml --no-hp-strict", 0, id="a warning"),
            pytest.param("--hp-save b.yaml --hp-exit", 0, id="a file"),
            pytest.param("--hp-save - --hp-exit", 2, id="a file on standard output"),
        ],
    )
    def test_take_nothing_and_only_what_is_asked_for_is_missed(
        self, line: str, status: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.chdir(tmp_path)
        (tmp_path / "a.yaml").write_text("unknown: 3")
        for name in ("stdin", "stdout", "stderr"):
            monkeypatch.setattr(sys, name, None)
        parser, _manager = bound('_("lr", 0.5)\n_("end", LR / 10)')
        found: object = 0
        try:
            parser.parse_args(line.split())
        except SystemExit as stopped:
            found = stopped.code
        assert found == status

    @pytest.mark.parametrize(
        ("line", "stream", "sentence"),
        [
            pytest.param("--hp-save -", "stdout", "Standard output is closed", id="output"),
            pytest.param("--hp-load -", "stdin", "Standard input is closed", id="input"),
        ],
    )
    def test_are_no_files(
        self, line: str, stream: str, sentence: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(sys, stream, None)
        parser, _manager = bound('_("lr", 0.5)', ArgumentParser(exit_on_error=False))
        with pytest.raises(ArgumentError, match=f"-: {sentence}"):
            parser.parse_args(line.split())
