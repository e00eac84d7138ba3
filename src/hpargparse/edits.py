"""Edits of source files: places inside of a call, files read, shown as a diff, and written.

Owns how a place in the decoded text becomes one in the bytes, and that all files are written
or none. Must not know why they are edited.
"""

from __future__ import annotations

from _ast import AST, Call
from collections.abc import Callable, Iterable, Sequence
from functools import partial
from itertools import accumulate
from typing import Any, AnyStr

from hpman import Diagnostic, Frozen, HpmanError, HyperParameter, Occurrence, Source
from hpman.programs import (
    UTF_8_MARK,
    NotebookFile,
    SourceMap,
    UnparsableError,
    decode,
    is_notebook,
    normalize_newlines,
    parse,
    read_source,
    source_encoding,
)
from hpman.text import display_path, without_commands

from .errors import SnapshotError
from .snapshots.atomic_io import read_bytes, replace_files

# The line and column of the first character, and of the one after the last.
Span = tuple[int, int, int, int]


def span_of(fact: Any) -> Span:
    """Return where a call, a name in one, or a finding about one is written."""
    return fact.line, fact.column, fact.end_line, fact.end_column


class EditError(HpmanError):
    """Report a file that cannot be edited."""


class Edit(Frozen):
    """Describe the replacement of one span of a file."""

    __slots__ = ()
    path: str
    span: Span
    old: str
    new: str


def parse_call(call: Occurrence) -> tuple[Call, Callable[[AST], Span]]:
    r"""Parse a call again. Return its node, and a function from a node in it to its span.

    >>> from hpman import HyperParameterManager
    >>> index = HyperParameterManager("_").parse_source("x = _('lr',\n 1)").index
    >>> node, span = parse_call(index.named("_", "lr")[0])
    >>> span(node.args[0]), span(node.args[1])
    ((1, 7, 1, 11), (2, 2, 2, 3))
    """
    source = Source(call.path, f"({call.call})")  # in brackets, it may go on over lines
    statement: Any = parse(source.text).body[0]
    source_map = SourceMap(source)
    before = call.column - 2  # the columns before the call, without the bracket

    def span(node: AST) -> Span:
        line, column, end_line, end_column = source_map.span(node)
        return (
            line + call.line - 1,
            column + before * (line == 1),
            end_line + call.line - 1,
            end_column + before * (end_line == 1),
        )

    return statement.value, span


def at_hint(
    hyperparameter: HyperParameter, hint: str, code: str, message: str, advice: str
) -> Diagnostic:
    """Return a diagnostic about a hint, placed where the hint that counts is written.

    >>> from hpman import HyperParameterManager
    >>> (row,) = HyperParameterManager("_").parse_source("_('lr', 1, help=3)").hyperparameters()
    >>> at_hint(row, "help", "HPM207", "It is 3.", "Write a string.").column
    12
    """
    calls = [*hyperparameter.occurrences, *filter(None, [hyperparameter.definition])]
    call = next(call for call in reversed(calls) if hint in call.hints)
    node, span = parse_call(call)
    keyword = next(keyword for keyword in node.keywords if keyword.arg == hint)
    line, column, end_line, end_column = span(keyword)
    return Diagnostic.at(call, code, message, advice).replace(
        call=call, line=line, column=column, end_line=end_line, end_column=end_column
    )


def has_comment(text: str) -> bool:
    r"""Return whether the source of an expression contains a comment.

    >>> has_comment("'#'"), has_comment("'a' # first\n'b'")
    (False, True)
    """
    if "#" not in text:
        return False
    from io import StringIO
    from tokenize import COMMENT, generate_tokens

    tokens = generate_tokens(StringIO(f"({text})").readline)
    return any(token.type == COMMENT for token in tokens)


def replace_spans(data: bytes, edits: Iterable[Edit]) -> bytes:
    r"""Return the bytes of a source file or notebook with spans replaced. All other bytes stay.

    Characters that the encoding of the file does not have are escaped, which is valid inside of
    strings. It is an `EditError` if a span has another text, or two spans overlap.

    >>> replace_spans("é = 1\r\n".encode(), [Edit("a.py", (1, 5, 1, 6), "1", "23")]).decode()
    'é = 23\r\n'
    """
    edits = sorted(edits, key=lambda edit: edit.span)
    if edits and is_notebook(edits[0].path):
        return _replace_in_cells(data, edits)
    return _replace(data, edits)


