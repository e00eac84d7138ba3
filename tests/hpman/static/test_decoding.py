"""Bytes of a source file become text as Python reads them."""

from __future__ import annotations

import ast
import codecs
import io
import warnings
import zipfile

import pytest
from hypothesis import example, given, strategies as st

from hpman.static.decoding import DecodingError, decode, encoding_of


def _zipped() -> bytes:
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as opened:
        opened.writestr("__main__.py", "_('lr', 1)\n")
    return archive.getvalue()


# The cookie counts in these, and 0xE9 is read by it.
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
# And in these it does not, so that the file is no UTF-8.
DOES_NOT = {
    "third line": b"#\n#\n# coding: latin-1\n",
    "below code": b"x = 1\n# coding: latin-1\n",
    "behind code": b"x = 1 # coding: latin-1\n",
    "a blank in between": b"# coding : latin-1\n",
    "in a string": b"'''\n# coding: latin-1\n'''\n",
    "below a line join": b"\\\n# coding: latin-1\n",
    "utf-8": b"# coding: utf-8\n",
    "utf-8 with a suffix": b"# coding: utf-8-unix\n",
    "the first of two": b"# coding: utf-8\n# coding: latin-1\n",
}


@pytest.mark.parametrize("head", COUNTS.values(), ids=COUNTS)
def test_a_cookie_names_the_encoding(head: bytes) -> None:
    assert decode(head + b"x = '\xe9'\n").endswith("x = 'é'\n")


@pytest.mark.parametrize("head", DOES_NOT.values(), ids=DOES_NOT)
def test_elsewhere_it_is_a_comment(head: bytes) -> None:
    with pytest.raises(DecodingError, match="utf-8") as caught:
        decode(head + b"x = '\xe9'\n")
    assert (caught.value.line, caught.value.column) == (head.count(b"\n") + 1, 6)


@pytest.mark.parametrize("end", [b"\n", b"\r\n", b"\r"])
def test_each_newline_becomes_one(end: bytes) -> None:
    assert decode(end.join([b"x = 1", b"", b"y = 2", b""])) == "x = 1\n\ny = 2\n"


def test_a_byte_order_mark_is_no_text() -> None:
    assert decode(codecs.BOM_UTF8 + "x = 'é'".encode()) == "x = 'é'"
    assert decode(codecs.BOM_UTF8 + b"# coding: utf-8\n") == "# coding: utf-8\n"
    assert decode(b"") == ""


def test_names_are_returned_as_written_but_for_utf_8() -> None:
    assert encoding_of(b"# coding: KOI8-R") == "KOI8-R"
    assert encoding_of(b"# coding: UTF_8") == "utf-8"
    assert encoding_of(b"# coding: Latin-1") == "iso-8859-1"


UNREADABLE = {
    "null byte": (b"x = 1\ny = \0\n", "null bytes", 2, 5),
    "null byte by a codec": (b"# coding: unicode_escape\nx = \\0\n", "null bytes", 2, 5),
    "zip": (_zipped(), "is a zip archive", 1, 1),
    "zip that starts": (b"#!/usr/bin/python\n" + _zipped(), "is a zip archive", 1, 1),
    "utf-16": ("x = 1".encode("utf-16"), "save it as UTF-8", 1, 1),
    "unknown encoding": (b"#\n# coding: klingon\n", "unknown encoding: klingon", 2, 1),
    "no encoding of text": (b"# coding: rot13\n", "unknown encoding: rot13", 1, 1),
    "mark against cookie": (
        b"\xef\xbb\xbf#\n# coding: latin-1\n",
        "the byte order mark says UTF-8, the cookie says latin-1",
        2,
        1,
    ),
    "no utf-8": ("é = 1\né = 'é".encode() + b"\xff'", "cannot decode: invalid start byte", 2, 7),
    "not of the encoding": (b"# coding: ascii\n\nx = '\xe9'", "ascii.*not in range", 3, 6),
    "cut short": (b"# coding: utf-16-le\nx", "truncated data", 2, 1),
    "lone surrogate": (b"# coding: unicode_escape\n'\\ud800'", "surrogates not allowed", 1, 1),
    "surrogate in utf-8": (b"x = '\xed\xa0\x80'", "cannot decode", 1, 6),
    "codec that never decodes": (b"# coding: undefined\n", "the codec undefined fails", 1, 1),
}


@pytest.mark.parametrize(("data", "reason", "line", "column"), UNREADABLE.values(), ids=UNREADABLE)
def test_what_python_does_not_read_is_an_error_with_its_place(
    data: bytes, reason: str, line: int, column: int
) -> None:
    with pytest.raises(DecodingError, match=reason) as caught:
        decode(data)
    assert (caught.value.line, caught.value.column) == (line, column)


def test_a_codec_that_warns_is_silent() -> None:
    assert decode(b"# coding: unicode_escape\nx = '\\d'").endswith("x = '\\d'")


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
    st.text(max_size=10).map(str.encode),
    st.sampled_from([b"x = '\xe9'", b"x = '\xa4\xa2'", b"x = '+AOk-'", b"x = '\\xe9'"]),
)


@given(st.one_of(st.just(b""), HEADS), BODIES)
@example(b"\xef\xbb\xbf# coding: utf8\n", b"")
def test_it_reads_what_the_compiler_reads(head: bytes, body: bytes) -> None:
    # In a string, so that the compiler has no reason but the encoding to refuse it.
    data = head + b"\nr'''" + body.replace(b"'", b"").replace(b"\\", b"") + b"|'''"
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        assert _last(_decoded(data)) == _last(data)


def _decoded(data: bytes) -> str | None:
    """Return the text, None if there is none."""
    try:
        return decode(data)
    except DecodingError:
        return None


@given(st.one_of(HEADS, st.binary(max_size=40)), BODIES)
def test_what_is_wrong_has_a_place_in_the_file(head: bytes, body: bytes) -> None:
    data = head + body
    try:
        decode(data)
    except DecodingError as error:
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
