"""Completion at a cursor, in lines that Python cannot parse yet.

Owns what is being typed: a name, a hint, or a value. Must not know the protocol or folders.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import lru_cache
from typing import Any

from hpman import Frozen, HyperParameter, Index, ModuleScan, scan_text, show_literal
from hpman.programs import file_key

from ..check.names import HINTS
from ..edits import Span
from ..snapshots.formats import extension_format

_NAME, _HINT, _VALUE = "name", "hint", "value"
MOST = 100  # items of an answer: a client asks again when more is typed
_MARK = "hpman_completion"
_LONGEST = 200  # characters of what is called
# A string, which may be unfinished, a comment, or a bracket.
_TOKEN = re.compile(
    r"""(?P<long>\"{3}|'{3})(?:\\[\s\S]|(?!(?P=long))[^\\])*(?P<end>(?P=long))?"""
    r"""|(?P<short>["'])(?:\\[\s\S]|(?!(?P=short))[^\\\n])*(?P<stop>(?P=short))?"""
    r"""|\#[^\n]*|[()\[\]{}]"""
)
_CALLEE = re.compile(r"([^\W\d]\w*(?:\s*\.\s*[^\W\d]\w*)*)[ \t]*\Z")
_HINT_START = re.compile(r"[(,]\s*([^\W\d]\w*)?\Z")
_FIRST_STRING = re.compile(r"""\s*[rRuU]?(?:"([^"\\n]*)"|'([^'\\n]*)')\s*,\s*\Z""")
_IMPORT = re.compile(r"^[ \t]*((?:from|import)\b[^\n]*|[^\W\d]\w*\s*=[^\n(]*)$", re.MULTILINE)
_BLOCK = re.compile(r"\s*(?:async\s+)?(?:for|if|elif|while|with|def|class|match|case)\b")
_WORD = re.compile(r"[\w.\-/]*")
_YAML_KEY = re.compile(r"(\s*)(?:- )?[\"']?([\w.\-/]*)\Z")
_YAML_PARENT = re.compile(r"(\s*)[\"']?([\w.\-/]+)[\"']?\s*:")
_YAML_VALUE = re.compile(r"\s*[\"']?([\w.\-/]+)[\"']?\s*:\s+[\"']?(\w*)\Z")
_JSON_KEY = re.compile(r"(?:^|[{,])\s*\"([\w.\-/]*)\Z")
_JSON_TOKEN = re.compile(r"\"((?:[^\"\\]|\\.)*)\"(\s*:)?|[][{}]")
_JSON_VALUE = re.compile(r"\"([\w.\-/]+)\"\s*:\s*\"(\w*)\Z")


class Item(Frozen):
    """One thing that can be inserted."""

    __slots__ = ()
    text: str
    kind: str  # `name`, `hint` or `value`
    detail: str  # what is shown beside it
    help: str  # what is shown when it is selected
    span: Span  # the characters that it replaces


class _Cursor(Frozen):
    """Where a cursor is: the innermost call around it, and the string that it is in."""

    __slots__ = ()
    callee: str
    start: int  # the offset after the bracket of the call
    call: int  # the offset of the callee
    string: int | None  # the offset after the opening quote
    is_key: bool  # whether the cursor is in a dict that the call is given


def complete(index: Index, path: str, text: str, line: int, column: int) -> list[Item]:
    """Return what can be inserted at a cursor."""
    lines = text.split("\n")
    if line > len(lines):
        return []
    if extension_format(path) in ("yaml", "json"):
        return [*_in_snapshot(index, path, lines, line, column)]
    offset = sum(len(above) + 1 for above in lines[: line - 1]) + column - 1
    cursor = _cursor_at(text, offset)
    owner = _owner(index, path, text, cursor) if cursor else None
    if cursor is None or owner is None:
        return []
    if cursor.string is None:
        start = _HINT_START.search(text, cursor.start - 1, offset)
        has_name = "," in text[cursor.start : offset]
        if start is None or owner[1] or not has_name:
            return []
        span = (line, column - len(start[1] or ""), line, column)
        return [Item(f"{hint}=", _HINT, "hint", "", span) for hint in sorted(HINTS)]
    span = _word_span(lines[line - 1], line, column, offset - cursor.string)
    return [*_in_string(index, owner, cursor, text[:offset], span)]


