"""Notebooks: the code cells of an `.ipynb` file as one text.

Owns the format of notebooks (nbformat 4), and which lines are not Python: magics, commands of
a shell, and questions. Must not know hyperparameters.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from functools import lru_cache
from itertools import islice

from ..text import Source
from .syntax import UnparsableError, normalize_newlines, parse

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from typing import Any

_FORMAT = 4
# Cells with these magics contain Python; those with the others something else, or it is unknown.
_PYTHON = frozenset("capture debug prun time timeit".split())
_FOREIGN = frozenset(
    "! HTML R SVG bash cmd cython file html javascript js julia latex markdown perl powershell "
    "pypy python python2 python3 ruby script sh sql svg system sx writefile".split()
)
# Magics that IPython also accepts without a `%`.
_AUTOMAGIC = "cat|cd|conda|cp|ls|mamba|mkdir|mv|pip|pwd|rm|rmdir|uv"
# What ends a string or opens a bracket in a line, so that the next line continues it.
_TOKEN = re.compile(
    r"""'''(?:\\.|[^\\])*?'''|\"""(?:\\.|[^\\])*?\"""|'''|\"""|'(?:\\.|[^\\'\n])*'"""
    r"""|"(?:\\.|[^\\"\n])*"|\#[^\n]*|[(\[{]|[)\]}]|\\\n|\n""",
    re.DOTALL,
)
_MAGIC = re.compile(rf"[%!?/,;]|[^#]*[\w)\]]\?\??\s*$|(?:{_AUTOMAGIC})(?:\s+[^\s=,.:(\[]|\s*$)")
_ASSIGNED = re.compile(r"([\w.\[\]\"', ]+?)\s*=\s*[%!]")

_NEWLINE = re.compile(r"\r\n|\r|\n")
# A character in a string of JSON. One beyond U+FFFF may be two escapes.
_CHARACTER = re.compile(
    r"\\u[dD][89abAB][\da-fA-F]{2}\\u[dD][c-fC-F][\da-fA-F]{2}|\\u[\da-fA-F]{4}|\\?.", re.DOTALL
)


class Notebook(Source):
    """Hold the code of a notebook, and which lines belong to which cell."""

    __slots__ = ("cells", "original")

    def __init__(
        self,
        path: str,
        text: str,
        key: tuple[object, ...],
        cells: tuple[tuple[int, int], ...],
        original: str,
    ) -> None:
        super().__init__(path, text, key)
        self.cells: tuple[tuple[int, int], ...] = cells
        self.original: str = original

    def moved(self, path: str, key: tuple[object, ...]) -> Notebook:
        """Return the same notebook at another path."""
        return Notebook(path, self.text, key, self.cells, self.original)

    def cell(self, line: int) -> tuple[int, int]:
        """Return the number of the cell that contains a line, and the line in it."""
        number, first = self._at(line)[0]
        return number, line - first + 1

    def excerpt(self, line: int, **options: Any) -> str:
        """Return the lines around a line in its cell, see `Source`."""
        (_number, first), (_next, end) = self._at(line)
        lines = self.original.split("\n")[first - 1 : end - 1]
        return Source(self.path, "\n".join(lines)).excerpt(line - first + 1, **options)

    def _at(self, line: int) -> tuple[tuple[int, int], tuple[int, int]]:
        """Return the cell that contains a line, and the one after it."""
        after = bisect_right(self.cells, line, key=lambda cell: cell[1]) or 1
        end = (0, len(self.lines) + 1)
        return self.cells[after - 1], self.cells[after] if after < len(self.cells) else end

    def __reduce__(self) -> tuple[type[Source], tuple[Any, ...]]:
        return Notebook, (self.path, self.text, self.key, self.cells, self.original)


