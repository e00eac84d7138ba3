"""Bytes become text and text becomes a tree, as Python reads them."""

from __future__ import annotations

import ast
import codecs
import gc
import os
import signal
import subprocess
import sys
import threading
import warnings

import pytest
from hypothesis import example, given, strategies as st

from hpman.static import syntax
from hpman.static.syntax import UnparsableError, decode, parse, paused_collector
from tests.strategies import characters

# The encoding of these files is Latin-1.
COUNTS = {
    "emacs": b"# -*- coding: latin-1 -*-\n",
    "vim": b"# vim: set fileencoding=latin-1 :\n",
    "equals sign": b"#coding=latin-1\n",
    "blanks before": b" \t\f# coding: latin-1\n",
    "second line": b"#!/usr/bin/python\n# coding: latin-1\n",
    "second line below an empty one": b" \t\n# coding: latin-1\n",
    "carriage returns": b"#\r# coding: latin-1\r",
    "both": b"#\r\n# coding: latin-1\r\n",
    "upper case": b"# coding: LATIN_1\n",
    "with a suffix": b"# coding: iso-8859-1-unix\n",
    "in a word": b"# decoding: latin-1\n",
    "tabs": b"# coding:\t \tlatin-1\n",
    "the second of two": b"# coding: ; coding: latin-1\n",
    "after one without a name": b"# coding:\n# coding: latin-1\n",
}
# In these it does not, so the file is not valid UTF-8.
DOES_NOT = {
    "third line": b"#\n#\n# coding: latin-1\n",
    "below code": b"x = 1\n# coding: latin-1\n",
    "behind code": b"x = 1 # coding: latin-1\n",
    "a blank in between": b"# coding : latin-1\n",
    "no name": b"# coding:\n# coding: ?\n",
    "in a string": b"'''\n# coding: latin-1\n'''\n",
    "below a line join": b"\\\n# coding: latin-1\n",
    "utf-8": b"# coding: utf-8\n",
    "utf-8 with a suffix": b"# coding: utf-8-unix\n",
    "the first of two": b"# coding: utf-8\n# coding: latin-1\n",
}


@pytest.mark.parametrize("head", COUNTS.values(), ids=COUNTS)
def test_a_comment_at_the_top_declares_the_encoding(head: bytes) -> None:
    assert decode(head + b"x = '\xe9'\n").endswith("x = 'é'\n")


@pytest.mark.parametrize("head", DOES_NOT.values(), ids=DOES_NOT)
def test_elsewhere_it_is_a_comment_like_any_other(head: bytes) -> None:
    with pytest.raises(UnparsableError, match="utf-8") as caught:
        decode(head + b"x = '\xe9'\n")
    assert (caught.value.line, caught.value.column) == (head.count(b"\n") + 1, 6)


@pytest.mark.parametrize("end", [b"\n", b"\r\n", b"\r"])
def test_newlines_are_normalized(end: bytes) -> None:
    assert decode(end.join([b"x = 1", b"", b"y = 2", b""])) == "x = 1\n\ny = 2\n"


def test_a_byte_order_mark_is_left_out() -> None:
    assert decode(codecs.BOM_UTF8 + "x = 'é'".encode()) == "x = 'é'"
    assert decode(codecs.BOM_UTF8 + b"# coding: utf-8\n") == "# coding: utf-8\n"
    assert decode(b"") == ""


UNREADABLE = {
    "utf-16": ("x = 1".encode("utf-16"), "save it as UTF-8", 1, 1),
    "unknown encoding": (b"#\n# coding: klingon\n", "unknown encoding: klingon", 2, 1),
    "no encoding of text": (b"# coding: rot13\n", "unknown encoding: rot13", 1, 1),
    "mark against cookie": (
        b"\xef\xbb\xbf#\n# coding: latin-1\n",
        "byte order mark, but the encoding is latin-1",
        2,
        1,
    ),
    "no utf-8": (
        "é = 1\né = 'é".encode() + b"\xff'",
        r"not valid utf-8 \(invalid start byte\)",
        2,
        7,
    ),
    "not of the encoding": (b"# coding: ascii\n\nx = '\xe9'", "ascii.*not in range", 3, 6),
    "cut short": (b"# coding: utf-16-le\nx", "truncated data", 2, 1),
    "surrogate in utf-8": (b"x = '\xed\xa0\x80'", "not valid utf-8", 1, 6),
    "codec that never decodes": (b"# coding: undefined\n", "cannot decode undefined", 1, 1),
}


