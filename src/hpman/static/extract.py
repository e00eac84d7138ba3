"""One text to occurrences and findings, as a pure function.

Owns the rules of a single call: a literal name, at most one default, literal
hints; knows no other file and no run-time value.
"""

from __future__ import annotations

from _ast import Constant
from operator import itemgetter

from ..errors import EMPTY, NotLiteralEvaluable
from ..literals import NotLiteralError, literal_value
from ..occurrence import FaultyCall, Occurrence
from .bindings import Bindings
from .calls import calls, origins
from .index import ModuleScan
from .scopes import ROOT
from .source_map import LARGE, Lines
from .syntax import UnparsableError, parse

TYPE_CHECKING = False
if TYPE_CHECKING:
    from _ast import Call
    from typing import Any, TypeAlias

    from .._text import Source
    from ..diagnostics import Diagnostic
    from .calls import Origins

    # What an occurrence holds, without its source; last comes the line that hides it.
    Row: TypeAlias = tuple[
        str, str, Any, dict[str, Any], str | None, int, int, int, int, int | None
    ]

_NO_HINTS: dict[str, Any] = {}  # of all calls without any: facts do not change
_BY_PLACE = itemgetter(*map(Occurrence._fields.index, ("line", "column")))


def extract(source: Source, placeholders: frozenset[str]) -> ModuleScan:
    """Find the calls of managers in a text.

    In a text that contains the word `hpman`, managers are followed through imports and
    assignments. In other texts only the calls of bare placeholders count.

    Args:
        source: the text.
        placeholders: the names whose bare calls count.

    Returns:
        The occurrences and the problems. A text that cannot be parsed gives one problem and
        no occurrence.

    >>> from hpman._text import Source
    >>> found = extract(Source("a.py", '_("lr", 1e-3, help="x")'), frozenset({"_"}))
    >>> [(each.name, each.value, each.hints, each.line) for each in found.occurrences]
    [('lr', 0.001, {'help': 'x'}, 1)]
    """
    try:
        rows, diagnostics, origins = _read_all(source, placeholders)
    except UnparsableError as error:
        return ModuleScan(source, (), (syntax_diagnostic(source, error),))
    occurrences = _occurrences(rows, source)
    occurrences.sort(key=_BY_PLACE)
    diagnostics.sort(key=_position)
    return ModuleScan(source, tuple(occurrences), tuple(diagnostics), *origins)


def _read_all(
    source: Source, placeholders: frozenset[str]
) -> tuple[list[Row], list[Diagnostic], Origins]:
    """Read all calls of managers; the tree is gone when this returns."""
    tree = parse(source.text)
    lines = Lines(source)
    rows: list[Row] = []
    diagnostics: list[Diagnostic] = []
    bindings = Bindings(tree, lines.holding, placeholders, follow=ROOT in source.text)
    for node, placeholder, hidden_by in calls(bindings):
        found = _read(node, placeholder, lines, hidden_by)
        if isinstance(found, tuple):
            rows.append(found)
        else:
            diagnostics += found
    return rows, diagnostics, origins(bindings)


def _occurrences(rows: list[Row], source: Source) -> list[Occurrence]:
    """Make facts of rows, and empty the list of these."""
    others = {}
    for number, row in enumerate(rows):
        if type(row[2]) is NotLiteralEvaluable:
            others[number] = row[2]
            rows[number] = (*row[:2], None, *row[3:])
    if len(source.text) > LARGE:
        # Names and values were made among the nodes of the tree, and each keeps some of its
        # memory from being given back, a thousand times as much. So they are made anew.
        from marshal import dumps, loads

        data = dumps(rows)
        rows.clear()
        rows = loads(data)  # noqa: S302 - these are our own
    new = tuple.__new__  # the constructor takes longer than all else here
    found = [
        new(Occurrence, (a, b, EMPTY if text is None else c, d, text, source, e, f, g, h, i))
        for a, b, c, d, text, e, f, g, h, i in rows
    ]
    for number, value in others.items():
        found[number] = found[number].replace(value=value)
    return found


