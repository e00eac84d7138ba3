"""One text to occurrences and findings, as a pure function.

Owns the rules of a single call: a literal name, at most one default, literal
hints; knows no other file and no run-time value.
"""

from __future__ import annotations

from _ast import Constant

from ..errors import EMPTY, NotLiteralEvaluable
from ..occurrence import Occurrence, Span
from ..record import Record
from .bindings import Bindings
from .calls import calls, links
from .index import NO_LINKS, Links
from .literals import NotLiteralError, literal
from .syntax import UnparsableError, parse

TYPE_CHECKING = False
if TYPE_CHECKING:
    from _ast import Call
    from collections.abc import Sequence
    from typing import Any

    from ..diagnostics import Diagnostic
    from ..source import Source


_FEW = 8  # so many names are searched for one by one; the words of a line are as cheap for more


class Extract(Record):
    """Hold what one text says: its occurrences in source order, its findings, its links."""

    __slots__ = ()
    occurrences: tuple[Occurrence, ...]
    diagnostics: tuple[Diagnostic, ...]
    links: Links = NO_LINKS


def extract(source: Source, placeholders: frozenset[str]) -> Extract:
    """Find the calls of managers in a text.

    Args:
        source: the text.
        placeholders: the names whose bare calls count. Calls of other managers
            that the text imports or makes are found as well.

    Returns:
        The occurrences, and what is wrong with the text; a text that is no
        Python gives one finding and no occurrence.

    >>> from hpman.source import Source
    >>> found = extract(Source("a.py", '_("lr", 1e-3, help="x")'), frozenset({"_"}))
    >>> [(each.name, each.value, each.hints, each.line) for each in found.occurrences]
    [('lr', 0.001, {'help': 'x'}, 1)]
    """
    try:
        tree = parse(source.text)
    except UnparsableError as error:
        return Extract((), (_unparsable(source, error),))
    lines = _Lines(source)
    occurrences: list[Occurrence] = []
    diagnostics: list[Diagnostic] = []
    bindings = Bindings(tree, lines.holding, placeholders)
    for node, placeholder, hidden_by in calls(bindings):
        found = _read(node, placeholder, lines, hidden_by)
        if type(found) is Occurrence:
            occurrences.append(found)
        else:
            diagnostics += found
    return Extract(
        tuple(sorted(occurrences, key=_position)),
        tuple(sorted(diagnostics, key=_position)),
        links(bindings),
    )


class _Lines:
    """Translate between the tree's places (UTF-8 bytes) and the text's (characters)."""

    def __init__(self, source: Source) -> None:
        self.source = source
        self._is_ascii = source.text.isascii()

    def holding(self, names: frozenset[str] | None) -> Sequence[int]:
        """Return the numbers of the lines that hold any of the names; all lines for None."""
        lines = self.source.lines
        if names is None or not (self._is_ascii or self._is_normal()):
            return range(1, len(lines) + 1)
        import re

        # The literal first: a look-behind in front would slow the search tenfold.
        if len(names) <= _FEW:
            each_word = (rf"{re.escape(each)}(?!\w)(?<!\w.{{{len(each)}}})" for each in names)
            holds = re.compile("|".join(each_word)).search
            return [number for number, line in enumerate(lines, 1) if holds(line)]
        if not all(map(str.isascii, names)):  # `\w` leaves out some characters of names
            return range(1, len(lines) + 1)
        words = re.compile(r"\w+").findall
        return [n for n, line in enumerate(lines, 1) if not names.isdisjoint(words(line))]

    def _is_normal(self) -> bool:
        """Tell whether names stand in the text as Python reads them, in NFKC (PEP 3131)."""
        from unicodedata import is_normalized

        return is_normalized("NFKC", self.source.text)

    def column(self, line: int, offset: int) -> int:
        """Return the column in characters, counted from 1, of an offset in bytes."""
        text = self.source.lines[line - 1]
        if text.isascii():
            return offset + 1
        return len(text.encode()[:offset].decode(errors="replace")) + 1

    def span(self, node: Any) -> tuple[int, int, int, int]:
        """Return the first line and column of a node, and those behind its end."""
        line, end_line = node.lineno, node.end_lineno
        column, end_column = node.col_offset, node.end_col_offset
        if self._is_ascii:
            return line, column + 1, end_line, end_column + 1
        return line, self.column(line, column), end_line, self.column(end_line, end_column)

    def text(self, node: Any) -> str:
        """Return an expression as it is written."""
        lines: list[str] = self.source.lines
        first: int = node.lineno
        last: int = node.end_lineno
        start, end = node.col_offset, node.end_col_offset
        if not self._is_ascii:
            start, end = self.column(first, start) - 1, self.column(last, end) - 1
        if first == last:
            return lines[first - 1][start:end]
        return "\n".join(
            [lines[first - 1][start:], *lines[first : last - 1], lines[last - 1][:end]]
        )


