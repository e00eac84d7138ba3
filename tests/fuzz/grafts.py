"""Mutations for the fuzzer that often leave a program valid.

Owns the seeds and a mutation by pieces of programs; knows nothing of the tests.
"""

from __future__ import annotations

import ast
import random
import re
import warnings
from pathlib import Path

SCAN_CASES = Path(__file__).parents[1] / "golden" / "scan"
LONGEST_SEED = 4096
_TOKEN = re.compile(rb"\w+|\s+|[^\w\s]")
# Pieces that may be missing from the seeds and reach rarely used code.
_PIECES = [
    *(b'_("a", 1)', b"_(", b"hp('b', x=2)", b"h = _\n", b"h('c')", b"(h := _)('d')"),
    *(b"from hpman.m import _ as h\n", b"import hpman.m as z\n", b"z._('e')", b"hpman.m.hp('f')"),
    *(b"from gettext import gettext as _\n", b"from common import _\n", b"global _\n"),
    *(b"HyperParameterManager('_')", b"\\\n", b"# )\n", b"\r", b"\f", b"\0", b"\xef\xbb\xbf"),
    *(b"# coding: latin-1\n", b"# coding: utf-16\n", b"# coding: rot13\n"),
    *("é".encode(), b"\xff", b"\xed\xa0\x80"),
    *(b"f'{", b"}'", b"lambda: ", b"nonlocal h\n", b"def f(_=_): ", b"class A: ", b"[h for h"),
    *(b"(" * 99, b"-" * 999, b"1+" * 999, b".a" * 999, b"9" * 5000, b"{[]: 1}", b"{**a}"),
]


def seeds() -> list[bytes]:
    """Return the sources of the golden cases, without the long ones."""
    found: set[bytes] = set()
    for case in SCAN_CASES.glob("*.txt"):
        _header, *parts = re.split(rb"^--- (.*)\n", case.read_bytes(), flags=re.MULTILINE)
        files = zip(parts[::2], parts[1::2], strict=True)
        found |= {data for name, data in files if name.endswith(b".py")}
    return sorted(data for data in found if len(data) <= LONGEST_SEED)


class Grafts:
    """Change an input by pieces of other inputs, and sometimes by a single byte.

    Args:
        stock: the inputs from which pieces are taken.
    """

    def __init__(self, stock: list[bytes]) -> None:
        """Cut the stock into lines and tokens."""
        self._stock = stock
        lines = [line for data in stock for line in data.splitlines(keepends=True)]
        self._pieces = [*_PIECES, *lines, *(token for line in lines for token in _split(line))]

    def __call__(self, data: bytes, longest: int, seed: int) -> bytes:
        """Return a changed input that is not too long and usually valid Python."""
        chance = random.Random(seed)
        if chance.random() < 0.7 and not _is_python(data):  # little happens after a syntax error
            data = chance.choice(self._stock)
        changed = data
        for _time in range(chance.choice([1, 5, 10, 20])):
            changed = data
            for _change in range(chance.randint(1, 4)):
                change = self._graft if chance.random() < 0.9 else _change_a_byte
                changed = change(changed, chance)
            if _is_python(changed):
                break
        return changed[:longest]

    def _graft(self, data: bytes, chance: random.Random) -> bytes:
        """Insert a piece, or replace or remove a few tokens."""
        tokens = _split(data)
        place = chance.randint(0, len(tokens))
        end = place + chance.choice([0, 0, 1, 1, 1, 3])
        piece = chance.choice(self._pieces if chance.random() < 0.8 else [b"", *tokens])
        return b"".join([*tokens[:place], piece, *tokens[end:]])


def _change_a_byte(data: bytes, chance: random.Random) -> bytes:
    """Overwrite or insert a byte."""
    place = chance.randint(0, len(data))
    return data[:place] + chance.randbytes(1) + data[place + chance.randint(0, 1) :]


def _is_python(data: bytes) -> bool:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            compile(data, "<graft>", "exec", ast.PyCF_ONLY_AST)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return False
    return True


def _split(data: bytes) -> list[bytes]:
    """Split a program into words, spaces and punctuation."""
    return _TOKEN.findall(data)
