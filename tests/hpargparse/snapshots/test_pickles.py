"""Pickles: plain ones are read, all others are refused before anything runs."""

from __future__ import annotations

import os
import pickle
from typing import Any

import pytest

from hpargparse.snapshots.pickle_reader import load_plain

PLAIN: dict[str, object] = {
    "numbers": [1, -(10**50), 1.5, float("inf"), 1 + 2j, True, None, ...],
    "texts": ["", "ü\ud800\n", b"", b"\x00\xff"],
    "nested": [(), (1, (2,)), {1, 2}, set(), frozenset({3}), frozenset(), {}, {(1, 2): [3]}],
}


@pytest.mark.parametrize("protocol", range(pickle.HIGHEST_PROTOCOL + 1))
def test_plain_values_are_read_in_every_protocol(protocol: int) -> None:
    assert load_plain(pickle.dumps(PLAIN, protocol)) == PLAIN


@pytest.mark.parametrize("protocol", range(pickle.HIGHEST_PROTOCOL + 1))
def test_what_is_long_deep_or_used_again_is_read(protocol: int) -> None:
    nested: Any = 1
    for _level in range(100):
        nested = frozenset({nested, (nested,)}) if isinstance(nested, int) else (nested,)
    key = (1, (2, 3))
    for _level in range(60):
        key = frozenset({key})  # type: ignore[assignment]
    value = {"long": list(range(3_000)), "deep": nested, "keys": [{key: 1}] * 3, "names": {key}}
    assert load_plain(pickle.dumps(value, protocol)) == value


class Calls:
    """Make a directory when unpickled."""

    def __reduce__(self) -> Any:
        return os.mkdir, ("made",)


class Plain:
    """Stand for an object with fields."""

    def __init__(self) -> None:
        self.field = 1


def doubled_key(number: int) -> bytes:
    """Build a tuple of two that are the same tuple of two, and so on, with the same bytes."""
    data = b")\x94"
    for index in range(number):
        data += b"h%c\x86\x94" % index
    return data


looped: list[object] = []
looped.append(looped)
doubled: list[object] = [1]
for _ in range(60):
    doubled = [doubled, doubled]


@pytest.mark.parametrize(
    ("data", "clause"),
    [
        pytest.param(
            pickle.dumps(Calls()),
            "it refers to `posix.mkdir`",
            id="call",
            marks=pytest.mark.skipif(os.name == "nt", reason="named otherwise there"),
        ),
        pytest.param(
            pickle.dumps(Calls(), 0),
            "it refers to `posix.mkdir`",
            id="call in protocol 0",
            marks=pytest.mark.skipif(os.name == "nt", reason="named otherwise there"),
        ),
        pytest.param(pickle.dumps(print), "it refers to `builtins.print`", id="function"),
        pytest.param(pickle.dumps(Plain()), "Plain`", id="object"),
        pytest.param(b"cbuiltins\neval\n(S'1'\ntR.", "it refers to `builtins.eval`", id="eval"),
        pytest.param(b"(Vtrue\nios\nsystem\n.", "it refers to `os.system`", id="opcode INST"),
        pytest.param(b"cbuiltins\ngetattr\n.", "it refers to `builtins.getattr`", id="getattr"),
        pytest.param(
            b"\x80\x02\x82\x01.",
            "it uses the opcode EXT1, which plain values do not need",
            id="extension",
        ),
        pytest.param(b"Pa\n.", "it uses the opcode PERSID", id="persistent object"),
        pytest.param(b"\x80\x05\x97.", "it uses the opcode NEXT_BUFFER", id="buffer"),
        pytest.param(
            b"cbuiltins\nbytes\n(I1000000000000\ntR.",
            "it is broken: TypeError",
            id="many bytes",
        ),
        pytest.param(pickle.dumps(bytearray(b"x"), 5), "the opcode BYTEARRAY8", id="bytearray"),
        pytest.param(
            b"c_codecs\nencode\n(Va\nVzip\ntR.",
            "it uses the encoding zip",
            id="encoding",
        ),
        pytest.param(b"cbuiltins\nset\n.", "it is a type", id="function as value"),
        pytest.param(b"}cbuiltins\nset\nNs.", "it has a key that is a type", id="and as key"),
        pytest.param(b"cbuiltins\nset\n(d(Va\nI1\ndb.", "the opcode BUILD", id="state"),
        pytest.param(b"\x80\x02cbuiltins\nset\n)\x81.", "the opcode NEWOBJ", id="class"),
        pytest.param(b"K\x01)R.", "it is broken: TypeError", id="call of a number"),
        pytest.param(
            b"\x80\x05\x96" + b"\xff" * 5 + b"\0\0\0.",
            "it is broken: ValueError: expected 1099511627775 bytes",
            id="long bytes",
        ),
        pytest.param(b"", "it is broken", id="nothing"),
        pytest.param(b"junk", "it is broken", id="junk"),
        pytest.param(b"t.", "it is broken", id="a mark is missing"),
        pytest.param(b"\x85.", "it is broken: IndexError", id="nothing for a tuple"),
        pytest.param(b"c" + b"a" * 5000 + b"\nb\n.", "aaa...`", id="long name"),
        pytest.param(b".", "", id="empty stack"),
        pytest.param(pickle.dumps(PLAIN)[:-9], "it is broken", id="cut off"),
        pytest.param(b"(l(dNs.", "", id="a list as key"),
        pytest.param(
            pickle.dumps(looped),
            "it is nested deeper than 250 levels, or contains itself",
            id="loop",
        ),
        pytest.param(pickle.dumps(doubled), "it consists of more than 1000000 values", id="bomb"),
        pytest.param(b"(" * 9**4 + b"l" * 9**4 + b".", "deeper than 250", id="deep"),
        pytest.param(
            b"})" + b"\x85" * 100_000 + b"K\x01s.",
            "is nested deeper than 250 levels",
            id="deep key",
        ),
        pytest.param(
            b"\x8f()" + b"\x85" * 100_000 + b"\x90.",
            "is nested deeper than 250 levels",
            id="deep element of a set",
        ),
        pytest.param(
            b"\x80\x04}" + doubled_key(60) + b"K\x01s.",
            "it has a key that consists of more than 10000 values",
            id="bomb as a key",
        ),
        pytest.param(
            b"\x80\x04\x8f(" + doubled_key(60) + b"\x90.",
            "it has a key that consists of more than 10000 values",
            id="bomb as an element",
        ),
        pytest.param(
            b"cbuiltins\nset\n(](" + doubled_key(60) + b"etR.",
            "it has a key that consists of more than 10000 values",
            id="bomb as an argument",
        ),
    ],
)
def test_any_other_pickle_is_refused_with_what_it_asks_for(
    data: bytes, clause: str, tmp_path: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(pickle.UnpicklingError) as caught:
        load_plain(data)
    assert clause in str(caught.value)
    assert len(str(caught.value)) < 200
    assert os.listdir() == []