@pytest.mark.parametrize(("data", "reason", "line", "column"), UNREADABLE.values(), ids=UNREADABLE)
def test_bytes_that_python_would_not_decode_are_an_error_with_its_place(
    data: bytes, reason: str, line: int, column: int
) -> None:
    with pytest.raises(UnparsableError, match=reason) as caught:
        decode(data)
    assert (caught.value.line, caught.value.column) == (line, column)


ENCODINGS = [
    "utf-8", "UTF_8", "utf8", "utf-8-sig", "latin-1", "cp1252", "koi8-r", "gbk", "shift_jis",
    "hz", "utf-7", "utf-16", "cp037", "ascii", "unicode_escape", "raw-unicode-escape", "punycode",
    "idna", "hex", "klingon", "aliases", "undefined", "mbcs", ".", "iso-2022-jp", "utf-32-be",
]  # fmt: skip
HEADS = st.builds(
    lambda mark, first, encoding, end: mark + first + b"# coding: " + encoding.encode() + end,
    st.sampled_from([b"", codecs.BOM_UTF8]),
    st.sampled_from([b"", b"\n", b"#\r\n", b"\f", b"x\n"]),
    st.sampled_from(ENCODINGS),
    st.sampled_from([b"\n", b"\r", b"\r\n", b" -*-\n", b""]),
)
BODIES = st.one_of(
    st.binary(max_size=20),
    st.text(characters, max_size=10).map(str.encode),
    st.sampled_from([b"x = '\xe9'", b"x = '\xa4\xa2'", b"x = '+AOk-'", b"x = '\\xe9'"]),
)


@given(st.one_of(st.just(b""), HEADS), BODIES)
@example(b"\xef\xbb\xbf# coding: utf8\n", b"")
def test_bytes_are_decoded_as_the_compiler_does(head: bytes, body: bytes) -> None:
    # In a string, so that the compiler has no reason but the encoding to refuse it.
    data = head + b"\nr'''" + body.replace(b"'", b"").replace(b"\\", b"") + b"|'''"
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        assert _last(_decoded(data)) == _last(data)


def _decoded(data: bytes) -> str | None:
    try:
        return decode(data)
    except UnparsableError:
        return None


@given(st.one_of(HEADS, st.binary(max_size=40)), BODIES)
def test_an_error_has_a_place_in_the_file(head: bytes, body: bytes) -> None:
    data = head + body
    try:
        decode(data)
    except UnparsableError as error:
        place = error.line, error.column
    else:
        place = 1, 1
    assert 1 <= place[0] <= data.count(b"\n") + data.count(b"\r") + 1
    assert place[1] >= 1


def _last(source: str | bytes | None) -> str | None:
    """Return the string at the end of a source as the compiler reads it, None if it does not."""
    if source is None:
        return None
    try:
        last = ast.parse(source).body[-1]
    except (SyntaxError, ValueError):
        return None
    return ast.unparse(last)


def test_a_text_becomes_a_tree() -> None:
    assert type(parse("x = 1\n")).__name__ == "Module"


@pytest.mark.parametrize(
    ("text", "reason", "place"),
    [
        pytest.param("x = (\n", "never closed", (1, 5), id="syntax"),
        pytest.param("if x:\npass", "expected an indented block", (2, 1), id="indentation"),
        pytest.param("x = 1\n'a\0b'", "null bytes", (2, 3), id="null byte"),
        pytest.param("x = 1\ny = '\ud800'", "surrogate", (2, 6), id="surrogate"),
        pytest.param("x = " + "-" * 100_000 + "1", "nested too deeply", (1, 1), id="deep"),
        pytest.param("x = " + "(" * 1000, "too many nested", None, id="brackets"),
        pytest.param("# coding: klingon\nx = (", "never closed", (2, 5), id="cookie is past"),
    ],
)
def test_what_cannot_be_parsed_says_why_and_where(
    text: str, reason: str, place: tuple[int, int] | None
) -> None:
    with pytest.raises(UnparsableError, match=reason) as caught:
        parse(text)
    assert place in (None, (caught.value.line, caught.value.column))
    assert caught.value.line >= 1 <= caught.value.column


