"""Bytes of a source file to text, as Python reads them (PEP 263).

Owns encoding cookies, byte order marks, newlines, and what can be wrong with
bytes; must not know where they came from or what the text says.
"""

from __future__ import annotations

from .syntax import UnparsableError

_UTF_8_MARK = b"\xef\xbb\xbf"
UTF_16_MARKS = (b"\xff\xfe", b"\xfe\xff")
_ZIP, _END_OF_ZIP = b"PK\3\4", b"PK\5\6"
_BLANKS = b" \t\f"


class DecodingError(UnparsableError):
    """Say why Python cannot read the bytes of a file, and where."""


def decode(data: bytes) -> str:
    r"""Turn the bytes of a source file into text, as Python does.

    The encoding is the one of the cookie in the first two lines (PEP 263), or
    UTF-8, with or without a byte order mark. Each kind of newline becomes `\n`.

    Args:
        data: the whole file.

    Returns:
        The text, without a byte order mark.

    Raises:
        DecodingError: Python would not read these bytes.

    >>> decode(b"# coding: latin-1\r\nx = '\xe9'\r\n")
    "# coding: latin-1\nx = 'é'\n"
    """
    if data.startswith(UTF_16_MARKS):
        raise DecodingError("the file is in UTF-16, which Python does not read; save it as UTF-8")
    if b"\r" in data:
        data = data.replace(b"\r\n", b"\n").replace(b"\r", b"\n")
    if b"\0" in data:
        if data.startswith(_ZIP) or data[-22:-18] == _END_OF_ZIP:  # what runs it stands in front
            raise DecodingError("the file is a zip archive; read the sources that it was made from")
        raise DecodingError("source code cannot hold null bytes", *_place(data, data.index(b"\0")))
    encoding = encoding_of(data)
    body = data.removeprefix(_UTF_8_MARK)
    if encoding != "utf-8":
        return _translate(body, encoding)
    try:
        return body.decode()
    except UnicodeDecodeError as error:
        raise _undecodable(body, error) from None


def uniform(text: str) -> str:
    r"""Return a text in which each kind of newline is `\n`, as Python takes them.

    >>> uniform("a\r\nb\rc\n")
    'a\nb\nc\n'
    """
    return text.replace("\r\n", "\n").replace("\r", "\n")


def encoding_of(data: bytes) -> str:
    r"""Return the name of the encoding that the first two lines declare.

    Args:
        data: the file, or at least its first two lines.

    Returns:
        The name as it is written; `utf-8` for its many spellings, and where
        nothing is declared.

    Raises:
        DecodingError: a byte order mark and a cookie contradict each other.

    >>> encoding_of(b"#!/usr/bin/python\n# -*- coding: koi8-r -*-\n")
    'koi8-r'
    """
    cookie, line = _cookie(data.removeprefix(_UTF_8_MARK))
    name = _usual_name(cookie)
    if name != "utf-8" and data.startswith(_UTF_8_MARK):
        raise DecodingError(f"the byte order mark says UTF-8, the cookie says {cookie}", line)
    return name


def _cookie(data: bytes) -> tuple[str, int]:
    """Return what the cookie says, and its line; `utf-8` without one."""
    end = _end_of_line(data, 0)
    first, second = data[:end], data[end + 1 : _end_of_line(data, end + 1)]
    if b"coding" in first or b"coding" in second:
        import re

        cookie = re.compile(rb"[ \t\f]*#.*?coding[:=][ \t]*([-\w.]+)", re.DOTALL).match
        if found := cookie(first):
            return found[1].decode("ascii"), 1
        # A second line counts only below a line that says nothing.
        if first.lstrip(_BLANKS)[:1] in (b"", b"#") and (found := cookie(second)):
            return found[1].decode("ascii"), 2
    return "utf-8", 1


def _end_of_line(data: bytes, start: int) -> int:
    """Return where the line ends that holds a position."""
    newline = data.find(b"\n", start)
    end = len(data) if newline < 0 else newline
    carriage_return = data.find(b"\r", start, end)
    return end if carriage_return < 0 else carriage_return


def _usual_name(encoding: str) -> str:
    """Return one name for the spellings that Python's tokenizer itself knows."""
    start = encoding[:12].lower().replace("_", "-")
    for name in ("utf-8", "latin-1", "iso-8859-1", "iso-latin-1"):
        if start == name or start.startswith(f"{name}-"):
            return name if name == "utf-8" else "iso-8859-1"
    return encoding


def _translate(data: bytes, encoding: str) -> str:
    """Decode by the codec of that name."""
    from .silence import silence

    try:
        with silence():  # `unicode_escape` complains of escapes
            text = data.decode(encoding)
            text.encode()  # Python goes through UTF-8, which has no lone surrogates
    except LookupError:
        raise DecodingError(f"unknown encoding: {encoding}", _cookie(data)[1]) from None
    except UnicodeDecodeError as error:
        raise _undecodable(data, error) from None
    except Exception as error:  # noqa: BLE001 - a codec need not be Python's own
        raise DecodingError(f"the codec {encoding} fails: {error}", _cookie(data)[1]) from None
    text = uniform(text)
    if "\0" in text:
        data = text.encode()
        raise DecodingError("source code cannot hold null bytes", *_place(data, data.index(b"\0")))
    return text


def _undecodable(data: bytes, error: UnicodeDecodeError) -> DecodingError:
    """Say which byte is not of the encoding, and what can be done."""
    place = _place(data, min(error.start, len(data)))
    return DecodingError(f"({error.encoding}) cannot decode: {error.reason}", *place)


def _place(data: bytes, index: int) -> tuple[int, int]:
    """Return line and column of a byte."""
    start = data.rfind(b"\n", 0, index) + 1
    line = data.count(b"\n", 0, index) + 1
    return line, len(data[start:index].decode(errors="replace")) + 1
