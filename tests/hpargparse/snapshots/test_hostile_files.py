"""Hostile files on a command line: a message, exit 2, and nothing run or changed."""

from __future__ import annotations

import errno
import os
import pickle
from typing import TYPE_CHECKING, Any

import pytest

from tests.hpargparse.parser.bound import bound, refusal

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


class Call:
    """Pickle as a call that creates a directory."""

    def __reduce__(self) -> tuple[Callable[..., Any], tuple[str]]:
        return os.mkdir, ("trace",)


def aliases() -> str:
    """Return eleven lines that stand for 10**11 values."""
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    for number in range(1, 11):
        ten = ", ".join([f"*a{number - 1}"] * 10)
        lines.append(f"a{number}: &a{number} [{ten}]")
    return "\n".join(lines)


MANY = f"0x{'f' * 5000}"  # an int of more digits than Python spells
SAME_HASH = ", ".join(f"{number * (2**61 - 1)}: 0" for number in range(30_000))
DEEP = "[" * 100_000 + "]" * 100_000
FILES = [
    pytest.param("a.yaml", b"name: !!python/object/apply:os.mkdir [trace]", "tag", id="tag"),
    pytest.param("a.yaml", b"name: !!python/name:os.mkdir ''", "tag", id="tag of a name"),
    pytest.param("a.pkl", pickle.dumps({"name": Call()}), "refers to", id="pickle that calls"),
    pytest.param("a.yaml", aliases().encode(), "aliases", id="aliases that explode"),
    pytest.param("a.yaml", b"name: &a [*a]", "anchor", id="alias of itself"),
    pytest.param("a.yaml", f"name: {DEEP}".encode(), "nest", id="deep yaml"),
    pytest.param("a.json", f'{{"name": {DEEP}}}'.encode(), "nest", id="deep json"),
    pytest.param("a.pkl", b"\x80\x04" + b"(" * 9**4 + b"l" * 9**4 + b".", "nest", id="deep pickle"),
    pytest.param("a.pkl", b"\x80\x04r\xff\xff\xff\x7f.", "broken", id="pickle that wants memory"),
    pytest.param("a.yaml", b"lr: " + b"9" * 10**6, "(4300", id="number without end"),
    pytest.param("a.yaml", f"? {MANY}\n: 1".encode(), "names are strings", id="number for a name"),
    pytest.param("a.yaml", f"a: {{? {MANY}, ? {MANY}}}".encode(), "twice", id="number for a key"),
    pytest.param(
        "a.yaml",
        f"a: {{? !tuple [{MANY}], ? !tuple [{MANY}]}}".encode(),
        "twice",
        id="numbers for a key",
    ),
    pytest.param(
        "a.pkl", pickle.dumps({int(MANY, 0): 1}), "names are strings", id="number in a pickle"
    ),
    pytest.param("a.yaml", f"a: {{{SAME_HASH}}}".encode(), "same hash", id="keys of one hash"),
    pytest.param(
        "a.pkl",
        pickle.dumps({"a": {number * (2**61 - 1): 0 for number in range(3000)}}),
        "same hash",
        id="keys of one hash in a pickle",
    ),
    pytest.param(
        "a.pkl",
        pickle.dumps({"a": {number * (2**61 - 1): 0 for number in range(30_000)}}, protocol=0),
        "same hash",
        id="keys of one hash, one by one",
    ),
    pytest.param(
        "a.pkl",
        pickle.dumps([{number * (2**61 - 1) for number in range(500)} for _ in range(50)], 2),
        "same hash",
        id="sets of keys of one hash",
    ),
    pytest.param("a.json", f'{{"opt{".x" * 10**6}": 1}}'.encode(), "parts", id="name without end"),
    pytest.param("a.yaml", b"lr: 1\0", "control characters", id="null byte"),
    pytest.param("a.yaml", b"lr: \xff", "UTF-8", id="not UTF-8"),
]


@pytest.fixture(autouse=True)
def _inside(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def refused(capsys: pytest.CaptureFixture[str], line: str) -> str:
    """Return the message that refuses a line; no value may change, and no file appear."""
    parser, manager = bound()
    before = manager.get_values()
    files = os.listdir()
    sentence = refusal(capsys, parser, line)
    assert manager.get_values() == before
    assert os.listdir() == files
    return sentence


@pytest.mark.parametrize(("name", "data", "why"), FILES)
def test_a_hostile_file_is_refused(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, name: str, data: bytes, why: str
) -> None:
    (tmp_path / name).write_bytes(data)
    sentence = refused(capsys, f"--lr 3 --hp-load {name}")
    assert sentence.startswith(name)
    assert why in sentence
    assert len(sentence) < 600


@pytest.mark.parametrize("name", ["a.yaml", "a.json", "a.pkl"])
def test_a_file_of_a_hundred_megabytes_is_not_read(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, name: str
) -> None:
    with (tmp_path / name).open("wb") as file:
        file.truncate(100_000_000)  # holes: it takes no room on a disk
    assert "larger than 4 MiB" in refused(capsys, f"--hp-load {name}")


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="there are no FIFOs here")
@pytest.mark.parametrize("option", ["--hp-load", "--hp-save"])
@pytest.mark.parametrize("kind", ["folder", "FIFO"])
def test_what_is_not_a_file_is_refused(
    capsys: pytest.CaptureFixture[str], option: str, kind: str
) -> None:
    (os.mkdir if kind == "folder" else os.mkfifo)("a.yaml")
    assert f"This is a {kind}, not a file" in refused(capsys, f"{option} a.yaml")


def test_a_file_that_cannot_be_opened_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    os.symlink("a.yaml", "a.yaml")
    sentence = refused(capsys, "--hp-load a.yaml")
    assert sentence.startswith("a.yaml")
    assert os.strerror(errno.ELOOP) in sentence


def test_a_long_text_is_read_in_little_memory(tmp_path: Path) -> None:
    import tracemalloc

    (tmp_path / "a.json").write_text(f'{{"name": "{"x" * 1_000_000}"}}', encoding="utf-8")
    parser, manager = bound()
    tracemalloc.start()
    parser.parse_args(["--hp-load", "a.json"])
    _now, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert len(manager.get_value("name")) == 1_000_000
    assert peak < 10_000_000