def test_a_chain_of_any_length_leaves_the_process_alive() -> None:
    code = (
        "from hpman.static.syntax import UnparsableError, parse\n"
        "for text in ('1 + ' * 100_000 + '1', 'y' + '.z' * 100_000):\n"
        "    try: parse(text)\n"
        "    except UnparsableError as error: print(error.reason)\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.count("nested too deeply") == 2


@pytest.mark.parametrize(
    ("text", "message"),
    [
        pytest.param("x = " + "1+" * 10_000 + "1", "nested too deeply", id="long chain"),
        pytest.param("return\n" + "#" * 2000 + "\n(", "never closed", id="no chain"),
    ],
)
def test_an_old_parser_is_kept_from_long_chains(
    text: str, message: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(syntax, "_OVERFLOWS", True)
    monkeypatch.setattr(syntax, "_LONG", 1000)
    with pytest.raises(UnparsableError, match=message):
        parse(text)
    parse("return 1\n" * 1000)  # the parser does not care that this is outside of a function


def test_whatever_else_the_parser_refuses_is_said_in_its_words(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def refuse(*_arguments: object, **_options: object) -> None:
        raise ValueError("never seen before")

    monkeypatch.setattr(syntax, "compile", refuse, raising=False)
    with pytest.raises(UnparsableError, match="never seen before"):
        parse("x")


def test_an_integer_too_long_to_be_read_is_no_crash() -> None:
    if not hasattr(sys, "set_int_max_str_digits"):
        pytest.skip("this Python reads integers of any length")
    with pytest.raises(UnparsableError, match="digits"):
        parse("x = " + "1" * 5000)


def test_warnings_of_the_parser_are_neither_shown_nor_raised() -> None:
    with warnings.catch_warnings(record=True) as shown:
        warnings.simplefilter("always")
        parse('x = "\\d"')
    assert shown == []
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        parse('x = "\\d"')


@pytest.mark.parametrize("collecting", [True, False])
def test_the_collector_is_paused_and_restored_also_on_error(collecting: bool) -> None:
    was_on = gc.isenabled()
    (gc.enable if collecting else gc.disable)()
    try:
        with pytest.raises(UnparsableError), paused_collector():
            parse("x = 1" if gc.isenabled() else "(")
        assert gc.isenabled() is collecting
    finally:
        (gc.enable if was_on else gc.disable)()


def test_threads_that_parse_at_once_restore_the_warning_filters() -> None:
    start = threading.Barrier(4)

    def read() -> None:
        start.wait()
        for _time in range(30):
            parse("x = '\\d'\n" * 20)

    interval = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            before = list(warnings.filters)
            threads = [threading.Thread(target=read) for _thread in range(4)]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()
            assert list(warnings.filters) == before
    finally:
        sys.setswitchinterval(interval)


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
@pytest.mark.filterwarnings("ignore:.*fork.*:DeprecationWarning")
def test_a_process_that_is_forked_while_a_thread_parses_can_parse_too() -> None:
    is_parsing, may_end = threading.Event(), threading.Event()

    def hold() -> None:
        with syntax._FILTERS:
            is_parsing.set()
            may_end.wait(0.05)  # the fork waits for the end of this

    thread = threading.Thread(target=hold)
    thread.start()
    is_parsing.wait()
    child = os.fork()
    if not child:
        signal.alarm(30)  # ends a child that waits for a thread that it does not have
        parse("x = 1")
        os._exit(0)
    may_end.set()
    thread.join()
    assert os.waitpid(child, 0)[1] == 0