def _read(
    node: Call, placeholder: str, lines: Lines, hidden_by: int | None
) -> Row | list[Diagnostic]:
    """Read one call of a manager: as an occurrence without its source, or what is wrong with it."""
    args = node.args
    name = _literal_name(node)
    problems: list[Diagnostic] = []
    if name is None or len(args) > 2:
        problems.append(_wrong_arguments(node, placeholder, lines))
    hints = _NO_HINTS
    if node.keywords:
        hints = _hints(node, placeholder, lines, problems)
    if name is None or len(args) > 2:
        return _at_fault(problems, [], node, lines, hidden_by)
    value: Any = None
    text = None
    if len(args) > 1:
        value, text = _default(node, placeholder, lines)
    line: int = node.lineno
    end_line: Any = node.end_lineno
    # Numbers are objects: most calls can do with one that is kept.
    end_line = line if end_line == line else end_line
    start, end = node.col_offset + 1, node.end_col_offset + 1  # type: ignore[operator]
    if not lines.is_ascii:
        start, end = lines.column(line, start - 1), lines.column(end_line, end - 1)
    row = placeholder, name, value, hints, text, line, start, end_line, end, hidden_by
    if problems:  # of hints only: all else that the call says is sound
        return _at_fault(problems, [row], node, lines, hidden_by)
    return row


def _at_fault(
    problems: list[Diagnostic], rows: list[Row], node: Call, lines: Lines, hidden_by: int | None
) -> list[Diagnostic]:
    """Say of problems which call they are about, and what of it can be read all the same."""
    call = FaultyCall(*lines.span(node), hidden_by, len(node.args))
    occurrences = tuple(_occurrences(rows, lines.source))
    return [each.replace(call=call, occurrences=occurrences) for each in problems]


def _default(node: Call, placeholder: str, lines: Lines) -> tuple[Any, str]:
    """Return the default of a call, and how it is written."""
    default = node.args[1]
    text = lines.text(default)
    if type(default) is Constant:
        return lines.constant(text, default.value)
    try:
        return literal_value(default), text
    except NotLiteralError:
        return _not_literal(node, text, placeholder, lines), text


def _hints(
    node: Call, placeholder: str, lines: Lines, problems: list[Diagnostic]
) -> dict[str, Any]:
    """Return the hints of a call; add what is wrong with them to the problems.

    Raises:
        UnparsableError: a hint is repeated.
    """
    hints: dict[str, Any] = {}
    for keyword in node.keywords:
        if keyword.arg in hints:  # that is seen by the compiler only, which we do not ask
            raise UnparsableError(
                f"keyword argument repeated: {keyword.arg}",
                keyword.lineno,
                lines.column(keyword.lineno, keyword.col_offset),
            )
        try:
            hints[_keyword(keyword.arg)] = literal_value(keyword.value)
        except NotLiteralError:
            problems.append(_hint_not_literal(node, keyword, placeholder, lines))
    return hints


def _keyword(name: str | None) -> str:
    """Return the name of a hint; `**` names none before the program runs."""
    if name is None:
        raise NotLiteralError("**")
    return name


def _wrong_arguments(node: Call, placeholder: str, lines: Lines) -> Diagnostic:
    """Report positional arguments that are not a literal name and at most one default."""
    count = len(node.args)
    if 1 <= count <= 2:
        return _diagnostic(
            "HPM102",
            f"The name of a hyperparameter must be a literal string, not "
            f"`{_short(lines.text(node.args[0]))}`.",
            "Write the name itself between quotes: it is read without running the program.",
            (node, lines),
            placeholder=placeholder,
        )
    return _diagnostic(
        "HPM101",
        f"`{placeholder}(…)` takes a name and at most one default, "
        f"but {count} positional arguments are given.",
        f'Write `{placeholder}("name", default)`; anything else is a hint and needs a keyword.',
        (node, lines),
        name=_literal_name(node),
        placeholder=placeholder,
    )


def _literal_name(node: Call) -> str | None:
    """Return the name that a call gives, None where it is no literal string."""
    first: Any = node.args[0] if node.args else None
    return first.value if type(first) is Constant and type(first.value) is str else None


def _hint_not_literal(node: Call, keyword: Any, placeholder: str, lines: Lines) -> Diagnostic:
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


def _not_literal(node: Call, text: str, placeholder: str, lines: Lines) -> NotLiteralEvaluable:
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
            call=FaultyCall(*lines.span(node), None, len(node.args)),
            severity="warning",
        ),
        expression=text,
    )


def _diagnostic(
    code: str,
    message: str,
    advice: str,
    where: tuple[Any, Lines],
    *,
    name: str | None = None,
    placeholder: str | None = None,
    call: FaultyCall | None = None,
    severity: str = "error",
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
        call,
        severity,
    )


def syntax_diagnostic(source: Source, error: UnparsableError) -> Diagnostic:
    """Report a text, or what can be shown of some bytes, that Python cannot read."""
    from ..diagnostics import Diagnostic

    return Diagnostic(
        "HPM001",
        f"Cannot parse this file: {error.reason}.",
        "Fix it or exclude it.",
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