def _read(
    node: Call, placeholder: str, lines: _Lines, hidden_by: int | None
) -> Occurrence | Sequence[Diagnostic]:
    """Read one call of a manager."""
    problems = _wrong_arguments(node, placeholder, lines)
    hints: dict[str, Any] = {}
    for keyword in node.keywords:
        try:
            hints[_keyword(keyword.arg)] = literal(keyword.value)
        except NotLiteralError:
            problems = [*problems, _hint_not_literal(node, keyword, placeholder, lines)]
    if problems:
        call = Span(*lines.span(node), hidden_by, len(node.args))
        return [each.replace(call=call) for each in problems]
    value: Any = EMPTY
    text = None
    if len(node.args) > 1:
        default = node.args[1]
        text = lines.text(default)
        try:
            value = literal(default)
        except NotLiteralError:
            value = _not_literal(node, text, placeholder, lines)
    return Occurrence(
        placeholder,
        node.args[0].value,  # type: ignore[attr-defined]
        value,
        hints,
        text,
        lines.source,
        *lines.span(node),
        hidden_by,
    )


def _keyword(name: str | None) -> str:
    """Return the name of a hint; `**` names none before the program runs."""
    if name is None:
        raise NotLiteralError("**")
    return name


def _wrong_arguments(node: Call, placeholder: str, lines: _Lines) -> Sequence[Diagnostic]:
    """Check the positional arguments: a literal name, then at most one default."""
    count = len(node.args)
    if not 1 <= count <= 2:
        return [
            _diagnostic(
                "HPM101",
                f"`{placeholder}(…)` takes a name and at most one default, "
                f"but {count} positional arguments are given.",
                f'Write `{placeholder}("name", default)`; anything else is a hint and needs a '
                "keyword.",
                (node, lines),
                name=_literal_name(node),
                placeholder=placeholder,
            )
        ]
    if _literal_name(node) is None:
        return [
            _diagnostic(
                "HPM102",
                f"The name of a hyperparameter must be a literal string, not "
                f"`{_short(lines.text(node.args[0]))}`.",
                "Write the name itself between quotes: it is read without running the program.",
                (node, lines),
                placeholder=placeholder,
            )
        ]
    return ()


def _literal_name(node: Call) -> str | None:
    """Return the name that a call gives, None where it is no literal string."""
    first: Any = node.args[0] if node.args else None
    return first.value if type(first) is Constant and type(first.value) is str else None


def _hint_not_literal(node: Call, keyword: Any, placeholder: str, lines: _Lines) -> Diagnostic:
    """Report a hint whose value only a running program knows."""
    what = f"`{keyword.arg}`" if keyword.arg else f"`**{_short(lines.text(keyword.value))}`"
    return _diagnostic(
        "HPM103",
        f"The hint {what} is not a literal, but `{_short(lines.text(keyword.value))}`.",
        "Write its value in place: hints are read without running the program.",
        (keyword, lines),
        name=_literal_name(node),
        placeholder=placeholder,
    )


def _not_literal(node: Call, text: str, placeholder: str, lines: _Lines) -> NotLiteralEvaluable:
    """Stand for a default that only a running program knows."""
    name: str = node.args[0].value  # type: ignore[attr-defined]
    return NotLiteralEvaluable(
        _diagnostic(
            "HPM104",
            f"The default of `{name}` is not a literal, but `{_short(text)}`.",
            "Its value is known once the program has run this call.",
            (node.args[1], lines),
            name=name,
            placeholder=placeholder,
        ),
        expression=text,
    )


def _diagnostic(
    code: str,
    message: str,
    advice: str,
    where: tuple[Any, _Lines],
    *,
    name: str | None = None,
    placeholder: str | None = None,
) -> Diagnostic:
    """Make a finding at a node."""
    from ..diagnostics import Diagnostic

    node, lines = where
    line, column, end_line, end_column = lines.span(node)
    return Diagnostic(
        code,
        message,
        advice,
        lines.source.path,
        line,
        column,
        name,
        (),
        lines.source,
        placeholder,
        end_line,
        end_column,
    )


def _unparsable(source: Source, error: UnparsableError) -> Diagnostic:
    """Report a text that is not Python."""
    from ..diagnostics import Diagnostic

    return Diagnostic(
        "HPM001",
        f"This is no Python that can be read: {error.reason}.",
        "Mend the file, or leave it out with `exclude`.",
        source.path,
        error.line,
        error.column,
        source=source,
    )


def _short(text: str) -> str:
    """Shorten an expression to what a sentence can hold."""
    text = " ".join(text.split())
    return text if len(text) <= 60 else f"{text[:59]}…"


def _position(item: Any) -> tuple[int, int]:
    """Sort by place in the text."""
    return item.line, item.column