def _in_string(
    index: Index, owner: tuple[str, str | None], cursor: _Cursor, text: str, span: Span
) -> Iterator[Item]:
    """Complete what stands in quotes: a name, a scope, or a choice."""
    placeholder, kind = owner
    before = text[cursor.start : (cursor.string or 0) - 1]
    first = _FIRST_STRING.match(before)
    if cursor.is_key or before.strip().lower() in ("", "r", "u"):
        if kind == "scope":
            for scope in sorted(index.scopes(placeholder) or ()):
                yield Item(scope, _NAME, "scope", "", span)
            return
        names = nearest(text[cursor.string or 0 :], index.names(placeholder))
        hps = [hp for name in names if (hp := index.hyperparameter(placeholder, name))]
        hps.sort(key=lambda hp: hp.definition is None)  # they may be misspelled
        yield from (_item(hp, span) for hp in hps)
    elif first and (hp := index.hyperparameter(placeholder, first[1] or first[2] or "")):
        for choice in _choices(hp):
            if isinstance(choice, str):
                yield Item(choice, _VALUE, hp.name, "", span)


def _cursor_at(text: str, offset: int) -> _Cursor | None:
    """Find the innermost call around an offset, and the string that it is in."""
    brackets: list[int] = []
    string: int | None = None
    for match in _TOKEN.finditer(text, 0, offset):
        token, quote = match[0], match["long"] or match["short"]
        is_last = match.end() == offset
        if quote and is_last and not (match["end"] or match["stop"]):
            string = match.start() + len(quote)
        elif token[0] == "#" and is_last:
            return None
        elif token in ("(", "[", "{"):
            brackets.append(match.start())
        elif token in (")", "]", "}") and brackets:
            brackets.pop()
    is_key = bool(brackets) and text[brackets[-1]] == "{"
    if is_key:
        brackets.pop()
        before = text[: string - 1].rstrip() if string else ""
        if not before.endswith(("{", ",")):
            return None
    if not brackets or text[brackets[-1]] != "(":
        return None
    bracket = brackets[-1]
    callee = _CALLEE.search(text, max(0, bracket - _LONGEST), bracket)
    if callee is None:
        return None
    return _Cursor(re.sub(r"\s", "", callee[1]), bracket + 1, callee.start(1), string, is_key)


# With the next letter of the same name, the sources are the same.
@lru_cache(maxsize=3)
def _scan(source: str, placeholders: frozenset[str]) -> ModuleScan:
    return scan_text(source, "<completion>", placeholders)


def _owner(index: Index, path: str, text: str, cursor: _Cursor) -> tuple[str, str | None] | None:
    """Return the manager that a call belongs to, and its method; None if it has none."""
    file = index.files.get(file_key(path))
    argument = f"{{'{_MARK}': 1}}" if cursor.is_key else f"'{_MARK}'"
    for source in _sources(text, cursor, f"{cursor.callee}({argument})"):
        scan = _scan(source, frozenset({"_", *index.placeholders()}))
        # A bare name counts in a file that imports it, or in which it already counts.
        ours = {*scan.managers, *(name for name, _module in scan.reexports)}
        if file is not None:
            ours.update(call.placeholder for call in file.occurrences)
        for call in scan.occurrences:
            if call.name == _MARK and call.hidden_by is None and call.placeholder in ours:
                return call.placeholder, None
        for mention in scan.mentions:
            if mention.name == _MARK and mention.placeholder in ours:
                return mention.placeholder, mention.kind
    return None


def _sources(text: str, cursor: _Cursor, call: str) -> Iterator[str]:
    """Yield texts in which a call that is being typed is complete."""
    start = text.rfind("\n", 0, cursor.call) + 1
    end = text.find("\n", cursor.string or cursor.start)
    head, tail = text[:start], text[end:] if end >= 0 else ""
    line = text[start : cursor.call]
    indent = line[: len(line) - len(line.lstrip())]
    block = f"{indent}if {call}:" if _BLOCK.match(line) else f"{indent}{call}"
    yield f"{head}{block}{tail}"
    yield f"{head}{block}" + (f"\n{indent} pass" if block.endswith(":") else "")
    yield "\n".join([*(match[1] for match in _IMPORT.finditer(text)), call])