def _replace_in_cells(data: bytes, edits: Sequence[Edit]) -> bytes:
    """Replace spans of cells. In the file, they are parts of strings of JSON."""
    import json
    import re

    path = edits[0].path
    try:
        source = read_source(path, data)
    except UnparsableError as error:
        message = f"Cannot edit this notebook: {error.reason}."
        raise EditError(Diagnostic("edit", message, error.advice, path)) from None
    text = data.decode("utf-8-sig")
    file = NotebookFile(text)
    has_escapes = text.isascii() and bool(re.search(r"\\u(?!00[01])", text))
    parts = _spliced(
        text,
        edits,
        lambda line, column: file.offset(source, line, column),
        lambda part: "".join(json.loads(f'["{part}"]')),
        lambda new: json.dumps(new, ensure_ascii=has_escapes)[1:-1],
    )
    mark = data[: len(data) - len(data.removeprefix(UTF_8_MARK))]
    return mark + "".join(parts).encode(errors="backslashreplace")


def _replace(data: bytes, edits: Sequence[Edit]) -> bytes:
    body = data.removeprefix(UTF_8_MARK)
    encoding = source_encoding(body)
    lines = body.splitlines(keepends=True)  # bytes end lines as Python does
    starts = [0, *accumulate(map(len, lines))]

    def offset(line: int, column: int) -> int:
        text = lines[line - 1].rstrip(b"\r\n").decode(encoding)
        return starts[line - 1] + len(text[: column - 1].encode(encoding))

    parts = _spliced(
        body,
        edits,
        offset,
        lambda part: part.decode(encoding),
        lambda new: new.encode(encoding, "backslashreplace"),
    )
    return b"".join([data[: len(data) - len(body)], *parts])


def _spliced(
    content: AnyStr,
    edits: Iterable[Edit],
    offset: Callable[[int, int], int],
    decoded: Callable[[AnyStr], str],
    encoded: Callable[[str], AnyStr],
) -> list[AnyStr]:
    """Return the parts of a content in which spans are replaced."""
    parts: list[AnyStr] = []
    done = 0
    for edit in edits:
        try:
            start, end = offset(*edit.span[:2]), offset(*edit.span[2:])
            is_old = normalize_newlines(decoded(content[start:end])) == edit.old
        except (LookupError, TypeError, ValueError):
            is_old = False
        if not is_old or start < done:
            line, column = edit.span[:2]
            message = f"The file has changed: `{edit.old}` is not at line {line} any more."
            raise EditError(Diagnostic("edit", message, "Try again.", edit.path, line, column))
        parts += content[done:start], encoded(edit.new)
        done = end
    parts.append(content[done:])
    return parts


class EditedFile(Frozen):
    """The bytes of a file before and after its edits."""

    __slots__ = ()
    path: str
    old: bytes
    new: bytes


def edit_files(
    edits: Iterable[Edit], read_file: Callable[[str], bytes] | None = None
) -> list[EditedFile]:
    """Read files, by default from the disk, and apply edits to their bytes. Nothing is written.

    Raises:
        EditError: if a file cannot be read, or has changed so that an edit no longer fits.
    """
    by_path: dict[str, list[Edit]] = {}
    for edit in edits:
        by_path.setdefault(edit.path, []).append(edit)
    try:
        read_file = read_file or partial(read_bytes, limit=None)
        contents = {path: read_file(path) for path in sorted(by_path)}
    except SnapshotError as error:
        raise EditError(*error.diagnostics) from error
    return [
        EditedFile(path, data, replace_spans(data, by_path[path]))
        for path, data in contents.items()
    ]


def write_files(files: Iterable[EditedFile]) -> None:
    """Write the new bytes of files: all of them or none."""
    try:
        replace_files((file.path, file.new) for file in files)
    except SnapshotError as error:
        advice = "Make the file and its folder writable, and try again. Nothing has been changed."
        problems = (problem.replace(advice=advice) for problem in error.diagnostics)
        raise EditError(*problems) from error


def unified_diff(files: Iterable[EditedFile]) -> str:
    """Return what changes in files, as `diff -u` shows it."""
    import difflib

    lines: list[str] = []
    for file in files:
        path = display_path(file.path)
        lines += difflib.unified_diff(_diff_lines(file.old), _diff_lines(file.new), path, path)
    return "".join(lines)


def _diff_lines(data: bytes) -> list[str]:
    *lines, last = map(without_commands, decode(data).split("\n"))
    ends = [f"{line}\n" for line in lines]
    return [*ends, f"{last}\n\\ No newline at end of file\n"] if last else ends