def read_notebook(path: str, data: bytes, key: tuple[object, ...] = ()) -> Notebook:
    """Return the code of a notebook. Lines that are not Python become comments."""
    texts, cells, line = [], [], 1
    for number, cell in enumerate(_load(data)["cells"], 1):
        if cell["cell_type"] == "code":
            text = normalize_newlines("".join(cell["source"]))
            cells.append((number, line))
            texts.append(text)
            line += text.count("\n") + 1
    code, original = (
        "".join(f"{text}\n" for text in rows) for rows in (map(python_of, texts), texts)
    )
    return Notebook(path, code, key, tuple(cells) or ((1, 1),), original)


def _load(data: bytes) -> Mapping[str, Any]:
    """Parse the bytes of a notebook."""
    import json

    try:
        notebook = json.loads(data.decode("utf-8-sig"))
    except json.JSONDecodeError as error:
        reason = f"it is not JSON ({error.msg})"
        raise UnparsableError(reason, error.lineno, error.colno) from None
    except UnicodeDecodeError as error:
        raise UnparsableError(f"not valid {error.encoding} ({error.reason})") from None
    except (RecursionError, ValueError):  # ValueError: an int of many digits
        raise UnparsableError("it is not the JSON of a notebook") from None
    if not isinstance(notebook, dict) or not isinstance(notebook.get("nbformat"), int):
        raise UnparsableError("it is not a notebook", advice="Rename it, or exclude it.")
    if notebook["nbformat"] != _FORMAT:
        reason = f"it is a notebook of format {notebook['nbformat']}, not {_FORMAT}"
        advice = "Exclude it."
        if notebook["nbformat"] < _FORMAT:
            advice = "Convert it with `jupyter nbconvert --to notebook --inplace`, or exclude it."
        raise UnparsableError(reason, advice=advice)
    cells = notebook.get("cells")
    if not isinstance(cells, list) or not all(map(_is_cell, cells)):
        advice = "Restore the notebook, or exclude it."
        raise UnparsableError("the cells of the notebook are damaged", advice=advice)
    language = _language(notebook.get("metadata"))
    if language not in ("", "python", "ipython"):
        reason = f"it is a notebook of {language}, not of Python"
        raise UnparsableError(reason, advice="Exclude it.")
    return notebook


def _is_cell(cell: object) -> bool:
    if not isinstance(cell, dict) or not isinstance(cell.get("cell_type"), str):
        return False
    source = cell.get("source")
    return isinstance(source, str) or (
        isinstance(source, list) and all(isinstance(line, str) for line in source)
    )


def _language(metadata: object) -> str:
    """Return the language of a notebook in small letters; empty if it does not say so."""
    for part, key in (("kernelspec", "language"), ("language_info", "name")):
        about = metadata.get(part) if isinstance(metadata, dict) else None
        name = about.get(key) if isinstance(about, dict) else None
        if isinstance(name, str):
            return name.lower()
    return ""


@lru_cache(maxsize=1 << 10)  # while somebody types in a cell, the others stay
def python_of(text: str) -> str:
    r"""Return the text of a cell in which all that is not Python is a comment.

    Lines and columns stay the same.

    >>> python_of("%%time\nfor x in y:\n    !echo x\n  + 1")
    '# %%time\nfor x in y:\n    pass  # !echo x\n  + 1'
    >>> python_of("%%bash\nls"), python_of("files = !ls"), python_of("f?")
    ('# %%bash\n# ls', 'files = None  # = !ls', 'pass  # f?')
    """
    if text.lstrip().startswith("%%"):
        return _cell_magic(text)
    if not re.search(rf"[%!?]|^\s*(?:[/,;]|(?:{_AUTOMAGIC})\b)", text, re.MULTILINE) or _is_python(
        text
    ):
        return text
    return "".join(_masked(text))


def _cell_magic(text: str) -> str:
    head, newline, body = text.lstrip().partition("\n")
    blank = text[: text.index(head)]
    body = "" if not newline else newline + body
    name = re.split(r"[^\w!]", head[2:].lstrip(), maxsplit=1)[0]
    is_foreign = name in _FOREIGN
    if not is_foreign:
        body = python_of(body)
        is_foreign = name not in _PYTHON and not _is_python(body)
    return f"{blank}# {head}" + (body.replace("\n", "\n# ") if is_foreign else body)