def _word_span(text: str, line: int, column: int, typed: int) -> Span:
    """Return the word around a cursor, inside of a string."""
    end = _WORD.match(text, column - 1)
    return line, column - typed, line, (end.end() if end else column - 1) + 1


def nearest(typed: str, names: Iterable[str]) -> list[str]:
    """Return the names that contain the typed letters in order; those that start so come first."""
    wanted, starting, others = typed.casefold(), [], []
    for name in names:
        folded = name.casefold()
        if folded.startswith(wanted):
            starting.append(name)
        else:
            rest = iter(folded)
            if all(letter in rest for letter in wanted):
                others.append(name)
    return [*starting, *others][:MOST]


def _item(hp: HyperParameter, span: Span, text: str = "") -> Item:
    default = hp.definition.text if hp.definition else None
    shown = " ".join((default or "no default").split())
    text_of_help = hp.hints.get("help")
    help_text = text_of_help if isinstance(text_of_help, str) else ""
    return Item(text or hp.name, _NAME, shown, help_text, span)


def _choices(hp: HyperParameter) -> list[Any]:
    choices = hp.hints.get("choices")
    return [*choices] if isinstance(choices, (list, tuple)) else []


def _in_snapshot(
    index: Index, path: str, lines: list[str], line: int, column: int
) -> Iterator[Item]:
    """Complete keys and values in YAML and JSON, by the text of the line alone."""
    hps = {
        hp.name: hp
        for placeholder in sorted(index.placeholders())
        for hp in index.hyperparameters(placeholder)
    }
    if not _has_known_key(index, hps, lines):
        return
    before = lines[line - 1][: column - 1]
    is_json = extension_format(path) == "json"
    above = _parents_in_json(lines, line, before) if is_json else _parents(lines, line, before)
    value = (_JSON_VALUE if is_json else _YAML_VALUE).search(before)
    if value is not None:
        hp = hps.get(index.separator.join([*above, value[1]])) or hps.get(value[1])
        if hp is not None:
            yield from _values(hp, _word_span(lines[line - 1], line, column, len(value[2])))
        return
    key = _JSON_KEY.search(before) if is_json else _YAML_KEY.match(before)
    if key is None:
        return
    typed = key[1] if is_json else key[2]
    start = "".join(f"{name}{index.separator}" for name in above)
    span = _word_span(lines[line - 1], line, column, len(typed))
    names = [name.removeprefix(start) for name in hps if name.startswith(start)]
    for name in nearest(typed, names):
        yield _item(hps[start + name], span, name)


def _has_known_key(index: Index, names: Iterable[str], lines: list[str]) -> bool:
    """Return whether a text has a key of the program, so that it may be a file of values."""
    tops = {name.partition(index.separator)[0] for name in names} | {*names}
    keys = (_YAML_PARENT.match(line.strip().lstrip("{")) for line in lines)
    return any(key[2] in tops for key in keys if key)


def _parents(lines: list[str], line: int, before: str) -> list[str]:
    """Return the keys of YAML around a line, the outermost first."""
    indent = len(before) - len(before.lstrip())
    parents: list[str] = []
    for text in reversed(lines[: line - 1]):
        key = _YAML_PARENT.match(text)
        if key and len(key[1]) < indent:
            indent = len(key[1])
            parents.insert(0, key[2])
    return parents


def _parents_in_json(lines: list[str], line: int, before: str) -> list[str]:
    """Return the keys of JSON around a cursor, the outermost first."""
    parents: list[str] = []
    key = ""
    for match in _JSON_TOKEN.finditer("\n".join([*lines[: line - 1], before])):
        if match[0] in "[{":
            parents.append(key)
        elif match[0] in "]}":
            parents[-1:] = []
        key = match[1] if match[2] else ""
    return [name for name in parents if name]


def _values(hp: HyperParameter, span: Span) -> Iterator[Item]:
    for value in [True, False] if isinstance(hp.value, bool) else _choices(hp):
        text = value if isinstance(value, str) else show_literal(value)
        text = text.lower() if isinstance(value, bool) else text
        yield Item(text, _VALUE, hp.name, "", span)
