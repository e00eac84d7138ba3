"""Edits that an editor offers: a rename that is proved, and fixes of findings.

Owns which edits there are. Must not know the protocol, or who applies them.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress

from hpman import Diagnostic, Frozen, HpmanError, Index, Occurrence, Source, scan_text
from hpman.programs import is_notebook, normalize_newlines, source_encoding

from ..check.names import intended_hint
from ..check.selection import noqa_lines
from ..edits import Edit, EditedFile, edit_files, parse_call
from ..rename.renaming import CODE, RenameError, renaming_of
from ..rename.sources import Refusal, literal_edit
from ..snapshots.atomic_io import read_bytes
from .answers import Target, name_place
from .places import Lines, changed_part
from .snapshots import Snapshots
from .workspace import encoded

_MEANT = re.compile(r"Did you mean `([^`]+)`")
_WRONG = re.compile(r"(?:the scope|is about|is named) `([^`]+)`")
_NOQA = re.compile(r"#\s*noqa\s*:\s*", re.IGNORECASE)


class Fix(Frozen):
    """A way to fix a finding."""

    __slots__ = ()
    title: str
    edits: tuple[Edit, ...]
    is_best: bool = False


def rename(index: Index, target: Target, new: str, snapshots: Snapshots) -> list[Edit]:
    """Return the edits that rename a hyperparameter or a group everywhere, or raise all problems.

    Texts that are open need not be saved.
    """
    from ..rename.plan import prove  # it loads what sweeps keep, and a rename is rare

    _require_readable(index, target.name, snapshots)
    texts = snapshots.texts

    def read_file(path: str) -> bytes:
        text = texts.get(path)
        return read_bytes(path, limit=None) if text is None else encoded(text)

    renaming = renaming_of(index, target.name, new, [target.placeholder])
    proof = prove(renaming, snapshots.paths, read_file=read_file)
    encodings = {file.path: source_encoding(file.old) for file in proof.files}
    edits = _in_files((_as_written(edit, encodings[edit.path]) for edit in proof.edits), texts)
    for snapshot in proof.snapshots:
        edits += line_edits(snapshot.file)
    return edits


def _require_readable(index: Index, name: str, snapshots: Snapshots) -> None:
    """Raise an error for a source, or an open file of values, that has a name but is broken."""
    last = name.rpartition(index.separator)[2]
    for file in index.files.values():
        written = (file.source.text, *(call.name for call in file.occurrences))
        for problem in file.diagnostics:
            if problem.code == "HPM001" and any(last in text for text in written):
                raise RenameError(problem)
    broken = snapshots.broken_place(name)
    if broken is not None:
        message = f"This file has the key `{name}`, and cannot be read."
        raise RenameError(Diagnostic(CODE, message, "Fix it first.", *broken))


def _in_files(edits: Iterable[Edit], texts: Mapping[str, str]) -> list[Edit]:
    """Return edits in which those of notebooks that are not open are edits of their files."""
    kept: list[Edit] = []
    closed: list[Edit] = []
    for edit in edits:
        is_closed = is_notebook(edit.path) and edit.path not in texts
        (closed if is_closed else kept).append(edit)
    for file in edit_files(closed):
        kept += line_edits(file)
    return kept


def _as_written(edit: Edit, encoding: str) -> Edit:
    """Return an edit with the escapes that the encoding of its file needs."""
    return edit.replace(new=edit.new.encode(encoding, "backslashreplace").decode(encoding))


def line_edits(file: EditedFile) -> Iterator[Edit]:
    r"""Yield the edits that turn a text of UTF-8 into another, one for each line if they match.

    >>> from hpargparse.edits import EditedFile
    >>> [(e.span, e.new) for e in line_edits(EditedFile("a", b"lr: 1\nb: 2", b"rate: 1\nb: 2"))]
    [((1, 1, 1, 3), 'rate')]
    """
    texts = (data.decode().removeprefix("\ufeff") for data in (file.old, file.new))
    old, new = map(normalize_newlines, texts)
    lines, new_lines = old.split("\n"), new.split("\n")
    if len(lines) != len(new_lines):
        lines, new_lines = [old], [new]
    for number, (before, after) in enumerate(zip(lines, new_lines, strict=True), 1):
        if before != after:
            start, end = changed_part(before, after)
            places = Lines(before)
            first, last = places.place(start), places.place(len(before) - end)
            above = number - 1
            span = (first[0] + above, first[1], last[0] + above, last[1])
            parts = before[start : len(before) - end], after[start : len(after) - end]
            yield Edit(file.path, span, *parts)


def fixes(index: Index, finding: Diagnostic, texts: Mapping[str, str]) -> list[Fix]:
    """Return the ways to fix a finding, the most likely one first."""
    make = _FIXES.get(finding.code)
    candidates: list[Fix] = []
    if make is not None:
        with suppress(Refusal, ValueError, IndexError):  # the call is written in an odd way
            candidates += make(index, finding)
    kept = []
    for fix in (*candidates, *_noqa(finding)):
        with suppress(HpmanError):  # a notebook that cannot be edited
            kept.append(fix.replace(edits=tuple(_in_files(fix.edits, texts))))
    return kept


def _undefined(index: Index, finding: Diagnostic) -> Iterator[Fix]:
    """HPM202: use the name that was meant, or define this one."""
    calls = [call for call in finding.occurrences if call.name == finding.name]
    near = next((call.name for call in finding.occurrences if call.name != finding.name), None)
    if near:
        edits = [_literal(call, near) for call in index.named(calls[0].placeholder, calls[0].name)]
        yield Fix(f"Use `{near}`", tuple(edits), is_best=True)
    line, column = name_place(calls[0]).span[2:]
    edit = Edit(calls[0].path, (line, column, line, column), "", ", None")
    yield Fix(f"Define `{finding.name}` here, as None", (edit,))


def _literal(call: Occurrence, name: str) -> Edit:
    return literal_edit(call.source, name_place(call).span, call.name, name)


def _duplicate(index: Index, finding: Diagnostic) -> Iterator[Fix]:
    """HPM201: remove this default, or all others."""
    call = finding.occurrences[0]
    others = [
        other
        for other in index.named(call.placeholder, call.name)
        if other.is_definition and other is not call
    ]
    yield Fix("Remove this default", (_without_default(call),))
    edits = tuple(map(_without_default, others))
    yield Fix("Keep this default, and remove all others", edits)


def _without_default(call: Occurrence) -> Edit:
    node, span = parse_call(call)
    line, column = span(node.args[0])[2:]
    place = (line, column, *span(node.args[1])[2:])
    return Edit(call.path, place, call.source.between(*place), "")


def _misspelled_hint(_index: Index, finding: Diagnostic) -> Iterator[Fix]:
    """HPM106: write the hint as it was meant."""
    call = finding.occurrences[0]
    node, span = parse_call(call)
    for keyword in node.keywords:
        hint = keyword.arg or ""
        meant = intended_hint(hint) if f"`{hint}`" in finding.message else None
        if meant is not None and meant not in call.hints:
            line, column = span(keyword)[:2]
            place = (line, column, line, column + len(hint))
            yield Fix(f"Write `{meant}`", (Edit(call.path, place, hint, meant),), is_best=True)


def _unbound(_index: Index, finding: Diagnostic) -> Iterator[Fix]:
    """HPM302: import the manager, before the first statement that may use it."""
    import ast

    source, placeholder = finding.source, finding.placeholder
    if source is None:
        return
    line = 1
    for node in ast.parse(source.text).body:
        is_text = isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
        is_future = isinstance(node, ast.ImportFrom) and node.module == "__future__"
        if not (is_text or is_future):
            line = min([node.lineno, *(d.lineno for d in getattr(node, "decorator_list", ()))])
            break
    statement = f"from hpman.m import {placeholder}"
    edit = Edit(source.path, (line, 1, line, 1), "", f"{statement}\n")
    yield Fix(f"Add `{statement}`", (edit,), is_best=True)


def _meant(_index: Index, finding: Diagnostic) -> Iterator[Fix]:
    """HPM209, HPM212, HPM213: write the scope or the name that was meant."""
    meant, wrong = _MEANT.search(finding.advice), _WRONG.search(finding.message)
    if not (meant and wrong and finding.source and finding.path):
        return
    span = (finding.line or 1, finding.column or 1, finding.end_line or 1, finding.end_column or 1)
    old = finding.source.between(*span)
    word = rf"(?<=[\"'/]){re.escape(wrong[1])}(?=[\"'/])"
    new = re.sub(word, lambda _: meant[1], old)
    if new != old:
        yield Fix(f"Use `{meant[1]}`", (Edit(finding.path, span, old, new),), is_best=True)


def _noqa(finding: Diagnostic) -> Iterator[Fix]:
    """Silence a finding by a comment at the end of its line."""
    call, source = finding.call or finding, finding.source
    line = call.end_line
    if source is None or line is None or call.line is None:
        return
    text = source.lines[line - 1]
    present = _NOQA.search(text)
    column, new = len(text) + 1, f"  # noqa: {finding.code}"
    if noqa_lines(source.text).get(line) and present:
        column, new = present.end() + 1, f"{finding.code},"
    edit = Edit(source.path, (line, column, line, column), "", new)
    after = apply_edits(source, [edit])
    codes = noqa_lines(after).get(line, ())
    problems = scan_text(after, "<noqa>", frozenset()).diagnostics
    is_sound = all(problem.code != "HPM001" for problem in problems)
    if is_sound and finding.code in codes:
        yield Fix(f"Silence {finding.code} for this line", (edit,))


def apply_edits(source: Source, edits: Iterable[Edit]) -> str:
    """Return a text after some edits."""
    text, lines = source.text, Lines(source.text)
    for edit in sorted(edits, key=lambda edit: edit.span, reverse=True):
        start, end = lines.offset(*edit.span[:2]), lines.offset(*edit.span[2:])
        text = text[:start] + edit.new + text[end:]
    return text


_FIXES = {
    "HPM106": _misspelled_hint,
    "HPM201": _duplicate,
    "HPM202": _undefined,
    "HPM209": _meant,
    "HPM212": _meant,
    "HPM213": _meant,
    "HPM302": _unbound,
}