def _is_python(text: str) -> bool:
    try:
        parse(text)
    except UnparsableError:
        return False
    return True


def _masked(text: str) -> Iterator[str]:
    """Yield a text in pieces. Lines that begin a statement and are not Python are masked."""
    start = 0
    while start < len(text):
        end = _end_of_magic(text, start)
        if end is None:
            end = _end_of_statement(text, start)
            yield text[start:end]
        else:
            yield _as_comment(text[start:end])
        start = end


def _end_of_magic(text: str, start: int) -> int | None:
    """Return where a magic ends that begins a line; None if there is none."""
    end = text.find("\n", start) + 1 or len(text)
    line = text[start:end].strip()
    if line.startswith("#") or not (_MAGIC.match(line) or _ASSIGNED.match(line)):
        return None
    while text.endswith("\\\n", start, end) and end < len(text):
        end = text.find("\n", end) + 1 or len(text)
    return end


def _as_comment(lines: str) -> str:
    """Return a magic as a statement that does nothing, with the magic in a comment."""
    indent = lines[: len(lines) - len(lines.lstrip())]
    line, rest = lines[len(indent) :], ""
    if assigned := _ASSIGNED.match(line):
        line, rest = f"{assigned[1]} = None", line[assigned.end(1) :].lstrip()
    else:
        line, rest = "pass", line
    first, newline, more = rest.partition("\n")
    more = more and "# " + more.replace("\n", "\n# ").removesuffix("# ")
    return f"{indent}{line}  # {first}{newline}{more}"


def _end_of_statement(text: str, start: int) -> int:
    """Return where the line ends that ends the statement, outside of brackets and strings."""
    depth = 0
    for token in _TOKEN.finditer(text, start):
        char = token[0]
        if char in "([{":
            depth += 1
        elif char in ")]}":
            depth -= 1
        elif char in ('"""', "'''"):  # it has no end
            break
        elif char == "\n" and depth <= 0:
            return token.end()
    return len(text)


class NotebookFile:
    r"""The text of a notebook, and where its code is in it.

    >>> text = '{"nbformat": 4, "cells": [{"cell_type": "code", "source": ["a\\n", "b = \\"\\""]}]}'
    >>> source = read_notebook("a.ipynb", text.encode())
    >>> text[NotebookFile(text).offset(source, 2, 5) :]
    '\\"\\""]}]}'
    """

    def __init__(self, text: str) -> None:
        self._text = text
        self._cells: list[Any] = _parse(text)["cells"]

    def offset(self, source: Source, line: int, column: int) -> int:
        """Return the offset of a place in the code; `LookupError` or `TypeError` if it has none."""
        number, line = source.cell(line)
        code = self._cells[(number or 1) - 1]["source"]
        strings: list[_String] = code if isinstance(code, list) else [code]
        starts = [0, *(match.end() for match in _NEWLINE.finditer("".join(strings)))]
        index, start = starts[line - 1] + column - 1, 0
        for string in strings:
            start = string.start
            if index < len(string) or string is strings[-1]:
                break
            index -= len(string)
        characters = islice(_CHARACTER.finditer(self._text, start), index)
        return start + sum(len(character[0]) for character in characters)


class _String(str):
    """A string of a JSON text. It starts at an offset, after the quote."""

    __slots__ = ("start",)
    start: int


def _parse(text: str) -> Any:
    from json.decoder import JSONDecoder, scanstring  # type: ignore[attr-defined]
    from json.scanner import py_make_scanner  # type: ignore[attr-defined]

    def parse_string(text: str, start: int, strict: bool) -> tuple[_String, int]:  # noqa: FBT001
        value, end = scanstring(text, start, strict)
        string = _String(value)
        string.start = start
        return string, end

    decoder: Any = JSONDecoder()
    decoder.parse_string = parse_string
    decoder.scan_once = py_make_scanner(decoder)
    return decoder.decode(text)
